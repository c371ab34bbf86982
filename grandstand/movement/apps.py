from django.apps import AppConfig


class MovementConfig(AppConfig):
    name = "grandstand.movement"
    label = "movement"
