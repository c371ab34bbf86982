"""What the admin classes of this room share."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from grandstand.games.wording import told
from grandstand.kit.errors import Refusal
from grandstand.movement.console import OrganisationAdmin, Role

EVERYBODY = tuple(Role)


def in_words[T](write: Callable[[], T]) -> T:
    """Run a write; let a refusal say why in the reader's language."""
    try:
        return write()
    except Refusal as refused:
        raise type(refused)(told(refused), **refused.detail) from refused


class OfEditionAdmin(OrganisationAdmin):
    """Rows of an edition. A new one belongs to the organisation of the edition that was chosen for it."""

    def organisation_of(self, obj: Any, *, change: bool = True) -> UUID | None:
        found: UUID = obj.organisation_id if change else obj.edition.organisation_id
        return found
