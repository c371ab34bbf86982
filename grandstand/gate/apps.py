from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GateConfig(AppConfig):
    name = "grandstand.gate"
    label = "gate"
    # The box office has gates of its own, where stewards stand.
    verbose_name = _("On-sales")
