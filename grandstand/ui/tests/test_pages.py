"""The page of components in a real browser: what every page of the platform inherits."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from grandstand.ui.testing import DESKTOP, PHONE, axe_problems, layout_shifts, overflow_px, visit


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_on_the_page_of_components(site: str, chromium: Browser, viewport: dict[str, int], scheme: str) -> None:
    with visit(chromium, f"{site}/design", viewport=viewport, color_scheme=scheme) as page:
        assert axe_problems(page) == []


@pytest.mark.parametrize("language", ["", "/fr", "/zh-hans"])
def test_nothing_jumps_and_nothing_sticks_out_in_any_language(site: str, chromium: Browser, language: str) -> None:
    with visit(chromium, f"{site}{language}/design", viewport=PHONE) as page:
        assert layout_shifts(page) == []
        assert overflow_px(page) == 0


def test_at_twice_the_letter_size_nothing_sticks_out(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/design", viewport={"width": 640, "height": 450}) as page:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert overflow_px(page) == 0


def test_the_policy_of_the_page_forbids_nothing_that_the_page_does(site: str, chromium: Browser) -> None:
    complaints: list[Any] = []
    with visit(chromium, "about:blank") as page:
        page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{site}/design")
        page.get_by_role("button", name="Open the dialog").click()
        page.get_by_role("dialog").get_by_role("button", name="Close").click()
    assert complaints == []


def test_every_target_on_a_phone_is_44_pixels_high(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/design", viewport=PHONE) as page:
        targets = ".button, .tool, .nav a, .filters a, .pages a, .tabs a, .stepper button, .crumbs a, select, input:not([type=hidden])"
        small = page.evaluate(
            """(targets) => [...document.querySelectorAll(targets)]
            .filter((e) => e.offsetParent && !e.closest('.choice, .choices'))
            .filter((e) => e.getBoundingClientRect().height < 43.9 && (e.closest('li')?.getBoundingClientRect().height ?? 0) < 43.9)
            .map((e) => e.outerHTML.slice(0, 80))""",
            targets,
        )
        assert small == []


def test_the_skip_link_is_the_first_stop_of_the_keyboard_and_leads_to_the_content(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/design") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_a_countdown_runs_by_the_servers_clock_even_when_the_readers_clock_is_hours_wrong(site: str, chromium: Browser) -> None:
    with visit(chromium, "about:blank") as page:
        page.add_init_script("const real = Date.now; Date.now = () => real() + 5 * 3600 * 1000")
        page.goto(f"{site}/design")
        minutes, seconds = page.locator("ui-countdown [data-left]").first.inner_text().split(":")
        assert 560 <= int(minutes) * 60 + int(seconds) <= 570


def test_without_javascript_a_countdown_says_until_when(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/design", java_script_enabled=False) as page:
        first = page.locator("ui-countdown").first
        assert first.locator("[data-left]").is_visible() is False
        assert "until" in first.inner_text()
        assert page.locator(".stepper button").first.is_visible() is False


def test_a_stepper_stays_within_its_bounds_and_says_so(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/design") as page:
        number, more = page.locator("#id_quantity"), page.locator(".stepper").first.locator("button[value=more]")
        for _ in range(4):
            more.click()
        assert number.input_value() == "6"
        assert more.is_disabled()


def test_the_language_menu_shows_the_same_page_in_the_chosen_language(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/design?page=7", java_script_enabled=False) as page:
        page.locator("summary.tool").click()
        page.get_by_role("button", name="Français").click()
        assert page.url == f"{site}/fr/design?page=7"
        assert page.locator("html").get_attribute("lang") == "fr"


def test_a_reader_who_goes_offline_is_told(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/design") as page:
        assert page.locator("#offline").is_hidden()
        page.context.set_offline(True)
        page.locator("#offline").wait_for(state="visible")
        page.context.set_offline(False)
        page.locator("#offline").wait_for(state="hidden")


def test_axe_would_find_a_button_without_a_name(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/design") as page:
        page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert [problem.split()[0] for problem in axe_problems(page)] == ["button-name"]


def test_a_jump_would_be_noticed(site: str, chromium: Browser) -> None:
    with visit(chromium, f"{site}/design") as page:
        page.evaluate("const p = document.createElement('div'); p.style.height = '300px'; document.querySelector('main').prepend(p)")
        assert len(layout_shifts(page)) == 1
