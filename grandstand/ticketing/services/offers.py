"""Offers and their prices, changed one at a time."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.store.api import Change, Tx, announce, record, table, write
from grandstand.ticketing import models
from grandstand.ticketing.codes import HIGHEST_GATE
from grandstand.ticketing.facts import OfferChanged
from grandstand.ticketing.values import NoSuchOffer, OfferTerms, OfferWrong

OFFER = table(models.Offer)
PRICE = table(models.OfferPrice)

_TERMS = ["status", "cap_per_person", "limit_per_line", "sale_starts_at", "sale_ends_at", "gates", "needs_activation"]


def change_offer(*, offer_id: UUID, organisation_id: UUID, terms: OfferTerms, now: datetime, by: Actor, reason: str) -> None:
    """Sell on these terms from now on. Baskets that hold tickets on the old ones are told before they pay.

    Raises NoSuchOffer, OfferWrong (`detail["field"]` names what cannot be).
    """
    _check(terms)
    with write() as tx:
        before = _locked(tx, offer_id, organisation_id)
        row = _row(terms)
        tx.update(OFFER, [(offer_id, *row, 1)], key=["id"], set_to=_TERMS, add_to=["version"])
        after = dict(zip(_TERMS, row, strict=True))
        record(tx, [_change(before, "change", by, reason, _plain(before), _plain(after))], now=now)
        announce(tx, [_fact(before, now)])


def set_price(*, offer_id: UUID, organisation_id: UUID, price: Money, valid_from_at: datetime, now: datetime, by: Actor, reason: str) -> UUID:
    """From `valid_from_at` on a ticket of the offer costs `price`, in that currency; the id of the price. Those in effect before stay on record.

    Raises NoSuchOffer, and OfferWrong for a negative price, an instant in the past, or one that has a price already.
    """
    if price.minor < 0:
        raise OfferWrong("A price is zero or more.", field="amount_minor")
    if valid_from_at < now:
        raise OfferWrong("A price cannot begin in the past: what was sold was sold at the price of then.", field="valid_from_at")
    with write() as tx:
        offer = _locked(tx, offer_id, organisation_id)
        price_id = new_id()
        row = (price_id, organisation_id, offer_id, price.currency, price.minor, valid_from_at)
        new = tx.insert_new(PRICE, ["id", "organisation_id", "offer_id", "currency", "amount_minor", "valid_from_at"], [row], key=["id"])
        if not new:
            raise OfferWrong("There is a price from that very instant already: choose another.", field="valid_from_at")
        after: dict[str, Json] = {"currency": price.currency, "amount_minor": price.minor, "valid_from_at": valid_from_at.isoformat()}
        record(tx, [_change(offer, "set_price", by, reason, None, after)], now=now)
        announce(tx, [_fact(offer, now)])
    return price_id


def _check(terms: OfferTerms) -> None:
    if terms.limit_per_line < 1:
        raise OfferWrong("One order holds one ticket at least.", field="limit_per_line")
    if terms.cap_per_person < terms.limit_per_line:
        raise OfferWrong("A person cannot be allowed fewer tickets than one order holds.", field="cap_per_person")
    if not all(1 <= gate <= HIGHEST_GATE for gate in terms.gates):
        raise OfferWrong(f"Gates are numbered 1 to {HIGHEST_GATE}.", field="gates")


def _row(terms: OfferTerms) -> tuple[object, ...]:
    return (
        terms.status.value,
        terms.cap_per_person,
        terms.limit_per_line,
        terms.window.starts_at,
        terms.window.ends_at,
        sorted(terms.gates),
        terms.needs_activation,
    )


def _locked(tx: Tx, offer_id: UUID, organisation_id: UUID) -> dict[str, object]:
    columns = ["id", "organisation_id", "session_id", *_TERMS]
    rows = tx.select(OFFER, columns, "id = %s AND organisation_id = %s", (offer_id, organisation_id), order_by="id", lock=True)
    if not rows:
        raise NoSuchOffer("There is no such offer.", offer_id=str(offer_id))
    return dict(zip(columns, rows[0], strict=True))


def _plain(row: Mapping[str, object]) -> dict[str, Json]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items() if name in _TERMS}  # type: ignore[misc]


def _change(offer: Mapping[str, object], action: str, by: Actor, reason: str, before: Mapping[str, Json] | None, after: Mapping[str, Json]) -> Change:
    return Change(
        by=by,
        action=action,
        object_type="ticketing.offer",
        object_id=str(offer["id"]),
        reason=reason,
        organisation_id=UUID(str(offer["organisation_id"])),
        before=before,
        after=after,
    )


def _fact(offer: Mapping[str, object], now: datetime) -> OfferChanged:
    return OfferChanged(
        organisation_id=UUID(str(offer["organisation_id"])),
        occurred_at=now,
        offer_id=UUID(str(offer["id"])),
        session_id=UUID(str(offer["session_id"])),
    )
