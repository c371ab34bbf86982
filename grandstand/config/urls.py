"""Every route of the platform. Only this file includes rooms' urls."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from grandstand.config import health
from grandstand.config.api import api
from grandstand.movement.console import console

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("api/v1/", api.urls),
]

urlpatterns += i18n_patterns(
    path("", include("grandstand.sites.web.urls")),
    path("", include("grandstand.ui.web.urls")),
    path("accounts/", include("allauth.urls")),
    path("account/", include("grandstand.people.web.urls")),
    path("account/", include("grandstand.messaging.web.urls")),
    path("", include("grandstand.movement.web.urls")),
    path("", include("grandstand.commerce.web.urls")),
    path("", include("grandstand.gate.web.urls")),
    path("", include("grandstand.shop.web.urls")),
    path("", include("grandstand.ticketing.web.urls")),
    path("console/", console.urls),
    prefix_default_language=False,
)
