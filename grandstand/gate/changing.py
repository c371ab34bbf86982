"""A hold becomes another: other seats, another number, another category, in one step and within the time it had left."""

from collections.abc import Callable, Sequence
from copy import replace
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from grandstand.commerce.api import NotQuoted, Quote
from grandstand.gate.holding import MISSED, MOST_CHOICES, Entry
from grandstand.gate.seats.shelf import Place, Seats
from grandstand.gate.values import ChangeAsk, Denied, Granted
from grandstand.inventory import api as inventory
from grandstand.inventory.api import HoldState, Reason
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import digest
from grandstand.kit.ids import named_id, new_id
from grandstand.store.api import Asked, Fresh, Known, Reused, Tx, ask, keep_answers

SCOPE = "gate.change"
BUYER = Actor.system("gate")

type Lasting = Callable[[Callable[[Tx], None]], None]


@dataclass(slots=True, eq=False, kw_only=True)
class Changing:
    """A change on its way."""

    ask: ChangeAsk
    quote: Quote | NotQuoted
    place: Place | None
    answer: Granted | Denied | Exception | None = None

    @property
    def key(self) -> str:
        """What stands for the bearer's key."""
        return named_id(self.ask.want.bearer.basket_id.bytes + self.ask.want.key.encode()).hex

    @property
    def body(self) -> str:
        """What stands for all that is asked for."""
        want = self.ask.want
        return digest(
            [
                self.ask.hold_id,
                want.bearer.owner.holder,
                want.ref.kind,
                want.ref.item_id,
                want.quantity,
                want.seat_ids,
                want.accessible,
                want.may_split,
            ]
        )


@dataclass(slots=True, eq=False, kw_only=True)
class _Step:
    """One that can be carried out: the hold as it is, and what it shall be."""

    changing: Changing
    hold: inventory.Hold
    entry: Entry

    def own_of(self, account_id: UUID) -> tuple[UUID, ...]:
        """The seats of the account that are given back."""
        return tuple(seat_id for want in self.hold.wants if want.account_id == account_id for seat_id in want.seat_ids)

    def wish(self, now: datetime) -> inventory.Wish:
        """The new hold, which lasts as long as the old one would have."""
        return replace(self.entry.wish(), key=f"change:{new_id().hex}", hold_for=self.hold.expires_at - now, chosen="")


def change_all(lasting: Lasting, seats: Seats, changes: Sequence[Changing]) -> None:
    """Answer each change. When the transaction fails for one of them, each half is tried on its own, in order."""
    steps: list[_Step] = []
    try:
        lasting(partial(change_many, seats=seats, changes=changes, steps=steps))
    except inventory.FAULTS as fault:
        _give_back(steps)
        if len(changes) == 1:
            changes[0].answer = fault
            return
        half = len(changes) // 2
        change_all(lasting, seats, changes[:half])
        change_all(lasting, seats, changes[half:])
        return
    except BaseException:
        _give_back(steps)
        raise
    for step in steps:
        answer = step.changing.answer
        step.entry.settle(answer.hold_id if isinstance(answer, Granted) else None)


def change_many(tx: Tx, seats: Seats, changes: Sequence[Changing], *, steps: list[_Step]) -> None:
    """Answer each change; a refused one leaves its hold as it was. The same key gets the same answer.

    Old holds are given back and new ones taken within a savepoint; while one of them is refused, it is undone and the others tried without that
    one: one more round per refused change at most, and MOST_CHOICES for a party that others are quicker than. `steps` are those whose proposals are
    to be settled after the commit.
    """
    _give_back(steps)  # of a try that failed
    steps.clear()
    for changing in changes:
        changing.answer = None
    now = tx.now()
    fresh, repeated = _fresh(tx, changes, now)
    steps += _steps(tx, fresh, now)
    memories = {step.entry.memory.seating.seating_id: step.entry.memory for step in steps if step.entry.place is not None}
    inventory.choose_alone(tx, sorted(memories))
    inventory.lock_exchange(tx, [step.hold.hold_id for step in steps], [step.wish(now) for step in steps])
    pending = list(steps)
    while pending:
        seats.learn_now(tx, memories.values())
        pending = _try(tx, pending, now)
    keep_answers(tx, scope=SCOPE, answers={changing.key: _stored(changing.answer) for changing in fresh})
    for changing, first in repeated:
        changing.answer = first.answer


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _fresh(tx: Tx, changes: Sequence[Changing], now: datetime) -> tuple[list[Changing], list[tuple[Changing, Changing]]]:
    """Those to be decided; and those that repeat one of them, with it. The others are answered."""
    verdicts = ask(tx, scope=SCOPE, requests=[Asked(changing.key, changing.body) for changing in changes], now=now)
    fresh: dict[str, Changing] = {}
    repeated: list[tuple[Changing, Changing]] = []
    for changing in changes:
        match verdicts[changing.key]:
            case Known(answer) if answer is not None and changing.body == _first(changes, changing.key).body:
                changing.answer = _restored(answer)
            case Fresh() | Known(None) if changing.key not in fresh:
                fresh[changing.key] = changing
            case Fresh() | Known(None) if fresh[changing.key].body == changing.body:
                repeated.append((changing, fresh[changing.key]))
            case Fresh() | Known() | Reused():
                changing.answer = Denied(reason=Reason.KEY_REUSED.value)
    return list(fresh.values()), repeated


