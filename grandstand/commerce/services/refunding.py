"""Give money back for something bought: decided, written and booked in one transaction; the money itself travels afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.facts import OrderRefunded, SaleRefunded
from grandstand.commerce.queries.cases import Case, open_cases
from grandstand.commerce.queries.rows import RefundLineRow, RefundRow, RefundShareRow, SaleLineRow, change, put, wants_of
from grandstand.commerce.refusals import CannotRestock, KeyReused, NoSuchLine, NoSuchOrder, NothingToRefund, RefundTooLarge
from grandstand.commerce.rules.orders import share_of
from grandstand.commerce.sellers import the_seller_of
from grandstand.commerce.selling import RevokedLine, Seated
from grandstand.commerce.services import bookkeeping
from grandstand.commerce.services.journal import set_status, write_journal
from grandstand.commerce.services.once import verdicts
from grandstand.commerce.services.paying_back import new_paybacks, refund_sources
from grandstand.commerce.values import LineRefund, Nature, RefundAsk, Refunded, Taxed
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import digest
from grandstand.kit.facts import Fact
from grandstand.kit.ids import new_id
from grandstand.ledger import api as ledger
from grandstand.store.api import Asked, Tx, announce, keep_answers

SCOPE = "commerce.refund"


@dataclass(slots=True, kw_only=True)
class _Line:
    """Units of a line on their way back; `stays` of the line's units are left afterwards."""

    line: SaleLineRow
    wanted: LineRefund
    row: RefundLineRow
    stays: int
    seat_ids: tuple[UUID, ...] = ()
    """The seats of the units, where their seller says which they are."""


@dataclass(slots=True, kw_only=True)
class _Decided:
    """A refund and what it takes back."""

    ask: RefundAsk
    case: Case
    row: RefundRow
    lines: list[_Line]
    shares: dict[UUID, int]


def refund_many(tx: Tx, asks: Sequence[RefundAsk], *, by: Actor, now: datetime) -> list[Refunded]:
    """Refund all of it or, with the first refusal raised, nothing of it. The same key is answered with the same refund.

    Sellers take back what they gave, the stock returns, the books say what is owed; never more than was captured and not given back. Raises
    NoSuchOrder, NoSuchLine, NothingToRefund, RefundTooLarge, CannotRestock, KeyReused, and the refusal of a seller (a used ticket, goods that
    never left).
    A constant number of statements, one revocation per kind. Orders are locked in id order, then the sellers' rows, then stock, as shipping does.
    """
    asked = verdicts(tx, scope=SCOPE, requests=[Asked(each.key, digest([asdict(each)])) for each in asks], now=now)
    if asked.reused:
        raise KeyReused("This refund was asked for before with other contents.")
    cases = {case.order.id: case for case in open_cases(tx, sorted({each.order_id for each in asks}))}
    if len(cases) < len({each.order_id for each in asks}):
        raise NoSuchOrder("There is no such order.")
    decided = {position: _decide(asks[position], cases[asks[position].order_id], by, now) for position in asked.fresh}
    answers = {position: _refunded(each.case, each.row.id, each.row.amount_minor) for position, each in decided.items()}
    for position, kept in asked.known.items():
        case = cases[asks[position].order_id]
        answers[position] = replace(_refunded(case, UUID(kept["refund_id"]), kept["amount_minor"]), repeated=True)
    answers |= {position: replace(answers[earlier], repeated=True) for position, earlier in asked.same_as.items()}
    _write(tx, list(decided.values()), by=by, now=now)
    kept_answers = {each.ask.key: {"refund_id": str(each.row.id), "amount_minor": each.row.amount_minor} for each in decided.values()}
    keep_answers(tx, scope=SCOPE, answers=kept_answers)
    return [answers[position] for position in range(len(asks))]


def _refunded(case: Case, refund_id: UUID, minor: int) -> Refunded:
    return Refunded(refund_id=refund_id, order_id=case.order.id, amount=case.money(minor))


# -- deciding ----------------------------------------------------------------------------------------------------------------------------


