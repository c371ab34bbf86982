from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "grandstand.shop"
    label = "shop"
