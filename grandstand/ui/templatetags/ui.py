"""The tags that templates of every room use: `{% load ui %}`. What each looks like with all its states is shown at /design."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext

from grandstand.kit import clock
from grandstand.kit.money import Money
from grandstand.ui import charts, formats, pictures
from grandstand.ui.values import Bar, Column, Link, Step

register = template.Library()

_ICONS = {"done": "check", "wait": "wait", "refused": "warning", "live": "live", "act": "arrow", "plain": "info"}
_TONES = {"success": "done", "warning": "wait", "error": "refused", "info": "plain", "debug": "plain"}


def _language() -> str:
    return get_language() or "en"


def _safe(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 drawn by this room from numbers and its own words


# -- values ------------------------------------------------------------------------------------------------------------------------------


@register.filter
def bcp47(code: str) -> str:
    """A language code as HTML wants it: zh-hans is zh-Hans."""
    head, _, rest = code.partition("-")
    return f"{head}-{rest.title() if len(rest) == 4 else rest.upper()}" if rest else head


@register.filter
def message_tone(level: str) -> str:
    """The tone of one of Django's messages, from its level tag."""
    return _TONES.get(level, "plain")


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
    """An instant in a zone that is always shown. Styles: full (day, time, city and offset), time (time and offset), bare (time only, where the
    page names the zone beside it)."""
    if style == "bare":
        text, behind = formats.time_text(value, zone=zone), ""
    elif style == "time":
        text, behind = formats.time_text(value, zone=zone), formats.offset_text(value, zone=zone)
    else:
        text = formats.instant_text(value, zone=zone, language=_language())
        behind = formats.zone_text(value, zone=zone, language=_language())
    shown = format_html('<time datetime="{}">{}</time>', value.isoformat(), text)
    return format_html('{} <span class="zone">{}</span>', shown, behind) if behind else shown


# -- pictures ----------------------------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    return _safe(pictures.icon(name, size=size))


@register.simple_tag
def sport_mark(sport: str, size: int = 48) -> SafeString:
    return _safe(pictures.sport_mark(sport, size=size))


@register.simple_tag
def venue_mark(venue: str, size: int = 48) -> SafeString:
    return _safe(pictures.venue_mark(venue, size=size))


@register.simple_tag
def cover(seed: object, kind: str, data: Sequence[float] = ()) -> SafeString:
    """A generated cover. `kind` is one of `pictures.cover_kinds()` or a sport's name."""
    known = kind if kind in pictures.cover_kinds() else pictures.cover_kind(kind)
    return _safe(pictures.cover(str(seed), known, data or ()))


@register.simple_tag
def product_picture(kind: str, colour: str, second: str = "#f6f3ea", sport: str = "") -> SafeString:
    return _safe(pictures.product_picture(kind, colour=colour, second=second, sport=sport))


@register.simple_tag
def wordmark() -> SafeString:
    """Two tiers and one seat: the platform's own mark, in the colour of its text."""
    return _safe(
        '<svg class="wordmark" viewBox="0 0 32 24" width="32" height="24" fill="none" stroke="currentColor" stroke-width="3.5" stroke-linecap="round" '
        'aria-hidden="true" focusable="false"><path d="M2 22a14 14 0 0 1 28 0M9 22a7 7 0 0 1 14 0"/><path stroke-width="4.5" d="M16 2.5h0"/></svg>'
    )


@register.simple_block_tag
def frame(content: str, *, shape: str = "") -> str:
    """A place of a fixed shape for a picture: 16:9, or square, wide, tall. Its size is reserved before the picture comes."""
    return render_to_string("ui/components/frame.html", {"content": content, "shape": shape})


@register.inclusion_tag("ui/components/qr.html")
def qr_frame(picture: str, caption: str = "") -> dict[str, Any]:
    """A QR code (an SVG made by the caller) on white in both modes, with its text for people below."""
    return {"picture": _safe(picture), "caption": caption}


# -- acting and asking -------------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/components/button.html")
def button(label: str, **options: Any) -> dict[str, Any]:
    """A button with a verb. Options: kind (second, danger, quiet), size (large, wide), type, name, value, form, icon, opens, disabled."""
    return {"label": label, "type": "submit", "icon_name": options.pop("icon", ""), **options}


@register.inclusion_tag("ui/components/link_button.html")
def link_button(label: str, url: str, **options: Any) -> dict[str, Any]:
    """A link that looks like a button, for going where the next step is. Options: kind, size, icon."""
    return {"label": label, "url": url, "icon_name": options.pop("icon", ""), **options}


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, *, label: str = "", short: bool = False) -> dict[str, Any]:
    """One field of a form with label, hint and error. What is not required says so; nothing is marked with a star."""
    single = isinstance(bound.field.widget, CheckboxInput)
    return {
        "field": bound,
        "label": label or bound.label,
        "optional": not bound.field.required and not single,
        "short": short,
        "single_choice": single,
    }


