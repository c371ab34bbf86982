"""Addresses in the reader's language."""

from django.http import HttpRequest
from django.urls import LocalePrefixPattern
from django.utils.http import url_has_allowed_host_and_scheme


def localised(path: str) -> str:
    """A path that was written without a language, in the language of now: /sessions/7 is /fr/sessions/7 in French."""
    return f"/{LocalePrefixPattern(prefix_default_language=False).language_prefix}{path.lstrip('/')}"


def way_back(request: HttpRequest, *, otherwise: str) -> str:
    """The path of this platform that a form or a link named in `next`, to go back to with HttpResponseRedirect; else `otherwise`.

    What does not begin with one slash is no path of ours: `redirect` would take it for a route's name.
    """
    wished = request.POST.get("next") or request.GET.get("next") or ""
    ours = wished.startswith("/") and url_has_allowed_host_and_scheme(wished, allowed_hosts=None)
    return wished if ours else otherwise
