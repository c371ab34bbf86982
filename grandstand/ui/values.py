"""What pages hand to the frame and to components. Plain and frozen; texts are already in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way to another page. `current` marks where the reader is; `count` stands behind the label when given."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Whose house the reader is in: the name beside the mark."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """How many things the reader has set aside."""

    count: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketShown:
    """In which market prices are shown, and where to change it (empty: it cannot be changed here)."""

    name: str
    currency: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language of the platform, named in itself, with the same page in it."""

    code: str
    name: str
    short: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a task. Exactly one is current; those before it are done."""

    label: str
    url: str = ""
    state: str = "ahead"  # done, current or ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table. Numbers are set to the right with tabular figures."""

    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart: its label, its height, and the value as it is read out."""

    label: str
    value: float
    text: str


def steps(labels: Sequence[tuple[str, str]], *, current: int) -> list[Step]:
    """Steps from (label, url) pairs; `current` counts from 0. Steps ahead lose their link, since they cannot be jumped to."""
    if not 0 <= current < len(labels):
        raise ValueError(f"the current step is 0 to {len(labels) - 1}, not {current}")
    states = ["done"] * current + ["current"] + ["ahead"] * (len(labels) - current - 1)
    return [Step(label=label, url=url if state == "done" else "", state=state) for (label, url), state in zip(labels, states, strict=True)]
