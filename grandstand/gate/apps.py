from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "grandstand.gate"
    label = "gate"
