"""What seats are called."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext, pgettext

from grandstand.store import api as store
from grandstand.ticketing import api as ticketing


def seats_of_lines(lines: Sequence[tuple[UUID, Sequence[UUID]]], *, language: str) -> list[tuple[str, ...]]:
    """Where the seats of each line are, row by row, in words. A line is an offer's id and its seats' ids.

    Three statements for any number of lines with seats, none without.
    """
    if not any(seat_ids for _, seat_ids in lines):
        return [() for _ in lines]
    with store.read() as tx:
        offers = ticketing.offers_by_id(tx, [offer_id for offer_id, seat_ids in lines if seat_ids])
        sessions = {offer_id: offer.session_id for offer_id, offer in offers.items()}
        wanted = [(sessions[offer_id], seat_id) for offer_id, seat_ids in lines if offer_id in sessions for seat_id in seat_ids]
        labels = ticketing.seat_labels_many(tx, wanted, language=language)
    return [
        by_row(labels[sessions[offer_id], seat_id] for seat_id in seat_ids if (sessions.get(offer_id), seat_id) in labels)
        for offer_id, seat_ids in lines
    ]


def by_row(labels: Iterable[ticketing.SeatLabel]) -> tuple[str, ...]:
    """Seats in words, one row each: "Section 101, row 3, seats 4, 5"."""
    ordered = sorted(labels, key=lambda label: (natural(label.section), natural(label.row), natural(label.number)))
    return tuple(_row(section, row, [label.number for label in of_row]) for (section, row), of_row in groupby(ordered, key=_row_of))


def seat(label: ticketing.SeatLabel) -> str:
    """One seat in words."""
    return _row(label.section, label.row, [label.number])


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Orders names as people do: 9 before 10, A9 before A10."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in re.findall(r"\d+|\D+", text))


def _row_of(label: ticketing.SeatLabel) -> tuple[str, str]:
    return label.section, label.row


def _row(section: str, row: str, numbers: Sequence[str]) -> str:
    if len(numbers) == 1:
        return gettext("Section %(section)s, row %(row)s, seat %(seat)s") % {"section": section, "row": row, "seat": numbers[0]}
    seats = pgettext("between numbers of seats", ", ").join(numbers)
    return gettext("Section %(section)s, row %(row)s, seats %(seats)s") % {"section": section, "row": row, "seats": seats}
