"""The demo's fictitious Games: everything in it is ours, drawn from a seed, and the same for the same seed and first day.

Plain values; `build.py` writes them through the rooms' doors. Names of people are put together from syllables and belong to nobody.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

EDITION_CODE = "meridian"
TIME_ZONE = "Europe/Paris"
COUNTRY = "FR"
PARTICIPANTS = 200

type Words = dict[str, str]
"""Text by language: en, fr, zh-hans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuePlan:
    """A venue of the demo. `capacity` is its reconciled seat plan. `is_seated`: its sessions are sold by numbered seats."""

    code: str
    name: Words
    zone: Words
    capacity: int
    latitude: float
    longitude: float
    is_seated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlan:
    """One heat or match. `rsc` has 34 characters."""

    rsc: str
    title: Words
    event: Words
    phase: Words
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """One ticketed block. Prices are whole euros for categories A, B, C, or for one category. Without times and venue: to be confirmed."""

    code: str
    discipline: str
    title: Words
    venue: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    phase: Words
    units: tuple[UnitPlan, ...]
    prices_eur: tuple[int, ...]
    doors_before_min: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantPlan:
    """One athlete of the demo."""

    code: str
    name: str
    country: str
    discipline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Titled:
    code: str
    title: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """A discipline's sessions: where, how many, at what hours, at what prices. An event's code starts with its gender."""

    discipline: str
    venue: str
    sessions: int
    hours: tuple[int, ...]
    length_h: float
    first_day: int
    prices_eur: tuple[int, int, int]
    events: tuple[_Titled, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What `world.json` holds."""

    venues: tuple[VenuePlan, ...]
    disciplines: dict[str, Words]
    phases: tuple[_Titled, ...]
    blocks: tuple[_Block, ...]
    countries: tuple[str, ...]
    given: tuple[tuple[str, ...], tuple[str, ...]]
    family: tuple[tuple[str, ...], tuple[str, ...]]


@cache
def world() -> World:
    """The demo's fixed part, read once."""
    return msgspec.json.decode(Path(__file__).with_name("world.json").read_bytes(), type=World)


def sessions(*, first_day: date, seed: int) -> list[SessionPlan]:
    """The schedule: an all-day festival, two ceremonies and every block's sessions; 40 in all, one still to be confirmed."""
    rng = random.Random(f"sessions:{seed}")
    planned = [_festival(first_day), _ceremony("CER01", _OPENING, first_day)]
    for block in world().blocks:
        planned.extend(_block_sessions(block, first_day, rng))
    planned.append(_ceremony("CER02", _CLOSING, first_day + timedelta(days=10)))
    return planned


def participants(*, seed: int) -> list[ParticipantPlan]:
    """200 athletes, spread over the disciplines and countries."""
    rng = random.Random(f"participants:{seed}")
    disciplines = [block.discipline for block in world().blocks]
    names: dict[str, None] = {}
    while len(names) < PARTICIPANTS:
        names.setdefault(f"{''.join(map(rng.choice, world().given))} {''.join(map(rng.choice, world().family))}")
    return [
        ParticipantPlan(code=f"P{n:04d}", name=name, country=rng.choice(world().countries), discipline=disciplines[n % len(disciplines)])
        for n, name in enumerate(names, start=1)
    ]


_COLON = {"en": ": ", "fr": "\u00a0: ", "zh-hans": "\uff1a"}
_OPENING: Words = {"en": "Opening night", "fr": "Soirée d'ouverture", "zh-hans": "开幕之夜"}
_CLOSING: Words = {"en": "Closing night", "fr": "Soirée de clôture", "zh-hans": "闭幕之夜"}


def _block_sessions(block: _Block, first_day: date, rng: random.Random) -> Iterator[SessionPlan]:
    heats, semi_finals, final = world().phases
    for n in range(block.sessions):
        phase = final if n == block.sessions - 1 else semi_finals if n else heats
        starts_at = _at(
            first_day + timedelta(days=block.first_day + n // len(block.hours)), block.hours[n % len(block.hours)], rng.choice((0, 15, 30))
        )
        length = timedelta(hours=block.length_h)
        known = (block.discipline, n) != ("BMF", 1)
        yield SessionPlan(
            code=f"{block.discipline}{n + 1:02d}",
            discipline=block.discipline,
            title=_joined(world().disciplines[block.discipline], phase.title),
            venue=block.venue if known else None,
            starts_at=starts_at if known else None,
            ends_at=starts_at + length if known else None,
            phase=phase.title,
            units=tuple(_units(block, phase, starts_at, length)) if known else (),
            prices_eur=tuple(price if phase is final else price * 2 // 3 for price in block.prices_eur),
        )


def _units(block: _Block, phase: _Titled, starts_at: datetime, length: timedelta) -> Iterator[UnitPlan]:
    step = length / len(block.events)
    for n, event in enumerate(block.events):
        yield UnitPlan(
            rsc=f"{block.discipline}{event.code[0]}{event.code[1:]:-<18}{phase.code}{n + 1:06d}--",
            title=_joined(event.title, phase.title),
            event=event.title,
            phase=phase.title,
            starts_at=starts_at + step * n,
            ends_at=starts_at + step * (n + 1) - timedelta(minutes=5),
        )


def _joined(first: Words, second: Words) -> Words:
    return {language: f"{first[language]}{_COLON[language]}{second[language]}" for language in first}


_FESTIVAL_FROM_H = 8


def _festival(first_day: date) -> SessionPlan:
    """From morning until two at night, its doors open since midnight: a visitor of the demo can be admitted at any hour of the first day."""
    return SessionPlan(
        code="FES01",
        discipline="CER",
        title={"en": "Festival of Lanes", "fr": "Fête des couloirs", "zh-hans": "泳道节"},
        venue="PRO-PLA",
        starts_at=_at(first_day, _FESTIVAL_FROM_H, 0),
        ends_at=_at(first_day + timedelta(days=1), 2, 0),
        phase={"en": "Open all day", "fr": "Ouvert toute la journée", "zh-hans": "全天开放"},
        units=(),
        prices_eur=(12,),
        doors_before_min=_FESTIVAL_FROM_H * 60,
    )


def _ceremony(code: str, title: Words, day: date) -> SessionPlan:
    starts_at = _at(day, 20, 30)
    return SessionPlan(
        code=code,
        discipline="CER",
        title=title,
        venue="MER-STA",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=4),
        phase=world().disciplines["CER"],
        units=(),
        prices_eur=(420, 260, 95),
    )


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(TIME_ZONE))
