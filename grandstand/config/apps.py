from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "grandstand.config"
    label = "config"

    def ready(self) -> None:
        """Tie the rooms together once every room is loaded."""
        from django.conf import settings

        from grandstand.config.wiring import wire

        # whitenoise looks for the folder when it starts, also where nothing is collected because the finders serve.
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)

        wire()
