"""Units and their results: made and changed in sets. Events and phases come into being with their units."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from grandstand.games import models, rules
from grandstand.games.drafts import ResultDraft, UnitDraft
from grandstand.games.facts import ResultsEntered
from grandstand.games.refusals import NoSuchUnit, ScheduleWrong
from grandstand.games.services.participants import add_participants
from grandstand.games.services.parts import Parts, checked_name, load_parts, lock_edition_by_id
from grandstand.games.services.stamp import Stamp
from grandstand.games.values import ResultStatus
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_ids
from grandstand.store import api as store
from grandstand.store.api import Kind, Tx

_UNIT = store.table(models.Unit)
_LINE = store.table(models.UnitParticipant)
_RESULT = store.table(models.Result)
_BASE = ["id", "organisation_id", "edition_id"]


# -- units -----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownUnit:
    """A unit as it stands, in the terms of a draft; event and phase names are left empty."""

    id: UUID
    draft: UnitDraft


def known_units(tx: Tx, *, edition_id: UUID) -> dict[str, KnownUnit]:
    """Every unit of an edition by RSC, with start list and results. Three statements."""
    lines: dict[UUID, list[str]] = defaultdict(list)
    sql = (
        "SELECT l.unit_id, p.code FROM games_unit_participant l JOIN games_participant p ON p.id = l.participant_id "
        "WHERE l.edition_id = %s ORDER BY l.unit_id, l.place_in_list"
    )
    for unit_id, code in tx.rows(sql, (edition_id,), kinds=[Kind.UUID, Kind.TEXT]):
        lines[unit_id].append(code)
    results: dict[UUID, list[ResultDraft]] = defaultdict(list)
    sql = (
        "SELECT r.unit_id, p.code, r.status, r.rank, r.mark FROM games_result r JOIN games_participant p ON p.id = r.participant_id "
        "WHERE r.edition_id = %s ORDER BY r.unit_id, p.code"
    )
    for unit_id, code, status, rank, mark in tx.rows(sql, (edition_id,), kinds=[Kind.UUID, Kind.TEXT, Kind.TEXT, Kind.INT, Kind.TEXT]):
        results[unit_id].append(ResultDraft(participant_code=code, status=ResultStatus(status), rank=rank, mark=mark))
    sql = (
        "SELECT u.id, u.rsc, u.name, u.names, COALESCE(s.code, ''), u.starts_at, u.ends_at "
        "FROM games_unit u LEFT JOIN games_session s ON s.id = u.session_id WHERE u.edition_id = %s"
    )
    kinds = [Kind.UUID, Kind.TEXT, Kind.TEXT, Kind.JSON, Kind.TEXT, Kind.INSTANT, Kind.INSTANT]
    return {
        rsc: KnownUnit(
            id=id_,
            draft=UnitDraft(
                rsc=rsc,
                name=name,
                names=names,
                session_code=session,
                starts_at=starts_at,
                ends_at=ends_at,
                participant_codes=tuple(lines[id_]),
                results=tuple(results[id_]),
            ),
        )
        for id_, rsc, name, names, session, starts_at, ends_at in tx.rows(sql, (edition_id,), kinds=kinds)
    }


UNIT_FIELDS = ("name", "names", "session_code", "starts_at", "ends_at", "participant_codes", "results")


def comparable(draft: UnitDraft) -> UnitDraft:
    """The draft as `known_units` would give it back: only what is compared, results in the order of their participants."""
    results = tuple(sorted(draft.results, key=lambda result: result.participant_code))
    return UnitDraft(rsc=draft.rsc, results=results, **{name: getattr(draft, name) for name in UNIT_FIELDS if name != "results"})


def save_units(
    tx: Tx, *, parts: Parts, drafts: Sequence[UnitDraft], sessions: dict[str, UUID], participants: dict[str, UUID], stamp: Stamp
) -> dict[str, UUID]:
    """Make the units that are new and rewrite those that differ, with start lists and results; announces ResultsEntered where they differ.

    `sessions` and `participants` are ids by code. Returns the ids of the drafts' units by RSC. Raises ScheduleWrong. About fifteen statements
    whatever the number of units.
    """
    if not drafts:
        return {}
    known = known_units(tx, edition_id=parts.edition.id)
    wanted = {draft.rsc: comparable(draft) for draft in drafts}
    phases = _add_events_and_phases(tx, parts=parts, drafts=drafts, stamp=stamp)
    new = [draft for rsc, draft in wanted.items() if rsc not in known]
    changed = [draft for rsc, draft in wanted.items() if rsc in known and draft != known[rsc].draft]
    ids = {rsc: unit.id for rsc, unit in known.items() if rsc in wanted}
    ids |= dict(zip([draft.rsc for draft in new], new_ids(len(new)) if new else [], strict=True))
    edition = parts.edition
    rows = [[ids[d.rsc], edition.organisation_id, edition.id, phases[d.rsc[:26]], d.rsc, *_free(d, sessions)] for d in new]
    free = ["name", "names", "session_id", "starts_at", "ends_at"]
    tx.insert(_UNIT, [*_BASE, "phase_id", "rsc", *free], rows)
    tx.update(_UNIT, [[ids[d.rsc], *_free(d, sessions)] for d in changed], key=["id"], set_to=free)
    competing = [*new, *(d for d in changed if _competition(d) != _competition(known[d.rsc].draft))]
    _rewrite_competitions(tx, parts=parts, units=[(ids[d.rsc], d) for d in competing], participants=participants)
    stamp.record(tx, (stamp.change("created", "unit", ids[d.rsc], after={"rsc": d.rsc, "session": d.session_code}) for d in new))
    stamp.record(tx, (_unit_change(stamp, known[d.rsc], d) for d in changed))
    entered = [d for d in competing if d.results != (known[d.rsc].draft.results if d.rsc in known else ())]
    store.announce(tx, [_entered(parts, ids[d.rsc], stamp) for d in entered])
    return ids


def _free(draft: UnitDraft, sessions: dict[str, UUID]) -> list[Any]:
    if draft.session_code and draft.session_code not in sessions:
        raise ScheduleWrong(f"unit {draft.rsc} names the session {draft.session_code}, which does not exist", field="session_code")
    if draft.ends_at is not None and (draft.starts_at is None or draft.ends_at <= draft.starts_at):
        raise ScheduleWrong(f"unit {draft.rsc} ends after it starts: not {draft.starts_at} to {draft.ends_at}", field="ends_at")
    session_id = sessions[draft.session_code] if draft.session_code else None
    return [checked_name(draft.name), dict(draft.names), session_id, draft.starts_at, draft.ends_at]


def _competition(draft: UnitDraft) -> tuple[tuple[str, ...], tuple[ResultDraft, ...]]:
    return draft.participant_codes, draft.results


def _unit_change(stamp: Stamp, known: KnownUnit, draft: UnitDraft) -> store.Change:
    fields = [name for name in UNIT_FIELDS if getattr(draft, name) != getattr(known.draft, name)]
    return stamp.change("changed", "unit", known.id, before=_audited(known.draft, fields), after=_audited(draft, fields))


def _audited(draft: UnitDraft, fields: Iterable[str]) -> dict[str, Any]:
    plain = {name: getattr(draft, name) for name in fields}
    if "results" in plain:
        plain["results"] = tuple(f"{r.participant_code} {r.status.value} {r.rank or ''} {r.mark}".strip() for r in draft.results)
    return plain


def _add_events_and_phases(tx: Tx, *, parts: Parts, drafts: Sequence[UnitDraft], stamp: Stamp) -> dict[str, UUID]:
    """The ids of the drafts' phases by their 26 characters."""
    edition, changes = parts.edition, []
    codes = {draft.rsc: _checked_rsc(draft.rsc) for draft in drafts}
    events: dict[str, UUID] = dict(tx.select(store.table(models.Event), ["rsc", "id"], "edition_id = %s", (edition.id,)))
    phases: dict[str, UUID] = dict(tx.select(store.table(models.Phase), ["rsc", "id"], "edition_id = %s", (edition.id,)))
    new_events = {codes[d.rsc].event_rsc: d for d in drafts if codes[d.rsc].event_rsc not in events}
    new_phases = {codes[d.rsc].phase_rsc: d for d in drafts if codes[d.rsc].phase_rsc not in phases}
    ids = new_ids(len(new_events) + len(new_phases)) if new_phases else []
    event_rows, phase_rows = [], []
    for rsc, draft in new_events.items():
        events[rsc] = id_ = ids.pop(0)
        name = checked_name(draft.event_name or rsc.rstrip("-"))
        discipline_id = parts.discipline(codes[draft.rsc].discipline).id
        event_rows.append([id_, edition.organisation_id, edition.id, discipline_id, rsc, name, dict(draft.event_names)])
        changes.append(stamp.change("created", "event", id_, after={"rsc": rsc, "name": name}))
    for rsc, draft in new_phases.items():
        phases[rsc] = id_ = ids.pop(0)
        name = checked_name(draft.phase_name or codes[draft.rsc].phase)
        phase_rows.append([id_, edition.organisation_id, edition.id, events[rsc[:22]], rsc, name, dict(draft.phase_names)])
        changes.append(stamp.change("created", "phase", id_, after={"rsc": rsc, "name": name}))
    tx.insert(store.table(models.Event), [*_BASE, "discipline_id", "rsc", "name", "names"], event_rows)
    tx.insert(store.table(models.Phase), [*_BASE, "event_id", "rsc", "name", "names"], phase_rows)
    stamp.record(tx, changes)
    return phases


