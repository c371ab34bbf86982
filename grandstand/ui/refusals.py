"""What a "no" is called on the page that shows it. Rooms above know the words of theirs and hand them in, by config/wiring."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext

from grandstand.kit.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A refusal in the reader's language: what happened, and what to do."""

    title: str
    body: str


type Words = Callable[[Refusal], Said | None]

_words: list[Words] = []


def register_words(words: Words) -> None:
    """Ask `words` first from now on; it returns None for a refusal that it has no words for."""
    if words not in _words:
        _words.insert(0, words)


def said(refusal: Refusal) -> Said:
    """The words of the room that knows the refusal, else those of its status."""
    return next((found for words in _words if (found := words(refusal)) is not None), None) or _of_status(refusal)


def _of_status(refusal: Refusal) -> Said:
    match refusal.status:
        case 404:
            return Said(
                title=gettext("This page does not exist"),
                body=gettext("The address may be mistyped, or what was here has moved. Nothing in your basket or your orders has changed."),
            )
        case 403:
            return Said(
                title=gettext("This page is not for this account"),
                body=gettext(
                    "You are known here, but this page needs a role that you do not have. "
                    "Ask the organisation's owner for it, or sign in with another account."
                ),
            )
        case _:
            return Said(title=gettext("That did not work"), body=str(refusal))
