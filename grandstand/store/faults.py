"""What can go wrong with a transaction, whichever driver says it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import django.db
import psycopg


class Deadlock(Exception):
    """The database chose this transaction as the victim, or gave up waiting: nothing was written, the whole transaction can be tried again."""


class Lost(Exception):
    """The database could not be reached, or went away before it said whether the transaction stands: try again what may happen twice."""


class WallHit(Exception):
    """A constraint or trigger refused the write: a fault of ours, or a race that a wall was built for. `constraint` names it."""

    def __init__(self, message: str, constraint: str) -> None:
        super().__init__(message)
        self.constraint = constraint


class DataWrong(Exception):
    """A value does not fit its column: too long, too large. A fault of ours, or of whoever gave the value; the rest of a batch may be well."""


_SQLITE_NAME = re.compile(r"(?:constraint failed: )(.+)$")


@contextmanager
def our_errors() -> Iterator[None]:
    """Raise what a driver raises as one of ours: Deadlock, WallHit, DataWrong. Others stay what they are."""
    try:
        yield
    except (psycopg.Error, sqlite3.Error, django.db.Error) as error:
        cause = error.__cause__ if isinstance(error, django.db.Error) and error.__cause__ is not None else error
        match cause:
            case psycopg.errors.DeadlockDetected() | psycopg.errors.SerializationFailure() | psycopg.errors.LockNotAvailable():
                raise Deadlock(str(cause)) from error
            case sqlite3.OperationalError() if "locked" in str(cause) or "busy" in str(cause):
                raise Deadlock(str(cause)) from error
            case psycopg.IntegrityError() | psycopg.errors.RaiseException():
                raise WallHit(str(cause), cause.diag.constraint_name or cause.diag.message_primary or "") from error
            case sqlite3.IntegrityError():
                found = _SQLITE_NAME.search(str(cause))
                raise WallHit(str(cause), found[1] if found else str(cause)) from error
            case psycopg.DataError() | sqlite3.DataError():
                raise DataWrong(str(cause)) from error
            case _:
                raise
