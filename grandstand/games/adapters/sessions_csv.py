"""Tables of sessions as organisers publish them: one row per session, columns named in many ways."""

import re
from collections import Counter

from grandstand.games import rules
from grandstand.games.adapters import cells
from grandstand.games.adapters.clock import Asked, Clock
from grandstand.games.adapters.columns import PRICES, columns, says
from grandstand.games.adapters.files import Line, Notes, Text, table
from grandstand.games.adapters.read import Context, ReadFile, ReadSession, Venues, country_of
from grandstand.games.drafts import DisciplineDraft, SessionDraft, VenueDraft
from grandstand.games.reports import FileWrong
from grandstand.games.values import Stage
from grandstand.kit.money import Money

_BRANCH = re.compile(r"(.+?)\s*(?:\(([^)]*)\)|\s[-–—]\s(.+))")
_NOT_TICKETED = re.compile(r"(?:not|non|un)[ -]?ticketed\s*[:–—-]\s*", re.IGNORECASE)
_CODE = re.compile(r"[0-9A-Z][0-9A-Z._/-]{0,39}")


def read_sessions(text: Text, context: Context, notes: Notes) -> ReadFile:
    """The sessions of a table. Raises FileWrong when it has no column for codes."""
    header, lines = table(text, notes)
    meaning = columns(header, notes)
    if "code" not in meaning.values():
        raise FileWrong(f"{text.name} has no column of session codes, by which a later import knows them: name one “session_code”")
    reader = _Reader(header=meaning, context=context, notes=notes, lines=lines)
    read = ReadFile(source=text.name, digest=text.digest, notes=notes, rows=len(lines), time_zone=reader.time_zone)
    read.says = says(set(meaning.values()))
    read.sessions = [session for line in lines if (session := reader.session(line)) is not None]
    read.disciplines, read.venues = reader.disciplines, reader.venues.named
    return read


