"""Where the shop ships, and what that costs."""

from dataclasses import dataclass

from grandstand.kit.money import Money
from grandstand.shop.values.catalogue import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneDraft:
    """Countries (ISO 3166-1 alpha-2) with the same rates; none means everywhere that no other zone of the organisation names."""

    name: str
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RateDraft:
    """A way of shipping to a zone: what a parcel of up to `up_to_g` grams costs. `code` is stable (`standard`), `names` are for buyers."""

    code: str
    names: Words
    price: Money
    up_to_g: int
    position: int = 0
    tax_class: str = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country, named in the reader's language."""

    code: str
    name: str
