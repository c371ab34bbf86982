"""Baskets that are still open, with their lines."""

from collections.abc import Sequence
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.queries.rows import BasketLineRow, BasketRow, among, found
from grandstand.commerce.values import Owner
from grandstand.store.api import Kind, Tx, read, table


def open_baskets(tx: Tx, owners: Sequence[Owner], *, lock: bool = False) -> dict[Owner, BasketRow]:
    """The open basket of each owner that has one. One statement."""
    if not owners:
        return {}
    kinds = table(models.Basket).kinds
    persons, person_ids = tx.among("person_id", kinds["person_id"], sorted({owner.person_id for owner in owners if owner.person_id}))
    visitors, keys = tx.among("visitor", kinds["visitor"], sorted({owner.visitor for owner in owners if owner.visitor}))
    rows = found(tx, models.Basket, BasketRow, f"state = 'open' AND ({persons} OR {visitors})", (person_ids, keys), lock=lock)
    return {owner_of(row): row for row in rows}


def lines_of(tx: Tx, basket_ids: Sequence[UUID]) -> dict[UUID, list[BasketLineRow]]:
    """The lines of each basket in the order of their adding. One statement."""
    lines: dict[UUID, list[BasketLineRow]] = {basket_id: [] for basket_id in basket_ids}
    for row in among(tx, models.BasketLine, BasketLineRow, "basket_id", basket_ids):
        lines[row.basket_id].append(row)
    return lines


def owner_of(basket: BasketRow) -> Owner:
    """Whose basket it is."""
    return Owner(person_id=basket.person_id, visitor=basket.visitor)


def units_in_basket(*, owner: Owner) -> int:
    """How many units are in the owner's open basket, lapsed ones too. One statement."""
    column, value = ("person_id", owner.person_id) if owner.person_id else ("visitor", owner.visitor)
    with read() as tx:
        row = tx.row(
            "SELECT CAST(COALESCE(SUM(l.quantity), 0) AS bigint) FROM commerce_basket b JOIN commerce_basket_line l ON l.basket_id = b.id "
            f"WHERE b.state = 'open' AND b.{column} = %s",
            (value,),
            kinds=[Kind.INT],
        )
    return 0 if row is None else int(row[0])
