"""What the database itself refuses, on both engines."""

import pytest

from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.testing import BY, NOW, World, make_fact
from grandstand.commerce.values import RefundAsk
from grandstand.store.api import WallHit, missing_walls, standing_walls


@pytest.fixture
def full(world: World) -> World:
    """A world with a row in every table that a wall stands around."""
    placed = world.bought(world.sell(price_minor=1200), 2)
    with world.database.write() as tx:
        refund_many(tx, [RefundAsk(key="k", order_id=placed.order_id, reason="r")], by=BY, now=NOW)
    world.order(world.sell())
    return world


REFUSED = [
    ("UPDATE commerce_payment_fact SET amount_minor = 1", "commerce_payment_fact_is_append_only"),
    ("DELETE FROM commerce_payment_fact", "commerce_payment_fact_is_append_only"),
    ("UPDATE commerce_order_change SET reason = ''", "commerce_order_change_is_append_only"),
    ("DELETE FROM commerce_refund_line", "commerce_refund_line_is_append_only"),
    ("DELETE FROM commerce_refund_share", "commerce_refund_share_is_append_only"),
    ("UPDATE commerce_refund SET amount_minor = 1", "commerce_refund_stays_as_decided"),
    ("UPDATE commerce_sale_line SET net_minor = 1", "commerce_sale_line_stays_as_sold"),
    ("UPDATE commerce_sale_line SET title = ''", "commerce_sale_line_stays_as_sold"),
    ("UPDATE commerce_sale_line SET refunded_quantity = 3", "commerce_sale_line_refunds_within_quantity"),
    ("UPDATE commerce_sale SET refunded_minor = -1", "commerce_sale_refunds_within_sale"),
    ("UPDATE commerce_order SET returned_minor = 1 WHERE captured_minor > 0", "commerce_order_refunds_within_captured"),
    ("UPDATE commerce_order SET captured_minor = 1, refunded_minor = 0 WHERE captured_minor > 0", "commerce_order_completed_when_captured"),
    ("UPDATE commerce_order SET cancelled_at = completed_at WHERE captured_minor > 0", "commerce_order_completed_or_ended_otherwise"),
    ("UPDATE commerce_order SET status = 'lost'", "commerce_order_status_is_known"),
    ("UPDATE commerce_payment SET applied_minor = captured_minor + 1", "commerce_payment_used_within_captured"),
    ("UPDATE commerce_payment SET refunded_minor = applied_minor + 1", "commerce_payment_refunds_within_applied"),
    ("UPDATE commerce_basket SET visitor = 'v'", "commerce_basket_has_one_owner"),
    ("UPDATE commerce_basket_line SET quantity = 0", "commerce_basket_line_quantity_above_zero"),
]


@pytest.mark.parametrize(("sql", "wall"), REFUSED)
def test_the_database_refuses(full: World, sql: str, wall: str) -> None:
    with pytest.raises(WallHit, match=wall), full.database.write() as tx:
        tx.execute(sql)


def test_an_event_is_kept_once_whatever_it_says(full: World) -> None:
    fact = make_fact(None, event_id="e")
    for _ in range(2):
        full.tell(fact)
    with pytest.raises(WallHit), full.database.write() as tx:
        tx.execute(
            "INSERT INTO commerce_payment_fact (id, provider, event_id, kind, provider_reference, movement_reference, amount_minor, currency, "
            "occurred_at, received_at) SELECT %s, provider, event_id, kind, '', '', 1, 'EUR', occurred_at, received_at FROM commerce_payment_fact "
            "WHERE event_id = 'e'",
            ("0" * 32,),
        )


def test_every_wall_of_commerce_stands(full: World) -> None:
    with full.database.write() as tx:
        assert [name for name in missing_walls(tx, standing_walls()) if name.startswith("commerce_")] == []
