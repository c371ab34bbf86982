"""Every route of the platform. Only this file includes rooms' urls."""

from django.urls import URLPattern, URLResolver, path

from grandstand.config import health
from grandstand.config.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("api/v1/", api.urls),
]
