"""Packing lists as PDF: one sheet per parcel, with its label on top. Fonts are those that every reader has, so files stay small."""

from collections.abc import Sequence
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
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

CJK_FONT = "STSong-Light"
"""Adobe's Simplified Chinese font by name: readers bring the glyphs. It has kana, Greek and Cyrillic too."""

KOREAN_FONT = "HYSMyeongJo-Medium"
"""Its like for Hangul, which the Chinese one has not."""

_INK, _QUIET, _LINE = HexColor("#1b1f24"), HexColor("#5c6570"), HexColor("#d5d9de")
_MARGIN = 18 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_TICK, _SKU, _HOW_MANY = 10 * mm, 38 * mm, 20 * mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What one parcel's sheet says, in the packer's language. `label` is the address as its country writes it; `rows` are how many, article, what."""

    title: str
    facts: tuple[tuple[str, str], ...]
    label: tuple[str, ...]
    columns: tuple[str, str, str]
    rows: tuple[tuple[str, str, str], ...]
    total: str


def render(sheets: Sequence[Sheet], *, title: str, language: str) -> bytes:
    """All sheets in one file, each beginning on a page of its own. The same sheets give the same bytes."""
    for name in (CJK_FONT, KOREAN_FONT):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(name))
    buffer = BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN, title=title, lang=language, invariant=1
    )
    story: list[Flowable] = []
    for sheet in sheets:
        story += [PageBreak()] if story else []
        story += _sheet(sheet)
    document.build(story)
    return buffer.getvalue()


def _sheet(sheet: Sheet) -> list[Flowable]:
    about = [_words(sheet.title, size=15, after=6), *(_words(f"{name}: {value}", color=_QUIET) for name, value in sheet.facts)]
    label = [_words(line, size=12) for line in sheet.label]
    top = Table([[about, label]], colWidths=[_WIDTH * 0.45, _WIDTH * 0.55])
    top.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOX", (1, 0), (1, 0), 0.8, _INK), ("BOTTOMPADDING", (1, 0), (1, 0), 10)]))
    cells: list[list[Any]] = [[_words(text, size=8.5, color=_QUIET) for text in ("", *sheet.columns)]]
    cells += [["", _words(how_many, size=12), _words(article), _words(what)] for how_many, article, what in sheet.rows]
    rows = Table(cells, colWidths=[_TICK, _HOW_MANY, _SKU, _WIDTH - _TICK - _HOW_MANY - _SKU], repeatRows=1)
    ticks = [("BOX", (0, n), (0, n), 0.8, _INK) for n in range(1, len(cells))]
    rows.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LINEBELOW", (1, 0), (-1, -1), 0.5, _LINE), *ticks]))
    return [top, Spacer(1, 10 * mm), rows, Spacer(1, 4 * mm), _words(sheet.total)]


def _font(text: str) -> str:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return KOREAN_FONT if any("\uac00" <= letter <= "\ud7a3" for letter in text) else CJK_FONT
    return "Helvetica"


def _words(text: str, *, size: float = 10, color: Any = _INK, after: float = 0) -> Paragraph:
    font = _font(text)
    wrap = None if font == "Helvetica" else "CJK"
    return Paragraph(
        escape(text), ParagraphStyle("words", fontName=font, fontSize=size, leading=size * 1.4, textColor=color, spaceAfter=after, wordWrap=wrap)
    )
