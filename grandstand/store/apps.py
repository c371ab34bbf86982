from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    name = "grandstand.store"
    label = "store"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Walls are raised again after every migrate, once, when the store's own post_migrate comes."""
        from grandstand.store.walls import raise_again

        post_migrate.connect(lambda using, **_: raise_again(using), sender=self, weak=False)
