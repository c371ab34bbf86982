"""What is said to people at the gate, on a ticket, and where something is refused."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, pgettext

from grandstand.kit.errors import Refusal
from grandstand.ticketing.values import EventKind, Reason, SeatLabel, TicketState, Verdict
from grandstand.ui.formats import instant_text, time_text
from grandstand.ui.refusals import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a steward reads, and says: `word` large, `why` below it, `do` as the way forward."""

    admitted: bool
    word: str
    why: str
    do: str
    as_of: str = ""


def of_verdict(verdict: Verdict, *, zone: str, language: str) -> Answer:
    """The answer to a scan in words, times in the session's zone."""
    as_of = _as_of(verdict, zone)
    if verdict.reason is None:
        return Answer(admitted=True, word=gettext("Come in"), why=gettext("One person, with this ticket."), do="", as_of=as_of)
    word, why, do = _refused(verdict, verdict.reason, zone, language)
    return Answer(admitted=False, word=word, why=why, do=do, as_of=as_of)


def _as_of(verdict: Verdict, zone: str) -> str:
    if verdict.as_of is not None:
        return gettext("As of the last sync at %(time)s") % {"time": time_text(verdict.as_of, zone=zone)}
    if verdict.answered_at is not None:
        return gettext("The same scan was answered at %(time)s: nobody else is let in by it.") % {"time": time_text(verdict.answered_at, zone=zone)}
    return ""


def scan_again() -> Answer:
    """The answer to a form that was sent before with another code, as after going back."""
    return Answer(
        admitted=False,
        word=gettext("Check again"),
        why=gettext("This form was sent before, for another scan. Nobody was let in now."),
        do=gettext("The code is in the field: press the button once more."),
    )


def _refused(verdict: Verdict, reason: Reason, zone: str, language: str) -> tuple[str, str, str]:
    def when(which: str) -> str:
        instant = getattr(verdict.window, which, None)
        return instant_text(instant, zone=zone, language=language) if instant is not None else ""

    match reason:
        case Reason.WRONG_GATE:
            gates = ", ".join(str(gate) for gate in sorted(verdict.gates))
            return gettext("Other gate"), gettext("This ticket admits at gate %(gates)s.") % {"gates": gates}, gettext("Show the way there.")
        case Reason.NOT_VALID_YET:
            return gettext("Too early"), gettext("Doors open %(when)s.") % {"when": when("starts_at")}, gettext("Ask the person to come back then.")
        case Reason.TOO_LATE:
            return gettext("Too late"), gettext("The session ended %(when)s.") % {"when": when("ends_at")}, ""
        case Reason.ALREADY_USED:
            return gettext("Already used"), _used(verdict, zone, language), gettext("Is it the same person? If not, send both to the box office.")
        case _:
            return _whatever_the_ticket(reason)


def _whatever_the_ticket(reason: Reason) -> tuple[str, str, str]:
    """The words of reasons that say no more than themselves."""
    return {
        Reason.FORGED: (
            gettext("Not a ticket"),
            gettext("This code was not made by us."),
            gettext("Ask for the ticket in the app or on paper, and scan it again."),
        ),
        Reason.WRONG_SESSION: (
            gettext("Other session"),
            gettext("A true ticket, for another session."),
            gettext("Show the person the day, time and venue on the ticket."),
        ),
        Reason.NOT_ACTIVATED: (
            gettext("Not activated"),
            gettext("A true ticket that its holder has not activated."),
            gettext("The holder opens it under My tickets and presses Activate, then you scan again."),
        ),
        Reason.VOID: (gettext("Void"), gettext("This ticket was taken back."), gettext("Send the person to the box office: it knows why.")),
        Reason.SESSION_CANCELLED: (
            gettext("Cancelled"),
            gettext("This session does not take place."),
            gettext("The money goes back by itself: nobody need queue for it."),
        ),
        Reason.SESSION_POSTPONED: (
            gettext("Postponed"),
            gettext("This session does not take place at its old time."),
            gettext("The ticket stays good for the new one: its holder is written to."),
        ),
    }[reason]


def _used(verdict: Verdict, zone: str, language: str) -> str:
    if verdict.used_at is None:
        return gettext("Somebody came in with this ticket before.")
    when = instant_text(verdict.used_at, zone=zone, language=language)
    if verdict.used_gate:
        return gettext("Somebody came in with it %(when)s at %(gate)s.") % {"when": when, "gate": verdict.used_gate}
    return gettext("Somebody came in with it %(when)s.") % {"when": when}


