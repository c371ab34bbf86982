"""Every route of the platform. Only this file includes rooms' urls."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
