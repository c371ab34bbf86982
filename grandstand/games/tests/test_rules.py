"""Codes, wall times and search words: properties that hold for all of them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grandstand.games import rules
from grandstand.games.refusals import ScheduleWrong
from grandstand.games.rules import Rsc, RscWrong
from grandstand.games.testing import wall
from grandstand.games.values import Gender, Status

ZONES = st.sampled_from(["Europe/Paris", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Shanghai", "Etc/GMT+7", "UTC"])
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def part(longest: int) -> st.SearchStrategy[str]:
    return st.text(CAPITALS + "+", max_size=longest).filter(lambda text: not text.startswith("+"))


@st.composite
def codes(draw: st.DrawFn) -> Rsc:
    event, phase, unit = draw(part(18)), draw(part(4)), draw(part(8))
    phase = phase if event else ""
    return Rsc.build(
        discipline=draw(st.text(CAPITALS, min_size=3, max_size=3)),
        gender=draw(st.sampled_from(Gender)),
        event=event,
        phase=phase,
        unit=unit if phase else "",
    )


# -- RSC -------------------------------------------------------------------------------------------------------------------------------


@given(codes())
def test_a_code_has_34_characters_and_is_read_back_as_it_was_built(rsc: Rsc) -> None:
    assert (len(str(rsc)), Rsc.parse(str(rsc))) == (34, rsc)
    assert str(rsc).startswith(rsc.phase_rsc)
    assert rsc.phase_rsc.startswith(rsc.event_rsc)


@given(st.text(max_size=40))
def test_whatever_is_read_as_a_code_is_that_code(text: str) -> None:
    with suppress(RscWrong):
        assert str(Rsc.parse(text)) == text


def test_the_parts_of_a_code_are_where_they_belong() -> None:
    rsc = Rsc.parse("ATHM100M--------------FNL-000100--")
    assert (rsc.discipline, rsc.gender, rsc.event, rsc.phase, rsc.unit) == ("ATH", "M", "100M", "FNL", "000100")
    assert (rsc.event_rsc, rsc.phase_rsc) == ("ATHM100M--------------", "ATHM100M--------------FNL-")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ATHM100M", "has 8 characters"),
        ("athM100M--------------FNL-000100--", "discipline"),
        ("AT-M100M--------------FNL-000100--", "needs three letters"),
        ("ATHY100M--------------FNL-000100--", "gender"),
        ("ATHM------------------FNL-000100--", "a phase of no event"),
        ("ATHM100M------------------000100--", "a unit of no phase"),
        ("ATHM-100M-------------FNL-000100--", "event"),
    ],
)
def test_a_wrong_code_is_told_by_the_part_that_is_wrong(text: str, says: str) -> None:
    with pytest.raises(RscWrong, match=says):
        Rsc.parse(text)


def test_a_code_of_a_phase_names_no_unit() -> None:
    with pytest.raises(RscWrong, match="names no unit"):
        Rsc.of_unit("ATHM100M--------------FNL---------")


# -- wall times ------------------------------------------------------------------------------------------------------------------------


@given(st.datetimes(min_value=wall("1990-01-01T00:00"), max_value=wall("2037-12-31T00:00")), ZONES)
def test_an_instant_shows_the_wall_time_it_was_made_from_unless_clocks_jumped_over_it(local: datetime, zone: str) -> None:
    found = rules.resolved(local, zone)
    assert found.at.tzinfo is UTC
    assert (rules.wall_time(found.at, zone) != local) == (found.doubt == "gap")


@given(st.datetimes(min_value=wall("1990-01-01T00:00"), max_value=wall("2037-12-31T00:00")), ZONES)
def test_a_wall_time_is_in_doubt_exactly_when_not_one_instant_shows_it(local: datetime, zone: str) -> None:
    """The oracle looks at every instant within a day of it at which clocks could show it."""
    offsets = {local.replace(tzinfo=UTC) - timedelta(minutes=minutes) for minutes in range(-14 * 60, 15 * 60, 15)}
    showing = sorted(at for at in offsets if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local)
    found = rules.resolved(local, zone)
    assert found.doubt == {0: "gap", 1: None, 2: "fold"}[len(showing)]
    assert not showing or found.at == showing[0]


def test_nights_when_clocks_change_are_in_doubt() -> None:
    assert rules.resolved(wall("2028-03-12T02:30"), "America/Los_Angeles").doubt == "gap"
    fold = rules.resolved(wall("2028-11-05T01:30"), "America/Los_Angeles")
    assert (fold.doubt, fold.at) == ("fold", datetime(2028, 11, 5, 8, 30, tzinfo=UTC))
    assert rules.resolved(wall("2028-07-05T01:30"), "America/Los_Angeles").doubt is None


@given(st.datetimes(min_value=wall("2000-01-01T00:00"), max_value=wall("2037-12-31T00:00")))
def test_a_stored_wall_time_is_read_back_to_the_minute(local: datetime) -> None:
    assert rules.unwritten(rules.written(local)) == local.replace(second=0, microsecond=0)


def test_a_session_over_the_change_of_clocks_is_as_long_as_it_really_is() -> None:
    starts_at, ends_at = rules.instants(starts_local=wall("2028-03-12T01:00"), ends_local=wall("2028-03-12T04:00"), time_zone="America/Los_Angeles")
    assert starts_at is not None
    assert ends_at is not None
    assert ends_at - starts_at == timedelta(hours=2)


@pytest.mark.parametrize("local", [datetime(2031, 7, 1, 12, tzinfo=UTC), wall("2031-07-01T12:00:30")])
def test_a_wall_time_has_no_zone_and_no_seconds(local: datetime) -> None:
    with pytest.raises(ScheduleWrong, match="no wall time"):
        rules.instants(starts_local=local, ends_local=None, time_zone="Europe/Paris")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("UTC-6", "Etc/GMT+6"),
        ("UTC−7", "Etc/GMT+7"),
        ("utc+05:30", "Asia/Kolkata"),
        ("+0200", "Etc/GMT-2"),
        ("gmt", "UTC"),
        ("UTC+0", "UTC"),
        ("europe/paris", "Europe/Paris"),
    ],
)
def test_offsets_and_names_become_names_of_zones(text: str, name: str) -> None:
    assert rules.zone_name(text) == name


@given(st.integers(-12, 14), st.datetimes(min_value=wall("2000-01-01T00:00"), max_value=wall("2037-12-31T00:00")))
def test_an_offset_means_that_offset(hours: int, local: datetime) -> None:
    assert rules.resolved(local, rules.zone_name(f"UTC{hours:+d}")).at == (local - timedelta(hours=hours)).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["PDT", "cst", "EST", "UTC+15", "UTC+5:20", "Mars/Olympus", ""])
def test_what_may_mean_several_zones_means_none(text: str) -> None:
    with pytest.raises(rules.UnknownZone):
        rules.zone_name(text)


# -- states, names, search -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("complete", [True, False])
def test_what_is_cancelled_or_postponed_stays_so_and_the_rest_follows_from_what_is_known(complete: bool) -> None:  # noqa: FBT001 a parameter
    assert rules.status_now(Status.CANCELLED, complete=complete) == "cancelled"
    assert rules.status_now(Status.POSTPONED, complete=complete) == "postponed"
    assert rules.status_now(Status.SCHEDULED, complete=complete) == ("scheduled" if complete else "to_be_confirmed")


def test_a_unit_is_outside_its_session_when_a_known_time_is() -> None:
    nine, ten, eleven, noon = (datetime(2031, 7, 1, hour, tzinfo=UTC) for hour in (9, 10, 11, 12))

    def is_outside(starts_at: datetime | None, ends_at: datetime | None) -> bool:
        return rules.outside(starts_at=starts_at, ends_at=ends_at, session_starts_at=ten, session_ends_at=noon)

    assert not is_outside(ten, noon)
    assert not is_outside(None, None)
    assert is_outside(nine, eleven)
    assert is_outside(eleven, noon + timedelta(minutes=1))
    assert is_outside(noon + timedelta(hours=1), None)
    assert not rules.outside(starts_at=nine, ends_at=noon, session_starts_at=None, session_ends_at=None)


def test_a_name_is_told_in_the_language_asked_for_or_the_next_one_to_it() -> None:
    names = {"fr": "Natation", "zh-hans": "游泳"}
    assert [rules.in_language("Swimming", names, language) for language in ("fr-CA", "zh-hans", "zh_Hans", "zh", "de")] == [
        *("Natation", "游泳", "游泳", "Swimming", "Swimming")
    ]


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert rules.folded(rules.folded(text)) == rules.folded(text)


@given(st.text(alphabet="女子百米自由泳决赛预", min_size=1, max_size=12), st.data())
def test_every_chinese_word_of_a_text_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    word = text[start : data.draw(st.integers(start + 1, len(text)))]
    assert all(part in rules.search_text(["SWM01", text]) for part in rules.searched(word))


def test_case_accents_width_and_apostrophes_do_not_matter() -> None:
    assert rules.folded("Men’s ÉPÉE – Ｆinal, San José") == "mens epee final san jose"
    assert rules.searched("  Men's   FINAL men's ") == ["mens", "final"]
