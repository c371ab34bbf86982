from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "grandstand.messaging"
    label = "messaging"
