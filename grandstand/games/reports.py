"""What an import reports: rows, what became of them, and everything that is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from grandstand.games.problems import KINDS, Severity
from grandstand.kit.codecs import Json
from grandstand.kit.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with one row of a file, or with the file (line 1). `line` is where the row starts; `kind` is stable."""

    kind: str
    line: int
    code: str = ""
    detail: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return KINDS[self.kind].severity

    @property
    def what(self) -> str:
        """What is wrong, in English; `games.explained` has it in the reader's language."""
        return KINDS[self.kind].what.format(**self.detail)

    @property
    def advice(self) -> str:
        """What to do, in English."""
        return KINDS[self.kind].advice.format(**self.detail)

    def as_json(self) -> dict[str, Json]:
        """Plain values."""
        return {
            "line": self.line,
            "code": self.code,
            "kind": self.kind,
            "severity": self.severity.value,
            "what": self.what,
            "advice": self.advice,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of a session or unit that the file says otherwise, as texts: before (here) and after (the file)."""

    code: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did, or would do with `dry_run`.

    `rows` were read; created + changed + unchanged + not_imported = rows. `differences` are those that were applied.
    """

    edition_code: str
    edition_is_new: bool
    dry_run: bool
    rows: int
    created: int
    changed: int
    unchanged: int
    problems: tuple[Problem, ...]
    differences: tuple[Difference, ...]

    @property
    def not_imported(self) -> int:
        """Rows of which nothing could be made; each has a problem that says why."""
        return self.rows - self.created - self.changed - self.unchanged

    def as_json(self) -> dict[str, Json]:
        """Plain values under exactly these keys: rows, created, changed, unchanged, problems."""
        return {
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "problems": [problem.as_json() for problem in self.problems],
        }


class FileWrong(Refusal):
    """The file as a whole cannot be imported; nothing was changed."""

    code: ClassVar[str] = "file_wrong"
    status: ClassVar[int] = 422


class NotTheirEdition(Refusal):
    """The edition belongs to another organisation, or is new and none was named."""

    code: ClassVar[str] = "not_their_edition"
    status: ClassVar[int] = 403