class _Reader:
    """Reads row after row, remembering what they have in common."""

    def __init__(self, *, header: dict[str, str], context: Context, notes: Notes, lines: list[Line]) -> None:
        self._column = {role: name for name, role in header.items()}
        self._context, self._notes = context, notes
        self._seen: dict[str, Line] = {}
        self._order = cells.day_order(line.cells.get(self._column.get("day", ""), "") for line in lines)
        self._currencies = {role: cells.currency_in(self._column.get(role, "")) for role in PRICES}
        self._has_told_currency = False
        self.disciplines: dict[str, DisciplineDraft] = {}
        self.venues = Venues(context.venues)
        zones = Counter(zone for line in lines if (zone := self._zone_name(line)) is not None)
        self.time_zone = context.time_zone or (zones.most_common(1)[0][0] if zones else "UTC")

    def session(self, line: Line) -> ReadSession | None:
        """The session that the row makes, or None with a problem that says why not."""
        code = self._code(line)
        if code is None:
            return None
        found = self._discipline(line, code)
        if found is None:
            self._notes.add("discipline_missing", line.number, code)
            return None
        discipline, branch = found
        time_zone, zone_is_certain = self._time_zone(line, code)
        asked = Asked(**{role: cells.known(self._cell(line, role)) for role in ("day", "starts", "ends", "next_day")})
        when = Clock(notes=self._notes, line=line.number, code=code, time_zone=time_zone).when(asked, order=self._order, certain=zone_is_certain)
        title, ticketed = self._title(line, code, discipline), self._ticketed(line, code)
        lowest, highest = self._prices(line, code, ticketed=ticketed)
        venue_code, zone = self._venue(line, code, time_zone)
        draft = SessionDraft(
            code=code,
            discipline_code=discipline.code,
            title=title,
            titles={role.partition(":")[2]: text for role in self._column if role.startswith("title:") and (text := self._cell(line, role))},
            branch=self._short(line, code, "branch", branch, 100),
            stage=self._stage(line, code),
            venue_code=venue_code,
            zone=zone,
            time_zone=time_zone,
            day_on=when.day_on,
            starts_local=when.starts_local,
            ends_local=when.ends_local,
            ticketed=ticketed,
        )
        return ReadSession(line=line.number, draft=draft, row=line.cells, lowest=lowest, highest=highest)

    # -- which ---------------------------------------------------------------------------------------------------------------------

    def _code(self, line: Line) -> str | None:
        code = self._cell(line, "code").upper()
        if not code:
            self._notes.add("code_missing", line.number)
        elif not _CODE.fullmatch(code):
            self._notes.add("code_wrong", line.number, code[:40], value=code[:60])
        elif (first := self._seen.setdefault(code, line)) is not line:
            self._notes.add("row_repeated" if first.cells == line.cells else "code_repeated", line.number, code, first=first.number)
        else:
            return code
        return None

    def _discipline(self, line: Line, code: str) -> tuple[DisciplineDraft, str] | None:
        sport, prefix = self._cell(line, "discipline"), code[:3]
        known = self._context.disciplines
        found = self._by_name(sport)
        if found is None and not sport and prefix in known:
            self._notes.add("discipline_from_code", line.number, code, discipline=f"{prefix} {known[prefix].name}")
            found = prefix, ""
        if found is not None:
            self.disciplines.setdefault(found[0], known[found[0]])
            return self.disciplines[found[0]], found[1]
        if not sport:
            return None
        made = next((draft for draft in self.disciplines.values() if rules.folded(draft.name) == rules.folded(sport)), None)
        if made is None:
            made = self._new_discipline(sport, prefix)
            self._notes.add("discipline_unknown", line.number, code, sport=sport, discipline=made.code)
        return made, ""

    def _by_name(self, sport: str) -> tuple[str, str] | None:
        """The discipline a name means, and its branch: "Athletics (Marathon)" is the Marathon of ATH."""
        names = self._context.discipline_names
        if (whole := names.get(rules.folded(sport))) is not None:
            return whole
        if (parts := _BRANCH.fullmatch(sport)) and (first := names.get(rules.folded(parts[1]))) is not None:
            return first[0], parts[2] or parts[3] or ""
        return (sport.upper(), "") if sport.upper() in self._context.disciplines else None

    def _new_discipline(self, sport: str, prefix: str) -> DisciplineDraft:
        taken = {*self._context.disciplines, *self.disciplines}
        letters = "".join(letter for letter in rules.folded(sport).upper() if letter.isascii() and letter.isalnum()).ljust(3, "X")
        wanted = [prefix] if len(prefix) == 3 and prefix.isalnum() else []
        wanted += [letters[:3], *(f"{letters[:2]}{n}" for n in range(10)), *(f"{letters[:1]}{n}" for n in range(10, 100))]
        code = next(option for option in wanted if option not in taken)
        name = sport[:200]
        draft = DisciplineDraft(code=code, name=name, sport_code=rules.code_from(sport) or code.lower(), sport_name=name)
        self.disciplines[code] = draft
        return draft

    # -- what ----------------------------------------------------------------------------------------------------------------------

    def _title(self, line: Line, code: str, discipline: DisciplineDraft) -> str:
        title = _NOT_TICKETED.sub("", self._cell(line, "title"), count=1)
        if not title:
            title = discipline.name
            self._notes.add("title_missing", line.number, code, title=title)
        return self._short(line, code, "title", title, 300)

    def _stage(self, line: Line, code: str) -> Stage:
        text = cells.known(self._cell(line, "stage"))
        try:
            return cells.stage(text) if text else Stage.UNKNOWN
        except ValueError:
            self._notes.add("stage_unknown", line.number, code, value=text, known=", ".join(stage for stage in Stage if stage))
            return Stage.UNKNOWN

    def _ticketed(self, line: Line, code: str) -> bool:
        text = self._cell(line, "ticketed")
        if "ticketed" not in self._column:
            return not _NOT_TICKETED.match(self._cell(line, "title"))
        try:
            return cells.yes(text)
        except ValueError:
            self._notes.add("ticketed_wrong", line.number, code, value=text)
            return False

    def _prices(self, line: Line, code: str, *, ticketed: bool) -> tuple[Money | None, Money | None]:
        texts = {role: cells.known(self._cell(line, role)) for role in PRICES}
        if not any(texts.values()):
            return None, None
        named = cells.known(self._cell(line, "currency")).upper()
        currency = named if cells.is_currency(named) else next(filter(None, self._currencies.values()), "")
        if not currency:
            if not self._has_told_currency:
                self._notes.add("price_without_currency", 1)
                self._has_told_currency = True
            return None, None
        amounts = []
        for text in filter(None, texts.values()):
            try:
                amounts.append(cells.price(text, currency))
            except ValueError:
                self._notes.add("price_wrong", line.number, code, value=text, currency=currency)
                return None, None
        lowest, highest = amounts[0], amounts[-1]
        if highest < lowest:
            self._notes.add("price_order", line.number, code, lowest=str(lowest), highest=str(highest))
            return None, None
        if not ticketed and not highest:
            return None, None
        if not ticketed:
            self._notes.add("price_without_tickets", line.number, code, lowest=str(lowest), highest=str(highest))
        return lowest, highest

    # -- where ---------------------------------------------------------------------------------------------------------------------

    def _venue(self, line: Line, code: str, time_zone: str) -> tuple[str, str]:
        """The venue's code and the zone, which counts only without a venue."""
        name = self._short(line, code, "venue", cells.known(self._cell(line, "venue")), 200)
        zone = self._short(line, code, "zone", cells.known(self._cell(line, "zone")), 100)
        if not rules.code_from(name):
            self._notes.add("venue_missing", line.number, code)
            return "", zone
        country = self._cell(line, "country").upper()
        draft = VenueDraft(
            code="",
            name=name,
            zone=zone,
            country=country if re.fullmatch("[A-Z]{2}", country) else country_of(time_zone),
            time_zone=time_zone,
            capacity=_number(self._cell(line, "capacity")),
        )
        venue_code = self.venues.name(draft)
        here = (self._context.venues.get(venue_code) or self.venues.named[venue_code]).zone
        if zone and here and zone != here:
            self._notes.add("venue_zone_differs", line.number, code, venue=name, file=zone, here=here)
        return venue_code, ""

    # -- when ----------------------------------------------------------------------------------------------------------------------

    def _zone_name(self, line: Line) -> str | None:
        text = cells.known(self._cell(line, "time_zone"))
        try:
            return rules.zone_name(text) if text else None
        except rules.UnknownZone:
            return None

    def _time_zone(self, line: Line, code: str) -> tuple[str, bool]:
        """The row's time zone, and whether its times may be believed."""
        text = cells.known(self._cell(line, "time_zone"))
        if (name := self._zone_name(line)) is not None:
            return name, True
        if text:
            self._notes.add("zone_wrong", line.number, code, value=text)
            return self.time_zone, False
        self._notes.add("zone_missing", line.number, code, zone=self.time_zone)
        return self.time_zone, True

    # -- cells ---------------------------------------------------------------------------------------------------------------------

    def _cell(self, line: Line, role: str) -> str:
        return line.cells.get(self._column.get(role, ""), "")

    def _short(self, line: Line, code: str, field: str, text: str, longest: int) -> str:
        if len(text) > longest:
            self._notes.add("text_too_long", line.number, code, field=field, longest=longest)
        return text[:longest].strip()


def _number(text: str) -> int | None:
    digits = re.sub(r"[\s.,’']", "", text)
    return int(digits) if digits.isdecimal() and len(digits) < 8 else None
