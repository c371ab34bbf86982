"""A mark per venue: tiers around a ground, made from the venue's own name, so that each keeps its shape wherever it is shown."""

import hashlib
from functools import cache

from grandstand.ui.pictures.grammar import Drawing, arc, dot, joined, lane, line, moving, n


@cache
def venue_mark(name: str, *, size: int = 48) -> str:
    """The venue's mark as an SVG element of `size` pixels, hidden from screen readers: the venue's name stands beside it."""
    drawing = _tiers(hashlib.sha256(name.strip().lower().encode()).digest())
    paths = "".join(f'<path class="mark-{part}" d="{d}"/>' for part in ("ground", "motion", "spot") if (d := joined(drawing, part)))
    return f'<svg class="mark" viewBox="0 0 48 48" width="{n(size)}" height="{n(size)}" aria-hidden="true" focusable="false">{paths}</svg>'


def _tiers(noise: bytes) -> Drawing:
    """Two or three tiers with a gap where the gate is, a ground in the middle, and one seat lit."""
    shape, count, gap = noise[0] % 3, 2 + noise[1] % 2, 20 + noise[2] % 50
    turn = (noise[3] % 8) * 45
    ground = lane(18, 20, 12, 8, (0, 4, 2)[shape])
    if shape == 0:  # a bowl
        tiers = [arc(24, 24, 20 - 5 * i, turn + gap / 2, turn + 360 - gap / 2) for i in range(count)]
        return (ground, *tiers, *moving(dot(24 + (20 - 5 * (noise[4] % count)), 24, 2.5)))
    if shape == 1:  # two long stands
        stands = [stroke for i in range(count) for stroke in (arc(24, 24, 20 - 4 * i, 200, 340), arc(24, 24, 20 - 4 * i, 20, 160))]
        return (ground, *stands, *moving(dot(24, 4 + 4 * (noise[4] % count), 2.5)))
    rows = [line(6 + 3 * i, 40 - 5 * i, 42 - 3 * i, 40 - 5 * i) for i in range(count)]  # one stand by the water or the road
    return (lane(6, 8, 36, 14, noise[5] % 7), *rows, *moving(dot(12 + noise[4] % 24, 40 - 5 * (noise[6] % count), 2.5)))
