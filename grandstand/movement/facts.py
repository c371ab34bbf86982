"""What this room announces."""

from dataclasses import dataclass

from grandstand.kit.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationCreated(Fact):
    """An organisation takes part from now on. `currency` is that of its books."""

    organisation_kind: str
    currency: str
