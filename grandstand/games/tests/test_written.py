"""Moves as people type them."""

from datetime import date
from typing import Any

import pytest

from grandstand.games import api as games
from grandstand.games.drafts import VenueDraft
from grandstand.games.testing import BY, NOW, POOL, make_sessions, session_draft, wall

pytestmark = pytest.mark.django_db

LAKE = VenueDraft(code="lake", name="Lake", time_zone="America/Chicago")


def moved(**given: Any) -> games.Session:
    session, _ = make_sessions([session_draft(), session_draft("SWM02", venue_code="lake", time_zone="America/Chicago")], venues=[POOL, LAKE])
    return games.move_session_as_written(
        edition_code=session.edition_code.upper(), session_code="swm01", now=NOW, by=BY, reason="storm", **given
    ).session


@pytest.mark.parametrize(
    ("given", "starts", "ends"),
    [
        ({"starts": "20:00"}, "2031-07-01T20:00", "2031-07-01T22:30"),
        ({"ends": "22:00"}, "2031-07-01T19:00", "2031-07-01T22:00"),
        ({"ends": "00:30"}, "2031-07-01T19:00", "2031-07-02T00:30"),
        ({"day": "2031-07-05"}, "2031-07-05T19:00", "2031-07-05T21:30"),
        ({"day": "2031-07-05", "starts": "9h", "ends": "11:15 am"}, "2031-07-05T09:00", "2031-07-05T11:15"),
        ({"starts": "2031-07-06T08:00"}, "2031-07-06T08:00", "2031-07-06T10:30"),
    ],
)
def test_what_is_not_given_stays_or_moves_along(given: dict[str, str], starts: str, ends: str) -> None:
    session = moved(**given)
    assert (session.starts_local, session.ends_local, session.day_on) == (wall(starts), wall(ends), wall(starts).date())


def test_another_venue_brings_its_time_zone_unless_one_is_given() -> None:
    assert (moved(venue="LAKE").venue_code, moved(venue="lake").time_zone) == ("lake", "America/Chicago")
    assert moved(venue="lake", time_zone="America/New_York").time_zone == "America/New_York"


def test_a_session_without_times_gets_its_first() -> None:
    (session,) = make_sessions([session_draft(starts_local=None, ends_local=None, day_on=date(2031, 7, 1))])

    def move(**given: Any) -> games.Session:
        return games.move_session_as_written(
            edition_code=session.edition_code, session_code="SWM01", now=NOW, by=BY, reason="known now", **given
        ).session

    assert (move(starts="19:00").status, move(starts="19:00", ends="21:00").status) == ("to_be_confirmed", "scheduled")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"starts": "noon"}, games.ScheduleWrong),
        ({"day": "03/04/2031"}, games.ScheduleWrong),
        ({"venue": "moon"}, games.NoSuchVenue),
        ({"time_zone": "CST"}, games.ScheduleWrong),
    ],
)
def test_what_cannot_be_understood_is_refused(given: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        moved(**given)
