"""The screens in a real browser: a ticket in a hand, a gate with a network and without."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from grandstand.games import api as games
from grandstand.games.testing import make_edition, make_session
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement.api import Role
from grandstand.movement.testing import make_market, make_member
from grandstand.people.api import PersonSummary
from grandstand.people.testing import make_person, sign_in
from grandstand.store.api import Database, write
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.testing import BoxOffice, codes_of, make_box_office
from grandstand.ui.testing import DESKTOP, PHONE, axe_problems, browser, layout_shifts, open_slowly, overflow_px, serve, visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A served platform with a session whose doors are open now, a fan with three tickets, and a steward."""

    address: str
    office: BoxOffice
    fan: PersonSummary
    tickets: list[UUID]
    steward: PersonSummary

    def cookies(self, person: PersonSummary) -> list[dict[str, str]]:
        client = Client()
        sign_in(client, person)
        return [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.address}]


@pytest.fixture
def gate(sqlite: Database) -> Iterator[Gate]:
    make_market(is_default=True)
    now = clock.now()
    local = (now + timedelta(hours=1)).replace(tzinfo=None, second=0, microsecond=0)
    session = make_session(
        edition=make_edition(), time_zone="UTC", starts_local=local, ends_local=local + timedelta(hours=3), titles={"zh-hans": "女子100米自由泳预赛"}
    )
    office = make_box_office(session=session, now=now - timedelta(days=1))
    fan = make_person()
    tickets = office.issue(office.line(quantity=3, person_id=fan.id), now=now)
    with serve() as address:
        steward = make_member(office.organisation_id, Role.STEWARD)
        yield Gate(address=address, office=office, fan=fan, tickets=tickets, steward=steward)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def look(page: Page) -> list[str]:
    return [*axe_problems(page), *layout_shifts(page), *(f"{overflow_px(page)} px too wide" for _ in range(overflow_px(page) > 0))]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("prefix", ["", "/fr", "/zh-hans"])
def test_tickets_are_clean_still_and_as_wide_as_the_window(gate: Gate, chromium: Browser, viewport: dict[str, int], prefix: str) -> None:
    with visit(chromium, gate.address, viewport=viewport, color_scheme="dark") as page:
        page.context.add_cookies(gate.cookies(gate.fan))  # type: ignore[arg-type] # a TypedDict of Playwright's own
        for path in ("/tickets", f"/tickets/{gate.tickets[0]}"):
            page.goto(f"{gate.address}{prefix}{path}")
            assert look(page) == [], path


@pytest.mark.parametrize(("viewport", "prefix"), [(DESKTOP, ""), (PHONE, "/zh-hans")], ids=["desktop", "phone"])
def test_a_ticket_that_comes_in_pieces_stays_still(gate: Gate, chromium: Browser, viewport: dict[str, int], prefix: str) -> None:
    with visit(chromium, gate.address, viewport=viewport) as page:
        page.context.add_cookies(gate.cookies(gate.fan))  # type: ignore[arg-type] # a TypedDict of Playwright's own
        for path in ("/tickets", f"/tickets/{gate.tickets[0]}"):
            page.goto(f"{gate.address}{prefix}{path}")
            open_slowly(page, f"{gate.address}{prefix}{path}", kib_per_second=12)
            # The end of a word that comes in two pieces may move by itself.
            assert [shift for shift in layout_shifts(page) if float(shift.split()[0]) >= 0.0005] == [], path


@pytest.mark.parametrize(("viewport", "hours"), [(DESKTOP, 24), (PHONE, 12)], ids=["desktop", "phone"])
def test_the_chart_of_sales_fills_its_box_and_shows_the_newest_hours_without_scrolling(
    gate: Gate, chromium: Browser, viewport: dict[str, int], hours: int
) -> None:
    with visit(chromium, gate.address, viewport=viewport) as page:
        page.context.add_cookies(gate.cookies(make_member(gate.office.organisation_id, Role.BOX_OFFICE)))  # type: ignore[arg-type] # as above
        for prefix in ("", "/zh-hans"):
            page.goto(f"{gate.address}{prefix}/console/")
            page.locator(".sales__plot").wait_for()
            left, right, spans = page.locator(".sales__plot").evaluate(_BARS)
            seen = [(start, end) for start, end in spans if start >= left and end <= right]
            assert (len(spans), len(seen)) == (24, hours)
            assert tuple(spans[-1]) == seen[-1]
            assert right - seen[-1][1] == pytest.approx(seen[0][0] - left, abs=1)
            assert page.locator(".sales__plot").evaluate("plot => plot.parentElement.scrollWidth <= plot.parentElement.clientWidth")
            assert overflow_px(page) == 0


_BARS = """plot => {
  const { left, right } = plot.getBoundingClientRect();
  return [left, right, [...plot.querySelectorAll("rect")].map((bar) => [bar.getBoundingClientRect().left, bar.getBoundingClientRect().right])];
}"""


def at_the_gate(chromium: Browser, gate: Gate, **options: Any) -> Any:
    return visit(chromium, gate.address, viewport=PHONE, **options)


def open_gate(page: Page, gate: Gate) -> None:
    page.context.add_cookies(gate.cookies(gate.steward))  # type: ignore[arg-type] # a TypedDict of Playwright's own
    page.goto(f"{gate.address}/scan/{gate.office.session.id}?gate=1")


def scan(page: Page, code: str, answer: str) -> str:
    page.get_by_label("Code").fill(code)
    page.get_by_label("Code").press("Enter")
    page.locator("#answer .gate__word", has_text=answer).wait_for()
    return page.locator("#answer").inner_text()


