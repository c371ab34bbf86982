"""Reads of the schedule: filters, days, search, pages, and what they cost."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grandstand.games import api as games
from grandstand.games.drafts import ParticipantDraft, ResultDraft, UnitDraft, VenueDraft
from grandstand.games.testing import FIRST_START, POOL, make_edition, make_session, make_sessions, session_draft, wall
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_organisation

pytestmark = pytest.mark.django_db

HALL = VenueDraft(code="hall", name="Market Hall", names={"fr": "Halle du Marché"}, time_zone="Europe/Paris")


def a_small_schedule() -> games.Edition:
    edition = make_edition()
    drafts = [
        session_draft("SWM02", title="Finals", stage=games.Stage.FINAL, starts_local=wall("2031-07-02T19:00"), ends_local=wall("2031-07-02T21:00")),
        session_draft("SWM01", titles={"zh-hans": "女子一百米自由泳预赛"}, stage=games.Stage.PRELIMINARY),
        session_draft("JUD01", discipline_code="JUD", venue_code="hall", title="Épreuves du matin", ticketed=False),
        session_draft("JUD02", discipline_code="JUD", venue_code="", zone="Old Town", starts_local=None, ends_local=None),
    ]
    make_sessions(drafts, edition=edition, venues=[POOL, HALL])
    return edition


def codes(page: games.SchedulePage) -> list[str]:
    return [session.code for session in page.sessions]


def test_sessions_come_in_the_order_of_day_start_and_code_those_without_a_day_last() -> None:
    edition = a_small_schedule()
    page = games.schedule(edition_id=edition.id)
    assert (codes(page), page.total, page.pages) == (["JUD01", "SWM01", "SWM02", "JUD02"], 4, 1)
    assert [(count.day_on, count.sessions) for count in page.days] == [(date(2031, 7, 1), 2), (date(2031, 7, 2), 1), (None, 1)]


def test_days_are_counted_under_the_other_filters_so_that_one_can_turn_to_another_day() -> None:
    edition = a_small_schedule()
    page = games.schedule(edition_id=edition.id, discipline="swm", day=date(2031, 7, 2))
    assert (codes(page), page.total) == (["SWM02"], 1)
    assert [(count.day_on, count.sessions) for count in page.days] == [(date(2031, 7, 1), 1), (date(2031, 7, 2), 1)]


def test_a_session_counts_for_its_own_local_day_whatever_utc_says() -> None:
    edition = make_edition()
    make_session(edition=edition, time_zone="Pacific/Auckland", starts_local=wall("2031-07-02T08:00"), ends_local=wall("2031-07-02T10:00"))
    assert codes(games.schedule(edition_id=edition.id, day=date(2031, 7, 2))) == ["SWM01"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("自由泳", ["SWM01"]),
        ("女子 预赛", ["SWM01"]),
        ("游泳", ["SWM01", "SWM02"]),
        ("决赛", ["SWM02"]),
        ("natation FINALE", ["SWM02"]),
        ("epreuves", ["JUD01"]),
        ("marche judo", ["JUD01"]),
        ("swm01", ["SWM01"]),
        ("old town", ["JUD02"]),
        ("river pool finals", ["SWM02"]),
        ("100% _", ["SWM01", "JUD02"]),
        ("", ["JUD01", "SWM01", "SWM02", "JUD02"]),
    ],
)
def test_every_word_of_a_search_must_be_found_in_any_language(search: str, found: list[str]) -> None:
    assert codes(games.schedule(edition_id=a_small_schedule().id, search=search)) == found


def test_filters_by_venue_and_by_being_ticketed() -> None:
    edition = a_small_schedule()
    assert codes(games.schedule(edition_id=edition.id, venue="hall")) == ["JUD01"]
    assert codes(games.schedule(edition_id=edition.id, ticketed=True, discipline="JUD")) == ["JUD02"]


def test_pages_are_whole_and_a_page_beyond_the_last_is_the_last() -> None:
    edition = make_edition()
    make_sessions([session_draft(f"SWM{n:02}") for n in range(7)], edition=edition)
    pages = [games.schedule(edition_id=edition.id, page=page, page_size=3) for page in (1, 2, 3, 9, -1)]
    assert [(page.page, page.pages, len(page.sessions)) for page in pages] == [(1, 3, 3), (2, 3, 3), (3, 3, 1), (3, 3, 1), (1, 3, 3)]
    assert sorted(code for page in pages[:3] for code in codes(page)) == [f"SWM{n:02}" for n in range(7)]
    assert len(games.schedule(edition_id=edition.id, page_size=10**6).sessions) == 7


def test_names_are_told_in_the_language_asked_for() -> None:
    edition = a_small_schedule()
    session = games.session_by_code(edition_id=edition.id, code="swm01", language="zh-hans")
    assert (session.title, session.discipline_name, session.venue_name) == ("女子一百米自由泳预赛", "游泳", "河畔游泳馆")
    assert [d.name for d in games.disciplines(edition_id=edition.id, language="fr")] == ["Judo", "Natation"]
    assert [d.sport_name for d in games.disciplines(edition_id=edition.id, language="fr")] == ["Judo", "Sports aquatiques"]
    assert [v.name for v in games.venues(edition_id=edition.id, language="fr")] == ["Halle du Marché", "Piscine de la Rivière"]


def test_what_does_not_exist_is_said_so() -> None:
    with pytest.raises(games.NoSuchEdition):
        games.edition(code="nothing")
    with pytest.raises(games.NoSuchSession):
        games.session(session_id=new_id())
    with pytest.raises(games.NoSuchVenue):
        games.venue(venue_id=new_id())
    assert games.sessions_by_ids(ids=[new_id()]) == {}


def test_the_edition_a_visitor_means_is_the_one_that_is_on_else_the_next_else_the_last() -> None:
    organisation_id = make_organisation().id
    for code, first in (("past", "2029-07-01"), ("next", "2031-07-01"), ("later", "2033-07-01")):
        first_on = date.fromisoformat(first)
        make_edition(code=code, organisation_id=organisation_id, starts_on=first_on, ends_on=first_on + timedelta(days=14))
    make_edition(code="someday", organisation_id=organisation_id)

    def meant(on: str) -> str | None:
        found = games.current_edition(on=date.fromisoformat(on), organisation_id=organisation_id)
        return found.code if found else None

    days = ["2028-01-01", "2029-07-15", "2029-07-16", "2031-07-01", "2033-07-15", "2040-01-01"]
    assert [meant(day) for day in days] == ["past", "past", "next", "next", "later", "later"]
    assert games.current_edition(on=date(2031, 7, 1), organisation_id=new_id()) is None
    assert [edition.code for edition in games.editions(organisation_id=organisation_id)] == ["later", "next", "past", "someday"]


def test_lists_cost_the_same_for_one_row_and_for_forty() -> None:
    def cost(number: int) -> list[int]:
        edition = make_edition()
        rsc = "SWMW100MFR------------HEAT{:06}--"
        teams = [ParticipantDraft(code=f"P{n}", name=f"Swimmer {n}", kind=games.ParticipantKind.PERSON) for n in range(number)]
        units = [
            UnitDraft(
                rsc=rsc.format(n),
                name=f"Heat {n}",
                session_code="S0",
                participant_codes=(f"P{n}",),
                results=(ResultDraft(participant_code=f"P{n}", rank=1),),
            )
            for n in range(number)
        ]
        venues = [VenueDraft(code=f"v{n}", name=f"Venue {n}", time_zone="Europe/Paris") for n in range(number)]
        drafts = [session_draft(f"S{n}", venue_code=f"v{n}") for n in range(number)]
        sessions = make_sessions(drafts, edition=edition, venues=venues, units=units, participants=teams)
        costs = []
        for read in (
            lambda: games.schedule(edition_id=edition.id, search="swim").sessions,
            lambda: games.sessions_by_ids(ids=[session.id for session in sessions]),
            lambda: games.units_of_session(session_id=sessions[0].id),
            lambda: games.venues(edition_id=edition.id),
        ):
            with CaptureQueriesContext(connection) as queries:
                assert len(read()) == number
            costs.append(len(queries))
        return costs

    assert cost(1) == cost(40) == [2, 1, 3, 1]


def test_a_day_of_forty_sessions_is_found_by_start() -> None:
    edition = make_edition()
    drafts = [
        session_draft(f"S{n:02}", starts_local=FIRST_START - timedelta(minutes=n), ends_local=FIRST_START + timedelta(hours=1)) for n in range(40)
    ]
    make_sessions(drafts, edition=edition)
    assert codes(games.schedule(edition_id=edition.id)) == [f"S{n:02}" for n in reversed(range(40))]
