"""What rooms announce. A fact is past, names things by id, and carries no personal data."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from grandstand.kit.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """The base of every fact. Subclasses are frozen dataclasses named in the past tense: `OrderPaid`.

    Fields are ids, instants, numbers, short codes and tuples of them. `fact_id` makes a second delivery recognisable.
    """

    organisation_id: UUID
    occurred_at: datetime
    fact_id: UUID = field(default_factory=new_id)

    @classmethod
    def kind(cls) -> str:
        return cls.__name__
