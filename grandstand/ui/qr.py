"""QR codes as pictures."""

from itertools import groupby

import zxingcpp

QUIET = 4
"""Modules of white around the symbol that ISO/IEC 18004 asks for."""


def qr_rows(text: str) -> list[bytes]:
    """The modules of the symbol, row by row, 1 for dark, without the white around it.

    At level M, which survives a cracked screen; a higher level would make smaller modules, which a camera at the gate reads worse.
    """
    drawn = memoryview(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image())
    height, width = drawn.shape or (0, 0)
    pixels = bytes(drawn)
    rows = [bytes(pixel == 0 for pixel in pixels[n * width : (n + 1) * width]) for n in range(height)]
    white = next(n for n, row in enumerate(rows) if any(row))
    return [row[white : width - white] for row in rows[white : height - white]]


def qr_svg(text: str) -> str:
    """An SVG to put into a page: no size of its own, black on white whatever the page's colours, the white around it included."""
    rows = qr_rows(text)
    side = len(rows) + 2 * QUIET
    path = "".join(f"M{x} {y}h{run}v1h-{run}z" for y, row in enumerate(rows, QUIET) for x, run in _runs(row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path fill="#ffffff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000000" d="{path}"/></svg>'
    )


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Where dark modules that lie side by side begin, and how many there are."""
    runs, x = [], QUIET
    for dark, together in groupby(row):
        run = len(list(together))
        if dark:
            runs.append((x, run))
        x += run
    return runs
