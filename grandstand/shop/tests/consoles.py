"""The shop's console, asked as its people ask it."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from grandstand.inventory import api as inventory
from grandstand.movement.api import Role
from grandstand.movement.testing import make_member
from grandstand.shop import models
from grandstand.store.api import read


def client_of(organisation_id: UUID, *roles: Role) -> Client:
    """Somebody of the organisation with these roles, the shop's people unless given, at the console."""
    client = Client()
    client.force_login(get_user_model().objects.get(id=make_member(organisation_id, *(roles or (Role.SHOP,))).id))
    return client


def list_url(model: str) -> str:
    """Where its rows are listed."""
    return reverse(f"console:shop_{model}_changelist")


def send(client: Client, model: str, pk: object = None, **given: Any) -> Any:
    """Send the form of a row; its errors by field, None when it was saved."""
    url = reverse(f"console:shop_{model}_add") if pk is None else reverse(f"console:shop_{model}_change", args=[pk])
    answer = client.post(url, {"reason": "for a test", **given})
    if answer.status_code == 200:
        context: Any = answer.context
        return dict(context["adminform"].form.errors)
    assert answer.status_code == 302
    return None


def free_of(variant: models.Variant) -> int:
    """How many of a variant can be bought."""
    with read() as tx:
        return inventory.availability_many(tx, [variant.account_id])[variant.account_id].free


def statuses() -> list[str]:
    """How far each parcel is."""
    return sorted(models.Parcel.objects.values_list("status", flat=True))
