"""What is read of sessions that are sold by their seats."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from grandstand.gate.seats.memory import SeatMemory
from grandstand.inventory import api as inventory
from grandstand.store.api import Tx
from grandstand.ticketing import api as ticketing

FOR_EVERYBODY = {"public": False, "accessible": True}
"""Accounts from which anybody may buy, and whether their seats are the accessible places with their companions'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatedOffer:
    """What is sold of one account's seats. `is_open` says that it is neither paused nor withdrawn; when, says its quote."""

    item_id: UUID
    account_id: UUID
    account_code: str
    category: str
    is_open: bool

    @property
    def is_for_everybody(self) -> bool:
        """Whether anybody may buy it."""
        return self.account_code in FOR_EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a session is seated at this moment, None where it is not, and what is sold of it."""

    session_id: UUID
    seating: ticketing.SeatingRow | None
    offers: tuple[SeatedOffer, ...]

    @property
    def account_ids(self) -> set[UUID]:
        """The accounts from which something is sold."""
        return {offer.account_id for offer in self.offers}

    @property
    def everybodys(self) -> frozenset[UUID]:
        """The accounts from which anybody may buy."""
        return frozenset(offer.account_id for offer in self.offers if offer.is_for_everybody)


def sessions_of_items(tx: Tx, item_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The session of each offer; ids of none are left out. One statement."""
    return {item_id: offer.session_id for item_id, offer in ticketing.offers_by_id(tx, item_ids).items()}


def look_many(tx: Tx, session_ids: Sequence[UUID]) -> dict[UUID, Look]:
    """These sessions as they are now. One statement where none has seats, else three."""
    seatings = ticketing.seatings_many(tx, session_ids)
    offers = ticketing.offers_of_sessions(tx, sorted(seatings))
    codes = {id_: account.code for id_, account in inventory.availability_many(tx, [offer.account_id for offer in offers]).items()}
    of_session: dict[UUID, list[SeatedOffer]] = defaultdict(list)
    for offer in offers:
        of_session[offer.session_id].append(
            SeatedOffer(
                item_id=offer.id,
                account_id=offer.account_id,
                account_code=codes[offer.account_id],
                category=offer.category.code,
                is_open=offer.status is ticketing.OfferStatus.ON_SALE,
            )
        )
    return {
        session_id: Look(session_id=session_id, seating=seatings.get(session_id), offers=tuple(of_session[session_id])) for session_id in session_ids
    }


def fill(tx: Tx, look: Look) -> SeatMemory:
    """What there is to know of a session with seats. About two seconds for 60,000 that nobody has asked for yet, most of them for the plan."""
    assert look.seating is not None, "who fills a memory has looked whether there are seats"
    # The marks come first: what changes after them is read again.
    marks = inventory.newest_movements_many(tx, sorted(look.account_ids))
    plan = ticketing.plan(tx, look.seating.plan_id)
    states = inventory.seats_of_seating(tx, look.seating.seating_id)
    return SeatMemory(look.seating, plan, states, marks=marks, everybodys=look.everybodys)


def refresh(tx: Tx, memory: SeatMemory, look: Look) -> None:
    """Learn what changed since the last look: one to three statements, and rows for what changed only. Whoever calls has `memory.looking`."""
    assert look.seating is not None, "a session that has seats keeps them"
    with memory.look():
        if look.seating == memory.seating and look.account_ids == memory.marks.keys() and look.everybodys == memory.everybodys:
            moved = inventory.seats_moved_since(tx, memory.marks, besides=memory.own_holds)
            moved.others.update(memory.doubted)
            if memory.learn(moved, inventory.seats_among(tx, look.seating.seating_id, sorted(moved.others))):
                return
        marks = inventory.newest_movements_many(tx, sorted(look.account_ids))
        states = inventory.seats_of_seating(tx, look.seating.seating_id)
        memory.refill(look.seating, ticketing.plan(tx, look.seating.plan_id), states, marks=marks, everybodys=look.everybodys)
