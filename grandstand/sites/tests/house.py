"""A house that sells: one session with its box office, one T-shirt in two sizes, ways of shipping, tax. Everything is open at NOW."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.test import Client
from django.urls import reverse

from grandstand.commerce import api as commerce
from grandstand.games import testing as games
from grandstand.games.api import Edition, Session
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement import testing as movement
from grandstand.movement.api import Market, Organisation
from grandstand.shop import testing as shop
from grandstand.store.api import write
from grandstand.ticketing import testing as ticketing

NOW = shop.NOW

ADDRESS = {"name": "Ada Fan", "email": "ada@example.org", "country": "FR", "lines": "12 quai du Stade", "city": "Lyon", "postal_code": "69002"}


class Clock:
    """The platform's clock, to be set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def wait(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What is on sale. `offers` by category: A at 120 €, B at 80 €, C at 40 €; `small` and `large` at 29 €."""

    market: Market
    organisation: Organisation
    edition: Edition
    session: Session
    offers: dict[str, UUID]
    small: UUID
    large: UUID

    def take(self, client: Client, kind: str, item: UUID, quantity: int = 1, *, headers: Mapping[str, str] | None = None) -> str:
        """Put so many into the visitor's basket; returns where that leads, or the answer's text."""
        answer = client.post(reverse("sites:add"), {"kind": kind, "item": item, "quantity": quantity, "key": new_id()}, headers=dict(headers or {}))
        return answer.get("Location") or answer.content.decode()


def open_house(*, now: datetime, seats: int = 300, on_hand: int = 20) -> House:
    """Make it all. The session begins a day after `now`."""
    market = movement.make_market(is_default=True)
    organisation = movement.make_organisation(name="Far Committee")
    edition = games.make_edition(organisation_id=organisation.id, name="Far Games", starts_on=now.date(), ends_on=(now + timedelta(days=9)).date())
    starts = (now + timedelta(days=1)).replace(hour=19, minute=0, second=0, microsecond=0, tzinfo=None)
    session = games.make_session(edition=edition, starts_local=starts, ends_local=starts + timedelta(hours=2))
    box_office = ticketing.make_box_office(session=session, seats=seats, now=now - timedelta(days=1))
    product_id = shop.make_product(organisation.id, slug="lane-tee")
    small, large = (shop.make_variant(product_id, size=size, on_hand=on_hand, position=n) for n, size in enumerate(("S", "L")))
    shop.make_rates(organisation.id)
    rates = [
        commerce.NewTaxRate(place=place, tax_class=kind, rate_bp=2000, starts_on=date(2000, 1, 1), source="for a test")
        for place in ("FR", "DE")
        for kind in ("standard", "admission")
    ]
    with write() as tx:
        commerce.set_tax_rates(tx, rates, by=Actor.system("test"), reason="for a test", now=now)
    return House(market=market, organisation=organisation, edition=edition, session=session, offers=box_office.offers, small=small, large=large)
