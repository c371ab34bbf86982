"""The grounds that covers show, each drawn from above or from the side by one function. Box 640 x 360."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from grandstand.ui.pictures.grammar import Stroke, arc, circle, lane, line, n, polygon, wave

W, H = 640, 360
CX, CY = W / 2, H / 2


@dataclass(slots=True)
class Scene:
    """A ground being drawn: white lines, faint lines, rows of seats, what is lit, and filled areas, each a list of strokes."""

    ground: str
    rng: random.Random
    data: Sequence[float]
    lines: list[Stroke] = field(default_factory=list)
    faint: list[Stroke] = field(default_factory=list)
    seats: list[Stroke] = field(default_factory=list)
    lit: list[Stroke] = field(default_factory=list)
    glow: list[Stroke] = field(default_factory=list)
    shade: list[Stroke] = field(default_factory=list)
    turn: float = 0
    scale: float = 1

    def shares(self, count: int) -> list[float]:
        """`count` numbers from 0 to 1: the data scaled to its own range, else seeded ones."""
        if not self.data:
            seeded = [self.rng.uniform(0.25, 0.9) for _ in range(count)]
            seeded[count // 4 + self.rng.randrange(max(1, count // 2))] = 1  # the best is away from the edges, which frames cut off
            return seeded
        low, high = min(self.data), max(self.data)
        picked = [self.data[i * len(self.data) // count] for i in range(count)] if len(self.data) >= count else list(self.data)
        return [0.3 + 0.7 * (value - low) / ((high - low) or 1) for value in picked]


def _track(scene: Scene) -> None:
    cx, cy, step = scene.rng.uniform(150, 330), scene.rng.uniform(210, 420), 21
    for i in range(10):
        r = 90 + step * i
        scene.lines.append(Stroke(f"M{n(cx + 700)} {n(cy - r)}H{n(cx)}A{n(r)} {n(r)} 0 0 0 {n(cx)} {n(cy + r)}h700"))
    for i in range(4):
        scene.seats.append(arc(cx, cy, 318 + 16 * i, 95, 265))
    shares = scene.shares(9)
    best = shares.index(max(shares))
    for i, share in enumerate(shares):
        radius, reach = 90 + step * (i + 0.5), 620 * share
        bend = f"A{n(radius)} {n(radius)} 0 0 1 {n(cx)} {n(cy - radius)}"
        way = Stroke(f"M{n(cx + 40)} {n(cy + radius)}H{n(cx)}{bend}H{n(cx + reach * 0.55)}")
        if i == best:
            scene.lit.append(way)
            scene.glow.append(circle(cx + reach * 0.55, cy - radius, 8))
    scene.turn = scene.rng.uniform(-12, 12)


def _pool(scene: Scene) -> None:
    count, step = 8, 52
    top = CY - step * count / 2
    scene.lines += [line(-80, top, 760, top), line(-80, top + step * count, 760, top + step * count)]
    scene.faint += [line(-80, top + step * i, 760, top + step * i) for i in range(1, count)]
    shares = scene.shares(count)
    best = shares.index(max(shares))
    for i, share in enumerate(shares):
        y = top + step * (i + 0.5)
        (scene.lit if i == best else scene.lines).append(wave(-60, y, 100 + 430 * share, 7, round(6 + 10 * share)))
    scene.lines.append(line(600, top, 600, top + step * count))
    scene.turn = scene.rng.choice([-90, -32, -18, -10, 10, 18, 32, 90])
    scene.scale = scene.rng.uniform(1, 1.25) if abs(scene.turn) < 90 else 0.88


def _pitch(scene: Scene) -> None:
    w, h = 560, 350
    x, y = CX - w / 2, CY - h / 2
    scene.shade += [lane(x + i * w / 5, y, w / 10, h) for i in range(5)]
    scene.lines += [lane(x, y, w, h), line(CX, y, CX, y + h), circle(CX, CY, 48), circle(CX, CY, 2)]
    scene.lines += [lane(x, CY - 95, 84, 190), lane(x, CY - 46, 32, 92), lane(x + w - 84, CY - 95, 84, 190), lane(x + w - 32, CY - 46, 32, 92)]
    scene.lines += [arc(x + 60, CY, 48, -60, 60), arc(x + w - 60, CY, 48, 120, 240)]
    _stands(scene, x - 40, y - 40, w + 80, h + 80)
    _passes(scene, x + 60, y + 60, w - 120, h - 120)
    scene.turn, scene.scale = scene.rng.uniform(-28, 28) + scene.rng.choice([0, 0, 90]), scene.rng.uniform(0.95, 1.35)


def _court(scene: Scene) -> None:
    w, h = 440, 236
    x, y = CX - w / 2, CY - h / 2
    scene.shade.append(lane(x, y, w, h))
    scene.lines += [lane(x, y, w, h), line(CX, y - 16, CX, y + h + 16)]
    variant = scene.rng.randrange(3)
    if variant == 0:
        scene.lines += [line(x, y + 30, x + w, y + 30), line(x, y + h - 30, x + w, y + h - 30), line(x + 110, CY, x + w - 110, CY)]
        scene.lines += [line(x + 110, y + 30, x + 110, y + h - 30), line(x + w - 110, y + 30, x + w - 110, y + h - 30)]
    elif variant == 1:
        scene.lines += [circle(CX, CY, 40), arc(x + 36, CY, 112, -72, 72), arc(x + w - 36, CY, 112, 108, 252)]
        scene.lines += [lane(x, CY - 38, 90, 76), lane(x + w - 90, CY - 38, 90, 76), arc(x + 90, CY, 36, -90, 90), arc(x + w - 90, CY, 36, 90, 270)]
    else:
        scene.lines += [line(CX - 74, y, CX - 74, y + h), line(CX + 74, y, CX + 74, y + h)]
    _stands(scene, x - 52, y - 44, w + 104, h + 88)
    _passes(scene, x + 30, y + 30, w - 60, h - 60)
    scene.turn, scene.scale = scene.rng.uniform(-28, 28) + scene.rng.choice([0, 0, 90]), scene.rng.uniform(0.95, 1.4)


def _mat(scene: Scene) -> None:
    scene.shade.append(lane(CX - 150, CY - 150, 300, 300))
    scene.lines += [lane(CX - 150, CY - 150, 300, 300), lane(CX - 105, CY - 105, 210, 210)]
    scene.lines.append(circle(CX, CY, 78) if scene.rng.random() < 0.5 else lane(CX - 60, CY - 60, 120, 120))
    start = scene.rng.uniform(0, 360)
    scene.lit += [arc(CX - 14, CY, 34, start, start + 200), arc(CX + 14, CY, 34, start + 180, start + 380)]
    for i in range(4):
        r = 235 + 17 * i
        scene.seats += [arc(CX, CY, r, 10 + 90 * q, 80 + 90 * q) for q in range(4)]
    scene.turn, scene.scale = scene.rng.uniform(20, 70), scene.rng.uniform(1.1, 1.35)


def _target(scene: Scene) -> None:
    cx, cy = scene.rng.uniform(220, 420), scene.rng.uniform(150, 220)
    scene.lines += [circle(cx, cy, 28 + 34 * i) for i in range(9)]
    scene.shade += [circle(cx, cy, 28 + 34 * i) for i in (1, 3)]
    for share in scene.shares(6):
        angle, r = scene.rng.uniform(0, 360), 150 * (1 - share)
        scene.glow.append(circle(cx + r * math.cos(angle), cy + r * math.sin(angle), 6))
    scene.lit.append(line(cx, cy, 700, cy - 260))


def _profile(scene: Scene) -> None:
    heights = scene.shares(28) if len(scene.data) >= 2 else _ridge(scene.rng, 28)
    step = W / (len(heights) - 1)
    for layer in range(5):
        base, fall = 120 + 48 * layer, 1 - 0.17 * layer
        points = [
            (i * step, base - 90 * fall * (heights[(i + 3 * layer) % len(heights)] if layer else height) + 60) for i, height in enumerate(heights)
        ]
        flat = [value for point in points for value in point]
        (scene.lit if layer == 0 else scene.lines if layer == 1 else scene.faint).append(line(*flat))
        if layer:
            scene.shade.append(polygon(*flat, W, H + 40, 0, H + 40))


def _ridge(rng: random.Random, count: int) -> list[float]:
    heights, now = [], rng.uniform(0.2, 0.6)
    for _ in range(count):
        now = min(1, max(0.05, now + rng.uniform(-0.22, 0.24)))
        heights.append(now)
    return heights


def _sea(scene: Scene) -> None:
    for i in range(15):
        scene.faint.append(wave(-60 - scene.rng.uniform(0, 80), 20 + 25 * i, 860, scene.rng.uniform(4, 16), scene.rng.randrange(4, 9)))
    marks = [(scene.rng.uniform(60, 580), scene.rng.uniform(50, 310)) for _ in range(4)]
    marks.sort()
    scene.glow += [circle(x, y, 7) for x, y in marks]
    start, *rest = marks
    path, (px, py) = f"M{n(start[0] - 120)} {n(start[1] + 60)}L{n(start[0])} {n(start[1])}", start
    for x, y in rest:
        path += f"Q{n((px + x) / 2 + 30)} {n((py + y) / 2 - 40)} {n(x)} {n(y)}"
        px, py = x, y
    scene.lit.append(Stroke(path))
    scene.turn = scene.rng.uniform(-10, 10)


def _oval(scene: Scene) -> None:
    narrow, low = scene.rng.uniform(230, 340), scene.rng.uniform(60, 140)
    for i in range(7):
        w, h = narrow + 46 * i, low + 42 * i
        (scene.lines if i in {1, 2, 5} else scene.faint).append(lane(CX - w / 2, CY - h / 2, w, h, h / 2))
    for i in range(3):
        w, h = narrow + 360 + 34 * i, low + 320 + 34 * i
        scene.seats.append(lane(CX - w / 2, CY - h / 2, w, h, h / 2 - 1))
    w, h = narrow + 46 * 3, low + 42 * 3
    side, r, share = (w - h) / 2, h / 2, scene.rng.uniform(0.3, 1)
    scene.lit.append(Stroke(f"M{n(CX - side * share)} {n(CY - r)}H{n(CX + side)}{arc(CX + side, CY, r, -90, -90 + 178 * share).d.replace('M', 'L')}"))
    scene.turn, scene.scale = scene.rng.uniform(-40, 40) + scene.rng.choice([0, 180]), scene.rng.uniform(0.9, 1.35)


def _green(scene: Scene) -> None:
    cx, cy, phase = scene.rng.uniform(230, 420), scene.rng.uniform(150, 220), scene.rng.uniform(0, 6)
    for ring in range(9):
        r = 40 + 36 * ring
        points = []
        for k in range(36):
            angle = k * math.tau / 36
            reach = r * (1 + 0.14 * math.sin(3 * angle + phase) + 0.08 * math.sin(5 * angle + phase * 2 + ring * 0.3))
            points += [cx + 1.25 * reach * math.cos(angle), cy + reach * math.sin(angle)]
        (scene.lines if ring % 3 == 0 else scene.faint).append(polygon(*points))
        if ring < 2:
            scene.shade.append(polygon(*points))
    x = scene.rng.choice([-20, 660])
    scene.lit.append(Stroke(f"M{x} 330Q{n((x + cx) / 2)} {n(-40)} {n(cx)} {n(cy)}"))
    scene.glow.append(circle(cx, cy, 6))


def _wall(scene: Scene) -> None:
    xs = [i * 107 + scene.rng.uniform(-22, 22) for i in range(8)]
    for left, right in pairwise(xs):
        middle = scene.rng.uniform(80, 280)
        scene.faint += [line(left, -20, left, 380), line(left, middle, right, scene.rng.uniform(60, 300))]
        if scene.rng.random() < 0.4:
            scene.shade.append(polygon(left, -20, right, -20, right, middle, left, middle))
    holds = [(scene.rng.uniform(20, 620), scene.rng.uniform(15, 345)) for _ in range(60)]
    scene.lines += [circle(x, y, scene.rng.choice([3, 4, 6])) for x, y in holds]
    route, x = [], scene.rng.uniform(200, 440)
    for i in range(9):
        x += scene.rng.uniform(-55, 55)
        route.append((x, 350 - 38 * i))
    scene.lit.append(line(*[value for point in route for value in point]))
    scene.glow += [circle(px, py, 6) for px, py in route]


def _piste(scene: Scene) -> None:
    for i in range(-2, 4):
        y = 30 + 92 * i
        scene.shade.append(lane(-90, y, 820, 50))
        scene.lines += [lane(-90, y, 820, 50), *(line(x, y, x, y + 50) for x in (110, 250, 320, 390, 530))]
    for i, share in enumerate(scene.shares(3)):
        scene.lit.append(line(320, 55 + 92 * i, 320 + (200 * share if i % 2 else -200 * share), 55 + 92 * i))
    scene.turn = scene.rng.choice([-26, -20, 20, 26])


def _stand(scene: Scene) -> None:
    cx, cy = scene.rng.uniform(240, 400), scene.rng.uniform(420, 500)
    for i in range(13):
        r = 130 + 27 * i
        for start, end in ((181, 222), (226, 267), (271, 312), (316, 359)):
            scene.seats.append(arc(cx, cy, r, start, end))
    for share in scene.shares(9):
        row, seat = 130 + 27 * scene.rng.randrange(13), 184 + 168 * scene.rng.random()
        scene.lit.append(arc(cx, cy, row, seat, seat + 1 + 3 * share))


def _arena(scene: Scene) -> None:
    """A whole stand from far away: forty rows in sections, and for every number given a row of people who are there already."""
    scene.scale = 0.42
    cx, cy = CX + scene.rng.uniform(-120, 120), 900
    sections = [(start, start + 9.2) for start in range(180, 360, 10)]
    for i in range(40):
        for start, end in sections:
            scene.seats.append(arc(cx, cy, 120 + 27 * i, start + 0.4, end))
    for share in scene.shares(len(scene.data) or 9):
        # Near the middle of the picture, because wide frames cut off what is above and below it.
        row, seat = 120 + 27 * scene.rng.randrange(16, 29), 240 + 58 * scene.rng.random()
        scene.lit.append(arc(cx, cy, row, seat, seat + 0.5 + 2.5 * share))


def _stands(scene: Scene, x: float, y: float, w: float, h: float) -> None:
    """Four straight stands of four rows around a rectangle."""
    for i in range(4):
        far = 15 * i
        scene.seats += [line(x + 20, y - far, x + w - 20, y - far), line(x + 20, y + h + far, x + w - 20, y + h + far)]
        scene.seats += [line(x - far, y + 20, x - far, y + h - 20), line(x + w + far, y + 20, x + w + far, y + h - 20)]


def _passes(scene: Scene, x: float, y: float, w: float, h: float) -> None:
    """A move across the ground: as many passes as there are data, five without."""
    points = [(x + w * i / 5, y + h * (0.2 + 0.6 * scene.rng.random())) for i in range(6)]
    path = f"M{n(points[0][0])} {n(points[0][1])}"
    for (ax, ay), (bx, by) in pairwise(points):
        path += f"Q{n((ax + bx) / 2)} {n((ay + by) / 2 - 30)} {n(bx)} {n(by)}"
    scene.lit.append(Stroke(path))
    scene.glow.append(circle(*points[-1], 7))


SCENES: dict[str, tuple[Callable[[Scene], None], str]] = {
    "arena": (_arena, "night"),
    "court": (_court, "wood"),
    "green": (_green, "grass"),
    "ice": (_oval, "ice"),
    "mat": (_mat, "hall"),
    "oval": (_oval, "wood"),
    "piste": (_piste, "hall"),
    "pitch": (_pitch, "grass"),
    "pool": (_pool, "water"),
    "profile": (_profile, "road"),
    "sand": (_court, "sand"),
    "sea": (_sea, "water"),
    "snow": (_profile, "ice"),
    "stand": (_stand, "night"),
    "target": (_target, "grass"),
    "track": (_track, "clay"),
    "wall": (_wall, "wall"),
}
