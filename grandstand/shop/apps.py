from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ShopConfig(AppConfig):
    name = "grandstand.shop"
    label = "shop"
    verbose_name = pgettext_lazy("shop", "Shop")