def _checked_rsc(text: str) -> rules.Rsc:
    try:
        return rules.Rsc.of_unit(text)
    except rules.RscWrong as error:
        raise ScheduleWrong(str(error), field="rsc") from error


def _rewrite_competitions(tx: Tx, *, parts: Parts, units: Sequence[tuple[UUID, UnitDraft]], participants: dict[str, UUID]) -> None:
    ids = [id_ for id_, _ in units]
    if not ids:
        return
    for table in (_RESULT, _LINE):
        where, param = tx.among("unit_id", Kind.UUID, ids)
        tx.execute(f"DELETE FROM {table.name} WHERE {where}", (param,))
    lines, results = [], []
    for unit_id, draft in units:
        for place, code in enumerate(draft.participant_codes, start=1):
            lines.append([unit_id, _participant(participants, code, draft), place])
        for result in draft.results:
            if result.participant_code not in draft.participant_codes:
                raise ScheduleWrong(f"{result.participant_code} has a result in {draft.rsc} and is not on its start list", field="results")
            if (result.status is ResultStatus.OK) != bool(result.rank or result.mark):
                raise ScheduleWrong(f"the result of {result.participant_code} in {draft.rsc} is a rank or mark, or says why not", field="results")
            results.append([unit_id, participants[result.participant_code], result.status.value, result.rank, result.mark])
    base = [parts.edition.organisation_id, parts.edition.id]
    made = new_ids(len(lines) + len(results)) if lines else []
    tx.insert(_LINE, [*_BASE, "unit_id", "participant_id", "place_in_list"], [[made.pop(0), *base, *line] for line in lines])
    tx.insert(_RESULT, [*_BASE, "unit_id", "participant_id", "status", "rank", "mark"], [[made.pop(0), *base, *result] for result in results])


