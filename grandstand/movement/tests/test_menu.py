"""The console's menu in a real browser: beside the page on a desktop, out of the way on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from grandstand.movement.testing import make_market
from grandstand.people.testing import PASSWORD, make_person
from grandstand.store.api import Database
from grandstand.ui.testing import DESKTOP, PHONE, browser, overflow_px, serve, visit


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def address(sqlite: Database) -> Iterator[str]:
    make_market(is_default=True)
    make_person(email="staff@example.org", password=PASSWORD, staff=True)
    with serve() as served:
        yield served


def _open(page: Page) -> None:
    page.locator("main input[name=login]").fill("staff@example.org")
    page.locator("main input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/console/movement/market/")


@pytest.mark.parametrize("viewport", [DESKTOP, {"width": 1600, "height": 900}, PHONE])
def test_the_menu_is_open_on_a_desktop_until_it_is_shut_and_shut_on_a_phone(address: str, chromium: Browser, viewport: dict[str, int]) -> None:
    is_open = viewport is not PHONE
    with visit(chromium, f"{address}/accounts/login/?next=/console/movement/market/", viewport=viewport) as page:
        _open(page)
        menu = page.locator("#nav-sidebar")
        expect(menu).to_be_visible(visible=is_open)
        assert overflow_px(page) == 0
        page.evaluate("Alpine.$data(document.documentElement).sidebarToggle()")
        expect(menu).to_be_visible(visible=not is_open)
        page.reload()
        page.wait_for_function("window.Alpine && document.documentElement._x_dataStack")
        expect(menu).to_be_visible(visible=False)
