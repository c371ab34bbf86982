"""Django's SQLite backend with one fair write lock per process (see docs/decisions: SQLite is one process)."""

from typing import Any

from django.db.backends.sqlite3 import base

from grandstand.store.write_lock import FairLock, write_lock

PRAGMAS = (
    # A batch touches a page of an index for nearly every key, and each page of it costs two writes to the log: larger pages are fewer. Only a
    # database that is made anew takes it.
    "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; "
    # A batch of an on-sale changes more pages than SQLite's own settings keep in memory (2 MB) and let gather in the log (4 MB): it would read
    # them again, and copy the log into the file at every commit.
    "PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=4096"
)


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes the lock before BEGIN IMMEDIATE and gives it back after commit, rollback or close."""

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        super().__init__(settings_dict, alias)
        self._held: FairLock | None = None

    def get_connection_params(self) -> dict[str, Any]:
        self.settings_dict["OPTIONS"].setdefault("transaction_mode", "IMMEDIATE")
        self.settings_dict["OPTIONS"].setdefault("init_command", PRAGMAS)
        return super().get_connection_params()

    def _start_transaction_under_autocommit(self) -> None:
        lock = write_lock(str(self.settings_dict["NAME"]))
        lock.acquire()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # private to Django, unknown to its stubs
        except BaseException:
            lock.release()
            raise
        self._held = lock

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # private to Django, unknown to its stubs
        self._let_go()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # private to Django, unknown to its stubs
        finally:
            self._let_go()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # private to Django, unknown to its stubs
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            held.release()
