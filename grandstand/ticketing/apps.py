from django.apps import AppConfig


class TicketingConfig(AppConfig):
    name = "grandstand.ticketing"
    label = "ticketing"
