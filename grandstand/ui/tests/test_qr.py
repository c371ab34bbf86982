"""What is drawn is what a scanner reads."""

import re

import pytest
import zxingcpp
from PIL import Image

from grandstand.ui.qr import QUIET, qr_rows, qr_svg

TEXTS = ["GS1" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 5, "otpauth://totp/Grandstand:ada@example.org?secret=ABCDEFGHIJKLMNOP&issuer=雨", "A"]


def read(side: int, dark: set[tuple[int, int]]) -> str:
    """What a scanner reads from a picture of four pixels a module."""
    picture = Image.new("L", (side, side), 255)
    for at in dark:
        picture.putpixel(at, 0)
    found = zxingcpp.read_barcode(picture.resize((4 * side, 4 * side), Image.Resampling.NEAREST))
    assert found is not None
    return str(found.text)


@pytest.mark.parametrize("text", TEXTS)
def test_the_modules_are_read_as_the_text(text: str) -> None:
    rows = qr_rows(text)
    assert {len(row) for row in rows} == {len(rows)}
    dark = {(QUIET + x, QUIET + y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert read(len(rows) + 2 * QUIET, dark) == text


@pytest.mark.parametrize("text", TEXTS)
def test_the_picture_is_read_as_the_text_and_has_white_around_it(text: str) -> None:
    svg = qr_svg(text)
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found is not None
    side, dark = int(found[1]), set()
    for x, y, run, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", svg.split('fill="#000000"')[1]):
        assert run == back
        dark |= {(int(x) + n, int(y)) for n in range(int(run))}
    assert {min(axis) for axis in zip(*dark, strict=True)} == {QUIET}
    assert {max(axis) for axis in zip(*dark, strict=True)} == {side - QUIET - 1}
    assert read(side, dark) == text
