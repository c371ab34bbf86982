"""The ways of a parcel."""

from uuid import UUID

from grandstand.kit.texts import gettext_noop
from grandstand.shop.values import ParcelCannot, ParcelStatus

_WAYS = {
    ParcelStatus.TO_PACK: frozenset({ParcelStatus.PACKED, ParcelStatus.CANCELLED}),
    ParcelStatus.PACKED: frozenset({ParcelStatus.SHIPPED, ParcelStatus.TO_PACK, ParcelStatus.CANCELLED}),
    ParcelStatus.SHIPPED: frozenset({ParcelStatus.DELIVERED, ParcelStatus.RETURNED}),
    ParcelStatus.DELIVERED: frozenset({ParcelStatus.RETURNED}),
}

AT_THE_SHOP = frozenset({ParcelStatus.TO_PACK, ParcelStatus.PACKED})
"""What is refunded now is not shipped."""

UNDER_WAY = frozenset({ParcelStatus.TO_PACK, ParcelStatus.PACKED, ParcelStatus.SHIPPED})
"""The address is needed."""

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none that is taken for another when it is read out."""


def ways(status: ParcelStatus) -> frozenset[ParcelStatus]:
    """Where a parcel can go from here."""
    return _WAYS.get(status, frozenset())


def check_way(number: str, before: ParcelStatus, after: ParcelStatus) -> None:
    """Raise ParcelCannot when a parcel does not go from `before` to `after`."""
    if after not in ways(before):
        raise ParcelCannot(gettext_noop("A parcel cannot go that way from where it is."), number=number, status=before.value)


def parcel_number(parcel_id: UUID) -> str:
    """A number that people can read out: the last 60 bits of the id, `8F2A-61C9-0B7X`."""
    digits = "".join(_DIGITS[(parcel_id.int >> shift) & 31] for shift in range(55, -1, -5))
    return "-".join(digits[n : n + 4] for n in (0, 4, 8))
