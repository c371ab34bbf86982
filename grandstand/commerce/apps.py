from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class CommerceConfig(AppConfig):
    name = "grandstand.commerce"
    label = "commerce"
    verbose_name = pgettext_lazy("console", "Orders and money")
