"""A session in a person's own calendar (RFC 5545)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone
from icalendar.prop import vText

from grandstand.ticketing.values import TicketView


def calendar_file(*, tickets: Sequence[TicketView], words: dict[str, str], url: str, now: datetime) -> bytes:
    """One event per session, whatever the number of tickets, in the session's own zone with its VTIMEZONE, also past midnight.

    `words` has `tickets` (a text with %(count)s), `doors` (with %(time)s) and `cancelled`, in the reader's language. The event keeps its UID, so
    that importing a moved session again moves it. Sessions without times are left out.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Grandstand//Ticketing//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    by_session: dict[str, list[TicketView]] = {}
    for ticket in tickets:
        if ticket.starts_at is not None and ticket.ends_at is not None:
            by_session.setdefault(str(ticket.session_id), []).append(ticket)
    for zone in sorted({of[0].time_zone for of in by_session.values()}):
        calendar.add_component(_zone(zone, [of[0] for of in by_session.values() if of[0].time_zone == zone]))
    for of_session in by_session.values():
        calendar.add_component(_event(of_session, words, url, now))
    return bytes(calendar.to_ical())


def _zone(name: str, tickets: Sequence[TicketView]) -> Timezone:
    days = [instant.date() for ticket in tickets for instant in (ticket.starts_at, ticket.ends_at) if instant is not None]
    return Timezone.from_tzid(name, first_date=min(days).replace(month=1, day=1), last_date=max(days).replace(month=12, day=31))


def _event(tickets: Sequence[TicketView], words: dict[str, str], url: str, now: datetime) -> Event:
    ticket = tickets[0]
    zone = ZoneInfo(ticket.time_zone)
    event = Event()
    event.add("uid", f"{ticket.session_id}@grandstand")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", (ticket.starts_at or now).astimezone(zone))
    event.add("dtend", (ticket.ends_at or now).astimezone(zone))
    event.add("summary", ticket.session_title)
    event.add("location", vText(", ".join(part for part in (ticket.venue, ticket.zone) if part)))
    lines = [words["tickets"] % {"count": len(tickets)}]
    if ticket.entry is not None and ticket.entry.starts_at is not None:
        lines.append(words["doors"] % {"time": f"{ticket.entry.starts_at.astimezone(zone):%H:%M}"})
    event.add("description", "\n".join([*lines, url]))
    event.add("url", url)
    event.add("status", "CANCELLED" if ticket.session_status == "cancelled" else "CONFIRMED")
    if ticket.session_status != "cancelled":
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", ticket.session_title)
        alarm["trigger"] = "-PT3H"
        event.add_component(alarm)
    return event
