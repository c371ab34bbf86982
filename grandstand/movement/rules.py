"""Decisions with plain values: what is a possible organisation or market, and which roles suffice."""

import re
from collections.abc import Collection
from zoneinfo import available_timezones

import pycountry

from grandstand.kit.money import exponent
from grandstand.movement.values import Market, MarketWrong, OrganisationDetails, OrganisationWrong, Role

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def suffices(have: Collection[Role], wanted: Collection[Role]) -> bool:
    """Whether somebody with the roles `have` may do what one of `wanted` may. An owner always may; with none wanted, any role will do."""
    if not wanted:
        return bool(have)
    return Role.OWNER in have or not set(have).isdisjoint(wanted)


def check_organisation(details: OrganisationDetails) -> None:
    """Raise OrganisationWrong, naming the field, when a detail cannot be right."""
    if not details.name.strip():
        raise OrganisationWrong("The organisation needs a name.", field="name")
    if not _SLUG.fullmatch(details.slug):
        raise OrganisationWrong("Write the short name in lower-case letters, digits and hyphens.", field="slug")
    if not _is_country(details.country):
        raise OrganisationWrong("This is no country: use its two letters, such as FR.", field="country")
    if not _is_currency(details.currency):
        raise OrganisationWrong("This is no currency: use its three letters, such as EUR.", field="currency")
    if details.time_zone not in available_timezones():
        raise OrganisationWrong("This is no time zone: use a name such as Europe/Paris.", field="time_zone")


def check_market(market: Market) -> None:
    """Raise MarketWrong, naming the field, when a detail cannot be right."""
    if not _SLUG.fullmatch(market.code):
        raise MarketWrong("Write the code in lower-case letters, digits and hyphens.", field="code")
    if not market.name.strip():
        raise MarketWrong("The market needs a name.", field="name")
    if not all(name.strip() for name in market.names.values()):
        raise MarketWrong('Write the names by language: {"fr": "Chine"}.', field="names")
    for territory in market.territories:
        if not _is_territory(territory):
            raise MarketWrong("One of these is no territory: use ISO 3166 codes such as FR or GB-NIR.", field="territories", territory=territory)
    if not market.languages:
        raise MarketWrong("The market needs a language, the default one first.", field="languages")
    if not _is_currency(market.currency):
        raise MarketWrong("This is no currency: use its three letters, such as EUR.", field="currency")
    if market.time_zone not in available_timezones():
        raise MarketWrong("This is no time zone: use a name such as Europe/Paris.", field="time_zone")


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isupper() and pycountry.countries.get(alpha_2=code) is not None


def _is_territory(code: str) -> bool:
    # pycountry publishes types for some of its functions only.
    return _is_country(code) or ("-" in code and pycountry.subdivisions.get(code=code) is not None)  # type: ignore[no-untyped-call]


def _is_currency(code: str) -> bool:
    try:
        exponent(code)
    except ValueError:
        return False
    return True
