"""What this room knows of a person: who they are and how they sign in."""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.people.models import Person
from grandstand.store.api import Tx


class AccountOfPerson:
    """A PersonalData: the account itself, its addresses, its ways of signing in and its sessions. Secrets are not read out."""

    def export(self, tx: Tx, person_id: UUID) -> Json:
        """Four statements."""
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
        }

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        """End every session, delete every address and key. `erase_person` empties the person's own row after all rooms."""
        for session in UserSession.objects.filter(user_id=person_id):
            session.end()
        Authenticator.objects.filter(user_id=person_id).delete()
        EmailAddress.objects.filter(user_id=person_id).delete()


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
