"""Holds by the batch: what is asked for by number or by name at once, and parties that leave the choice of seats to us.

Seats are chosen within the batch, in the order of arrival, and then held by name as if somebody had named them: all rules and walls stand, the
choice only proposes. Somebody of another process may have been quicker; then what is known is brought up to date and those parties get others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count
from uuid import UUID

from grandstand.commerce import api as commerce
from grandstand.gate.offers import times
from grandstand.gate.seats.memory import NoSeats, Party, SeatMemory
from grandstand.gate.seats.shelf import Place, Seats
from grandstand.gate.values import Denied, Granted, HoldAsk
from grandstand.inventory import api as inventory
from grandstand.inventory.api import Reason
from grandstand.kit.ids import named_id
from grandstand.store.api import Tx

MOST_CHOICES = 4
"""How often seats are chosen for one party, in one batch, before it is told that others were quicker. From the second time on processes choose
one after the other, so that only pages can be quicker still."""

FOR_EVER = float("inf")

MISSED = {Reason.SEATS_TAKEN, Reason.UNKNOWN}
"""What inventory says of a seat that somebody has, or that went to another account, since we looked."""

type Lasting = Callable[[Callable[[Tx], list[inventory.Answer | None]]], list[inventory.Answer | None]]
"""Runs its argument in a transaction, again after a deadlock and while the database cannot be reached."""


@dataclass(slots=True, eq=False, kw_only=True)
class Entry:
    """An ask on its way. Where seats are chosen for it, `place` says where they are, and `proposed` which."""

    ask: HoldAsk
    quote: commerce.Quote
    place: Place | None
    tries: int = 0
    proposed: tuple[UUID, ...] = ()
    named: tuple[UUID, ...] = ()
    """The seats of the hold that its key has."""
    is_new: bool = False
    """Whether that hold has just been made, and has what was proposed."""
    why_none: NoSeats | None = None
    """Why nothing could be proposed."""
    answer: Granted | Denied | Exception | None = None

    @property
    def party(self) -> Party:
        """Who is to be seated."""
        assert self.place is not None, "seats are chosen where there are any"
        ask = self.ask
        return Party(account_id=self.place.account_id, quantity=ask.quantity, accessible=ask.accessible, may_split=ask.may_split)

    @property
    def memory(self) -> SeatMemory:
        """Where the seats are."""
        assert self.place is not None, "seats are chosen where there are any"
        return self.place.memory

    def is_worth_choosing(self, now: datetime) -> bool:
        """Whether no rule that is plain beforehand refuses it; inventory says which."""
        limit = commerce.MOST_OF_ONE if self.quote.hold_limit is None else self.quote.hold_limit
        return self.ask.quantity <= limit and now in self.quote.window

    def choose(self, *, own: Sequence[UUID] = ()) -> bool:
        """Propose seats to it, which has `own` and gives them back. False when there are none."""
        self.proposed = self.memory.choose(self.party, until=FOR_EVER, own=own)
        self.why_none = None if self.proposed else self.memory.why_none(self.party, own=len(own))
        return bool(self.proposed)

    def settle(self, held_by: UUID | None = None) -> None:
        """Its proposal is over: the hold has the seats, or nobody."""
        if self.proposed:
            self.memory.settle(self.proposed, held_by=held_by)
            self.proposed = ()

    def hear(self, answer: inventory.Answer | Exception) -> None:
        """Tell what inventory says."""
        match answer:
            case inventory.Held():
                price, seats = self.quote.unit_price, self.ask.seat_ids if self.place is None else self.named
                self.answer = Granted(
                    hold_id=answer.hold_id, expires_at=answer.expires_at, unit_price_minor=price.minor, currency=price.currency, seats=seats
                )
            case inventory.Refused():
                self.answer = Denied(reason=answer.why or answer.reason.value, left=answer.left)
            case _:
                self.answer = answer

    def wish(self) -> inventory.Wish:
        """What inventory is asked for now. Where there are no seats to propose, it keeps why not for whoever asks again."""
        none = self.why_none
        unseated = None if none is None else inventory.Refused(reason=Reason.SEATS_NEEDED, left=none.left, why=none.reason)
        return wish_of(self.ask, self.quote, self.proposed, chosen=self.place is not None, tries=self.tries, unseated=unseated)


def hold_all(lasting: Lasting, seats: Seats, entries: Sequence[Entry], *, now: datetime) -> None:
    """Answer each entry, mostly in one transaction for all. Seats are chosen for some of them at least.

    A party is put off less than MOST_CHOICES times, and then tried as often at most.
    """
    left = list(entries)
    for n in count():
        _hold(lasting, seats, left, now=now, alone=n > 0, may_wait=n < MOST_CHOICES - 1)
        left = [entry for entry in left if entry.answer is None]
        if not left:
            return


def wish_of(
    ask: HoldAsk,
    quote: commerce.Quote,
    seat_ids: Sequence[UUID] = (),
    *,
    chosen: bool = False,
    tries: int = 0,
    unseated: inventory.Refused | None = None,
) -> inventory.Wish:
    """What inventory is asked for, under the conditions of the quote. Each try for other seats has a key of its own, the same for a repetition."""
    bearer, whole = ask.bearer, times(quote, ask.quantity, tuple(seat_ids) or ask.seat_ids)
    key = named_id(bearer.basket_id.bytes + ask.key.encode()).hex
    return inventory.Wish(
        key=f"{key}-{tries}" if tries else key,
        organisation_id=whole.seller_id,
        holder=bearer.owner.holder,
        basket_id=bearer.basket_id,
        wants=whole.wants,
        caps=whole.caps,
        limit=commerce.MOST_OF_ONE if whole.hold_limit is None else whole.hold_limit,
        window=whole.window,
        hold_for=commerce.HOLD_FOR,
        offer_version=whole.version,
        chosen=f"best:{ask.accessible}:{ask.may_split:d}" if chosen else "",
        unseated=unseated,
    )


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _hold(lasting: Lasting, seats: Seats, entries: Sequence[Entry], *, now: datetime, alone: bool, may_wait: bool) -> None:
    """Answer those that can be answered now. When the transaction fails for one of them, each half is tried on its own, in order."""
    try:
        decided = lasting(partial(_decide, seats=seats, entries=entries, now=now, alone=alone, may_wait=may_wait))
    except inventory.FAULTS as fault:
        _give_back(entries)
        if len(entries) == 1:
            entries[0].answer = fault
            return
        half = len(entries) // 2
        for part in (entries[:half], entries[half:]):
            _hold(lasting, seats, part, now=now, alone=alone, may_wait=may_wait)
        return
    except BaseException:
        _give_back(entries)
        raise
    for entry, answer in zip(entries, decided, strict=True):
        if answer is not None:
            _tell(entry, answer)


def _decide(tx: Tx, seats: Seats, entries: Sequence[Entry], *, now: datetime, alone: bool, may_wait: bool) -> list[inventory.Answer | None]:
    """What inventory says to each; None for one that is put off to the next round, since seats may come back that others are proposed."""
    _give_back(entries)  # of a try that failed
    parties = [entry for entry in entries if entry.place is not None]
    _choose(tx, seats, [entry for entry in parties if entry.is_worth_choosing(now)], alone=alone)
    put_off = {id(entry) for entry in parties if _is_put_off(entry, now)} if may_wait else set()
    asked = [entry for entry in entries if id(entry) not in put_off]
    answers = dict(zip(map(id, asked), inventory.hold_many(tx, [entry.wish() for entry in asked], now=now), strict=True))
    _name_seats(tx, [(entry, answer) for entry in parties if isinstance(answer := answers.get(id(entry)), inventory.Held)])
    return [answers.get(id(entry)) for entry in entries]


def _choose(tx: Tx, seats: Seats, parties: Sequence[Entry], *, alone: bool) -> None:
    memories = {entry.memory.seating.seating_id: entry.memory for entry in parties}
    crowded = {id_: memory for id_, memory in memories.items() if alone or memory.is_crowded}
    if crowded:
        inventory.choose_alone(tx, sorted(crowded))
        seats.learn_now(tx, crowded.values())
    none = [entry for entry in parties if not entry.choose()]
    # Nobody is told that there are none by what was true a second ago.
    doubtful = {id(entry.memory): entry.memory for entry in none if entry.memory.seating.seating_id not in crowded}
    if doubtful:
        seats.learn_now(tx, doubtful.values())
        for entry in none:
            if id(entry.memory) in doubtful:
                entry.choose()


def _is_put_off(entry: Entry, now: datetime) -> bool:
    return not entry.proposed and entry.is_worth_choosing(now) and entry.memory.may_come_back(entry.party.account_id)


def _name_seats(tx: Tx, held: Sequence[tuple[Entry, inventory.Held]]) -> None:
    """The seats of each hold: those that were proposed, or those of the hold that the key had before."""
    taken = inventory.seats_taken_by_many(tx, [answer.hold_id for _, answer in held])
    before = []
    for entry, answer in held:
        # A hold of before, given back since, may be named the same seats that are the best again: nobody has them.
        entry.is_new = taken.get(answer.hold_id) == set(entry.proposed)
        if entry.is_new:
            entry.named = entry.proposed
        else:
            before.append((entry, answer.hold_id))
    holds = inventory.holds(tx, [hold_id for _, hold_id in before])
    for entry, hold_id in before:
        entry.named = tuple(seat_id for want in holds[hold_id].wants for seat_id in want.seat_ids)


def _tell(entry: Entry, answer: inventory.Answer) -> None:
    """After the commit: what the party is told, and what the others may be proposed.

    A try that others were quicker than may be one of before, whose answer was lost: then the next one has it, whether there are seats now or not.
    """
    was_proposed = bool(entry.proposed)
    if isinstance(answer, inventory.Held):
        entry.settle(answer.hold_id if entry.is_new else None)
        entry.hear(answer)
        return
    entry.settle()
    if entry.place is not None and answer.reason in MISSED:
        if was_proposed:
            entry.memory.crowd()
        entry.tries += 1
        entry.answer = Denied(reason=Reason.SEATS_TAKEN.value) if entry.tries == MOST_CHOICES else None
    else:
        entry.hear(answer)


def _give_back(entries: Sequence[Entry]) -> None:
    for entry in entries:
        entry.settle()
