"""What the schedule decides with plain values: codes of results, wall times in their zones, and what a search compares."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from grandstand.games.refusals import ScheduleWrong
from grandstand.games.values import Gender, Names, Stage, Status

# -- names -----------------------------------------------------------------------------------------------------------------------------


def in_language(default: str, names: Names, language: str) -> str:
    """The name in `language` (fr-ca falls back to fr), else the default. Codes as Django writes them: zh-hans."""
    wanted = language.lower().replace("_", "-")
    while wanted:
        if names.get(wanted):
            return names[wanted]
        wanted = wanted.rpartition("-")[0]
    return default


# -- RSC -------------------------------------------------------------------------------------------------------------------------------

_RSC_PARTS = {"discipline": 3, "gender": 1, "event": 18, "phase": 4, "unit": 8}
_PART = re.compile(r"[A-Z0-9][A-Z0-9+-]*|-+")
RSC_LENGTH = sum(_RSC_PARTS.values())


class RscWrong(ValueError):
    """The text is no RSC. The message says which part and what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rsc:
    """A result system code, 34 characters: discipline 3, gender 1, event 18, phase 4, unit 8, each filled up with dashes.

    Parts are kept without the dashes at their end; an empty part means "all of them": a phase has no unit. Source: Olympic Data Feed,
    common codes (ODF General Principles, section on RSC).
    """

    discipline: str
    gender: Gender
    event: str = ""
    phase: str = ""
    unit: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The parts of a code. Raises RscWrong."""
        if len(text) != RSC_LENGTH:
            raise RscWrong(f"{text!r} has {len(text)} characters: an RSC has {RSC_LENGTH}")
        parts, at = {}, 0
        for name, length in _RSC_PARTS.items():
            parts[name] = text[at : at + length]
            at += length
        return cls._checked(text, parts)

    @classmethod
    def of_unit(cls, text: str) -> Self:
        """The parts of a unit's code. Raises RscWrong also for a code that names no unit."""
        found = cls.parse(text)
        if not found.unit:
            raise RscWrong(f"{text!r} names no unit: its last eight characters are dashes")
        return found

    @classmethod
    def build(cls, *, discipline: str, gender: str, event: str = "", phase: str = "", unit: str = "") -> Self:
        """The code with these parts, filled up with dashes. Raises RscWrong for a part that is too long or has other characters."""
        given = {"discipline": discipline, "gender": gender or "-", "event": event, "phase": phase, "unit": unit}
        text = "".join(given.values())
        for name, length in _RSC_PARTS.items():
            if len(given[name]) > length:
                raise RscWrong(f"the {name} {given[name]!r} of an RSC has at most {length} characters")
        return cls._checked(text, {name: given[name].ljust(length, "-") for name, length in _RSC_PARTS.items()})

    @classmethod
    def _checked(cls, text: str, parts: dict[str, str]) -> Self:
        for name, part in parts.items():
            if name != "gender" and not _PART.fullmatch(part):
                raise RscWrong(f"the {name} {part!r} of {text!r} has other characters than A-Z, 0-9, + and dashes at its end")
        if "-" in parts["discipline"]:
            raise RscWrong(f"the discipline of {text!r} needs three letters or digits")
        if parts["gender"] not in {gender.value for gender in Gender}:
            raise RscWrong(f"the gender {parts['gender']!r} of {text!r} is none of {', '.join(Gender)}")
        plain = {name: part.rstrip("-") for name, part in parts.items()}
        for above, below in (("event", "phase"), ("phase", "unit")):
            if plain[below] and not plain[above]:
                raise RscWrong(f"{text!r} names a {below} of no {above}")
        return cls(**{**plain, "gender": Gender(parts["gender"])})  # type: ignore[arg-type]

    def __str__(self) -> str:
        return "".join(str(getattr(self, name)).ljust(length, "-") for name, length in _RSC_PARTS.items())

    @property
    def event_rsc(self) -> str:
        """The first 22 characters."""
        return str(self)[:22]

    @property
    def phase_rsc(self) -> str:
        """The first 26 characters."""
        return str(self)[:26]


# -- wall times ------------------------------------------------------------------------------------------------------------------------

LONGEST_SESSION = timedelta(hours=24)
"""Nobody sells one ticket for more; a longer span is a wrong day in the source."""

_OFFSET = re.compile(r"(?:UTC|GMT|Z)?\s*([+\-−]\s*\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_HALF_HOURS = {
    (3, 30): "Asia/Tehran",
    (4, 30): "Asia/Kabul",
    (5, 30): "Asia/Kolkata",
    (5, 45): "Asia/Kathmandu",
    (6, 30): "Asia/Yangon",
    (9, 30): "Australia/Darwin",
}
"""Offsets that are not whole hours and belong to a zone that never changes its clocks."""


class UnknownZone(ValueError):
    """The text names no time zone."""


@cache
def zone_name(text: str) -> str:
    """The IANA name of a time zone written as such, or as an offset: "UTC-6" is Etc/GMT+6 (that name counts westwards).

    Raises UnknownZone. Abbreviations such as PDT or CST mean several zones and are refused.
    """
    wanted = text.strip()
    by_fold = _zones_by_fold()
    if wanted.casefold() in by_fold and not re.fullmatch(r"[A-Z]{3,5}", wanted.upper()):
        return by_fold[wanted.casefold()]
    if wanted.upper() in {"UTC", "GMT", "Z"}:
        return "UTC"
    if found := _OFFSET.fullmatch(wanted):
        hours, minutes = int(found[1].replace("−", "-").replace(" ", "")), int(found[2] or 0)
        if minutes == 0 and -12 <= hours <= 14:
            return "UTC" if hours == 0 else f"Etc/GMT{-hours:+d}"
        if (hours, minutes) in _HALF_HOURS:
            return _HALF_HOURS[(hours, minutes)]
    raise UnknownZone(f"{text!r} names no time zone: write an IANA name such as Europe/Paris, or an offset such as UTC+2")


