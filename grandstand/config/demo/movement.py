"""The demo's organisations, markets and people, each made once and left alone afterwards."""

from datetime import datetime
from uuid import UUID

from grandstand.config.demo.cast import MARKETS, ORGANISATIONS, PASSWORD, PEOPLE
from grandstand.kit.actors import Actor
from grandstand.movement import api as movement
from grandstand.people import api as people

REASON = "part of the demo"


def make_organisations(*, by: Actor, now: datetime) -> dict[str, UUID]:
    """Every organisation that is not there yet. Returns all of them, slug to id."""
    ids: dict[str, UUID] = {}
    for plan in ORGANISATIONS:
        try:
            found = movement.organisation_by_slug(plan.details.slug)
        except movement.NoSuchOrganisation:
            parent_id = ids[plan.parent] if plan.parent else None
            found = movement.create_organisation(details=plan.details, parent_id=parent_id, now=now, by=by, reason=REASON)
        ids[plan.details.slug] = found.id
    return ids


def make_markets(*, by: Actor, now: datetime) -> None:
    """Every market that is not there yet."""
    known = {market.code for market in movement.markets()}
    for market in MARKETS:
        if market.code not in known:
            movement.create_market(market=market, now=now, by=by, reason=REASON)


def make_people(organisations: dict[str, UUID], *, by: Actor, now: datetime) -> None:
    """Every person that is not there yet, with their roles."""
    for plan in PEOPLE:
        if people.find_person_by_email(plan.email) is not None:
            continue
        person = people.create_person(
            email=plan.email,
            password=PASSWORD,
            name=plan.name,
            language=plan.language,
            market_code=plan.market,
            now=now,
            by=by,
            reason=REASON,
        )
        for role in plan.roles:
            movement.grant_role(person_id=person.id, organisation_id=organisations[plan.organisation], role=role, now=now, by=by, reason=REASON)