@register.inclusion_tag("ui/components/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """Every field of a form in its order, hidden ones included."""
    return {"form": form}


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: BaseForm, *, focus: bool = True) -> dict[str, Any]:
    """What has to be put right, each with a way to its field. Shown above the form, nothing when there are no errors; takes the focus."""
    errors = [Link(label=str(error), url="") for error in form.non_field_errors()]
    errors += [Link(label=f"{bound.label}: {error}", url=f"#{_first_input(bound)}") for bound in form for error in bound.errors]
    return {"errors": errors, "focus": focus}


def _first_input(bound: BoundField) -> str:
    return bound.subwidgets[0].id_for_label if bound.use_fieldset and bound.subwidgets else bound.id_for_label


@register.inclusion_tag("ui/components/stepper.html")
def stepper(name: str, *, value: int, low: int = 0, high: int = 10, label: str, id: str = "") -> dict[str, Any]:
    """How many: typed, or by two buttons where there is JavaScript."""
    return {"name": name, "value": value, "low": low, "high": high, "label": label, "id": id or f"id_{name}"}


@register.simple_block_tag
def dialog(content: str, *, id: str, title: str) -> str:
    """A dialog, opened by a link or button with `opens=id`. The link's own page does the same without JavaScript."""
    return render_to_string("ui/components/dialog.html", {"content": content, "id": id, "title": title})


# -- telling -----------------------------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def notice(content: str, *, title: str, tone: str = "plain", id: str = "") -> str:
    """What happened, what it means, what to do. Tones: done, wait, refused, live, act, plain; each says its word to a screen reader."""
    word = {
        "done": pgettext("tone", "Done"),
        "wait": pgettext("tone", "Wait"),
        "refused": pgettext("tone", "Refused"),
        "live": pgettext("tone", "Live"),
    }.get(tone, pgettext("tone", "Note"))
    icon_name = _ICONS["plain" if tone == "act" else tone]
    body = mark_safe(content.strip())  # noqa: S308 rendered by the template engine
    return render_to_string("ui/components/notice.html", {"content": body, "title": title, "tone": tone, "id": id, "word": word, "icon_name": icon_name})


@register.inclusion_tag("ui/components/badge.html")
def badge(tone: str, word: str, icon: str = "") -> dict[str, Any]:
    """A state: its colour and always its word."""
    return {"tone": tone, "word": word, "icon_name": icon}


@register.simple_block_tag
def empty(content: str, *, title: str, sport: str = "") -> str:
    """Nothing here yet: why, and what to do."""
    return render_to_string("ui/components/empty.html", {"content": content, "title": title, "sport": sport})


@register.inclusion_tag("ui/components/skeleton.html")
def skeleton(lines: int = 3, *, frame: bool = False) -> dict[str, Any]:
    """The size of what is coming."""
    return {"lines": range(lines), "frame": frame}


@register.inclusion_tag("ui/components/progress.html")
def progress(label: str, *, value: float, high: float, id: str, text: str = "") -> dict[str, Any]:
    """How far: a bar and the figure."""
    return {"label": label, "value": value, "high": high, "id": id, "text": text or f"{round(100 * value / high)} %"}


@register.inclusion_tag("ui/components/countdown.html")
def countdown(ends_at: datetime, *, zone: str, label: str, over: str, now: datetime | None = None) -> dict[str, Any]:
    """Time left by the server's clock. Without JavaScript it says until when; `over` is what it says at the end. Fires countdown:end."""
    present = now or clock.now()
    seconds = max(0, int((ends_at - present).total_seconds()))
    return {
        "end": ends_at.isoformat(),
        "now": present.isoformat(),
        "label": label,
        "over": over,
        "left": f"{seconds // 60}:{seconds % 60:02}",
        "until": f"{formats.time_text(ends_at, zone=zone)} {formats.offset_text(ends_at, zone=zone)}",
    }


# -- figures -----------------------------------------------------------------------------------------------------------------------------


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
def bar_chart(
    caption: str, values: Sequence[Bar], *, summary: str, first: str, second: str, height: int = 220, wide: int = 64
) -> dict[str, Any]:
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


# -- finding one's way -------------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/components/filters.html")
def filters(label: str, links: Sequence[Link], *, one_line: bool = False) -> dict[str, Any]:
    """Choices as links, so that each has an address and back works. `one_line` lets a long row scroll sideways."""
    return {"label": label, "links": links, "one_line": one_line}


@register.inclusion_tag("ui/components/tabs.html")
def tabs(label: str, links: Sequence[Link]) -> dict[str, Any]:
    """Pages beside each other under one heading, as links."""
    return {"label": label, "links": links}


@register.inclusion_tag("ui/components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any) -> dict[str, Any]:
    """Ways to the other pages of a django Page; the page number is `page` in the query, whatever else is in it stays."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "numbers": numbers, "request": cast(HttpRequest, context["request"])}


@register.inclusion_tag("ui/components/breadcrumb.html")
def breadcrumb(links: Sequence[Link]) -> dict[str, Any]:
    """Where this page is. The last link has no address: it is this page."""
    return {"links": links}


@register.inclusion_tag("ui/components/steps.html")
def steps(steps: Sequence[Step]) -> dict[str, Any]:
    """The steps of a task, made by `ui.values.steps`."""
    return {"steps": steps}


# -- sessions and products ---------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/components/session_row.html")
def session_row(title: str, url: str, **about: Any) -> dict[str, Any]:
    """A session in a list (`<ul class="sessions">`): starts_at, zone, sport, sport_name, code, venue, price, tone and word. What is None is
    said to be yet confirmed."""
    return {"title": title, "url": url, **about}


@register.inclusion_tag("ui/components/session_tile.html")
def session_tile(title: str, url: str, **about: Any) -> dict[str, Any]:
    """A session with its cover (`<ul class="tiles">`): seed, kind, data, and what `session_row` takes."""
    return {"title": title, "url": url, **about}


@register.inclusion_tag("ui/components/product_tile.html")
def product_tile(title: str, url: str, **about: Any) -> dict[str, Any]:
    """A product (`<ul class="tiles">`): picture (SVG) or picture_url with picture_alt; sub, price, several, tone and word."""
    return {"title": title, "url": url, "loading": "lazy", "picture_alt": "", **about}
