"""Who did it."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: a person, an anonymous visitor, or a part of the system. Written as `kind:name` in every audit row."""

    kind: str
    name: str

    @classmethod
    def person(cls, person_id: UUID) -> Self:
        return cls("person", str(person_id))

    @classmethod
    def visitor(cls, session: str) -> Self:
        return cls("visitor", session)

    @classmethod
    def system(cls, name: str) -> Self:
        """A task or command, such as `expire_holds`."""
        return cls("system", name)

    @property
    def person_id(self) -> UUID | None:
        return UUID(self.name) if self.kind == "person" else None

    @classmethod
    def parse(cls, text: str) -> Self:
        kind, _, name = text.partition(":")
        return cls(kind, name)

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"
