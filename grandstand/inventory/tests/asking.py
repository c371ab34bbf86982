"""Wishes in one line."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from grandstand.inventory.api import Want, Wish
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
BY = Actor.system("test")
FOR = timedelta(minutes=10)


def wish(organisation_id: UUID, account_id: UUID, quantity: int = 1, *, key: str = "", holder: str = "person:1", **more: object) -> Wish:
    fields: dict[str, object] = {
        "key": key or new_id().hex,
        "organisation_id": organisation_id,
        "holder": holder,
        "basket_id": UUID(int=7),
        "wants": (Want(account_id=account_id, quantity=quantity),),
        "hold_for": FOR,
    }
    return Wish(**(fields | more))  # type: ignore[arg-type]
