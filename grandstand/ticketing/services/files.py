"""Files made of tickets: paper and calendar."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from grandstand.commerce import api as commerce
from grandstand.kit import clock
from grandstand.store.api import read
from grandstand.ticketing.adapters.calendar import calendar_file
from grandstand.ticketing.adapters.paper import tickets_pdf
from grandstand.ticketing.queries.tickets import codes, tickets_of_order
from grandstand.ticketing.values import TicketState, TicketView


def paper(*, tickets: Sequence[TicketView], language: str, now: datetime) -> bytes:
    """The tickets as PDF, a page each, with their codes. One statement."""
    return tickets_pdf(tickets=tickets, codes=codes(tickets=tickets, now=now), language=language)


def calendar(*, tickets: Sequence[TicketView], path: str, language: str, now: datetime) -> bytes:
    """The sessions of these tickets as a calendar file, void tickets left out. No statement."""
    with translation.override(language):
        words = {
            "tickets": gettext("Tickets: %(count)s"),
            "doors": gettext("Doors open at %(time)s"),
        }
    good = [ticket for ticket in tickets if ticket.state is not TicketState.VOID]
    return calendar_file(tickets=good, words=words, url=f"{settings.GRANDSTAND_URL}{path}", now=now)


def order_pdf(order_id: str) -> bytes:
    """For messaging: the tickets of an order, in its buyer's language, as they are when the mail is sent."""
    tickets, language = _of_order(UUID(order_id))
    return paper(tickets=tickets, language=language, now=clock.now())


def order_calendar(order_id: str) -> bytes:
    """The same for the calendar."""
    tickets, language = _of_order(UUID(order_id))
    guest = all(ticket.holder_id is None for ticket in tickets)
    with translation.override(language):
        path = reverse("ticketing:order", args=[order_id])
    key = urlencode({"key": commerce.order_key(UUID(order_id))}) if guest else ""
    return calendar(tickets=tickets, path=f"{path}?{key}" if key else path, language=language, now=clock.now())


def _of_order(order_id: UUID) -> tuple[list[TicketView], str]:
    with read() as tx:
        contact = commerce.contacts_many(tx, [order_id]).get(order_id)
    language = contact.language if contact is not None else settings.LANGUAGE_CODE
    tickets = tickets_of_order(order_id=order_id, holder_id=contact.person_id if contact is not None else None, language=language)
    return tickets, language
