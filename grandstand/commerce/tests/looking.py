"""What became of it, in stock, books and outbox."""

from uuid import UUID

from grandstand.commerce.queries.orders import order
from grandstand.commerce.testing import World, later
from grandstand.commerce.values import ItemRef, Placed
from grandstand.inventory import api as inventory
from grandstand.kit.facts import Fact
from grandstand.ledger import api as ledger
from grandstand.store.api import Kind


def facts_told(world: World, *kinds: type[Fact]) -> list[str]:
    """The kinds of facts in the outbox, in the order of their telling."""
    with world.database.write() as tx:
        rows = tx.rows("SELECT kind FROM store_fact ORDER BY id", kinds=[Kind.TEXT])
    return [kind for (kind,) in rows if kind in {wanted.kind() for wanted in kinds}]


def books(world: World, organisation_id: UUID) -> dict[str, int]:
    """Debits less credits per account, in cents."""
    with world.database.write() as tx:
        return {b.code: b.debits.minor - b.credits.minor for b in ledger.balances(tx, organisation_id)}


def stock(world: World, ref: ItemRef) -> tuple[int, int]:
    """Held and claimed."""
    with world.database.write() as tx:
        found = inventory.availability_many(tx, [world.account_of(ref)])[world.account_of(ref)]
    return found.held, found.claimed


def given(world: World, placed: Placed) -> list[int]:
    """How many units of each line were given."""
    lines = [line.line_id for sale in order(placed.order_id).sales for line in sale.lines if line.hold_id]
    with world.database.write() as tx:
        found = world.tickets.fulfilled_many(tx, lines) | world.goods.fulfilled_many(tx, lines)
    return [found.get(line_id, 0) for line_id in lines]


def sweep(world: World) -> None:
    """Everything that was set aside at NOW lapses."""
    with world.database.write() as tx:
        inventory.expire_due(tx, now=later(hours=1))
