"""`grandstand import`: data of others."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.progress import Progress, TaskID

from grandstand.config.cli.frame import AsJson, Frame, Stop, app, command

if TYPE_CHECKING:
    from grandstand.games.api import Report

SHOWN = 20
"""Differences and problems told on the terminal; `--json` has them all."""

imports = typer.Typer(no_args_is_help=True)
app.add_typer(imports, name="import", help="Read data of others: sessions, seat plans.")


@imports.callback()
def _group() -> None:
    """Read data of others."""


@imports.command()
def sessions(
    file: Annotated[Path, typer.Argument(help="A CSV of sessions, or the JSON of openfootball.")],
    edition: Annotated[str, typer.Option(help="The code of the edition; made when it is unknown.")],
    organisation: Annotated[str, typer.Option(help="The short name of the organisation a new edition belongs to.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a file of sessions into an edition. A second time changes nothing."""
    with command(as_json=as_json) as frame:
        if not file.is_file():
            raise Stop(f"{file} is no file: give the path of a CSV or JSON file of sessions.")
        from grandstand.config.archive.operations import migrate
        from grandstand.games import api as games
        from grandstand.kit.actors import Actor
        from grandstand.kit.clock import now

        with frame.progress() as progress:
            preparing = progress.add_task("Preparing the database", total=1)
            migrate()
            progress.advance(preparing)
            report = games.import_sessions(
                source=file,
                edition_code=edition,
                organisation_id=_owner(edition, organisation),
                make_owner=lambda: _make_owner(edition, frame),
                dry_run=dry_run,
                now=now(),
                by=Actor.system("import"),
                progress=_bars(progress),
                before_write=lambda differing: _differences(frame, differing),
            )
        if dry_run:
            _differences(frame, report)
        _tell(frame, report)
        frame.answer = dict(report.as_json())


@imports.command()
def plan(
    file: Annotated[Path, typer.Argument(help="A seat plan as JSON, as pretix's plan editors write it.")],
    venue: Annotated[str, typer.Option(help="The code of the venue.")],
    edition: Annotated[str, typer.Option(help="The code of the venue's edition, where several have a venue of this code.")] = "",
    name: Annotated[str, typer.Option(help="What the plan is called here; its own name unless given.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is in it and what is wrong, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep a seat plan as a venue's next version. A second time changes nothing; a plan with a problem is not kept."""
    with command(as_json=as_json) as frame:
        if not file.is_file():
            raise Stop(f"{file} is no file: give the path of a seat plan's JSON.")
        from grandstand.config.archive.operations import migrate
        from grandstand.kit.actors import Actor
        from grandstand.kit.clock import now
        from grandstand.store.api import write
        from grandstand.ticketing import api as ticketing

        with frame.progress() as progress:
            working = progress.add_task("Reading the plan", total=3)
            migrate()
            progress.advance(working)
            venue_id = _venue(venue, edition)
            read = ticketing.read_plan(file.read_bytes(), lineage=venue_id)
            found = replace(read.plan, name=name or read.plan.name)
            progress.advance(working)
            kept = None
            if not read.problems and not dry_run:
                with write() as tx:
                    plan_id = ticketing.add_plan(
                        tx, plan=found, venue_id=venue_id, now=now(), by=Actor.system("import"), reason=f"import of {file.name}"
                    )
                    kept = ticketing.plan_views(tx, [plan_id])[plan_id]
            progress.advance(working)
        problems, seats = ticketing.plain_problems(read.problems), ticketing.seats_by_category(found)
        for problem in problems[:SHOWN]:
            frame.say(f"{problem['where']}: {problem['what']} {problem['advice']}")
        if len(problems) > SHOWN:
            frame.say(f"and {len(problems) - SHOWN} more problems: --json lists them all")
        written = f"Kept as version {kept.version}." if kept is not None else "Nothing was written."
        frame.say(f"{found.name}: {sum(seats.values())} seats, {len(problems)} problems. {written}")
        if problems and not dry_run:
            raise Stop("The plan was not kept: correct what is told above.", problems=problems)
        frame.answer = {
            "name": found.name,
            "seats": seats,
            "problems": problems,
            "plan_id": kept.id if kept is not None else None,
            "version": kept.version if kept is not None else None,
        }


def _venue(code: str, edition: str) -> UUID:
    """The venue with this code, of the edition when one is named."""
    from grandstand.games import api as games

    editions = [games.edition(code=edition)] if edition else games.editions()
    found = [(each.code, venue.id) for each in editions for venue in games.venues(edition_id=each.id) if venue.code.lower() == code.lower()]
    if not found:
        raise Stop(f"There is no venue {code}: import its sessions first, or look up its code in the console.")
    if len(found) > 1:
        raise Stop(f"Several editions have a venue {code}: say with --edition which ({', '.join(sorted(known for known, _ in found))}).")
    return found[0][1]


def _owner(edition: str, organisation: str) -> UUID | None:
    """Whose a new edition becomes: the one named, else the only organising committee; None when there is none."""
    from grandstand.games import api as games
    from grandstand.movement import api as movement

    if organisation:
        return movement.organisation_by_slug(organisation).id
    try:
        return games.edition(code=edition.strip()).organisation_id
    except games.NoSuchEdition:
        committees = movement.organisations_of_kind(movement.OrganisationKind.ORGANISING_COMMITTEE)
    if len(committees) > 1:
        known = ", ".join(committee.slug for committee in committees)
        raise Stop(f"The edition {edition} is new: say with --organisation whose it shall be ({known}).")
    return committees[0].id if committees else None


def _make_owner(edition: str, frame: Frame) -> UUID:
    from grandstand.kit.actors import Actor
    from grandstand.kit.clock import now
    from grandstand.movement import api as movement

    frame.say(f"There is no organising committee yet: making one named {edition}. Give it its name, country and currency in the console.")
    details = movement.OrganisationDetails(
        kind=movement.OrganisationKind.ORGANISING_COMMITTEE, slug=edition.strip().lower(), name=edition.strip(), country="US", currency="USD"
    )
    made = movement.create_organisation(details=details, now=now(), by=Actor.system("import"), reason=f"the import of {edition} needed an owner")
    return made.id


def _bars(progress: Progress) -> Callable[[str, int, int], None]:
    tasks: dict[str, TaskID] = {}
    names = {"read": "Reading", "compare": "Comparing", "write": "Writing"}

    def show(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = progress.add_task(names.get(step, step), total=total)
        progress.update(tasks[step], completed=done, total=total)

    return show


def _differences(frame: Frame, report: "Report") -> None:
    for difference in report.differences[:SHOWN]:
        frame.say(f"{difference.code} {difference.field}: {difference.before or 'nothing'} -> {difference.after or 'nothing'}")
    if len(report.differences) > SHOWN:
        frame.say(f"and {len(report.differences) - SHOWN} more differences")


def _tell(frame: Frame, report: "Report") -> None:
    for problem in report.problems[:SHOWN]:
        frame.say(f"line {problem.line} {problem.code}: {problem.what} {problem.advice}")
    if len(report.problems) > SHOWN:
        frame.say(f"and {len(report.problems) - SHOWN} more problems: --json lists them all")
    said = f"{report.rows} rows read: {report.created} created, {report.changed} changed, {report.unchanged} unchanged"
    frame.say(
        f"{said}, {report.not_imported} not imported, {len(report.problems)} problems. {'Nothing was written.' if report.dry_run else ''}".strip()
    )
