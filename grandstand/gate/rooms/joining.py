"""How places are taken, kept and given up. The only write path of a place."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from grandstand.commerce.api import Owner
from grandstand.gate.rooms.rows import PLACE, ROOM, places_of, rooms_by_id
from grandstand.gate.rooms.rows import change as change_room
from grandstand.gate.rooms.values import AccountNeeded, Joining, NoSuchRoom, Place, ProofNeeded, Room, RoomClosed, Stage, TooManyPlaces
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_ids
from grandstand.store.api import Kind, Tx, within_limit

SENDERS_WINDOW = timedelta(hours=1)

MOST_FORGOTTEN = 5_000
"""Places forgotten in one transaction: a part of a second's work."""


def join_many(tx: Tx, joinings: Sequence[Joining], *, most_per_sender: int | None = None, now: datetime) -> list[Place | Refusal]:
    """A place for each, in the order of arrival: without a number until the sale begins, with the next one from then on.

    Who has a place gets the same one. Only somebody whose time inside is over, or who bought, gets a new one, behind everybody. The rooms' rows
    are locked first, so that numbers have no gaps and a list that is being closed is complete. Visitors of one address get `most_per_sender` new
    places an hour; None: any number. Six statements for one room, one more a room.
    Refusals: NoSuchRoom, RoomClosed, AccountNeeded, ProofNeeded, TooManyPlaces.
    """
    found = rooms_by_id(tx, [joining.room_id for joining in joinings], lock=True)
    keys = [(joining.owner.holder, joining.room_id) for joining in joinings]
    known = {key: place for key, place in places_of(tx, keys).items() if not place.is_over(found[place.room_id], now)}
    refused = [None if key in known else _refusal(joining, found.get(joining.room_id), now) for joining, key in zip(joinings, keys, strict=True)]
    wanted = {key: joining for joining, key, no in zip(joinings, keys, refused, strict=True) if no is None and key not in known}
    used = _used_proofs(tx, wanted.values())
    fresh: dict[tuple[str, UUID], Joining] = {}
    for key, joining in wanted.items():
        if joining.proof not in used:
            fresh[key] = joining
            used |= {joining.proof} if joining.proof else set()
    over = set[tuple[str, UUID]]() if most_per_sender is None else _over_limit(tx, fresh, most_per_sender, now)
    places = known | _made(tx, {key: joining for key, joining in fresh.items() if key not in over}, found, now)
    return [no or places.get(key) or (_too_many() if key in over else _puzzle()) for key, no in zip(keys, refused, strict=True)]


def _over_limit(tx: Tx, fresh: dict[tuple[str, UUID], Joining], most: int, now: datetime) -> set[tuple[str, UUID]]:
    """Of visitors, who could be anybody any number of times. The first ones of each address are within its limit."""
    senders = {key: f"gate.join:{joining.sender}" for key, joining in fresh.items() if joining.owner.person_id is None}
    left = within_limit(tx, Counter(senders.values()), limit=most, window=SENDERS_WINDOW, now=now)
    over = set[tuple[str, UUID]]()
    for key, sender in senders.items():
        left[sender] -= 1
        if left[sender] < 0:
            over.add(key)
    return over


def _too_many() -> TooManyPlaces:
    return TooManyPlaces("Very many places were taken from your network within the hour: sign in, or try again later.")


def _refusal(joining: Joining, room: Room | None, now: datetime) -> Refusal | None:
    if room is None:
        return NoSuchRoom("There is no such waiting room.")
    if (stage := room.stage(now)) in {Stage.PLANNED, Stage.ENDED}:
        return RoomClosed("Nobody can join this waiting room now.", stage=stage.value)
    if room.for_accounts and joining.owner.person_id is None:
        return AccountNeeded("This waiting room is for people with an account: sign in first.")
    return _puzzle() if room.proof_cost and not joining.proof else None


def _puzzle() -> ProofNeeded:
    return ProofNeeded("Solve a new puzzle first: this one was used, or none came.")


def _used_proofs(tx: Tx, joinings: Collection[Joining]) -> set[str]:
    proofs = sorted({joining.proof for joining in joinings if joining.proof})
    return {proof for (proof,) in tx.select_among(PLACE, ["proof"], "proof", proofs)}


