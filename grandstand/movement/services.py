"""The one write path of organisations, memberships and markets. Who may do what is decided by the views and the console."""

from dataclasses import asdict, fields
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.ids import new_id
from grandstand.kit.texts import gettext_noop
from grandstand.movement import models, rules
from grandstand.movement.facts import OrganisationCreated
from grandstand.movement.queries import organisation as find_organisation
from grandstand.movement.values import (
    LastOwner,
    Market,
    Membership,
    NoSuchMarket,
    NoSuchMembership,
    NoSuchOrganisation,
    Organisation,
    OrganisationCycle,
    OrganisationDetails,
    OrganisationWrong,
    Role,
)
from grandstand.store.api import Change, Tx, announce, record, write


def create_organisation(
    *,
    details: OrganisationDetails,
    now: datetime,
    by: Actor,
    reason: str,
    parent_id: UUID | None = None,
    organisation_id: UUID | None = None,
) -> Organisation:
    """A new organisation, below `parent_id` or at the top. Announces OrganisationCreated.

    Raises OrganisationWrong (a detail that cannot be, or a short name in use), NoSuchOrganisation for the parent.
    """
    rules.check_organisation(details)
    with write() as tx:
        _check_slug_is_free(details.slug, except_id=None)
        if parent_id is not None:
            find_organisation(parent_id)
        row = models.Organisation(id=organisation_id or new_id(), parent_id=parent_id, created_at=now, **_columns(details))
        row.save(force_insert=True)
        after = {**_columns(details), "parent_id": _text(parent_id)}
        _record(tx, "create", "movement.organisation", row.id, row.id, reason, by, now, after=after)
        announced = OrganisationCreated(organisation_id=row.id, occurred_at=now, organisation_kind=details.kind.value, currency=details.currency)
        announce(tx, [announced])
    return find_organisation(row.id)


def change_organisation(*, organisation_id: UUID, details: OrganisationDetails, now: datetime, by: Actor, reason: str) -> Organisation:
    """The organisation says this about itself from now on. Raises NoSuchOrganisation, OrganisationWrong."""
    rules.check_organisation(details)
    with write() as tx:
        row = _locked(organisation_id)
        _check_slug_is_free(details.slug, except_id=organisation_id)
        after = _columns(details)
        before: dict[str, Json] = {name: getattr(row, name) for name in after}
        for name, value in after.items():
            setattr(row, name, value)
        row.save(update_fields=list(after))
        _record(tx, "change", "movement.organisation", row.id, row.id, reason, by, now, before=before, after=after)
    return find_organisation(organisation_id)


def move_organisation(*, organisation_id: UUID, parent_id: UUID | None, now: datetime, by: Actor, reason: str) -> Organisation:
    """The organisation is part of another from now on, or of none. Roles from above change with it.

    Raises NoSuchOrganisation, OrganisationCycle, or LastOwner when its owners are all above it and would be left behind. One mover at a time: two
    at once could each be right and together make a cycle.
    """
    with write() as tx:
        if tx.engine == "postgresql":
            tx.execute("LOCK TABLE movement_organisation IN SHARE ROW EXCLUSIVE MODE")
        row = _locked(organisation_id)
        if parent_id is not None and organisation_id in _with_all_above(parent_id):
            raise OrganisationCycle("An organisation cannot be part of itself, or of one that is part of it: choose another one.")
        owned = _owners(organisation_id).exists()
        before, row.parent_id = row.parent_id, parent_id
        row.save(update_fields=["parent"])
        if owned and not _owners(organisation_id).exists():
            text = gettext_noop("All owners of this organisation are those of the one above it: give it an owner of its own first, then move it.")
            raise LastOwner(text, organisation=row.name)
        _record(
            tx,
            "move",
            "movement.organisation",
            row.id,
            row.id,
            reason,
            by,
            now,
            before={"parent_id": _text(before)},
            after={"parent_id": _text(parent_id)},
        )
    return find_organisation(organisation_id)


def grant_role(*, person_id: UUID, organisation_id: UUID, role: Role, now: datetime, by: Actor, reason: str) -> Membership:
    """The person has the role from now on; a second time changes nothing. Raises NoSuchOrganisation."""
    with write() as tx:
        _locked(organisation_id)
        row, is_new = models.Membership.objects.get_or_create(
            person_id=person_id, organisation_id=organisation_id, role=role.value, defaults={"id": new_id(), "since_at": now}
        )
        if is_new:
            after: dict[str, Json] = {"person_id": str(person_id), "role": role.value}
            _record(tx, "grant_role", "movement.membership", row.id, organisation_id, reason, by, now, after=after)
    return Membership(id=row.id, person_id=person_id, organisation_id=organisation_id, role=role)


