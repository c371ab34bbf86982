"""Which way mail goes, from one variable."""

from typing import Any
from urllib.parse import unquote, urlsplit

from grandstand.config.environment import SettingWrong

TIMEOUT_S = 20
"""A mail server that says nothing for so long is away: the notice is tried again later."""


def mailer(url: str) -> dict[str, Any]:
    """One of Django's MAILERS for an EMAIL_URL. Raises SettingWrong naming the variable."""
    parts = urlsplit(url)
    match parts.scheme:
        case "console":
            return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
        case "file" if parts.path:
            return {"BACKEND": "grandstand.messaging.adapters.folder.EmailBackend", "OPTIONS": {"folder": unquote(parts.path)}}
        case "smtp" | "smtps" | "smtp+plain" if parts.hostname:
            secure = parts.scheme == "smtps"
            options = {
                "host": parts.hostname,
                "port": parts.port or {"smtps": 465, "smtp": 587}.get(parts.scheme, 25),
                "username": unquote(parts.username or ""),
                "password": unquote(parts.password or ""),
                "use_ssl": secure,
                "use_tls": parts.scheme == "smtp",
                "timeout": TIMEOUT_S,
            }
            return {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
        case _:
            raise SettingWrong(
                "EMAIL_URL cannot be understood: write smtp://user:password@host:587, smtps://user:password@host:465, "
                "smtp+plain://host:25 (unencrypted, for a relay on this machine), file:///folder or console:"
            )
