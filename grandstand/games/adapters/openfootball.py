"""Matches as openfootball publishes them (github.com/openfootball, CC0): a JSON file, with stadiums and teams in files beside it.

A match is a session with one unit. Group matches have no number, so their code is made of group and teams, which a new date does not change.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from grandstand.games import rules
from grandstand.games.adapters import cells
from grandstand.games.adapters.clock import Asked, Clock, When
from grandstand.games.adapters.files import Notes, Text, json_items, read_text
from grandstand.games.adapters.read import Context, ReadFile, ReadSession, Venues, country_of
from grandstand.games.adapters.stadiums import Stadium, read_stadiums
from grandstand.games.adapters.teams import Team, read_teams, team_of
from grandstand.games.drafts import ResultDraft, SessionDraft, UnitDraft, VenueDraft
from grandstand.games.reports import FileWrong
from grandstand.games.rules import Rsc
from grandstand.games.values import Stage

GROUP_MATCH = timedelta(hours=2)
"""Two halves of 45 minutes, a break of 15, and what referees add: Laws of the Game, law 7."""

KNOCKOUT_MATCH = timedelta(hours=3)
"""The same with two extra halves of 15 minutes and kicks from the penalty mark: law 10."""

_PHASES = {
    "round of 32": "R32",
    "round of 16": "8FNL",
    "quarter final": "QFNL",
    "semi final": "SFNL",
    "match for third place": "BRNZ",
    "final": "FNL",
}
_SAYS = frozenset(
    {"discipline_code", "title", "titles", "branch", "stage", "venue_code", "zone", "time_zone", "day_on", "starts_local", "ends_local"}
)
_TIME = re.compile(r"\s*(\d{1,2}[:.]\d{2})\s*(.*)")


def read_matches(text: Text, context: Context, notes: Notes, *, folder: Path) -> ReadFile:
    """The matches of a file, with what the files beside it say of stadiums and teams. Raises FileWrong."""
    rest, items = json_items(text, "matches", notes)
    if not items:
        raise FileWrong(f"{text.name} has no matches")
    name = str(rest.get("name", ""))
    zone = context.time_zone or _usual_zone([match for _, match in items])
    women = "women" in name.casefold()
    reader = _Reader(context=context, notes=notes, zone=zone, women=women, beside=_beside(folder, text.name, notes))
    read = ReadFile(source=text.name, digest=text.digest, notes=notes, rows=len(items), edition_name=name, time_zone=zone, says=_SAYS)
    read.sessions = [session for line, match in items if (session := reader.session(line, match)) is not None]
    if any(session.draft.ends_local for session in read.sessions):
        notes.add("ends_assumed", 1, group=GROUP_MATCH // timedelta(minutes=1), knockout=KNOCKOUT_MATCH // timedelta(minutes=1))
    read.disciplines = {"FBL": context.disciplines["FBL"]}
    read.venues = reader.venues.named
    read.participants = {team.code: team.draft for team in reader.teams.values() if team.code in reader.playing}
    return read


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    stadiums: dict[str, Stadium]
    teams: dict[str, Team]


def _beside(folder: Path, name: str, notes: Notes) -> _Beside:
    """The files whose names begin as the matches' does: worldcup.json, worldcup.stadiums.json, worldcup.teams.json."""
    stem = name.removesuffix(".json")
    found: dict[str, list[tuple[int, Any]]] = {}
    for kind in ("stadiums", "teams"):
        path = folder / f"{stem}.{kind}.json"
        if path.exists():
            try:
                found[kind] = json_items(read_text(path, notes), kind, notes)[1]
            except FileWrong as error:
                notes.add("file_beside_wrong", 1, file=path.name, reason=str(error))
    return _Beside(stadiums=read_stadiums(found.get("stadiums", []), notes), teams=read_teams(found.get("teams", [])))


