"""What operators do with a waiting room. Every change leaves a row in the audit log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from grandstand.gate.rooms import rows
from grandstand.gate.rooms.rows import GUARD, locked
from grandstand.gate.rooms.seeding import PUBLISHED_BEFORE, new_secret
from grandstand.gate.rooms.values import Guarded, RoomDraft, RoomWrong
from grandstand.gate.rules import round_at
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.ids import new_id
from grandstand.kit.texts import gettext_noop
from grandstand.shop import api as shop
from grandstand.store.api import Change, Tx, record
from grandstand.ticketing import api as ticketing

CLOSING = timedelta(seconds=30)
"""Between the sale's beginning, when the list closes, and the named round: time to write the digest of a million places and to read it."""

LONGEST_MESSAGE = 500


def open_room(tx: Tx, *, organisation_id: UUID, draft: RoomDraft, guarded: Sequence[Guarded], by: Actor, reason: str, now: datetime) -> UUID:
    """A room before these items, from `opens_at` on. Its round is named, its secret committed to. Raises RoomWrong."""
    _check(draft)
    _check_sellers(tx, organisation_id, guarded)
    if rows.rooms(tx, "code = %s", (draft.code,)):
        raise RoomWrong(gettext_noop("Another waiting room has this address."), field="code")
    room_id = new_id()
    sealed, commitment = new_secret(room_id)
    fixed = {"id": room_id, "organisation_id": organisation_id, "secret": sealed, "commitment": commitment}
    columns = fixed | _of(draft) | _NOTHING_YET
    tx.insert(rows.ROOM, list(columns), [tuple(columns.values())])
    _guard(tx, room_id, organisation_id, guarded)
    _journal(tx, room_id, organisation_id, "create", by=by, reason=reason, now=now, before=None, after=_told(draft, guarded))
    return room_id


def change_room(tx: Tx, *, room_id: UUID, draft: RoomDraft, guarded: Sequence[Guarded], by: Actor, reason: str, now: datetime) -> None:
    """Other conditions. When the list is closed, its beginning stays as it was. Raises NoSuchRoom, RoomWrong."""
    _check(draft)
    room = locked(tx, room_id)
    if room.code != draft.code:
        raise RoomWrong(gettext_noop("The address of a waiting room stays: people have it."), field="code")
    if room.closed_at is not None and (draft.starts_at, draft.opens_at) != (room.starts_at, room.opens_at):
        raise RoomWrong(gettext_noop("The early list is closed: the sale's beginning cannot be moved any more."), field="starts_at")
    _check_sellers(tx, room.organisation_id, guarded)
    to = _of(draft)
    if room.closed_at is not None:
        del to["named_round"]
    rows.change(tx, room_id, **to)
    tx.execute("DELETE FROM gate_guard WHERE room_id = %s", (room_id,))
    _guard(tx, room_id, room.organisation_id, guarded)
    _journal(tx, room_id, room.organisation_id, "change", by=by, reason=reason, now=now, before=None, after=_told(draft, guarded))


def steer(
    tx: Tx,
    *,
    room_id: UUID,
    by: Actor,
    reason: str,
    now: datetime,
    paused: bool | None = None,
    rate_per_min: int | None = None,
    most_inside: int | None = None,
    message: dict[str, str] | None = None,
) -> None:
    """Pause or go on, another pace, another limit, a message to everybody who waits, in each language. What is None stays.

    Raises NoSuchRoom, RoomWrong.
    """
    if message is not None and any(len(text) > LONGEST_MESSAGE for text in message.values()):
        raise RoomWrong(gettext_noop("The message is too long: 500 characters at most."), field="message")
    room = locked(tx, room_id)
    wished: dict[str, Any] = {"is_paused": paused, "rate_per_min": rate_per_min, "most_inside": most_inside, "message": message}
    to = {name: value for name, value in wished.items() if value is not None and value != getattr(room, name)}
    if not to:
        return
    before = {name: getattr(room, name) for name in to}
    if paused is False and room.ordered_at is not None:
        to["moved_at"] = now  # what was not let in meanwhile is not made up for
    rows.change(tx, room_id, **to)
    _journal(tx, room_id, room.organisation_id, "steer", by=by, reason=reason, now=now, before=before, after={name: to[name] for name in before})