def _made(tx: Tx, fresh: dict[tuple[str, UUID], Joining], found: dict[UUID, Room], now: datetime) -> dict[tuple[str, UUID], Place]:
    give_up_many(tx, list(fresh))
    numbers = {room_id: room.late for room_id, room in found.items()}
    early = {room_id: room.early for room_id, room in found.items()}
    made: dict[tuple[str, UUID], Place] = {}
    for id_, ((holder, room_id), _joining) in zip(new_ids(len(fresh)) if fresh else [], fresh.items(), strict=True):
        number = None
        if found[room_id].closed_at is None and now < found[room_id].starts_at:
            early[room_id] += 1
        else:
            number, numbers[room_id] = numbers[room_id], numbers[room_id] + 1
        made[holder, room_id] = Place(id=id_, room_id=room_id, holder=holder, number=number, joined_at=now, entered_at=None, left_at=None)
    tx.insert(
        PLACE,
        ["id", "organisation_id", "room_id", "holder", "number", "proof"],
        [
            (place.id, found[place.room_id].organisation_id, place.room_id, place.holder, place.number, fresh[key].proof)
            for key, place in made.items()
        ],
        same={"joined_at": now},
    )
    for room_id in sorted({place.room_id for place in made.values()}):
        change_room(tx, room_id, early=early[room_id], late=numbers[room_id])
    return made


def give_up_many(tx: Tx, keys: Sequence[tuple[str, UUID]]) -> None:
    """Free these holders' places, by holder and room. The places stay in the list and in the order, with nobody in them. Two statements."""
    _give_up(tx, [place.id for place in places_of(tx, keys, lock=True).values()])


def forget_places(tx: Tx, *, kept: timedelta, now: datetime) -> int:
    """Free up to MOST_FORGOTTEN places of rooms that ended `kept` ago; return how many. Three statements, one without such rooms."""
    ended = [id_ for (id_,) in tx.select(ROOM, ["id"], "ended_at < %s", (now - kept,))]
    if not ended:
        return 0
    where, param = tx.among("room_id", Kind.UUID, ended)
    rows = tx.select(PLACE, ["id"], f"{where} AND holder NOT LIKE %s", (param, "gone:%"), order_by=f"id LIMIT {MOST_FORGOTTEN}", lock=True)
    _give_up(tx, [id_ for (id_,) in rows])
    return len(rows)


def _give_up(tx: Tx, ids: Iterable[UUID]) -> None:
    tx.update(PLACE, [(id_, f"gone:{id_.hex}") for id_ in ids], key=["id"], set_to=["holder"])


def adopt_places(tx: Tx, *, visitor: str, owner: Owner) -> None:
    """What a visitor waits for is the owner's: the person who signed in, or the visitor that their session knows.

    With places of both in a room, the one that was taken first stays.
    """
    here, there = Owner(visitor=visitor).holder, owner.holder
    if here == there:
        return
    rows = tx.select(PLACE, ["id", "room_id", "holder", "joined_at"], "holder = %s OR holder = %s", (here, there), order_by="id", lock=True)
    of_owner = {room_id: joined_at for _, room_id, holder, joined_at in rows if holder == there}
    moved = [(id_, room_id) for id_, room_id, holder, at in rows if holder == here and not of_owner.get(room_id, at) < at]
    kept = {id_ for id_, _ in moved}
    give_up_many(tx, [(here, room_id) for id_, room_id, holder, _ in rows if holder == here and id_ not in kept])
    give_up_many(tx, [(there, room_id) for _, room_id in moved if room_id in of_owner])
    tx.update(PLACE, [(id_, there) for id_, _ in moved], key=["id"], set_to=["holder"])


def leave_many(tx: Tx, keys: Sequence[tuple[str, UUID]], *, now: datetime) -> None:
    """These are done inside, by holder and room: they make room for others. Two statements."""
    inside = [place for place in places_of(tx, keys, lock=True).values() if place.entered_at is not None and place.left_at is None]
    tx.update(PLACE, [(place.id, now) for place in inside], key=["id"], set_to=["left_at"])
