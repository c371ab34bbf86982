from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grandstand.inventory import api as inventory
from grandstand.kit.clock import now
from grandstand.movement.api import Role
from grandstand.movement.testing import make_market, make_member, make_organisation
from grandstand.shop import api as shop
from grandstand.shop import models
from grandstand.shop.rules.addresses import every_country
from grandstand.shop.services import moving
from grandstand.shop.testing import WHY, make_parcel, make_product, make_rates, make_variant, sold_line
from grandstand.store.api import Deadlock, read, write

pytestmark = pytest.mark.django_db

MODELS = ["product", "variant", "price", "picture", "listing", "shippingzone", "shippingrate", "parcel"]
BOARD = "console:shop_parcel_board"


def _client(organisation_id: UUID, *roles: Role) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(id=make_member(organisation_id, *(roles or (Role.SHOP,))).id))
    return client


def _list(model: str) -> str:
    return reverse(f"console:shop_{model}_changelist")


def _send(client: Client, model: str, pk: object = None, **given: Any) -> Any:
    url = reverse(f"console:shop_{model}_add") if pk is None else reverse(f"console:shop_{model}_change", args=[pk])
    answer = client.post(url, {"reason": "for a test", **given})
    if answer.status_code == 200:
        context: Any = answer.context
        return dict(context["adminform"].form.errors)
    assert answer.status_code == 302
    return None


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
    client = _client(organisation)
    make_market()
    assert _send(client, "product", organisation=organisation, **PRODUCT) is None
    product = models.Product.objects.get()
    assert (product.names, product.status) == ({"en": "Lane T-shirt", "fr": "T-shirt Couloir"}, "draft")
    assert _send(client, "product", product.id, **PRODUCT, status="listed") == {"__all__": ["Give the product a variant with a price first."]}
    make_variant(product.id, listed=False)
    assert _send(client, "product", product.id, **PRODUCT | {"names_zh_hans": "泳道T恤"}, status="listed") is None
    assert _send(client, "product", product.id, **PRODUCT, status="draft") == {
        "status": ["What was on sale does not become a draft again: withdraw it instead."]
    }
    assert _send(client, "product", product.id, **PRODUCT, status="withdrawn") is None
    assert _send(client, "product", organisation=organisation, **PRODUCT)["slug"]
    assert "reason" in _send(client, "product", organisation=organisation, **PRODUCT | {"reason": ""})
    page = client.get(reverse("console:shop_product_change", args=[product.id])).content.decode()
    assert 'value="T-shirt Couloir"' in page


def _free(variant: models.Variant) -> int:
    with read() as tx:
        return inventory.availability_many(tx, [variant.account_id])[variant.account_id].free


def test_a_variant_is_made_with_its_stock_which_is_then_received_and_put_right() -> None:
    organisation = make_organisation().id
    client, product = _client(organisation), make_product(organisation)
    given = {"sku": "T-M", "size": "M", "colour": "#14213d", "colours_en": "navy", "weight_g": "200", "position": "0"}
    assert _send(client, "variant", product=product, **given, stock_change="20") is None
    variant = models.Variant.objects.get()
    assert (variant.colour_names, _free(variant)) == ({"en": "navy"}, 20)
    assert _send(client, "variant", variant.id, **given, stock_change="5") is None
    assert _send(client, "variant", variant.id, **given, stock_change="-25") is None
    assert _send(client, "variant", variant.id, **given, stock_change="-1") == {
        "__all__": ["So many are set aside or sold: fewer cannot be on hand."]
    }
    assert _free(variant) == 0
    page = client.get(_list("variant")).content.decode()
    assert "T-M" in page


def test_a_price_is_added_in_major_units_and_never_changed() -> None:
    organisation = make_organisation().id
    client, variant = _client(organisation), make_variant(make_product(organisation))
    at = now() + timedelta(days=1)
    when = {"valid_from_at_0": f"{at:%Y-%m-%d}", "valid_from_at_1": f"{at:%H:%M:%S}"}
    assert _send(client, "price", variant=variant, currency="EUR", price="12.50", **when) is None
    assert models.Price.objects.filter(amount_minor=1250, currency="EUR").count() == 1
    assert "price" in _send(client, "price", variant=variant, currency="EUR", price="12.505", **when)
    assert "price" in _send(client, "price", variant=variant, currency="JPY", price="a lot", **when)
    row = models.Price.objects.filter(amount_minor=1250).get()
    page = client.get(reverse("console:shop_price_change", args=[row.id]))
    assert "€12.50" in page.content.decode()
    assert 'name="_save"' not in page.content.decode()


