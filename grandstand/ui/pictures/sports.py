"""A mark per sport: its ground as it lies before anyone comes in, and in the accent the one thing that moves on it. Box of 48."""

import hashlib
import re
from functools import cache

from grandstand.ui.pictures.grammar import Drawing, arc, circle, curve, dot, flight, joined, lane, line, moving, n, polygon, wave

_TRACK = (lane(4, 12, 40, 24, 12), lane(12, 20, 24, 8, 4))
_POOL = (line(4, 10, 44, 10), line(4, 19, 44, 19), line(4, 29, 44, 29), line(4, 38, 44, 38))
_PITCH = (lane(4, 10, 40, 28), line(24, 10, 24, 38), circle(24, 24, 5))
_HALF_COURT = (lane(6, 6, 36, 36), lane(18, 6, 12, 14), arc(24, 20, 6, 0, 180))
_RANGE = (circle(24, 24, 19), circle(24, 24, 12))
_MAT = (lane(5, 5, 38, 38),)
_SEA = (wave(4, 38, 40, 3, 3), wave(4, 44, 40, 3, 3))
_PEAKS = (line(4, 40, 16, 16, 22, 26, 31, 8, 44, 40),)

MARKS: dict[str, Drawing] = {
    "alpine-skiing": (line(8, 6, 40, 42), line(30, 6, 44, 22), *moving(curve("M10 12q16 2 8 10t8 10t10 10"))),
    "archery": (*_RANGE, circle(24, 24, 5), *moving(line(44, 4, 26, 22), line(38, 4, 38, 10, 44, 10))),
    "artistic-gymnastics": (line(10, 44, 10, 14), line(38, 44, 38, 14), line(6, 14, 42, 14), *moving(arc(24, 14, 10, 20, 250), dot(31.5, 21.5, 2.5))),
    "artistic-swimming": (circle(24, 24, 19), wave(5, 24, 38, 4, 3), *moving(*(dot(24 + x, 24 + y, 2.5) for x, y in ((-9, -10), (9, -10), (0, 12))))),
    "athletics": (*_TRACK, *moving(line(16, 16, 32, 16), arc(32, 24, 8, -90, 70))),
    "badminton": (
        lane(11, 4, 26, 40),
        line(11, 24, 37, 24),
        line(11, 16, 37, 16),
        line(11, 32, 37, 32),
        *moving(flight(17, 40, 33, 9, 4), dot(33, 9)),
    ),
    "baseball": (polygon(24, 42, 8, 26, 24, 10, 40, 26), arc(24, 26, 20, 205, 335), *moving(line(24, 42, 40, 26), dot(40, 26, 3))),
    "basketball": (*_HALF_COURT, arc(24, 12, 17, 20, 160), *moving(flight(37, 38, 25, 12, 7), dot(24, 11, 2.5))),
    "basketball-3x3": (
        lane(6, 6, 36, 36),
        lane(18, 6, 12, 12),
        arc(24, 10, 16, 10, 170),
        *moving(dot(24, 33, 2.5), dot(12, 34, 2.5), dot(36, 34, 2.5)),
    ),
    "beach-volleyball": (line(24, 14, 24, 42), line(20, 18, 28, 18), wave(4, 42, 40, 2, 4), *moving(flight(10, 34, 38, 26, 11), dot(38, 26, 2.5))),
    "biathlon": (circle(16, 14, 9), circle(16, 14, 4), line(4, 44, 44, 34), *moving(line(22, 38, 40, 8), dot(16, 14, 1.5))),
    "bmx-freestyle": (curve("M4 10v18q0 14 14 14h12q14 0 14-14V10"), *moving(curve("M10 30C8 6 26 2 30 12s-12 12-10 0"))),
    "bmx-racing": (curve("M4 42h4q6 0 8-8t6 0t6 8t6-8t6 0l4 8"), *moving(flight(16, 28, 36, 28, 9), dot(36, 27, 2.5))),
    "bobsleigh": (curve("M6 4v14q0 10 10 10h16q10 0 10 10v6"), curve("M14 4v10q0 6 6 6h14"), *moving(line(10, 4, 10, 17), dot(10.5, 20, 2.5))),
    "boxing": (*_MAT, lane(10, 10, 28, 28), lane(15, 15, 18, 18), *moving(dot(5, 5, 3), dot(43, 43, 3))),
    "breaking": (circle(24, 24, 19), *moving(curve("M24 24m0-11a11 11 0 1 1-9.5 16.5"), dot(14, 30, 2.5), dot(24, 24, 2.5))),
    "canoe-slalom": (line(12, 6, 12, 16), line(20, 6, 20, 16), line(28, 20, 28, 30), line(36, 20, 36, 30), *moving(curve("M16 4v14q0 8 8 8t8 8v10"))),
    "canoe-sprint": (*_POOL, *moving(curve("M8 24q12-6 28 0q-16 6-28 0Z"))),
    "ceremony": (arc(24, 34, 20, 180, 360), arc(24, 34, 14, 180, 360), line(4, 40, 44, 40), *moving(curve("M24 40c-7-5-5-10 0-15c5 5 7 10 0 15Z"))),
    "climbing": (
        line(14, 44, 8, 4, 34, 4, 40, 44),
        dot(16, 34),
        dot(28, 38),
        dot(32, 16),
        *moving(line(20, 40, 26, 29, 17, 20, 26, 9), dot(26, 9, 2.5)),
    ),
    "cricket": (
        circle(24, 24, 20),
        lane(20, 13, 8, 22),
        line(20, 18, 28, 18),
        line(20, 30, 28, 30),
        *moving(flight(24, 31, 39, 12, -3), dot(39, 12, 2.5)),
    ),
    "cross-country-skiing": (curve("M4 34q10-14 20-4t20-8"), curve("M4 42q10-14 20-4t20-8"), *moving(line(12, 26, 12, 10), line(34, 26, 34, 8))),
    "curling": (circle(24, 24, 19), circle(24, 24, 11), line(24, 4, 24, 44), *moving(arc(33, 38, 20, 180, 220), dot(24, 24, 3.5))),
    "cycling-road": (
        curve("M6 44C10 26 30 34 26 20S12 12 16 4"),
        curve("M26 44c4-10 18-14 12-26S26 10 28 4"),
        *moving(curve("M16 44C20 28 34 32 31 20S19 12 22 4")),
    ),
    "cycling-track": (
        lane(3, 10, 42, 28, 14),
        lane(15, 21, 18, 6, 3),
        lane(10, 17, 28, 14, 7),
        *moving(arc(17, 24, 10.5, 90, 270), line(17, 13.5, 30, 13.5)),
    ),
    "diving": (line(4, 12, 18, 12), line(8, 12, 8, 44), wave(20, 40, 24, 3, 2), *moving(curve("M18 9q14-6 14 10v13"), dot(32, 32, 2.5))),
    "equestrian": (line(12, 20, 12, 44), line(36, 20, 36, 44), line(12, 26, 36, 26), line(12, 34, 36, 34), *moving(flight(4, 34, 44, 34, 15))),
    "fencing": (
        lane(4, 26, 40, 12),
        line(24, 26, 24, 38),
        line(14, 26, 14, 38),
        line(34, 26, 34, 38),
        *moving(line(8, 20, 32, 8), line(40, 20, 16, 8)),
    ),
    "figure-skating": (lane(4, 8, 40, 32, 12), *moving(curve("M12 28c0-8 12-16 16-8s-10 14-10 4s14-14 18-2"))),
    "flag-football": (lane(4, 10, 40, 28), *(line(x, 10, x, 38) for x in (12, 20, 28, 36)), *moving(flight(10, 33, 38, 20, 6), dot(38, 20, 2.5))),
    "football": (*_PITCH, lane(4, 17, 7, 14), lane(37, 17, 7, 14), *moving(flight(14, 34, 39, 24, 7), dot(39, 24, 2.5))),
    "golf": (curve("M6 36c0-8 10-10 18-10s18 2 18 9s-10 8-18 8S6 43 6 36Z"), line(30, 34, 30, 6), *moving(curve("M30 6l10 4l-10 4Z"), dot(16, 36))),
    "handball": (lane(4, 8, 40, 34), arc(24, 42, 15, 180, 360), line(19, 42, 29, 42), *moving(flight(38, 18, 25, 38, 3), dot(38, 17, 2.5))),
    "hockey": (lane(6, 4, 36, 40), arc(24, 44, 14, 180, 360), line(6, 24, 42, 24), *moving(curve("M32 10v12q0 6-6 6"), dot(22, 30, 2.5))),
    "ice-hockey": (
        lane(4, 10, 40, 28, 9),
        line(24, 10, 24, 38),
        line(16, 10, 16, 38),
        line(32, 10, 32, 38),
        *moving(line(10, 30, 22, 20), dot(24, 18, 3)),
    ),
    "judo": (*_MAT, lane(12, 12, 24, 24), *moving(curve("M16 32c0-16 16-16 16-2"), line(28, 26, 32, 31, 36, 26))),
    "karate": (*_MAT, lane(11, 11, 26, 26), *moving(line(17, 24, 22, 24), line(26, 24, 31, 24), line(24, 18, 24, 30))),
    "lacrosse": (lane(4, 10, 40, 28), line(24, 10, 24, 38), circle(11, 24, 4), circle(37, 24, 4), *moving(line(18, 38, 28, 20), circle(30, 16, 4))),
    "modern-pentathlon": (polygon(24, 5, 43, 19, 36, 42, 12, 42, 5, 19), *moving(line(24, 5, 36, 42, 5, 19), dot(24, 5, 2.5))),
    "mountain-bike": (*_PEAKS, line(4, 44, 44, 44), *moving(curve("M6 44l8-12l6 6l9-16l5 10l5 10"))),
    "open-water-swimming": (*_SEA, polygon(34, 8, 40, 24, 28, 24), *moving(wave(4, 30, 22, 3, 2), dot(29, 31, 2.5))),
    "rhythmic-gymnastics": (*_MAT, *moving(line(12, 38, 20, 30), curve("M20 30c6-6 14-2 12 4s-10 2-8-6s12-10 12-18"))),
    "road-running": (curve("M10 44L20 4M38 44L28 4"), *moving(line(24, 42, 24, 34), line(24, 28, 24, 21), line(24, 16, 24, 11))),
    "rowing": (line(4, 8, 44, 8), line(4, 40, 44, 40), line(16, 13, 20, 35), line(28, 13, 32, 35), *moving(curve("M4 24q20-5 40 0q-20 5-40 0Z"))),
    "rowing-coastal": (*_SEA, line(14, 12, 22, 32), line(34, 12, 26, 32), *moving(curve("M6 28q18 10 36 0"))),
    "rugby": (
        line(14, 4, 14, 40),
        line(34, 4, 34, 40),
        line(14, 24, 34, 24),
        line(4, 40, 44, 40),
        *moving(flight(6, 38, 27, 12, 6), dot(27, 12, 2.5)),
    ),
    "sailing": (_SEA[0], line(24, 4, 24, 32), curve("M8 32h32l-6 6"), *moving(curve("M24 6q14 10 14 22H24Z"))),
    "shooting": (*_RANGE, line(24, 2, 24, 12), line(24, 36, 24, 46), line(2, 24, 12, 24), line(36, 24, 46, 24), *moving(dot(24, 24, 3))),
    "skateboarding": (curve("M4 12v8q0 20 20 20t20-20v-8"), *moving(line(30, 14, 42, 6), dot(33, 16, 1.8), dot(41, 11, 1.8))),
    "ski-jumping": (curve("M4 6q8 22 22 22v6q10 6 18 10"), *moving(flight(27, 24, 43, 36, 7))),
    "snowboard": (curve("M4 8v14q0 18 18 18h22"), *moving(curve("M12 8q18-6 22 12"), line(28, 18, 40, 24))),
    "softball": (
        polygon(24, 42, 12, 30, 24, 18, 36, 30),
        arc(24, 30, 20, 200, 340),
        circle(24, 30, 4),
        *moving(line(24, 30, 24, 40), dot(24, 41, 3)),
    ),
    "speed-skating": (lane(3, 12, 42, 24, 12), lane(9, 18, 30, 12, 6), *moving(curve("M15 15h20q6 0 6 9"), dot(41, 25, 2.5))),
    "sport-climbing": (line(14, 44, 8, 4, 34, 4, 40, 44), *moving(line(20, 40, 26, 29, 17, 20, 26, 9), dot(26, 9, 2.5))),
    "squash": (
        lane(8, 4, 32, 40),
        line(8, 26, 40, 26),
        line(24, 26, 24, 44),
        lane(8, 26, 9, 9),
        *moving(line(34, 40, 26, 4, 13, 20), dot(13, 20, 2.5)),
    ),
    "surfing": (curve("M4 40c10 0 12-8 12-16S24 6 34 8s10 14 2 15s-9-8-4-9"), line(4, 44, 44, 44), *moving(line(18, 36, 36, 30))),
    "swimming": (*_POOL, *moving(wave(6, 24, 28, 3, 3), dot(38, 24, 3))),
    "table-tennis": (
        line(4, 30, 44, 30),
        line(24, 22, 24, 30),
        line(10, 30, 10, 44),
        line(38, 30, 38, 44),
        *moving(flight(7, 12, 16, 29, 2), flight(16, 29, 40, 14, 9)),
    ),
    "taekwondo": (polygon(15, 4, 33, 4, 44, 15, 44, 33, 33, 44, 15, 44, 4, 33, 4, 15), *moving(line(18, 34, 22, 24, 36, 14), dot(18, 16, 2.5))),
    "tennis": (
        lane(4, 8, 40, 32),
        line(24, 8, 24, 40),
        line(4, 14, 44, 14),
        line(4, 34, 44, 34),
        lane(13, 14, 22, 20),
        *moving(flight(8, 30, 38, 18, 5), dot(38, 18, 2.5)),
    ),
    "trampoline-gymnastics": (
        line(6, 36, 42, 36),
        line(10, 36, 10, 44),
        line(38, 36, 38, 44),
        curve("M12 36q12 8 24 0"),
        *moving(line(24, 34, 24, 18), circle(24, 11, 5)),
    ),
    "triathlon": (wave(4, 12, 18, 3, 2), circle(34, 14, 8), *moving(line(6, 40, 16, 26, 24, 34, 42, 34))),
    "volleyball": (
        lane(4, 10, 40, 28),
        line(24, 6, 24, 42),
        line(17, 10, 17, 38),
        line(31, 10, 31, 38),
        *moving(flight(10, 33, 38, 18, 6), dot(38, 18, 2.5)),
    ),
    "water-polo": (
        lane(4, 10, 40, 28),
        line(11, 10, 11, 38),
        line(37, 10, 37, 38),
        wave(14, 30, 20, 2.5, 2),
        *moving(flight(15, 24, 39, 22, 5), dot(40, 23, 2.5)),
    ),
    "weightlifting": (
        line(4, 30, 44, 30),
        line(10, 20, 10, 40),
        line(38, 20, 38, 40),
        line(15, 23, 15, 37),
        line(33, 23, 33, 37),
        *moving(line(24, 24, 24, 6), line(19, 11, 24, 6, 29, 11)),
    ),
    "wrestling": (*_MAT, circle(24, 24, 16), *moving(arc(21, 24, 6, 90, 300), arc(27, 24, 6, 270, 480))),
}

