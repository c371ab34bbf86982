"""A drop in the shop: one fan waits for it at a desk and gets one, another sees it on a phone, in French."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from grandstand.config.demo.cast import PASSWORD
from grandstand.ui.testing import DESKTOP, PHONE, axe_problems, visit
from tests.journeys.platform import Platform

MAKE_A_DROP = """
from datetime import timedelta
import django
django.setup()
from grandstand.commerce.api import ItemRef
from grandstand.gate import api as gate
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.money import Money
from grandstand.movement import api as movement
from grandstand.shop import api as shop
from grandstand.store.api import write

market, now = movement.default_market(), clock.now()
how = {"by": Actor.system("test"), "reason": "a test", "now": now}
seller = shop.newest_products(market=market, language="en", now=now, limit=1)[0].seller_id
names = {"en": "Lantern mascot", "fr": "Mascotte Lanterne", "zh-hans": "灯笼吉祥物"}
draft = shop.ProductDraft(slug="mascot", category=shop.Category.TOYS, names=names, limit_per_line=1, cap_per_person=1)
product_id = shop.create_product(organisation_id=seller, draft=draft, **how)
drawing = shop.Drawing(kind="tshirt", colour="#14213d")
shop.add_picture(product_id=product_id, draft=shop.PictureDraft(alt={"en": "A lantern with a face"}, drawing=drawing), **how)
shop.set_listings(product_id=product_id, drafts=[shop.ListingDraft(market_code=market.code)], **how)
units = {}
for sku, name in (("M-RED", {"en": "red", "fr": "rouge"}), ("M-BLUE", {"en": "blue", "fr": "bleu"})):
    variant = shop.VariantDraft(sku=sku, colour="#c1121f" if sku == "M-RED" else "#14213d", colour_names=name, weight_g=300)
    units[shop.add_variant(product_id=product_id, draft=variant, on_hand=20, **how)] = 20
prices = [shop.PriceDraft(variant_id=each, price=Money(minor=2900, currency=market.currency), valid_from_at=now) for each in units]
shop.set_prices(drafts=prices, **how)
starts_at = now + timedelta(seconds=STARTS_IN)
shop.schedule_drop(units=units, released_at=starts_at, **how)
shop.list_product(product_id=product_id, **how)
draft = gate.RoomDraft(
    code="mascot", title="The mascot", titles={"fr": "La mascotte", "zh-hans": "吉祥物"}, opens_at=now - timedelta(seconds=5),
    starts_at=starts_at, market_code=market.code, rate_per_min=6000, fallback_after_s=1, for_accounts=True,
)
with write() as tx:
    guarded = [gate.Guarded(ref=ItemRef(kind=shop.KIND, item_id=each)) for each in units]
    gate.open_room(tx, organisation_id=seller, draft=draft, guarded=guarded, **how)
"""

STARTS_IN_S = 40


def make_a_drop(platform: Platform) -> None:
    """Of a mascot in two colours, behind a waiting room for people with an account."""
    platform.run(MAKE_A_DROP.replace("STARTS_IN", str(STARTS_IN_S)))


@pytest.mark.timeout(600)
def test_a_fan_waits_for_a_drop_has_one_and_no_more(platform: Platform, chromium: Browser) -> None:
    make_a_drop(platform)
    with visit(chromium, f"{platform.address}/shop/mascot", viewport=DESKTOP) as page:
        page.set_default_timeout(30_000)
        _see_from_when(page)
        _take_a_place(page)
        with visit(chromium, f"{platform.address}/fr/shop/mascot", viewport=PHONE) as phone:
            expect(phone.locator("main")).to_contain_text("En vente à partir du")
            expect(phone.locator("main")).to_contain_text("40 pièces sont mises en vente alors.")
            expect(phone.get_by_role("link", name="Vers la salle d’attente")).to_be_visible()
            _nothing_serious(phone)
            _go_in(page)
            _take_one(page)
            _be_refused_a_second(page, platform)
            _pay(page)
            phone.reload()
            phone.get_by_role("button", name="Ajouter au panier").click()
            phone.wait_for_url("**/waiting/mascot")
            _nothing_serious(phone)
    found = json.loads(platform.doctor())
    assert [check for check in found["checks"] if not check["healthy"]] == []


def _see_from_when(page: Page) -> None:
    expect(page.locator("main")).to_contain_text("Not on sale yet")
    expect(page.locator("main")).to_contain_text("40 pieces are released then.")
    expect(page.locator("ui-countdown [data-left]")).to_be_visible()
    expect(page.locator("main")).to_contain_text("One person may have 1.")
    expect(page.locator("main")).to_contain_text("€29.00")
    expect(page.get_by_role("button", name="Add to basket")).to_have_count(0)
    _nothing_serious(page)


def _take_a_place(page: Page) -> None:
    page.get_by_role("link", name="To the waiting room").click()
    page.wait_for_url("**/waiting/mascot")
    expect(page.locator("main")).to_contain_text("Sign in first")
    _nothing_serious(page)
    page.locator("main").get_by_role("link", name="Sign in").click()
    page.fill("main input[name=login]", "fan@demo.example")
    page.fill("main input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/waiting/mascot")
    page.get_by_role("button", name="Take a place").click()
    expect(page.locator("main")).to_contain_text("You are on the early list")
    _nothing_serious(page)


def _go_in(page: Page) -> None:
    page.get_by_role("button", name="Go in now").click(timeout=120_000)
    expect(page.locator("main")).to_contain_text("It is your turn")
    _nothing_serious(page)
    page.locator(".waiting__items a").first.click()
    page.wait_for_url("**/shop/mascot**")


def _take_one(page: Page) -> None:
    _nothing_serious(page)
    page.get_by_role("button", name="Add to basket").click()
    expect(page.locator("main")).to_contain_text("In your basket")


def _be_refused_a_second(page: Page, platform: Platform) -> None:
    page.goto(f"{platform.address}/shop/mascot")
    page.locator("label.variant", has_text="blue").click()
    page.get_by_role("button", name="Add to basket").click()
    expect(page.locator("main")).to_contain_text("That is more than one person may have")
    _nothing_serious(page)


def _pay(page: Page) -> None:
    page.goto(page.url.split("/shop/")[0] + "/basket")
    page.get_by_role("link", name="Go to checkout").click()
    page.fill("main input[name=name]", "Noé Rinchi")
    page.evaluate("document.querySelector('#address').dataset.before = ''")
    page.select_option("main select[name=country]", "FR")
    expect(page.locator("#address[data-before]")).to_have_count(0)  # the address fields change with the country
    page.fill("main textarea[name=lines]", "3 rue du Port")
    page.fill("main input[name=postal_code]", "44000")
    page.fill("main input[name=city]", "Nantes")
    page.get_by_role("button", name="Go on to review").click()
    page.wait_for_url("**/checkout/review**")
    page.locator("main button", has_text=re.compile("pay", re.IGNORECASE)).last.click()
    page.wait_for_url("**/test-bank/**")
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url("**/orders/**", timeout=30_000)
    expect(page.locator("main")).to_contain_text("Parcels")
    expect(page.locator("main")).to_contain_text("1 × Lantern mascot")
    _nothing_serious(page)


def _nothing_serious(page: Page) -> None:
    assert axe_problems(page) == []
