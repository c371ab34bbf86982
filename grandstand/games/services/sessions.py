"""Sessions as rows: made and changed in sets, always with the wall time, the instants and the words they are found by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from grandstand.games import models, rules
from grandstand.games.drafts import SessionDraft
from grandstand.games.facts import SessionMoved, SessionScheduled
from grandstand.games.refusals import CodeTaken, ScheduleWrong
from grandstand.games.services.parts import Parts, checked_short, checked_zone
from grandstand.games.services.stamp import Plain, Stamp
from grandstand.games.values import Stage, Status
from grandstand.kit.ids import new_ids
from grandstand.store import api as store
from grandstand.store.api import Kind, Tx

_SESSION = store.table(models.Session)
_FIXED = ["id", "organisation_id", "edition_id", "code"]
_FREE = [
    *("discipline_id", "venue_id", "title", "titles", "branch", "stage", "zone", "time_zone", "day_on"),
    *("starts_local", "ends_local", "starts_at", "ends_at", "status", "ticketed", "search_text"),
]
DRAFT_FIELDS = tuple(name for name in SessionDraft.__slots__ if name != "code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A session as it stands, in the terms of a draft."""

    id: UUID
    draft: SessionDraft
    status: Status
    starts_at: Any
    ends_at: Any
    venue_id: UUID | None


_KNOWN_SQL = """
SELECT s.id, s.code, d.code, s.title, s.titles, s.branch, s.stage, COALESCE(v.code, ''), s.zone, s.time_zone, s.day_on, s.starts_local, s.ends_local,
       s.ticketed, s.status, s.starts_at, s.ends_at, s.venue_id
FROM games_session s JOIN games_discipline d ON d.id = s.discipline_id LEFT JOIN games_venue v ON v.id = s.venue_id WHERE """
_KNOWN_KINDS = [
    *(Kind.UUID, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.JSON, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.DATE, Kind.TEXT, Kind.TEXT),
    *(Kind.BOOL, Kind.TEXT, Kind.INSTANT, Kind.INSTANT, Kind.UUID),
]


def known_sessions(tx: Tx, *, edition_id: UUID) -> dict[str, Known]:
    """Every session of an edition by code. One statement."""
    return {k.draft.code: k for k in map(_known, tx.rows(_KNOWN_SQL + "s.edition_id = %s", (edition_id,), kinds=_KNOWN_KINDS))}


def known_session(tx: Tx, *, session_id: UUID) -> Known | None:
    """One session. One statement."""
    row = tx.row(_KNOWN_SQL + "s.id = %s", (session_id,), kinds=_KNOWN_KINDS)
    return None if row is None else _known(row)


def _known(row: Sequence[Any]) -> Known:
    id_, code, discipline, title, titles, branch, stage, venue, zone, time_zone, day_on, starts_local, ends_local, ticketed, *rest = row
    status, starts_at, ends_at, venue_id = rest
    draft = SessionDraft(
        code=code,
        discipline_code=discipline,
        title=title,
        titles=titles,
        branch=branch,
        stage=Stage(stage),
        venue_code=venue,
        zone=zone,
        time_zone=time_zone,
        day_on=day_on,
        starts_local=rules.unwritten(starts_local),
        ends_local=rules.unwritten(ends_local),
        ticketed=ticketed,
    )
    return Known(id=id_, draft=draft, status=Status(status), starts_at=starts_at, ends_at=ends_at, venue_id=venue_id)


