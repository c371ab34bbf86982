"""Paris 2024, first phase: people with a slot of 48 hours came in to find the low prices gone, and were told only inside.

What is left is in the one object that everybody who waits polls, as of the last second, so that nobody waits for nothing unknowingly.
"""

from datetime import timedelta

from grandstand.commerce.api import ItemRef
from grandstand.gate.rooms.opening import open_more
from grandstand.gate.testing import ask, begin_sale, look, make_room, open_gate
from grandstand.kit import clock
from grandstand.movement.testing import make_market
from grandstand.store.api import Database
from grandstand.ticketing.testing import make_box_office


def test_whoever_waits_is_told_what_is_left_before_they_commit(database: Database) -> None:
    make_market(is_default=True)
    office = make_box_office(seats=2, categories=("A", "B"), now=clock.now() - timedelta(days=1), limit_per_line=4)
    items = [ItemRef(kind="ticket", item_id=office.offers[code]) for code in ("A", "B")]
    room = make_room(organisation_id=office.organisation_id, items=items)
    path = f"/gate/rooms/{room.code}"
    with open_gate(database.url) as gate:
        buyer = {"cookie": ask(gate, f"{path}/join", {}).headers["set-cookie"].partition(";")[0]}
        began = clock.now() - timedelta(seconds=10)
        begin_sale(database.write_retrying, room.code, now=began)
        with database.write() as tx:
            open_more(tx, room.id, now=clock.now())
        look(gate)
        before = left(ask(gate, path, method="GET").content)
        bearer = ask(gate, f"{path}/enter", {}, headers=buyer).content["pass"]
        wish = {"key": "low", "kind": "ticket", "item": str(office.offers["B"]), "quantity": 2}
        assert ask(gate, "/gate/hold", wish, bearer=bearer).status == 200
        look(gate)
        after = left(ask(gate, path, method="GET").content)
    assert before == {str(office.offers["A"]): 2, str(office.offers["B"]): 2}
    assert after == {str(office.offers["A"]): 2, str(office.offers["B"]): 0}


def left(polled: dict[str, list[dict[str, object]]]) -> dict[object, object]:
    return {item["item"]: item["left"] for item in polled["left"]}
