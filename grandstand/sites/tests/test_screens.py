"""The screens in a real browser: reachable by everybody, nothing jumps, nothing sticks out."""

import pytest
from playwright.sync_api import Browser

from grandstand.ui.testing import DESKTOP, PHONE, axe_problems, layout_shifts, overflow_px, visit


@pytest.mark.parametrize("path", ["/", "/schedule", "/fr/schedule?q=séries", "/zh-hans/", "/basket"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_screen_is_clean_still_and_as_wide_as_its_window(site: str, chromium: Browser, viewport: dict[str, int], path: str) -> None:
    with visit(chromium, f"{site}{path}", viewport=viewport) as page:
        assert axe_problems(page) == []
        assert layout_shifts(page) == []
        assert overflow_px(page) == 0


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
