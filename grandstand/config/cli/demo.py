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

        with frame.progress() as progress:
            task = progress.add_task("Preparing the database", total=1)
            migrate()
            progress.advance(task)
        frame.answer = {"seed": seed, "data": str(data) if data else None}
        if serve:
            from grandstand.config.cli.serve import serve_here

            frame.say(f"Serving on http://127.0.0.1:{port} (interrupt to stop)")
            serve_here(port=port)
