from django.apps import AppConfig
from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    name = "grandstand.people"
    label = "people"

    def ready(self) -> None:
        """Second steps are sealed with the present secret after every migrate, as the runbook says of a leaked one."""
        post_migrate.connect(_seal_second_steps_anew, sender=self)


def _seal_second_steps_anew(using: str, apps: Apps = installed, **_: object) -> None:
    from grandstand.people.services import seal_second_steps_anew

    # Migrated back to before there were any, or in another database than ours, there is nothing to seal.
    if using == DEFAULT_DB_ALIAS and "authenticator" in apps.all_models["mfa"]:
        seal_second_steps_anew()
