from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "grandstand.ledger"
    label = "ledger"
