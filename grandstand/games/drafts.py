"""What a schedule is made from: the input of `create_schedule` and of an import. Parts name each other by code, not by id."""

from dataclasses import dataclass, field
from datetime import date, datetime

from grandstand.games.values import Names, ParticipantKind, ResultStatus, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionDraft:
    """An edition to be. `code` has letters, digits and dashes, 1 to 40; `time_zone` is an IANA name."""

    code: str
    name: str
    names: Names = field(default_factory=dict)
    country: str = ""
    time_zone: str = "UTC"
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisciplineDraft:
    """A discipline to be, with its sport. `code` has three letters or digits. `games.known_disciplines()` has the usual ones."""

    code: str
    name: str
    names: Names = field(default_factory=dict)
    sport_code: str
    sport_name: str
    sport_names: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueDraft:
    """A venue to be. Latitude and longitude in degrees, both or none; `country` ISO 3166-1 alpha-2, `region` ISO 3166-2."""

    code: str
    name: str
    names: Names = field(default_factory=dict)
    zone: str = ""
    zone_names: Names = field(default_factory=dict)
    country: str = ""
    region: str = ""
    time_zone: str
    latitude: float | None = None
    longitude: float | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDraft:
    """A session to be.

    Times are naive wall times in `time_zone`; the end may be on the next day, at most 24 hours later. `day_on` is taken from the start where
    there is one. Without times or venue the session is to be confirmed. `zone` counts only without a venue.
    """

    code: str
    discipline_code: str
    title: str
    titles: Names = field(default_factory=dict)
    branch: str = ""
    stage: Stage = Stage.UNKNOWN
    venue_code: str = ""
    zone: str = ""
    time_zone: str
    day_on: date | None = None
    starts_local: datetime | None = None
    ends_local: datetime | None = None
    ticketed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantDraft:
    """A participant to be. `organisation_code` is its NOC or club, `country` ISO 3166-1 alpha-2."""

    code: str
    name: str
    names: Names = field(default_factory=dict)
    kind: ParticipantKind
    organisation_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDraft:
    """What a participant of a unit achieved: a rank (from 1), a mark or both when `ok`, else neither."""

    participant_code: str
    status: ResultStatus = ResultStatus.OK
    rank: int | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDraft:
    """A unit to be; its event and phase come into being with it.

    `rsc` has 34 characters. Times are instants. `participant_codes` is the start list in its order. `results` are of participants among them.
    """

    rsc: str
    name: str
    names: Names = field(default_factory=dict)
    event_name: str = ""
    event_names: Names = field(default_factory=dict)
    phase_name: str = ""
    phase_names: Names = field(default_factory=dict)
    session_code: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    participant_codes: tuple[str, ...] = ()
    results: tuple[ResultDraft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDraft:
    """A whole schedule to be, or a part to be added to one. No code comes twice among the drafts of a kind.

    Disciplines, venues and participants whose code the edition has already are left as they are; sessions and units must be new.
    """

    disciplines: tuple[DisciplineDraft, ...] = ()
    venues: tuple[VenueDraft, ...] = ()
    sessions: tuple[SessionDraft, ...] = ()
    participants: tuple[ParticipantDraft, ...] = ()
    units: tuple[UnitDraft, ...] = ()
