"""Price categories and the doors of a session, changed one at a time."""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.ids import new_id
from grandstand.store.api import Change, record, table, write
from grandstand.ticketing import models
from grandstand.ticketing.values import CategoryWrong, NewCategory, NoSuchCategory, NotOnSale

CATEGORY = table(models.PriceCategory)
SALE = table(models.SessionSale)

_COLOUR = re.compile(r"#[0-9a-f]{6}")


def add_category(
    *, edition_id: UUID, category: NewCategory, position: int, now: datetime, by: Actor, reason: str, session_id: UUID | None = None
) -> UUID:
    """Make a category of an edition, or of one of its sessions only. Raises CategoryWrong, games' NoSuchEdition and NoSuchSession."""
    _check(category)
    organisation_id = games.edition_by_id(edition_id=edition_id).organisation_id
    if session_id is not None and games.session(session_id=session_id).edition_id != edition_id:
        raise CategoryWrong("This session is of another edition.", field="session")
    category_id = new_id()
    row = (category_id, organisation_id, edition_id, session_id, category.code, category.name, dict(category.names), category.colour, position)
    columns = ["id", "organisation_id", "edition_id", "session_id", "code", "name", "names", "colour", "position"]
    with write() as tx:
        if not tx.insert_new(CATEGORY, columns, [row], key=["id"]):
            raise CategoryWrong("There is a category with this code already.", field="code")
        record(tx, [_change(category_id, organisation_id, "add", by, reason, None, _plain(category, position))], now=now)
    return category_id


def change_category(
    *,
    category_id: UUID,
    organisation_id: UUID,
    name: str,
    names: Mapping[str, str],
    colour: str,
    position: int,
    now: datetime,
    by: Actor,
    reason: str,
) -> None:
    """Give a category other words, another colour or place. Its code stays. Raises NoSuchCategory, CategoryWrong."""
    with write() as tx:
        found = tx.select(
            CATEGORY,
            ["code", "name", "names", "colour", "position"],
            "id = %s AND organisation_id = %s",
            (category_id, organisation_id),
            order_by="id",
            lock=True,
        )
        if not found:
            raise NoSuchCategory("There is no such category.", category_id=str(category_id))
        code, *before = found[0]
        changed = NewCategory(code=code, name=name, names=names, colour=colour)
        _check(changed)
        tx.update(CATEGORY, [(category_id, name, dict(names), colour, position)], key=["id"], set_to=["name", "names", "colour", "position"])
        old = NewCategory(code=code, name=before[0], names=before[1], colour=before[2])
        change = _change(category_id, organisation_id, "change", by, reason, _plain(old, before[3]), _plain(changed, position))
        record(tx, [change], now=now)


def set_doors(*, session_id: UUID, organisation_id: UUID, doors_before_min: int, now: datetime, by: Actor, reason: str) -> None:
    """Open the doors so many minutes before the session starts. Codes shown from now on say so; older ones are read by it at the gate.

    Raises NotOnSale, CategoryWrong for more than a day.
    """
    if not 0 <= doors_before_min <= models.LONGEST_DOORS_MIN:
        raise CategoryWrong("Doors open at most a day before.", field="doors_before_min")
    with write() as tx:
        found = tx.select(
            SALE, ["doors_before_min"], "session_id = %s AND organisation_id = %s", (session_id, organisation_id), order_by="session_id", lock=True
        )
        if not found:
            raise NotOnSale("The box office of this session is not open.", session_id=str(session_id))
        tx.update(SALE, [(session_id, doors_before_min)], key=["session_id"], set_to=["doors_before_min"])
        change = Change(
            by=by,
            action="set_doors",
            object_type="ticketing.sessionsale",
            object_id=session_id,
            reason=reason,
            organisation_id=organisation_id,
            before={"doors_before_min": found[0][0]},
            after={"doors_before_min": doors_before_min},
        )
        record(tx, [change], now=now)


def _check(category: NewCategory) -> None:
    if not category.code.strip() or not category.name.strip():
        raise CategoryWrong("A category needs a code and a name.", field="name" if category.code.strip() else "code")
    if not _COLOUR.fullmatch(category.colour):
        raise CategoryWrong("Write the colour in six hexadecimal digits, such as #b4512d.", field="colour")


def _plain(category: NewCategory, position: int) -> dict[str, Json]:
    return {"name": category.name, "names": dict(category.names), "colour": category.colour, "position": position}


def _change(
    category_id: UUID, organisation_id: UUID, action: str, by: Actor, reason: str, before: Mapping[str, Json] | None, after: Mapping[str, Json]
) -> Change:
    return Change(
        by=by,
        action=action,
        object_type="ticketing.pricecategory",
        object_id=category_id,
        reason=reason,
        organisation_id=organisation_id,
        before=before,
        after=after,
    )
