"""Expected refusals: a "no" that a person is told, never a fault of the program."""

from typing import ClassVar


class Refusal(Exception):
    """The base of every expected "no". A view turns it into a status that names it.

    `code` is stable and machine-readable (snake case). `status` is the HTTP status. `str(refusal)` says in English what happened and
    what to do; a room translates by code in its templates. Keyword arguments are kept as `detail`, plain JSON values only.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, message: str, **detail: object) -> None:
        super().__init__(message)
        self.detail = detail


class NotFound(Refusal):
    """The thing does not exist, or not for this person: both look the same from outside."""

    code = "not_found"
    status = 404


class NotAllowed(Refusal):
    """The person is known and may not do this."""

    code = "not_allowed"
    status = 403
