"""Tickets on paper: one A4 page each, to be folded twice, with the code in a quarter of its own."""

import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from PIL import Image
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from grandstand.ticketing.values import TicketState, TicketView
from grandstand.ticketing.words import of_seat
from grandstand.ui.formats import instant_text, money_text, time_text, zone_text
from grandstand.ui.qr import qr_rows

REGULAR, BOLD, CHINESE = "Helvetica", "Helvetica-Bold", "STSong-Light"
# Adobe's font for simplified Chinese: every reader of PDF has it or puts one of its own in its place, so that no ticket carries megabytes.
pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))

WIDTH, HEIGHT = A4
MARGIN = 16 * mm
PIXELS_A_MODULE = 8

WESTERN = frozenset(bytes(range(256)).decode("cp1252", errors="ignore"))
NEVER_FIRST, NEVER_LAST = frozenset("，。、；：？！）》」』”’…"), frozenset("（《「『“‘")
"""Of a line in Chinese."""

WHITE_AND_BLACK = bytes((255, 0)) + bytes(254)

INK, SOFT, LINE = HexColor("#15181d"), HexColor("#43484f"), HexColor("#c9c9c2")


def tickets_pdf(*, tickets: Sequence[TicketView], codes: Mapping[UUID, str], language: str) -> bytes:
    """A page for each ticket, in the reader's language. One without a code says why it has none."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    with translation.override(language):
        canvas.setTitle(", ".join(dict.fromkeys(ticket.session_title for ticket in tickets)))
        canvas.setAuthor(tickets[0].organisation_name if tickets else "")
        canvas.setSubject(_("Tickets"))
        for ticket in tickets:
            _page(canvas, ticket, codes.get(ticket.id), language)
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def _page(canvas: Canvas, ticket: TicketView, code: str | None, language: str) -> None:
    colour = HexColor(ticket.category.colour)
    _lanes(canvas, colour)
    top = HEIGHT - MARGIN
    _text(canvas, MARGIN, top - 4 * mm, ticket.organisation_name, size=11, bold=True, colour=white)
    _text(canvas, WIDTH - MARGIN, top - 4 * mm, pgettext("on paper", "Ticket"), size=11, colour=white, right=True)
    y = HEIGHT - 78 * mm
    for line in _wrapped(ticket.session_title, size=25, width=WIDTH - 2 * MARGIN, bold=True)[:3]:
        _text(canvas, MARGIN, y, line, size=25, bold=True)
        y -= 11 * mm
    _text(canvas, MARGIN, y + 1 * mm, f"{ticket.discipline} · {ticket.session_code}", size=11, colour=SOFT)
    _facts(canvas, ticket, y - 12 * mm, language)
    _fold(canvas, HEIGHT / 2 - 18 * mm)
    _entry(canvas, ticket, code, colour)


def _lanes(canvas: Canvas, colour: Color) -> None:
    """The band across the head: the lanes of a track that bends out of the page."""
    canvas.saveState()
    band = canvas.beginPath()
    band.rect(0, HEIGHT - 62 * mm, WIDTH, 62 * mm)
    canvas.clipPath(band, stroke=0)
    canvas.setFillColor(colour)
    canvas.rect(0, HEIGHT - 62 * mm, WIDTH, 62 * mm, stroke=0, fill=1)
    canvas.setStrokeColor(Color(1, 1, 1, alpha=0.55))
    canvas.setLineWidth(0.9)
    for lane in range(9):
        radius = (58 + 13 * lane) * mm
        canvas.circle(WIDTH * 0.86, HEIGHT - 112 * mm, radius, stroke=1, fill=0)
    canvas.restoreState()


def _facts(canvas: Canvas, ticket: TicketView, top: float, language: str) -> None:
    unknown = _("To be confirmed")
    starts = instant_text(ticket.starts_at, zone=ticket.time_zone, language=language) if ticket.starts_at else unknown
    zone = zone_text(ticket.starts_at, zone=ticket.time_zone, language=language) if ticket.starts_at else ""
    doors = time_text(ticket.entry.starts_at, zone=ticket.time_zone) if ticket.entry and ticket.entry.starts_at else unknown
    cells = [
        (_("Starts"), starts, zone),
        (_("Doors open"), doors, _ends(ticket)),
        (_("Venue"), ticket.venue or unknown, ticket.zone),
        (_("Category"), ticket.category.name, _("Gate: %(gates)s") % {"gates": ", ".join(gates)} if (gates := ticket.gate_names) else _("Any gate")),
        (_("Price"), money_text(ticket.price, language=language), ""),
        _which(ticket),
    ]
    column = (WIDTH - 2 * MARGIN) / 2
    for n, (label, value, more) in enumerate(cells):
        x, y = MARGIN + column * (n % 2), top - 19 * mm * (n // 2)
        _text(canvas, x, y, label, size=8.5, colour=SOFT)
        value_line = _wrapped(value, size=13, width=column - 6 * mm, bold=True)[0]
        _text(canvas, x, y - 5.5 * mm, value_line, size=13, bold=True)
        _text(canvas, x, y - 10 * mm, more, size=9, colour=SOFT)


def _which(ticket: TicketView) -> tuple[str, str, str]:
    """The seat where there is one, else which ticket of how many."""
    number, of = _("%(number)s of %(of)s") % {"number": ticket.number, "of": ticket.of}, str(ticket.id)[-12:].upper()
    return (_("Seat"), of_seat(ticket.seat), f"{number} · {of}") if ticket.seat is not None else (_("Ticket"), number, of)


def _ends(ticket: TicketView) -> str:
    if ticket.ends_at is None or ticket.starts_at is None:
        return ""
    zone = ZoneInfo(ticket.time_zone)
    text = _("ends %(time)s") % {"time": time_text(ticket.ends_at, zone=ticket.time_zone)}
    return f"{text} (+1)" if ticket.ends_at.astimezone(zone).date() > ticket.starts_at.astimezone(zone).date() else text


def _fold(canvas: Canvas, y: float) -> None:
    canvas.saveState()
    canvas.setStrokeColor(LINE)
    canvas.setDash(1, 3)
    canvas.line(MARGIN, y, WIDTH - MARGIN, y)
    canvas.restoreState()


def _entry(canvas: Canvas, ticket: TicketView, code: str | None, colour: Color) -> None:
    size, x, y = 74 * mm, MARGIN, 38 * mm
    if code is not None:
        _qr(canvas, x, y, size, code)
        _text(canvas, x, y - 6 * mm, f"{code[:8]} … {code[-8:]}", size=8, colour=SOFT)
    else:
        canvas.setStrokeColor(LINE)
        canvas.rect(x, y, size, size)
        for n, line in enumerate(_wrapped(no_code_text(ticket), size=11, width=size - 12 * mm)):
            _text(canvas, x + 6 * mm, y + size - 12 * mm - n * 6 * mm, line, size=11)
    left, top = x + size + 10 * mm, y + size
    width = WIDTH - MARGIN - left
    canvas.setFillColor(colour)
    canvas.rect(left, top - 1.2 * mm, 18 * mm, 1.2 * mm, stroke=0, fill=1)
    top -= 10 * mm
    end = top
    for n, line in enumerate(_wrapped(_("Show this code at the gate"), size=14, width=width, bold=True)):
        _text(canvas, left, top - n * 6.5 * mm, line, size=14, bold=True)
        end = top - n * 6.5 * mm
    rules = [
        _("It admits one person, once. Whoever shows it first comes in: give it to nobody you do not trust, and post no picture of it."),
        _("On paper or on a screen, whichever you have. If the session is moved we write to you, and this code stays good."),
        _("Come early: from the doors' opening until the session starts the gates are fullest in the last half hour."),
    ]
    down = end - 9 * mm
    for rule in rules:
        for line in _wrapped(rule, size=9.5, width=width):
            _text(canvas, left, down, line, size=9.5, colour=SOFT)
            down -= 4.6 * mm
        down -= 2 * mm


def no_code_text(ticket: TicketView) -> str:
    """Why there is no code to show, in the active language."""
    if ticket.void_reason:
        return _("This ticket was taken back: %(reason)s") % {"reason": ticket.void_reason}
    if ticket.session_status == "cancelled":
        return _("This session is cancelled, so there is nothing to come in to.")
    if ticket.entry is None:
        return _("The code appears here as soon as the times of the session are known.")
    if ticket.state is TicketState.NOT_ACTIVATED:
        return _("The code appears once you have activated the ticket.")
    return _("The code cannot be made at the moment. Your ticket stays good: try again soon.")


def _qr(canvas: Canvas, x: float, y: float, size: float, code: str) -> None:
    """As a picture of some pixels a module: readers leave hairlines between rectangles, and blur the edges of single pixels."""
    rows = qr_rows(code)
    picture = Image.frombytes("L", (len(rows), len(rows)), b"".join(rows).translate(WHITE_AND_BLACK))
    side = PIXELS_A_MODULE * len(rows)
    canvas.drawImage(ImageReader(picture.resize((side, side), Image.Resampling.NEAREST)), x, y, size, size)


def _text(canvas: Canvas, x: float, y: float, text: str, *, size: float, bold: bool = False, colour: Color = INK, right: bool = False) -> None:
    canvas.setFillColor(colour)
    at = x - _width(text, size, bold=bold) if right else x
    for font, run in _runs(text, bold=bold):
        canvas.setFont(font, size)
        # The Chinese font has one weight: bold is drawn by an outline of its own colour.
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(size * 0.025)
        canvas.drawString(at, y, run, mode=2 if bold and font == CHINESE else 0)
        at += pdfmetrics.stringWidth(run, font, size)


def _runs(text: str, *, bold: bool) -> tuple[tuple[str, str], ...]:
    """The text cut where the font changes: what Western print knows in Helvetica, the rest in the Chinese font."""
    runs = ((western, "".join(letters)) for western, letters in groupby(text, WESTERN.__contains__))
    return tuple(((BOLD if bold else REGULAR) if western else CHINESE, run) for western, run in runs)


def _width(text: str, size: float, *, bold: bool) -> float:
    return sum(float(pdfmetrics.stringWidth(run, font, size)) for font, run in _runs(text, bold=bold))


@lru_cache(maxsize=1_024)
def _wrapped(text: str, *, size: float, width: float, bold: bool = False) -> tuple[str, ...]:
    """Lines no wider than `width`; Chinese may break between any two characters but at its punctuation, other words stay whole."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and _width((line + piece).rstrip(), size, bold=bold) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return (*lines, line.rstrip())


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for letter in text:
        if pieces and _belong_together(pieces[-1][-1], letter):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _belong_together(before: str, letter: str) -> bool:
    if letter in NEVER_FIRST or before in NEVER_LAST:
        return True
    return letter in WESTERN and before in WESTERN and not before.isspace()
