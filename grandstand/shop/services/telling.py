"""Mail to buyers about their parcels, queued with what it tells about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.commerce import api as commerce
from grandstand.messaging.api import Notice, queue_notices
from grandstand.shop.rules.catalogue import said, variant_title
from grandstand.shop.values import ParcelStatus, Words
from grandstand.store.api import Kind, Tx

_TOLD = {ParcelStatus.PACKED, ParcelStatus.SHIPPED, ParcelStatus.DELIVERED, ParcelStatus.RETURNED}
"""Of a cancelled parcel commerce tells, with the money; that something is packed again is the shop's business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A parcel has reached a status."""

    parcel_id: UUID
    organisation_id: UUID
    order_id: UUID
    number: str
    status: ParcelStatus
    carrier: str
    tracking: str


def tell_buyers(tx: Tx, news: Sequence[News], *, now: datetime) -> None:
    """Queue one mail for each parcel, in the language of its order. Three statements. Who was forgotten is not written to."""
    told = [each for each in news if each.status in _TOLD]
    if not told:
        return
    contacts = commerce.contacts_many(tx, sorted({each.order_id for each in told}))
    contents = _contents(tx, sorted({each.parcel_id for each in told}))
    notices = [_notice(each, contacts[each.order_id], contents.get(each.parcel_id, [])) for each in told if each.order_id in contacts]
    queue_notices(tx, notices, now=now)


def _notice(news: News, contact: commerce.Contact, lines: Sequence[tuple[int, Words, str, Words]]) -> Notice:
    return Notice(
        key=f"shop.parcel:{news.parcel_id}:{news.status.value}",
        template=f"shop/notices/parcel_{news.status.value}",
        organisation_id=news.organisation_id,
        to_person_id=contact.person_id,
        to_email=contact.email,
        language=contact.language,
        context={
            "number": news.number,
            "carrier": news.carrier,
            "tracking": news.tracking,
            "items": [
                {"quantity": quantity, "title": said(names, contact.language), "variant": variant_title(size, colour_names, contact.language)}
                for quantity, names, size, colour_names in lines
            ],
        },
    )


def _contents(tx: Tx, parcel_ids: Sequence[UUID]) -> dict[UUID, list[tuple[int, Words, str, Words]]]:
    where, param = tx.among("l.parcel_id", Kind.UUID, parcel_ids)
    rows = tx.rows(
        "SELECT l.parcel_id, l.quantity - l.revoked, p.names, v.size, v.colour_names FROM shop_parcel_line l "
        f"JOIN shop_variant v ON v.id = l.variant_id JOIN shop_product p ON p.id = v.product_id WHERE {where} AND l.quantity > l.revoked "
        "ORDER BY l.line_id",
        (param,),
        kinds=[Kind.UUID, Kind.INT, Kind.JSON, Kind.TEXT, Kind.JSON],
    )
    contents: dict[UUID, list[tuple[int, Words, str, Words]]] = {}
    for parcel_id, quantity, names, size, colour_names in rows:
        contents.setdefault(parcel_id, []).append((quantity, names, size, colour_names))
    return contents
