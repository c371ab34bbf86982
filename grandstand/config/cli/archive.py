"""`grandstand backup`, `restore` and `move`."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from grandstand.config.cli.frame import AsJson, Frame, Stop, app, command, refuse_unmigrated

AFTER_RESTORE = (
    "The rows are those of the backup, but the doctor finds them not healthy: run `grandstand doctor` and do what docs/runbooks says of each line."
)
AFTER_MOVE = "The rows agree, but the doctor finds the copy not healthy: run `grandstand doctor` on both."


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write, such as 2031-07-01.grandstand.zip.")], as_json: AsJson = False) -> None:
    """Write all data, uploaded files and keys to one file, consistent, while the platform runs."""
    with command(as_json=as_json) as frame:
        from grandstand.config.archive import operations
        from grandstand.kit.clock import now

        refuse_unmigrated(otherwise="or back it up with the version that made it.")
        with frame.progress() as progress:
            done = operations.backup(file, at=now(), show=_bars(progress))
        frame.say(f"{file}: {done.rows} rows of {done.tables} tables and {done.files} files. It holds keys: keep it where only you can read it.")
        if not done.secret_inside:
            frame.say("The secret that opens those keys comes from the environment and is not in the file: keep it too, in another place.")
        frame.answer = {"file": str(file), **asdict(done)}


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `grandstand backup` wrote.")],
    other_secret: Annotated[
        bool, typer.Option("--other-secret", help="Restore although the backup's secret is lost: its signing keys and second steps are lost with it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fill an empty installation, on SQLite or PostgreSQL, from a backup."""
    with command(as_json=as_json) as frame:
        from grandstand.config.archive import operations

        with frame.progress() as progress:
            done = operations.restore(file, show=_bars(progress), other_secret=other_secret)
        frame.say(f"Restored {done.rows} rows of {done.tables} tables and {done.files} files.")
        if done.forgotten:
            frame.say(f"{done.forgotten} who had asked to be forgotten came back with them, and were forgotten again.")
        frame.answer = {"file": str(file), **asdict(done), "doctor": _doctor(frame, {}, ill=AFTER_RESTORE)}


@app.command()
def forget_again(
    file: Annotated[Path | None, typer.Argument(help="The erasures.jsonl of the lost installation; without, that of GRANDSTAND_HOME.")] = None,
    as_json: AsJson = False,
) -> None:
    """Forget those again whom a restored backup brought back. Doing it twice changes nothing."""
    with command(as_json=as_json) as frame:
        from grandstand.config import erasures
        from grandstand.kit.clock import now

        if file is not None and not file.is_file():
            raise Stop(f"{file} is no file: give the erasures.jsonl of the installation that was lost.")
        done = erasures.forget_again(file or erasures.home_file(), now=now())
        frame.say(f"{done.forgotten} were forgotten again.")
        if done.unreadable:
            frame.say(f"Lines of the file that could not be read: {done.unreadable}.")
        refused = [{"of": each.of, "id": str(each.id), "why": why} for each, why in done.refused]
        frame.answer = {"forgotten": done.forgotten, "refused": refused, "unreadable": done.unreadable}
        if done.refused:
            raise Stop("\n".join(f"{each.of} {each.id} could not be forgotten: {why}" for each, why in done.refused))


@app.command()
def move(
    to: Annotated[str, typer.Option(help="The DATABASE_URL of an empty database, such as postgresql://user:password@host/name.")],
    as_json: AsJson = False,
) -> None:
    """Copy all data to another database, usually from SQLite to PostgreSQL, and compare every row."""
    with command(as_json=as_json) as frame:
        from grandstand.config.archive import operations

        with frame.progress() as progress:
            done = operations.move(to, show=_bars(progress))
        frame.say(f"Moved {done.rows} rows of {done.tables} tables; counts and digests agree. Now set DATABASE_URL to the new address and serve.")
        frame.answer = {**asdict(done), "doctor": _doctor(frame, {"DATABASE_URL": to}, ill=AFTER_MOVE)}


def _bars(progress: Progress) -> Callable[[str, int], Callable[[int], None]]:
    def show(what: str, total: int) -> Callable[[int], None]:
        task = progress.add_task(what, total=total)
        return lambda count: progress.advance(task, count)

    return show


def _doctor(frame: Frame, environment: dict[str, str], *, ill: str) -> object:
    """What the doctor says of the new database, asked in a process that knows only that one. Raises Stop when it is not healthy."""
    script = "from grandstand.config.cli import main; main()"
    asked = subprocess.run(
        [sys.executable, "-c", script, "doctor", "--json"], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    lines = asked.stdout.strip().splitlines()
    if not lines:
        raise Stop(f"The doctor could not look at the copy:\n{asked.stderr.strip()}")
    found: dict[str, object] = json.loads(lines[-1])
    if not found.get("healthy"):
        raise Stop(ill, doctor=found)
    frame.say("The doctor finds it healthy.")
    return found