def test_a_picture_is_drawn_or_uploaded_and_removed() -> None:
    organisation = make_organisation().id
    client, product = _client(organisation), make_product(organisation, drawn=False)
    given = {"product": product, "alt_en": "A shirt", "position": "0", "colour": "#14213d", "second": "#f6f3ea"}
    assert _send(client, "picture", **given, kind="tshirt") is None
    upload = SimpleUploadedFile("shirt.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20)
    assert _send(client, "picture", **given, upload=upload) is None
    trap = SimpleUploadedFile("trap.png", b"<svg onload='x'>")
    assert "upload" in _send(client, "picture", **given, upload=trap)
    drawn, uploaded = models.Picture.objects.order_by("file")
    assert drawn.drawing == {"kind": "tshirt", "colour": "#14213d", "second": "#f6f3ea", "sport": ""}
    assert uploaded.drawing is None
    answer = client.post(reverse("console:shop_picture_delete", args=[drawn.id]), {"post": "yes", "reason": "blurred"})
    assert answer.status_code == 302
    assert list(models.Picture.objects.values_list("id", flat=True)) == [uploaded.id]


def test_listings_zones_and_rates_are_kept() -> None:
    organisation = make_organisation().id
    client, product = _client(organisation), make_product(organisation, markets=())
    make_market()
    assert _send(client, "listing", product=product, market="fr", unlisted="not_granted", note="Not ours to sell.") is None
    listing = models.Listing.objects.get()
    assert _send(client, "listing", listing.id, unlisted="", note="") is None
    assert models.Listing.objects.get().unlisted == ""
    assert _send(client, "shippingzone", organisation=organisation, name="Europe", countries="fr, BE") is None
    zone = models.ShippingZone.objects.get()
    assert zone.countries == ["FR", "BE"]
    assert "countries" in _send(client, "shippingzone", zone.id, name="Europe", countries="Narnia")
    rate = {"code": "standard", "names_en": "Standard", "currency": "EUR", "price": "5", "up_to_g": "1000", "tax_class": "standard", "position": "0"}
    assert _send(client, "shippingrate", zone=zone.id, **rate) is None
    row = models.ShippingRate.objects.get()
    assert row.amount_minor == 500
    assert _send(client, "shippingrate", row.id, **rate | {"price": "6.50"}) is None
    assert models.ShippingRate.objects.get().amount_minor == 650


# -- parcels -----------------------------------------------------------------------------------------------------------------------------


def _statuses() -> list[str]:
    return sorted(models.Parcel.objects.values_list("status", flat=True))


def test_a_days_parcels_are_listed_packed_and_shipped_on_the_board() -> None:
    organisation = make_organisation().id
    client = _client(organisation)
    parcels = [make_parcel(organisation) for _ in range(3)]
    page = client.get(reverse(BOARD)).content.decode()
    assert page.count('name="parcel"') == 3
    assert "12 rue des Écoles" in page
    pdf = client.post(reverse(BOARD), {"do": "packing_list", "parcel": [str(id_) for id_ in parcels]})
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert client.post(reverse(BOARD), {"do": "pack", "parcel": [str(id_) for id_ in parcels[:2]]}).status_code == 302
    assert _statuses() == ["packed", "packed", "to_pack"]
    first = str(parcels[0])
    client.post(reverse(BOARD), {"do": "ship", "parcel": [first], "carrier": "La Poste", f"tracking-{first}": "6A1", "reason": "the van of ten"})
    shipped = models.Parcel.objects.get(id=first)
    assert (shipped.status, shipped.carrier, shipped.tracking) == ("shipped", "La Poste", "6A1")
    reasons = list(models.ParcelChange.objects.filter(parcel=shipped).order_by("id").values_list("reason", flat=True))
    assert reasons == ["the order was paid", "packed at the desk", "the van of ten"]


def test_the_board_says_what_cannot_be_done_and_does_nothing() -> None:
    organisation = make_organisation().id
    client, parcel = _client(organisation), make_parcel(organisation)
    for given in (
        {"do": "pack"},
        {"do": "pack", "parcel": "nonsense"},
        {"do": "burn", "parcel": str(parcel)},
        {"do": "ship", "parcel": str(parcel), "carrier": "X"},
    ):
        answer = client.post(reverse(BOARD), given, follow=True)
        assert any(message.level_tag == "error" for message in answer.context["messages"])
    assert _statuses() == ["to_pack"]


def test_a_parcel_goes_step_by_step_to_its_door_and_back() -> None:
    organisation = make_organisation().id
    client, variant = _client(organisation), make_variant(make_product(organisation), on_hand=10)
    parcel = make_parcel(organisation, sold_line(organisation, variant, quantity=2))
    steps: list[dict[str, str]] = [
        {"step": "packed"},
        {"step": "to_pack"},
        {"step": "packed"},
        {"step": "shipped", "carrier": "La Poste"},
        {"step": "delivered"},
    ]
    for step in steps:
        assert _send(client, "parcel", parcel, **step) is None
    assert "step" in _send(client, "parcel", parcel, step="packed")
    assert _send(client, "parcel", parcel, step="returned", restock="on") is None
    assert _free(models.Variant.objects.get()) == 10
    page = client.get(reverse("console:shop_parcel_change", args=[parcel])).content.decode()
    assert "12 rue des Écoles" in page
    assert 'name="step"' not in page


def test_a_parcel_without_a_carrier_is_not_shipped() -> None:
    organisation = make_organisation().id
    client, parcel = _client(organisation), make_parcel(organisation)
    with write() as tx:
        shop.pack_many(tx, [parcel], **WHY)
    assert "carrier" in _send(client, "parcel", parcel, step="shipped")
    assert _statuses() == ["packed"]


def test_a_refused_board_keeps_what_was_ticked_and_typed() -> None:
    organisation = make_organisation().id
    client, (packed, left_out) = _client(organisation), [make_parcel(organisation) for _ in range(2)]
    with write() as tx:
        shop.pack_many(tx, [packed, left_out], **WHY)
    given = {"do": "ship", "parcel": str(packed), "carrier": " ", f"tracking-{packed}": "6A1", "reason": "the van of ten"}
    answer = client.post(reverse(BOARD), given)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert 'value="6A1"' in shown
    assert 'value="the van of ten"' in shown
    assert (f'id="p-{packed}" checked' in shown, f'id="p-{left_out}" checked' in shown) == (True, False)


def test_a_deadlock_keeps_the_form_and_says_to_send_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = make_organisation().id
    client, parcel = _client(organisation), make_parcel(organisation)
    with write() as tx:
        shop.pack_many(tx, [parcel], **WHY)

    def crossed(*_: Any, **__: Any) -> None:
        raise Deadlock("deadlock detected")

    monkeypatch.setattr(moving, "ship_many", crossed)
    again = "Somebody else was changing the same things. Nothing was written: send it again."
    assert _send(client, "parcel", parcel, step="shipped", carrier="La Poste") == {"__all__": [again]}
    board = client.post(reverse(BOARD), {"do": "ship", "parcel": str(parcel), "carrier": "La Poste"})
    assert board.status_code == 409
    assert again in board.content.decode()
    assert 'value="La Poste"' in board.content.decode()
    assert _statuses() == ["packed"]


def test_the_board_names_the_way_of_shipping_as_the_buyer_saw_it() -> None:
    organisation = make_organisation().id
    make_rates(organisation)
    make_parcel(organisation)
    make_parcel(organisation, sold_line(organisation, make_variant(make_product(organisation)), shipping_code="by-boat"))
    shown = _client(organisation).get(reverse(BOARD)).content.decode()
    assert "<br>Standard</td>" in shown
    assert "<br>by-boat</td>" in shown


# -- who -----------------------------------------------------------------------------------------------------------------------------------


def test_nothing_of_another_organisation_is_shown_or_changed() -> None:
    ours, theirs = make_organisation().id, make_organisation().id
    variant = make_variant(make_product(ours, slug="ours"), sku="OURS")
    make_rates(ours, countries=("FR",))
    parcel = make_parcel(ours, sold_line(ours, variant))
    stranger = _client(theirs)
    number = models.Parcel.objects.get(id=parcel).number
    for model in MODELS:
        page = stranger.get(_list(model)).content.decode()
        assert not any(text in page for text in ("ours", "OURS", number, "FR,"))
        for row in getattr(models, _MODEL[model]).objects.all():
            assert stranger.get(reverse(f"console:shop_{model}_change", args=[row.pk])).status_code == 404
    board = stranger.get(reverse(BOARD)).content.decode()
    assert number not in board
    stranger.post(reverse(BOARD), {"do": "pack", "parcel": str(parcel)})
    assert stranger.post(reverse(BOARD), {"do": "packing_list", "parcel": str(parcel)}).status_code == 302
    assert _statuses() == ["to_pack"]
    assert "product" in _send(stranger, "variant", product=models.Product.objects.get().id, sku="X", weight_g="1", position="0")


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
    client = _client(organisation, Role.FINANCE)
    for model in MODELS:
        assert client.get(_list(model)).status_code == 200
        assert client.get(reverse(f"console:shop_{model}_add")).status_code == 404
    assert client.get(reverse(BOARD)).status_code == 404
    assert client.post(reverse(BOARD), {"do": "pack", "parcel": str(parcel)}).status_code == 404
    assert _client(organisation, Role.STEWARD).get(_list("parcel")).status_code == 404
    assert _statuses() == ["to_pack"]


@pytest.mark.parametrize("model", [*MODELS, "board"])
def test_a_list_of_forty_needs_as_many_queries_as_a_list_of_one(model: str) -> None:
    organisation = make_organisation().id
    client = _client(organisation)
    url = reverse(BOARD) if model == "board" else _list(model)
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
