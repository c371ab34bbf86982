"""What a buyer has said on the way to paying. It is kept in their session until the order stands, and nowhere else."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from grandstand.commerce import api as commerce

KEPT = "checkout"
PLACED = "placed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """To whom the order goes, where parcels go, how each seller ships. `key` makes submitting the order twice harmless."""

    name: str
    email: str
    key: str
    ship_to: commerce.ShipTo | None = None
    shipping: Mapping[UUID, str] = field(default_factory=dict)

    @classmethod
    def kept_in(cls, session: SessionBase) -> Self | None:
        """What was said so far; None when nothing was."""
        kept: Mapping[str, Any] | None = session.get(KEPT)
        if kept is None:
            return None
        ship_to = kept["ship_to"]
        return cls(
            name=kept["name"],
            email=kept["email"],
            key=kept["key"],
            ship_to=commerce.ShipTo(**{**ship_to, "lines": tuple(ship_to["lines"])}) if ship_to else None,
            shipping={UUID(seller): code for seller, code in kept["shipping"].items()},
        )

    def keep_in(self, session: SessionBase) -> None:
        """Keep it until the order stands."""
        ship_to = asdict(self.ship_to) if self.ship_to else None
        shipping = {str(seller): code for seller, code in self.shipping.items()}
        session[KEPT] = {"name": self.name, "email": self.email, "key": self.key, "ship_to": ship_to, "shipping": shipping}


def settle(session: SessionBase, said: Said) -> None:
    """The order stands: nothing of what was said is needed any more, but its key leads to the order when it is sent again."""
    session.pop(KEPT, None)
    session[PLACED] = said.key


def sent_key(session: SessionBase) -> str:
    """The key of what was said and not yet ordered, else of what was ordered last; empty when nothing was said."""
    kept = Said.kept_in(session)
    return kept.key if kept is not None else str(session.get(PLACED, ""))
