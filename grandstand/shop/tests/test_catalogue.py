from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from grandstand.inventory import api as inventory
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.movement.testing import make_market, make_organisation
from grandstand.shop import api as shop
from grandstand.shop import models
from grandstand.shop.testing import NOW, WHY, claim, make_product, make_rates, make_variant
from grandstand.store.api import Database, Kind, read

DRAFT = shop.ProductDraft(slug="lane-tee", category=shop.Category.CLOTHING, names={"en": "Lane T-shirt"})


def _audit(object_type: str) -> list[tuple[str, str, object, object]]:
    with read() as tx:
        return tx.rows(
            "SELECT action, reason, before, after FROM store_audit WHERE object_type = %s ORDER BY at, id",
            (object_type,),
            kinds=[Kind.TEXT, Kind.TEXT, Kind.JSON, Kind.JSON],
        )


def test_a_product_is_a_draft_until_it_has_a_variant_with_a_price(database: Database) -> None:
    product = shop.create_product(organisation_id=make_organisation().id, draft=DRAFT, **WHY)
    with pytest.raises(shop.NotListable):
        shop.list_product(product_id=product, **WHY)
    make_variant(product, listed=False)
    assert models.Product.objects.get().status == "draft"
    shop.list_product(product_id=product, **WHY)
    shop.list_product(product_id=product, **WHY)
    shop.withdraw_product(product_id=product, **WHY)
    shop.list_product(product_id=product, **WHY)
    assert models.Product.objects.get().status == "listed"
    assert [action for action, *_ in _audit("shop.product")] == ["create", "list", "withdraw", "list"]
    with read() as tx:
        facts = tx.rows("SELECT kind FROM store_fact WHERE kind LIKE 'Product%%' ORDER BY id", kinds=[Kind.TEXT])
    assert facts == [("ProductListed",), ("ProductWithdrawn",), ("ProductListed",)]


def test_a_change_says_what_it_was_and_what_it_is(database: Database) -> None:
    product = shop.create_product(organisation_id=make_organisation().id, draft=DRAFT, **WHY)
    shop.change_product(
        product_id=product, draft=shop.ProductDraft(slug="lane-tee", category=shop.Category.SPORT, names=DRAFT.names, limit_per_line=3), **WHY
    )
    *_, (action, reason, before, after) = _audit("shop.product")
    assert (action, reason) == ("change", "for a test")
    assert before == {"category": "clothing", "limit_per_line": "10"}
    assert after == {"category": "sport", "limit_per_line": "3"}


def test_short_names_article_numbers_and_sizes_are_taken_once(database: Database) -> None:
    organisation, other = make_organisation().id, make_organisation().id
    product = shop.create_product(organisation_id=organisation, draft=DRAFT, **WHY)
    with pytest.raises(shop.SlugTaken):
        shop.create_product(organisation_id=other, draft=DRAFT, **WHY)
    make_variant(product, sku="A-1", size="M")
    for draft in (shop.VariantDraft(sku="A-1", weight_g=1, size="L"), shop.VariantDraft(sku="A-2", weight_g=1, size="M")):
        with pytest.raises(shop.SkuTaken):
            shop.add_variant(product_id=product, draft=draft, **WHY)
    theirs = make_product(other)
    make_variant(theirs, sku="A-1", size="M")
    second = make_variant(product, sku="A-2", size="L")
    with pytest.raises(shop.SkuTaken):
        shop.change_variant(variant_id=second, draft=shop.VariantDraft(sku="A-1", weight_g=1), **WHY)
    shop.change_variant(variant_id=second, draft=shop.VariantDraft(sku="A-2", weight_g=250, size="XL"), **WHY)
    assert models.Variant.objects.get(id=second).size == "XL"


def test_prices_follow_each_other_and_are_never_changed(database: Database) -> None:
    variant = make_variant(make_product(make_organisation().id))
    price = shop.PriceDraft(variant_id=variant, price=Money(minor=100, currency="EUR"), valid_from_at=NOW + timedelta(days=1))
    shop.set_prices(drafts=[price], **WHY)
    with pytest.raises(shop.PriceTaken):
        shop.set_prices(drafts=[price], **WHY)
    past = shop.PriceDraft(variant_id=variant, price=price.price, valid_from_at=NOW - timedelta(seconds=1))
    negative = shop.PriceDraft(variant_id=variant, price=Money(minor=-1, currency="EUR"), valid_from_at=NOW + timedelta(days=2))
    for draft, reason in ((past, shop.ProductWrong), (negative, shop.ProductWrong)):
        with pytest.raises(reason):
            shop.set_prices(drafts=[draft], **WHY)
    with pytest.raises(shop.NoSuchVariant):
        shop.set_prices(drafts=[shop.PriceDraft(variant_id=new_id(), price=price.price, valid_from_at=NOW)], **WHY)
    assert models.Price.objects.count() == 2


def _numbers(variant_id: UUID) -> tuple[int, int]:
    account_id = models.Variant.objects.get(id=variant_id).account_id
    with read() as tx:
        found = inventory.availability_many(tx, [account_id])[account_id]
    return (found.on_hand, found.free)


