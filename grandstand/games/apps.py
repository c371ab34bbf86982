from django.apps import AppConfig


class GamesConfig(AppConfig):
    name = "grandstand.games"
    label = "games"
