from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "grandstand.people"
    label = "people"
