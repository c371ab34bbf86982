"""What crosses the door of games. Drafts (what a schedule is made from) are in `drafts.py`, reports of imports in `reports.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.money import Money

type Names = Mapping[str, str]
"""A name in other languages: language code (fr, zh-hans) to text, beside a default text that always exists."""


class Status(StrEnum):
    SCHEDULED = "scheduled"
    """Has a start, an end and a venue."""
    TO_BE_CONFIRMED = "to_be_confirmed"
    """Its times or its venue are not known yet."""
    POSTPONED = "postponed"
    """Will take place at a time that is not the one shown."""
    CANCELLED = "cancelled"
    """Will not take place."""


class Stage(StrEnum):
    """How far a competition has come in a session. Empty where nobody said."""

    PRELIMINARY = "preliminary"
    ELIMINATION = "elimination"
    QUARTERFINAL = "quarterfinal"
    SEMIFINAL = "semifinal"
    BRONZE = "bronze"
    FINAL = "final"
    CEREMONY = "ceremony"
    UNKNOWN = ""


class Gender(StrEnum):
    """The fourth character of an RSC."""

    MEN = "M"
    WOMEN = "W"
    MIXED = "X"
    OPEN = "O"
    NONE = "-"


class ParticipantKind(StrEnum):
    PERSON = "person"
    TEAM = "team"


class ResultStatus(StrEnum):
    """`ok` has a rank or a mark; the others say why there is none."""

    OK = "ok"
    DID_NOT_START = "dns"
    DID_NOT_FINISH = "dnf"
    DISQUALIFIED = "dsq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One holding of a Games, cup or league. `code` is unique on the platform, any case. Both days are inclusive, or None together."""

    id: UUID
    organisation_id: UUID
    code: str
    name: str
    names: Names
    country: str
    time_zone: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discipline:
    """A branch of a sport: `code` is its three letters in an RSC, `sport_code` a word such as `aquatics`."""

    id: UUID
    edition_id: UUID
    code: str
    name: str
    names: Names
    sport_code: str
    sport_name: str
    sport_names: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """Where sessions take place.

    `zone` is the part of town or cluster, `country` ISO 3166-1 alpha-2 ("" when unknown), `region` ISO 3166-2 ("" when unknown; taxes of
    admission may ask). Latitude and longitude in degrees, both or none. `capacity` in persons.
    """

    id: UUID
    edition_id: UUID
    code: str
    name: str
    names: Names
    zone: str
    zone_names: Names
    country: str
    region: str
    time_zone: str
    latitude: float | None
    longitude: float | None
    capacity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """When and where a session takes place, all of it: what is None or "" is not known.

    Wall times are naive, to the minute, in `time_zone` (IANA); the end may be on the next day, at most 24 hours after the start. `day_on` counts
    only without a start, `zone` only without a venue.
    """

    venue_id: UUID | None
    zone: str
    time_zone: str
    day_on: date | None
    starts_local: datetime | None
    ends_local: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The ticketed block at a venue.

    `starts_at` and `ends_at` are instants in UTC, `starts_local` and `ends_local` the wall time in `time_zone` (naive), None while unknown.
    `day_on` is the local day it belongs to, also when it passes midnight. `branch` says what of its discipline it shows, where somebody said
    so: Marathon, Shotgun. `title` and the names of discipline and venue are in the language
    asked for, else the default; `titles` has the others. `country`, `region` and `zone` are the venue's; while it is unknown, the edition's
    country, no region, and the zone announced. A venue without a country is taken to be in the edition's.
    """

    id: UUID
    edition_id: UUID
    edition_code: str
    organisation_id: UUID
    code: str
    title: str
    titles: Names
    discipline_code: str
    discipline_name: str
    branch: str
    stage: Stage
    venue_id: UUID | None
    venue_code: str
    venue_name: str
    zone: str
    country: str
    region: str
    time_zone: str
    day_on: date | None
    starts_local: datetime | None
    ends_local: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    status: Status
    ticketed: bool

    @property
    def place(self) -> Place:
        """When and where it takes place, to be changed with `dataclasses.replace` and given to `move_session`."""
        return Place(
            venue_id=self.venue_id,
            zone="" if self.venue_id else self.zone,
            time_zone=self.time_zone,
            day_on=self.day_on,
            starts_local=self.starts_local,
            ends_local=self.ends_local,
        )

    @property
    def passes_midnight(self) -> bool:
        """Whether it ends on a later local day than it starts; ending at midnight sharp counts."""
        return self.starts_local is not None and self.ends_local is not None and self.ends_local.date() > self.starts_local.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBrief:
    """What hot paths need of a session, read in one raw statement. `country`, `region` and `zone` as in `Session`.

    `title`, `venue_name` and `zone` are in the language asked for; `titles` and `venue_names` are for whoever writes in another.
    """

    id: UUID
    edition_id: UUID
    organisation_id: UUID
    code: str
    title: str
    titles: Names
    venue_id: UUID | None
    venue_name: str
    venue_names: Names
    zone: str
    country: str
    region: str
    time_zone: str
    day_on: date | None
    starts_at: datetime | None
    ends_at: datetime | None
    status: Status
    ticketed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """A participant in a unit's start list, with what came of it. `rank` from 1, `mark` as it is shown: "9.58", "3"."""

    participant_id: UUID
    code: str
    name: str
    kind: ParticipantKind
    organisation_code: str
    country: str
    place_in_list: int
    status: ResultStatus | None = None
    rank: int | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One heat or match. `rsc` has 34 characters. Times in UTC, None while unknown; `outside_session` says that they do not fit its session."""

    id: UUID
    edition_id: UUID
    rsc: str
    name: str
    names: Names
    gender: Gender
    event_name: str
    phase_name: str
    session_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    outside_session: bool
    competitors: tuple[Competitor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How many sessions one local day has under the present filters, the day itself left aside. `day_on` None gathers those without a day."""

    day_on: date | None
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePage:
    """One page of the schedule, in order of day, start and code. `page` counts from 1; `total` is over all pages."""

    sessions: tuple[Session, ...]
    total: int
    page: int
    pages: int
    days: tuple[DayCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPrice:
    """The lowest and highest price that an imported file named for a session; the box office may turn them into offers. May be equal."""

    session_id: UUID
    session_code: str
    ticketed: bool
    lowest: Money
    highest: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What `move_session` did: the session as it is now, how many tickets were sold or held, and the units that do not fit it any more."""

    session: Session
    stakes: int
    units_outside: tuple[Unit, ...] = ()
