"""Units from a table or a JSON list: RSC, name, start, end, and the session they belong to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from grandstand.games import rules
from grandstand.games.adapters import cells
from grandstand.games.adapters.files import Line, Notes, Text, json_items, table
from grandstand.games.drafts import UnitDraft
from grandstand.games.reports import FileWrong

_COLUMNS = {
    "rsc": "rsc|unit code|unit|code|unit rsc",
    "name": "name|unit name|description|title|nom|名称",
    "event": "event|event name|épreuve|小项",
    "phase": "phase|phase name|round|阶段",
    "session": "session|session code|code session|场次",
    "starts": "start|starts|start at|starts at|start time|start date|begin|début|开始时间",
    "ends": "end|ends|end at|ends at|end time|end date|finish|fin|结束时间",
    "time_zone": "tz|time zone|timezone|fuseau|时区",
}
_ROLES = {rules.folded(name): role for role, names in _COLUMNS.items() for name in names.split("|")}
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadUnit:
    """A row that makes a unit."""

    line: int
    draft: UnitDraft


def read_units(text: Text, notes: Notes, *, zones: Mapping[str, str], default_zone: str) -> tuple[int, list[ReadUnit]]:
    """How many rows the file has, and the units they make. `zones` are the sessions' time zones by code: a time without offset is in its session's.

    Raises FileWrong when it has no column for the RSC.
    """
    lines = _lines(text, notes)
    columns: dict[str, str] = {}
    for name in dict.fromkeys(name for line in lines for name in line.cells):
        role = _ROLES.get(rules.folded(name))
        if role is None:
            notes.add("unknown_column", 1, column=name, known=", ".join(sorted(names.split("|", 1)[0] for names in _COLUMNS.values())))
        else:
            columns.setdefault(role, name)
    if "rsc" not in columns:
        raise FileWrong(f"{text.name} has no column of RSCs, by which a later import knows the units: name one “rsc”")
    seen: dict[str, Line] = {}
    reader = _Reader(columns=columns, notes=notes, zones=zones, default_zone=default_zone, seen=seen)
    return len(lines), [unit for line in lines if (unit := reader.unit(line)) is not None]


def _lines(text: Text, notes: Notes) -> list[Line]:
    if text.text.lstrip()[:1] not in {"{", "["}:
        return table(text, notes)[1]
    lines = []
    for number, item in json_items(text, "units", notes)[1]:
        cells_of = {str(name): _plain(value) for name, value in item.items()} if isinstance(item, dict) else {}
        if not isinstance(item, dict):
            notes.add("not_an_object", number)
        lines.append(Line(number=number, cells=cells_of))
    return lines


def _plain(value: Any) -> str:
    return "" if value is None else str(value).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    columns: Mapping[str, str]
    notes: Notes
    zones: Mapping[str, str]
    default_zone: str
    seen: dict[str, Line]

    def unit(self, line: Line) -> ReadUnit | None:
        """The unit that the row makes, or None with a problem that says why not."""
        if not line.cells:
            return None
        text = self._cell(line, "rsc").upper()
        try:
            rsc = rules.Rsc.of_unit(text)
        except rules.RscWrong as error:
            self.notes.add("rsc_wrong", line.number, text[:40], reason=str(error))
            return None
        if (first := self.seen.setdefault(text, line)) is not line:
            self.notes.add("row_repeated" if first.cells == line.cells else "code_repeated", line.number, text, first=first.number)
            return None
        session = self._session(line, text)
        zone = self._zone(line, text, session)
        starts_at, ends_at = (self._instant(line, text, role, zone) for role in ("starts", "ends"))
        if ends_at is not None and (starts_at is None or ends_at <= starts_at):
            self.notes.add("unit_ends_early", line.number, text, ends=_told(ends_at), starts=_told(starts_at) if starts_at else "–")
            ends_at = None
        draft = UnitDraft(
            rsc=text,
            name=(self._cell(line, "name") or rsc.event or text)[:200],
            event_name=self._cell(line, "event")[:200],
            phase_name=self._cell(line, "phase")[:200],
            session_code=session,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        return ReadUnit(line=line.number, draft=draft)

    def _session(self, line: Line, rsc: str) -> str:
        code = cells.known(self._cell(line, "session")).upper()
        if not code:
            self.notes.add("session_missing", line.number, rsc)
        elif code not in self.zones:
            self.notes.add("session_unknown", line.number, rsc, session=code)
            return ""
        return code

    def _zone(self, line: Line, rsc: str, session: str) -> str:
        text = cells.known(self._cell(line, "time_zone"))
        try:
            return rules.zone_name(text) if text else self.zones.get(session, self.default_zone)
        except rules.UnknownZone:
            self.notes.add("zone_wrong", line.number, rsc, value=text)
            return self.zones.get(session, self.default_zone)

    def _instant(self, line: Line, rsc: str, role: str, zone: str) -> datetime | None:
        text = cells.known(self._cell(line, role))
        if not text:
            return None
        found = _moment(text)
        if found is None:
            self.notes.add("instant_wrong", line.number, rsc, value=text)
            return None
        if _OFFSET.search(text):
            return found.astimezone(UTC)
        resolved = rules.resolved(found, zone)
        if resolved.doubt == "gap":
            self.notes.add("instant_wrong", line.number, rsc, value=text)
            return None
        if resolved.doubt == "fold":
            self.notes.add("time_twice", line.number, rsc, value=text, zone=zone, utc=f"{resolved.at:%H:%M}")
        return resolved.at

    def _cell(self, line: Line, role: str) -> str:
        return line.cells.get(self.columns.get(role, ""), "")


def _moment(text: str) -> datetime | None:
    """A day with a time of day, with or without an offset; None for anything else, a bare day included."""
    try:
        return datetime.fromisoformat(text) if len(text) > len("2028-07-19") else None
    except ValueError:
        return None


def _told(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%MZ")
