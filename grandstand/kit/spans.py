"""Half-open spans of time."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `starts_at` up to, not including, `ends_at`. Both aware; None means without that bound."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        for instant in (self.starts_at, self.ends_at):
            if instant is not None and instant.tzinfo is None:
                raise ValueError("a span needs aware instants: give a time zone")
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError(f"a span ends after it starts: {self.starts_at} to {self.ends_at}")

    def __contains__(self, instant: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= instant) and (self.ends_at is None or instant < self.ends_at)

    def overlaps(self, other: "Span") -> bool:
        """Whether an instant lies in both."""
        return not _ends_before(self, other) and not _ends_before(other, self)


def _ends_before(first: Span, second: Span) -> bool:
    return first.ends_at is not None and second.starts_at is not None and first.ends_at <= second.starts_at
