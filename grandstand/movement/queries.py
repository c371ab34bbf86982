"""Reads. Each is one statement."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from grandstand.movement import models, rules
from grandstand.movement.values import (
    Market,
    Membership,
    NoMarket,
    NoSuchMarket,
    NoSuchOrganisation,
    Organisation,
    OrganisationKind,
    Role,
)
from grandstand.store.api import Kind, Row, Tx, read, table

_ORGANISATION = ["id", "parent_id", "kind", "slug", "name", "legal_name", "address", "country", "currency", "time_zone", "tax_number"]
_MARKET = ["code", "name", "territories", "languages", "currency", "time_zone", "prices_include_tax", "is_default", "names"]


def organisation(organisation_id: UUID) -> Organisation:
    """The organisation. Raises NoSuchOrganisation."""
    found = organisations([organisation_id]).get(organisation_id)
    if found is None:
        raise NoSuchOrganisation("There is no such organisation.", organisation_id=str(organisation_id))
    return found


def organisation_by_slug(slug: str) -> Organisation:
    """The organisation with this short name. Raises NoSuchOrganisation."""
    with read() as tx:
        rows = tx.select(table(models.Organisation), _ORGANISATION, "slug = %s", (slug,))
    if not rows:
        raise NoSuchOrganisation(f"There is no organisation {slug!r}.", slug=slug)
    return _organisation(rows[0])


def organisations_of_kind(kind: OrganisationKind) -> list[Organisation]:
    """All organisations of a kind, by name. For commands, which know no person whose reach would tell."""
    with read() as tx:
        rows = tx.select(table(models.Organisation), _ORGANISATION, "kind = %s", (kind.value,), order_by="name")
    return [_organisation(row) for row in rows]


def organisations(organisation_ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """The organisations with these ids; ids that none has are left out."""
    with read() as tx:
        return organisations_many(tx, list(organisation_ids))


def organisations_many(tx: Tx, organisation_ids: Sequence[UUID]) -> dict[UUID, Organisation]:
    """The same over any transaction."""
    rows = tx.select_among(table(models.Organisation), _ORGANISATION, "id", sorted(set(organisation_ids)))
    return {row[0]: _organisation(row) for row in rows}


def subtree(organisation_id: UUID) -> list[Organisation]:
    """The organisation and all below it, each after the one it is part of, else by name. Empty when it does not exist."""
    organisation_table = table(models.Organisation)
    sql = (
        "WITH RECURSIVE down(id, depth) AS (SELECT id, 0 FROM movement_organisation WHERE id = %s "
        "UNION ALL SELECT o.id, down.depth + 1 FROM movement_organisation o JOIN down ON o.parent_id = down.id) "
        f"SELECT {', '.join(f'o.{column}' for column in _ORGANISATION)} FROM movement_organisation o JOIN down ON down.id = o.id "
        "ORDER BY down.depth, o.name, o.id"
    )
    with read() as tx:
        return [_organisation(row) for row in tx.rows(sql, (organisation_id,), kinds=organisation_table.of(_ORGANISATION))]


def roles_of(person_id: UUID) -> dict[UUID, frozenset[Role]]:
    """Each organisation in which the person has a role, with the roles. A role in an organisation counts in everything below it."""
    sql = (
        "WITH RECURSIVE reach(organisation_id, role) AS ("
        "SELECT organisation_id, role FROM movement_membership WHERE person_id = %s "
        "UNION SELECT o.id, reach.role FROM movement_organisation o JOIN reach ON o.parent_id = reach.organisation_id) "
        "SELECT organisation_id, role FROM reach"
    )
    roles: dict[UUID, set[Role]] = {}
    with read() as tx:
        for organisation_id, role in tx.rows(sql, (person_id,), kinds=[Kind.UUID, Kind.TEXT]):
            roles.setdefault(organisation_id, set()).add(Role(role))
    return {organisation_id: frozenset(held) for organisation_id, held in roles.items()}


def has_role(person_id: UUID, organisation_id: UUID, roles: Collection[Role]) -> bool:
    """Whether the person has one of `roles`, or is an owner, in the organisation or one above it. With no roles named, any role will do."""
    return rules.suffices(roles_of(person_id).get(organisation_id, frozenset()), roles)


def memberships(*, organisation_id: UUID | None = None, person_id: UUID | None = None) -> list[Membership]:
    """Roles given directly, of an organisation, of a person, or of both."""
    wanted: Mapping[str, Any] = {"organisation_id": organisation_id, "person_id": person_id}
    rows = models.Membership.objects.filter(**{name: value for name, value in wanted.items() if value is not None}).order_by("since_at", "id")
    return [Membership(id=row.id, person_id=row.person_id, organisation_id=row.organisation_id, role=Role(row.role)) for row in rows]


def markets() -> list[Market]:
    """Every market, the default first, then by name."""
    with read() as tx:
        return all_markets(tx)


def all_markets(tx: Tx) -> list[Market]:
    """The same over any transaction. One statement."""
    return [_market(row) for row in tx.select(table(models.Market), _MARKET, order_by="is_default DESC, name, code")]


def market(code: str) -> Market:
    """The market. Raises NoSuchMarket."""
    with read() as tx:
        found = markets_many(tx, [code]).get(code)
    if found is None:
        raise NoSuchMarket(f"There is no market {code!r}.", code=code)
    return found


def default_market() -> Market:
    """The market of whoever has not chosen one. Raises NoMarket when the installation has none."""
    return pick_market(markets(), ())


def markets_many(tx: Tx, codes: Sequence[str]) -> dict[str, Market]:
    """The markets with these codes over any transaction; unknown codes are left out."""
    rows = tx.select_among(table(models.Market), _MARKET, "code", sorted(set(codes)))
    return {row[0]: _market(row) for row in rows}


def pick_market(offered: Sequence[Market], wished: Sequence[str]) -> Market:
    """The first of the wished codes that is offered, else the default market, else the first. Raises NoMarket when none is offered."""
    by_code = {each.code: each for each in offered}
    for code in wished:
        if code in by_code:
            return by_code[code]
    for each in offered:
        if each.is_default:
            return each
    if not offered:
        raise NoMarket("This installation has no market yet: create one in the console, or run the demo.")
    return offered[0]


def _organisation(row: Row) -> Organisation:
    values = dict(zip(_ORGANISATION, row, strict=True))
    return Organisation(**values | {"kind": OrganisationKind(values["kind"]), "legal_name": values["legal_name"] or values["name"]})


def _market(row: Row) -> Market:
    values = dict(zip(_MARKET, row, strict=True))
    return Market(**values | {"territories": tuple(values["territories"]), "languages": tuple(values["languages"])})
