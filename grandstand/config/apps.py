from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "grandstand.config"
    label = "config"

    def ready(self) -> None:
        """Tie the rooms together once every room is loaded."""
        from grandstand.config.wiring import wire

        wire()
