"""Two fans, one early and one late, through a waiting room to their seats, and to the tickets that name them."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from grandstand.ui.testing import DESKTOP, PHONE, axe_problems, overflow_px, visit
from tests.journeys.platform import Platform

OPEN_A_ROOM = """
from datetime import timedelta
import django
django.setup()
from grandstand.commerce.api import ItemRef
from grandstand.gate import api as gate
from grandstand.games import api as games
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.movement import api as movement
from grandstand.store.api import read, write
from grandstand.ticketing import api as ticketing

market, now = movement.default_market(), clock.now()
edition = games.edition(code="meridian")
session = games.session_by_code(edition_id=edition.id, code="CTR01")
with read() as tx:
    offers = ticketing.offers_of_sessions(tx, [session.id])
draft = gate.RoomDraft(
    code="track", title="A night at the track", titles={"fr": "Une nuit sur la piste", "zh-hans": "赛道之夜"}, opens_at=now - timedelta(seconds=5),
    starts_at=now + timedelta(seconds=STARTS_IN), market_code=market.code, rate_per_min=6000, fallback_after_s=1, proof_cost=50,
)
with write() as tx:
    guarded = [gate.Guarded(ref=ItemRef(kind="ticket", item_id=offer.id), session_id=session.id) for offer in offers]
    how = {"by": Actor.system("test"), "reason": "a test", "now": now}
    gate.open_room(tx, organisation_id=session.organisation_id, draft=draft, guarded=guarded, **how)
print(session.id)
"""

STARTS_IN_S = 30
FINGERS: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


def open_a_room(platform: Platform) -> str:
    """Behind it a session that is sold by its seats; returns the session's id. Its beacon cannot be reached, so the rule for that orders it."""
    return platform.run(OPEN_A_ROOM.replace("STARTS_IN", str(STARTS_IN_S)))


@pytest.mark.timeout(600)
def test_two_fans_wait_choose_seats_and_pay_for_tickets_that_name_them(platform: Platform, chromium: Browser) -> None:
    session_id = open_a_room(platform)
    seats = f"/sessions/{session_id}/seats"
    with (
        visit(chromium, f"{platform.address}/sessions/{session_id}", viewport=DESKTOP) as early,
        visit(chromium, f"{platform.address}/fr/waiting/track", **FINGERS) as late,
    ):
        for page in (early, late):
            page.set_default_timeout(30_000)
        _meet_the_room(early)
        late.wait_for_selector("[data-stage=drawing], [data-stage=admitting]", timeout=90_000)
        late.get_by_role("button", name="Prendre une place").click()
        expect(late.locator("main")).to_contain_text("Vous avez une place")
        _nothing_serious(late)
        for page, come_in, turn in ((early, "Go in now", "It is your turn"), (late, "Entrer maintenant", "C’est votre tour")):
            page.get_by_role("button", name=come_in).click(timeout=90_000)
            expect(page.locator("main")).to_contain_text(turn)
        seat = _choose_by_keyboard(early)
        _choose_the_same_from_the_list(late, f"{platform.address}/fr{seats}", seat)
        early.get_by_role("button", name="Hold these seats").first.click()
        early.wait_for_url("**/basket")
        expect(early.locator("main")).to_contain_text(_words(seat))
        _nothing_serious(early)
        places = _meet_a_taken_seat_and_take_the_best(late, seat)
        _buy(early, "early@fans.example", ("Go to checkout", "Go on to review", "Order and pay", "Pay"))
        expect(early.get_by_role("heading", level=1)).to_have_text("Thank you. It is yours.")
        expect(early.locator("#h-tickets")).to_be_visible()
        expect(early.locator(".order").first).to_contain_text(_words(seat))
        _buy(late, "late@fans.example", ("Passer la commande", "Continuer vers la vérification", "Commander et payer", "Payer"))
        tickets = late.locator(".order")
        expect(tickets).to_have_count(2)
        assert sorted(re.findall(r"Section \S+, rang \S+, place (\d+)", " ".join(tickets.all_inner_texts()))) == sorted(places)
    found = json.loads(platform.doctor())
    assert [check for check in found["checks"] if not check["healthy"]] == []


