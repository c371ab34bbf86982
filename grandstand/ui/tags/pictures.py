"""What is drawn: icons, marks, covers, products, codes."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from grandstand.ui import pictures
from grandstand.ui.tags.safe import drawn

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    return drawn(pictures.icon(name, size=size))


@register.simple_tag
def sport_mark(sport: str, size: int = 48) -> SafeString:
    return drawn(pictures.sport_mark(sport, size=size))


@register.simple_tag
def venue_mark(venue: str, size: int = 48) -> SafeString:
    return drawn(pictures.venue_mark(venue, size=size))


@register.simple_tag
def cover(seed: object, kind: str, data: Sequence[float] = ()) -> SafeString:
    """A generated cover. `kind` is one of `pictures.cover_kinds()` or a sport's name."""
    known = kind if kind in pictures.cover_kinds() else pictures.cover_kind(kind)
    return drawn(pictures.cover(str(seed), known, data or ()))


@register.simple_tag
def product_picture(kind: str, colour: str, second: str = "#f6f3ea", sport: str = "") -> SafeString:
    return drawn(pictures.product_picture(kind, colour=colour, second=second, sport=sport))


@register.simple_tag
def wordmark() -> SafeString:
    """Two tiers and one seat: the platform's own mark, in the colour of its text."""
    return drawn(
        '<svg class="wordmark" viewBox="0 0 32 24" width="32" height="24" fill="none" stroke="currentColor" stroke-width="3.5" '
        'stroke-linecap="round" aria-hidden="true" focusable="false">'
        '<path d="M2 22a14 14 0 0 1 28 0M9 22a7 7 0 0 1 14 0"/><path stroke-width="4.5" d="M16 2.5h0"/></svg>'
    )


@register.simple_block_tag
def frame(content: str, *, shape: str = "") -> str:
    """A place of a fixed shape for a picture: 16:9, or square, wide, tall. Its size is reserved before the picture comes."""
    return render_to_string("ui/components/frame.html", {"content": content, "shape": shape})


@register.inclusion_tag("ui/components/qr.html")
def qr_frame(picture: str, caption: str = "") -> dict[str, Any]:
    """A QR code (an SVG made by the caller) on white in both modes, with its text for people below."""
    return {"picture": drawn(picture), "caption": caption}
