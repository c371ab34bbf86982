"""Schedules from files: read, compared, told, and written all or nothing."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from grandstand.games import models
from grandstand.games.adapters.files import Notes, read_text
from grandstand.games.adapters.openfootball import read_matches
from grandstand.games.adapters.read import Context, ReadFile
from grandstand.games.adapters.sessions_csv import read_sessions
from grandstand.games.disciplines import discipline_names, known_disciplines
from grandstand.games.drafts import EditionDraft
from grandstand.games.reports import FileWrong, NotTheirEdition, Report
from grandstand.games.rules import folded
from grandstand.games.services.participants import add_participants, known_participants, save_participants
from grandstand.games.services.parts import (
    Parts,
    add_disciplines,
    add_edition,
    add_venues,
    load_parts,
    lock_edition,
    save_edition,
    save_venues,
    widened,
)
from grandstand.games.services.plans import Here, Plan, Remembered, plan
from grandstand.games.services.sessions import add_sessions, known_sessions, rewrite_search_texts, save_sessions
from grandstand.games.services.stamp import Plain, Stamp
from grandstand.games.services.units import known_units, save_units
from grandstand.games.stakes import stakes_many
from grandstand.games.values import Edition
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id, new_ids
from grandstand.store import api as store
from grandstand.store.api import Tx

type Progress = Callable[[str, int, int], None]
"""Told as the import goes on: the step (read, compare, write), how much of it is done, and of how much."""

_IMPORTED = store.table(models.ImportedSession)
_REMEMBERED = ["source", "row", "said", "lowest_minor", "highest_minor", "currency"]


def import_sessions(
    *,
    source: Path,
    edition_code: str,
    organisation_id: UUID | None,
    dry_run: bool,
    now: datetime,
    by: Actor,
    progress: Progress = lambda _step, _done, _total: None,
    before_write: Callable[[Report], None] = lambda _report: None,
    make_owner: Callable[[], UUID] | None = None,
) -> Report:
    """Bring a file of sessions into an edition: a table (CSV), or openfootball's JSON with the files beside it.

    An edition that is not known is made, for `organisation_id` or, without one, for whom `make_owner` makes in the same transaction, once the
    file was read and only if it is to be written. Nothing is written when anything fails, with `dry_run`, or when the file says
    nothing new. A session that somebody changed here keeps the change until the file says something else than before; one with tickets sold
    or held is never re-timed, and the report says so. `before_write` sees the report with the differences just before they are written, in
    the transaction; raising there leaves all as it was. About thirty statements whatever the number of rows, ten when it changes nothing.

    Raises FileWrong, NotTheirEdition.
    """
    with store.read() if dry_run else store.write() as tx:
        edition = lock_edition(tx, code=edition_code.strip())
        owner = edition.organisation_id if edition else organisation_id
        if (owner is None and make_owner is None) or (organisation_id is not None and owner != organisation_id):
            raise NotTheirEdition(
                f"there is no edition {edition_code}: name the organisation it shall belong to"
                if owner is None
                else f"the edition {edition_code} belongs to another organisation"
            )
        parts = load_parts(tx, edition) if edition else None
        progress("read", 0, 1)
        file = _read(source, parts)
        progress("read", file.rows, file.rows)
        if owner is None:  # in a dry run nobody is made, and what would be written for them is not written
            owner = new_id() if dry_run or make_owner is None else make_owner()
        stamp = Stamp(by=by, now=now, reason=f"imported from {source.name}"[:300], organisation_id=owner)
        here = _here(tx, parts or Parts(edition=_to_be(edition_code, file, owner)))
        progress("compare", 0, file.rows)
        made = plan(file, here)
        report = made.report(edition_is_new=edition is None, dry_run=dry_run)
        progress("compare", file.rows, file.rows)
        if edition is None and not report.created:
            first = f": line {report.problems[0].line}, {report.problems[0].what}" if report.problems else ""
            raise FileWrong(f"{source.name} has no session that can be imported{first}")
        if dry_run or not (made.writes or edition is None):
            return report
        before_write(report)
        progress("write", 0, file.rows)
        _write(tx, made, edition=edition, stamp=stamp, report=report)
        progress("write", file.rows, file.rows)
        return report


def _read(source: Path, parts: Parts | None) -> ReadFile:
    notes = Notes()
    text = read_text(source, notes)
    context = _context(parts)
    if text.text.lstrip()[:1] in {"{", "["}:
        return read_matches(text, context, notes, folder=source.parent)
    return read_sessions(text, context, notes)


def _context(parts: Parts | None) -> Context:
    """What a reader must know. The edition's own disciplines and venues come before the usual ones."""
    disciplines, names = dict(known_disciplines()), dict(discipline_names())
    for code, part in (parts.disciplines if parts else {}).items():
        disciplines[code] = part.draft
        names |= {folded(name): (code, "") for name in (part.draft.name, *part.draft.names.values())}
    venues = {code: part.draft for code, part in parts.venues.items()} if parts else {}
    return Context(disciplines=disciplines, discipline_names=names, venues=venues, time_zone=parts.edition.time_zone if parts else "")


