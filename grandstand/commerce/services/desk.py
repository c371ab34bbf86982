"""Writing for somebody who works at the console."""

from collections.abc import Iterator
from contextlib import contextmanager

from grandstand.commerce.refusals import Crossed
from grandstand.kit.texts import gettext_noop
from grandstand.store.api import Deadlock, Tx, write


@contextmanager
def write_at_desk() -> Iterator[Tx]:
    """`write`, where a deadlock is refused with Crossed: the form comes round again with what was typed.

    A form of the console is saved inside a transaction of the admin's, which cannot be tried again from within.
    """
    try:
        with write() as tx:
            yield tx
    except Deadlock as deadlock:
        raise Crossed(gettext_noop("Somebody else was changing the same things. Nothing was written: send it again.")) from deadlock
