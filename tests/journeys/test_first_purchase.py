"""One fan's first purchase, in a browser, from signing up to the gate."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from grandstand.config.demo.cast import PASSWORD
from grandstand.ui.testing import DESKTOP, PHONE, axe_problems, visit
from tests.journeys.platform import Platform

FAN = "nadia@fans.example"
JSQR = Path(__file__).resolve().parents[2] / "node_modules" / "jsqr" / "dist" / "jsQR.js"

_READ_QR = """async () => {
  const picture = new Image();
  picture.src = "data:image/svg+xml," + encodeURIComponent(document.querySelector(".qr svg").outerHTML);
  await picture.decode();
  const canvas = new OffscreenCanvas(600, 600);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0, 600, 600);
  return jsQR(context.getImageData(0, 0, 600, 600).data, 600, 600).data;
}"""
"""What a scanner reads from the code on the screen."""

HER_PASSWORD = "four lanes and a lantern"


@pytest.mark.timeout(600)
def test_a_fan_buys_two_tickets_and_a_shirt_and_is_admitted_once(platform: Platform, chromium: Browser) -> None:
    with visit(chromium, f"{platform.address}/accounts/signup/", viewport=DESKTOP) as page:
        page.set_default_timeout(20_000)
        _sign_up(page, platform)
        _choose(page, platform)
        _lose_a_hold_and_recover(page, platform)
        _check_out(page)
        _pay_with_extra_authentication(page)
        code = _ticket_code(page, platform)
    with visit(chromium, f"{platform.address}/accounts/login/?next=/scan", viewport=PHONE) as page:
        page.set_default_timeout(20_000)
        _scan_twice(page, code)
    found = json.loads(platform.doctor())
    assert [check for check in found["checks"] if not check["healthy"]] == []


def _sign_up(page: Page, platform: Platform) -> None:
    _nothing_serious(page)
    page.fill("main input[name=email]", FAN)
    page.fill("main input[name=name]", "Nadia Example")
    page.fill("main input[name=password1]", HER_PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_selector("main input[name=code]")
    _nothing_serious(page)
    mail = platform.mail(FAN, about="code").get_body(("plain",))
    assert mail is not None
    [code] = re.findall(r"^\s*([0-9]{6})\s*$", mail.get_content(), re.MULTILINE)
    page.fill("main input[name=code]", code)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main")).to_contain_text("is confirmed")


def _choose(page: Page, platform: Platform) -> None:
    page.goto(f"{platform.address}/schedule")
    _nothing_serious(page)
    page.locator("main a", has_text="Festival of Lanes").first.click()
    page.wait_for_url("**/sessions/**")
    _nothing_serious(page)
    page.get_by_role("button", name="Add to basket").click()
    expect(page.locator("main")).to_contain_text("In your basket")
    page.goto(f"{platform.address}/shop/meridian-tee")
    _nothing_serious(page)
    page.get_by_role("button", name="Add to basket").click()
    expect(page.locator("main")).to_contain_text("In your basket")


def _lose_a_hold_and_recover(page: Page, platform: Platform) -> None:
    platform.let_newest_hold_expire()
    page.goto(f"{platform.address}/basket")
    _nothing_serious(page)
    expect(page.locator("main")).to_contain_text("Your time ran out")
    expect(page.get_by_role("link", name="Go to checkout")).to_have_count(0)
    page.get_by_role("button", name="Take again").click()
    expect(page.locator("main")).not_to_contain_text("Your time ran out")
    expect(page.locator("main")).to_contain_text("€59.90")


def _check_out(page: Page) -> None:
    page.get_by_role("link", name="Go to checkout").click()
    _nothing_serious(page)
    page.fill("main input[name=name]", "Nadia Example")
    page.evaluate("document.querySelector('#address').dataset.before = ''")
    page.select_option("main select[name=country]", "FR")
    expect(page.locator("#address[data-before]")).to_have_count(0)  # the address fields change with the country
    page.fill("main textarea[name=lines]", "3 rue du Port")
    page.fill("main input[name=postal_code]", "44000")
    page.fill("main input[name=city]", "Nantes")
    page.get_by_role("button", name="Go on to review").click()
    page.wait_for_url("**/checkout/review**")
    _nothing_serious(page)
    expect(page.locator("main")).to_contain_text("€59.90")


def _pay_with_extra_authentication(page: Page) -> None:
    page.locator("main button", has_text=re.compile("pay", re.IGNORECASE)).last.click()
    page.wait_for_url("**/test-bank/**")
    _nothing_serious(page)
    page.locator("input[name=card][value='4000002500003155']").check()
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_selector("input[name=code]")
    _nothing_serious(page)
    page.fill("input[name=code]", page.inner_text("strong.code"))
    page.get_by_role("button", name="Confirm the payment").click()
    page.wait_for_url("**/orders/**", timeout=30_000)


def _ticket_code(page: Page, platform: Platform) -> str:
    order = page.url
    receipt = platform.mail(FAN, about="(?i)(paid|receipt|tickets|thank)")
    assert [part.get_filename() for part in receipt.iter_attachments()] != []
    page.goto(order)
    _nothing_serious(page)
    expect(page.locator("main")).to_contain_text("Festival of Lanes")
    page.goto(f"{platform.address}/tickets")
    _nothing_serious(page)
    page.locator("main a[href*='/tickets/']", has_text="Festival of Lanes").first.click()
    page.wait_for_selector("main .qr svg")
    _nothing_serious(page)
    page.evaluate(JSQR.read_text())
    return str(page.evaluate(_READ_QR))


def _scan_twice(page: Page, code: str) -> None:
    page.fill("main input[name=login]", "steward@demo.example")
    page.fill("main input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/scan**")
    _nothing_serious(page)
    page.locator("main a", has_text="Festival of Lanes").first.click()
    page.wait_for_selector("[data-answer=wait]")
    _nothing_serious(page)
    _scan(page, code)
    expect(page.locator("[data-answer]")).to_have_attribute("data-answer", "yes")
    _nothing_serious(page)
    _scan(page, code)
    expect(page.locator("[data-answer]")).to_have_attribute("data-answer", "no")
    expect(page.locator(".gate__text")).to_contain_text(re.compile("already|used", re.IGNORECASE))


def _scan(page: Page, code: str) -> None:
    page.fill("form.gate__form [name=code]", code)
    page.get_by_role("button", name="Check").click()


def _nothing_serious(page: Page) -> None:
    assert axe_problems(page) == []
