"""Draws docs/explanation/on-sale-curve.svg from what `grandstand bench onsale --json` printed.

python -m bench.curve FIGURES.json docs/explanation/on-sale-curve.svg
"""

import json
import sys
from itertools import pairwise
from math import ceil, log2
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 860, 348
TOP, BOTTOM = 24, 292
LEFT, RIGHT = 64, 606
"""Of the curve; the bars of the processes stand right of it."""
BARS_LEFT, BARS_RIGHT, BAR = 664, 836, 36
STEP = 3_000
INK, SOFT, LINE, PAPER, TEAL, SAND = "#14181d", "#4a4f57", "#d9d9d2", "#f7f7f4", "#0b5d66", "#b4552d"


def draw(figures: dict[str, Any]) -> str:
    """The picture: durable holds a second against buyers at once, and against processes of the gate."""
    offered: dict[int, int] = {int(buyers): point["holds_per_s"] for buyers, point in figures["offered"].items()}
    eight = figures["eight_times"]
    offered[eight["offered"]] = eight["holds_per_s"]
    processes: dict[int, int] = {int(number): point["holds_per_s"] for number, point in figures["processes"].items()}
    highest = STEP * ceil(max(*offered.values(), *processes.values()) / STEP)
    parts = [_head(offered, processes), *_scale(highest)]

    def y(value: float) -> float:
        return BOTTOM - value / highest * (BOTTOM - TOP)

    first, last = log2(min(offered)), log2(max(offered))
    at = {n: LEFT + 30 + (log2(n) - first) / (last - first) * (RIGHT - LEFT - 60) for n in offered}
    points = [(at[n], y(offered[n])) for n in sorted(offered)]
    parts += [f'<path d="M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" stroke="{TEAL}" stroke-width="3"/>' for (a, b), (c, d) in pairwise(points)]
    for n, held in offered.items():
        colour = SAND if n == eight["offered"] else TEAL
        parts += [f'<circle cx="{at[n]:.1f}" cy="{y(held):.1f}" r="5" fill="{colour}"/>', _text(at[n], y(held) - 12, f"{held:,}", INK)]
        parts.append(_text(at[n], BOTTOM + 20, f"{n:,}", SOFT))
    parts.append(_text((LEFT + RIGHT) / 2, BOTTOM + 40, f"buyers at once; {figures['saturated_at']:,} saturate it, and eight times as many", SOFT))
    between = (BARS_RIGHT - BARS_LEFT) / len(processes)
    for k, (number, held) in enumerate(processes.items()):
        middle = BARS_LEFT + between * (k + 0.5)
        parts.append(f'<rect x="{middle - BAR / 2:.1f}" y="{y(held):.1f}" width="{BAR}" height="{BOTTOM - y(held):.1f}" fill="{TEAL}"/>')
        parts += [_text(middle, y(held) - 8, f"{held:,}", INK), _text(middle, BOTTOM + 20, str(number), SOFT)]
    parts.append(_text((BARS_LEFT + BARS_RIGHT) / 2, BOTTOM + 40, "processes, 256 buyers", SOFT))
    return "\n".join([*parts, "</svg>", ""])


def _head(offered: dict[int, int], processes: dict[int, int]) -> str:
    buyers = ", ".join(f"{offered[n]:,} with {n:,}" for n in sorted(offered))
    hosts = ", ".join(f"{held:,} with {number}" for number, held in processes.items())
    title = f"Durable holds a second against buyers at once: {buyers}. Against processes: {hosts}."
    attributes = f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t" font-family="system-ui, sans-serif" font-size="13"'
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>\n<title id="t">{title}</title>\n{paper}'


def _scale(highest: int) -> list[str]:
    lines = []
    for value in range(0, highest + 1, STEP):
        y = BOTTOM - value / highest * (BOTTOM - TOP)
        lines.append(f'<path d="M{LEFT} {y:.1f}H{RIGHT}M{BARS_LEFT} {y:.1f}H{BARS_RIGHT}" stroke="{LINE}"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{SOFT}">{value:,}</text>')
    return lines


def _text(x: float, y: float, words: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" fill="{colour}">{words}</text>'


if __name__ == "__main__":
    source, target = sys.argv[1:]
    Path(target).write_text(draw(json.loads(Path(source).read_text())))
