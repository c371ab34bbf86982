"""Telling people what is so, and how long it is."""

from datetime import datetime
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.translation import pgettext

from grandstand.kit import clock
from grandstand.kit.errors import Refusal
from grandstand.ui import formats, refusals
from grandstand.ui.tags.safe import rendered

register = template.Library()

_ICONS = {"done": "check", "wait": "wait", "refused": "warning", "live": "live", "act": "arrow", "plain": "info"}
_TONES = {"success": "done", "warning": "wait", "error": "refused", "info": "plain", "debug": "plain"}


@register.filter
def message_tone(level: str) -> str:
    """The tone of one of Django's messages, from its level tag."""
    return _TONES.get(level, "plain")


@register.simple_tag
def refusal_words(refusal: Refusal) -> refusals.Said:
    """What a refusal is called in the reader's language."""
    return refusals.said(refusal)


@register.simple_block_tag
def notice(content: str, *, title: str, tone: str = "plain", element_id: str = "") -> str:
    """What happened, what it means, what to do. Tones: done, wait, refused, live, act, plain; each says its word to a screen reader."""
    word = {
        "done": pgettext("tone", "Done"),
        "wait": pgettext("tone", "Wait"),
        "refused": pgettext("tone", "Refused"),
        "live": pgettext("tone", "Live"),
    }.get(tone, pgettext("tone", "Note"))
    icon_name = _ICONS["plain" if tone == "act" else tone]
    body = rendered(content)
    return render_to_string(
        "ui/components/notice.html", {"content": body, "title": title, "tone": tone, "id": element_id, "word": word, "icon_name": icon_name}
    )


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
def progress(label: str, *, value: float, high: float, element_id: str, text: str = "") -> dict[str, Any]:
    """How far: a bar and the figure."""
    return {"label": label, "value": value, "high": high, "id": element_id, "text": text or f"{round(100 * value / high)} %"}


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
