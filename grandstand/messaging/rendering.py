"""A notice as a mail, in the language of whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.html import linebreaks, urlize
from django.utils.translation import get_supported_language_variant, override

from grandstand.messaging import attachments
from grandstand.messaging.values import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is rendered: a notice with its reader known."""

    id: UUID
    to_email: str
    to_name: str
    language: str
    template: str
    context: Mapping[str, Any]
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The words of a mail. `text` is without the frame around it."""

    subject: str
    text: str
    mail: EmailMultiAlternatives


def render(letter: Letter) -> Rendered:
    """Render the room's three templates (subject, text, HTML) and put the last two into the frame that all our mails share.

    Without a `.body.html`, the HTML is made from the text. Raises TemplateDoesNotExist, and what an attachment's provider raises.
    """
    language = supported(letter.language)
    with override(language):
        context = dict(letter.context) | {"person": {"name": letter.to_name}, "platform_url": settings.GRANDSTAND_URL, "language": language}
        subject = " ".join(_plain(f"{letter.template}.subject.txt", context).split())
        text = _plain(f"{letter.template}.body.txt", context).strip()
        frame = context | {"subject": subject}
        mail = EmailMultiAlternatives(
            subject=subject,
            body=_plain("messaging/frame.txt", frame | {"text": text}).strip() + "\n",
            to=[letter.to_email],
            headers={"Message-ID": f"<{letter.id}@{_domain()}>", "Content-Language": language, "Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(get_template("messaging/frame.html").render(frame | {"html": _html(letter.template, context, text)}), "text/html")
    for attachment in letter.attachments:
        mail.attach(attachment.file_name, attachments.content(attachment), attachment.media_type)
    return Rendered(subject=subject, text=text, mail=mail)


def supported(language: str) -> str:
    """The language of ours that comes nearest, the platform's first when none does."""
    try:
        return get_supported_language_variant(language or settings.LANGUAGE_CODE)
    except LookupError:
        return settings.LANGUAGE_CODE


def _plain(name: str, context: dict[str, Any]) -> str:
    # A text mail shows &amp; as it stands, so nothing is escaped in it.
    template: Any = get_template(name)
    return str(template.template.render(Context(context, autoescape=False)))


def _html(template: str, context: dict[str, Any], text: str) -> str:
    try:
        return get_template(f"{template}.body.html").render(context)
    except TemplateDoesNotExist as missing:
        if str(missing) != f"{template}.body.html":
            raise
        return linebreaks(urlize(text, autoescape=True))


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
