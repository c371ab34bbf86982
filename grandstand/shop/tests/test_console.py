import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grandstand.inventory import api as inventory
from grandstand.kit.clock import now
from grandstand.movement.api import Role
from grandstand.movement.testing import make_market, make_organisation
from grandstand.shop import models
from grandstand.shop.admin.forms import drops_of
from grandstand.shop.rules.addresses import every_country
from grandstand.shop.testing import make_parcel, make_product, make_rates, make_variant, sold_line
from grandstand.shop.tests.consoles import client_of, free_of, list_url, send, statuses
from grandstand.store.api import Deadlock

pytestmark = pytest.mark.django_db

MODELS = ["product", "variant", "price", "picture", "listing", "shippingzone", "shippingrate", "parcel"]
BOARD = "console:shop_parcel_board"


PRODUCT = {
    "slug": "lane-tee",
    "category": "clothing",
    "names_en": "Lane T-shirt",
    "names_fr": "T-shirt Couloir",
    "tax_class": "standard",
    "limit_per_line": "5",
}


def test_a_product_is_made_changed_listed_and_withdrawn_with_a_reason() -> None:
    organisation = make_organisation().id
    client = client_of(organisation)
    make_market()
    assert send(client, "product", organisation=organisation, **PRODUCT) is None
    product = models.Product.objects.get()
    assert (product.names, product.status) == ({"en": "Lane T-shirt", "fr": "T-shirt Couloir"}, "draft")
    assert send(client, "product", product.id, **PRODUCT, status="listed") == {"__all__": ["Give the product a variant with a price first."]}
    make_variant(product.id, listed=False)
    assert send(client, "product", product.id, **PRODUCT | {"names_zh_hans": "泳道T恤"}, status="listed") is None
    assert send(client, "product", product.id, **PRODUCT, status="draft") == {
        "status": ["What was on sale does not become a draft again: withdraw it instead."]
    }
    assert send(client, "product", product.id, **PRODUCT, status="withdrawn") is None
    assert send(client, "product", organisation=organisation, **PRODUCT)["slug"]
    assert "reason" in send(client, "product", organisation=organisation, **PRODUCT | {"reason": ""})
    page = client.get(reverse("console:shop_product_change", args=[product.id])).content.decode()
    assert 'value="T-shirt Couloir"' in page


def test_a_variant_is_made_with_its_stock_which_is_then_received_and_put_right() -> None:
    organisation = make_organisation().id
    client, product = client_of(organisation), make_product(organisation)
    given = {"sku": "T-M", "size": "M", "colour": "#14213d", "colours_en": "navy", "weight_g": "200", "position": "0"}
    assert send(client, "variant", product=product, **given, stock_change="20") is None
    variant = models.Variant.objects.get()
    assert (variant.colour_names, free_of(variant)) == ({"en": "navy"}, 20)
    assert send(client, "variant", variant.id, **given, stock_change="5") is None
    assert send(client, "variant", variant.id, **given, stock_change="-25") is None
    assert send(client, "variant", variant.id, **given, stock_change="-1") == {"__all__": ["So many are set aside or sold: fewer cannot be on hand."]}
    assert free_of(variant) == 0
    page = client.get(list_url("variant")).content.decode()
    assert "T-M" in page


def test_a_drop_is_made_with_its_variant_shown_and_called_off() -> None:
    organisation, at = make_organisation().id, now() + timedelta(days=1)
    client, product = client_of(organisation), make_product(organisation)
    given = {"sku": "T-M", "size": "M", "weight_g": "200", "position": "0"}
    drop = {"drop_units": "15", "drop_at_0": f"{at:%Y-%m-%d}", "drop_at_1": "18:00:00"}
    assert send(client, "variant", product=product, **given, stock_change="20", **drop | {"drop_units": "21"}) == {
        "drop_units": ["So many are not free to be set aside: receive them first, or release fewer."]
    }
    assert not models.Variant.objects.exists()
    assert send(client, "variant", product=product, **given, stock_change="20", drop_units="15") == {
        "drop_at": ["Say how many, and from when they can be bought."]
    }
    assert send(client, "variant", product=product, **given, stock_change="20", **drop) is None
    variant = models.Variant.objects.get()
    assert free_of(variant) == 5
    page = client.get(reverse("console:shop_variant_change", args=[variant.id])).content.decode()
    assert "15 units: " in page
    [drop_id] = set(re.findall(r'<option value="([0-9a-f-]{36})">15 units', page))
    assert send(client, "variant", variant.id, **given, drop_call_off=drop_id) is None
    assert free_of(variant) == 20


