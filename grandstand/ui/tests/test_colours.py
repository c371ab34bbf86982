"""Contrast of every pair of colours that pages put on each other, in both modes. WCAG 2.2: text 7 (AAA), large letters 4.5, edges and drawings 3."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parent.parent / "static" / "ui" / "tokens.css").read_text()
COLOURS = {name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)}
COLOURS |= {name: (colour, colour) for name, colour in re.findall(r"--(floodlight|chalk): (#\w{6})", TOKENS)}

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft") for ground in ("paper", "raised", "sunk")),
    *(("ink", f"{tone}-soft") for tone in ("done", "wait", "refused", "live", "accent")),
    *((tone, f"{tone}-soft") for tone in ("done", "wait", "refused", "live")),
    *((tone, "paper") for tone in ("accent", "done", "wait", "refused", "live")),
    ("accent", "raised"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("paper", "ink"),
]
LARGE = [("accent", "accent-soft"), ("accent", "sunk"), ("refused", "raised")]
EDGES = [
    *(("edge", ground) for ground in ("paper", "raised", "sunk")),
    *((light, ground) for ground in COLOURS if ground.startswith("ground-") for light in ("chalk", "floodlight")),
]


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), [*((*p, 7.0) for p in TEXT), *((*p, 4.5) for p in LARGE), *((*p, 3.0) for p in EDGES)])
def test_what_stands_on_a_colour_can_be_read(ink: str, ground: str, least: float, mode: int) -> None:
    assert contrast(COLOURS[ink][mode], COLOURS[ground][mode]) >= least


def test_contrast_is_measured_as_the_guideline_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def contrast(first: str, second: str) -> float:
    """Source: WCAG 2.2, definitions of contrast ratio and relative luminance."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
