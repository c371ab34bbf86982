"""The one write path of each thing in the schedule. Every write has its audit row; what others must know is announced."""

from grandstand.games.services.imports import import_sessions
from grandstand.games.services.moves import cancel_session, describe_session, move_session, postpone_session, reinstate_session
from grandstand.games.services.schedules import create_edition, create_schedule, describe_edition, describe_venue
from grandstand.games.services.unit_imports import import_units
from grandstand.games.services.units import enter_results
from grandstand.games.services.written import move_session_as_written

__all__ = [
    "cancel_session",
    "create_edition",
    "create_schedule",
    "describe_edition",
    "describe_session",
    "describe_venue",
    "enter_results",
    "import_sessions",
    "import_units",
    "move_session",
    "move_session_as_written",
    "postpone_session",
    "reinstate_session",
]