def test_stock_is_received_and_put_right_with_a_reason_and_not_below_what_is_sold(database: Database) -> None:
    organisation = make_organisation().id
    variant = make_variant(make_product(organisation), on_hand=5)
    claim(organisation, variant, 3)
    shop.receive_stock(variant_id=variant, quantity=10, **WHY)
    assert _numbers(variant) == (15, 12)
    shop.adjust_stock(variant_id=variant, quantity=-12, **WHY)
    assert _numbers(variant) == (3, 0)
    with pytest.raises(shop.StockRefused) as refused:
        shop.adjust_stock(variant_id=variant, quantity=-1, **WHY)
    assert refused.value.detail["left"] == 0
    for quantity in (0, -1):
        with pytest.raises(shop.StockRefused):
            shop.receive_stock(variant_id=variant, quantity=quantity, **WHY)
    with pytest.raises(shop.StockRefused):
        shop.adjust_stock(variant_id=variant, quantity=0, **WHY)
    with pytest.raises(shop.NoSuchVariant):
        shop.receive_stock(variant_id=new_id(), quantity=1, **WHY)
    assert _numbers(variant) == (3, 0)


def test_a_country_is_in_one_zone_and_a_rate_of_the_same_weight_is_replaced(database: Database) -> None:
    organisation = make_organisation().id
    europe = shop.create_zone(organisation_id=organisation, draft=shop.ZoneDraft(name="Europe", countries=("FR", "BE")), **WHY)
    shop.create_zone(organisation_id=organisation, draft=shop.ZoneDraft(name="World"), **WHY)
    wrong = {
        "A country of these is in another zone already.": shop.ZoneDraft(name="France", countries=("FR",)),
        "Another zone is for everywhere else already.": shop.ZoneDraft(name="Elsewhere"),
        "Another zone has this name.": shop.ZoneDraft(name="World", countries=("DE",)),
        "A country is written with its two letters, such as FR.": shop.ZoneDraft(name="Nowhere", countries=("XX",)),
        "The zone needs a name.": shop.ZoneDraft(name=" ", countries=("DE",)),
    }
    for message, draft in wrong.items():
        with pytest.raises(shop.RateWrong, match=message):
            shop.create_zone(organisation_id=organisation, draft=draft, **WHY)
    shop.change_zone(zone_id=europe, draft=shop.ZoneDraft(name="Europe", countries=("FR", "BE", "DE")), **WHY)
    rates = [
        shop.RateDraft(code="standard", names={"en": "Standard"}, price=Money(minor=minor, currency="EUR"), up_to_g=1000) for minor in (500, 600)
    ]
    _, rate_id = (shop.set_rate(zone_id=europe, draft=rate, **WHY) for rate in rates)
    assert [row.amount_minor for row in models.ShippingRate.objects.all()] == [600]
    shop.remove_rate(rate_id=rate_id, **WHY)
    assert models.ShippingRate.objects.count() == 0
    assert [action for action, *_ in _audit("shop.shippingrate")] == ["set", "set", "remove"]


def test_a_country_is_shipped_to_when_every_seller_ships_there(database: Database) -> None:
    ours, theirs = make_organisation().id, make_organisation().id
    make_rates(ours, countries=("FR", "BE", "US"))
    make_rates(theirs)
    found = shop.countries_shipped_to([ours, theirs], currency="EUR", language="fr")
    assert [(country.code, country.name) for country in found] == [("BE", "Belgique"), ("US", "États-Unis"), ("FR", "France")]  # É stands with E
    assert shop.countries_shipped_to([ours], currency="USD", language="fr") == []
    assert shop.countries_shipped_to([ours, make_organisation().id], currency="EUR", language="fr") == []
    assert len(shop.countries_shipped_to([theirs], currency="EUR", language="fr")) > 240


# -- pictures ----------------------------------------------------------------------------------------------------------------------------


def test_a_drawn_picture_is_an_image_that_may_load_nothing_and_be_kept_for_a_year(client: Client, db: None) -> None:
    make_product(make_organisation().id)
    path = f"/shop/pictures/{models.Picture.objects.get().id}"
    answer = client.get(path)
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg")
    assert set(answer["Cache-Control"].split(", ")) == {"max-age=31536000", "public", "immutable"}
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert client.get(f"/shop/pictures/{new_id()}").status_code == 404


def test_an_uploaded_picture_is_handed_out_and_can_be_removed(client: Client, db: None) -> None:
    product = make_product(make_organisation().id, drawn=False)
    name = default_storage.save("shop/pictures/shirt.png", ContentFile(b"\x89PNG"))
    picture = shop.add_picture(product_id=product, draft=shop.PictureDraft(alt={"en": "a shirt"}, file=name), **WHY)
    answer = client.get(f"/shop/pictures/{picture}")
    assert (answer["Content-Type"], answer.content) == ("image/png", b"\x89PNG")
    with pytest.raises(shop.ProductWrong):
        shop.add_picture(product_id=product, draft=shop.PictureDraft(alt={"en": "a trap"}, file="shop/pictures/a.svg"), **WHY)
    stranger = make_variant(make_product(make_organisation().id))
    with pytest.raises(shop.NoSuchVariant):
        shop.add_picture(product_id=product, draft=shop.PictureDraft(alt={"en": "a shirt"}, file=name, variant_id=stranger), **WHY)
    shop.remove_picture(picture_id=picture, **WHY)
    assert client.get(f"/shop/pictures/{picture}").status_code == 404
    with pytest.raises(shop.NoSuchPicture):
        shop.remove_picture(picture_id=picture, **WHY)


def test_a_listing_needs_a_market_that_there_is(db: None) -> None:
    make_market()
    product = make_product(make_organisation().id)
    with pytest.raises(shop.ProductWrong):
        shop.set_listings(product_id=product, drafts=[shop.ListingDraft(market_code="fr", unlisted=shop.Unlisted.NOT_PRICED)], **WHY)