def end_room(tx: Tx, *, room_id: UUID, by: Actor, reason: str, now: datetime) -> None:
    """Nobody has to wait any more; what was guarded is free to all. Raises NoSuchRoom."""
    room = locked(tx, room_id)
    if room.ended_at is None:
        rows.change(tx, room_id, ended_at=now)
        _journal(tx, room_id, room.organisation_id, "end", by=by, reason=reason, now=now, before=None, after={"waiting": room.waiting})


_NOTHING_YET: dict[str, Any] = {
    **dict.fromkeys(("early", "late", "early_in", "late_in"), 0),
    **dict.fromkeys(("digest", "seed", "seed_from", "signature", "revealed"), ""),
    "early_below": "0" * 65,
    "is_paused": False,
    "message": {},
}


def _of(draft: RoomDraft) -> dict[str, Any]:
    return {
        "code": draft.code,
        "title": draft.title.strip(),
        "titles": dict(draft.titles),
        "opens_at": draft.opens_at,
        "starts_at": draft.starts_at,
        "market_code": draft.market_code,
        "for_accounts": draft.for_accounts,
        "proof_cost": draft.proof_cost,
        "named_round": round_at(draft.starts_at + CLOSING + PUBLISHED_BEFORE),
        "fallback_after_s": draft.fallback_after_s,
        "rate_per_min": draft.rate_per_min,
        "most_inside": draft.most_inside,
        "stay_s": draft.stay_s,
    }


def _check(draft: RoomDraft) -> None:
    if not draft.title.strip():
        raise RoomWrong(gettext_noop("The waiting room needs a title."), field="title")
    if draft.opens_at > draft.starts_at:
        raise RoomWrong(gettext_noop("People may come before the sale begins, not after."), field="opens_at")
    if draft.stay_s < 60:
        raise RoomWrong(gettext_noop("Give people a minute at least."), field="stay_s")


def _check_sellers(tx: Tx, organisation_id: UUID, guarded: Sequence[Guarded]) -> None:
    """A room stands before what its own organisation sells. Two statements."""
    offers = [each.ref.item_id for each in guarded if each.ref.kind == ticketing.Tickets.kind]
    products = [each.ref.item_id for each in guarded if each.ref.kind == shop.KIND]
    known = ticketing.offers_by_id(tx, offers)
    if any(id_ not in known or known[id_].organisation_id != organisation_id for id_ in offers):
        raise RoomWrong(gettext_noop("This organisation sells no tickets for one of these sessions."), field="sessions")
    items = shop.items_by_id(tx, products)
    if any(id_ not in items or items[id_].organisation_id != organisation_id for id_ in products):
        raise RoomWrong(gettext_noop("This organisation does not sell one of these variants."), field="products")
    assert len(offers) + len(products) == len(guarded), "tickets and products are what there is to guard"


def _guard(tx: Tx, room_id: UUID, organisation_id: UUID, guarded: Sequence[Guarded]) -> None:
    once = {(each.ref.kind, each.ref.item_id): each.session_id for each in guarded}
    tx.insert(
        GUARD,
        ["id", "kind", "item_id", "session_id"],
        [(new_id(), kind, item_id, session_id) for (kind, item_id), session_id in once.items()],
        same={"room_id": room_id, "organisation_id": organisation_id},
    )


def _told(draft: RoomDraft, guarded: Sequence[Guarded]) -> dict[str, Json]:
    return {
        "code": draft.code,
        "starts_at": draft.starts_at.isoformat(),
        "rate_per_min": draft.rate_per_min,
        "most_inside": draft.most_inside,
        "items": [f"{each.ref.kind}:{each.ref.item_id}" for each in guarded],
    }


def _journal(
    tx: Tx,
    room_id: UUID,
    organisation_id: UUID,
    action: str,
    *,
    by: Actor,
    reason: str,
    now: datetime,
    before: dict[str, Json] | None,
    after: dict[str, Json],
) -> None:
    change = Change(
        by=by,
        action=action,
        object_type="gate.waitingroom",
        object_id=room_id,
        reason=reason,
        organisation_id=organisation_id,
        before=before,
        after=after,
    )
    record(tx, [change], now=now)
