"""A paper as PDF: one calm page, or as many as it needs. Fonts are those that every reader has, so files stay small."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table, TableStyle

CJK_FONT = "STSong-Light"
"""Adobe's Simplified Chinese font by name: readers bring the glyphs. It has Latin, Greek and Cyrillic letters too."""

_INK, _QUIET, _LINE, _ACCENT = HexColor("#1b1f24"), HexColor("#5c6570"), HexColor("#d5d9de"), HexColor("#b3401f")
_MARGIN = 20 * mm
_WIDTH = A4[0] - 2 * _MARGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a paper, its amounts already written as people of the language do."""

    title: str
    note: str
    quantity: str
    price: str
    tax: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows under a heading; an empty heading is left out."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """All words of a paper, in its language. `columns` heads the rows: what, how many, price, tax, amount."""

    language: str
    title: str
    facts: tuple[tuple[str, str], ...]
    sender: tuple[str, ...]
    reader_heading: str
    reader: tuple[str, ...]
    columns: tuple[str, str, str, str, str]
    sections: tuple[Section, ...]
    sums: tuple[tuple[str, str], ...]
    total: tuple[str, str]
    notes: tuple[str, ...] = ()


def render(paper: Paper) -> bytes:
    """The paper as PDF. The same paper gives the same bytes."""
    _register_fonts()
    buffer = BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=paper.title,
        author=paper.sender[0] if paper.sender else "",
        lang=paper.language,
        invariant=1,
    )
    frame = Frame(_MARGIN, _MARGIN + 6 * mm, _WIDTH, A4[1] - 2 * _MARGIN - 6 * mm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates([PageTemplate(frames=[frame])])
    document.build(_story(paper), canvasmaker=_numbered(paper))
    return buffer.getvalue()


def _register_fonts() -> None:
    if CJK_FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(CJK_FONT))


# -- words in a font that has them -------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """The narrow spaces that some languages write in amounts are in no standard font."""
    return text.replace("\u202f", "\u00a0").replace("\u2009", "\u00a0")


def _font(text: str, *, bold: bool = False) -> str:
    try:
        _plain(text).encode("cp1252")
    except UnicodeEncodeError:
        return CJK_FONT
    return "Helvetica-Bold" if bold else "Helvetica"


def _words(text: str, *, size: float = 9.5, color: Any = _INK, bold: bool = False, right: bool = False, after: float = 0) -> Paragraph:
    style = ParagraphStyle(
        "words",
        fontName=_font(text, bold=bold),
        fontSize=size,
        leading=size * 1.4,
        textColor=color,
        alignment=2 if right else 0,
        spaceAfter=after,
        wordWrap="CJK" if _font(text) == CJK_FONT else None,
    )
    return Paragraph(escape(_plain(text)), style)


# -- the page ----------------------------------------------------------------------------------------------------------------------------


def _story(paper: Paper) -> list[Flowable]:
    return [
        *_head(paper),
        Spacer(1, 9 * mm),
        _rows(paper),
        Spacer(1, 4 * mm),
        _sums(paper),
        Spacer(1, 10 * mm),
        *(_words(note, size=8.5, color=_QUIET, after=3) for note in paper.notes),
    ]


def _head(paper: Paper) -> list[Flowable]:
    sender = [_words(line, bold=not n, color=_INK if not n else _QUIET) for n, line in enumerate(paper.sender)]
    reader = [_words(paper.reader_heading, size=8, color=_QUIET, after=2)] if paper.reader else []
    reader += [_words(line) for line in paper.reader]
    facts = Table(
        [[_words(label, size=8.5, color=_QUIET), _words(value, size=9.5)] for label, value in paper.facts], colWidths=[32 * mm, 53 * mm], style=_BARE
    )
    return [
        Table([[sender, ""]], colWidths=[_WIDTH * 0.6, _WIDTH * 0.4], style=_BARE),
        Spacer(1, 12 * mm),
        _words(paper.title, size=24, bold=True, after=5 * mm),
        Table([[facts, reader]], colWidths=[_WIDTH - 75 * mm, 75 * mm], style=_BARE),
    ]


_BARE = TableStyle(
    [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
)


def _rows(paper: Paper) -> Table:
    head = [_words(word, size=8, color=_QUIET, right=n > 0) for n, word in enumerate(paper.columns)]
    cells: list[list[Any]] = [head]
    styles: list[tuple[Any, ...]] = [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("LEFTPADDING", (1, 0), (-1, -1), 6),
        ("TOPPADDING", (0, 0), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK),
    ]
    for section in paper.sections:
        if section.heading:
            styles.append(("SPAN", (0, len(cells)), (-1, len(cells))))
            cells.append([_words(section.heading, bold=True), "", "", "", ""])
        for row in section.rows:
            what = [_words(row.title), *([_words(row.note, size=8.5, color=_QUIET)] if row.note else [])]
            cells.append([what, *(_words(text, right=True) for text in (row.quantity, row.price, row.tax, row.amount))])
            styles.append(("LINEBELOW", (0, len(cells) - 1), (-1, len(cells) - 1), 0.4, _LINE))
    widths = [_WIDTH - 92 * mm, 16 * mm, 27 * mm, 19 * mm, 30 * mm]
    return Table(cells, colWidths=widths, style=TableStyle(styles), repeatRows=1)


def _sums(paper: Paper) -> Table:
    cells = [[_words(label, color=_QUIET, right=True), _words(amount, right=True)] for label, amount in paper.sums]
    label, amount = paper.total
    cells.append([_words(label, size=11, bold=True, right=True), _words(amount, size=13, bold=True, right=True, color=_ACCENT)])
    style = TableStyle([*_BARE.getCommands(), ("LINEABOVE", (0, -1), (-1, -1), 0.8, _INK), ("TOPPADDING", (0, -1), (-1, -1), 5)])
    return Table(cells, colWidths=[60 * mm, 40 * mm], style=style, hAlign="RIGHT")


def _numbered(paper: Paper) -> type[Canvas]:
    """A canvas that knows how many pages there are before it writes the first page's foot."""

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 reportlab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                _foot(self, paper, number, len(self._pages))
                super().showPage()
            super().save()

    return Numbered


def _foot(canvas: Canvas, paper: Paper, page: int, pages: int) -> None:
    words = (
        (paper.facts[0][1] if paper.facts else "", False),
        (f"{page} / {pages}", True),
    )
    canvas.setFillColor(_QUIET)
    for text, right in words:
        canvas.setFont(_font(text), 8)
        if right:
            canvas.drawRightString(A4[0] - _MARGIN, _MARGIN - 4 * mm, _plain(text))
        else:
            canvas.drawString(_MARGIN, _MARGIN - 4 * mm, _plain(text))