class _Reader:
    """Reads match after match, remembering what they have in common."""

    def __init__(self, *, context: Context, notes: Notes, zone: str, women: bool, beside: _Beside) -> None:
        self._notes, self._default_zone = notes, zone
        self._gender = "W" if women else "M"
        self._stadiums = beside.stadiums
        self._seen: dict[str, int] = {}
        self.teams = beside.teams
        self.playing: set[str] = set()
        self.venues = Venues(context.venues)

    def session(self, line: int, match: Any) -> ReadSession | None:
        """The session and unit that a match makes, or None with a problem that says why not."""
        if not isinstance(match, dict):
            self._notes.add("not_an_object", line)
            return None
        names = [str(match.get(side) or "").strip() for side in ("team1", "team2")]
        teams = [team_of(name, self.teams) for name in names]
        code = self._code(line, match, teams)
        if code is None:
            return None
        if not all(names):
            self._notes.add("teams_missing", line, code)
        venue_code, stadium = self._venue(line, code, match)
        when, time_zone = self._when(line, code, match, stadium)
        title, titles = _title(names, teams)
        stage = self._stage(line, code, match)
        draft = SessionDraft(
            code=code,
            discipline_code="FBL",
            title=title[:300],
            titles=titles,
            branch=str(match.get("group") or match.get("round") or "")[:100],
            stage=stage,
            venue_code=venue_code,
            time_zone=time_zone,
            day_on=when.day_on,
            starts_local=when.starts_local,
            ends_local=when.ends_local,
        )
        unit = self._unit(line, match, draft, teams)
        return ReadSession(line=line, draft=draft, row={key: str(value) for key, value in match.items()}, units=(unit,))

    # -- which ---------------------------------------------------------------------------------------------------------------------

    def _code(self, line: int, match: Mapping[str, Any], teams: list[Team | None]) -> str | None:
        number, group = match.get("num"), _group(match)
        if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 10**6:
            code = f"M{number:03}"
        elif group and all(teams):
            code = "-".join([f"G{group}", *(team.code for team in teams if team)])
        else:
            self._notes.add("code_missing", line)
            return None
        code = code if len(code) <= 40 else f"{code[:31]}-{_digest(code)}"
        if code in self._seen:
            self._notes.add("code_repeated", line, code, first=self._seen[code])
            return None
        self._seen[code] = line
        return code

    def _stage(self, line: int, code: str, match: Mapping[str, Any]) -> Stage:
        text = str(match.get("round") or "")
        try:
            return Stage.PRELIMINARY if _group(match) else cells.stage(text)
        except ValueError:
            self._notes.add("stage_unknown", line, code, value=text, known=", ".join(stage for stage in Stage if stage))
            return Stage.UNKNOWN

    # -- where and when ------------------------------------------------------------------------------------------------------------

    def _venue(self, line: int, code: str, match: Mapping[str, Any]) -> tuple[str, Stadium | None]:
        ground = cells.known(str(match.get("ground") or ""))
        if not rules.code_from(ground):
            self._notes.add("venue_missing", line, code)
            return "", None
        stadium = self._stadiums.get(rules.folded(ground))
        if stadium is not None:
            return self.venues.name(stadium.draft), stadium
        if rules.folded(ground) not in {rules.folded(venue.name) for venue in self.venues.named.values()}:
            self._notes.add("stadium_unknown", line, code, ground=ground)
        time_zone = self._zone(_TIME.fullmatch(str(match.get("time") or "")), None)[0]
        return self.venues.name(VenueDraft(code="", name=ground[:200], zone=ground[:100], country=country_of(time_zone), time_zone=time_zone)), None

    def _zone(self, time: re.Match[str] | None, stadium: Stadium | None) -> tuple[str, bool]:
        """The zone that the time names, else the stadium's, else the edition's; and whether it can be believed."""
        named = time[2].strip() if time else ""
        try:
            return rules.zone_name(named) if named else (stadium.draft.time_zone if stadium else self._default_zone), True
        except rules.UnknownZone:
            return self._default_zone, False

    def _when(self, line: int, code: str, match: Mapping[str, Any], stadium: Stadium | None) -> tuple[When, str]:
        text = cells.known(str(match.get("time") or ""))
        time = _TIME.fullmatch(text)
        time_zone, certain = self._zone(time, stadium)
        if not certain:
            self._notes.add("zone_wrong", line, code, value=time[2].strip() if time else "")
        starts = time[1] if time else text
        asked = Asked(day=cells.known(str(match.get("date") or "")), starts=starts, ends="")
        clock = Clock(notes=Notes(), line=line, code=code, time_zone=time_zone)
        # The end is ours: the clock is asked for a start alone, and what it says of the missing end is not told.
        when = clock.when(asked, certain=certain)
        self._notes.found += [problem for problem in clock.notes.found if problem.kind != "end_missing"]
        if when.starts_local is not None:
            length = GROUP_MATCH if _group(match) else KNOCKOUT_MATCH
            ends_at = rules.resolved(when.starts_local, time_zone).at + length
            when = replace(when, ends_local=rules.wall_time(ends_at, time_zone))
        return when, time_zone

    # -- the match -----------------------------------------------------------------------------------------------------------------

    def _unit(self, line: int, match: Mapping[str, Any], draft: SessionDraft, teams: list[Team | None]) -> UnitDraft:
        group, number = _group(match), match.get("num")
        known = [team for team in teams if team is not None]
        phase = f"GP{group}"[:4] if group else _PHASES.get(rules.folded(str(match.get("round") or "")), "KO")
        letters = "".join(team.code for team in known)
        unit = f"{number:06}" if isinstance(number, int) else letters if re.fullmatch("[A-Z0-9]{2,8}", letters) else _digest(letters)
        rsc = Rsc.build(discipline="FBL", gender=self._gender, event="TEAM11", phase=phase, unit=unit)
        starts_at, ends_at = rules.instants(starts_local=draft.starts_local, ends_local=draft.ends_local, time_zone=draft.time_zone)
        complete = len(known) == 2
        self.playing |= {team.code for team in known} if complete else set()
        return UnitDraft(
            rsc=str(rsc),
            name=draft.title[:200],
            names={language: title[:200] for language, title in draft.titles.items()},
            event_name="Women" if self._gender == "W" else "Men",
            event_names={"fr": "Femmes", "zh-hans": "女子"} if self._gender == "W" else {"fr": "Hommes", "zh-hans": "男子"},
            phase_name=draft.branch,
            session_code=draft.code,
            starts_at=starts_at,
            ends_at=ends_at,
            participant_codes=tuple(team.code for team in known) if complete else (),
            results=self._results(line, match, draft.code, known) if complete else (),
        )

    def _results(self, line: int, match: Mapping[str, Any], code: str, teams: list[Team]) -> tuple[ResultDraft, ...]:
        score = match.get("score")
        if score is None:
            return ()
        pairs = {key: score.get(key) for key in ("p", "et", "ft")} if isinstance(score, dict) else {"p": None, "et": None, "ft": score}
        goals, kicks = _pair(pairs["et"] or pairs["ft"]), _pair(pairs["p"])
        if goals is None or (kicks is None and pairs["p"] is not None):
            self._notes.add("score_wrong", line, code, value=str(score)[:80])
            return ()
        decides = kicks or goals
        drawn = decides[0] == decides[1]
        marks = [f"{goals[n]} ({kicks[n]})" if kicks else str(goals[n]) for n in (0, 1)]
        ranks = [None if drawn else 1 if decides[n] > decides[1 - n] else 2 for n in (0, 1)]
        return tuple(ResultDraft(participant_code=teams[n].code, rank=ranks[n], mark=marks[n]) for n in (0, 1))