@cache
def _zones_by_fold() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The instant that a wall time means. `doubt`: "gap" when clocks jump over it (it does not exist), "fold" when it comes twice."""

    at: datetime
    doubt: Literal["gap", "fold"] | None = None


def resolved(local: datetime, time_zone: str) -> Resolved:
    """The instant (UTC) of a naive wall time in an IANA zone.

    Of two possible instants the earlier one is taken. For a wall time in a gap, the instant as if clocks had not jumped yet.
    """
    zone = ZoneInfo(time_zone)
    at = local.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local:
        return Resolved(at=at, doubt="gap")
    if local.replace(tzinfo=zone, fold=1).astimezone(UTC) != at:
        return Resolved(at=at, doubt="fold")
    return Resolved(at=at)


def instants(*, starts_local: datetime | None, ends_local: datetime | None, time_zone: str) -> tuple[datetime | None, datetime | None]:
    """The instants of a session's wall times.

    Raises ScheduleWrong, naming the field: a time that clocks jump over, an end without a start or not after it, more than LONGEST_SESSION.
    """
    starts_at, ends_at = (_instant(local, time_zone, field) for local, field in ((starts_local, "starts_local"), (ends_local, "ends_local")))
    if ends_at is None:
        return starts_at, None
    if starts_at is None:
        raise ScheduleWrong("a session with an end needs a start", field="starts_local")
    if not starts_at < ends_at <= starts_at + LONGEST_SESSION:
        raise ScheduleWrong(f"a session ends after it starts, within 24 hours: not {starts_local} to {ends_local}", field="ends_local")
    return starts_at, ends_at


def _instant(local: datetime | None, time_zone: str, field: str) -> datetime | None:
    if local is None:
        return None
    if local.tzinfo is not None or local.second or local.microsecond:
        raise ScheduleWrong(f"{local} is no wall time: give it without zone, to the minute", field=field)
    found = resolved(local, time_zone)
    if found.doubt == "gap":
        raise ScheduleWrong(f"{local} does not exist in {time_zone}: clocks jump over it that night", field=field)
    return found.at


def wall_time(at: datetime, time_zone: str) -> datetime:
    """The naive wall time that clocks in an IANA zone show at an instant."""
    return at.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)


def written(local: datetime | None) -> str:
    """A wall time as it is stored, to the minute; "" for none."""
    return local.strftime("%Y-%m-%dT%H:%M") if local is not None else ""


def unwritten(stored: str) -> datetime | None:
    """The wall time that was stored."""
    return datetime.fromisoformat(stored) if stored else None


def status_now(status: Status, *, complete: bool) -> Status:
    """What a session is once its parts are known or not: cancelled and postponed stay, else scheduled exactly when `complete`."""
    if status in {Status.CANCELLED, Status.POSTPONED}:
        return status
    return Status.SCHEDULED if complete else Status.TO_BE_CONFIRMED


def outside(*, starts_at: datetime | None, ends_at: datetime | None, session_starts_at: datetime | None, session_ends_at: datetime | None) -> bool:
    """Whether a unit's known times do not fit into its session's known times. What is unknown fits."""
    known = [instant for instant in (starts_at, ends_at) if instant is not None]
    early = session_starts_at is not None and any(instant < session_starts_at for instant in known)
    late = session_ends_at is not None and any(instant > session_ends_at for instant in known)
    return early or late


# -- search ----------------------------------------------------------------------------------------------------------------------------

_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´")
MOST_WORDS = 8
"""Of a search; the rest is left aside."""


def folded(text: str) -> str:
    """What a search compares: no case, no accents, no width, no punctuation; words separated by one space."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)) if not unicodedata.combining(letter))
    spaced = "".join(letter if letter.isalnum() else " " for letter in unicodedata.normalize("NFKC", bare).casefold())
    return " ".join(spaced.split())


def search_text(parts: Sequence[str]) -> str:
    """What is kept beside a session, so that a search is `LIKE '%word%'` for each word.

    At a few thousand sessions an edition, a scan within the edition takes a millisecond or two, and any part of a text is found, so also every
    Chinese word, without a tokenizer. Each part once.
    """
    return " ".join(dict.fromkeys(folded(part) for part in parts if part))


STAGE_WORDS = {
    Stage.PRELIMINARY: "preliminary préliminaires qualification heats séries 预赛 资格赛 小组赛",
    Stage.ELIMINATION: "elimination éliminatoires 淘汰赛",
    Stage.QUARTERFINAL: "quarterfinal quarter-final quart de finale 四分之一决赛",
    Stage.SEMIFINAL: "semifinal semi-final demi-finale 半决赛",
    Stage.BRONZE: "bronze medal match match pour le bronze 铜牌赛",
    Stage.FINAL: "final finale médaille medal gold 决赛 奖牌",
    Stage.CEREMONY: "ceremony cérémonie 典礼 仪式",
    Stage.UNKNOWN: "",
}
"""What people type when they look for a stage, in three languages."""


def code_from(name: str) -> str:
    """A code for something that has only a name: its folded words joined by dashes, at most 40 characters. Letters of any script stay."""
    return folded(name).replace(" ", "-")[:40].strip("-")


def searched(text: str) -> list[str]:
    """The words that must all be found. At most MOST_WORDS."""
    return list(dict.fromkeys(folded(text).split()))[:MOST_WORDS]
