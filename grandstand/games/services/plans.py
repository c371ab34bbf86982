"""What an import would change: the file against what is here and what the file said last time. Decides, writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from grandstand.games import rules
from grandstand.games.adapters.read import ReadFile, ReadSession
from grandstand.games.drafts import ParticipantDraft, ResultDraft, SessionDraft, UnitDraft, VenueDraft
from grandstand.games.reports import Difference, Report
from grandstand.games.services.participants import KnownParticipant
from grandstand.games.services.parts import Parts
from grandstand.games.services.sessions import DRAFT_FIELDS, Known, Rewrite
from grandstand.games.services.units import UNIT_FIELDS, KnownUnit, comparable
from grandstand.games.values import Status
from grandstand.kit.codecs import Json

_PLACE = frozenset({"venue_code", "zone", "time_zone", "day_on", "starts_local", "ends_local"})
_BINDING = _PLACE | {"ticketed", "discipline_code"}
"""What a holder of a ticket relies on: with tickets sold or held, no import changes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What a file last said of a session: `said` by draft field, and the row with its prices."""

    source: str
    row: Mapping[str, str]
    said: Mapping[str, Json]
    lowest_minor: int | None
    highest_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The edition as it stands: sessions by code, what files said of them, tickets that rest on them, units by RSC, participants by code."""

    parts: Parts
    sessions: Mapping[str, Known]
    remembered: Mapping[UUID, Remembered]
    stakes: Mapping[UUID, int]
    units: Mapping[str, KnownUnit]
    participants: Mapping[str, KnownParticipant]


@dataclass(slots=True, kw_only=True)
class Plan:
    """What to write. `remember` is by session code."""

    file: ReadFile
    here: Here
    new: list[SessionDraft] = field(default_factory=list)
    rewrites: list[Rewrite] = field(default_factory=list)
    units: list[UnitDraft] = field(default_factory=list)
    venues: list[VenueDraft] = field(default_factory=list)
    participants: list[ParticipantDraft] = field(default_factory=list)
    remember: dict[str, Remembered] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    changed: int = 0

    @property
    def writes(self) -> bool:
        """Whether anything is to be written at all."""
        return bool(self.new or self.rewrites or self.units or self.venues or self.participants or self.remember)

    def report(self, *, edition_is_new: bool, dry_run: bool) -> Report:
        """What became, or would become, of the file."""
        return Report(
            edition_code=self.here.parts.edition.code,
            edition_is_new=edition_is_new,
            dry_run=dry_run,
            rows=self.file.rows,
            created=len(self.new),
            changed=self.changed,
            unchanged=len(self.file.sessions) - len(self.new) - self.changed,
            problems=tuple(sorted(self.file.notes.found, key=lambda problem: problem.line)),
            differences=tuple(self.differences),
        )


def plan(file: ReadFile, here: Here) -> Plan:
    """Compare a file that was read with the edition. Adds to the file's problems what the comparison finds."""
    made = Plan(file=file, here=here)
    _plan_venues(made)
    _plan_participants(made)
    for read in file.sessions:
        known = here.sessions.get(read.draft.code)
        if known is None:
            made.new.append(read.draft)
            made.units += read.units
            made.remember[read.draft.code] = _remembered(file, read, dict(_plain_fields(read.draft, file.says)))
        else:
            _plan_known(made, read, known)
    _tell_the_missing(made)
    return made


def _plan_known(made: Plan, read: ReadSession, known: Known) -> None:
    file, here = made.file, made.here
    before = here.remembered.get(known.id)
    says = dict(_plain_fields(read.draft, file.says))
    differs = [name for name in DRAFT_FIELDS if name in file.says and getattr(read.draft, name) != getattr(known.draft, name)]
    by_hand = [name for name in differs if before is not None and name in before.said and before.said[name] == says.get(name)]
    applied = [name for name in differs if name not in by_hand]
    if by_hand:
        file.notes.add("changed_here", read.line, known.draft.code, fields=", ".join(by_hand))
    refused = _refused(made, read, known, applied)
    applied = [name for name in applied if name not in refused]
    draft = replace(known.draft, **{name: getattr(read.draft, name) for name in applied})
    if draft.venue_code:
        draft = replace(draft, zone="")
    applied = [name for name in applied if getattr(draft, name) != getattr(known.draft, name)]
    units = _plan_units(made, read, known, keep_times=bool(refused & _PLACE))
    # What was refused is not remembered as said, so that the next import tells it again.
    said = {name: (before.said.get(name) if before else None) if name in refused else value for name, value in says.items()}
    remembered = _remembered(file, read, said)
    prices = _price_differences(known.draft.code, before, remembered)
    made.differences += [_difference(known.draft.code, name, getattr(known.draft, name), getattr(draft, name)) for name in applied] + prices + units
    if applied:
        made.rewrites.append(Rewrite(known=known, draft=draft, status=known.status, stakes=here.stakes.get(known.id, 0), action="imported"))
    if remembered != before:
        made.remember[known.draft.code] = remembered
    made.changed += bool(applied or prices or units)