_CODES = {
    "arc": "archery", "ath": "athletics", "bdm": "badminton", "bkb": "basketball", "bk3": "basketball-3x3", "bkg": "breaking",
    "bmf": "bmx-freestyle", "bmx": "bmx-racing", "box": "boxing", "bsb": "baseball", "cer": "ceremony", "ckt": "cricket",
    "clb": "climbing", "crd": "cycling-road", "csl": "canoe-slalom", "csp": "canoe-sprint", "ctr": "cycling-track", "div": "diving",
    "equ": "equestrian", "edr": "equestrian", "ejp": "equestrian", "eve": "equestrian", "fbl": "football", "fen": "fencing",
    "gar": "artistic-gymnastics", "glf": "golf", "gry": "rhythmic-gymnastics", "gtr": "trampoline-gymnastics", "hbl": "handball",
    "hoc": "hockey", "jud": "judo", "kte": "karate", "lax": "lacrosse", "mpn": "modern-pentathlon", "mtb": "mountain-bike",
    "ows": "open-water-swimming", "row": "rowing", "ru7": "rugby", "sal": "sailing", "sbl": "softball", "sho": "shooting",
    "skb": "skateboarding", "squ": "squash", "srf": "surfing", "swa": "artistic-swimming", "swm": "swimming", "ten": "tennis",
    "tkw": "taekwondo", "tri": "triathlon", "tte": "table-tennis", "vbv": "beach-volleyball", "vvo": "volleyball", "wlf": "weightlifting",
    "wpo": "water-polo", "wre": "wrestling",
}  # fmt: skip
"""Three-letter discipline codes of the Olympic results standard, as an RSC begins with them."""

