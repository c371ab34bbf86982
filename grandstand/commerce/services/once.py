"""What is asked once and what again: the store's answers, read for a batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from grandstand.store.api import Asked, Known, Reused, Tx, ask


@dataclass(slots=True, kw_only=True)
class Verdicts:
    """Positions in the batch. `same_as`: asked again within the batch, to be answered as the earlier position; `reused`: with another body."""

    fresh: list[int] = field(default_factory=list)
    known: dict[int, Any] = field(default_factory=dict)
    same_as: dict[int, int] = field(default_factory=dict)
    reused: list[int] = field(default_factory=list)


def verdicts(tx: Tx, *, scope: str, requests: Sequence[Asked], now: datetime) -> Verdicts:
    """Claim the keys and say of each request whether it is new, answered before, or a key used for something else. Two statements.

    A key that was claimed and never answered was refused by something that wrote nothing: it is new again.
    """
    found = Verdicts()
    answers = ask(tx, scope=scope, requests=requests, now=now)
    first: dict[str, int] = {}
    for position, request in enumerate(requests):
        earlier = first.setdefault(request.key, position)
        verdict = answers[request.key]
        if isinstance(verdict, Reused) or requests[earlier].body_digest != request.body_digest:
            found.reused.append(position)
        elif isinstance(verdict, Known) and verdict.answer is not None:
            found.known[position] = verdict.answer
        elif earlier != position:
            found.same_as[position] = earlier
        else:
            found.fresh.append(position)
    return found
