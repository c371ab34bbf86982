"""Pages of a list that a door has cut already, for ui's pagination."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.paginator import Paginator


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Page `number` of `of`, both from 1. Speaks like Django's Page, whose list would have to be here."""

    number: int
    of: int

    @property
    def paginator(self) -> "Pages":
        return self

    @property
    def num_pages(self) -> int:
        return self.of

    @property
    def ELLIPSIS(self) -> str:  # noqa: N802 Django's name
        return str(Paginator.ELLIPSIS)

    def get_elided_page_range(self, number: int, *, on_each_side: int, on_ends: int) -> Iterator[int | str]:
        """The page numbers to show, with gaps."""
        return Paginator(range(self.of), 1).get_elided_page_range(number, on_each_side=on_each_side, on_ends=on_ends)

    def has_previous(self) -> bool:
        return self.number > 1

    def has_next(self) -> bool:
        return self.number < self.of

    def previous_page_number(self) -> int:
        return self.number - 1

    def next_page_number(self) -> int:
        return self.number + 1
