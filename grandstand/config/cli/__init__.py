"""The command line: `grandstand`. Each command is a file; `frame` holds what they share."""

from grandstand.config.cli.frame import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line."""
    from grandstand.config.cli import archive, bench, demo, doctor, imports, serve  # noqa: F401 they add their commands to `app`

    app()