def test_the_time_of_a_drop_is_changed_in_the_form_of_its_variant() -> None:
    organisation, at = make_organisation().id, now() + timedelta(days=1)
    client, variant = client_of(organisation), models.Variant.objects.get(id=make_variant(make_product(organisation), on_hand=20))
    given = {"sku": variant.sku, "weight_g": "200", "position": "0"}
    later = {"drop_postponed_to_0": f"{at + timedelta(days=1):%Y-%m-%d}", "drop_postponed_to_1": "18:00:00"}
    assert send(client, "variant", variant.id, **given, drop_units="15", drop_at_0=f"{at:%Y-%m-%d}", drop_at_1="18:00:00") is None
    [drop] = drops_of(variant.id)
    named = {"drop_postpone": str(drop.drop_id)}
    assert send(client, "variant", variant.id, **given, **named) == {"drop_postponed_to": ["Say which drop, and its new time."]}
    assert send(client, "variant", variant.id, **given, **later) == {"drop_postpone": ["Say which drop, and its new time."]}
    assert send(client, "variant", variant.id, **given, **named, **later, drop_call_off=str(drop.drop_id)) == {
        "drop_postpone": ["Call it off or change its time, not both."]
    }
    past = {"drop_postponed_to_0": "2020-01-01", "drop_postponed_to_1": "18:00:00"}
    assert send(client, "variant", variant.id, **given, **named, **past) == {"drop_postponed_to": ["A drop is released later than now."]}
    assert send(client, "variant", variant.id, **given, **named, **later) is None
    assert [(each.quantity, each.released_at) for each in drops_of(variant.id)] == [(15, drop.released_at + timedelta(days=1))]
    assert free_of(variant) == 5
    assert drop.drop_id not in {each.drop_id for each in drops_of(variant.id)}


def test_a_deadlock_keeps_the_form_of_a_variant_and_says_to_send_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    organisation, at = make_organisation().id, now() + timedelta(days=1)
    client, variant = client_of(organisation), models.Variant.objects.get(id=make_variant(make_product(organisation), on_hand=20))

    def crossed(*_: Any, **__: Any) -> None:
        raise Deadlock("deadlock detected")

    monkeypatch.setattr(inventory, "move_many", crossed)
    given = {"sku": variant.sku, "weight_g": "200", "position": "0", "stock_change": "5"}
    again = "Somebody else was changing the same things. Nothing was written: send it again."
    sent = send(client, "variant", variant.id, **given, drop_units="15", drop_at_0=f"{at:%Y-%m-%d}", drop_at_1="18:00:00")
    assert sent == {"__all__": [again]}
    assert free_of(variant) == 20


def test_a_price_is_added_in_major_units_and_never_changed() -> None:
    organisation = make_organisation().id
    client, variant = client_of(organisation), make_variant(make_product(organisation))
    at = now() + timedelta(days=1)
    when = {"valid_from_at_0": f"{at:%Y-%m-%d}", "valid_from_at_1": f"{at:%H:%M:%S}"}
    assert send(client, "price", variant=variant, currency="EUR", price="12.50", **when) is None
    assert models.Price.objects.filter(amount_minor=1250, currency="EUR").count() == 1
    assert "price" in send(client, "price", variant=variant, currency="EUR", price="12.505", **when)
    assert "price" in send(client, "price", variant=variant, currency="JPY", price="a lot", **when)
    row = models.Price.objects.filter(amount_minor=1250).get()
    page = client.get(reverse("console:shop_price_change", args=[row.id]))
    assert "€12.50" in page.content.decode()
    assert 'name="_save"' not in page.content.decode()


