"""What every command shares: Django set up, progress shown, errors in words, one JSON object as the last line when asked."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

app = typer.Typer(name="grandstand", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line; everything else goes to standard error.")]


class Stop(Exception):
    """The command cannot go on. The message says what to do; `detail` is for `--json`."""

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.detail = detail


class Frame:
    """A running command: where it writes, and what it answers."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.console = Console(stderr=as_json, highlight=False, soft_wrap=True)
        self.answer: dict[str, Any] | None = None

    def say(self, text: str) -> None:
        """A line for people."""
        self.console.print(text, markup=False)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar for whatever takes over two seconds; nothing but its end when nobody watches."""
        columns = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
        with Progress(*columns, console=self.console, transient=True) as progress:
            yield progress


@contextmanager
def command(*, as_json: bool, django: bool = True) -> Iterator[Frame]:
    """Around every command's work: exit code 0 when it ends, 1 with words when it stops, 130 when the person interrupts."""
    frame = Frame(as_json=as_json)
    try:
        if django:
            set_up_django()
        yield frame
    except KeyboardInterrupt:
        frame.say("Interrupted.")
        raise typer.Exit(130) from None
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        Console(stderr=True, highlight=False, soft_wrap=True).print(told, markup=False)
        if as_json:
            print(json.dumps({"error": told, **getattr(error, "detail", {})}, default=str))
        raise typer.Exit(1) from None
    if as_json and frame.answer is not None:
        sys.stderr.flush()
        print(json.dumps(frame.answer, default=str), flush=True)


def set_up_django() -> None:
    """Load the settings and the rooms. Raises SettingWrong for a variable that cannot work."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grandstand.config.settings")
    import django

    django.setup()


def refuse_unmigrated(*, otherwise: str) -> None:
    """Raise Stop when the database of DATABASE_URL has not all tables of this version; `otherwise` says what else than migrating may help."""
    from grandstand.config import health

    found = health.migrations()
    if not found.healthy:
        raise Stop(f"The database is not ready: {found.detail}, {otherwise}")


def _told(error: Exception) -> str | None:
    """Words for an error that people are meant to see; None for a fault of ours, whose traceback says more."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    from grandstand.config.environment import SettingWrong
    from grandstand.kit.errors import Refusal

    match error:
        case Stop() | SettingWrong() | Refusal():
            return str(error)
        case OperationalError() if "connect" in str(error) or "unable to open" in str(error):
            return f"The database does not answer: {str(error).strip()}\nLook at DATABASE_URL and whether the server runs."
        case ImproperlyConfigured():
            return f"The settings cannot work: {error}"
        case OSError() if error.filename:
            return f"{error.filename}: {error.strerror}"
        case _:
            return None
