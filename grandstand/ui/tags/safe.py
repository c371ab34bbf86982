"""What this room has drawn itself goes into a page as it is."""

from django.utils.safestring import SafeString, mark_safe


def drawn(svg: str) -> SafeString:
    """A picture of `ui.pictures`, made from numbers and the room's own words only."""
    return mark_safe(svg)  # noqa: S308 see above


def rendered(html: str) -> SafeString:
    """What the template engine has rendered, and so escaped, already."""
    return mark_safe(html.strip())  # noqa: S308 see above
