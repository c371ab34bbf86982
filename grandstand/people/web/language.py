"""The language of pages: a cookie, which follows the person and which the person follows."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import translate_url
from django.utils.translation import get_language_from_path, override

from grandstand.kit.actors import Actor
from grandstand.kit.clock import now
from grandstand.people import services
from grandstand.people.models import Person


def show_in(response: HttpResponseBase, language: str) -> None:
    """Show pages in this language from now on, on this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.SESSION_COOKIE_AGE,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def in_language(url: str, language: str) -> str:
    """The same page in another language, wherever one comes from; an address that is no page of ours stays as it is."""
    with override(get_language_from_path(urlsplit(url).path) or settings.LANGUAGE_CODE):
        return translate_url(url, language)


def language_follows_person(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: when somebody who is signed in chooses a language in the frame of a page, it becomes theirs, for mail too."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        match = request.resolver_match
        chosen = response.cookies.get(settings.LANGUAGE_COOKIE_NAME) if match and match.view_name == "ui:language" else None
        if chosen is not None and isinstance(request.user, Person) and request.user.language != chosen.value and request.user.is_active:
            services.set_language_and_market(
                person_id=request.user.id,
                language=chosen.value,
                market_code=request.user.market_code,
                now=now(),
                by=Actor.person(request.user.id),
            )
        return response

    return middleware
