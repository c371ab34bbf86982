"""Stock received and put right, through inventory, which keeps the journal of it."""

from datetime import datetime
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.texts import gettext_noop
from grandstand.shop import models
from grandstand.shop.values import NoSuchVariant, StockRefused
from grandstand.store.api import write


def receive_stock(*, variant_id: UUID, quantity: int, by: Actor, reason: str, now: datetime) -> None:
    """`quantity` units more are on hand, one or more. Raises NoSuchVariant, StockRefused."""
    if quantity < 1:
        raise StockRefused(gettext_noop("Receive one unit or more; what is missing is put right by an adjustment."), field="quantity")
    _change(variant_id, quantity, by=by, reason=reason, now=now)


def adjust_stock(*, variant_id: UUID, quantity: int, by: Actor, reason: str, now: datetime) -> None:
    """The count was wrong by `quantity`: more (found) or fewer (lost, damaged). Not below what is set aside and sold.

    Raises NoSuchVariant, StockRefused.
    """
    if quantity == 0:
        raise StockRefused(gettext_noop("Say by how many units the count was wrong."), field="quantity")
    _change(variant_id, quantity, by=by, reason=reason, now=now)


def _change(variant_id: UUID, quantity: int, *, by: Actor, reason: str, now: datetime) -> None:
    account_id = models.Variant.objects.filter(id=variant_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise NoSuchVariant("There is no such variant.", variant_id=str(variant_id))
    change = inventory.StockChange(account_id=account_id, quantity=abs(quantity))
    with write() as tx:
        write_change = inventory.receive_many if quantity > 0 else inventory.remove_many
        [answer] = write_change(tx, [change], by=by, reason=reason, now=now)
        if isinstance(answer, inventory.Refused):
            raise StockRefused(gettext_noop("So many are set aside or sold: fewer cannot be on hand."), left=answer.left, field="quantity")
