"""openfootball's stadiums, with coordinates in two notations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grandstand.games import rules
from grandstand.games.adapters.files import Notes
from grandstand.games.drafts import VenueDraft

_DEGREES = re.compile(r"""(\d+(?:\.\d+)?)\s*°(?:\s*(\d+(?:\.\d+)?)\s*['′’])?(?:\s*(\d+(?:\.\d+)?)\s*["″”])?\s*([NSEW])""")


@dataclass(frozen=True, slots=True)
class Stadium:
    """A stadium; matches name it by its city."""

    city: str
    draft: VenueDraft


def read_stadiums(items: Sequence[tuple[int, Any]], notes: Notes) -> dict[str, Stadium]:
    """Stadiums by their city, folded."""
    found = {}
    for line, item in items:
        if not isinstance(item, dict) or not (name := str(item.get("name") or "").strip()):
            notes.add("not_an_object", line)
            continue
        city, capacity = str(item.get("city") or name), item.get("capacity")
        latitude, longitude = _place(str(item.get("coords") or ""), line, name, notes)
        draft = VenueDraft(
            code="",
            name=name[:200],
            zone=city[:100],
            country=country if re.fullmatch("[A-Z]{2}", country := str(item.get("cc") or "").upper()) else "",
            time_zone=_zone(str(item.get("timezone") or ""), line, name, notes),
            latitude=latitude,
            longitude=longitude,
            capacity=capacity if isinstance(capacity, int) and 0 <= capacity < 10**6 else None,
        )
        found[rules.folded(city)] = Stadium(city, draft)
    return found


def _zone(text: str, line: int, name: str, notes: Notes) -> str:
    try:
        return rules.zone_name(text) if text else "UTC"
    except rules.UnknownZone:
        notes.add("zone_wrong", line, name[:40], value=text)
        return "UTC"


def _place(text: str, line: int, name: str, notes: Notes) -> tuple[float | None, float | None]:
    try:
        return coordinates(text) if text else (None, None)
    except ValueError:
        notes.add("place_wrong", line, name[:40], value=text)
        return None, None


def coordinates(text: str) -> tuple[float, float]:
    """Latitude and longitude in degrees, to the millionth, of 49°16'36"N 123°6'43"W or 37.403°N 121.970°W. Raises ValueError."""
    found = {}
    for degrees, minutes, seconds, side in _DEGREES.findall(text):
        value = float(degrees) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
        found["latitude" if side in "NS" else "longitude"] = round(-value if side in "SW" else value, 6)
    if set(found) != {"latitude", "longitude"} or abs(found["latitude"]) > 90 or abs(found["longitude"]) > 180:
        raise ValueError(text)
    return found["latitude"], found["longitude"]
