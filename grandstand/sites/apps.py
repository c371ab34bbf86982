from django.apps import AppConfig


class SitesConfig(AppConfig):
    name = "grandstand.sites"
    label = "grandstand_sites"