def _decide(each: RefundAsk, case: Case, by: Actor, now: datetime) -> _Decided:
    """Count the refund into the rows of the case; the caller writes them."""
    order = case.order
    if order.completed_at is None:
        raise NothingToRefund("The order was not paid: there is nothing to give back.", status=order.status)
    by_id = {line.id: line for line in case.lines}
    wanted = each.lines or tuple(
        LineRefund(line_id=line.id, quantity=line.quantity - line.refunded_quantity) for line in case.lines if line.quantity > line.refunded_quantity
    )
    if not wanted:
        raise NothingToRefund("All of it went back already.", status=order.status)
    row = RefundRow(
        id=new_id(),
        order_id=order.id,
        key=each.key,
        cause="asked",
        reason=each.reason,
        by=str(by),
        at=now,
        amount_minor=0,
        currency=order.currency,
    )
    decided = _Decided(ask=each, case=case, row=row, lines=[], shares={})
    for line_refund in wanted:
        if line_refund.line_id not in by_id:
            raise NoSuchLine("This line is not in the order.", line_id=str(line_refund.line_id))
        _decide_line(decided, by_id[line_refund.line_id], line_refund)
    left = order.captured_minor - order.returned_minor - order.refunded_minor - order.disputed_minor
    if row.amount_minor > left:
        raise RefundTooLarge("The buyer's bank has taken that money back already: wait for the dispute to end.", left_minor=left)
    order.refunded_minor += row.amount_minor
    return decided


def _decide_line(decided: _Decided, line: SaleLineRow, wanted: LineRefund) -> None:
    case = decided.case
    left = line.quantity - line.refunded_quantity
    if not 1 <= wanted.quantity <= left:
        raise RefundTooLarge("More than is left of this line cannot go back.", line_id=str(line.id), left=left)
    sold = Taxed(net=case.money(line.net_minor), tax=case.money(line.tax_minor), place=line.tax_place, rate_bp=line.tax_rate_bp)
    part = share_of(sold, quantity=line.quantity, before=line.refunded_quantity, count=wanted.quantity, gone_minor=line.refunded_minor)
    row = RefundLineRow(
        id=new_id(),
        refund_id=decided.row.id,
        sale_line_id=line.id,
        quantity=wanted.quantity,
        net_minor=part.net.minor,
        tax_minor=part.tax.minor,
    )
    decided.lines.append(_Line(line=line, wanted=wanted, row=row, stays=left - wanted.quantity))
    decided.shares[line.sale_id] = decided.shares.get(line.sale_id, 0) + part.gross.minor
    decided.row.amount_minor += part.gross.minor
    line.refunded_quantity += wanted.quantity
    line.refunded_minor += part.gross.minor


# -- writing -----------------------------------------------------------------------------------------------------------------------------


def _write(tx: Tx, decided: Sequence[_Decided], *, by: Actor, now: datetime) -> None:
    if not decided:
        return
    _choose(tx, decided)
    _revoke(tx, decided, by=by, now=now)
    _restock(tx, decided, by=by, now=now)
    cases = list({id(each.case): each.case for each in decided}.values())
    entries: list[ledger.Entry] = []
    shares: list[RefundShareRow] = []
    paybacks = []
    for each in decided:
        sources = refund_sources(each.case, each.row.amount_minor)
        for payment, minor in sources:
            payment.refunded_minor += minor
        split = [(sale.id, sale.organisation_id, each.shares[sale.id]) for sale in each.case.sales if each.shares.get(sale.id)]
        for sale in each.case.sales:
            sale.refunded_minor += each.shares.get(sale.id, 0)
        shares += [
            RefundShareRow(
                id=new_id(), refund_id=each.row.id, sale_id=sale.id, organisation_id=sale.organisation_id, amount_minor=each.shares[sale.id]
            )
            for sale in each.case.sales
            if sale.id in each.shares
        ]
        paybacks += new_paybacks(each.row.id, sources, split, now=now)
        entries += bookkeeping.refunded(each.case, each.row, [gone.row for gone in each.lines], now=now)
    for case in cases:
        set_status(case)
    lines = {gone.line.id: gone.line for each in decided for gone in each.lines}
    change(tx, models.Payment, [payment for case in cases for payment in case.payments], ["refunded_minor"])
    change(tx, models.Order, [case.order for case in cases], ["refunded_minor", "status"])
    change(tx, models.Sale, [sale for case in cases for sale in case.sales], ["refunded_minor"])
    change(tx, models.SaleLine, list(lines.values()), ["refunded_quantity", "refunded_minor"])
    put(tx, models.Refund, [each.row for each in decided])
    put(tx, models.RefundLine, [gone.row for each in decided for gone in each.lines])
    put(tx, models.RefundShare, shares)
    put(tx, models.Payback, paybacks)
    ledger.post_many(tx, entries, by=by, now=now)
    write_journal(tx, [each.case for each in decided], action="refund", by=by, reason=[each.ask.reason for each in decided], now=now)
    announce(tx, [fact for each in decided for fact in _facts(each, now)])


