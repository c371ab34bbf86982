"""The door of sites, for config alone: the frame that its screens put around every page, and where an order is shown."""

from uuid import UUID

from django.urls import reverse

from grandstand.sites.chrome import register_chrome

__all__ = ["order_path", "register_chrome"]


def order_path(order_id: UUID) -> str:
    """The path of an order's page, in the language of now."""
    return reverse("sites:order", args=[order_id])