def add_sessions(tx: Tx, *, parts: Parts, drafts: Sequence[SessionDraft], stamp: Stamp) -> dict[str, UUID]:
    """New sessions; announces SessionScheduled. Returns their ids by code. Three statements whatever their number.

    Raises CodeTaken for a code that exists, ScheduleWrong for a part that cannot be.
    """
    if not drafts:
        return {}
    edition = parts.edition
    ids = dict(zip([draft.code for draft in drafts], new_ids(len(drafts)), strict=True))
    rows = [[ids[d.code], edition.organisation_id, edition.id, _checked_code(d.code), *_free(parts, d, Status.TO_BE_CONFIRMED)] for d in drafts]
    made = tx.insert_new(_SESSION, [*_FIXED, *_FREE], rows, key=["id"])
    if len(made) < len(rows):
        taken = sorted(code for code, id_ in ids.items() if (id_,) not in made)
        raise CodeTaken(f"{edition.code} has sessions with these codes already: {', '.join(taken[:5])}", code=taken[0])
    stamp.record(tx, (stamp.change("created", "session", ids[d.code], after=_told(d)) for d in drafts))
    facts = (
        SessionScheduled(organisation_id=edition.organisation_id, occurred_at=stamp.now, session_id=i, edition_id=edition.id) for i in ids.values()
    )
    store.announce(tx, list(facts))
    return ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A session as it stands and as it is to be. `stakes` is how many tickets are sold or held on it."""

    known: Known
    draft: SessionDraft
    status: Status
    stakes: int = 0
    action: str = "changed"


def save_sessions(tx: Tx, *, parts: Parts, rewrites: Sequence[Rewrite], stamp: Stamp) -> None:
    """Write sessions that exist; announces SessionMoved for each whose times or venue differ. Three statements whatever their number.

    A session comes out scheduled or to be confirmed by what is known of it, unless its status is cancelled or postponed. Raises ScheduleWrong.
    """
    edition, rows, changes, facts = parts.edition, [], [], []
    for rewrite in rewrites:
        known, draft = rewrite.known, rewrite.draft
        free = _free(parts, draft, rewrite.status)
        rows.append([known.id, *free])
        after = dict(zip(_FREE, free, strict=True))
        fields = [name for name in DRAFT_FIELDS if getattr(draft, name) != getattr(known.draft, name)]
        old, new = audited(known.draft, fields), audited(draft, fields)
        if after["status"] != known.status:
            old["status"], new["status"] = known.status, after["status"]
        changes.append(stamp.change(rewrite.action, "session", known.id, before=old, after=new))
        if moves(known, draft, after["starts_at"], after["ends_at"], after["venue_id"]):
            facts.append(
                SessionMoved(
                    organisation_id=edition.organisation_id,
                    occurred_at=stamp.now,
                    session_id=known.id,
                    edition_id=edition.id,
                    starts_before_at=known.starts_at,
                    ends_before_at=known.ends_at,
                    venue_before_id=known.venue_id,
                    starts_after_at=after["starts_at"],
                    ends_after_at=after["ends_at"],
                    venue_after_id=after["venue_id"],
                    stakes=rewrite.stakes,
                )
            )
    tx.update(_SESSION, rows, key=["id"], set_to=_FREE)
    stamp.record(tx, changes)
    store.announce(tx, facts)


def moves(known: Known, draft: SessionDraft, starts_at: Any, ends_at: Any, venue_id: UUID | None) -> bool:
    """Whether a session takes place at another time, on another day or elsewhere. The same instants under another zone's name are no move."""
    return (known.starts_at, known.ends_at, known.venue_id, known.draft.day_on) != (starts_at, ends_at, venue_id, draft.day_on)


def _free(parts: Parts, draft: SessionDraft, status: Status) -> list[Any]:
    discipline = parts.discipline(draft.discipline_code)
    venue = parts.venue(draft.venue_code) if draft.venue_code else None
    time_zone = checked_zone(draft.time_zone)
    starts_at, ends_at = rules.instants(starts_local=draft.starts_local, ends_local=draft.ends_local, time_zone=time_zone)
    title = draft.title.strip()
    if not title:
        raise ScheduleWrong(f"session {draft.code} needs a title", field="title")
    zone = "" if venue else checked_short(draft.zone, 100, "zone")
    words = (*discipline.words, draft.branch, rules.STAGE_WORDS[draft.stage], *(venue.words if venue else (zone,)))
    return [
        discipline.id,
        venue.id if venue else None,
        checked_short(title, 300, "title"),
        dict(draft.titles),
        checked_short(draft.branch, 100, "branch"),
        draft.stage.value,
        zone,
        time_zone,
        draft.starts_local.date() if draft.starts_local else draft.day_on,
        rules.written(draft.starts_local),
        rules.written(draft.ends_local),
        starts_at,
        ends_at,
        rules.status_now(status, complete=bool(starts_at and ends_at and venue)).value,
        draft.ticketed,
        rules.search_text([draft.code, title, *draft.titles.values(), *words]),
    ]


def rewrite_search_texts(tx: Tx, *, parts: Parts, codes: Sequence[str], by_venue: bool) -> None:
    """After venues (or else disciplines) with these codes got other names: keep their sessions findable by them. Two statements."""
    touched = [
        known
        for known in known_sessions(tx, edition_id=parts.edition.id).values()
        if (known.draft.venue_code if by_venue else known.draft.discipline_code) in codes
    ]
    rows = [[known.id, _free(parts, known.draft, known.status)[-1]] for known in touched]
    tx.update(_SESSION, rows, key=["id"], set_to=["search_text"])


def _checked_code(code: str) -> str:
    if not code or len(code) > models.CODE_LENGTH or code != code.upper() or code != code.strip():
        raise ScheduleWrong(f"{code!r} is no code of a session: use 1 to {models.CODE_LENGTH} capital letters, digits and dashes", field="code")
    return code


def audited(draft: SessionDraft, fields: Sequence[str]) -> dict[str, Plain]:
    """Fields of a draft for the audit log."""
    return {name: getattr(draft, name) for name in fields}


def _told(draft: SessionDraft) -> dict[str, Plain]:
    return {name: value for name, value in audited(draft, ("code", *DRAFT_FIELDS)).items() if value not in ("", None, {})}