def _refused(made: Plan, read: ReadSession, known: Known, applied: Sequence[str]) -> frozenset[str]:
    """The fields that stay as they are although the file says otherwise; tells why."""
    code, stakes = known.draft.code, made.here.stakes.get(known.id, 0)
    if known.status in {Status.CANCELLED, Status.POSTPONED}:
        if refused := _PLACE.intersection(applied):
            made.file.notes.add("off_here", read.line, code, status=known.status.value)
        return refused
    refused = _BINDING.intersection(applied)
    if not stakes or not refused:
        return frozenset()
    target = replace(known.draft, **{name: getattr(read.draft, name) for name in refused})
    if refused <= _PLACE and _same_place(known, target):
        return frozenset()
    wanted = "; ".join(f"{name} {_text(getattr(known.draft, name)) or '–'} → {_text(getattr(target, name)) or '–'}" for name in sorted(refused))
    edition = made.here.parts.edition.code
    made.file.notes.add("sold_not_moved", read.line, code, stakes=stakes, wanted=wanted, edition=edition, code=code)
    return refused


def _same_place(known: Known, target: SessionDraft) -> bool:
    """Whether only the name of the zone differs: the instants, the day and the venue are the same."""
    instants = rules.instants(starts_local=target.starts_local, ends_local=target.ends_local, time_zone=target.time_zone)
    return instants == (known.starts_at, known.ends_at) and (target.venue_code, target.day_on) == (known.draft.venue_code, known.draft.day_on)


def _plan_units(made: Plan, read: ReadSession, known: Known, *, keep_times: bool) -> list[Difference]:
    differences = []
    for unit in read.units:
        here = made.here.units.get(unit.rsc)
        wanted = replace(unit, starts_at=here.draft.starts_at, ends_at=here.draft.ends_at) if here is not None and keep_times else unit
        found = unit_differences(known.draft.code, here, wanted)
        made.units += [wanted] if found else []
        differences += found
    return differences


def unit_differences(code: str, here: KnownUnit | None, wanted: UnitDraft) -> list[Difference]:
    """What a file says of a unit otherwise than it is here; one difference for a unit that is new."""
    if here is None:
        return [Difference(code=code, field="unit", before="", after=wanted.rsc)]
    bare = comparable(wanted)
    fields = [name for name in UNIT_FIELDS if getattr(bare, name) != getattr(here.draft, name)]
    return [_difference(code, f"unit {name}", getattr(here.draft, name), getattr(bare, name)) for name in fields]


def _plan_venues(made: Plan) -> None:
    """Fill in what is not known yet of venues; what is known stays."""
    for code, named in made.file.venues.items():
        part = made.here.parts.venues.get(code)
        if part is None:
            continue
        blanks = ("zone", "country", "region", "latitude", "longitude", "capacity")
        filled = {name: getattr(named, name) for name in blanks if getattr(part.draft, name) in ("", None) and getattr(named, name) not in ("", None)}
        if filled:
            made.venues.append(replace(part.draft, **filled))
            made.differences += [_difference(code, f"venue {name}", getattr(part.draft, name), value) for name, value in filled.items()]


def _plan_participants(made: Plan) -> None:
    """Participants are what the file says they are."""
    for code, named in made.file.participants.items():
        known = made.here.participants.get(code)
        if known is None or known.draft == named:
            continue
        made.participants.append(named)
        fields = [name for name in ParticipantDraft.__slots__ if getattr(named, name) != getattr(known.draft, name)]
        made.differences += [_difference(code, f"participant {name}", getattr(known.draft, name), getattr(named, name)) for name in fields]


def _tell_the_missing(made: Plan) -> None:
    """Sessions that an earlier file of this name had."""
    codes = {read.draft.code for read in made.file.sessions}
    for code, known in made.here.sessions.items():
        before = made.here.remembered.get(known.id)
        if code not in codes and before is not None and before.source == made.file.source and known.status is not Status.CANCELLED:
            made.file.notes.add("gone_from_file", 1, code, source=made.file.source)


def _remembered(file: ReadFile, read: ReadSession, said: Mapping[str, Json]) -> Remembered:
    return Remembered(
        source=file.source,
        row=dict(read.row),
        said=said,
        lowest_minor=read.lowest.minor if read.lowest is not None else None,
        highest_minor=read.highest.minor if read.highest is not None else None,
        currency=read.lowest.currency if read.lowest is not None else "",
    )


def _price_differences(code: str, before: Remembered | None, after: Remembered) -> list[Difference]:
    if before is None:
        return []
    names = ("lowest_minor", "highest_minor", "currency")
    return [_difference(code, name, getattr(before, name), getattr(after, name)) for name in names if getattr(before, name) != getattr(after, name)]


def _difference(code: str, name: str, before: object, after: object) -> Difference:
    return Difference(code=code, field=name, before=_text(before), after=_text(after))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(timespec="minutes").replace("+00:00", "Z")
        case Mapping():
            return "; ".join(f"{key}: {text}" for key, text in sorted(value.items()))
        case tuple():
            return ", ".join(_text(item) for item in value)
        case ResultDraft():
            return " ".join(filter(None, [value.participant_code, str(value.rank or ""), value.mark]))
        case _:
            return str(value)


def _plain_fields(draft: SessionDraft, names: frozenset[str]) -> list[tuple[str, Json]]:
    return [(name, _plain(getattr(draft, name))) for name in DRAFT_FIELDS if name in names]


def _plain(value: Any) -> Json:
    match value:
        case StrEnum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return dict(value)
        case _:
            return value  # type: ignore[no-any-return]
