from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "grandstand.inventory"
    label = "inventory"
