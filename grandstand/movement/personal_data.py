"""What this room knows of a person: their roles."""

from datetime import datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.movement.queries import memberships, organisations
from grandstand.movement.services import revoke_role
from grandstand.store.api import Tx


class RolesOfPerson:
    """A people.PersonalData: the organisations that the person works for. Erasing takes every role away, with an audit row each."""

    def export(self, tx: Tx, person_id: UUID) -> Json:
        """Two statements."""
        held = memberships(person_id=person_id)
        named = organisations([membership.organisation_id for membership in held])
        return [{"organisation": named[membership.organisation_id].name, "role": membership.role.value} for membership in held]

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        for membership in memberships(person_id=person_id):
            revoke_role(
                person_id=person_id,
                organisation_id=membership.organisation_id,
                role=membership.role,
                now=now,
                by=by,
                reason="the person's account is erased",
            )
