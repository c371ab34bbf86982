"""The one write path of a person: making, changing, forgetting. Exporting is beside forgetting, because they must know the same rooms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.ids import new_id
from grandstand.people import models, sealing
from grandstand.people.ports import ports
from grandstand.people.queries import summary
from grandstand.people.values import EmailTaken, LanguageUnknown, MarketUnknown, NoSuchPerson, PersonSummary
from grandstand.store.api import Change, read, record, write


def create_person(
    *,
    email: str,
    now: datetime,
    by: Actor,
    password: str | None = None,
    name: str = "",
    language: str = "en",
    market_code: str = "",
    staff: bool = False,
    reason: str = "made by hand",
    person_id: UUID | None = None,
) -> PersonSummary:
    """Make a person whose address counts as verified, without sending anything. People themselves come through sign-up.

    `staff` gives every right on the platform. Raises EmailTaken, LanguageUnknown.
    """
    _check_language(language)
    with write() as tx:
        if models.Person.objects.filter(email=email.lower()).exists():
            raise EmailTaken("Somebody signs in with this address already.")
        row = models.Person.objects.create_user(
            email,
            password,
            id=person_id or new_id(),
            name=name,
            language=language,
            market_code=market_code,
            joined_at=now,
            is_staff=staff,
            is_superuser=staff,
        )
        EmailAddress.objects.create(user=row, email=row.email, verified=True, primary=True)
        record(tx, [_change(row.id, "create", reason, by)], now=now)
    return summary(row)


def set_language_and_market(
    *, person_id: UUID, language: str, market_code: str, now: datetime, by: Actor, reason: str = "chosen by the person"
) -> None:
    """From now on pages and mail come in `language`, prices in the market. An empty `market_code` leaves the choice open.

    Raises NoSuchPerson, LanguageUnknown, MarketUnknown.
    """
    _check_language(language)
    if market_code and market_code not in {code for code, _ in ports.market_choices()}:
        raise MarketUnknown("Choose a market from the list.", market_code=market_code)
    with write() as tx:
        row = _locked(person_id)
        before: dict[str, Json] = {"language": row.language, "market_code": row.market_code}
        row.language, row.market_code = language, market_code
        row.save(update_fields=["language", "market_code"])
        after: dict[str, Json] = {"language": language, "market_code": market_code}
        record(tx, [_change(row.id, "choose_language_and_market", reason, by, before=before, after=after)], now=now)


def set_name(*, person_id: UUID, name: str, now: datetime, by: Actor, reason: str = "changed by the person") -> None:
    """The person is called `name` from now on. Raises NoSuchPerson."""
    with write() as tx:
        row = _locked(person_id)
        row.name = name
        row.save(update_fields=["name"])
        record(tx, [_change(row.id, "rename", reason, by)], now=now)


def export_person(person_id: UUID) -> dict[str, Json]:
    """All that the platform knows of the person, by room."""
    with read() as tx:
        return {room: source.export(tx, person_id) for room, source in sorted(ports.personal_data.items())}


def erase_person(*, person_id: UUID, now: datetime, by: Actor, reason: str = "asked for by the person") -> None:
    """Forget the person in every room at once: all of it or, when a room refuses, nothing.

    Their row stays as an empty one, so that what the law makes us keep has something to point at; their sessions end. Not undoable.
    Raises NoSuchPerson, or the Refusal of a room.
    """
    with write() as tx:
        row = _locked(person_id)
        for _, source in sorted(ports.personal_data.items()):
            source.erase(tx, person_id, now=now, by=by)
        row.email = f"erased-{row.id.hex}@erased.invalid"
        row.name, row.market_code, row.language = "", "", settings.LANGUAGE_CODE
        row.is_active = row.is_staff = row.is_superuser = False
        row.last_login, row.erased_at = None, now
        row.set_unusable_password()
        row.save()
        row.groups.clear()
        row.user_permissions.clear()
        record(tx, [_change(row.id, "erase", reason, by)], now=now)
        ports.keep_erasure(row.id, now)


def seal_second_steps_anew() -> int:
    """What is kept of apps and recovery codes in clear, or under an older secret, is sealed with the present one; return how many there were.

    Nothing changes for the person. An older secret may go afterwards.
    """
    with write():
        anew = []
        for row in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN).order_by("id"):
            sealed = _sealed_anew(row.data)
            if sealed != row.data:
                row.data = sealed
                anew.append(row)
        Authenticator.objects.bulk_update(anew, ["data"], batch_size=500)
    return len(anew)


def _sealed_anew(data: dict[str, Any]) -> dict[str, Any]:
    """As allauth keeps it: an app's `secret`, the `seed` of recovery codes, or codes that were taken over as they are."""
    texts: dict[str, Any] = {name: sealing.find_sealed_anew(data[name]) or data[name] for name in ("secret", "seed") if name in data}
    if "migrated_codes" in data:
        texts["migrated_codes"] = [sealing.find_sealed_anew(code) or code for code in data["migrated_codes"]]
    return data | texts


def _locked(person_id: UUID) -> models.Person:
    row = models.Person.objects.select_for_update().filter(id=person_id, erased_at=None).first()
    if row is None:
        raise NoSuchPerson("There is no such person.", person_id=str(person_id))
    return row


def _check_language(language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        raise LanguageUnknown(f"Choose one of {', '.join(dict(settings.LANGUAGES))}.", language=language)


def _change(
    person_id: UUID, action: str, reason: str, by: Actor, *, before: dict[str, Json] | None = None, after: dict[str, Json] | None = None
) -> Change:
    return Change(
        by=by, action=action, object_type="people.person", object_id=person_id, reason=reason, organisation_id=None, before=before, after=after
    )
