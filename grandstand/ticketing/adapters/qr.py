"""Codes as pictures."""

import io
from functools import lru_cache

import segno


def _symbol(code: str) -> segno.QRCode:
    # Level M survives a cracked screen; a higher level would make smaller modules, which a camera at the gate reads worse.
    return segno.make(code, error="m", boost_error=False, micro=False)


@lru_cache(maxsize=256)
def qr_svg(code: str) -> str:
    """An SVG to put into a page: no size of its own, black on white whatever the page's colours, quiet zone of four modules included."""
    out = io.BytesIO()
    _symbol(code).save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, dark="#000000", light="#ffffff", nl=False)
    return out.getvalue().decode()


def qr_rows(code: str) -> list[bytes]:
    """The modules, row by row, 1 for dark, without quiet zone: for drawing on paper."""
    return [bytes(row) for row in _symbol(code).matrix]