def test_a_steward_scans_with_a_hand_scanner_and_reads_the_answer(gate: Gate, chromium: Browser) -> None:
    code = codes_of(gate.tickets, now=clock.now())[gate.tickets[0]]
    with at_the_gate(chromium, gate) as page:
        open_gate(page, gate)
        assert look(page) == []
        scan(page, code, "Come in")
        assert page.evaluate("document.activeElement.name") == "code"
        assert "at Gate 1" in scan(page, code, "Already used")
        assert look(page) == []
        page.locator("#count", has_text="of 3 tickets, 33 %").wait_for()


def test_every_submit_is_a_scan_of_its_own_also_with_the_id_of_an_earlier_page(gate: Gate, chromium: Browser) -> None:
    first, second, _ = codes_of(gate.tickets, now=clock.now()).values()
    with at_the_gate(chromium, gate) as page:
        open_gate(page, gate)
        old = page.locator("[name=scan_id]").input_value()
        scan(page, first, "Come in")
        page.evaluate("(id) => { document.querySelector('[name=scan_id]').value = id; }", old)
        page.get_by_label("Code").fill("")
        page.locator("#answer").evaluate("answer => answer.replaceChildren()")
        scan(page, second, "Come in")
    assert models.Admission.objects.count() == models.Scan.objects.count() == 2


def test_without_a_network_nobody_comes_in_to_a_session_that_was_called_off(gate: Gate, chromium: Browser) -> None:
    code = codes_of(gate.tickets, now=clock.now())[gate.tickets[0]]
    how: dict[str, Any] = {"session_id": gate.office.session.id, "now": clock.now(), "by": Actor.person(gate.steward.id), "reason": "storm"}
    with at_the_gate(chromium, gate) as page:
        for call_off, word in ((games.postpone_session, "Postponed"), (games.cancel_session, "Cancelled")):
            call_off(**how)
            open_gate(page, gate)
            page.get_by_text("Ready to go on without a network").wait_for()
            assert look(page) == []
            page.context.set_offline(True)
            assert "As of the last sync at" in scan(page, code, word)
            page.context.set_offline(False)


def test_the_gate_needs_no_javascript(gate: Gate, chromium: Browser) -> None:
    code = codes_of(gate.tickets, now=clock.now())[gate.tickets[0]]
    with at_the_gate(chromium, gate, java_script_enabled=False) as page:
        open_gate(page, gate)
        scan(page, code, "Come in")
        scan(page, code, "Already used")


def test_without_a_network_the_gate_goes_on_says_as_of_when_and_tells_everything_later(gate: Gate, chromium: Browser) -> None:
    codes = codes_of(gate.tickets, now=clock.now())
    good, twice, void = (codes[ticket_id] for ticket_id in gate.tickets)
    by = Actor.person(gate.steward.id)
    ticketing.void_ticket(ticket_id=gate.tickets[2], organisation_id=gate.office.organisation_id, by=by, reason="stolen", now=clock.now())
    with at_the_gate(chromium, gate) as page:
        open_gate(page, gate)
        page.get_by_text("Ready to go on without a network").wait_for()
        page.context.set_offline(True)
        assert "As of the last sync at" in scan(page, good, "Come in")
        assert "at Gate 1" in scan(page, good, "Already used")
        scan(page, void, "Void")
        scan(page, "B" + good[1:], "Not a ticket")
        scan(page, twice, "Come in")
        page.get_by_text("Scans that wait to be sent: 5").wait_for()
        assert models.Scan.objects.count() == 0
        elsewhere = ticketing.ScanAttempt(scan_id=new_id(), code=twice, session_id=gate.office.session.id, gate_id=None, device_id=None)
        with write() as tx:
            assert ticketing.scan_many(tx, [elsewhere], by=by, now=clock.now())[0].admitted
        page.context.set_offline(False)
        page.get_by_text("Let in without a network, though used or void: 1.").wait_for()
        page.get_by_text("Scans that wait to be sent").wait_for(state="hidden")
    count = ticketing.live_count(session_id=gate.office.session.id, language="en")
    assert (count.inside, count.refused, count.conflicts) == (2, 3, 1)


def test_the_browser_reads_codes_exactly_as_the_server_does(gate: Gate, chromium: Browser) -> None:
    code = codes_of(gate.tickets[:1], now=clock.now())[gate.tickets[0]]
    spoiled = [code, code.lower(), code[:-1], code + "A", "A" * 178, *(code[:n] + other(code[n]) + code[n + 1 :] for n in range(0, 178, 7))]
    last = [code[:-1] + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"]
    keys = {key.key_id: bytes(key.public_key) for key in models.SigningKey.objects.all()}
    with at_the_gate(chromium, gate) as page:
        open_gate(page, gate)
        read = page.evaluate(
            """async (codes) => {
              const { readCode } = await import("/static/ticketing/codes.js");
              const { content } = await (await fetch(document.querySelector("[data-scanner]").dataset.bundleUrl)).json();
              return Promise.all(codes.map((code) => readCode(code, content.keys)));
            }""",
            [*spoiled, *last],
        )
    assert [each is not None for each in read] == [good(each, keys) for each in [*spoiled, *last]]
    content = ticketing.read_code(code, keys=keys)
    assert content.window.starts_at is not None
    assert content.window.ends_at is not None
    assert read[0] == {
        "ticket": str(content.ticket_id),
        "session": str(content.session_id),
        "gates": sorted(content.gates),
        "opens": int(content.window.starts_at.timestamp() * 1000),
        "closes": int(content.window.ends_at.timestamp() * 1000),
        "needsActivation": content.needs_activation,
    }


def other(letter: str) -> str:
    return "B" if letter == "A" else "A"


def good(code: str, keys: dict[str, bytes]) -> bool:
    try:
        ticketing.read_code(code, keys=keys)
    except ticketing.Forged:
        return False
    return True
