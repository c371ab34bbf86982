"""The seat page by pointer, by finger and by keyboard."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.sites.tests.served_seats import FINGER_PX, FINGERS, MOUSE, MOUSE_PX, READY, Box, boxed, choose, chosen, give_back, press, told, view
from grandstand.store.api import Database
from grandstand.ui.testing import SMALL_PHONE, axe_problems, layout_shifts, overflow_px, visit


@pytest.fixture
def box(sqlite: Database) -> Iterator[Box]:
    with boxed(sqlite) as opened:
        yield opened


@pytest.mark.parametrize("language", ["", "/fr", "/zh-hans"])
@pytest.mark.parametrize("options", [MOUSE, FINGERS], ids=["desktop", "phone"])
def test_the_page_is_clean_still_and_as_wide_as_its_window(box: Box, chromium: Browser, options: dict[str, Any], language: str) -> None:
    with box.look(chromium, "?section=0", language=language, **options) as page:
        assert axe_problems(page) == []
        assert layout_shifts(page) == []
        assert overflow_px(page) == 0


@pytest.mark.parametrize("options", [MOUSE | {"color_scheme": "dark"}, {"viewport": SMALL_PHONE | {"width": 320}}], ids=["dark", "narrow"])
def test_a_dark_and_a_narrow_page_are_clean_too(box: Box, chromium: Browser, options: dict[str, Any]) -> None:
    with box.look(chromium, "?section=0", **options) as page:
        assert axe_problems(page) == []
        assert overflow_px(page) == 0


@pytest.mark.parametrize("width", [320, 360, 390])
def test_the_form_of_best_seats_keeps_within_its_card(box: Box, chromium: Browser, width: int) -> None:
    with box.look(chromium, viewport=SMALL_PHONE | {"width": width}) as page:
        ends = page.locator("#best, #best .stepper").evaluate_all("all => all.map(each => each.getBoundingClientRect().right)")
    assert len(ends) > 1
    assert max(ends) == ends[0]


def test_seats_are_chosen_and_held_by_keyboard_alone(box: Box, chromium: Browser) -> None:
    with box.look(chromium) as page:
        view(page)
        page.locator("[data-category=C]").focus()
        press(page, "Tab")
        assert re.fullmatch(r"Section \d+, \d+ free", told(page))
        first = told(page)
        press(page, "ArrowUp")
        assert told(page) != first
        press(page, "Enter")
        assert re.fullmatch(r"Section \d+, row \d+, seat \d+, free, Category [ABC], €\d+\.00", told(page))
        press(page, "Enter")
        assert ", chosen, " in told(page)
        [one] = chosen(page)
        press(page, "ArrowRight", "Space")
        assert len(chosen(page)) == 2
        assert one in chosen(page)
        assert axe_problems(page) == []
        press(page, "Enter")
        assert chosen(page) == [one]
        press(page, "Escape")
        assert re.fullmatch(r"Section \d+, \d+ free", told(page))
        page.get_by_role("button", name="Hold these seats").first.focus()
        press(page, "Enter")
        page.wait_for_url("**/basket")
        assert box.seated.words(one) in page.inner_text("main")


def test_seats_are_chosen_with_the_mouse_listed_with_their_prices_and_given_back(box: Box, chromium: Browser) -> None:
    with box.look(chromium, **MOUSE) as page:
        number = box.seated.numbers("A", 1)[0]
        choose(box, page, number, page.mouse.click, near_px=MOUSE_PX)
        expect(page.locator("[data-chosen]")).to_contain_text(box.seated.words(number))
        expect(page.locator("[data-total]")).to_have_text("€120.00")
        choose(box, page, number + 1, page.mouse.click, near_px=MOUSE_PX)
        expect(page.locator("[data-count]")).to_have_text("2 seats")
        expect(page.locator("[data-total]")).to_have_text("€240.00")
        give_back(box, page, number).click()
        assert chosen(page) == [number + 1]
        expect(give_back(box, page, number + 1)).to_be_focused()
        expect(page.locator("[data-warning]")).to_contain_text("This leaves a single free seat beside yours")
        assert axe_problems(page) == []


def test_seats_are_chosen_with_a_finger_and_the_sum_stays_in_sight(box: Box, chromium: Browser) -> None:
    with box.look(chromium, **FINGERS) as page:
        number = box.seated.numbers("B", 1)[0]
        choose(box, page, number, page.touchscreen.tap, near_px=FINGER_PX)
        expect(page.locator("[data-total]")).to_have_text("€80.00")
        expect(page.get_by_role("button", name="Hold these seats").first).to_be_in_viewport()
        assert (axe_problems(page), overflow_px(page)) == ([], 0)


def test_one_person_takes_so_many_and_no_more(sqlite: Database, chromium: Browser) -> None:
    with boxed(sqlite, most=1) as box, box.look(chromium) as page:
        view(page).focus()
        press(page, "Enter", "Enter", "ArrowRight", "Enter")
        assert told(page) == "One person may take 1 at once. Give one back to choose another."
        assert len(chosen(page)) == 1


def test_a_chosen_seat_that_somebody_takes_is_told_and_not_sent(box: Box, chromium: Browser) -> None:
    with box.look(chromium) as page:
        view(page).focus()
        press(page, "Enter", "Enter", "ArrowRight", "Enter")
        one, two = chosen(page)
        category = box.seated.plan.places[one].seat.category
        box.seated.hold([one], category=category, now=clock.now())
        expect(page.locator(".chosen__seat[data-lost]")).to_contain_text("taken meanwhile", timeout=15_000)
        assert box.seated.words(one) in told(page)
        assert chosen(page) == [two]
        expect(page.locator("[data-count]")).to_have_text("1 seat")
        assert axe_problems(page) == []


def test_the_list_and_the_map_say_the_same(box: Box, chromium: Browser) -> None:
    with box.look(chromium) as page:
        shown = page.locator("#seat-list")
        shown.get_by_role("button", name=re.compile("^Section 101")).click()
        expect(page.locator("#section-shown")).to_be_focused()
        assert "/hold" not in page.url
        boxes = shown.get_by_role("checkbox", disabled=False)
        boxes.nth(0).check(force=True)
        assert len(chosen_once(page)) == 1
        shown.get_by_role("button", name=re.compile("^Section 102")).click()
        expect(page.locator("#section-shown")).to_have_text("Section 102")
        boxes.nth(1).check(force=True)
        one, two = chosen_once(page)
        give_back(box, page, two).click()
        expect(boxes.nth(1)).not_to_be_checked()
        page.get_by_role("button", name="Hold these seats").last.click()
        page.wait_for_url("**/basket")
        assert box.seated.words(one) in page.inner_text("main")


def chosen_once(page: Page) -> list[int]:
    return sorted(set(chosen(page)))


def test_what_was_refused_stays_chosen_on_the_map(box: Box, chromium: Browser) -> None:
    lost, kept = box.seated.numbers("A", 2)
    with box.look(chromium, f"?seat={lost}&seat={kept}") as page:
        page.unroute("**/gate/seats/*")  # as if the news had not come yet
        box.seated.hold([lost], now=clock.now())
        page.get_by_role("button", name="Hold these seats").first.click()
        page.get_by_text("Not all of your seats can be had").wait_for()
        page.wait_for_selector("[data-wait]", state="hidden")
        assert chosen(page) == [kept]
        assert axe_problems(page) == []
        page.get_by_role("button", name="Hold these seats").first.click()
        page.wait_for_url("**/basket")


def test_an_earlier_plan_at_the_gate_is_not_believed_and_does_not_reload_the_page(box: Box, chromium: Browser) -> None:
    with visit(chromium, "about:blank") as page:
        page.route("**/gate/seats/*", lambda route: route.fulfill(json={"plan": 0, "plan_id": str(new_id()), "free": "", "offers": []}))
        loads: list[str] = []
        page.on("framenavigated", lambda frame: loads.append(frame.url))
        page.goto(f"{box.address}{box.seated.url()}")
        page.wait_for_selector(READY)
        page.wait_for_timeout(500)
        assert loads == [f"{box.address}{box.seated.url()}"]
        view(page).focus()
        press(page, "Enter", "Enter")
        assert len(chosen(page)) == 1


def test_a_later_plan_at_the_gate_brings_the_page_again_with_what_is_chosen(box: Box, chromium: Browser) -> None:
    number = box.seated.numbers("A", 1)[0]
    with visit(chromium, "about:blank") as page:
        page.route("**/gate/seats/*", lambda route: route.fulfill(json={"plan": 2, "plan_id": str(new_id()), "free": "", "offers": []}), times=1)
        page.goto(f"{box.address}{box.seated.url()}?seat={number}")
        page.wait_for_url(f"**?plan={box.seated.plan.plan_id}&seat={number}")


def test_when_nobody_says_what_is_free_the_page_says_so_and_seats_can_be_held(box: Box, chromium: Browser) -> None:
    with visit(chromium, "about:blank") as page:
        page.route("**/gate/seats/*", lambda route: route.abort())
        page.goto(f"{box.address}{box.seated.url()}")
        page.wait_for_selector(READY)
        assert told(page) == "We cannot see at the moment which seats are free. What you choose is checked when you hold it."
        view(page).focus()
        press(page, "Enter", "Enter")
        page.get_by_role("button", name="Hold these seats").first.click()
        page.wait_for_url("**/basket")


def test_a_map_that_does_not_load_leaves_the_list_and_the_best_seats(box: Box, chromium: Browser) -> None:
    with visit(chromium, "about:blank") as page:
        page.route("**/seat-plans/*", lambda route: route.abort())
        page.goto(f"{box.address}{box.seated.url()}")
        page.get_by_text("The map does not load").wait_for()
        assert axe_problems(page) == []
        page.get_by_role("button", name="Hold the best seats").click()
        page.wait_for_url("**/basket")


def test_without_javascript_seats_are_chosen_from_the_list_across_sections(box: Box, chromium: Browser) -> None:
    with visit(chromium, f"{box.address}{box.seated.url()}", java_script_enabled=False) as page:
        page.get_by_role("button", name=re.compile("^Section 101")).click()
        page.get_by_role("checkbox", name=re.compile("^Seat")).first.check(force=True)
        page.get_by_role("button", name=re.compile("^Section 102")).click()
        page.get_by_role("checkbox", name=re.compile("^Seat")).first.check(force=True)
        page.get_by_role("button", name="Hold these seats").last.click()
        page.wait_for_url("**/basket")
        assert page.inner_text("main").count("Section 10") == 2


# -- a large house -----------------------------------------------------------------------------------------------------------------------


def test_dragging_over_sixty_thousand_seats_moves_one_picture_and_draws_few_seats(sqlite: Database, chromium: Browser) -> None:
    with boxed(sqlite, capacity=60_000) as box, box.look(chromium, **MOUSE) as page:
        inside = view(page).bounding_box()
        assert inside is not None
        x, y = inside["x"] + inside["width"] / 2, inside["y"] + inside["height"] / 2
        work = []
        for _ in range(6):
            page.evaluate("seen.length = 0")
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x + 150, y + 100, steps=40)
            page.mouse.up()
            page.wait_for_timeout(50)
            work.append(
                page.evaluate(
                    "({ frames: seen.length, pictures: seen.filter((each) => each.sections).length,"
                    " most: Math.max(...seen.map((each) => each.seats)), px: seen.at(-1).seatPx })"
                )
            )
            page.mouse.move(x, y - 60)
            page.mouse.wheel(0, -240)
        assert [each["frames"] > 5 for each in work] == [True] * 6
        assert [each["pictures"] <= 2 for each in work] == [True] * 6, work
        assert [each["most"] < 12_000 for each in work] == [True] * 6, work
        assert {each["most"] > 0 for each in work} == {True, False}, "from afar no seat is drawn by itself, from near some are"
        assert (axe_problems(page), overflow_px(page)) == ([], 0)
