"""The screens in a real browser: reachable by everybody, nothing jumps, nothing sticks out."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from grandstand.commerce import api as commerce
from grandstand.kit import clock
from grandstand.shop import testing as shop
from grandstand.sites.tests.house import House, open_house
from grandstand.store.api import Database
from grandstand.ui.testing import DESKTOP, PHONE, SMALL_PHONE, axe_problems, layout_shifts, overflow_px, serve, visit


@pytest.fixture
def house(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house that sells today, by the real clock."""
    now = clock.now()
    monkeypatch.setattr(shop, "NOW", now)
    monkeypatch.setitem(shop.WHY, "now", now)
    return open_house(now=now)


@pytest.fixture
def shop_window(house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the served platform over the house that sells, where a test bank takes payments."""
    with serve() as address:
        settings.GRANDSTAND_URL = address
        bank = commerce.TestProvider(platform_url=address)
        monkeypatch.setattr("grandstand.commerce.payments.wired", {bank.code: bank})
        yield address


@pytest.mark.parametrize("path", ["/", "/schedule", "/fr/schedule?q=séries", "/zh-hans/", "/basket"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_screen_is_clean_still_and_as_wide_as_its_window(site: str, chromium: Browser, viewport: dict[str, int], path: str) -> None:
    with visit(chromium, f"{site}{path}", viewport=viewport) as page:
        assert axe_problems(page) == []
        assert layout_shifts(page) == []
        assert overflow_px(page) == 0


@pytest.mark.parametrize("path", ["/", "/schedule", "/fr/schedule?q=séries", "/basket", "/shop"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_screen_that_comes_in_pieces_stays_still(site: str, chromium: Browser, viewport: dict[str, int], path: str) -> None:
    with visit(chromium, f"{site}{path}", viewport=viewport, kib_per_second=12) as page:
        assert layout_shifts(page) == []


def test_the_way_from_home_to_a_session_needs_no_javascript(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/", java_script_enabled=False) as page:
        page.get_by_role("link", name="See the schedule").click()
        page.get_by_label("Find").fill("heats 2")
        page.get_by_role("button", name="Show").click()
        page.get_by_role("link", name="Heats 2").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Heats 2"


def test_with_javascript_the_schedule_answers_while_one_types_and_back_works(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/schedule") as page:
        page.get_by_label("Find").press_sequentially("heats 2")
        page.get_by_text("1 session", exact=True).wait_for()
        assert "q=heats+2" in page.url or "q=heats%202" in page.url
        assert page.get_by_label("Find").input_value() == "heats 2"
        page.go_back()
        page.get_by_text("8 sessions").wait_for()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_fan_buys_in_a_browser_and_every_screen_on_the_way_is_clean(
    shop_window: str, house: House, chromium: Browser, viewport: dict[str, int]
) -> None:
    problems: dict[str, list[str]] = {}

    def look(name: str) -> None:
        problems[name] = [*axe_problems(page), *(f"{overflow_px(page)} px too wide" for _ in range(overflow_px(page) > 0))]

    with visit(chromium, f"{shop_window}/sessions/{house.session.id}", viewport=viewport) as page:
        look("session")
        page.get_by_role("spinbutton", name="Tickets, Category B").fill("3")
        page.locator("li", has=page.get_by_role("heading", name="Category B", exact=True)).get_by_role("button", name="Add to basket").click()
        page.locator("#added").get_by_text("In your basket, held for you").wait_for()
        assert page.locator("#basket-link").inner_text().split() == ["Basket", "3"]
        look("session with news")

        page.goto(f"{shop_window}/shop")
        look("shop")
        page.get_by_role("link", name="Lane T-shirt").click()
        look("product")
        page.get_by_label("L", exact=True).check()
        page.get_by_role("button", name="Add to basket").click()
        page.get_by_role("link", name="Go to the basket").click()
        look("basket")

        page.get_by_role("link", name="Go to checkout").click()
        page.get_by_role("button", name="Go on to review").click()
        page.get_by_text("There is something to put right").first.wait_for()
        look("checkout with errors")
        page.get_by_label("Full name").fill("Ada Fan")
        page.get_by_label("E-mail address").fill("ada@example.org")
        page.get_by_label("Street and number").fill("12 quai du Stade")
        page.get_by_label("Postal code").fill("69002")
        page.get_by_label("Town or city").fill("Lyon")
        page.get_by_role("button", name="Go on to review").click()
        page.get_by_role("heading", name="Is everything right?").wait_for()
        look("review")
        page.get_by_role("button", name="Order and pay").click()
        page.wait_for_url("**/test-bank/**")
        page.get_by_role("button", name="Pay", exact=True).click()
        page.wait_for_url("**/payments/**")
        assert commerce.run_test_bank(now=clock.now() + timedelta(seconds=5), platform_url=shop_window) == 2  # told twice, as banks do
        page.wait_for_url("**/orders/**")
        page.get_by_role("heading", name="Thank you. It is yours.").wait_for()
        look("order")
    assert {name: found for name, found in problems.items() if found} == {}


def test_another_size_and_the_same_again_are_added_from_one_page_and_two_quick_clicks_are_one(
    shop_window: str, house: House, chromium: Browser
) -> None:
    with visit(chromium, f"{shop_window}/shop/lane-tee") as page:
        add, count, news = page.get_by_role("button", name="Add to basket"), page.locator("#basket-link .tool__count"), page.locator("#added")
        for size, in_basket in (("S", "1"), ("L", "2"), ("L", "3")):
            page.get_by_label(size, exact=True).check()
            add.click()
            expect(count).to_have_text(in_basket)
            expect(news).to_contain_text("In your basket, held for you")
            expect(page.locator("#live")).to_contain_text("In your basket, held for you")
            expect(add).to_be_enabled()
        add.click(click_count=2, delay=400)  # slow enough for the answer to come between the two
        expect(count).to_have_text("4")
        page.goto(f"{shop_window}/basket")
        assert [field.input_value() for field in page.get_by_role("spinbutton").all()] == ["1", "3"]


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_ordering_with_two_quick_clicks_leads_to_the_bank(shop_window: str, house: House, chromium: Browser, *, java_script_enabled: bool) -> None:
    with visit(chromium, f"{shop_window}/shop/lane-tee", java_script_enabled=java_script_enabled) as page:
        page.get_by_role("button", name="Add to basket").dblclick()
        page.get_by_role("link", name="Go to the basket" if java_script_enabled else "Go to checkout").click()
        assert page.goto(f"{shop_window}/checkout")
        say_where(page)
        assert "Lane T-shirt" in page.locator("main").inner_text()
        page.get_by_role("button", name="Order and pay").dblclick()
        page.wait_for_url("**/test-bank/**")


PHONES_FROM_PX = 360
"""Narrower ones scroll the ways of the head sideways."""


@pytest.mark.parametrize("width", [320, 360, 390])
@pytest.mark.parametrize("language", ["", "/fr", "/zh-hans"])
def test_every_screen_of_a_purchase_fits_a_small_phone(shop_window: str, house: House, chromium: Browser, language: str, width: int) -> None:
    wide: dict[str, int] = {}

    def look(path: str) -> None:
        page.goto(f"{shop_window}{language}{path}")
        wide[path] = overflow_px(page)
        if width >= PHONES_FROM_PX:
            wide[f"the ways of {path}"] = page.evaluate(
                "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('nav'))"
            )

    with visit(chromium, f"{shop_window}{language}/", viewport=SMALL_PHONE | {"width": width}) as page:
        for path in (f"/sessions/{house.session.id}", "/shop/lane-tee"):
            look(path)
            page.locator("form[action$='/basket/add'] button[type=submit]").first.click()
            page.locator("#added .notice").wait_for()
            wide[f"{path} with news"] = overflow_px(page)
        for path in ("/", "/schedule", "/shop", "/basket", "/checkout", "/accounts/login/", "/accounts/signup/"):
            look(path)
        page.goto(f"{shop_window}{language}/checkout")
        say_where(page, email="ada.with.a.very.long.address.for.a.phone@example-organisation.org")
        wide["review"] = overflow_px(page)
        page.locator("form[action$='/checkout/place'] button").click()
        page.wait_for_url("**/test-bank/**")
        wide["bank"] = overflow_px(page)
        look("/checkout")  # which leads to the order now
        assert "/orders/" in page.url
    assert {path: px for path, px in wide.items() if px} == {}


def say_where(page: Page, *, email: str = "ada@example.org") -> None:
    """Fill the checkout and go on to the review, in any language."""
    for name, text in {"name": "Ada Fan", "email": email, "lines": "12 quai du Stade", "postal_code": "69002", "city": "Lyon"}.items():
        page.locator(f"#id_{name}").fill(text)
    page.locator("main form[method=post] button[type=submit]:visible").last.click()
    page.wait_for_url("**/checkout/review")
