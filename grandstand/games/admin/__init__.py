"""The schedule in the console."""

from grandstand.games.admin import parts, sessions

__all__ = ["parts", "sessions"]
