from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class TicketingConfig(AppConfig):
    name = "grandstand.ticketing"
    label = "ticketing"
    verbose_name = pgettext_lazy("console", "Box office")
