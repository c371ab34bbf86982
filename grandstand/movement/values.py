"""What crosses this room's door: organisations, roles, markets, and the reasons for a no."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from grandstand.kit.errors import NotFound, Refusal


class OrganisationKind(StrEnum):
    """The kinds of organisation that take part in sport."""

    RIGHTS_OWNER = "rights_owner"
    FEDERATION = "federation"
    NATIONAL_COMMITTEE = "national_committee"
    ORGANISING_COMMITTEE = "organising_committee"
    PARTNER = "partner"
    LICENSEE = "licensee"
    MEDIA_RIGHTS_HOLDER = "media_rights_holder"
    CLUB = "club"


class Role(StrEnum):
    """What a person may do for an organisation. An owner may do whatever any other role may."""

    OWNER = "owner"
    ORGANISER = "organiser"
    BOX_OFFICE = "box_office"
    SHOP = "shop"
    STEWARD = "steward"
    FINANCE = "finance"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationDetails:
    """What an organisation says about itself.

    `country` is ISO 3166-1 alpha-2, `currency` ISO 4217 (the currency of its books), `time_zone` an IANA name. `legal_name`, `address` and
    `tax_number` stand on its invoices; the legal name is never empty in an `Organisation` (it falls back to the name).
    """

    kind: OrganisationKind
    slug: str
    name: str
    country: str
    currency: str
    time_zone: str = "UTC"
    legal_name: str = ""
    address: str = ""
    tax_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(OrganisationDetails):
    """An organisation in the tree; `parent_id` is None at the top."""

    id: UUID
    parent_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One role of one person, given directly. Roles that follow from a parent organisation are not memberships."""

    id: UUID
    person_id: UUID
    organisation_id: UUID
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What a person shops in. One market is the default.

    `territories` are ISO 3166-1 alpha-2 codes, finer ones ISO 3166-2; `languages` have their default first; `currency` is ISO 4217,
    `time_zone` an IANA name. `names` are the name in other languages, by Django's codes (zh-hans).
    """

    code: str
    name: str
    territories: tuple[str, ...]
    languages: tuple[str, ...]
    currency: str
    time_zone: str
    prices_include_tax: bool = True
    is_default: bool = False
    names: Mapping[str, str] = field(default_factory=dict, hash=False)

    def name_in(self, language: str) -> str:
        """The name in `language` (fr-ca falls back to fr), else the one that every market has."""
        wanted = language.lower()
        while wanted:
            if self.names.get(wanted):
                return self.names[wanted]
            wanted = wanted.rpartition("-")[0]
        return self.name


class NoSuchOrganisation(NotFound):
    """No organisation has this id or slug."""

    code = "no_such_organisation"


class NoSuchMembership(NotFound):
    """The person does not have this role there, not directly."""

    code = "no_such_membership"


class LastOwner(Refusal):
    """Nobody would own the organisation, neither here nor from above. `detail["organisation"]` is its name."""

    code = "last_owner"


class NoSuchMarket(NotFound):
    """No market has this code."""

    code = "no_such_market"


class NoMarket(Refusal):
    """Nothing can be priced: the installation has no market yet."""

    code = "no_market"
    status = 503


class OrganisationWrong(Refusal):
    """A detail cannot be right. `detail["field"]` names it."""

    code = "organisation_wrong"
    status = 422


class MarketWrong(Refusal):
    """A detail of a market cannot be right. `detail["field"]` names it."""

    code = "market_wrong"
    status = 422


class OrganisationCycle(Refusal):
    """An organisation cannot stand under itself or under one of its own."""

    code = "organisation_cycle"