def _meet_the_room(page: Page) -> None:
    """From the session to its seats, and from there to the room that is before them, where there is a place to take."""
    _nothing_serious(page)
    page.get_by_role("link", name="Choose seats").first.click()
    page.wait_for_selector("[data-map][data-ready]")
    _nothing_serious(page)
    page.get_by_role("button", name="Hold the best seats").click()
    page.wait_for_url("**/waiting/track")
    page.get_by_role("button", name="Take a place").click()
    expect(page.locator("main")).to_contain_text("You are on the early list")
    _nothing_serious(page)


def _choose_by_keyboard(page: Page) -> tuple[str, str, str]:
    """A seat of the map, with the keys alone: its section, row and number."""
    page.locator(".waiting__items a").first.click()
    page.get_by_role("link", name="Choose seats").first.click()
    page.wait_for_selector("[data-map][data-ready]")
    page.locator("[data-view]").focus()
    for key in ("ArrowUp", "Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    told = page.inner_text("[data-told]").replace("\u00a0", " ")
    found = re.match(r"Section (\S+), row (\S+), seat (\S+), chosen, ", told)
    assert found, told
    _nothing_serious(page)
    return found[1], found[2], found[3]


def _choose_the_same_from_the_list(page: Page, address: str, seat: tuple[str, str, str]) -> None:
    section, row, number = seat
    page.goto(address)
    page.wait_for_selector("[data-map][data-ready]")
    _nothing_serious(page)
    page.get_by_role("button", name=re.compile(rf"^Section {section}\b")).click()
    expect(page.locator("#section-shown")).to_have_text(f"Section {section}")
    rows = page.get_by_role("group", name=re.compile(rf"^Rang {row}\b"))
    rows.get_by_role("checkbox", name=re.compile(rf"^Place {number}$")).check(force=True)
    expect(page.locator("[data-chosen]")).to_contain_text(f"Section {section}, rang {row}, place {number}")
    _nothing_serious(page)


def _meet_a_taken_seat_and_take_the_best(page: Page, seat: tuple[str, str, str]) -> list[str]:
    """The seat is told to be taken before it is asked for; two of the best are held instead. The numbers of those."""
    expect(page.locator(".chosen__seat[data-lost]")).to_contain_text("prise entre-temps", timeout=30_000)
    _nothing_serious(page)
    page.get_by_role("button", name="Réserver les meilleures places").click()
    page.wait_for_url("**/fr/basket")
    _nothing_serious(page)
    found = re.search(r"Section (\S+), rang (\S+), places (\d+), (\d+)", page.inner_text("main"))
    assert found
    assert (found[1], found[2], found[3]) != seat
    return [found[3], found[4]]


def _buy(page: Page, email: str, buttons: tuple[str, str, str, str]) -> None:
    go, review, order, pay = buttons
    page.get_by_role("link", name=go).click()
    _nothing_serious(page)
    page.fill("main input[name=name]", "Nadia Example")
    page.fill("main input[name=email]", email)
    page.get_by_role("button", name=review).click()
    page.wait_for_url("**/checkout/review**")
    _nothing_serious(page)
    page.get_by_role("button", name=order).click()
    page.wait_for_url("**/test-bank/**")
    _nothing_serious(page)
    page.get_by_role("button", name=pay, exact=True).click()
    page.wait_for_url("**/orders/**", timeout=60_000)
    expect(page.locator("#h-tickets")).to_be_visible()
    _nothing_serious(page)


def _words(seat: tuple[str, str, str]) -> str:
    section, row, number = seat
    return f"Section {section}, row {row}, seat {number}"


def _nothing_serious(page: Page) -> None:
    assert axe_problems(page) == []
    assert overflow_px(page) == 0