def _first(changes: Sequence[Changing], key: str) -> Changing:
    return next(changing for changing in changes if changing.key == key)


def _steps(tx: Tx, changes: Sequence[Changing], now: datetime) -> list[_Step]:
    """What can be carried out. Only the bearer's own hold that lasts can, and once."""
    holds = inventory.holds(tx, [changing.ask.hold_id for changing in changes])
    steps = []
    for changing in changes:
        hold, bearer = holds.get(changing.ask.hold_id), changing.ask.want.bearer
        is_theirs = hold is not None and (hold.holder, hold.basket_id) == (bearer.owner.holder, bearer.basket_id)
        if hold is None or not is_theirs or hold.state is not HoldState.HELD or hold.expires_at <= now:
            changing.answer = Denied(reason=Reason.GONE.value)
        elif isinstance(changing.quote, NotQuoted):
            changing.answer = Denied(reason=changing.quote.reason.value)
        else:
            del holds[hold.hold_id]
            steps.append(_Step(changing=changing, hold=hold, entry=Entry(ask=changing.ask.want, quote=changing.quote, place=changing.place)))
    return steps


def _try(tx: Tx, steps: Sequence[_Step], now: datetime) -> list[_Step]:
    """Change them all, or say of some why not and undo it: then those that are left to be tried come back."""
    with tx.savepoint("gate_change") as undo:
        freed = inventory.release_many(tx, [step.hold.hold_id for step in steps], by=BUYER, now=now, reason="the buyer changed it")
        for step in steps:
            if step.entry.place is not None and step.entry.is_worth_choosing(now):
                step.entry.choose(own=step.own_of(step.entry.place.account_id))
        answers = inventory.hold_many(tx, [step.wish(now) for step in steps], now=now)
        # Somebody else may have given it back, bought it or let it expire since it was read.
        over = [step for step, was_held in zip(steps, freed, strict=True) if not was_held]
        refused = [step for step, answer in zip(steps, answers, strict=True) if isinstance(answer, inventory.Refused)]
        if not over and not refused:
            for step, answer in zip(steps, answers, strict=True):
                step.entry.named = step.entry.proposed
                step.entry.hear(answer)
                step.changing.answer = step.entry.answer
            return []
        undo()
    for step, answer in zip(steps, answers, strict=True):
        if step in over:
            step.changing.answer = Denied(reason=Reason.GONE.value)
        elif isinstance(answer, inventory.Refused):
            step.changing.answer = _refusal(step, answer)
        step.entry.settle()
    return [step for step in steps if step.changing.answer is None]


def _refusal(step: _Step, refused: inventory.Refused) -> Denied | None:
    """What the buyer is told; None when other seats are to be chosen."""
    entry = step.entry
    if entry.proposed and refused.reason in MISSED:
        entry.tries += 1
        return Denied(reason=Reason.SEATS_TAKEN.value) if entry.tries == MOST_CHOICES else None
    return Denied(reason=refused.why or refused.reason.value, left=refused.left)


def _give_back(steps: Sequence[_Step]) -> None:
    for step in steps:
        step.entry.settle()


def _stored(answer: Granted | Denied | Exception | None) -> dict[str, Any]:
    if isinstance(answer, Granted):
        return {
            "hold_id": str(answer.hold_id),
            "expires_at": answer.expires_at.isoformat(),
            "unit_price_minor": answer.unit_price_minor,
            "currency": answer.currency,
            "seats": [str(seat_id) for seat_id in answer.seats],
        }
    assert isinstance(answer, Denied), "every change of a transaction that stands is answered"
    return {"refused": answer.reason, "left": answer.left}


def _restored(stored: dict[str, Any]) -> Granted | Denied:
    if "refused" in stored:
        return Denied(reason=stored["refused"], left=stored["left"])
    return Granted(
        hold_id=UUID(stored["hold_id"]),
        expires_at=datetime.fromisoformat(stored["expires_at"]),
        unit_price_minor=stored["unit_price_minor"],
        currency=stored["currency"],
        seats=tuple(UUID(seat_id) for seat_id in stored["seats"]),
    )