def script_words() -> dict[str, Any]:
    """What the scan page says by itself, without a network. {names} in braces are filled in by static/ticketing/scan.js."""

    def said(word: str, why: str, do: str = "") -> dict[str, str]:
        return {"word": word, "why": why, "do": do}

    return {
        "reasons": {
            "admitted": said(gettext("Come in"), gettext("One person, with this ticket.")),
            "forged": said(gettext("Not a ticket"), gettext("This code was not made by us.")),
            "wrong_session": said(gettext("Other session"), gettext("A true ticket, for another session.")),
            "wrong_gate": said(gettext("Other gate"), gettext("This ticket admits at gate %(gates)s.") % {"gates": "{gates}"}),
            "not_valid_yet": said(gettext("Too early"), gettext("Doors open %(when)s.") % {"when": "{when}"}),
            "too_late": said(gettext("Too late"), gettext("The session ended %(when)s.") % {"when": "{when}"}),
            "not_activated": said(gettext("Not activated"), gettext("A true ticket that its holder has not activated.")),
            "session_cancelled": said(*_whatever_the_ticket(Reason.SESSION_CANCELLED)),
            "session_postponed": said(*_whatever_the_ticket(Reason.SESSION_POSTPONED)),
            "void": said(gettext("Void"), gettext("This ticket was taken back."), gettext("Send the person to the box office: it knows why.")),
            "already_used": said(
                gettext("Already used"),
                gettext("Somebody came in with it %(when)s at %(gate)s.") % {"when": "{when}", "gate": "{gate}"},
                gettext("Is it the same person? If not, send both to the box office."),
            ),
        },
        "as_of": gettext("As of the last sync at %(time)s") % {"time": "{time}"},
        "synced": gettext("Ready to go on without a network. Last sync at %(time)s.") % {"time": "{time}"},
        "never": gettext("Not yet ready to go on without a network."),
        "waiting": gettext("Scans that wait to be sent: %(n)s") % {"n": "{n}"},
        "conflicts": gettext("Let in without a network, though used or void: %(n)s. The list is at the box office.") % {"n": "{n}"},
        "offline": {
            "word": gettext("No network"),
            "why": gettext("This page was never in sync, so it cannot decide. Scan again when the network is back."),
            "browser": gettext("This browser cannot check signatures by itself. Scan again when the network is back."),
        },
        "camera_on": gettext("Use the camera"),
        "camera_off": gettext("Stop the camera"),
        "no_camera": gettext("The camera cannot be used. Allow it in the browser, or scan into the field."),
    }


def of_called_off(reason: Reason) -> Answer:
    """What the scan page says of a session that admits nobody before anything is scanned."""
    word, why, do = _whatever_the_ticket(reason)
    return Answer(admitted=False, word=word, why=why, do=do)


def of_reason(reason: Reason) -> str:
    """A reason in one or two words, for tables."""
    return {
        Reason.FORGED: gettext("Not a ticket"),
        Reason.WRONG_SESSION: gettext("Other session"),
        Reason.WRONG_GATE: gettext("Other gate"),
        Reason.NOT_VALID_YET: gettext("Too early"),
        Reason.TOO_LATE: gettext("Too late"),
        Reason.NOT_ACTIVATED: gettext("Not activated"),
        Reason.VOID: gettext("Void"),
        Reason.ALREADY_USED: gettext("Already used"),
        Reason.SESSION_CANCELLED: gettext("Cancelled"),
        Reason.SESSION_POSTPONED: gettext("Postponed"),
    }[reason]


def of_state(state: TicketState) -> tuple[str, str]:
    """A ticket's state as a tone of ui and a word."""
    return {
        TicketState.VALID: ("done", pgettext("ticket", "Valid")),
        TicketState.NOT_ACTIVATED: ("wait", pgettext("ticket", "To be activated")),
        TicketState.USED: ("plain", pgettext("ticket", "Used")),
        TicketState.VOID: ("refused", pgettext("ticket", "Void")),
    }[state]


def of_seat(seat: SeatLabel) -> str:
    """A seat as it is printed in a line: section, row and number."""
    said = {"section": seat.section, "row": seat.row, "seat": seat.number}
    return gettext("Section %(section)s, row %(row)s, seat %(seat)s") % said


def of_event(kind: EventKind) -> str:
    """What happened to a ticket, in a word or two."""
    return {
        EventKind.ISSUED: pgettext("ticket", "Issued"),
        EventKind.ACTIVATED: pgettext("ticket", "Activated"),
        EventKind.VOIDED: pgettext("ticket", "Taken back"),
        EventKind.REINSTATED: pgettext("ticket", "Given back"),
        EventKind.ADMITTED: pgettext("ticket", "Used at the gate"),
        EventKind.SEAT_CHANGED: pgettext("ticket", "Other seat"),
    }[kind]


def find_words(refusal: Refusal) -> Said | None:
    """The words of a refusal of this room; None for others."""
    words = {
        "no_such_ticket": (gettext("There is no such ticket"), gettext("It may belong to another account: sign in with the one you bought it with.")),
        "not_on_sale": (gettext("No tickets for this session"), gettext("Its box office is not open. Choose another session.")),
        "no_such_gate": (gettext("There is no such gate"), gettext("Choose one of the venue's gates.")),
        "no_code": (gettext("This ticket has no code now"), gettext("Open the ticket: it says why, and when the code will be there.")),
        "ticket_used": (gettext("This ticket was used"), gettext("Somebody came in with it, so it cannot be taken back.")),
        "ticket_is_void": (gettext("This ticket is void"), gettext("It was taken back. The mail we sent you says why, and what you can do.")),
        "tickets_miscounted": (
            gettext("The tickets named are not as many as are to go back"),
            gettext("Name each ticket once, as many as go back, or name none: then the box office chooses."),
        ),
        "key_unreadable": (
            gettext("Codes cannot be made at the moment"),
            gettext("The box office has been told. Your ticket stays good: try again soon."),
        ),
        "scan_reused": (gettext("Scan again"), gettext("That scan's number belongs to another one, so nobody was let in by it.")),
        "too_many_scans": (gettext("Too many scans at once"), gettext("Wait a few seconds, then scan again.")),
    }.get(refusal.code)
    return Said(title=words[0], body=words[1]) if words else None