def _to_be(code: str, file: ReadFile, owner: UUID) -> Edition:
    """An edition that the file makes."""
    return Edition(
        id=new_id(),
        organisation_id=owner,
        code=code,
        name=file.edition_name or code,
        names={},
        country="",
        time_zone=file.time_zone,
        starts_on=None,
        ends_on=None,
    )


def _here(tx: Tx, parts: Parts) -> Here:
    sessions = known_sessions(tx, edition_id=parts.edition.id)
    remembered = {
        session_id: Remembered(**dict(zip(_REMEMBERED, rest, strict=True)))
        for session_id, *rest in tx.select(_IMPORTED, ["session_id", *_REMEMBERED], "edition_id = %s", (parts.edition.id,))
    }
    stakes = stakes_many(tx, [known.id for known in sessions.values()])
    return Here(
        parts=parts,
        sessions=sessions,
        remembered=remembered,
        stakes=stakes,
        units=known_units(tx, edition_id=parts.edition.id),
        participants=known_participants(tx, edition_id=parts.edition.id),
    )


def _write(tx: Tx, made: Plan, *, edition: Edition | None, stamp: Stamp, report: Report) -> None:
    file, parts = made.file, made.here.parts
    if edition is None:
        to_be = parts.edition
        countries = [venue.country for venue in file.venues.values() if venue.country]
        draft = EditionDraft(
            code=to_be.code, name=to_be.name, time_zone=to_be.time_zone, country=max(set(countries), key=countries.count, default="")
        )
        parts = load_parts(tx, add_edition(tx, draft=draft, stamp=stamp))
    add_disciplines(tx, parts=parts, drafts=list(file.disciplines.values()), stamp=stamp)
    add_venues(tx, parts=parts, drafts=list(file.venues.values()), stamp=stamp)
    save_venues(tx, parts=parts, drafts=made.venues, stamp=stamp)
    ids = {code: known.id for code, known in made.here.sessions.items()}
    ids |= add_sessions(tx, parts=parts, drafts=made.new, stamp=stamp)
    save_sessions(tx, parts=parts, rewrites=made.rewrites, stamp=stamp)
    if made.venues:
        rewrite_search_texts(tx, parts=parts, codes=[venue.code for venue in made.venues], by_venue=True)
    save_participants(tx, known=made.here.participants, drafts=made.participants, stamp=stamp)
    participants = add_participants(tx, parts=parts, drafts=list(file.participants.values()), stamp=stamp)
    save_units(tx, parts=parts, drafts=made.units, sessions=ids, participants=participants, stamp=stamp)
    _remember(tx, made, parts=parts, ids=ids)
    days = [draft.day_on for draft in (*made.new, *(rewrite.draft for rewrite in made.rewrites)) if draft.day_on is not None]
    save_edition(tx, before=parts.edition, after=widened(parts.edition, days), stamp=stamp)
    keep(tx, parts.edition, source=file.source, digest=file.digest, stamp=stamp, report=report)


def _remember(tx: Tx, made: Plan, *, parts: Parts, ids: dict[str, UUID]) -> None:
    """Keep what the file said. Two statements."""
    new = [code for code in made.remember if ids[code] not in made.here.remembered]
    rows = {code: [getattr(said, name) for name in _REMEMBERED] for code, said in made.remember.items()}
    base = [parts.edition.organisation_id, parts.edition.id]
    made_ids = new_ids(len(new)) if new else []
    columns = ["id", "organisation_id", "edition_id", "session_id", *_REMEMBERED]
    tx.insert(_IMPORTED, columns, [[id_, *base, ids[code], *rows[code]] for id_, code in zip(made_ids, new, strict=True)])
    tx.update(_IMPORTED, [[ids[code], *row] for code, row in rows.items() if code not in new], key=["session_id"], set_to=_REMEMBERED)


def keep(tx: Tx, edition: Edition, *, source: str, digest: str, stamp: Stamp, report: Report) -> None:
    """Write down that the file was imported, with its report. Two statements."""
    id_ = new_id()
    columns = ["id", "organisation_id", "edition_id", "source", "digest", "imported_at", "imported_by", "report"]
    row = [id_, edition.organisation_id, edition.id, source[:200], digest, stamp.now, str(stamp.by)[:120], report.as_json()]
    tx.insert(store.table(models.Import), columns, [row])
    after: dict[str, Plain] = {"source": source[:200], "rows": report.rows, "created": report.created, "changed": report.changed}
    stamp.record(tx, [stamp.change("imported", "import", id_, after=after)])
