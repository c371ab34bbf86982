"""Editions, disciplines and venues: made in sets, and what the sessions' writes need to know of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from grandstand.games import models, rules
from grandstand.games.drafts import DisciplineDraft, EditionDraft, VenueDraft
from grandstand.games.refusals import CodeTaken, ScheduleWrong
from grandstand.games.services.stamp import Stamp
from grandstand.games.values import Edition, Names
from grandstand.kit.ids import new_id, new_ids
from grandstand.store import api as store
from grandstand.store.api import Tx

_EDITION = store.table(models.Edition)
_EDITION_COLUMNS = ["id", "organisation_id", "code", "name", "names", "country", "time_zone", "starts_on", "ends_on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A discipline or venue as sessions need it: `words` is what a search may find it by."""

    id: UUID
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisciplinePart(Part):
    """A discipline as it stands."""

    draft: DisciplineDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuePart(Part):
    """A venue as it stands."""

    draft: VenueDraft


@dataclass(slots=True, kw_only=True)
class Parts:
    """An edition and what its sessions refer to, by code. Grows as parts are added within one transaction."""

    edition: Edition
    sports: dict[str, UUID] = field(default_factory=dict)
    disciplines: dict[str, DisciplinePart] = field(default_factory=dict)
    venues: dict[str, VenuePart] = field(default_factory=dict)

    def discipline(self, code: str) -> DisciplinePart:
        """The discipline. Raises ScheduleWrong when the edition has none with this code."""
        if code not in self.disciplines:
            raise ScheduleWrong(f"there is no discipline {code} in {self.edition.code}: add it first", field="discipline_code")
        return self.disciplines[code]

    def venue(self, code: str) -> VenuePart:
        """The venue. Raises ScheduleWrong when the edition has none with this code."""
        if code not in self.venues:
            raise ScheduleWrong(f"there is no venue {code} in {self.edition.code}: add it first", field="venue_code")
        return self.venues[code]


def lock_edition(tx: Tx, *, code: str) -> Edition | None:
    """The edition with this code in any case, locked until the transaction ends, so that its schedule is written by one at a time. One statement."""
    rows = tx.select(_EDITION, _EDITION_COLUMNS, "lower(code) = %s", (code.lower(),), order_by="id", lock=True)
    return edition_value(rows[0]) if rows else None


def lock_edition_by_id(tx: Tx, *, edition_id: UUID) -> Edition | None:
    """The same, by id."""
    rows = tx.select(_EDITION, _EDITION_COLUMNS, "id = %s", (edition_id,), order_by="id", lock=True)
    return edition_value(rows[0]) if rows else None


def edition_value(row: Sequence[Any]) -> Edition:
    """A row of _EDITION_COLUMNS."""
    return Edition(**dict(zip(_EDITION_COLUMNS, row, strict=True)))


def add_edition(tx: Tx, *, draft: EditionDraft, stamp: Stamp) -> Edition:
    """A new edition of the stamp's organisation. Raises CodeTaken, ScheduleWrong. Two statements."""
    code = draft.code.strip()
    if not code or len(code) > models.CODE_LENGTH or not code.replace("-", "").replace("_", "").isalnum():
        raise ScheduleWrong(f"{draft.code!r} is no code of an edition: use letters, digits and dashes, at most 40", field="code")
    checked_span(draft.starts_on, draft.ends_on)
    made = Edition(
        id=new_id(),
        organisation_id=stamp.organisation_id,
        code=code,
        name=checked_name(draft.name),
        names=dict(draft.names),
        country=checked_country(draft.country),
        time_zone=checked_zone(draft.time_zone),
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
    )
    if not tx.insert_new(_EDITION, _EDITION_COLUMNS, [[getattr(made, column) for column in _EDITION_COLUMNS]], key=["id"]):
        raise CodeTaken(f"there is an edition {code} already", code=code)
    stamp.record(tx, [stamp.change("created", "edition", made.id, after={"code": made.code, "name": made.name, "time_zone": made.time_zone})])
    return made


def save_edition(tx: Tx, *, before: Edition, after: Edition, stamp: Stamp) -> Edition:
    """Write what differs between two states of one edition. Its code, organisation and id stay. Two statements, none when nothing differs."""
    fields = ["name", "names", "country", "time_zone", "starts_on", "ends_on"]
    changed = [name for name in fields if getattr(before, name) != getattr(after, name)]
    if not changed:
        return before
    tx.update(_EDITION, [[after.id, *(getattr(after, name) for name in fields)]], key=["id"], set_to=fields)
    old, new = ({name: getattr(edition, name) for name in changed} for edition in (before, after))
    stamp.record(tx, [stamp.change("changed", "edition", after.id, before=old, after=new)])
    return after