def _usual_zone(matches: Sequence[Any]) -> str:
    """The zone that most times name."""
    zones: Counter[str] = Counter()
    for match in matches:
        time = _TIME.fullmatch(str(match.get("time") or "")) if isinstance(match, dict) else None
        with suppress(rules.UnknownZone):
            zones[rules.zone_name(time[2] if time else "")] += 1
    return zones.most_common(1)[0][0] if zones else "UTC"


def _digest(text: str) -> str:
    """Eight characters for a code that has no room for all of it."""
    return hashlib.sha256(text.encode()).hexdigest()[:8].upper()


def _group(match: Mapping[str, Any]) -> str:
    """The letter of the group: "A"; "" outside groups."""
    return "".join(re.findall("[A-Z0-9]", str(match.get("group") or "").upper().removeprefix("GROUP")))[:2]


def _pair(value: Any) -> tuple[int, int] | None:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(n, int) and 0 <= n < 1000 for n in value):
        return value[0], value[1]
    return None


def _title(names: list[str], teams: list[Team | None]) -> tuple[str, dict[str, str]]:
    title = " – ".join(name or "?" for name in names)
    titles = {}
    for language in ("fr", "zh-hans"):
        own = [team.draft.names.get(language, name) if team else name for team, name in zip(teams, names, strict=True)]
        if own != names:
            titles[language] = " – ".join(name or "?" for name in own)[:300]
    return title, titles
