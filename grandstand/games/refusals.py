"""Why something about the schedule is refused."""

from grandstand.kit.errors import NotFound, Refusal


class NoSuchEdition(NotFound):
    """No edition has this code or id."""

    code = "no_such_edition"


class NoSuchSession(NotFound):
    """No session has this code or id."""

    code = "no_such_session"


class NoSuchVenue(NotFound):
    """No venue has this code or id."""

    code = "no_such_venue"


class NoSuchUnit(NotFound):
    """No unit has this id."""

    code = "no_such_unit"


class ScheduleWrong(Refusal):
    """Something given for the schedule cannot be: `detail["field"]` says what."""

    code = "schedule_wrong"
    status = 422


class CodeTaken(Refusal):
    """Another row of the edition has this code; `detail["code"]` says which."""

    code = "code_taken"


class SessionClosed(Refusal):
    """A cancelled session cannot be moved or postponed: reinstate it first."""

    code = "session_closed"
