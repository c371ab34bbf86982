"""What the admin classes of this room share."""

from typing import Any

from django.http import HttpRequest

from grandstand.kit.clock import now
from grandstand.movement.console import OrganisationAdmin, Role, actor, reason

BOX_OFFICE = (Role.BOX_OFFICE,)
"""Who runs the box office; an owner may whatever any role may."""

SEE = (Role.BOX_OFFICE, Role.ORGANISER, Role.FINANCE)
GATE = (Role.BOX_OFFICE, Role.ORGANISER, Role.STEWARD)


def how(request: HttpRequest, form: Any) -> dict[str, Any]:
    """When, by whom and why: what every service wants."""
    return {"now": now(), "by": actor(request), "reason": reason(form)}


class OnlyShown(OrganisationAdmin):
    """Rows that nobody adds by hand."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
