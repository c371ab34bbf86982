"""Who is asking."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest


def person_id(request: HttpRequest) -> UUID:
    """The signed-in person's id. Only for views whose audience is signed in."""
    return cast(UUID, request.user.pk)