_OTHER_WORDS = {
    "3x3": "basketball-3x3", "canoe": "canoe-sprint", "coastal": "rowing-coastal", "cycling": "cycling-road", "gymnastics": "artistic-gymnastics",
    "hockey5s": "hockey", "marathon": "road-running", "race-walk": "road-running", "rowing-beach": "rowing-coastal", "shotgun": "shooting",
    "skating": "figure-skating", "skiing": "alpine-skiing", "soccer": "football",
}  # fmt: skip


def sport_keys() -> list[str]:
    """The sports that have a mark of their own."""
    return sorted(MARKS)


@cache
def sport_key(name: str) -> str | None:
    """The key of a sport or discipline from its name, key or three-letter code, in English; None when it has no mark of its own.

    The longest known words inside the name count: "Athletics (Marathon)" is road running, "Boxing - Finals" is boxing.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if slug in MARKS:
        return slug
    if slug in _CODES:
        return _CODES[slug]
    parts = set(slug.split("-"))
    inside = [word for word in _OTHER_WORDS if set(word.split("-")) <= parts]
    if inside:
        return _OTHER_WORDS[max(inside, key=len)]
    inside = [word for word in MARKS if set(word.split("-")) <= parts]
    return max(inside, key=len) if inside else None


def sport_drawing(name: str) -> Drawing:
    """The mark's strokes; a sport that is not known gets one drawn from its name."""
    key = sport_key(name)
    return MARKS[key] if key else _unknown(name)


