"""Amounts, numbers, days and instants, and the figures made of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language, gettext

from grandstand.kit.money import Money
from grandstand.ui import charts, formats
from grandstand.ui.values import Bar, Column

register = template.Library()


def _language() -> str:
    return get_language() or "en"


@register.filter
def bcp47(code: str) -> str:
    """A language code as HTML wants it: zh-hans is zh-Hans."""
    head, _, rest = code.partition("-")
    return f"{head}-{rest.title() if len(rest) == 4 else rest.upper()}" if rest else head


@register.simple_tag
def money(amount: Money) -> str:
    """An amount in the reader's language."""
    return formats.money_text(amount, language=_language())


@register.simple_tag
def number(value: float) -> str:
    """A number in the reader's language."""
    return formats.number_text(value, language=_language())


@register.simple_tag
def day(value: date, *, year: bool = True) -> str:
    """A day in the reader's language, with its weekday."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.day_text(value, language=_language(), year=year))


@register.simple_tag
def instant(value: datetime, zone: str, style: str = "full") -> str:
    """An instant in a zone.

    Styles: full (day, time, city and offset), time (time and offset), bare (time only, where the page names the zone beside it).
    """
    if style == "bare":
        text, behind = formats.time_text(value, zone=zone), ""
    elif style == "time":
        text, behind = formats.time_text(value, zone=zone), formats.offset_text(value, zone=zone)
    else:
        text = formats.instant_text(value, zone=zone, language=_language())
        behind = formats.zone_text(value, zone=zone, language=_language())
    shown = format_html('<time datetime="{}">{}</time>', value.isoformat(), text)
    return format_html('{} <span class="zone">{}</span>', shown, behind) if behind else shown


@register.inclusion_tag("ui/components/date_block.html")
def date_block(value: datetime, zone: str) -> dict[str, Any]:
    """A day as a small square: the day of the month large, the month and the time around it. Decoration: the full instant stands beside it."""
    local = value.astimezone(ZoneInfo(zone))
    return {"day": local.day, "month": formats.month_text(local.date(), language=_language()), "time": f"{local:%H:%M}"}


@register.inclusion_tag("ui/components/price.html")
def price(amount: Money, *, note: str | bool = "", before: bool = False, large: bool = False) -> dict[str, Any]:
    """What a person pays. `note=True` adds "all fees included"; another text says what else is in it. `before` puts "from" before it."""
    text = gettext("all fees included") if note is True else note
    return {"text": formats.money_text(amount, language=_language()), "note": text, "before": before, "large": large}


@register.inclusion_tag("ui/components/table.html")
def table(
    caption: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], *, total: Sequence[object] = (), hide_caption: bool = False
) -> dict[str, Any]:
    """A table that scrolls by itself on a narrow screen. The first cell of a row is its header."""
    paired = [list(zip(row, columns, strict=True)) for row in rows]
    last = list(zip(total, columns, strict=True)) if total else []
    return {"caption": caption, "columns": columns, "rows": paired, "total": last, "hide_caption": hide_caption}


@register.inclusion_tag("ui/components/facts.html")
def facts(pairs: Iterable[tuple[str, object]] | Mapping[str, object], *, money: bool = False) -> dict[str, Any]:
    """Names and what they are. `money` sets the values to the right and makes the last one the sum."""
    return {"pairs": list(pairs.items()) if isinstance(pairs, Mapping) else list(pairs), "money": money}


@register.inclusion_tag("ui/components/address.html")
def address(lines: Sequence[str]) -> dict[str, Any]:
    return {"lines": [line for line in lines if line]}


@register.inclusion_tag("ui/components/stat.html")
def stat(label: str, value: object, note: str = "") -> dict[str, Any]:
    """One figure that matters, with what it is."""
    return {"label": label, "value": value, "note": note}


@register.inclusion_tag("ui/components/sparkline.html")
def sparkline(values: Sequence[float], *, summary: str, width: int = 160, height: int = 40) -> dict[str, Any]:
    """A line without axes. `summary` is what a screen reader says instead, such as "Sales of 7 days, from 12 to 80"."""
    line, area = charts.sparkline(values, width=width, height=height)
    return {"line": line, "area": area, "summary": summary, "width": width, "height": height}


@register.inclusion_tag("ui/components/bar_chart.html")
def bar_chart(caption: str, values: Sequence[Bar], *, summary: str, first: str, second: str, height: int = 220, wide: int = 64) -> dict[str, Any]:
    """Bars with their values, and the same figures as a table behind them. `first` and `second` name the table's columns."""
    drawn, width, base = charts.bars(values, height=height, wide=wide)
    return {
        "caption": caption,
        "summary": summary,
        "drawn": drawn,
        "width": width,
        "height": height,
        "base": base,
        "below": height - 7,
        "columns": [Column(label=first), Column(label=second, numeric=True)],
        "rows": [(bar.label, bar.text) for bar in values],
    }
