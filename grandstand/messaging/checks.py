"""What the doctor asks this room."""

from grandstand.kit.findings import Finding
from grandstand.messaging.queries import undelivered
from grandstand.messaging.values import NoticeState
from grandstand.store.api import Tx


def check_notices(tx: Tx) -> list[Finding]:
    """Red when a notice was given up: somebody waits for a mail that will not come. What is still tried is only counted. One statement."""
    waiting = undelivered(tx)
    given_up = [f"{notice.template} {notice.id}: {notice.error.splitlines()[0]}" for notice in waiting if notice.state is NoticeState.FAILED]
    detail = f"given up: {'; '.join(given_up)}" if given_up else f"{len(waiting)} waiting to be tried again" if waiting else "none waits or failed"
    return [Finding(name="messaging_notices", healthy=not given_up, detail=detail)]
