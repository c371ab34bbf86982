"""What the schedule's codes are called, in the reader's language."""

from django.utils.translation import gettext

from grandstand.games.models import StageName, StatusName
from grandstand.games.problems import KINDS
from grandstand.games.refusals import ScheduleWrong
from grandstand.games.reports import Problem
from grandstand.games.values import Stage, Status
from grandstand.kit.errors import Refusal


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


def told(refusal: Refusal) -> str:
    """Why something was refused, by its code and the field it names; the refusal's own English for what only programs run into."""
    if isinstance(refusal, ScheduleWrong):
        return _WRONG.get(str(refusal.detail.get("field")), lambda: str(refusal))()
    return _REFUSED.get(refusal.code, lambda: str(refusal))()


_WRONG = {
    "starts_local": lambda: gettext("This start cannot be: clocks jump over it that night, or there is an end and no start."),
    "ends_local": lambda: gettext("A session ends after it starts, within 24 hours."),
    "time_zone": lambda: gettext("This is no time zone: write a name such as Europe/Paris, or an offset such as UTC+2."),
    "venue_id": lambda: gettext("This venue belongs to another edition: choose one of this edition."),
    "venue_code": lambda: gettext("This venue belongs to another edition: choose one of this edition."),
    "discipline_code": lambda: gettext("This discipline belongs to another edition, or its code has not three capital letters or digits."),
    "country": lambda: gettext("This is no country: write two letters (ISO 3166-1), such as FR."),
    "code": lambda: gettext("Use capital letters, digits and dashes, at most 40."),
    "name": lambda: gettext("Write a name of at most 200 characters."),
    "title": lambda: gettext("Write a title of at most 300 characters."),
    "starts_on": lambda: gettext("An edition has a first and a last day, in this order, or neither."),
    "capacity": lambda: gettext("This capacity cannot be."),
    "ticketed": lambda: gettext("Tickets are sold or held: take them back before the session is without tickets."),
}
_REFUSED = {
    "code_taken": lambda: gettext("This code is taken: choose another."),
    "session_closed": lambda: gettext("The session is cancelled: let it take place before you move or postpone it."),
}
