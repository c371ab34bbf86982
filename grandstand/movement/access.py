"""Who may open a page of an organisation's: decorators that enforce it and declare it, and the reach they put on the request."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from grandstand.movement import rules
from grandstand.movement.queries import roles_of
from grandstand.movement.values import Role
from grandstand.ui.audience import Audience, View, declare


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far the person of a request reaches: `roles` by organisation, those from above included; `everywhere` for the platform's own staff."""

    person_id: UUID | None
    everywhere: bool
    roles: dict[UUID, frozenset[Role]]

    def organisations(self, roles: Collection[Role] = ()) -> frozenset[UUID]:
        """Where the person may do what one of `roles` may. Ask `everywhere` first: it names no organisations."""
        return frozenset(id_ for id_, held in self.roles.items() if rules.suffices(held, roles))

    def allows(self, organisation_id: UUID | None, roles: Collection[Role] = ()) -> bool:
        """Whether the person may do so for this organisation. What belongs to no organisation is the platform's."""
        return self.everywhere or (organisation_id is not None and rules.suffices(self.roles.get(organisation_id, frozenset()), roles))

    def allows_somewhere(self, roles: Collection[Role] = ()) -> bool:
        """Whether the person may do so for any organisation."""
        return self.everywhere or any(rules.suffices(held, roles) for held in self.roles.values())


def reach(request: HttpRequest) -> Reach:
    """The reach of the person of this request. One statement, once a request; none for a visitor."""
    kept = getattr(request, "movement_reach", None)
    if isinstance(kept, Reach):
        return kept
    user = request.user
    if not (user.is_authenticated and user.is_active):
        found = Reach(person_id=None, everywhere=False, roles={})
    else:
        found = Reach(person_id=user.pk, everywhere=user.is_superuser, roles=roles_of(user.pk))
    request.movement_reach = found  # type: ignore[attr-defined]
    return found


def member(*roles: Role) -> Callable[[View], View]:
    """For people with one of `roles` in some organisation; with none named, any role. Visitors are sent to sign in, others get 403.

    The view must still look up its object within `reach(request).organisations(roles)`: what lies outside does not exist for it.
    """
    return _for_members(Audience("member", tuple(role.value for role in roles)), roles)


def steward(view: View) -> View:
    """For stewards of some organisation. The view must look up its object within `reach(request).organisations([Role.STEWARD])`."""
    return _for_members(Audience("steward", (Role.STEWARD.value,)), (Role.STEWARD,))(view)


def _for_members(audience: Audience, roles: Collection[Role]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not reach(request).allows_somewhere(roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return declare(audience)(login_required(guarded))

    return decorate
