"""What commerce writes into the sellers' books.

Money that comes in stands on `clearing:<provider>` of each seller until the provider pays out. What is owed back stands on `payable:refunds`
from the decision until the provider confirms that it went. Entries are never changed: a refund is an entry of its own.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce.queries.cases import Case
from grandstand.commerce.queries.rows import PaybackRow, RefundLineRow, RefundRow, SaleLineRow
from grandstand.commerce.rules.payments import paired
from grandstand.commerce.values import Nature
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.ledger import api as ledger

OWED_BACK = "payable:refunds"


def clearing(provider: str) -> str:
    """The account of money that a provider holds for a seller."""
    return f"clearing:{provider}"


def paid(case: Case, applied: Sequence[tuple[str, int]], *, now: datetime) -> list[ledger.Entry]:
    """One entry per sale: what each provider captured, against revenue, tax and shipping. `applied` by provider adds up to the total."""
    owed: list[tuple[tuple[UUID, str], int]] = []
    for line in case.lines:
        owed.append(((line.sale_id, _revenue(line)), line.net_minor))
        owed.append(((line.sale_id, f"tax:{line.tax_place}"), line.tax_minor))
    postings: dict[UUID, dict[tuple[str, str], int]] = {}
    for provider, (sale_id, account), minor in paired(applied, owed):
        of_sale = postings.setdefault(sale_id, {})
        of_sale[clearing(provider), account] = of_sale.get((clearing(provider), account), 0) + minor
    return [
        _entry(sale.organisation_id, f"paid:{sale.id}", "sale", sale.id, _postings(postings[sale.id], sale.currency), now)
        for sale in case.sales
        if sale.id in postings
    ]


def refunded(case: Case, refund: RefundRow, lines: Iterable[RefundLineRow], *, now: datetime) -> list[ledger.Entry]:
    """One entry per sale: revenue and tax given back, owed to the buyer from now on."""
    sold = {line.id: line for line in case.lines}
    organisations = {sale.id: sale.organisation_id for sale in case.sales}
    postings: dict[UUID, dict[tuple[str, str], int]] = {}
    for row in lines:
        line = sold[row.sale_line_id]
        of_sale = postings.setdefault(line.sale_id, {})
        for account, minor in ((_revenue(line, back=True), row.net_minor), (f"tax:{line.tax_place}", row.tax_minor)):
            of_sale[account, OWED_BACK] = of_sale.get((account, OWED_BACK), 0) + minor
    return [
        _entry(organisations[sale_id], f"refund:{refund.id}:{sale_id}", "refund", sale_id, _postings(found, refund.currency), now)
        for sale_id, found in sorted(postings.items())
        if any(found.values())
    ]


def came_in_vain(case: Case, paybacks: Iterable[PaybackRow], *, now: datetime) -> list[ledger.Entry]:
    """One entry per payback and sale: money that came for nothing, owed to the buyer from the start."""
    providers = {payment.id: payment.provider for payment in case.payments}
    return [
        _moved(case, payback, "returned", debit=clearing(providers[payback.payment_id]), credit=OWED_BACK, now=now, share=share)
        for payback in paybacks
        for share in payback.split
    ]


def paid_back(case: Case, paybacks: Iterable[PaybackRow], *, now: datetime) -> list[ledger.Entry]:
    """One entry per payback and sale: the provider gave the money back, nothing is owed any more."""
    providers = {payment.id: payment.provider for payment in case.payments}
    return [
        _moved(case, payback, "paid-back", debit=OWED_BACK, credit=clearing(providers[payback.payment_id]), now=now, share=share)
        for payback in paybacks
        for share in payback.split
    ]


def came_home(case: Case, paybacks: Iterable[PaybackRow], *, now: datetime) -> list[ledger.Entry]:
    """The opposite: what the provider had given back failed to arrive and is owed again."""
    providers = {payment.id: payment.provider for payment in case.payments}
    return [
        _moved(case, payback, "came-home", debit=clearing(providers[payback.payment_id]), credit=OWED_BACK, now=now, share=share)
        for payback in paybacks
        for share in payback.split
    ]


def disputed(case: Case, minor: int, *, now: datetime) -> list[ledger.Entry]:
    """One entry per sale: `minor` more than before is disputed, fewer when negative. The provider is that of the order's first payment."""
    provider = case.payments[0].provider
    there, back = f"dispute:{provider}", clearing(provider)
    debit, credit = (there, back) if minor > 0 else (back, there)
    parts = split_over_sales(case, abs(minor))
    occasion = new_id()
    return [
        _entry(organisation_id, f"dispute:{occasion}:{sale_id}", "dispute", sale_id, _postings({(debit, credit): part}, case.order.currency), now)
        for sale_id, organisation_id, part in parts
    ]


def split_over_sales(case: Case, minor: int) -> list[tuple[UUID, UUID, int]]:
    """An amount in proportion to the sales, as (sale, organisation, minor units), without zeros. To the largest sale where all cost nothing."""
    weights = [sale.net_minor + sale.tax_minor for sale in case.sales]
    if not any(weights):
        weights = [int(sale is case.largest_sale) for sale in case.sales]
    parts = case.money(minor).split(weights)
    return [(sale.id, sale.organisation_id, part.minor) for sale, part in zip(case.sales, parts, strict=True) if part]


def _revenue(line: SaleLineRow, *, back: bool = False) -> str:
    if line.nature == Nature.SHIPPING:
        return "shipping"
    return f"{'refunds' if back else 'sales'}:{line.item_kind}"


def _moved(case: Case, payback: PaybackRow, what: str, *, debit: str, credit: str, now: datetime, share: list[object]) -> ledger.Entry:
    sale_id, organisation_id, minor = UUID(str(share[0])), UUID(str(share[1])), int(str(share[2]))
    postings = _postings({(debit, credit): minor}, case.order.currency)
    return _entry(organisation_id, f"{what}:{payback.id}:{sale_id}", what, sale_id, postings, now)


def _postings(sums: dict[tuple[str, str], int], currency: str) -> tuple[ledger.Posting, ...]:
    return tuple(
        ledger.Posting(debit=debit, credit=credit, amount=Money(minor=minor, currency=currency)) for (debit, credit), minor in sums.items() if minor
    )


def _entry(organisation_id: UUID, key: str, kind: str, sale_id: UUID, postings: tuple[ledger.Posting, ...], now: datetime) -> ledger.Entry:
    return ledger.Entry(organisation_id=organisation_id, key=key, kind=kind, subject=f"sale:{sale_id}", postings=postings, occurred_at=now)
