"""Day, start and end of a session, from what somebody wrote; what cannot be is told and left unknown."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from grandstand.games import rules
from grandstand.games.adapters import cells
from grandstand.games.adapters.files import Notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The cells, "" where nobody knows yet. `next_day` says whether the end is on the day after; "" lets the times tell."""

    day: str
    starts: str
    ends: str
    next_day: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Day and wall times as far as they are known and possible."""

    day_on: date | None
    starts_local: datetime | None = None
    ends_local: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Reads the times of one row."""

    notes: Notes
    line: int
    code: str
    time_zone: str

    def when(self, asked: Asked, *, order: cells.DayOrder = None, certain: bool = True) -> When:
        """When the session is. Unless the time zone is `certain`, its times mean nothing and only the day is kept."""
        try:
            starts, ends = (cells.time_of_day(text) if text else None for text in (asked.starts, asked.ends))
        except ValueError as error:
            self._tell("time_wrong", value=str(error.args[0]))
            return When(day_on=self._day(asked, order, named=None))
        day = self._day(asked, order, named=starts.day if starts else None)
        if starts is None and ends is not None:
            self._tell("start_missing", value=f"{ends.at:%H:%M}")
        elif starts is None:
            self._tell("times_missing")
        if day is None or starts is None or not certain:
            return When(day_on=day)
        starts_local = starts.on(day)
        if not self.exists(starts_local):
            return When(day_on=starts_local.date())
        return When(day_on=starts_local.date(), starts_local=starts_local, ends_local=self._end(asked, starts_local, ends, day))

    def exists(self, local: datetime) -> bool:
        """Whether the wall time exists; tells when it does not, or comes twice."""
        found = rules.resolved(local, self.time_zone)
        if found.doubt == "gap":
            self._tell("time_skipped", value=rules.written(local), zone=self.time_zone)
        elif found.doubt == "fold":
            self._tell("time_twice", value=rules.written(local), zone=self.time_zone, utc=f"{found.at:%H:%M}")
        return found.doubt != "gap"

    def _day(self, asked: Asked, order: cells.DayOrder, *, named: date | None) -> date | None:
        try:
            if asked.day:
                return cells.day(asked.day, order)
        except cells.Ambiguous:
            self._tell("day_ambiguous", value=asked.day)
            return None
        except ValueError:
            self._tell("day_wrong", value=asked.day)
            return None
        if named is None:
            self._tell("day_missing")
        return named

    def _end(self, asked: Asked, starts_local: datetime, ends: cells.TimeOfDay | None, day: date) -> datetime | None:
        if ends is None:
            self._tell("end_missing")
            return None
        ends_local = ends.on(day)
        if ends.day is None and not ends.days and self._passes_midnight(asked.next_day, by_times=ends_local <= starts_local):
            ends_local += timedelta(days=1)
        if ends_local <= starts_local:
            self._tell("end_before_start", starts=f"{starts_local:%H:%M}", ends=f"{ends_local:%H:%M}")
        elif ends_local - starts_local > rules.LONGEST_SESSION:
            self._tell("too_long", starts=rules.written(starts_local), ends=rules.written(ends_local))
        elif self.exists(ends_local):
            return ends_local
        return None

    def _passes_midnight(self, text: str, *, by_times: bool) -> bool:
        try:
            return cells.yes(text) if text else by_times
        except ValueError:
            self._tell("next_day_wrong", value=text)
            return by_times

    def _tell(self, kind: str, /, **detail: str | int) -> None:
        self.notes.add(kind, self.line, self.code, **detail)
