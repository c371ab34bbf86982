from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "grandstand.ui"
    label = "ui"
