"""Countries that sellers ship to."""

import unicodedata
from collections.abc import Sequence
from uuid import UUID

from babel import Locale
from django.utils.translation import to_locale

from grandstand.shop.queries.rates import rates_of
from grandstand.shop.rules.addresses import every_country
from grandstand.shop.values import Country
from grandstand.store.api import read


def countries_shipped_to(seller_ids: Sequence[UUID], *, currency: str, language: str) -> list[Country]:
    """Where every one of these sellers ships what is paid in `currency`, by name in `language`. One statement."""
    with read() as tx:
        rates = [rate for rate in rates_of(tx, seller_ids) if rate.currency == currency]
    reached = set(every_country())
    for seller_id in seller_ids:
        zones = [rate.countries for rate in rates if rate.organisation_id == seller_id]
        if all(zones):  # no zone is for everywhere else
            reached &= {country for countries in zones for country in countries}
    return countries(sorted(reached), language=language)


def countries(codes: Sequence[str], *, language: str) -> list[Country]:
    """The countries with their names, in the order of the names."""
    territories = Locale.parse(to_locale(language)).territories
    named = [Country(code=code, name=territories.get(code, code)) for code in codes]
    return sorted(named, key=lambda country: _folded(country.name))


def _folded(name: str) -> str:
    """Without accents, so that É stands with E."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter))
