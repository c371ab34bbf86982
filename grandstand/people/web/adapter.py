"""How allauth makes our persons and sends our mail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext

from grandstand.kit.actors import Actor
from grandstand.kit.clock import now
from grandstand.kit.codecs import Json
from grandstand.kit.ids import new_id
from grandstand.people import queries, sealing
from grandstand.people.models import Person
from grandstand.people.ports import ports
from grandstand.people.values import AccountMail
from grandstand.people.web.language import in_language, show_in
from grandstand.store.api import Change, record, write
from grandstand.ui.qr import qr_svg

SECRET = {
    "account/email/email_confirmation": "confirm_email",
    "account/email/email_confirmation_signup": "confirm_email",
    "account/email/password_reset_key": "reset_password",
}
"""allauth's mails that hold a code or a link, with the notices of ours that stand for them."""

STRANGERS = {
    "account/email/unknown_account": "no_account",
    "account/email/account_already_exists": "account_exists",
}
"""Mails to an address that somebody typed, who may not be its owner."""

CHANGES = {
    "account/email/email_changed": "email_changed",
    "account/email/email_confirm": "email_confirmed",
    "account/email/email_deleted": "email_removed",
    "account/email/password_changed": "password_changed",
    "account/email/password_reset": "password_changed",
    "account/email/password_set": "password_set",
    "mfa/email/recovery_codes_generated": "recovery_codes_made",
    "mfa/email/totp_activated": "app_added",
    "mfa/email/totp_deactivated": "app_removed",
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
}
"""Mails that tell of a change: one notice, `account_changed`, which says what `change` it was."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth publishes no types
    """Persons know their language from the page they signed up on, and mail goes the way of every notice."""

    def new_user(self, request: HttpRequest) -> Person:
        return Person(joined_at=now(), language=_language())

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:  # noqa: FBT001, FBT002 allauth's signature
        user.name = form.cleaned_data.get("name", "")
        saved: Person = super().save_user(request, user, form, commit)
        change = Change(
            by=Actor.person(user.id),
            action="sign_up",
            object_type="people.person",
            object_id=user.id,
            reason="signed up",
            organisation_id=None,
        )
        with write() as tx:
            record(tx, [change], now=now())
        return saved

    def post_login(self, request: HttpRequest, user: Person, **about: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **about)
        response["Location"] = in_language(response["Location"], user.language)
        show_in(response, user.language)
        return response

    def send_notification_mail(self, template_prefix: str, user: Person, context: dict[str, Any] | None = None, email: str | None = None) -> None:
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """Queue the notice that stands for allauth's mail. Raises LookupError for a mail that we have no words for."""
        person = context.get("user")
        person = person if isinstance(person, Person) else None
        language = person.language if person else _language()
        mail = AccountMail(
            key=f"people-{new_id()}",
            to_email=email,
            to_person_id=_id(person),
            language=language,
            template=f"people/notices/{_notice(template_prefix)}",
            context=_context(template_prefix, email, context, language, now()),
            is_secret=template_prefix in SECRET,
        )
        with write() as tx:
            ports.queue_mail(tx, mail, now())


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth publishes no types
    """Passkeys are named for what they are, the key for an app is drawn as our other codes are, and what is kept of it is sealed."""

    def build_totp_svg(self, url: str) -> str:
        return qr_svg(url)

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def generate_authenticator_name(self, user: Person, type: Any) -> str:  # noqa: A002 allauth's signature
        return gettext("Passkey")


def _notice(template_prefix: str) -> str:
    found = SECRET.get(template_prefix) or STRANGERS.get(template_prefix) or ("account_changed" if template_prefix in CHANGES else None)
    if found is None:
        raise LookupError(f"allauth sends {template_prefix}: write a notice for it and name it in people/web/adapter.py")
    return found


def _context(template_prefix: str, email: str, context: Mapping[str, Any], language: str, at: datetime) -> dict[str, Json]:
    if template_prefix in SECRET:
        return {"code": context.get("code", ""), "url": in_language(context.get("password_reset_url", ""), language)}
    if template_prefix in STRANGERS:
        return {"email": email, "sign_up_url": context.get("signup_url", ""), "reset_url": context.get("password_reset_url", "")}
    return {
        "change": CHANGES[template_prefix],
        "at": f"{at:%Y-%m-%d %H:%M} UTC",
        "browser": str(context.get("user_agent", "")),
        "address": str(context.get("ip", "")),
        "from_email": str(context.get("from_email", "")),
        "to_email": str(context.get("to_email", "") or context.get("deleted_email", "")),
    }


def _id(person: Person | None) -> UUID | None:
    # A person who is just signing up may not be saved yet.
    return person.id if person is not None and queries.people([person.id]) else None


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
