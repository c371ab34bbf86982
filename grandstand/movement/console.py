"""The organiser's console: movement's second door, for the `admin.py` of every room.

An admin class says which organisation a row belongs to and which roles may see and change it. The base holds every list, lookup, choice and
write to that, and hands each write with its reason to a service of the room; nothing is ever saved by the admin itself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite

from grandstand.movement.access import Reach, reach
from grandstand.movement.console_admin import OrganisationAdmin, ReasonForm, actor, reason
from grandstand.movement.values import Role
from grandstand.ui.audience import Audience, declare, public

__all__ = ["CONSOLE_CSP", "Console", "OrganisationAdmin", "Panel", "Reach", "ReasonForm", "Role", "actor", "console", "reach", "reason"]

# Alpine evaluates the expressions in Unfold's attributes, and its templates carry style attributes. Only these two rules give way, and only
# here: docs/decisions/0020-console-csp.md.
CONSOLE_CSP: dict[str, Sequence[str]] = {
    **cast(dict[str, Sequence[str]], settings.SECURE_CSP),
    "script-src": [CSP.SELF, CSP.NONCE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Something that a room shows on the front of the console to people with one of `roles`: a template that needs no context."""

    template: str
    stylesheet: str
    roles: tuple[Role, ...]


class Console(UnfoldAdminSite):  # type: ignore[misc] # Unfold publishes no types
    """For members of an organisation, whatever their role; each admin class says which roles it is for."""

    site_title = _("Console")
    index_title = _("Console")
    empty_value_display = "–"
    index_template = "movement/console/index.html"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self._panels: list[Panel] = []

    def show_on_front(self, panel: Panel) -> None:
        """Show a room's panel above the list of rooms. Called once, where the room registers its admin classes."""
        self._panels.append(panel)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What happens now, then what there is."""
        panels = [panel for panel in self._panels if reach(request).allows_somewhere(panel.roles)]
        answer: HttpResponse = super().index(request, {**(extra_context or {}), "panels": panels})
        return answer

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person has any role anywhere."""
        return reach(request).allows_somewhere()

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002 Django's signature
        """Send visitors to sign in, tell strangers 403, and answer 404 where a role does not reach: what they may not see does not exist."""
        inner = csp_override(CONSOLE_CSP)(super().admin_view(view, cacheable))

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise PermissionDenied
            try:
                return inner(request, *args, **kwargs)
            except PermissionDenied:
                raise Http404 from None

        return guarded

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Every route declares its audience: the roles of its admin class, or any role."""
        urls: list[URLPattern | URLResolver] = super().get_urls()
        for pattern in _flat(urls):
            if pattern.name == "login":
                pattern.callback = sign_in
                continue
            model_admin = getattr(pattern.callback, "model_admin", None)
            roles = model_admin.roles_that_see() if isinstance(model_admin, OrganisationAdmin) else ()
            declare(Audience("member", tuple(role.value for role in roles)))(pattern.callback)
        return urls

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Rooms from the highest floor down, as people meet them: what is sold before what it rests on."""
        floors = {room: floor for floor, room in enumerate(settings.ROOMS)}
        listed: list[dict[str, Any]] = super().get_app_list(request, app_label)
        return sorted(listed, key=lambda app: -floors.get(app["app_label"], -1))

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The same as a menu, with the place one is at marked."""
        return [
            {
                "title": app["name"],
                "separator": position > 0,
                "items": [
                    {
                        "title": model["name"],
                        "link": model["admin_url"],
                        "active": request.path.startswith(model["admin_url"]),
                        "has_permission": True,
                    }
                    for model in app["models"]
                ],
            }
            for position, app in enumerate(self.get_app_list(request))
        ]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one place to sign in."""
        answer: HttpResponse = sign_in(request)
        return answer

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """And one to sign out."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """And one to change the password."""
        return redirect("account_change_password")


@public
def sign_in(request: HttpRequest) -> HttpResponse:
    """Go to the one place to sign in, and come back."""
    return redirect_to_login(request.GET.get("next", request.path.removesuffix("login/")))


console = Console(name="console")


def _flat(urls: Sequence[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for url in urls:
        if isinstance(url, URLPattern):
            yield url
        else:
            yield from _flat(url.url_patterns)