def _participant(participants: dict[str, UUID], code: str, draft: UnitDraft) -> UUID:
    if code not in participants:
        raise ScheduleWrong(f"unit {draft.rsc} names the participant {code}, who does not exist", field="participant_codes")
    return participants[code]


def _entered(parts: Parts, unit_id: UUID, stamp: Stamp) -> ResultsEntered:
    return ResultsEntered(organisation_id=parts.edition.organisation_id, occurred_at=stamp.now, unit_id=unit_id, edition_id=parts.edition.id)


def shift_units(tx: Tx, *, session_id: UUID, by_span: timedelta, stamp: Stamp) -> None:
    """Move the units of a session by a span of time. Three statements."""
    if not by_span:
        return
    units = tx.select(_UNIT, ["id", "starts_at", "ends_at"], "session_id = %s AND starts_at IS NOT NULL", (session_id,))
    rows = [(id_, starts_at + by_span, ends_at and ends_at + by_span) for id_, starts_at, ends_at in units]
    tx.update(_UNIT, rows, key=["id"], set_to=["starts_at", "ends_at"])
    stamp.record(
        tx,
        (
            stamp.change("moved", "unit", old[0], before={"starts_at": old[1], "ends_at": old[2]}, after={"starts_at": new[1], "ends_at": new[2]})
            for old, new in zip(units, rows, strict=True)
        ),
    )


def enter_results(*, unit_id: UUID, results: Sequence[ResultDraft], now: datetime, by: Actor, reason: str) -> None:
    """Say what came of a unit, replacing what was said before; announces ResultsEntered when it differs.

    Results are of participants on its start list. Raises NoSuchUnit, ScheduleWrong.
    """
    with store.write() as tx:
        row = tx.row("SELECT edition_id, rsc FROM games_unit WHERE id = %s", (unit_id,), kinds=[Kind.UUID, Kind.TEXT])
        edition = lock_edition_by_id(tx, edition_id=row[0]) if row else None
        if row is None or edition is None:
            raise NoSuchUnit(f"there is no unit {unit_id}")
        stamp = Stamp(by=by, now=now, reason=reason, organisation_id=edition.organisation_id)
        parts = load_parts(tx, edition)
        draft = replace(known_units(tx, edition_id=edition.id)[row[1]].draft, results=tuple(results))
        sessions: dict[str, UUID] = dict(tx.select(store.table(models.Session), ["code", "id"], "edition_id = %s", (edition.id,)))
        participants = add_participants(tx, parts=parts, drafts=[], stamp=stamp)
        save_units(tx, parts=parts, drafts=[draft], sessions=sessions, participants=participants, stamp=stamp)