@cache
def sport_mark(name: str, *, size: int = 48) -> str:
    """The mark as an SVG element of `size` pixels for a page of this platform, hidden from screen readers: the sport's name stands beside it."""
    drawing = sport_drawing(name)
    paths = "".join(f'<path class="mark-{part}" d="{d}"/>' for part in ("ground", "solid", "motion", "spot") if (d := joined(drawing, part)))
    return f'<svg class="mark" viewBox="0 0 48 48" width="{n(size)}" height="{n(size)}" aria-hidden="true" focusable="false">{paths}</svg>'


def _unknown(name: str) -> Drawing:
    """A field with lines and one flight over it, from the digest of the name."""
    noise = hashlib.sha256(name.strip().lower().encode()).digest()
    lines = [line(x, 10, x, 38) for x in sorted({10 + noise[i] % 29 for i in range(2)})]
    x1, x2 = 8 + noise[2] % 10, 30 + noise[3] % 10
    middle = circle(24, 24, 4 + noise[4] % 6) if noise[5] % 2 else lane(16, 16, 16, 16, noise[6] % 8)
    return (lane(4, 10, 40, 28, noise[7] % 12), *lines, middle, *moving(flight(x1, 33, x2, 18, 2 + noise[8] % 6), dot(x2, 18, 2.5)))
