"""Words of sessions in notices, whose reader's language is known only when they are sent."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import get_language, gettext

from grandstand.ticketing.rules import in_language
from grandstand.ui.formats import instant_text, zone_text

register = template.Library()


@register.filter
def titled(session: dict[str, Any]) -> str:
    """A session's title in the active language."""
    return in_language(str(session["title"]), session["titles"], get_language() or "en")


@register.filter
def venue(session: dict[str, Any]) -> str:
    """The name of a session's venue in the active language; empty while it is to be confirmed."""
    return in_language(str(session["venue"]), session.get("venues", {}), get_language() or "en")


@register.filter
def when(session: dict[str, Any]) -> str:
    """When a session starts, with its zone; or that it is to be confirmed."""
    return at(str(session["starts_at"]), str(session["time_zone"]))


@register.filter
def at(instant: str, zone: str) -> str:
    """An instant of a notice's context (ISO 8601, or empty) in a zone."""
    if not instant:
        return gettext("to be confirmed")
    moment, language = datetime.fromisoformat(instant), get_language() or "en"
    return f"{instant_text(moment, zone=zone, language=language)} ({zone_text(moment, zone=zone, language=language)})"
