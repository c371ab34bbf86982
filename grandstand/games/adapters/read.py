"""What reading a file gives, whatever its format: drafts, with the row each came from and everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from babel.core import get_global

from grandstand.games import rules
from grandstand.games.adapters.files import Notes
from grandstand.games.drafts import DisciplineDraft, ParticipantDraft, SessionDraft, UnitDraft, VenueDraft
from grandstand.kit.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a reader must know of the edition: its disciplines, what files call them (folded: code and branch), its venues by code, its zone.

    `time_zone` is "" for an edition that is yet to be.
    """

    disciplines: Mapping[str, DisciplineDraft]
    discipline_names: Mapping[str, tuple[str, str]]
    venues: Mapping[str, VenueDraft]
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSession:
    """A row that makes a session. `row` is as it stands in the file."""

    line: int
    draft: SessionDraft
    row: Mapping[str, str]
    lowest: Money | None = None
    highest: Money | None = None
    units: tuple[UnitDraft, ...] = ()


@dataclass(slots=True, kw_only=True)
class ReadFile:
    """A file as read. `says` names the draft fields that the file speaks of; of the others it has no opinion.

    `rows` counts all, also those of which nothing could be made.
    """

    source: str
    digest: str
    notes: Notes
    rows: int = 0
    edition_name: str = ""
    time_zone: str = "UTC"
    says: frozenset[str] = frozenset()
    sessions: list[ReadSession] = field(default_factory=list)
    disciplines: dict[str, DisciplineDraft] = field(default_factory=dict)
    venues: dict[str, VenueDraft] = field(default_factory=dict)
    participants: dict[str, ParticipantDraft] = field(default_factory=dict)


class Venues:
    """The venues that a file names: those of the edition under their codes, others under new ones."""

    def __init__(self, known: Mapping[str, VenueDraft]) -> None:
        self._codes = {rules.folded(name): code for code, venue in known.items() for name in (venue.name, *venue.names.values(), code)}
        self._taken = set(known)
        self.named: dict[str, VenueDraft] = {}

    def name(self, draft: VenueDraft) -> str:
        """The code of the venue with the draft's name; its own code is not looked at. The first mention says where it is."""
        key = rules.folded(draft.name)
        if key not in self._codes:
            code, n = rules.code_from(draft.name) or "venue", 2
            while code in self._taken:
                code, n = f"{rules.code_from(draft.name)[:36]}-{n}", n + 1
            self._codes[key] = code
            self._taken.add(code)
        code = self._codes[key]
        self.named.setdefault(code, VenueDraft(code=code, **{f: getattr(draft, f) for f in VenueDraft.__slots__ if f != "code"}))
        return code


def country_of(time_zone: str) -> str:
    """The country in which a time zone lies, "" for one that lies in none. Source: CLDR."""
    territory = get_global("zone_territories").get(time_zone, "")
    return territory if len(territory) == 2 and territory.isalpha() else ""
