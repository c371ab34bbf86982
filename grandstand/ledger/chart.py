"""The chart of accounts: which accounts an organisation's books may have, and of which kind each is.

A code is a family, and after a colon what tells its accounts apart: `clearing:test`, `sales:ticket`, `tax:FR`. An account is opened, per
organisation and currency, when money first moves over it; nothing needs to be set up beforehand.
"""

import re
from dataclasses import dataclass

from grandstand.kit.texts import gettext_noop
from grandstand.ledger.values import AccountKind, UnknownAccount

_DETAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Accounts with one meaning. `detail` says what stands after the colon; empty: nothing may stand there."""

    name: str
    kind: AccountKind
    meaning: str
    detail: str = ""


_FAMILIES = (
    Family(
        name="bank",
        kind=AccountKind.ASSET,
        meaning=gettext_noop("money in the organisation's own bank account"),
        detail="the bank account's short name",
    ),
    Family(
        name="clearing", kind=AccountKind.ASSET, meaning=gettext_noop("money a payment provider holds for the organisation"), detail="the provider"
    ),
    Family(name="receivable", kind=AccountKind.ASSET, meaning=gettext_noop("money somebody owes to the organisation"), detail="what for"),
    Family(
        name="dispute", kind=AccountKind.ASSET, meaning=gettext_noop("money a provider took back while a chargeback is open"), detail="the provider"
    ),
    Family(name="payable", kind=AccountKind.LIABILITY, meaning=gettext_noop("money the organisation owes to others"), detail="what for"),
    Family(
        name="deferred",
        kind=AccountKind.LIABILITY,
        meaning=gettext_noop("money for what is still to be given: vouchers, paid and not fulfilled"),
        detail="what",
    ),
    Family(
        name="tax",
        kind=AccountKind.LIABILITY,
        meaning=gettext_noop("tax collected from buyers, owed to a country"),
        detail="ISO 3166-1 alpha-2 or ISO 3166-2",
    ),
    Family(name="equity", kind=AccountKind.EQUITY, meaning=gettext_noop("what the organisation brought in: opening balances"), detail="why"),
    Family(name="sales", kind=AccountKind.INCOME, meaning=gettext_noop("revenue without tax"), detail="the kind sold"),
    Family(name="shipping", kind=AccountKind.INCOME, meaning=gettext_noop("what buyers pay for the way of their parcels, without tax")),
    Family(name="fee", kind=AccountKind.INCOME, meaning=gettext_noop("fees that buyers pay to the organisation, without tax"), detail="what for"),
    Family(
        name="refunds",
        kind=AccountKind.INCOME,
        meaning=gettext_noop("revenue given back; stands against sales, so it grows by debit"),
        detail="the kind",
    ),
    Family(name="fees", kind=AccountKind.EXPENSE, meaning=gettext_noop("what a payment provider keeps for its service"), detail="the provider"),
    Family(name="goodwill", kind=AccountKind.EXPENSE, meaning=gettext_noop("money given without being owed"), detail="why"),
    Family(name="rounding", kind=AccountKind.EXPENSE, meaning=gettext_noop("minor units left over when currencies are converted")),
)

FAMILIES = {family.name: family for family in _FAMILIES}


def family_of(code: str) -> Family:
    """The family of an account code. Raises UnknownAccount for a code that the chart has no place for.

    A family that takes a detail may also be used without one (`bank`), one that takes none may not be used with one.
    """
    name, colon, detail = code.partition(":")
    family = FAMILIES.get(name)
    if family is None:
        raise UnknownAccount(f"{code!r} is in no family of the chart: use one of {', '.join(FAMILIES)}")
    if colon and (not family.detail or not _DETAIL.fullmatch(detail)):
        want = f"{name}:<{family.detail}>, letters, digits, dots and hyphens" if family.detail else name
        raise UnknownAccount(f"{code!r} is no code of the family {name!r}: write {want}")
    return family
