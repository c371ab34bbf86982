"""Geometry of small charts. Pure: numbers in, coordinates out; the templates write the SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from grandstand.ui.pictures.grammar import n
from grandstand.ui.values import Bar

ROOM_ABOVE, ROOM_BELOW = 24, 26
"""Pixels kept for the values above the bars and the labels below them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBar:
    """A bar's place, as SVG attributes."""

    x: str
    y: str
    width: str
    height: str
    middle: str
    above: str
    text: str
    label: str


def sparkline(values: Sequence[float], *, width: int, height: int) -> tuple[str, str]:
    """The line and the area under it as path data, zero at the bottom. Needs two values or more; all must be zero or more."""
    if len(values) < 2:
        raise ValueError("a line needs two values or more")
    top = max(values) or 1
    step = (width - 4) / (len(values) - 1)
    points = [f"{n(2 + i * step)} {n(height - 2 - (height - 4) * value / top)}" for i, value in enumerate(values)]
    line = "M" + "L".join(points)
    return line, f"{line}L{n(width - 2)} {height}L2 {height}Z"


def bars(values: Sequence[Bar], *, height: int, wide: int) -> tuple[list[DrawnBar], int, int]:
    """The bars, the chart's width and the height of its base line. Each bar with its gap is `wide` pixels; values are zero or more."""
    base = height - ROOM_BELOW
    top = max((bar.value for bar in values), default=0) or 1
    gap = round(wide * 0.3)
    drawn = []
    for i, bar in enumerate(values):
        tall = (base - ROOM_ABOVE) * bar.value / top
        x, y = i * wide + gap / 2, base - tall
        middle = x + (wide - gap) / 2
        drawn.append(DrawnBar(x=n(x), y=n(y), width=n(wide - gap), height=n(tall), middle=n(middle), above=n(y - 7), text=bar.text, label=bar.label))
    return drawn, max(1, len(values)) * wide, base
