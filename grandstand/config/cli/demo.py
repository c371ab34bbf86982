"""`grandstand demo`: from nothing to a served Games."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from grandstand.config.cli.frame import AsJson, Frame, Stop, app, command
from grandstand.config.cli.serve import address_of, serve_here, settle


@app.command()
def demo(
    serve: Annotated[bool, typer.Option(help="Serve it; --no-serve prepares and ends.")] = True,
    data: Annotated[Path | None, typer.Option(help="A file of your own sessions, as `grandstand import sessions` reads it.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same Games.")] = 2031,
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    as_json: AsJson = False,
) -> None:
    """Prepare a fictitious Games and serve it. What is there already stays as it is."""
    # A name, because a passkey belongs to one and not to a number.
    address = address_of(host="localhost", port=port)
    settle(address=address)
    with command(as_json=as_json) as frame:
        if data is not None and not data.is_file():
            raise Stop(f"{data} is no file: give the path of a CSV or JSON file of sessions.")
        from grandstand.config.archive.operations import migrate
        from grandstand.config.demo.build import build
        from grandstand.kit.clock import now

        with frame.progress() as progress:
            task = progress.add_task("Preparing the database", total=None)
            migrate()
            made = build(seed=seed, now=now(), data=data, show=lambda step: progress.update(task, description=step))
            progress.update(task, description="Prepared", completed=1, total=1)
        frame.answer = {"seed": seed, "data": str(data) if data else None, **asdict(made)}
        _tell(frame, address)
        if serve:
            frame.say(f"\nServing on {address} (interrupt to stop)")
            serve_here(port=port)


def _tell(frame: Frame, address: str) -> None:
    """Where to go and how to sign in, for each kind of person."""
    from grandstand.config.demo.cast import PASSWORD, PEOPLE

    frame.say(f"\nThe Games: {address}   Console: {address}/console/   Gate: {address}/scan")
    frame.say(f"Everybody's password is {PASSWORD}")
    for person in PEOPLE:
        frame.say(f"  {person.desk:26} {person.email}")