def widened(edition: Edition, days: Sequence[date]) -> Edition:
    """The edition with its span stretched over `days`."""
    known = [day for day in (edition.starts_on, edition.ends_on, *days) if day is not None]
    return replace(edition, starts_on=min(known), ends_on=max(known)) if known else edition


def load_parts(tx: Tx, edition: Edition) -> Parts:
    """What the edition has. Three statements."""
    parts = Parts(edition=edition)
    of_edition = ("edition_id = %s", (edition.id,))
    parts.sports = dict(tx.select(store.table(models.Sport), ["code", "id"], *of_edition))
    sql = (
        "SELECT d.id, d.code, d.name, d.names, s.code, s.name, s.names "
        "FROM games_discipline d JOIN games_sport s ON s.id = d.sport_id WHERE d.edition_id = %s"
    )
    kinds = [*store.table(models.Discipline).of(["id", "code", "name", "names"]), *store.table(models.Sport).of(["code", "name", "names"])]
    for id_, code, name, names, sport, sport_name, sport_names in tx.rows(sql, (edition.id,), kinds=kinds):
        parts.disciplines[code] = _discipline_part(
            id_, DisciplineDraft(code=code, name=name, names=names, sport_code=sport, sport_name=sport_name, sport_names=sport_names)
        )
    for row in tx.select(store.table(models.Venue), _VENUE_COLUMNS, *of_edition):
        id_, code, name, names, zone, zone_names, country, region, time_zone, latitude, longitude, capacity = row
        draft = VenueDraft(
            code=code,
            name=name,
            names=names,
            zone=zone,
            zone_names=zone_names,
            country=country,
            region=region,
            time_zone=time_zone,
            latitude=None if latitude is None else latitude / 1_000_000,
            longitude=None if longitude is None else longitude / 1_000_000,
            capacity=capacity,
        )
        parts.venues[code] = _venue_part(id_, draft)
    return parts


def add_disciplines(tx: Tx, *, parts: Parts, drafts: Sequence[DisciplineDraft], stamp: Stamp) -> None:
    """Add the disciplines, and their sports, that the edition has not. Three statements whatever their number."""
    wanted = {draft.code: draft for draft in drafts if draft.code not in parts.disciplines}
    sports = {d.sport_code: d for d in wanted.values() if d.sport_code not in parts.sports}
    edition, changes = parts.edition, []
    ids = new_ids(len(sports) + len(wanted)) if wanted else []
    sport_rows = []
    for code, sport in sports.items():
        parts.sports[code] = ids.pop(0)
        sport_rows.append((parts.sports[code], edition.organisation_id, edition.id, code, checked_name(sport.sport_name), dict(sport.sport_names)))
        changes.append(stamp.change("created", "sport", parts.sports[code], after={"code": code, "name": sport.sport_name}))
    rows = []
    for code, draft in wanted.items():
        id_ = ids.pop(0)
        if len(code) != 3 or not code.isalnum() or code != code.upper():
            raise ScheduleWrong(f"{code!r} is no code of a discipline: use three capital letters or digits", field="discipline_code")
        sport_id = parts.sports[draft.sport_code]
        rows.append((id_, edition.organisation_id, edition.id, sport_id, code, checked_name(draft.name), dict(draft.names)))
        parts.disciplines[code] = _discipline_part(id_, draft)
        changes.append(stamp.change("created", "discipline", id_, after={"code": code, "name": draft.name}))
    base = ["id", "organisation_id", "edition_id"]
    tx.insert(store.table(models.Sport), [*base, "code", "name", "names"], sport_rows)
    tx.insert(store.table(models.Discipline), [*base, "sport_id", "code", "name", "names"], rows)
    stamp.record(tx, changes)


_VENUE_COLUMNS = [
    *("id", "code", "name", "names", "zone", "zone_names", "country", "region", "time_zone"),
    *("latitude_microdegrees", "longitude_microdegrees", "capacity"),
]


def add_venues(tx: Tx, *, parts: Parts, drafts: Sequence[VenueDraft], stamp: Stamp) -> None:
    """Add the venues that the edition has not. Two statements whatever their number."""
    wanted = {draft.code: draft for draft in drafts if draft.code not in parts.venues}
    edition, rows, changes = parts.edition, [], []
    for id_, draft in zip(new_ids(len(wanted)) if wanted else [], wanted.values(), strict=True):
        rows.append([edition.organisation_id, edition.id, *_venue_row(id_, draft)])
        parts.venues[draft.code] = _venue_part(id_, draft)
        changes.append(stamp.change("created", "venue", id_, after={"code": draft.code, "name": draft.name, "time_zone": draft.time_zone}))
    tx.insert(store.table(models.Venue), ["organisation_id", "edition_id", *_VENUE_COLUMNS], rows)
    stamp.record(tx, changes)


