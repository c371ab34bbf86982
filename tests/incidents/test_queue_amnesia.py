"""LA28, January 2026: 1.5 million registered in a day; some came to the front, were sent elsewhere to sign in, and found themselves at the back.

A place in a waiting room is a row, named by a signed token and, once somebody has signed in, by their account. Redirect, tab, device, sign-in and
a restart of every process change nothing of it.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from grandstand.gate.testing import ask, look, make_pass, make_room, open_gate
from grandstand.movement.testing import make_market, make_organisation
from grandstand.people.testing import make_person, sign_in
from grandstand.store.api import Database, installation_secrets


@pytest.mark.parametrize("starts_in", [timedelta(minutes=10), timedelta(0)], ids=["early", "late"])
def test_after_redirect_sign_in_another_device_and_a_restart_a_fan_is_where_they_were(database: Database, starts_in: timedelta) -> None:
    make_market(is_default=True)
    room = make_room(organisation_id=make_organisation().id, starts_in=starts_in)
    path, page = f"/gate/rooms/{room.code}", reverse("gate:waiting", args=[room.code])
    fan = make_person(name="Fan", email="fan@example.org")
    phone = Client()
    with open_gate(database.url, secrets=installation_secrets()) as gate:
        joined = ask(gate, f"{path}/join", {})
        for _ in range(3):
            ask(gate, f"{path}/join", {})  # others come meanwhile
    name, _, token = joined.headers["set-cookie"].partition(";")[0].partition("=")
    phone.cookies[name] = token
    place = joined.content["place"].replace("-", "")
    assert f'data-place="{place}"' in phone.get(page).content.decode()
    sign_in(phone, fan)
    assert f'data-place="{place}"' in phone.get(page).content.decode()
    laptop = Client()
    sign_in(laptop, fan)
    assert f'data-place="{place}"' in laptop.get(page).content.decode()
    with open_gate(database.url, secrets=installation_secrets()) as gate:
        bearer = make_pass(gate, person_id=fan.id)
        again = ask(gate, f"{path}/join", {}, bearer=bearer)
        look(gate)
        polled = ask(gate, path, method="GET").content
    assert (again.content["place"], again.content["number"]) == (joined.content["place"], joined.content["number"])
    assert polled["early"] + polled["late"] == 4
