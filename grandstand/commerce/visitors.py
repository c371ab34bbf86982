"""Who is buying: the person of a request, or the visitor that their session knows."""

import secrets
from datetime import datetime

from django.http import HttpRequest

from grandstand.commerce.services.adopting import adopt
from grandstand.commerce.values import Owner
from grandstand.store.api import write_retrying

SESSION_KEY = "commerce_visitor"


def find_owner(request: HttpRequest, *, now: datetime) -> Owner | None:
    """Whose basket and orders this request may see; None for a visitor who has put nothing into a basket yet.

    The first request of somebody who has just signed in makes theirs what they chose and ordered before.
    """
    visitor = request.session.get(SESSION_KEY)
    if not request.user.is_authenticated:
        return Owner(visitor=visitor) if visitor else None
    person_id = request.user.pk
    if visitor:
        write_retrying(lambda tx: adopt(tx, visitor=visitor, person_id=person_id, now=now))
        del request.session[SESSION_KEY]
    return Owner(person_id=person_id)


def the_owner(request: HttpRequest, *, now: datetime) -> Owner:
    """The same for somebody who is about to put something into a basket: a visitor gets a key that nobody can guess."""
    found = find_owner(request, now=now)
    if found is None:
        request.session[SESSION_KEY] = secrets.token_urlsafe(32)
        return Owner(visitor=request.session[SESSION_KEY])
    return found


def go_on_as(request: HttpRequest, owner: Owner) -> None:
    """The visitor of this session from now on: one whom another room knew before they had a session. Changes nothing for a person.

    The session gets another key: whoever knew the one before knows nothing of this visitor.
    """
    if owner.visitor and not request.user.is_authenticated:
        request.session.cycle_key()
        request.session[SESSION_KEY] = owner.visitor