def save_venues(tx: Tx, *, parts: Parts, drafts: Sequence[VenueDraft], stamp: Stamp) -> None:
    """Write what the drafts say about venues that exist; their codes stay. Two statements whatever their number."""
    rows, changes = [], []
    for draft in drafts:
        known = parts.venue(draft.code)
        fields = [name for name in VenueDraft.__slots__ if getattr(draft, name) != getattr(known.draft, name)]
        if not fields:
            continue
        id_, code, *rest = _venue_row(known.id, draft)
        rows.append([id_, *rest])
        old, new = ({name: _audited(getattr(state, name)) for name in fields} for state in (known.draft, draft))
        changes.append(stamp.change("changed", "venue", known.id, before=old, after=new))
        parts.venues[code] = _venue_part(known.id, draft)
    tx.update(store.table(models.Venue), rows, key=["id"], set_to=_VENUE_COLUMNS[2:])
    stamp.record(tx, changes)


def _venue_row(id_: UUID, draft: VenueDraft) -> list[Any]:
    if not draft.code or len(draft.code) > models.CODE_LENGTH:
        raise ScheduleWrong(f"{draft.code!r} is no code of a venue: use 1 to {models.CODE_LENGTH} characters", field="code")
    if (draft.latitude is None) != (draft.longitude is None):
        raise ScheduleWrong("a place has a latitude and a longitude, or neither", field="latitude")
    if draft.latitude is not None and draft.longitude is not None and not (abs(draft.latitude) <= 90 and abs(draft.longitude) <= 180):
        raise ScheduleWrong(f"{draft.latitude}, {draft.longitude} is no place on earth: give degrees", field="latitude")
    if draft.capacity is not None and not 0 <= draft.capacity <= MOST_SEATS:
        raise ScheduleWrong(f"a capacity of {draft.capacity} cannot be", field="capacity")
    return [
        id_,
        draft.code,
        checked_name(draft.name),
        dict(draft.names),
        checked_short(draft.zone, 100, "zone"),
        dict(draft.zone_names),
        checked_country(draft.country),
        checked_short(draft.region, 6, "region"),
        checked_zone(draft.time_zone),
        None if draft.latitude is None else round(draft.latitude * 1_000_000),
        None if draft.longitude is None else round(draft.longitude * 1_000_000),
        draft.capacity,
    ]


MOST_SEATS = 1_000_000
"""No venue on earth holds more; a street race counted along its whole course comes near."""


def _venue_part(id_: UUID, draft: VenueDraft) -> VenuePart:
    return VenuePart(id=id_, words=_words(draft.name, draft.names, draft.zone, draft.zone_names), draft=draft)


def _discipline_part(id_: UUID, draft: DisciplineDraft) -> DisciplinePart:
    return DisciplinePart(id=id_, words=_words(draft.name, draft.names, draft.sport_name, draft.sport_names), draft=draft)


def _words(*names: str | Names) -> tuple[str, ...]:
    return tuple(word for name in names for word in ([name] if isinstance(name, str) else name.values()))


def _audited(value: object) -> Any:
    return str(value) if isinstance(value, float) else dict(value) if isinstance(value, Mapping) else value


# -- what cannot be --------------------------------------------------------------------------------------------------------------------


def checked_name(name: str) -> str:
    """The name without spaces at its ends. Raises ScheduleWrong for none, or one that is too long."""
    bare = name.strip()
    if not bare or len(bare) > models.NAME_LENGTH:
        raise ScheduleWrong(f"a name has 1 to {models.NAME_LENGTH} characters: {name[:40]!r}", field="name")
    return bare


def checked_short(text: str, longest: int, field: str) -> str:
    """The text. Raises ScheduleWrong for one that is too long."""
    if len(text) > longest:
        raise ScheduleWrong(f"{text[:40]!r} is too long: at most {longest} characters", field=field)
    return text


def checked_zone(text: str) -> str:
    """The IANA name. Raises ScheduleWrong."""
    try:
        return rules.zone_name(text)
    except rules.UnknownZone as error:
        raise ScheduleWrong(str(error), field="time_zone") from error


def checked_country(code: str) -> str:
    """The country code in capitals, or "". Raises ScheduleWrong for anything but two letters."""
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise ScheduleWrong(f"{code!r} is no country: use ISO 3166-1 alpha-2, such as FR", field="country")
    return code.upper()


def checked_span(starts_on: date | None, ends_on: date | None) -> None:
    """Raises ScheduleWrong unless both days are known, in order, or neither."""
    if (starts_on is None) != (ends_on is None) or (starts_on is not None and ends_on is not None and ends_on < starts_on):
        raise ScheduleWrong("an edition has a first and a last day, in this order, or neither", field="starts_on")
