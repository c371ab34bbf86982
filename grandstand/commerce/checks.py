"""What doctor asks of orders, payments and papers. Each goes red when somebody went around the services and the walls."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import batched
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.queries.cases import provider_fact
from grandstand.commerce.queries.rows import PaymentFactRow, SaleLineRow, columns_of, found
from grandstand.commerce.rules.numbers import gaps
from grandstand.commerce.rules.payments import fold
from grandstand.commerce.sellers import seller_of
from grandstand.inventory import api as inventory
from grandstand.kit.findings import Finding
from grandstand.kit.spans import Span
from grandstand.ledger import api as ledger
from grandstand.store.api import Kind, Tx, table

UNDER_WAY = timedelta(minutes=10)
"""A webhook may be quicker than our own commit, or late by its retries: what is younger than this is not looked at yet."""

PAYBACK_WITHIN = timedelta(days=3)
"""Providers answer within minutes; after a long week-end somebody has to ask them."""

_BATCH = 5_000
"""Lines looked at together: a few megabytes."""

_SHOWN = 10
"""So many culprits are named; the others are counted."""


def check_orders(tx: Tx) -> list[Finding]:
    """Whether every order was kept. Reads all of them; a constant number of statements per five thousand lines of paid orders."""
    return [
        *_lines_of_paid_orders(tx),
        _books_agree(tx),
        _totals_add_up(tx),
        _facts_have_payments(tx),
        _money_has_its_order(tx),
        _paybacks_arrive(tx),
        _refunds_agree(tx),
        _numbers_without_gaps(tx),
    ]


# -- what was paid was given ----------------------------------------------------------------------------------------------------------------


def _lines_of_paid_orders(tx: Tx) -> list[Finding]:
    unfulfilled: list[str] = []
    unconfirmed: list[str] = []
    count = 0
    for lines in batched(_paid_lines(tx), _BATCH, strict=False):
        count += len(lines)
        unfulfilled += _unfulfilled(tx, lines)
        unconfirmed += _unconfirmed(tx, lines)
    return [
        _finding(
            "commerce_paid_orders_are_fulfilled",
            f"all {count} lines of paid orders were given to their buyers, less what was refunded",
            "lines of paid orders with more or fewer units given than paid and not refunded",
            unfulfilled,
        ),
        _finding(
            "commerce_paid_holds_are_confirmed",
            "the stock of every paid line is its buyer's",
            "lines of paid orders whose hold is not confirmed",
            unconfirmed,
        ),
    ]


def _paid_lines(tx: Tx) -> Iterator[SaleLineRow]:
    last = UUID(int=0)
    while True:
        where = "nature = 'item' AND id > %s AND EXISTS (SELECT 1 FROM commerce_order o WHERE o.id = order_id AND o.completed_at IS NOT NULL)"
        rows = found(tx, models.SaleLine, SaleLineRow, where, (last,), order_by=f"id LIMIT {_BATCH}")
        yield from rows
        if len(rows) < _BATCH:
            return
        last = rows[-1].id


def _unfulfilled(tx: Tx, lines: Sequence[SaleLineRow]) -> list[str]:
    wrong: list[str] = []
    for kind in sorted({line.item_kind for line in lines}):
        of_kind = [line for line in lines if line.item_kind == kind]
        seller = seller_of(kind)
        given = {} if seller is None else seller.fulfilled_many(tx, [line.id for line in of_kind])
        wrong += [str(line.id) for line in of_kind if given.get(line.id, 0) != line.quantity - line.refunded_quantity]
    return wrong


def _unconfirmed(tx: Tx, lines: Sequence[SaleLineRow]) -> list[str]:
    kept = {line.hold_id: line for line in lines if line.refunded_quantity < line.quantity}
    holds = inventory.holds(tx, sorted(hold_id for hold_id in kept if hold_id is not None))
    return [
        str(line.id)
        for hold_id, line in kept.items()
        if hold_id is None or hold_id not in holds or holds[hold_id].state is not inventory.HoldState.CONFIRMED
    ]


# -- money ----------------------------------------------------------------------------------------------------------------------------------


def _books_agree(tx: Tx) -> Finding:
    """What stands on the clearing accounts for an order is what its payments brought, less what went back and what is disputed."""
    rows = tx.rows(
        "SELECT s.id, s.organisation_id, o.id, o.number, o.currency, CASE WHEN o.completed_at IS NULL THEN 0 ELSE o.total_minor END "
        "+ o.returned_minor - o.paid_back_minor - o.disputed_minor FROM commerce_sale s JOIN commerce_order o ON o.id = s.order_id",
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.TEXT, Kind.TEXT, Kind.INT],
    )
    expected = {order_id: (number, minor) for _, _, order_id, number, _, minor in rows}
    order_of = {f"sale:{sale_id}": order_id for sale_id, _, order_id, *_ in rows}
    providers = [code for (code,) in tx.rows("SELECT DISTINCT provider FROM commerce_payment", kinds=[Kind.TEXT])]
    booked = dict.fromkeys(expected, 0)
    unknown: list[str] = []
    for organisation_id, currency in sorted({(organisation_id, currency) for _, organisation_id, _, _, currency, _ in rows}):
        for line in _clearing_lines(tx, organisation_id, currency, providers):
            if line.subject in order_of:
                booked[order_of[line.subject]] += line.amount.minor
            elif line.subject.startswith("sale:"):
                unknown.append(line.subject)
    wrong = [number for order_id, (number, minor) in expected.items() if booked[order_id] != minor]
    return _finding(
        "commerce_books_agree_with_payments",
        f"the clearing accounts say of all {len(expected)} orders what their payments brought",
        "orders of which the books say something else than their payments",
        sorted(wrong) + unknown,
    )


def _clearing_lines(tx: Tx, organisation_id: UUID, currency: str, providers: Iterable[str]) -> Iterator[ledger.StatementLine]:
    for code in providers:
        account = ledger.AccountRef(organisation_id=organisation_id, code=f"clearing:{code}", currency=currency)
        try:
            yield from ledger.statement(tx, account, Span()).lines
        except ledger.NoSuchAccount:
            continue


def _totals_add_up(tx: Tx) -> Finding:
    return _named(
        tx,
        "commerce_totals_add_up",
        "every order comes to its sales, every sale to its lines, what is paid and refunded too",
        "orders whose total, sales, lines or payments do not add up",
        "SELECT o.number FROM commerce_order o "
        "LEFT JOIN (SELECT order_id, SUM(net_minor + tax_minor) AS gross, SUM(refunded_minor) AS refunded FROM commerce_sale GROUP BY order_id) s "
        "ON s.order_id = o.id "
        "LEFT JOIN (SELECT order_id, SUM(net_minor + tax_minor) AS gross, SUM(refunded_minor) AS refunded FROM commerce_sale_line "
        "GROUP BY order_id) l ON l.order_id = o.id "
        "LEFT JOIN (SELECT order_id, SUM(captured_minor) AS captured, SUM(applied_minor) AS applied, SUM(refunded_minor) AS refunded, "
        "SUM(returned_minor) AS returned FROM commerce_payment GROUP BY order_id) p ON p.order_id = o.id "
        "WHERE COALESCE(s.gross, 0) <> o.total_minor OR COALESCE(l.gross, 0) <> o.total_minor "
        "OR COALESCE(s.refunded, 0) <> o.refunded_minor OR COALESCE(l.refunded, 0) <> o.refunded_minor "
        "OR COALESCE(p.captured, 0) <> o.captured_minor OR COALESCE(p.refunded, 0) <> o.refunded_minor "
        "OR COALESCE(p.returned, 0) <> o.returned_minor "
        "OR COALESCE(p.applied, 0) <> CASE WHEN o.completed_at IS NULL THEN 0 ELSE o.total_minor END ORDER BY o.number",
    )


def _facts_have_payments(tx: Tx) -> Finding:
    return _named(
        tx,
        "commerce_payment_facts_have_their_payment",
        "everything that providers told is about a payment of ours, in its currency, through its provider",
        "facts of providers about no payment of ours: look the events up at the provider",
        "SELECT f.event_id FROM commerce_payment_fact f WHERE f.received_at < %s AND NOT EXISTS (SELECT 1 FROM commerce_payment p "
        "WHERE p.provider = f.provider AND (p.currency = f.currency OR f.kind = 'failed') "
        "AND (p.id = f.payment_id OR (f.payment_id IS NULL AND f.provider_reference <> '' AND p.provider_reference = f.provider_reference))) "
        "ORDER BY f.received_at",
        tx.now() - UNDER_WAY,
    )


def _money_has_its_order(tx: Tx) -> Finding:
    return _named(
        tx,
        "commerce_money_has_its_order",
        "no money waits for an order that is not paid in full",
        "orders paid in part whose time is over: cancel them, then the money goes back",
        "SELECT number FROM commerce_order WHERE captured_minor > 0 AND completed_at IS NULL AND cancelled_at IS NULL AND sent_back_at IS NULL "
        "AND pay_by < %s ORDER BY number",
        tx.now() - UNDER_WAY,
    )


def _paybacks_arrive(tx: Tx) -> Finding:
    return _named(
        tx,
        "commerce_refunds_arrive",
        "every refund has arrived or is on its way",
        "orders with a refund that failed, or that no provider confirmed in time: ask for it again in the console",
        "SELECT DISTINCT o.number FROM commerce_payback b JOIN commerce_refund r ON r.id = b.refund_id JOIN commerce_order o ON o.id = r.order_id "
        "WHERE (b.state IN ('due', 'asked') AND r.at < %s) OR (b.state = 'failed' AND NOT EXISTS (SELECT 1 FROM commerce_payback again "
        "WHERE again.refund_id = b.refund_id AND again.payment_id = b.payment_id AND again.state <> 'failed')) ORDER BY o.number",
        tx.now() - PAYBACK_WITHIN,
    )


def _refunds_agree(tx: Tx) -> Finding:
    """Payment by payment, in its currency. A refund made at the provider is booked here as soon as its capture is known: none is left over."""
    names = columns_of(PaymentFactRow)
    rows = tx.rows(
        f"SELECT p.id, p.currency, o.number, {', '.join(f'f.{name}' for name in names)} FROM commerce_payment_fact f JOIN commerce_payment p "
        "ON p.provider = f.provider AND (p.id = f.payment_id OR (f.payment_id IS NULL AND f.provider_reference <> '' "
        "AND p.provider_reference = f.provider_reference)) JOIN commerce_order o ON o.id = p.order_id WHERE f.kind IN ('refunded', 'refund_failed')",
        kinds=[Kind.UUID, Kind.TEXT, Kind.TEXT, *table(models.PaymentFact).of(names)],
    )
    facts: dict[tuple[UUID, str, str], list[PaymentFactRow]] = {}
    for payment_id, currency, number, *row in rows:
        facts.setdefault((payment_id, currency, number), []).append(PaymentFactRow(**dict(zip(names, row, strict=True))))
    before = tx.now() - UNDER_WAY
    under_way = {payment_id for (payment_id, *_), of in facts.items() if any(fact.received_at >= before for fact in of)}
    told = {
        (payment_id, number): fold((provider_fact(fact) for fact in of), currency=currency).refunded
        for (payment_id, currency, number), of in facts.items()
    }
    sent = tx.rows(
        "SELECT p.id, o.number, CAST(SUM(b.amount_minor) AS bigint) FROM commerce_payback b JOIN commerce_payment p ON p.id = b.payment_id "
        "JOIN commerce_order o ON o.id = p.order_id WHERE b.state = 'done' GROUP BY p.id, o.number",
        kinds=[Kind.UUID, Kind.TEXT, Kind.INT],
    )
    booked = {(payment_id, number): minor for payment_id, number, minor in sent}
    wrong = {
        number
        for key in told.keys() | booked.keys()
        for payment_id, number in [key]
        if payment_id not in under_way and told.get(key, 0) != booked.get(key, 0)
    }
    return _finding(
        "commerce_refunds_agree_with_providers",
        "what providers say they gave back is what was refunded here",
        "orders of which a provider gave back more or less than was refunded here: compare them with its own list",
        sorted(wrong),
    )


# -- papers ---------------------------------------------------------------------------------------------------------------------------------


def _numbers_without_gaps(tx: Tx) -> Finding:
    rows = tx.rows(
        "SELECT c.organisation_id, c.kind, c.year, c.last, d.sequence FROM commerce_document_counter c LEFT JOIN commerce_document d "
        "ON d.organisation_id = c.organisation_id AND d.kind = c.kind AND d.year = c.year ORDER BY c.organisation_id, c.kind, c.year, d.sequence",
        kinds=[Kind.UUID, Kind.TEXT, Kind.INT, Kind.INT, Kind.INT],
    )
    series: dict[tuple[UUID, str, int, int], list[int]] = {}
    for *key, sequence in rows:
        series.setdefault((key[0], key[1], key[2], key[3]), []).extend([] if sequence is None else [sequence])
    wrong = [
        f"{kind} {year} number {number} of {organisation_id}"
        for (organisation_id, kind, year, last), sequences in series.items()
        for number in gaps(sequences, last=last)
    ]
    return _finding(
        "commerce_numbers_have_no_gap", f"{len(series)} series of invoices and credit notes count from one without gaps", "gaps in series", wrong
    )


def _named(tx: Tx, name: str, right: str, wrong: str, sql: str, *params: object) -> Finding:
    return _finding(name, right, wrong, [culprit for (culprit,) in tx.rows(sql, params, kinds=[Kind.TEXT])])


def _finding(name: str, right: str, wrong: str, culprits: Sequence[str]) -> Finding:
    if not culprits:
        return Finding(name=name, healthy=True, detail=right)
    more = f" and {len(culprits) - _SHOWN} more" if len(culprits) > _SHOWN else ""
    return Finding(name=name, healthy=False, detail=f"{len(culprits)} {wrong}: {', '.join(culprits[:_SHOWN])}{more}")