def test_a_picture_is_drawn_or_uploaded_and_removed() -> None:
    organisation = make_organisation().id
    client, product = client_of(organisation), make_product(organisation, drawn=False)
    given = {"product": product, "alt_en": "A shirt", "position": "0", "colour": "#14213d", "second": "#f6f3ea"}
    assert send(client, "picture", **given, kind="tshirt") is None
    upload = SimpleUploadedFile("shirt.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20)
    assert send(client, "picture", **given, upload=upload) is None
    trap = SimpleUploadedFile("trap.png", b"<svg onload='x'>")
    assert "upload" in send(client, "picture", **given, upload=trap)
    drawn, uploaded = models.Picture.objects.order_by("file")
    assert drawn.drawing == {"kind": "tshirt", "colour": "#14213d", "second": "#f6f3ea", "sport": ""}
    assert uploaded.drawing is None
    answer = client.post(reverse("console:shop_picture_delete", args=[drawn.id]), {"post": "yes", "reason": "blurred"})
    assert answer.status_code == 302
    assert list(models.Picture.objects.values_list("id", flat=True)) == [uploaded.id]


def test_listings_zones_and_rates_are_kept() -> None:
    organisation = make_organisation().id
    client, product = client_of(organisation), make_product(organisation, markets=())
    make_market()
    assert send(client, "listing", product=product, market="fr", unlisted="not_granted", note="Not ours to sell.") is None
    listing = models.Listing.objects.get()
    assert send(client, "listing", listing.id, unlisted="", note="") is None
    assert models.Listing.objects.get().unlisted == ""
    assert send(client, "shippingzone", organisation=organisation, name="Europe", countries="fr, BE") is None
    zone = models.ShippingZone.objects.get()
    assert zone.countries == ["FR", "BE"]
    assert "countries" in send(client, "shippingzone", zone.id, name="Europe", countries="Narnia")
    rate = {"code": "standard", "names_en": "Standard", "currency": "EUR", "price": "5", "up_to_g": "1000", "tax_class": "standard", "position": "0"}
    assert send(client, "shippingrate", zone=zone.id, **rate) is None
    row = models.ShippingRate.objects.get()
    assert row.amount_minor == 500
    assert send(client, "shippingrate", row.id, **rate | {"price": "6.50"}) is None
    assert models.ShippingRate.objects.get().amount_minor == 650


# -- parcels -----------------------------------------------------------------------------------------------------------------------------


def test_nothing_of_another_organisation_is_shown_or_changed() -> None:
    ours, theirs = make_organisation().id, make_organisation().id
    variant = make_variant(make_product(ours, slug="ours"), sku="OURS")
    make_rates(ours, countries=("FR",))
    parcel = make_parcel(ours, sold_line(ours, variant))
    stranger = client_of(theirs)
    number = models.Parcel.objects.get(id=parcel).number
    for model in MODELS:
        page = stranger.get(list_url(model)).content.decode()
        assert not any(text in page for text in ("ours", "OURS", number, "FR,"))
        for row in getattr(models, _MODEL[model]).objects.all():
            assert stranger.get(reverse(f"console:shop_{model}_change", args=[row.pk])).status_code == 404
    board = stranger.get(reverse(BOARD)).content.decode()
    assert number not in board
    stranger.post(reverse(BOARD), {"do": "pack", "parcel": str(parcel)})
    assert stranger.post(reverse(BOARD), {"do": "packing_list", "parcel": str(parcel)}).status_code == 302
    assert statuses() == ["to_pack"]
    assert "product" in send(stranger, "variant", product=models.Product.objects.get().id, sku="X", weight_g="1", position="0")


_MODEL = {
    "product": "Product",
    "variant": "Variant",
    "price": "Price",
    "picture": "Picture",
    "listing": "Listing",
    "shippingzone": "ShippingZone",
    "shippingrate": "ShippingRate",
    "parcel": "Parcel",
}


def test_finance_sees_the_shop_and_changes_nothing() -> None:
    organisation = make_organisation().id
    parcel = make_parcel(organisation)
    client = client_of(organisation, Role.FINANCE)
    for model in MODELS:
        assert client.get(list_url(model)).status_code == 200
        assert client.get(reverse(f"console:shop_{model}_add")).status_code == 404
    assert client.get(reverse(BOARD)).status_code == 404
    assert client.post(reverse(BOARD), {"do": "pack", "parcel": str(parcel)}).status_code == 404
    assert client_of(organisation, Role.STEWARD).get(list_url("parcel")).status_code == 404
    assert statuses() == ["to_pack"]


@pytest.mark.parametrize("model", [*MODELS, "board"])
def test_a_list_of_forty_needs_as_many_queries_as_a_list_of_one(model: str) -> None:
    organisation = make_organisation().id
    client = client_of(organisation)
    url = reverse(BOARD) if model == "board" else list_url(model)
    counts = []
    for size in (1, 39):
        for n in range(size):
            variant = make_variant(make_product(organisation))
            make_parcel(organisation, sold_line(organisation, variant))
            make_rates(organisation, countries=(_COUNTRIES[size + n],))
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


_COUNTRIES = every_country()
