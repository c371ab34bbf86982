"""What a buyer does with a basket. Over a Tx, in batches; a single page's call is a batch of one.

No audit rows: a basket is its buyer's own scratch paper, and what it sets aside is in the journal of inventory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.queries.open_baskets import lines_of, open_baskets
from grandstand.commerce.queries.rows import BasketLineRow, BasketRow, change, columns_of, put
from grandstand.commerce.refusals import BasketFull, KeyReused, LineRefused, NoSuchLine
from grandstand.commerce.rules.orders import HOLD_FOR, MOST_LINES
from grandstand.commerce.services.once import verdicts
from grandstand.commerce.services.taking import BY, TAKEN, Take, take_many
from grandstand.commerce.values import Adding, LineChange, LineSet, Owner
from grandstand.inventory import api as inventory
from grandstand.kit.codecs import digest
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.movement.api import markets_many
from grandstand.store.api import Asked, Tx, ask, keep_answers, kept_answers, table

SCOPE = "commerce.add"


def add_lines_many(tx: Tx, addings: Sequence[Adding], *, now: datetime) -> list[LineSet | Refusal]:
    """Set each item aside in its owner's basket and answer in their order. The same key gets the same answer, marked as repeated.

    More of an item that the basket has, without named seats, grows that line, within the time it had left. Refused: LineRefused (not sold here,
    or a reason of inventory), BasketFull, KeyReused. Raises ValueError for a quantity below one.
    """
    for adding in addings:
        _check_quantity(adding.quantity)
    asked = verdicts(tx, scope=SCOPE, requests=[Asked(adding.key, _body(adding)) for adding in addings], now=now)
    answers: dict[int, LineSet | Refusal] = {position: _restored(answer) for position, answer in asked.known.items()}
    answers |= {position: KeyReused("This form was sent before with other contents: open the page again.") for position in asked.reused}
    fresh = {position: addings[position] for position in asked.fresh}
    baskets = opened_baskets(tx, [(adding.owner, adding.market_code) for adding in fresh.values()], now=now)
    lines = lines_of(tx, sorted(basket.id for basket in baskets.values()))
    count = {basket_id: len(found) for basket_id, found in lines.items()}
    old = {line.id for found in lines.values() for line in found}
    takes: dict[int, Take] = {}
    for position, adding in fresh.items():
        basket = baskets[adding.owner]
        take = _grown(basket, lines[basket.id], adding, now)
        if take is None:
            count[basket.id] += 1
            if count[basket.id] > MOST_LINES:
                answers[position] = BasketFull(f"A basket has {MOST_LINES} lines at most: order these first.")
                continue
            take = Take(basket=basket, line=_new_line(basket, adding, now), hold_for=HOLD_FOR)
        takes[position] = take
    _take(tx, list(takes.values()), now=now)
    taken = [take.line for take in takes.values() if take.refusal is None]
    put(tx, models.BasketLine, [line for line in taken if line.id not in old])
    change(tx, models.BasketLine, [line for line in taken if line.id in old], TAKEN)
    answers |= {position: _answer(take) for position, take in takes.items()}
    keep_answers(tx, scope=SCOPE, answers={adding.key: _stored(answers[position]) for position, adding in fresh.items()})
    for position, earlier in asked.same_as.items():
        answer = answers[earlier]
        answers[position] = replace(answer, repeated=True) if isinstance(answer, LineSet) else answer
    return [answers[position] for position in range(len(addings))]


def was_added(tx: Tx, *, key: str, now: datetime) -> bool:
    """Whether something was set aside under this key; whoever is adding it at this moment is waited for. Three statements.

    The key is claimed thereby: roll back when it was not.
    """
    ask(tx, scope=SCOPE, requests=[Asked(key, digest([]))], now=now)
    return "line_id" in kept_answers(tx, scope=SCOPE, keys=[key]).get(key, {})


def change_lines_many(tx: Tx, changes: Sequence[LineChange], *, now: datetime) -> list[LineSet | Refusal]:
    """Give lines another quantity or other seats, within the time they had left. A refused change keeps what was set aside before.

    Refused: NoSuchLine, LineRefused. Raises ValueError for a quantity below one.
    """
    wanted = {(each.owner, each.line_id): each for each in changes}

    def shape(owner: Owner, line: BasketLineRow) -> timedelta:
        each = wanted[owner, line.id]
        _check_quantity(each.quantity)
        line.quantity, line.seat_ids = each.quantity, [str(seat_id) for seat_id in each.seat_ids]
        return _time_left(line, now)

    return _retaken(tx, list(wanted), shape, now=now)


def retake_lines_many(tx: Tx, wanted: Sequence[tuple[Owner, UUID]], *, now: datetime) -> list[LineSet | Refusal]:
    """Set lines aside anew, at today's price, whose time ran out. Refused: NoSuchLine, LineRefused (kept as the line's problem)."""
    return _retaken(tx, wanted, lambda _owner, _line: HOLD_FOR, now=now)


def remove_lines_many(tx: Tx, unwanted: Sequence[tuple[Owner, UUID]], *, now: datetime) -> int:
    """Take lines out of baskets and give their units back; returns how many there were. A line that is not there is gone already."""
    rows = [line for _, line in _found(tx, unwanted).values()]
    if not rows:
        return 0
    inventory.release_many(tx, sorted(row.hold_id for row in rows if row.hold_id), by=BY, now=now, reason="the buyer removed the line")
    where, param = tx.among("id", table(models.BasketLine).kinds["id"], sorted(row.id for row in rows))
    return tx.execute(f"DELETE FROM commerce_basket_line WHERE {where}", (param,))


# -- adding ------------------------------------------------------------------------------------------------------------------------------


def _check_quantity(quantity: int) -> None:
    if quantity < 1:
        raise ValueError(f"a line has one unit or more, not {quantity}: remove it instead")


def _body(adding: Adding) -> str:
    return digest([adding.owner.holder, adding.ref.kind, adding.ref.item_id, adding.quantity, list(adding.seat_ids)])


def opened_baskets(tx: Tx, owners: Sequence[tuple[Owner, str]], *, now: datetime) -> dict[Owner, BasketRow]:
    """The open basket of each owner, locked; made, for the market of this code, where there is none."""
    markets = dict(reversed(owners))
    rows = [
        BasketRow(id=new_id(), person_id=owner.person_id, visitor=owner.visitor, market_code=market_code, state="open", made_at=now)
        for owner, market_code in sorted(markets.items(), key=lambda item: item[0].holder)
    ]
    names = columns_of(BasketRow)
    tx.insert(table(models.Basket), names, [tuple(getattr(row, name) for name in names) for row in rows], skip_conflicts=True)
    return open_baskets(tx, list(markets), lock=True)


def _new_line(basket: BasketRow, adding: Adding, now: datetime) -> BasketLineRow:
    """A line without a hold yet; `take_many` fills in what its quote says."""
    return BasketLineRow(
        id=new_id(),
        basket_id=basket.id,
        organisation_id=basket.id,  # replaced by the seller when it is taken; a line that is not taken is never written
        item_kind=adding.ref.kind,
        item_id=adding.ref.item_id,
        quantity=adding.quantity,
        seat_ids=[str(seat_id) for seat_id in adding.seat_ids],
        hold_id=None,
        hold_expires_at=None,
        problem="",
        unit_price_minor=0,
        currency="",
        version=0,
        added_at=now,
    )


def _grown(basket: BasketRow, lines: list[BasketLineRow], adding: Adding, now: datetime) -> Take | None:
    """The line that has the item already, grown; None when there is none, or when this batch has grown it before."""
    for line in lines:
        same = (line.item_kind, line.item_id) == (adding.ref.kind, adding.ref.item_id)
        if same and not line.seat_ids and not adding.seat_ids and line.basket_id == basket.id:
            lines.remove(line)
            is_held = line.hold_expires_at is not None and line.hold_expires_at > now
            line.quantity = adding.quantity + (line.quantity if is_held else 0)  # what ran out was not chosen again
            return Take(basket=basket, line=line, hold_for=_time_left(line, now))
    return None


def _stored(answer: LineSet | Refusal) -> dict[str, Any]:
    if isinstance(answer, LineSet):
        return {
            "basket_id": str(answer.basket_id),
            "line_id": str(answer.line_id),
            "hold_id": str(answer.hold_id),
            "expires_at": answer.expires_at.isoformat(),
        }
    return {"refused": answer.code, "says": str(answer), "detail": answer.detail}


def _restored(stored: Mapping[str, Any]) -> LineSet | Refusal:
    if "refused" in stored:
        kind = BasketFull if stored["refused"] == BasketFull.code else LineRefused
        return kind(stored["says"], **stored["detail"])
    ids = {name: UUID(stored[name]) for name in ("basket_id", "line_id", "hold_id")}
    return LineSet(**ids, expires_at=datetime.fromisoformat(stored["expires_at"]), repeated=True)


# -- lines that are there ----------------------------------------------------------------------------------------------------------------


def _retaken(
    tx: Tx, wanted: Sequence[tuple[Owner, UUID]], shape: Callable[[Owner, BasketLineRow], timedelta], *, now: datetime
) -> list[LineSet | Refusal]:
    """`shape` changes the line to what is wanted and says for how long to hold it."""
    found = _found(tx, wanted)
    takes = {key: Take(basket=basket, line=line, hold_for=shape(key[0], line)) for key, (basket, line) in found.items()}
    _take(tx, list(takes.values()), now=now)
    change(tx, models.BasketLine, [take.line for take in takes.values() if take.refusal is None], TAKEN)
    lapsed = [take.line for take in takes.values() if take.refusal is not None and _time_left(take.line, now) == HOLD_FOR]
    for take in takes.values():
        take.line.problem = "" if take.refusal is None else str(take.refusal.detail["reason"])
    change(tx, models.BasketLine, lapsed, ["problem"])
    return [_answer(takes[key]) if key in takes else NoSuchLine("This is not in your basket any more.") for key in wanted]


def _found(tx: Tx, wanted: Sequence[tuple[Owner, UUID]]) -> dict[tuple[Owner, UUID], tuple[BasketRow, BasketLineRow]]:
    """The lines that are in open baskets of their owners, which are locked."""
    baskets = open_baskets(tx, [owner for owner, _ in wanted], lock=True)
    lines = lines_of(tx, sorted(basket.id for basket in baskets.values()))
    by_id = {line.id: line for found in lines.values() for line in found}
    return {
        (owner, line_id): (baskets[owner], by_id[line_id])
        for owner, line_id in wanted
        if owner in baskets and line_id in by_id and by_id[line_id].basket_id == baskets[owner].id
    }


def _take(tx: Tx, takes: Sequence[Take], *, now: datetime) -> None:
    if takes:
        take_many(tx, takes, markets=markets_many(tx, sorted({take.basket.market_code for take in takes})), now=now)


def _time_left(line: BasketLineRow, now: datetime) -> timedelta:
    """A change does not prolong a hold, or changing to and fro would keep units from others for ever. What ran out begins anew."""
    if line.hold_expires_at is None or line.hold_expires_at <= now:
        return HOLD_FOR
    return line.hold_expires_at - now


def _answer(take: Take) -> LineSet | Refusal:
    if take.refusal is not None:
        return take.refusal
    line = take.line
    assert line.hold_id is not None and line.hold_expires_at is not None, "a line that was not refused is held"  # noqa: PT018
    return LineSet(basket_id=line.basket_id, line_id=line.id, hold_id=line.hold_id, expires_at=line.hold_expires_at)
