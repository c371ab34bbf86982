"""Small icons in the same grammar, box of 24. An icon never stands without a word."""

from functools import cache

from grandstand.ui.pictures.grammar import Drawing, arc, circle, curve, dot, joined, lane, line, n, polygon

ICONS: dict[str, Drawing] = {
    "accessible": (circle(12, 4.5, 1.5), curve("M12 8v6h4l2.5 5"), arc(11, 16, 5, 45, 250)),
    "account": (circle(12, 8, 4), arc(12, 21, 8, 190, 350)),
    "arrow": (line(4, 12, 20, 12), line(14, 6, 20, 12, 14, 18)),
    "back": (line(20, 12, 4, 12), line(10, 6, 4, 12, 10, 18)),
    "basket": (curve("M4 9h16l-2 11H6Z"), curve("M8 9q0-5 4-5t4 5")),
    "calendar": (lane(4, 6, 16, 14, 2), line(4, 10, 20, 10), line(8, 3, 8, 6), line(16, 3, 16, 6)),
    "check": (line(4, 13, 10, 19, 20, 6),),
    "chevron": (line(6, 9, 12, 15, 18, 9),),
    "clock": (circle(12, 12, 8), line(12, 7, 12, 12, 15, 14)),
    "close": (line(6, 6, 18, 18), line(18, 6, 6, 18)),
    "download": (line(12, 4, 12, 15), line(7, 10, 12, 15, 17, 10), line(4, 20, 20, 20)),
    "external": (line(10, 5, 5, 5, 5, 19, 19, 19, 19, 14), line(11, 13, 20, 4), line(14, 4, 20, 4, 20, 10)),
    "filter": (line(4, 7, 20, 7), line(7, 12, 17, 12), line(10, 17, 14, 17)),
    "gate": (line(5, 20, 5, 8), line(19, 20, 19, 8), arc(12, 11, 7.6, 203, 337), line(12, 12, 12, 20), line(9, 16, 15, 16)),
    "info": (circle(12, 12, 8), line(12, 11, 12, 16), dot(12, 8, 1.2)),
    "language": (circle(12, 12, 8), line(4, 12, 20, 12), curve("M12 4q5 8 0 16M12 4q-5 8 0 16")),
    "live": (dot(12, 12, 3), arc(12, 12, 8, -50, 50), arc(12, 12, 8, 130, 230)),
    "lock": (lane(5, 11, 14, 9, 2), curve("M8 11V8q0-4 4-4t4 4v3")),
    "mail": (lane(3, 6, 18, 13, 2), line(4, 8, 12, 14, 20, 8)),
    "minus": (line(5, 12, 19, 12),),
    "offline": (line(4, 4, 20, 20), arc(12, 19, 12, 225, 250), arc(12, 19, 12, 275, 315), arc(12, 19, 7, 235, 305), dot(12, 19, 1.2)),
    "parcel": (polygon(12, 3, 20, 7, 20, 17, 12, 21, 4, 17, 4, 7), line(4, 7, 12, 11, 20, 7), line(12, 11, 12, 21)),
    "pin": (curve("M12 21c-5-6-7-9-7-12a7 7 0 0 1 14 0c0 3-2 6-7 12Z"), circle(12, 9, 2.5)),
    "plus": (line(5, 12, 19, 12), line(12, 5, 12, 19)),
    "print": (lane(4, 10, 16, 8, 2), line(7, 10, 7, 4, 17, 4, 17, 10), lane(7, 15, 10, 6)),
    "remove": (line(5, 7, 19, 7), line(7, 7, 8, 20, 16, 20, 17, 7), line(9, 7, 10, 4, 14, 4, 15, 7)),
    "search": (circle(11, 11, 6), line(15.5, 15.5, 20, 20)),
    "seat": (curve("M7 4v9h10V4M5 10v7h14v-7M7 17v4M17 17v4"),),
    "ticket": (curve("M4 6h16v4a2 2 0 0 0 0 4v4H4v-4a2 2 0 0 0 0-4Z"), line(14, 7, 14, 9), line(14, 11, 14, 13), line(14, 15, 14, 17)),
    "wait": (curve("M7 3h10M7 21h10M8 3c0 5 8 7 8 9s-8 4-8 9M16 3c0 5-8 7-8 9s8 4 8 9"),),
    "warning": (polygon(12, 4, 21, 19, 3, 19), line(12, 10, 12, 14), dot(12, 16.6, 1)),
}


def icon_names() -> list[str]:
    """Every icon there is."""
    return sorted(ICONS)


@cache
def icon(name: str, *, size: int = 20) -> str:
    """The icon as an SVG element in the colour of its text, hidden from screen readers. Raises KeyError for a name not in `icon_names`."""
    drawing = ICONS[name]
    paths = f'<path d="{joined(drawing, "ground")}"/>' + (f'<path class="icon-solid" d="{solid}"/>' if (solid := joined(drawing, "solid")) else "")
    return f'<svg class="icon" viewBox="0 0 24 24" width="{n(size)}" height="{n(size)}" aria-hidden="true" focusable="false">{paths}</svg>'
