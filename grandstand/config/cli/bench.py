"""`grandstand bench NAME`: what we promise about speed, measured on this machine."""

import importlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from grandstand.config.cli.frame import AsJson, Stop, app, command

ROOT = Path(__file__).resolve().parents[3]


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Which one; without a name, they are listed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Measure. Each benchmark is a program in bench/ with `run(say, arguments)`; it makes its own databases and removes them."""
    with command(as_json=as_json) as frame:
        known = {path.stem: path for path in sorted((ROOT / "bench").glob("*.py")) if not path.stem.startswith("_")}
        if name not in known:
            listed = ", ".join(known) or "none: this is an installation without its sources"
            raise Stop(f"{'Say which benchmark' if not name else f'There is no benchmark {name}'}: {listed}.")
        if str(ROOT) not in sys.path:
            sys.path.insert(0, str(ROOT))
        frame.answer = importlib.import_module(f"bench.{name}").run(frame.say, context.args)
