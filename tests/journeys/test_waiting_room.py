"""Two fans, one early and one late, through a waiting room to the tickets behind it."""

import time

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from grandstand.ui.testing import DESKTOP, PHONE, axe_problems, visit
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
from grandstand.store.api import Kind, read, write
from grandstand.ticketing import api as ticketing

market = movement.default_market()
now = clock.now()
with read() as tx:
    rows = tx.rows("SELECT session_id, organisation_id FROM ticketing_session_sale", kinds=[Kind.UUID, Kind.UUID])
on_sale = ((*row, ticketing.offers_for_session(session_id=row[0], market=market, language="en", now=now)) for row in rows)
is_open = lambda offer: offer.account == "public" and offer.state is ticketing.SaleState.OPEN
session_id, organisation_id, offers = next(each for each in on_sale if any(map(is_open, each[2])))
draft = gate.RoomDraft(
    code="finals", title="Finals night", titles={"fr": "Soirée des finales", "zh-hans": "决赛之夜"}, opens_at=now - timedelta(seconds=5),
    starts_at=now + timedelta(seconds=STARTS_IN), market_code=market.code, rate_per_min=6000, fallback_after_s=1, proof_cost=50,
)
with write() as tx:
    guarded = [gate.Guarded(ref=ItemRef(kind="ticket", item_id=offer.offer_id), session_id=session_id) for offer in offers]
    how = {"by": Actor.system("test"), "reason": "a test", "now": now}
    gate.open_room(tx, organisation_id=organisation_id, draft=draft, guarded=guarded, **how)
print(session_id)
"""

STARTS_IN_S = 25

RELOAD_WHILE_IT_IS_SENT = """() => {
  const push = () => document.dispatchEvent(new CustomEvent("countdown:end"));
  const join = document.querySelector("[data-join]");
  join.addEventListener("submit", push);
  join.submit = function () {
    HTMLFormElement.prototype.submit.call(this);
    setTimeout(() => {
      push();
      sessionStorage.setItem("pushed", "yes");
    }, 200);
  };
}"""


def open_a_room(platform: Platform, *, starts_in_s: int = STARTS_IN_S) -> str:
    """Behind it a session with tickets; returns the session's id. Its beacon cannot be reached, so the rule for that orders it."""
    return platform.run(OPEN_A_ROOM.replace("STARTS_IN", str(starts_in_s)))


@pytest.mark.timeout(600)
def test_two_fans_wait_and_each_gets_their_turn(platform: Platform, chromium: Browser) -> None:
    session_id = open_a_room(platform)
    with visit(chromium, f"{platform.address}/sessions/{session_id}", viewport=DESKTOP) as early:
        early.set_default_timeout(30_000)
        early.get_by_role("button", name="Add to basket").first.click()
        early.wait_for_url("**/waiting/finals")
        _nothing_serious(early)
        with visit(chromium, f"{platform.address}/waiting/finals", viewport=PHONE) as other:
            _stop_what_was_sent(other)
        early.get_by_role("button", name="Take a place").click()
        expect(early.locator("main")).to_contain_text("You are on the early list")
        _nothing_serious(early)
        early.wait_for_selector("[data-stage=drawing]", timeout=60_000)
        expect(early.locator("main")).to_contain_text("You are on the early list")
        with visit(chromium, f"{platform.address}/fr/waiting/finals", viewport=PHONE) as late:
            late.set_default_timeout(30_000)
            _take_a_place_too_early(late)
            expect(late.locator("main")).to_contain_text("Vous avez une place", timeout=30_000)
            assert late.evaluate("sessionStorage.getItem('pushed')") == "yes"
            assert late.url.endswith("/fr/waiting/finals")
            _nothing_serious(late)
            for page, come_in, turn in ((early, "Go in now", "It is your turn"), (late, "Entrer maintenant", "C’est votre tour")):
                page.get_by_role("button", name=come_in).click(timeout=90_000)
                expect(page.locator("main")).to_contain_text(turn)
                _nothing_serious(page)
        early.locator(".waiting__items a").first.click()
        early.wait_for_url("**/sessions/**")
        early.get_by_role("button", name="Add to basket").first.click()
        expect(early.locator("main")).to_contain_text("In your basket")
        early.goto(f"{platform.address}/waiting/finals/order")
        expect(early.locator("main")).to_contain_text("because the beacon did not come")
        _nothing_serious(early)


def _take_a_place_too_early(page: Page) -> None:
    """Press before the script is here, which does nothing; and be pushed to load the page anew while the puzzle is solved and the answer comes."""
    waiting: list[Route] = []

    def send_late(route: Route) -> None:
        time.sleep(1)
        route.continue_()

    page.route("**/gate/waiting*.js", lambda route: waiting.append(route))  # noqa: PLW0108 a built-in method cannot be marked
    page.route("**/gate/rooms/finals/puzzle", send_late)
    page.route("**/gate/rooms/finals/join", send_late)
    page.reload(wait_until="commit")
    take = page.get_by_role("button", name="Prendre une place")
    expect(take).to_be_disabled()
    take.click(force=True)
    for route in waiting:
        route.continue_()
    page.unroute("**/gate/waiting*.js")
    expect(take).to_be_enabled()
    page.evaluate(RELOAD_WHILE_IT_IS_SENT)
    take.click()


def _stop_what_was_sent(page: Page) -> None:
    """The browser's own Stop, when the form has gone: the page says nothing, and after a while takes a place again."""
    page.clock.install()
    page.reload()
    page.route("**/gate/rooms/finals/join", lambda route: route.abort("aborted"))
    take = page.locator("[data-join] button")
    with page.expect_event("requestfailed"):
        take.click()
    expect(take).to_be_disabled()
    page.clock.fast_forward(21_000)
    expect(take).to_be_enabled()


def _nothing_serious(page: Page) -> None:
    assert axe_problems(page) == []
