"""Make the pictures of docs/screenshots from a freshly served demo: `.venv/bin/python scripts/screenshots.py`. Needs `make setup system`."""

import os
import sys
import tempfile
from pathlib import Path

import django
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grandstand.config.settings")
django.setup()

from grandstand.config.demo.cast import PASSWORD  # noqa: E402 the project's root is on the path only now
from grandstand.ui.testing import DESKTOP, PHONE, browser, visit  # noqa: E402
from tests.journeys.platform import Platform, served_demo  # noqa: E402
from tests.journeys.test_seats import open_a_room  # noqa: E402

TO = ROOT / "docs" / "screenshots"
SIZES = {"desktop": DESKTOP, "phone": PHONE}


def main() -> None:
    """Wait for seats, buy as a fan, and take every page at both widths, some also in Chinese."""
    TO.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served_demo(Path(folder)) as platform, browser() as chromium:
        session_id = open_a_room(platform)
        for name, size in SIZES.items():
            _waiting(chromium, platform, name, size)
        for name, size in SIZES.items():
            _seats(chromium, platform, name, size, session_id)
            _public(chromium, platform, name, size)
            _buying(chromium, platform, name, size)
            _console(chromium, platform, name, size)


def _waiting(chromium: Browser, platform: Platform, name: str, size: dict[str, int]) -> None:
    """Soon after the room was opened: it gathers for half a minute."""
    for page_name, path in (("waiting", "/waiting/track"), ("waiting-zh", "/zh-hans/waiting/track")):
        with visit(chromium, platform.address + path, viewport=size) as page:
            page.locator("[data-join] button").click()
            page.wait_for_selector("[data-figures]")
            _take(page, f"{page_name}-{name}", quiet=False)


def _seats(chromium: Browser, platform: Platform, name: str, size: dict[str, int], session_id: str) -> None:
    for page_name, language in (("seats", ""), ("seats-zh", "/zh-hans")):
        with visit(chromium, f"{platform.address}{language}/sessions/{session_id}/seats", viewport=size) as page:
            page.wait_for_selector("[data-map][data-ready]")
            _take(page, f"{page_name}-{name}", quiet=False)


def _public(chromium: Browser, platform: Platform, name: str, size: dict[str, int]) -> None:
    for page_name, path in (("home", "/"), ("schedule", "/schedule"), ("home-zh", "/zh-hans/"), ("shop", "/shop")):
        with visit(chromium, platform.address + path, viewport=size) as page:
            _take(page, f"{page_name}-{name}")
    with visit(chromium, f"{platform.address}/zh-hans/schedule", viewport=size) as page:
        page.locator("main a", has_text="游泳").first.click()
        page.wait_for_url("**/sessions/**")
        _take(page, f"session-zh-{name}")


def _buying(chromium: Browser, platform: Platform, name: str, size: dict[str, int]) -> None:
    with visit(chromium, f"{platform.address}/accounts/login/?next=/schedule", viewport=size) as page:
        _sign_in(page, "fan@demo.example")
        page.wait_for_url("**/schedule**")
        page.locator("main a", has_text="Festival of Lanes").first.click()
        page.wait_for_url("**/sessions/**")
        page.get_by_role("button", name="Add to basket").click()
        page.wait_for_selector("text=In your basket")
        _take(page, f"session-{name}")
        page.goto(f"{platform.address}/basket")
        page.get_by_role("link", name="Go to checkout").click()
        page.get_by_role("button", name="Go on to review").click()
        page.wait_for_url("**/checkout/review**")
        _take(page, f"checkout-{name}")
        page.get_by_role("button", name="Order and pay").click()
        page.wait_for_url("**/test-bank/**")
        page.get_by_role("button", name="Pay", exact=True).click()
        page.wait_for_url("**/orders/**", timeout=30_000)
        page.goto(f"{platform.address}/tickets")
        page.locator("main a[href*='/tickets/']", has_text="Festival of Lanes").first.click()
        page.wait_for_selector("main .qr svg")
        _take(page, f"ticket-{name}")


def _console(chromium: Browser, platform: Platform, name: str, size: dict[str, int]) -> None:
    with visit(chromium, f"{platform.address}/accounts/login/?next=/console/", viewport=size) as page:
        _sign_in(page, "organiser@demo.example")
        page.wait_for_url("**/console/**")
        page.wait_for_load_state("networkidle")
        _take(page, f"console-{name}")


def _sign_in(page: Page, email: str) -> None:
    page.fill("main input[name=login]", email)
    page.fill("main input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _take(page: Page, name: str, *, quiet: bool = True) -> None:
    """A picture; `quiet` waits until nothing is asked for any more, which never comes on pages that poll."""
    if quiet:
        page.wait_for_load_state("networkidle")
    page.screenshot(path=TO / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
