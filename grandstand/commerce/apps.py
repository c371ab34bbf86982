from django.apps import AppConfig


class CommerceConfig(AppConfig):
    name = "grandstand.commerce"
    label = "commerce"
