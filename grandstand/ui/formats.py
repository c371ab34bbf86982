"""Amounts, instants and days as people of a language write them. CLDR through Babel; languages are Django's codes."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, get_timezone_location
from babel.numbers import format_decimal
from django.utils.translation import to_locale

from grandstand.kit.money import Money

# Plain English of the world writes the day before the month and counts 24 hours; American English has no market of its own here.
_LOCALES = {"en": "en_GB"}
_MINUS = "\N{MINUS SIGN}"


def cldr(language: str) -> str:
    """Babel's name of a language: en is en_GB, zh-hans is zh_Hans."""
    return _LOCALES.get(language) or to_locale(language)


def money_text(amount: Money, *, language: str) -> str:
    """The amount with its currency: "€12.50", "12,50 €"."""
    return amount.format(cldr(language))


def number_text(value: float, *, language: str) -> str:
    """A number with the language's own separators."""
    return format_decimal(value, locale=cldr(language))


def day_text(day: date, *, language: str, year: bool = True) -> str:
    """A day with its weekday: "Fri, 14 Jul 2028"; without the year "Fri 14 Jul"."""
    if isinstance(day, datetime):
        raise TypeError("a day is asked for, and an instant has none without a zone: use instant_text")
    return str(format_skeleton("yMMMEd" if year else "MMMEd", day, locale=cldr(language)))


def month_text(day: date, *, language: str) -> str:
    """The month in short: "Jul", "juil.", "7月"."""
    # Not the stand-alone LLL: Babel 2.18 keeps the names of whichever language asks first for all of them.
    return str(format_date(day, "MMM", locale=cldr(language)))


def time_text(instant: datetime, *, zone: str) -> str:
    """The time of day in `zone`, 24 hours: "19:30"."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def zone_text(instant: datetime, *, zone: str, language: str) -> str:
    """The zone as a person checks it, with the offset at that instant: "Los Angeles, UTC-7" (with a true minus sign), "UTC"."""
    offset = instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return f"{_city(zone, language)}, {_offset_text(offset)}" if "/" in zone else _offset_text(offset)


def offset_text(instant: datetime, *, zone: str) -> str:
    """Only the offset, where the city is already on the page: "UTC-7", with a true minus sign."""
    return _offset_text(instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta())


def instant_text(instant: datetime, *, zone: str, language: str) -> str:
    """Day and time in `zone`, without naming the zone: "Fri, 14 Jul 2028, 19:30"."""
    local = instant.astimezone(ZoneInfo(zone))
    separator = " " if language.startswith("zh") else ", "
    return f"{day_text(local.date(), language=language)}{separator}{local:%H:%M}"


def _city(zone: str, language: str) -> str:
    return str(get_timezone_location(ZoneInfo(zone), locale=cldr(language), return_city=True))


def _offset_text(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else _MINUS}{hours}" + (f":{rest:02}" if rest else "")
