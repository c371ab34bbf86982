"""What becomes of sessions: made, moved, postponed, cancelled, reinstated."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from grandstand.games import api as games
from grandstand.games import stakes
from grandstand.games.drafts import UnitDraft
from grandstand.games.testing import (
    BY,
    FIRST_START,
    NOW,
    FixedStakes,
    audit_entries,
    facts,
    make_edition,
    make_session,
    make_sessions,
    session_draft,
    wall,
)
from grandstand.kit.ids import new_id
from grandstand.store.api import Database, WallHit

RSC = "SWMW100MFR----------" + "--HEAT000100--"


@pytest.fixture
def sold(monkeypatch: pytest.MonkeyPatch) -> dict[UUID, int]:
    """Tickets by session id, as ticketing would tell."""
    counts: dict[UUID, int] = {}
    monkeypatch.setattr(stakes, "_registered", {"test": FixedStakes(counts)})
    return counts


def announced() -> list[tuple[str, dict[str, object]]]:
    return [(fact.kind, fact.payload) for fact in facts().exclude(kind="OrganisationCreated").order_by("occurred_at", "id")]


def test_a_new_session_keeps_its_wall_time_and_the_instant_it_means(database: Database) -> None:
    session = make_session()
    assert (session.starts_local, session.time_zone) == (wall("2031-07-01T19:00"), "Europe/Paris")
    assert (session.starts_at, session.ends_at) == (datetime(2031, 7, 1, 17, tzinfo=UTC), datetime(2031, 7, 1, 19, 30, tzinfo=UTC))
    assert (session.status, session.day_on, session.venue_name, session.region) == ("scheduled", date(2031, 7, 1), "River Pool", "FR-IDF")
    assert announced() == [("SessionScheduled", {"session_id": str(session.id), "edition_id": str(session.edition_id)})]
    entry = audit_entries().get(object_type="games.session")
    assert (entry.action, entry.object_id, entry.reason) == ("created", str(session.id), "for a test")


def test_a_session_may_pass_midnight_and_belongs_to_the_day_it_starts_on(database: Database) -> None:
    session = make_session(starts_local=wall("2031-07-01T22:00"), ends_local=wall("2031-07-02T00:30"))
    assert (session.passes_midnight, session.day_on) == (True, date(2031, 7, 1))


@pytest.mark.parametrize(
    "unknown", [{"starts_local": None, "ends_local": None, "day_on": date(2031, 7, 1)}, {"ends_local": None}, {"venue_code": "", "zone": "North"}]
)
def test_a_session_without_times_or_venue_is_to_be_confirmed(database: Database, unknown: dict[str, Any]) -> None:
    session = make_session(**unknown)
    assert (session.status, session.day_on, session.country) == ("to_be_confirmed", date(2031, 7, 1), "FR")


def test_a_code_comes_once_per_edition_and_a_second_changes_nothing(database: Database) -> None:
    edition = make_edition()
    make_session(edition=edition)
    with pytest.raises(games.CodeTaken) as refused:
        make_sessions([session_draft("SWM02"), session_draft("SWM01")], edition=edition)
    assert refused.value.detail == {"code": "SWM01"}
    assert games.schedule(edition_id=edition.id).total == 1
    assert make_session(edition=make_edition()).code == "SWM01"


def test_moving_a_session_announces_before_and_after_with_the_tickets_that_rest_on_it(database: Database, sold: dict[UUID, int]) -> None:
    session = make_session()
    sold[session.id] = 1200
    to = replace(session.place, starts_local=FIRST_START + timedelta(days=1), ends_local=FIRST_START + timedelta(days=1, hours=2))
    moved = games.move_session(session_id=session.id, to=to, now=NOW, by=BY, reason="storm")
    assert (moved.stakes, moved.session.starts_at) == (1200, datetime(2031, 7, 2, 17, tzinfo=UTC))
    assert announced()[-1] == (
        "SessionMoved",
        {
            "session_id": str(session.id),
            "edition_id": str(session.edition_id),
            "starts_before_at": "2031-07-01T17:00:00Z",
            "ends_before_at": "2031-07-01T19:30:00Z",
            "venue_before_id": str(session.venue_id),
            "starts_after_at": "2031-07-02T17:00:00Z",
            "ends_after_at": "2031-07-02T19:00:00Z",
            "venue_after_id": str(session.venue_id),
            "stakes": 1200,
        },
    )
    entry = audit_entries().filter(action="moved").get()
    assert (entry.reason, entry.before) == (
        "storm",
        {"day_on": "2031-07-01", "starts_local": "2031-07-01T19:00:00", "ends_local": "2031-07-01T21:30:00"},
    )


def test_moving_a_session_to_where_it_is_changes_nothing(database: Database) -> None:
    session = make_session()
    before = audit_entries().count()
    moved = games.move_session(session_id=session.id, to=session.place, now=NOW, by=BY, reason="again")
    assert (moved.session, moved.stakes, audit_entries().count(), len(announced())) == (session, 0, before, 1)


def test_a_session_moves_with_its_units_or_says_which_no_longer_fit(database: Database) -> None:
    unit = UnitDraft(rsc=RSC, name="Heat 1", session_code="SWM01", starts_at=datetime(2031, 7, 1, 17, 5, tzinfo=UTC))
    (session,) = make_sessions([session_draft()], units=[unit])
    later = replace(session.place, starts_local=wall("2031-07-03T09:00"), ends_local=wall("2031-07-03T12:00"))
    assert games.move_session(session_id=session.id, to=later, now=NOW, by=BY, reason="storm").units_outside == ()
    (found,) = games.units_of_session(session_id=session.id)
    assert found.starts_at == datetime(2031, 7, 3, 7, 5, tzinfo=UTC)
    moved = games.move_session(session_id=session.id, to=session.place, now=NOW, by=BY, reason="sun", with_units=False)
    assert [(u.rsc, u.outside_session) for u in moved.units_outside] == [(RSC, True)]
    assert [u.rsc for u in games.units_outside_sessions(edition_id=session.edition_id)] == [RSC]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts_local": wall("2031-03-30T02:30"), "ends_local": wall("2031-03-30T05:00")}, "starts_local"),
        ({"ends_local": FIRST_START}, "ends_local"),
        ({"ends_local": FIRST_START + timedelta(hours=25)}, "ends_local"),
        ({"starts_local": None}, "starts_local"),
        ({"time_zone": "CST"}, "time_zone"),
        ({"venue_id": new_id()}, "venue_id"),
    ],
)
def test_a_session_cannot_move_to_what_cannot_be(database: Database, wrong: dict[str, Any], field: str) -> None:
    session = make_session()
    with pytest.raises(games.ScheduleWrong) as refused:
        games.move_session(session_id=session.id, to=replace(session.place, **wrong), now=NOW, by=BY, reason="storm")
    assert refused.value.detail == {"field": field}
    assert games.session(session_id=session.id) == session


def test_a_cancelled_session_is_reinstated_before_it_moves(database: Database, sold: dict[UUID, int]) -> None:
    session = make_session()
    sold[session.id] = 7
    assert games.cancel_session(session_id=session.id, now=NOW, by=BY, reason="war").status == "cancelled"
    assert games.cancel_session(session_id=session.id, now=NOW, by=BY, reason="war").status == "cancelled"
    for refused in (games.postpone_session,):
        with pytest.raises(games.SessionClosed):
            refused(session_id=session.id, now=NOW, by=BY, reason="war")
    with pytest.raises(games.SessionClosed):
        games.move_session(session_id=session.id, to=session.place, now=NOW, by=BY, reason="war")
    assert games.reinstate_session(session_id=session.id, now=NOW, by=BY, reason="peace") == session
    told = {"session_id": str(session.id), "edition_id": str(session.edition_id), "stakes": 7}
    assert announced()[1:] == [("SessionCancelled", told), ("SessionReinstated", told)]


def test_a_postponed_session_is_on_again_once_it_is_moved(database: Database) -> None:
    session = make_session()
    assert games.postpone_session(session_id=session.id, now=NOW, by=BY, reason="fog").status == "postponed"
    to = replace(session.place, starts_local=FIRST_START + timedelta(days=2), ends_local=FIRST_START + timedelta(days=2, hours=1))
    assert games.move_session(session_id=session.id, to=to, now=NOW, by=BY, reason="clear").session.status == "scheduled"
    assert [kind for kind, _ in announced()] == ["SessionScheduled", "SessionPostponed", "SessionMoved"]


def test_a_session_with_tickets_sold_stays_ticketed(database: Database, sold: dict[UUID, int]) -> None:
    session = make_session()
    sold[session.id] = 3
    with pytest.raises(games.ScheduleWrong):
        games.describe_session(session_id=session.id, ticketed=False, now=NOW, by=BY, reason="free entry")
    sold.clear()
    assert games.describe_session(session_id=session.id, ticketed=False, now=NOW, by=BY, reason="free entry").ticketed is False


def test_a_session_is_found_by_its_new_title_and_its_venues_new_name(database: Database) -> None:
    session = make_session()
    games.describe_session(session_id=session.id, titles={"zh-hans": "女子一百米自由泳预赛"}, now=NOW, by=BY, reason="translated")
    assert session.venue_id is not None
    games.describe_venue(venue_id=session.venue_id, name="Basin of Light", now=NOW, by=BY, reason="named")
    found = games.schedule(edition_id=session.edition_id, search="自由泳 basin", language="zh-hans")
    assert [(s.title, s.venue_name) for s in found.sessions] == [("女子一百米自由泳预赛", "河畔游泳馆")]
    assert games.schedule(edition_id=session.edition_id, search="River Pool").total == 0


def test_the_database_refuses_what_cannot_be(database: Database) -> None:
    make_session()
    for sql, rule in {
        "UPDATE games_session SET ends_at = starts_at": "games_session_ends_after_it_starts",
        "UPDATE games_session SET starts_local = ''": "games_session_start_is_kept_as_instant_and_wall_time",
        "UPDATE games_session SET day_on = '2031-07-02'": "games_session_belongs_to_the_local_day_it_starts_on",
        "UPDATE games_session SET venue_id = NULL": "games_scheduled_session_has_times_and_venue",
        "UPDATE games_session SET status = 'perhaps'": "games_session_status_is_known",
        "UPDATE games_session SET code = 'OTHER'": "games_session_code_never_changes",
        "UPDATE games_session SET zone = 'North'": "games_session_zone_is_its_venues",
        "UPDATE games_venue SET latitude_microdegrees = 90000001": "games_venue_lies_on_earth",
        "UPDATE games_discipline SET code = 'XXX'": "games_discipline_code_never_changes",
    }.items():
        with pytest.raises(WallHit) as hit, database.write() as tx:
            tx.execute(sql)
        assert rule in str(hit.value)


def test_a_session_stays_in_the_edition_of_its_venue_and_with_its_organiser(database: Database) -> None:
    session, other = make_session(), make_session()
    for column, value in [("venue_id", other.venue_id), ("organisation_id", other.organisation_id), ("edition_id", other.edition_id)]:
        with pytest.raises(WallHit), database.write() as tx:
            tx.execute(f"UPDATE games_session SET {column} = %s WHERE id = %s", (value, session.id))


def test_briefs_are_read_over_a_raw_connection_without_the_orm(database: Database, django_db_blocker: DjangoDbBlocker) -> None:
    edition = make_edition()
    sessions = make_sessions([session_draft(), session_draft("SWM02", venue_code="", zone="North", ends_local=None)], edition=edition)
    connection.close()
    with django_db_blocker.block(), database.write() as tx:
        briefs = games.sessions_many(tx, [*(s.id for s in sessions), new_id()], language="fr")
        assert games.sessions_many(tx, []) == {}
        assert games.stakes_many(tx, [sessions[0].id]) == {sessions[0].id: 0}
    assert set(briefs) == {s.id for s in sessions}
    first, second = (briefs[s.id] for s in sessions)
    assert (first.starts_at, first.ends_at, first.country, first.region) == (
        *(datetime(2031, 7, 1, 17, tzinfo=UTC), datetime(2031, 7, 1, 19, 30, tzinfo=UTC)),
        *("FR", "FR-IDF"),
    )
    assert (second.venue_id, second.venue_name, second.country, second.zone, second.status, second.time_zone) == (
        *(None, "", "FR", "North"),
        *("to_be_confirmed", "Europe/Paris"),
    )


@pytest.mark.parametrize(
    ("language", "venue", "zone"),
    [("en", "River Pool", "Riverside"), ("fr", "Piscine de la Rivière", "Bord de rivière"), ("zh-hans", "河畔游泳馆", "河滨区")],
)
def test_venue_and_zone_are_told_in_the_readers_language_wherever_a_session_is_read(sqlite: Database, language: str, venue: str, zone: str) -> None:
    made = make_session()
    with sqlite.write() as tx:
        brief = games.sessions_many(tx, [made.id], language=language)[made.id]
    session = games.session(session_id=made.id, language=language)
    (known,) = games.venues(edition_id=made.edition_id, language=language)
    assert {(brief.venue_name, brief.zone), (session.venue_name, session.zone), (known.name, known.zone)} == {(venue, zone)}
    assert games.schedule(edition_id=made.edition_id, search=zone).total == 1


def test_a_schedule_is_made_over_a_raw_connection_without_the_orm(database: Database, django_db_blocker: DjangoDbBlocker) -> None:
    edition = make_edition()
    won = games.ResultDraft(participant_code="ESP", rank=1)
    draft = games.ScheduleDraft(
        disciplines=(games.known_disciplines()["SWM"],),
        sessions=(session_draft(venue_code=""),),
        participants=(games.ParticipantDraft(code="ESP", name="Spain", kind=games.ParticipantKind.TEAM),),
        units=(UnitDraft(rsc=RSC, name="Heat", session_code="SWM01", participant_codes=("ESP",), results=(won,)),),
    )
    connection.close()
    with django_db_blocker.block(), database.write() as tx:
        ids = games.create_schedule(tx, edition_id=edition.id, draft=draft, now=NOW, by=BY, reason="raw")
    (unit,) = games.units_of_session(session_id=ids["SWM01"])
    assert [(c.name, c.rank, c.status) for c in unit.competitors] == [("Spain", 1, "ok")]
    assert games.edition_by_id(edition_id=edition.id).starts_on == date(2031, 7, 1)


def test_a_session_whose_zone_changed_its_rules_shows_and_is_put_right_by_a_move_to_where_it_is(database: Database) -> None:
    session = make_session()
    with database.write() as tx:
        assert games.sessions_off_their_wall_time(tx) == []
        tx.execute("UPDATE games_session SET starts_at = %s", (datetime(2031, 7, 1, 18, tzinfo=UTC),))
        assert games.sessions_off_their_wall_time(tx) == [(session.id, "SWM01")]
    moved = games.move_session(session_id=session.id, to=session.place, now=NOW, by=BY, reason="the law on summer time changed", with_units=False)
    assert moved.session == session
    assert announced()[-1][0] == "SessionMoved"
