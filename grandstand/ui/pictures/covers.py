"""Covers: the ground of an event seen from above, empty and well lit, framed by its seed and drawn from its own data.

A swim's splits are its lanes, a course's profile is its ridge, the lit way is somebody's. The same seed, kind and data always give the same
picture. Colours come from the page's stylesheet, so that dark mode reaches them.
"""

import random
from collections.abc import Sequence
from functools import cache

from grandstand.ui.pictures.grammar import n
from grandstand.ui.pictures.scenes import CX, CY, SCENES, H, Scene, W
from grandstand.ui.pictures.sports import sport_key

_KIND_OF_SPORT = {
    "court": "badminton basketball basketball-3x3 handball squash table-tennis tennis volleyball",
    "green": "cricket golf",
    "ice": "bobsleigh curling figure-skating ice-hockey speed-skating",
    "mat": "boxing breaking judo karate rhythmic-gymnastics taekwondo weightlifting wrestling artistic-gymnastics trampoline-gymnastics",
    "oval": "cycling-track",
    "piste": "fencing",
    "pitch": "baseball equestrian flag-football football hockey lacrosse rugby softball",
    "pool": "artistic-swimming canoe-sprint diving rowing swimming water-polo",
    "profile": "bmx-freestyle bmx-racing cycling-road modern-pentathlon mountain-bike road-running skateboarding triathlon",
    "sand": "beach-volleyball",
    "sea": "canoe-slalom open-water-swimming rowing-coastal sailing surfing",
    "snow": "alpine-skiing biathlon cross-country-skiing ski-jumping snowboard",
    "target": "archery shooting",
    "track": "athletics",
    "wall": "climbing sport-climbing",
}
_BY_SPORT = {sport: kind for kind, sports in _KIND_OF_SPORT.items() for sport in sports.split()}


def cover_kinds() -> list[str]:
    """Every kind of ground."""
    return sorted(SCENES)


def cover_kind(sport: str) -> str:
    """The ground of a sport or discipline by its name, key or code; an empty stand for those without one of their own."""
    return _BY_SPORT.get(sport_key(sport) or "", "stand")


def cover(seed: str, kind: str, data: Sequence[float] = ()) -> str:
    """The picture as an SVG element that fills its frame, hidden from screen readers. Raises KeyError for a kind not in `cover_kinds`."""
    return _cover(seed, kind, tuple(data))


@cache
def _cover(seed: str, kind: str, data: tuple[float, ...]) -> str:
    draw, ground = SCENES[kind]
    scene = Scene(ground=ground, rng=random.Random(f"{kind}:{seed}"), data=data)  # noqa: S311 a picture, not a secret
    draw(scene)
    layers = [
        ("shade", scene.shade),
        ("faint", scene.faint),
        ("lines", scene.lines),
        ("seats", scene.seats),
        ("lit", scene.lit),
        ("glow", scene.glow),
    ]
    paths = "".join(f'<path class="cover-{name}" d="{"".join(stroke.d for stroke in strokes)}"/>' for name, strokes in layers if strokes)
    # The seats are rows because their line is dashed: one row costs one arc.
    move = f"translate({n(CX)} {n(CY)}) rotate({n(scene.turn)}) scale({n(scene.scale)}) translate({n(-CX)} {n(-CY)})"
    return (
        f'<svg class="cover cover-on-{ground}" viewBox="0 0 {W} {H}" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">'
        f'<rect class="cover-ground" width="{W}" height="{H}"/><g transform="{move}">{paths}</g></svg>'
    )
