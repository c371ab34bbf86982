"""For tests of screens in every room: a served platform, a browser, and what a page must keep to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
_QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]

PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}

_WATCH_SHIFTS = """
window.shifts = [];
const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
const nameOf = ({ node, previousRect, currentRect }) => `${node?.className ?? node?.nodeName} ${box(previousRect)} to ${box(currentRect)}`;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.shifts.push(`${entry.value.toFixed(4)} ${entry.sources.map(nameOf).join(", ")}`);
}).observe({ type: "layout-shift", buffered: true });
"""


@contextmanager
def serve() -> Iterator[str]:
    """The platform on a free port of 127.0.0.1, over the database that the test opened (fixture `sqlite` or `database`). Yields its address."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    try:
        if thread.error:
            raise thread.error
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
        thread.join()


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window. Needs `make system`."""
    # Playwright keeps an event loop in this thread, so Django takes every query of the test for one from asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with _chromium() as chromium:
            yield chromium
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
        if before is not None:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def visit(chromium: Browser, url: str, *, kib_per_second: int | None = None, **options: Any) -> Iterator[Page]:
    """A page opened in a fresh visit; options are those of Browser.new_context (viewport, color_scheme, java_script_enabled ...).

    With `kib_per_second` it is opened a second time over a line that slow, with its styles and scripts at hand: it comes in pieces.
    """
    context: BrowserContext = chromium.new_context(**{"viewport": DESKTOP, "locale": "en-GB", "reduced_motion": "reduce"} | options)
    try:
        page = context.new_page()
        if options.get("java_script_enabled", True):
            page.add_init_script(_WATCH_SHIFTS)
        page.goto(url)
        if kib_per_second is not None:
            open_slowly(page, url, kib_per_second=kib_per_second)
        yield page
    finally:
        context.close()


def open_slowly(page: Page, url: str, *, kib_per_second: int) -> None:
    """Open the page over a line that slow, which stays so."""
    line = {"offline": False, "latency": 20, "downloadThroughput": 1024 * kib_per_second, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
    page.goto(url)


def axe_problems(page: Page) -> list[str]:
    """What axe finds on the page, every rule of WCAG 2.2 A and AA and its best practices: rule, impact and the first element. Empty: clean."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{problem['id']} ({problem['impact']}): {problem['nodes'][0]['html'][:200]}" for problem in found["violations"]]


def layout_shifts(page: Page) -> list[str]:
    """Every move of something already drawn, since the page began: how far and what. Empty: nothing jumped."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
    return cast(list[str], page.evaluate("window.shifts"))


def overflow_px(page: Page) -> int:
    """By how much the page is wider than its window. 0: nothing has to be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
