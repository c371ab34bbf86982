"""`grandstand import`: data of others."""

import typer

from grandstand.config.cli.frame import app

imports = typer.Typer(no_args_is_help=True)
app.add_typer(imports, name="import", help="Read data of others: sessions.")
