from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StoreConfig(AppConfig):
    name = "grandstand.store"
    label = "store"

    def ready(self) -> None:
        """Walls are raised again after every migrate, once, when the store's own post_migrate comes."""
        from grandstand.store.walls import raise_again

        post_migrate.connect(lambda using, **_: raise_again(using), sender=self, weak=False)
