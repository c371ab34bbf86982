from django.apps import AppConfig
from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate
from django.utils.translation import pgettext_lazy


class TicketingConfig(AppConfig):
    name = "grandstand.ticketing"
    label = "ticketing"
    verbose_name = pgettext_lazy("console", "Box office")

    def ready(self) -> None:
        """Keys are sealed with the present secret after every migrate, as the runbook says of a leaked one."""
        post_migrate.connect(_seal_keys_anew, sender=self)


def _seal_keys_anew(using: str, apps: Apps = installed, **_: object) -> None:
    from grandstand.ticketing.tasks import seal_keys_anew_now

    # Migrated back to before there were keys, or in another database than ours, there is nothing to seal.
    if using == DEFAULT_DB_ALIAS and "signingkey" in apps.all_models["ticketing"]:
        seal_keys_anew_now()
