"""Units from files: compared with their sessions, whose times they never change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grandstand.games import rules
from grandstand.games.adapters.files import Notes, read_text
from grandstand.games.adapters.units_file import ReadUnit, read_units
from grandstand.games.disciplines import known_disciplines
from grandstand.games.drafts import UnitDraft
from grandstand.games.refusals import NoSuchEdition
from grandstand.games.reports import Difference, Report
from grandstand.games.services.imports import keep
from grandstand.games.services.participants import add_participants
from grandstand.games.services.parts import add_disciplines, load_parts, lock_edition
from grandstand.games.services.plans import unit_differences
from grandstand.games.services.sessions import Known, known_sessions
from grandstand.games.services.stamp import Stamp
from grandstand.games.services.units import KnownUnit, known_units, save_units
from grandstand.kit.actors import Actor
from grandstand.store import api as store


def import_units(*, source: Path, edition_code: str, dry_run: bool, now: datetime, by: Actor) -> Report:
    """Bring a file of units (a table, or a JSON list) into an edition, with the events and phases they name.

    A unit outside the times of its session is taken over as the file has it and reported; the session stays. Start lists and results of units
    that exist are left alone. Nothing is written when anything fails, with `dry_run`, or when the file says nothing new. About thirty statements
    whatever the number of rows. Raises FileWrong, NoSuchEdition.
    """
    with store.read() if dry_run else store.write() as tx:
        edition = lock_edition(tx, code=edition_code.strip())
        if edition is None:
            raise NoSuchEdition(f"there is no edition {edition_code}: import its sessions first")
        parts, sessions = load_parts(tx, edition), known_sessions(tx, edition_id=edition.id)
        notes = Notes()
        text = read_text(source, notes)
        zones = {code: known.draft.time_zone for code, known in sessions.items()}
        rows, read = read_units(text, notes, zones=zones, default_zone=edition.time_zone)
        usual = known_disciplines()
        units = _checked(read, disciplines={*parts.disciplines, *usual}, sessions=sessions, notes=notes)
        plan = _plan(units, known_units(tx, edition_id=edition.id))
        report = Report(
            edition_code=edition.code,
            edition_is_new=False,
            dry_run=dry_run,
            rows=rows,
            created=len(plan.new),
            changed=len(plan.changed),
            unchanged=len(units) - len(plan.new) - len(plan.changed),
            problems=tuple(sorted(notes.found, key=lambda problem: problem.line)),
            differences=plan.differences,
        )
        drafts = (*plan.new, *plan.changed)
        if drafts and not dry_run:
            stamp = Stamp(by=by, now=now, reason=f"imported from {source.name}"[:300], organisation_id=edition.organisation_id)
            add_disciplines(tx, parts=parts, drafts=[usual[code] for code in {d.rsc[:3]: 1 for d in drafts} if code in usual], stamp=stamp)
            participants = add_participants(tx, parts=parts, drafts=[], stamp=stamp)
            ids = {code: session.id for code, session in sessions.items()}
            save_units(tx, parts=parts, drafts=drafts, sessions=ids, participants=participants, stamp=stamp)
            keep(tx, edition, source=text.name, digest=text.digest, stamp=stamp, report=report)
        return report


def _checked(read: Sequence[ReadUnit], *, disciplines: set[str], sessions: Mapping[str, Known], notes: Notes) -> list[UnitDraft]:
    """The units of disciplines there are; tells those that do not fit their session."""
    units = []
    for unit in read:
        rsc, line, session = unit.draft.rsc, unit.line, sessions.get(unit.draft.session_code)
        if rsc[:3] not in disciplines:
            notes.add("rsc_wrong", line, rsc, reason=f"there is no discipline {rsc[:3]}")
            continue
        units.append(unit.draft)
        if session is None:
            continue
        if session.draft.discipline_code != rsc[:3]:
            notes.add("unit_discipline_differs", line, rsc, unit=rsc[:3], session=session.draft.code, discipline=session.draft.discipline_code)
        starts_at, ends_at = unit.draft.starts_at, unit.draft.ends_at
        if rules.outside(starts_at=starts_at, ends_at=ends_at, session_starts_at=session.starts_at, session_ends_at=session.ends_at):
            zone, code = session.draft.time_zone, session.draft.code
            times = _span(session.starts_at, session.ends_at, zone)
            notes.add("unit_outside_session", line, rsc, unit=_span(starts_at, ends_at, zone), session=code, times=times)
    return units


def _span(starts_at: datetime | None, ends_at: datetime | None, zone: str) -> str:
    texts = [rules.written(rules.wall_time(at, zone)).replace("T", " ") if at else "?" for at in (starts_at, ends_at)]
    return " – ".join(texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    new: tuple[UnitDraft, ...]
    changed: tuple[UnitDraft, ...]
    differences: tuple[Difference, ...]


def _plan(units: Sequence[UnitDraft], known: Mapping[str, KnownUnit]) -> _Plan:
    merged = [_merged(unit, known.get(unit.rsc)) for unit in units]
    differences = {unit.rsc: unit_differences(unit.rsc, known[unit.rsc], unit) for unit in merged if unit.rsc in known}
    return _Plan(
        new=tuple(unit for unit in merged if unit.rsc not in known),
        changed=tuple(unit for unit in merged if differences.get(unit.rsc)),
        differences=tuple(difference for found in differences.values() for difference in found),
    )


def _merged(unit: UnitDraft, here: KnownUnit | None) -> UnitDraft:
    """The unit with what a file of units does not speak of taken from here."""
    if here is None:
        return unit
    return replace(unit, names=here.draft.names, participant_codes=here.draft.participant_codes, results=here.draft.results)