def revoke_role(*, person_id: UUID, organisation_id: UUID, role: Role, now: datetime, by: Actor, reason: str) -> None:
    """The person has the role no longer, unless one from above gives it too.

    Raises NoSuchOrganisation, NoSuchMembership, or LastOwner when nobody would own the organisation, itself or from above.
    """
    with write() as tx:
        organisation = _locked(organisation_id)  # one taker at a time: two owners who take each other's role would both be right
        rows = models.Membership.objects.select_for_update()
        row = rows.filter(person_id=person_id, organisation_id=organisation_id, role=role.value).first()
        if row is None:
            raise NoSuchMembership("This person does not have this role here.")
        if role is Role.OWNER and not _owners(organisation_id).exclude(id=row.id).exists():
            text = gettext_noop("An organisation must keep an owner: make somebody else its owner first, then try again.")
            raise LastOwner(text, organisation=organisation.name)
        before: dict[str, Json] = {"person_id": str(person_id), "role": role.value}
        _record(tx, "revoke_role", "movement.membership", row.id, organisation_id, reason, by, now, before=before)
        row.delete()


def create_market(*, market: Market, now: datetime, by: Actor, reason: str) -> Market:
    """A new market. When it is to be the default, the one before is not any more. Raises MarketWrong."""
    rules.check_market(market)
    with write() as tx:
        if market.is_default:
            models.Market.objects.filter(is_default=True).update(is_default=False)
        models.Market(**_market_columns(market)).save(force_insert=True)
        _record(tx, "create", "movement.market", market.code, None, reason, by, now, after=_market_columns(market))
    return market


def change_market(*, market: Market, now: datetime, by: Actor, reason: str) -> Market:
    """The market with this code is so from now on. Raises NoSuchMarket, MarketWrong."""
    rules.check_market(market)
    with write() as tx:
        row = models.Market.objects.select_for_update().filter(code=market.code).first()
        if row is None:
            raise NoSuchMarket(f"There is no market {market.code!r}.", code=market.code)
        before: dict[str, Json] = {name: getattr(row, name) for name in _market_columns(market)}
        if market.is_default:
            models.Market.objects.exclude(code=market.code).filter(is_default=True).update(is_default=False)
        models.Market(**_market_columns(market)).save(force_update=True)
        _record(tx, "change", "movement.market", market.code, None, reason, by, now, before=before, after=_market_columns(market))
    return market


def _locked(organisation_id: UUID) -> models.Organisation:
    row = models.Organisation.objects.select_for_update().filter(id=organisation_id).first()
    if row is None:
        raise NoSuchOrganisation("There is no such organisation.", organisation_id=str(organisation_id))
    return row


def _owners(organisation_id: UUID) -> QuerySet[models.Membership]:
    """Who owns the organisation, itself or from above."""
    return models.Membership.objects.filter(role=Role.OWNER.value, organisation_id__in=_with_all_above(organisation_id))


def _with_all_above(organisation_id: UUID) -> set[UUID]:
    """The organisation and those above it, by one small read: the tree has a few hundred rows and moves are rare."""
    parents = dict(models.Organisation.objects.values_list("id", "parent_id"))
    if organisation_id not in parents:
        raise NoSuchOrganisation("There is no such organisation.", organisation_id=str(organisation_id))
    found: set[UUID] = set()
    above: UUID | None = organisation_id
    while above is not None:
        found.add(above)
        above = parents[above]
    return found


def _check_slug_is_free(slug: str, *, except_id: UUID | None) -> None:
    others = models.Organisation.objects.filter(slug=slug)
    if (others.exclude(id=except_id) if except_id else others).exists():
        raise OrganisationWrong("Another organisation has this short name: choose a different one.", field="slug")


def _columns(details: OrganisationDetails) -> dict[str, Json]:
    return {f.name: getattr(details, f.name) if f.name != "kind" else details.kind.value for f in fields(OrganisationDetails)}


def _market_columns(market: Market) -> dict[str, Json]:
    return asdict(market) | {"territories": list(market.territories), "languages": list(market.languages), "names": dict(market.names)}


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)


def _record(
    tx: Tx,
    action: str,
    object_type: str,
    object_id: UUID | str,
    organisation_id: UUID | None,
    reason: str,
    by: Actor,
    now: datetime,
    *,
    before: dict[str, Json] | None = None,
    after: dict[str, Json] | None = None,
) -> None:
    change = Change(
        by=by,
        action=action,
        object_type=object_type,
        object_id=object_id,
        reason=reason,
        organisation_id=organisation_id,
        before=before,
        after=after,
    )
    record(tx, [change], now=now)
