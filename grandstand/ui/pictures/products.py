"""Product pictures: flat drawings with one outline, in the product's own colours, on one pale plate. Box 480 x 480.

They are whole SVG files with colours written in, because shops keep them as files and mails show them without a stylesheet.
"""

import re
from functools import cache

from grandstand.ui.pictures.grammar import joined, n
from grandstand.ui.pictures.sports import sport_drawing

_INK = "#15181d"
_PLATE = "#ecebe6"
_FLOOR = "#dddcd5"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

# Each kind: shapes in the main colour, shapes in the second colour, lines only, and where the print stands (x, y, size; size 0: none).
# The body is the first path; every shape is outlined in ink.
_KINDS: dict[str, tuple[list[str], list[str], list[str], tuple[float, float, float]]] = {
    "bag": (
        ["M118 170h244l22 236H96Z"],
        ["M118 170h244l4 44H114Z"],
        ["M176 208v-46c0-90 128-90 128 0v46"],
        (176, 244, 128),
    ),
    "ball": (
        ["M240 98a142 142 0 1 1 0 284a142 142 0 1 1 0-284Z"],
        ["M240 98c60 40 60 244 0 284a142 142 0 0 0 0-284Z"],
        ["M98 240c60 46 224 46 284 0", "M240 98c-60 40-60 244 0 284"],
        (0, 0, 0),
    ),
    "bottle": (
        ["M186 164h108q18 20 18 46v182q0 20-20 20H188q-20 0-20-20V210q0-26 18-46Z"],
        ["M204 84h72v44h-72Z", "M192 128h96v36h-96Z"],
        ["M168 226h144", "M168 372h144"],
        (192, 252, 96),
    ),
    "cap": (
        ["M112 290c0-170 226-190 250-40l2 40c-80-24-176-24-252 0Z"],
        ["M362 262c50 4 86 26 80 46c-46-20-110-24-150-22c20-20 44-26 70-24Z"],
        ["M238 148v-14", "M238 148c-30 30-42 76-44 120", "M238 148c40 20 58 62 62 118"],
        (208, 184, 76),
    ),
    "hoodie": (
        ["M164 116c18 60 134 60 152 0l58 30 42 212-54 14-22-104v144H140V268l-22 104-54-14 42-212Z"],
        ["M164 116c-8-60 160-60 152 0c-18 60-134 60-152 0Z"],
        ["M184 412v-62h112v62", "M214 166v46", "M266 166v46"],
        (196, 222, 88),
    ),
    "keyring": (
        ["M240 214a88 88 0 1 1 0 176a88 88 0 1 1 0-176Z"],
        ["M226 178h28v42h-28Z"],
        ["M240 82a48 48 0 1 1 0 96a48 48 0 1 1 0-96Z"],
        (186, 248, 108),
    ),
    "mug": (
        ["M126 142h188v216q0 28-28 28H154q-28 0-28-28Z"],
        ["M126 142h188v30H126Z"],
        ["M314 188h26q40 0 40 50t-40 50h-26", "M314 216h20q20 0 20 22t-20 22h-20"],
        (160, 204, 120),
    ),
    "notebook": (
        ["M136 92h208q12 0 12 12v272q0 12-12 12H136Z"],
        ["M136 92h34v296h-34Z"],
        ["M322 92v296", "M124 132h24M124 180h24M124 228h24M124 276h24M124 324h24"],
        (196, 184, 104),
    ),
    "pin": (
        ["M240 104a136 136 0 1 1 0 272a136 136 0 1 1 0-272Z"],
        ["M240 128a112 112 0 1 1 0 224a112 112 0 1 1 0-224Z"],
        [],
        (160, 160, 160),
    ),
    "plush": (
        ["M162 168c-34-60 22-96 50-56q28-10 56 0c28-40 84-4 50 56q26 34 10 78c46 24 54 130 8 150q-96 30-192 0c-46-20-38-126 8-150q-16-44 10-78Z"],
        ["M240 270c44 0 66 34 66 66s-30 50-66 50s-66-18-66-50s22-66 66-66Z"],
        ["M206 190v2M274 190v2", "M222 220q18 14 36 0", "M240 210v4"],
        (208, 296, 64),
    ),
    "poster": (
        ["M132 76h216v312H132Z"],
        ["M132 300h216v88H132Z"],
        ["M156 330h120M156 356h72"],
        (160, 112, 160),
    ),
    "scarf": (
        ["M84 150h312v76H84Z", "M300 226h68v150h-68Z"],
        ["M132 150h40v76h-40Z", "M300 270h68v34h-68Z", "M348 150h48v76h-48Z"],
        ["M310 376v26M324 376v26M338 376v26M352 376v26"],
        (204, 152, 72),
    ),
    "socks": (
        ["M150 92h84v180q0 20 18 34l34 26q24 22 4 46t-54 4l-66-54q-20-18-20-46Z"],
        ["M150 92h84v34h-84Z", "M252 306l34 26q24 22 4 46t-54 4q-16-46 16-76Z"],
        ["M150 286q30-20 84-14", "M150 144h84"],
        (162, 168, 60),
    ),
    "towel": (
        ["M144 84h192v312H144Z"],
        ["M144 112h192v26H144Z", "M144 342h192v26H144Z"],
        ["M144 84v-12h192v12"],
        (184, 180, 112),
    ),
    "tshirt": (
        ["M174 104c20 44 112 44 132 0l62 24 50 86-56 34-26-34v182H144V214l-26 34-56-34 50-86Z"],
        ["M174 104c20 44 112 44 132 0l-20-6c-16 26-76 26-92 0Z"],
        ["M336 214v-46", "M144 214v-46"],
        (178, 190, 124),
    ),
    "umbrella": (
        ["M80 244c0-190 320-190 320 0c-24-26-56-26-80 0c-24-26-56-26-80 0c-24-26-56-26-80 0c-24-26-56-26-80 0Z"],
        ["M240 102c50 30 80 80 80 142c-24-26-56-26-80 0Z"],
        ["M240 102V88", "M240 232v132q0 30 28 30t28-26"],
        (0, 0, 0),
    ),
}  # fmt: skip


