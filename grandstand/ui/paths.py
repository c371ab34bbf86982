"""Addresses in the reader's language."""

from django.urls import LocalePrefixPattern


def localised(path: str) -> str:
    """A path that was written without a language, in the language of now: /sessions/7 is /fr/sessions/7 in French."""
    return f"/{LocalePrefixPattern(prefix_default_language=False).language_prefix}{path.lstrip('/')}"
