"""What people write into cells: days, times, zones, prices, yes and no."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

from grandstand.games.rules import folded
from grandstand.games.values import Stage
from grandstand.kit.money import Money, exponent

type DayOrder = Literal["dmy", "mdy"] | None

_NOT_KNOWN = {
    "",
    "-",
    "--",
    "–",
    "—",
    "?",
    "tbd",
    "tbc",
    "tba",
    "n/a",
    "na",
    "none",
    "null",
    "to be confirmed",
    "to be determined",
    "to be announced",
}
_NOT_KNOWN |= {"à confirmer", "a confirmer", "à déterminer", "nc", "待定", "未定", "无"}


def known(text: str) -> str:
    """The cell, or "" where it only says that nobody knows yet."""
    return "" if text.strip().casefold() in _NOT_KNOWN else text.strip()


# -- days ------------------------------------------------------------------------------------------------------------------------------

_YMD = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})")
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan", "janvier", "janv"),
            ("february", "feb", "fevrier", "fevr"),
            ("march", "mar", "mars"),
            ("april", "apr", "avril", "avr"),
            ("may", "mai"),
            ("june", "jun", "juin"),
            ("july", "jul", "juillet", "juil"),
            ("august", "aug", "aout"),
            ("september", "sep", "sept", "septembre"),
            ("october", "oct", "octobre"),
            ("november", "nov", "novembre"),
            ("december", "dec", "decembre"),
        ),
        start=1,
    )
    for name in names
}


class Ambiguous(ValueError):
    """Day and month could each be the other."""


def day_order(texts: Iterable[str]) -> DayOrder:
    """What "03/07/2028" means in a column: decided by a cell whose first or second number is above 12. None without one, or with both."""
    found = [(int(m[1]), int(m[3])) for text in texts if (m := _NUMBERS.fullmatch(text)) and m[2] == "/"]
    first, second = any(a > 12 for a, _ in found), any(b > 12 for _, b in found)
    return None if first == second else ("dmy" if first else "mdy")


def day(text: str, order: DayOrder) -> date:
    """The day. Dots mean day first; slashes what `order` says. Raises Ambiguous, ValueError."""
    if m := _YMD.fullmatch(text):
        return date(*(int(part) for part in m.groups() if part))
    if m := _NUMBERS.fullmatch(text):
        a, b, year = int(m[1]), int(m[3]), int(m[4])
        if m[2] == "." or order == "dmy" or a > 12 or a == b:
            return date(year, b, a)
        if order == "mdy" or b > 12:
            return date(year, a, b)
        raise Ambiguous(text)
    words = [word for word in folded(text).split() if word.removesuffix("er").removesuffix("th") not in {"", "of", "de"}]
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    numbers = [int(digits) for word in words if (digits := re.sub(r"(st|nd|rd|th|er)$", "", word)).isdecimal()]
    if len(months) == 1 and len(numbers) == 2:
        year, number = (numbers[0], numbers[1]) if numbers[0] > 31 else (numbers[1], numbers[0])
        return date(year, months[0], number)
    raise ValueError(text)


# -- times -----------------------------------------------------------------------------------------------------------------------------

_TIME = re.compile(r"(\d{1,2})(?:\s*[:.hH点时：]\s*(\d{2})?\s*分?(?::\d{2})?)?\s*([ap])?\.?(?:m\.?)?", re.IGNORECASE)
_DATE_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?")


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of day; `days` is 1 for 24:00. `day` is given when the cell names one."""

    at: time
    days: int = 0
    day: date | None = None

    def on(self, day: date) -> datetime:
        """The wall time on a day, unless the cell names its own."""
        return datetime.combine(self.day or day, self.at) + timedelta(days=self.days)


def time_of_day(text: str) -> TimeOfDay:
    """The time in 24 or 12 hours: 18:30, 18.30, 18h30, 6:30 pm, 24:00, 2028-07-19T18:30. Seconds are left aside. Raises ValueError."""
    if m := _DATE_TIME.fullmatch(text.strip()):
        try:
            return TimeOfDay(time.fromisoformat(m[2]), day=date.fromisoformat(m[1]))
        except ValueError:
            raise ValueError(text) from None
    m = _TIME.fullmatch(text.strip())
    if m is None or (m[2] is None and m[3] is None and not re.search(r"[hH点时]", text)):
        raise ValueError(text)
    hour, minute = int(m[1]), int(m[2] or 0)
    if minute > 59 or not (1 <= hour <= 12 if m[3] else hour < 24 or (hour, minute) == (24, 0)):
        raise ValueError(text)
    if m[3]:
        hour = hour % 12 + (12 if m[3].lower() == "p" else 0)
    return TimeOfDay(time(0), 1) if (hour, minute) == (24, 0) else TimeOfDay(time(hour, minute))


