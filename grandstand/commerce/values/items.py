"""Things, people and places."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from grandstand.kit.actors import Actor


class ItemRef(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that can be sold: the kind of its seller (`ticket`, `product`) and the id within it (an offer, a variant)."""

    kind: str
    item_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipTo:
    """Where a parcel goes. Lines and their meaning follow the country (checked by shop's address rules before it comes here).

    `country` is ISO 3166-1 alpha-2; `region` the part of an ISO 3166-2 code behind its hyphen, where the region has one. `district` is a part of
    the city that addresses of some countries name (CN, KR, BR). `city` may be empty where the country's addresses have none (JP, HK).
    """

    name: str
    country: str
    lines: tuple[str, ...]
    city: str
    district: str = ""
    postal_code: str = ""
    region: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """When and where an item takes place; None where that is not known yet. `place` and, by language, `places` name `place_id`."""

    starts_at: datetime | None
    ends_at: datetime | None
    time_zone: str
    place_id: UUID | None
    place: str
    places: Mapping[str, str] = field(default_factory=dict)

    def moved_from(self, before: "Appointment") -> bool:
        """Whether it is at another time or place than before, whatever these are called."""
        return (self.starts_at, self.ends_at, self.where) != (before.starts_at, before.ends_at, before.where)

    @property
    def where(self) -> UUID | str:
        """What tells its place from another: a name only where there is no id."""
        return self.place_id or self.place

    def place_in(self, language: str) -> str:
        """The name of the place in a language where it has one."""
        return self.places.get(language) or self.place


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """An item in a person's language, for basket, receipt and notice. `path` is the page about it, without a language prefix."""

    ref: ItemRef
    title: str
    subtitle: str = ""
    path: str = ""
    picture: str = ""
    starts_at: datetime | None = None
    time_zone: str = ""
    details: tuple[tuple[str, str], ...] = field(default=())


class Owner(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whose basket or order it is: a person, or a visitor known by a random key in their session. Exactly one of both."""

    person_id: UUID | None = None
    visitor: str = ""

    def __post_init__(self) -> None:
        if (self.person_id is None) == (not self.visitor):
            raise ValueError("an owner is a person or a visitor, exactly one of both")

    @property
    def holder(self) -> str:
        """For whom inventory counts caps."""
        return f"person:{self.person_id}" if self.person_id else f"visitor:{self.visitor}"

    @property
    def actor(self) -> Actor:
        """Who does what the owner asks for."""
        return Actor.person(self.person_id) if self.person_id else Actor.visitor(self.visitor)
