from typing import Any

import pytest
from django.urls import reverse

from grandstand.movement.testing import make_organisation
from grandstand.shop import api as shop
from grandstand.shop import models
from grandstand.shop.services import moving
from grandstand.shop.testing import WHY, make_parcel, make_product, make_rates, make_variant, sold_line
from grandstand.shop.tests.consoles import client_of, free_of, send, statuses
from grandstand.store.api import Deadlock, write

pytestmark = pytest.mark.django_db

BOARD = "console:shop_parcel_board"


def test_a_days_parcels_are_listed_packed_and_shipped_on_the_board() -> None:
    organisation = make_organisation().id
    client = client_of(organisation)
    parcels = [make_parcel(organisation) for _ in range(3)]
    page = client.get(reverse(BOARD)).content.decode()
    assert page.count('name="parcel"') == 3
    assert "12 rue des Écoles" in page
    pdf = client.post(reverse(BOARD), {"do": "packing_list", "parcel": [str(id_) for id_ in parcels]})
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert client.post(reverse(BOARD), {"do": "pack", "parcel": [str(id_) for id_ in parcels[:2]]}).status_code == 302
    assert statuses() == ["packed", "packed", "to_pack"]
    first = str(parcels[0])
    client.post(reverse(BOARD), {"do": "ship", "parcel": [first], "carrier": "La Poste", f"tracking-{first}": "6A1", "reason": "the van of ten"})
    shipped = models.Parcel.objects.get(id=first)
    assert (shipped.status, shipped.carrier, shipped.tracking) == ("shipped", "La Poste", "6A1")
    reasons = list(models.ParcelChange.objects.filter(parcel=shipped).order_by("id").values_list("reason", flat=True))
    assert reasons == ["the order was paid", "packed at the desk", "the van of ten"]


def test_the_board_says_what_cannot_be_done_and_does_nothing() -> None:
    organisation = make_organisation().id
    client, parcel = client_of(organisation), make_parcel(organisation)
    for given in (
        {"do": "pack"},
        {"do": "pack", "parcel": "nonsense"},
        {"do": "burn", "parcel": str(parcel)},
        {"do": "ship", "parcel": str(parcel), "carrier": "X"},
    ):
        answer = client.post(reverse(BOARD), given, follow=True)
        assert any(message.level_tag == "error" for message in answer.context["messages"])
    assert statuses() == ["to_pack"]


def test_a_parcel_goes_step_by_step_to_its_door_and_back() -> None:
    organisation = make_organisation().id
    client, variant = client_of(organisation), make_variant(make_product(organisation), on_hand=10)
    parcel = make_parcel(organisation, sold_line(organisation, variant, quantity=2))
    steps: list[dict[str, str]] = [
        {"step": "packed"},
        {"step": "to_pack"},
        {"step": "packed"},
        {"step": "shipped", "carrier": "La Poste"},
        {"step": "delivered"},
    ]
    for step in steps:
        assert send(client, "parcel", parcel, **step) is None
    assert "step" in send(client, "parcel", parcel, step="packed")
    assert send(client, "parcel", parcel, step="returned", restock="on") is None
    assert free_of(models.Variant.objects.get()) == 10
    page = client.get(reverse("console:shop_parcel_change", args=[parcel])).content.decode()
    assert "12 rue des Écoles" in page
    assert 'name="step"' not in page


def test_a_parcel_without_a_carrier_is_not_shipped() -> None:
    organisation = make_organisation().id
    client, parcel = client_of(organisation), make_parcel(organisation)
    with write() as tx:
        shop.pack_many(tx, [parcel], **WHY)
    assert "carrier" in send(client, "parcel", parcel, step="shipped")
    assert statuses() == ["packed"]


def test_a_refused_board_keeps_what_was_ticked_and_typed() -> None:
    organisation = make_organisation().id
    client, (packed, left_out) = client_of(organisation), [make_parcel(organisation) for _ in range(2)]
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
    client, parcel = client_of(organisation), make_parcel(organisation)
    with write() as tx:
        shop.pack_many(tx, [parcel], **WHY)

    def crossed(*_: Any, **__: Any) -> None:
        raise Deadlock("deadlock detected")

    monkeypatch.setattr(moving, "ship_many", crossed)
    again = "Somebody else was changing the same things. Nothing was written: send it again."
    assert send(client, "parcel", parcel, step="shipped", carrier="La Poste") == {"__all__": [again]}
    board = client.post(reverse(BOARD), {"do": "ship", "parcel": str(parcel), "carrier": "La Poste"})
    assert board.status_code == 409
    assert again in board.content.decode()
    assert 'value="La Poste"' in board.content.decode()
    assert statuses() == ["packed"]


def test_the_board_names_the_way_of_shipping_as_the_buyer_saw_it() -> None:
    organisation = make_organisation().id
    make_rates(organisation)
    make_parcel(organisation)
    make_parcel(organisation, sold_line(organisation, make_variant(make_product(organisation)), shipping_code="by-boat"))
    shown = client_of(organisation).get(reverse(BOARD)).content.decode()
    assert "<br>Standard</td>" in shown
    assert "<br>by-boat</td>" in shown


# -- who -----------------------------------------------------------------------------------------------------------------------------------
