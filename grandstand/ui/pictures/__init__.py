"""Drawn pictures: marks of sports and venues, covers from an event's own data, products. One grammar of line, arc and lane; no photographs.

Every picture is the same for the same arguments, so a page, a mail and a printed ticket show the same one. Texts that come back are SVG
made only from numbers, checked colours and words of this package: they may be written into a page as they are.
"""

from grandstand.ui.pictures.covers import cover, cover_kind, cover_kinds
from grandstand.ui.pictures.icons import icon, icon_names
from grandstand.ui.pictures.products import product_kinds, product_picture
from grandstand.ui.pictures.sports import sport_key, sport_keys, sport_mark
from grandstand.ui.pictures.venues import venue_mark

__all__ = [
    "cover",
    "cover_kind",
    "cover_kinds",
    "icon",
    "icon_names",
    "product_kinds",
    "product_picture",
    "sport_key",
    "sport_keys",
    "sport_mark",
    "venue_mark",
]