# -- yes and no, stages ----------------------------------------------------------------------------------------------------------------

_YES = {"1", "yes", "y", "true", "t", "x", "oui", "o", "vrai", "是", "有", "ticketed", "on sale"}
_NO = {"0", "no", "n", "false", "f", "non", "faux", "否", "无", "", "not ticketed", "free"}


def yes(text: str) -> bool:
    """Yes or no; an empty cell is no. Raises ValueError for anything else."""
    wanted = text.strip().casefold()
    if wanted in _YES:
        return True
    if wanted in _NO:
        return False
    raise ValueError(text)


_STAGES = {
    Stage.PRELIMINARY: "prelim prelims preliminary preliminaries heat heats qualification qualifications qualifying qual group pool r1",
    Stage.ELIMINATION: "elimination eliminations knockout r32 r16 repechage",
    Stage.QUARTERFINAL: "qf quarter quarters quarterfinal quarterfinals",
    Stage.SEMIFINAL: "sf semi semis semifinal semifinals",
    Stage.BRONZE: "bronze",
    Stage.FINAL: "f final finals medal medals gold finale finales",
    Stage.CEREMONY: "ceremony ceremonies ceremonie ceremonies",
}
_STAGE_OF = {word: stage for stage, words in _STAGES.items() for word in words.split()}
_STAGE_OF |= {
    "group stage": Stage.PRELIMINARY,
    "round of 32": Stage.ELIMINATION,
    "round of 16": Stage.ELIMINATION,
    "quarter final": Stage.QUARTERFINAL,
    "quarter finals": Stage.QUARTERFINAL,
    "quart de finale": Stage.QUARTERFINAL,
    "semi final": Stage.SEMIFINAL,
    "semi finals": Stage.SEMIFINAL,
    "demi finale": Stage.SEMIFINAL,
    "match for third place": Stage.BRONZE,
    "third place": Stage.BRONZE,
    "bronze medal match": Stage.BRONZE,
    "预赛": Stage.PRELIMINARY,
    "小组赛": Stage.PRELIMINARY,
    "四分之一决赛": Stage.QUARTERFINAL,
    "半决赛": Stage.SEMIFINAL,
    "决赛": Stage.FINAL,
}


def stage(text: str) -> Stage:
    """The stage. Raises ValueError for a word we do not know."""
    wanted = folded(text)
    if wanted in _STAGE_OF:
        return _STAGE_OF[wanted]
    if wanted.startswith("matchday"):
        return Stage.PRELIMINARY
    raise ValueError(text)


# -- prices ----------------------------------------------------------------------------------------------------------------------------

_CODE_IN_HEADER = re.compile(r"\(([a-z]{3})\)|(?<![a-z])([a-z]{3})$")


def currency_in(header: str) -> str:
    """The currency that a column's header names at its end or in brackets, as in price_low_usd or "Price (EUR)"; "" for none."""
    codes = [bracketed or last for bracketed, last in _CODE_IN_HEADER.findall(header.casefold().strip())]
    return next((str(code).upper() for code in codes if is_currency(code)), "")


def is_currency(code: str) -> bool:
    """Whether ISO 4217 knows it, in any case."""
    try:
        exponent(code.upper())
    except ValueError:
        return False
    return True


def price(text: str, currency: str) -> Money:
    """The amount, with or without signs and separators of thousands. Raises ValueError, also for one below zero."""
    bare = re.sub(r"[^\d.,-]", "", text)
    last = max(bare.rfind("."), bare.rfind(","))
    whole, fraction = (bare[:last], bare[last + 1 :]) if last >= 0 else (bare, "")
    # Money rarely has three digits behind the point: 1,035 parts thousands; 1.035 could be either, so it is refused as too fine below.
    if len(fraction) == 3 and exponent(currency) != 3 and (set(re.findall(r"[.,]", bare)) == {","} or bare.count(".") > 1):
        whole, fraction = bare, ""
    number = re.sub(r"[.,]", "", whole) + (f".{fraction}" if fraction else "")
    try:
        amount = Money.parse(number, currency)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if amount.minor < 0 or Decimal(number) > 10**9:
        raise ValueError(text)
    return amount
