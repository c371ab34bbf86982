"""`grandstand demo`: from nothing to a served Games."""

from pathlib import Path
from typing import Annotated

import typer

from grandstand.config.cli.frame import AsJson, Stop, app, command


@app.command()
def demo(
    serve: Annotated[bool, typer.Option(help="Serve it; --no-serve prepares and ends.")] = True,
    data: Annotated[Path | None, typer.Option(help="A file of your own sessions, as `grandstand import sessions` reads it.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same Games.")] = 2031,
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    as_json: AsJson = False,
) -> None:
    """Prepare a fictitious Games and serve it. What is there already stays as it is."""
    with command(as_json=as_json) as frame:
        if data is not None and not data.is_file():
            raise Stop(f"{data} is no file: give the path of a CSV or JSON file of sessions.")
        from grandstand.config.archive.operations import migrate
        from grandstand.config.demo.build import build
        from grandstand.config.demo.cast import PASSWORD, PEOPLE
        from grandstand.kit.clock import now

        with frame.progress() as progress:
            task = progress.add_task("Preparing the database", total=None)
            migrate()
            made = build(seed=seed, now=now(), show=lambda step: progress.update(task, description=step))
        frame.answer = {
            "seed": seed,
            "data": str(data) if data else None,
            "edition": made.edition_code,
            "sessions": made.sessions,
            "new": made.is_new,
        }
        frame.say(
            f"{made.sessions} sessions of {made.edition_code}{', made just now' if made.is_new else ', as they were'}. Sign in with {PASSWORD} as"
        )
        for person in PEOPLE:
            frame.say(f"  {person.desk:24} {person.email}")
        if serve:
            from grandstand.config.cli.serve import serve_here

            frame.say(f"Serving on http://127.0.0.1:{port} (interrupt to stop)")
            serve_here(port=port)
