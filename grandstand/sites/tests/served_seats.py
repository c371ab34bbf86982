"""The seat page in a real browser, with what the gate says is free."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Route

from grandstand.gate.api import Gate
from grandstand.gate.testing import ask, open_gate
from grandstand.kit import clock
from grandstand.sites.seating.drawing import drawn
from grandstand.sites.tests.seated import Seated, open_seated
from grandstand.store.api import Database
from grandstand.ticketing.api import Plan
from grandstand.ui.testing import DESKTOP, PHONE, serve, visit

FINGERS: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
MOUSE: dict[str, Any] = {"viewport": DESKTOP}
READY = "[data-map][data-ready]"


@dataclass
class Box:
    """A served house that is sold by its seats, and its gate."""

    address: str
    seated: Seated
    gate: Gate

    @contextmanager
    def look(self, chromium: Browser, path: str = "", *, language: str = "", wait: str = READY, **options: Any) -> Iterator[Page]:
        """The seat page, once what is free is known."""
        with visit(chromium, "about:blank", **options) as page:
            page.route("**/gate/seats/*", self._answer)
            page.add_init_script("window.seen = []; document.addEventListener('seats:drawn', ({ detail }) => seen.push(detail))")
            page.goto(f"{self.address}{language}{self.seated.url()}{path}")
            page.wait_for_selector(wait)
            yield page

    def _answer(self, route: Route) -> None:
        """What the gate, which stands before Django on a server, answers. In a thread of its own: this one has an event loop."""
        path = "/" + route.request.url.split("/", 3)[3]
        with ThreadPoolExecutor(max_workers=1) as thread:
            answer = thread.submit(ask, self.gate, path, method="GET").result()
        route.fulfill(status=answer.status, content_type="application/json", body=json.dumps(answer.content))


@contextmanager
def boxed(sqlite: Database, **house: Any) -> Iterator[Box]:
    seated = open_seated(now=clock.now(), **house)
    with open_gate(sqlite.url) as gate, serve() as address:
        yield Box(address, seated, gate)


def view(page: Page) -> Locator:
    found = page.locator("[data-view]")
    found.scroll_into_view_if_needed()
    return found


def told(page: Page) -> str:
    return page.inner_text("[data-told]").replace("\u00a0", " ").strip()


def chosen(page: Page) -> list[int]:
    """The seats that the form would send."""
    return page.evaluate("new FormData(document.getElementById('seats-form')).getAll('seat').map(Number)")  # type: ignore[no-any-return]


def give_back(box: Box, page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^Give back ?: {box.seated.words(number)}$"))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def choose(box: Box, page: Page, number: int, point: Callable[[float, float], None], *, near_px: int) -> None:
    """Point at the seat: from afar that brings its section near, from `near_px` on it chooses the seat."""
    if page.evaluate("seen.at(-1).seatPx") < near_px:
        point(*where(box, page, number))
        page.wait_for_function(f"() => seen.at(-1).seatPx >= {near_px}")
        page.wait_for_timeout(TWICE_MS)
    point(*where(box, page, number))
    page.wait_for_function("number => new FormData(document.getElementById('seats-form')).getAll('seat').includes(String(number))", arg=number)


MOUSE_PX, FINGER_PX = 8, 15
"""From here on a mouse or a finger chooses a seat."""

TWICE_MS = 400
"""Two taps that are further apart are no double tap."""


def where(box: Box, page: Page, number: int) -> tuple[float, float]:
    """Where a seat is on the screen."""
    inside = view(page).bounding_box()
    assert inside is not None
    x, y = places(box.seated.plan.plan)[number]
    seen = page.evaluate("seen.at(-1)")
    return (
        inside["x"] + inside["width"] / 2 + (x - seen["x"]) * seen["scale"],
        inside["y"] + inside["height"] / 2 + (y - seen["y"]) * seen["scale"],
    )


def places(plan: Plan) -> list[tuple[int, int]]:
    """Every seat's place in the drawing, which has the first of each row and steps from there."""
    found: list[tuple[int, int]] = []
    for _, _, rows in drawn(plan)["sections"]:
        for _, _, _, _, *steps in rows:
            found += zip(accumulate(steps[::2]), accumulate(steps[1::2]), strict=True)
    return found