def _choose(tx: Tx, decided: Sequence[_Decided]) -> None:
    """Let the sellers of seats say which units go back, before any does: so the seats that come back are the units' own, also where they changed."""
    kinds: dict[str, list[tuple[_Line, RevokedLine]]] = {}
    for each in decided:
        for gone in each.lines:
            if gone.line.nature == Nature.ITEM and any(want.seat_ids for want in wants_of(gone.line)):
                kinds.setdefault(gone.line.item_kind, []).append((gone, _revoked(each, gone)))
    for kind in sorted(kinds):
        seller: object = the_seller_of(kind)
        if isinstance(seller, Seated):
            for (gone, _), chosen in zip(kinds[kind], seller.choose_many(tx, [line for _, line in kinds[kind]]), strict=True):
                gone.wanted = replace(gone.wanted, unit_ids=chosen.unit_ids)
                gone.seat_ids = chosen.seat_ids


def _revoked(each: _Decided, gone: _Line) -> RevokedLine:
    return RevokedLine(
        line_id=gone.line.id,
        quantity=gone.wanted.quantity,
        reason=each.ask.reason,
        unit_ids=gone.wanted.unit_ids,
        restock=each.ask.restock,
    )


def _revoke(tx: Tx, decided: Sequence[_Decided], *, by: Actor, now: datetime) -> None:
    kinds: dict[str, list[RevokedLine]] = {}
    for each in decided:
        for gone in each.lines:
            if gone.line.nature == Nature.ITEM:
                kinds.setdefault(gone.line.item_kind, []).append(_revoked(each, gone))
    for kind in sorted(kinds):
        the_seller_of(kind).revoke_many(tx, kinds[kind], by=by, now=now)


def _restock(tx: Tx, decided: Sequence[_Decided], *, by: Actor, now: datetime) -> None:
    """Give the units back to the accounts they are in. Of seats, those that the seller chose, else those at the end of the line."""
    returned = [(gone, gone.line.hold_id) for each in decided if each.ask.restock for gone in each.lines if gone.line.hold_id is not None]
    if not returned:
        return
    seats_of = inventory.seats_of_holds_many(tx, [hold_id for gone, hold_id in returned if gone.seat_ids])
    returns = [
        inventory.Return(
            hold_id=hold_id,
            wants=_seats_back(gone, seats_of.get(hold_id, {})) if gone.seat_ids else tuple(_part(want, gone) for want in wants_of(gone.line)),
        )
        for gone, hold_id in returned
    ]
    for (gone, _), answer in zip(returned, inventory.return_many(tx, returns, by=by, now=now, reason="refunded"), strict=True):
        if isinstance(answer, inventory.Refused):
            raise CannotRestock("These units were shipped or used: refund them without taking them back into stock.", line_id=str(gone.line.id))


def _seats_back(gone: _Line, account_of: Mapping[UUID, UUID]) -> tuple[inventory.Want, ...]:
    """The chosen seats, by the account that each is in now. Raises CannotRestock for one that the line's hold has no more."""
    of_account: dict[UUID, list[UUID]] = {}
    for seat_id in gone.seat_ids:
        if seat_id not in account_of:
            raise CannotRestock("A seat of these units went back before: refund them without taking it back into stock.", line_id=str(gone.line.id))
        of_account.setdefault(account_of[seat_id], []).append(seat_id)
    return tuple(inventory.Want(account_id=id_, quantity=len(seat_ids), seat_ids=tuple(seat_ids)) for id_, seat_ids in sorted(of_account.items()))


def _part(want: inventory.Want, gone: _Line) -> inventory.Want:
    """What the units come to in one of the line's accounts."""
    per_unit, rest = divmod(want.quantity, gone.line.quantity)
    if rest:
        raise ValueError(f"{want.quantity} units of account {want.account_id} do not divide into {gone.line.quantity} of the line")
    first, count = gone.stays * per_unit, gone.row.quantity * per_unit
    return inventory.Want(account_id=want.account_id, quantity=count, seat_ids=want.seat_ids[first : first + count])


def _facts(each: _Decided, now: datetime) -> list[Fact]:
    order_id, refund_id = each.case.order.id, each.row.id
    organisation_id = each.case.largest_sale.organisation_id
    facts: list[Fact] = [OrderRefunded(organisation_id=organisation_id, occurred_at=now, order_id=order_id, refund_id=refund_id, cause="asked")]
    facts.extend(
        SaleRefunded(organisation_id=sale.organisation_id, occurred_at=now, order_id=order_id, sale_id=sale.id, refund_id=refund_id)
        for sale in each.case.sales
        if sale.id in each.shares
    )
    return facts
