"""The grammar: line, arc, lane. Grounds are drawn as they are seen from above or from the side; one stroke, the motion, is in the accent.

Coordinates are units of the picture's own box, y downwards. Angles are degrees, clockwise from three o'clock.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

type Part = Literal["ground", "motion", "solid", "spot"]
"""ground and motion are stroked; solid is filled like the ground, spot is filled like the motion."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A piece of a picture: SVG path data and the part it plays."""

    d: str
    part: Part = "ground"


type Drawing = tuple[Stroke, ...]


def n(value: float) -> str:
    """A number as SVG wants it: at most two decimals, none when whole."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def line(*points: float) -> Stroke:
    """A straight line through x, y pairs."""
    pairs = [f"{n(points[i])} {n(points[i + 1])}" for i in range(0, len(points), 2)]
    return Stroke("M" + "L".join(pairs))


def polygon(*points: float) -> Stroke:
    """A closed line through x, y pairs."""
    return Stroke(line(*points).d + "Z")


def arc(cx: float, cy: float, r: float, start: float, end: float) -> Stroke:
    """A part of a circle, clockwise from `start` to `end` degrees, less than a full turn."""
    x1, y1 = cx + r * math.cos(math.radians(start)), cy + r * math.sin(math.radians(start))
    x2, y2 = cx + r * math.cos(math.radians(end)), cy + r * math.sin(math.radians(end))
    return Stroke(f"M{n(x1)} {n(y1)}A{n(r)} {n(r)} 0 {int(end - start > 180)} 1 {n(x2)} {n(y2)}")


def circle(cx: float, cy: float, r: float) -> Stroke:
    """A full circle."""
    return Stroke(f"M{n(cx - r)} {n(cy)}a{n(r)} {n(r)} 0 1 1 {n(2 * r)} 0a{n(r)} {n(r)} 0 1 1 {n(-2 * r)} 0Z")


def lane(x: float, y: float, width: float, height: float, r: float = 0) -> Stroke:
    """A rectangle with rounded ends: a court, a pool, a track when `r` is half its height."""
    if r == 0:
        return Stroke(f"M{n(x)} {n(y)}h{n(width)}v{n(height)}h{n(-width)}Z")
    across, down = width - 2 * r, height - 2 * r
    bend = f"a{n(r)} {n(r)} 0 0 1 "
    return Stroke(
        f"M{n(x + r)} {n(y)}h{n(across)}{bend}{n(r)} {n(r)}v{n(down)}{bend}{n(-r)} {n(r)}"
        f"h{n(-across)}{bend}{n(-r)} {n(-r)}v{n(-down)}{bend}{n(r)} {n(-r)}Z"
    )


def dot(cx: float, cy: float, r: float = 2) -> Stroke:
    """A filled point."""
    return replace(circle(cx, cy, r), part="solid")


def curve(d: str) -> Stroke:
    """Path data where line, arc and lane are not enough: waves and flights."""
    return Stroke(d)


def wave(x: float, y: float, width: float, height: float, crests: int) -> Stroke:
    """Crests and troughs of equal size along a level line."""
    step = width / (2 * crests)
    return Stroke(f"M{n(x)} {n(y)}q{n(step / 2)} {n(-height)} {n(step)} 0" + f"t{n(step)} 0" * (2 * crests - 1))


def flight(x1: float, y1: float, x2: float, y2: float, rise: float) -> Stroke:
    """A ball's way from one point to another, `rise` units above the straight line at its middle."""
    return Stroke(f"M{n(x1)} {n(y1)}Q{n((x1 + x2) / 2)} {n((y1 + y2) / 2 - 2 * rise)} {n(x2)} {n(y2)}")


def moving(*strokes: Stroke) -> Drawing:
    """The same strokes in the accent: what moves on the ground."""
    return tuple(replace(stroke, part="spot" if stroke.part == "solid" else "motion") for stroke in strokes)


def joined(strokes: Iterable[Stroke], part: Part) -> str:
    """The path data of all strokes of one part."""
    return "".join(stroke.d for stroke in strokes if stroke.part == part)