def product_kinds() -> list[str]:
    """Everything that can be drawn."""
    return sorted(_KINDS)


@cache
def product_picture(kind: str, *, colour: str, second: str = "#f6f3ea", sport: str = "") -> str:
    """A whole SVG file. `colour` is the product's own, `second` its trim and print, both #rrggbb; `sport` puts that sport's mark on it.

    Raises KeyError for a kind not in `product_kinds`, ValueError for a colour of another form.
    """
    for given in (colour, second):
        if not _COLOUR.fullmatch(given):
            raise ValueError(f"{given!r} is no colour: write #rrggbb")
    body, trim, lines, print_at = _KINDS[kind]
    outline = f'stroke="{_INK}" stroke-width="5" stroke-linejoin="round" stroke-linecap="round"'
    shapes = [f'<path fill="{fill}" {outline} d="{d}"/>' for fill, paths in ((colour, body), (second, trim)) for d in paths]
    strokes = [f'<path fill="none" {outline} d="{d}"/>' for d in lines]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480" width="480" height="480">'
        f'<rect width="480" height="480" fill="{_PLATE}"/><path d="M0 392h480v88H0Z" fill="{_FLOOR}"/>'
        f"{''.join(shapes)}{_print(sport, print_at, _print_colour(kind, colour, second))}{''.join(strokes)}</svg>"
    )


def _print_colour(kind: str, colour: str, second: str) -> str:
    """The print is in the second colour on the body, but on the trim of a pin or plush in the first."""
    return colour if kind in {"pin", "plush"} else second


def _print(sport: str, at: tuple[float, float, float], colour: str) -> str:
    x, y, size = at
    if not sport or not size:
        return ""
    drawing = sport_drawing(sport)
    stroked, filled = joined(drawing, "ground") + joined(drawing, "motion"), joined(drawing, "solid") + joined(drawing, "spot")
    return (
        f'<g transform="translate({n(x)} {n(y)}) scale({n(size / 48)})">'
        f'<path d="{stroked}" fill="none" stroke="{colour}" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/>'
        f'<path d="{filled}" fill="{colour}"/></g>'
    )
