"""What the schedule's codes are called, in the reader's language."""

from django.utils.translation import gettext

from grandstand.games.models import StageName, StatusName
from grandstand.games.problems import KINDS
from grandstand.games.reports import Problem
from grandstand.games.values import Stage, Status


def stage_name(stage: Stage) -> str:
    """The stage as people read it; "" for none."""
    return str(StageName(stage).label) if stage else ""


def status_name(status: Status) -> str:
    """The state of a session as people read it."""
    return str(StatusName(status).label)


def explained(problem: Problem) -> tuple[str, str]:
    """What is wrong with an imported row, and what to do."""
    kind = KINDS[problem.kind]
    return gettext(kind.what).format(**problem.detail), gettext(kind.advice).format(**problem.detail)
