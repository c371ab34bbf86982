"""What this room knows of a person: who they are and how they sign in."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.people.models import Person
from grandstand.store.api import Recorded, Tx, changes_of_person


class AccountOfPerson:
    """A PersonalData: the account itself, its addresses, its ways of signing in and its sessions, and what the audit log says of the person.

    Secrets are not read out. The audit log stays when the person is forgotten: it names them by an id that then belongs to nobody.
    """

    def export(self, tx: Tx, person_id: UUID) -> Json:
        """Five statements, of which one reads the whole audit log."""
        person = Person.objects.get(id=person_id)
        return {
            "id": str(person.id),
            "name": person.name,
            "email": person.email,
            "language": person.language,
            "market": person.market_code,
            "joined_at": person.joined_at.isoformat(),
            "last_signed_in_at": _iso(person.last_login),
            "email_addresses": [
                {"email": each.email, "verified": each.verified, "primary": each.primary}
                for each in EmailAddress.objects.filter(user=person).order_by("id")
            ],
            "ways_of_signing_in": [
                {"kind": each.type, "added_at": _iso(each.created_at), "last_used_at": _iso(each.last_used_at)}
                for each in Authenticator.objects.filter(user=person).order_by("id")
            ],
            "sessions": [
                {"started_at": _iso(each.created_at), "address": each.ip, "browser": each.user_agent}
                for each in UserSession.objects.filter(user=person).order_by("id")
            ],
            "changes": [_change(each, person_id) for each in changes_of_person(tx, person_id)],
        }

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        """End every session, delete every address and key. `erase_person` empties the person's own row after all rooms."""
        for session in UserSession.objects.filter(user_id=person_id):
            session.end()
        Authenticator.objects.filter(user_id=person_id).delete()
        EmailAddress.objects.filter(user_id=person_id).delete()


def _change(recorded: Recorded, person_id: UUID) -> dict[str, Json]:
    """Who else it was is not the person's to know, nor, of what they did in an organisation's name, the figures: those are the organisation's."""
    change = recorded.change
    told: dict[str, Json] = {
        "at": recorded.at.isoformat(),
        "by": "you" if change.by == Actor.person(person_id) else change.by.kind,
        "action": change.action,
        "of": f"{change.object_type} {change.object_id}",
        "reason": change.reason,
    }
    if str(person_id) in f"{change.object_id} {change.before} {change.after}":
        told |= {"before": _plain(change.before), "after": _plain(change.after)}
    return told


def _plain(values: Mapping[str, Json] | None) -> Json:
    return None if values is None else dict(values)


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
