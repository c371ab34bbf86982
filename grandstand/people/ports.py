"""What this room asks of rooms above it. config.wiring plugs them in."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.people.values import AccountMail
from grandstand.store.api import Tx

type QueueMail = Callable[[Tx, AccountMail, datetime], None]
type KeepErasure = Callable[[UUID, datetime], None]
type MarketChoices = Callable[[], Sequence[tuple[str, str]]]

log = structlog.get_logger(__name__)


class PersonalData(Protocol):
    """What a room that keeps personal data implements, and config.wiring registers."""

    def export(self, tx: Tx, person_id: UUID) -> Json:
        """Everything this room knows of the person, as plain JSON that they can read: names of fields say what they are."""
        ...

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        """Forget the person. What the law makes us keep (an invoice) stays, without the link to them where the law allows it.

        Runs inside the one transaction that erases them everywhere, before the person's own row is emptied. Raising a Refusal (unpaid money,
        say) stops the whole erasure.
        """
        ...


class _Ports:
    """The plugs. Until wired, mail is dropped with a warning and there is no market to choose."""

    def __init__(self) -> None:
        self.personal_data: dict[str, PersonalData] = {}
        self.queue_mail: QueueMail = lambda _tx, mail, _now: log.warning("mail_not_wired", template=mail.template)
        self.market_choices: MarketChoices = list
        self.keep_erasure: KeepErasure = lambda _person_id, _at: None


ports = _Ports()


def register_personal_data(room: str, source: PersonalData) -> None:
    """Have `room` asked at every export and erasure. Registering the room again replaces its source."""
    ports.personal_data[room] = source


def use_mail(queue: QueueMail) -> None:
    """Queue the mails about accounts with `queue(tx, mail, now)`."""
    ports.queue_mail = queue


def use_markets(choices: MarketChoices) -> None:
    """Offer these (code, name) on the profile page."""
    ports.market_choices = choices


def use_erasures(keep: KeepErasure) -> None:
    """Call `keep(person_id, at)` in the transaction that erases a person, so that a restored backup can forget them again."""
    ports.keep_erasure = keep
