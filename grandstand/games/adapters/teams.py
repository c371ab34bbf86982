"""openfootball's teams: codes, and countries read off their flags."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale

from grandstand.games import rules
from grandstand.games.drafts import ParticipantDraft
from grandstand.games.values import ParticipantKind

_INDICATORS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0061, 0xE007B)
_NOT_YET = re.compile(r"[WL]\d+|\d[A-Z](?:/\d?[A-Z])*|[A-Z]\d|winner.*|loser.*|runner.*", re.IGNORECASE)
"""What stands for a team that is yet to be found: W73, L101, 1A, 3A/B/C."""


@dataclass(frozen=True, slots=True)
class Team:
    """A team under its code."""

    code: str
    draft: ParticipantDraft


def read_teams(items: Sequence[tuple[int, Any]]) -> dict[str, Team]:
    """Teams by their names, folded."""
    found: dict[str, Team] = {}
    for _, item in items:
        if isinstance(item, dict) and (name := str(item.get("name") or "").strip()):
            country, is_state = _country(str(item.get("flag_icon") or ""))
            team = _team(name, code=str(item.get("fifa_code") or ""), country=country, names=_names(country) if is_state else {})
            found |= {rules.folded(called): team for called in (name, str(item.get("name_normalised") or name))}
    return found


def team_of(name: str, teams: dict[str, Team]) -> Team | None:
    """The team with this name; one that no list has is added. None for a place that is yet to be filled."""
    if not name or _NOT_YET.fullmatch(name) or not rules.code_from(name):
        return None
    return teams.setdefault(rules.folded(name), _team(name, code="", country="", names={}))


def _team(name: str, *, code: str, country: str, names: Mapping[str, str]) -> Team:
    known = re.sub("[^A-Z0-9]", "", code.upper())[:10]
    chosen = known or rules.code_from(name).upper()
    draft = ParticipantDraft(code=chosen, name=name[:200], names=names, kind=ParticipantKind.TEAM, organisation_code=known, country=country)
    return Team(chosen, draft)


def _country(flag: str) -> tuple[str, bool]:
    """The country that a flag stands for, and whether it is the country's own (not a part's, as Scotland's). Source: Unicode TR 51."""
    letters = "".join(chr(ord(sign) - _INDICATORS.start + ord("A")) for sign in flag if ord(sign) in _INDICATORS)
    if len(letters) == 2:
        return letters, True
    tags = "".join(chr(ord(sign) - _TAGS.start + ord("A")) for sign in flag if ord(sign) in _TAGS)
    return tags[:2], False


def _names(country: str) -> dict[str, str]:
    """The country in French and Chinese. Source: CLDR."""
    found = {language: Locale.parse(locale).territories.get(country) for language, locale in (("fr", "fr"), ("zh-hans", "zh_Hans"))}
    return {language: name for language, name in found.items() if name}
