"""The public schedule over REST."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grandstand.games import api as games
from grandstand.games.drafts import DisciplineDraft, ParticipantDraft, ResultDraft, ScheduleDraft, UnitDraft, VenueDraft
from grandstand.games.testing import BY, NOW, make_edition, make_sessions, session_draft
from grandstand.games.values import ParticipantKind, Session
from grandstand.kit.ids import new_id
from grandstand.store import api as store

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Session:
    unit = UnitDraft(
        rsc="SWMW100MFR------------HEAT000100--",
        name="Heat 1",
        session_code="SWM01",
        participant_codes=("ANA",),
        results=(ResultDraft(participant_code="ANA", rank=1, mark="53.02"),),
    )
    ana = ParticipantDraft(code="ANA", name="Ana", kind=ParticipantKind.PERSON, organisation_code="ESP", country="ES")
    drafts = [
        session_draft(titles={"fr": "Séries du 100 m"}),
        session_draft("SWM02", venue_code="", zone="North", starts_local=None, ends_local=None),
    ]
    return make_sessions(drafts, edition=make_edition(code="river", names={"fr": "Jeux de la Rivière"}), units=[unit], participants=[ana])[0]


def get(client: Client, path: str, status: int = 200, **query: Any) -> Any:
    answer = client.get(f"/api/v1{path}", query_params=query)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_an_edition_is_found_in_any_case_and_told_in_the_readers_language(client: Client, session: Session) -> None:
    assert get(client, "/editions/RIVER", language="fr") == {
        "code": "river",
        "name": "Jeux de la Rivière",
        "country": "FR",
        "time_zone": "Europe/Paris",
        "starts_on": "2031-07-01",
        "ends_on": "2031-07-01",
    }
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    assert [edition["name"] for edition in get(client, "/editions")] == ["Jeux de la Rivière"]
    assert [d["name"] for d in get(client, "/editions/river/disciplines")] == ["Natation"]
    assert [(v["code"], v["name"], v["capacity"]) for v in get(client, "/editions/river/venues")] == [("pool", "Piscine de la Rivière", 12000)]


def test_a_session_has_its_wall_time_its_instant_and_its_units(client: Client, session: Session) -> None:
    found = get(client, f"/sessions/{session.id}", language="fr")
    assert (found["title"], found["starts_local"], found["time_zone"], found["starts_at"], found["status"]) == (
        *("Séries du 100 m", "2031-07-01T19:00:00", "Europe/Paris"),
        *("2031-07-01T17:00:00Z", "scheduled"),
    )
    (unit,) = found["units"]
    assert unit["competitors"] == [
        {
            "code": "ANA",
            "name": "Ana",
            "kind": "person",
            "organisation_code": "ESP",
            "country": "ES",
            "status": "ok",
            "rank": 1,
            "mark": "53.02",
        }
    ]


def test_sessions_are_filtered_and_paged(client: Client, session: Session) -> None:
    every = get(client, "/editions/river/sessions")
    assert ([s["code"] for s in every["items"]], every["total"], every["pages"]) == (["SWM01", "SWM02"], 2, 1)
    assert every["days"] == [{"day_on": "2031-07-01", "sessions": 1}, {"day_on": None, "sessions": 1}]
    assert every["items"][1]["starts_at"] is None
    found = get(client, "/editions/river/sessions", search="séries natation", day="2031-07-01", discipline="SWM", venue="pool", ticketed="true")
    assert [s["code"] for s in found["items"]] == ["SWM01"]
    assert get(client, "/editions/river/sessions", page=2, page_size=1)["items"][0]["code"] == "SWM02"


def test_what_does_not_exist_or_cannot_be_says_so_in_one_shape(client: Client, session: Session) -> None:
    assert get(client, "/editions/lake", 404)["code"] == "no_such_edition"
    assert get(client, f"/sessions/{new_id()}", 404)["code"] == "no_such_session"
    for wrong in ({"page": 0}, {"page_size": 1000}, {"day": "tomorrow"}, {"search": "x" * 201}):
        assert get(client, "/editions/river/sessions", 422, **wrong)["code"] == "invalid"


def test_lists_cost_the_same_for_one_row_and_for_forty(client: Client) -> None:
    costs: list[list[int]] = []
    for rows in (1, 40):
        first = schedule_of(rows)
        while len(games.editions()) < rows:
            make_edition()
        own = f"/editions/{first.edition_code}"
        lists = {"/editions": "", f"{own}/disciplines": "", f"{own}/venues": "", f"{own}/sessions": "items", f"/sessions/{first.id}": "units"}
        costs.append([])
        for path, part in lists.items():
            with CaptureQueriesContext(connection) as queries:
                found = get(client, path)
            assert (path, len(found[part] if part else found)) == (path, rows)
            costs[-1].append(len(queries))
    assert costs[0] == costs[1] == [1, 2, 2, 3, 4]


def schedule_of(rows: int) -> Session:
    """An edition with so many disciplines, venues and sessions; the first session has as many units, each with a starter."""
    edition, numbers = make_edition(), range(rows)
    draft = ScheduleDraft(
        disciplines=tuple(DisciplineDraft(code=f"D{n:02}", name=f"Discipline {n}", sport_code=f"sport{n}", sport_name=f"Sport {n}") for n in numbers),
        venues=tuple(VenueDraft(code=f"venue{n}", name=f"Venue {n}", time_zone="Europe/Paris") for n in numbers),
        sessions=tuple(session_draft(f"S{n:02}", discipline_code=f"D{n:02}", venue_code=f"venue{n}") for n in numbers),
        participants=tuple(ParticipantDraft(code=f"P{n}", name=f"Starter {n}", kind=ParticipantKind.PERSON) for n in numbers),
        units=tuple(
            UnitDraft(rsc=f"D00W100MFR------------HEAT{n:06}--", name=f"Heat {n}", session_code="S00", participant_codes=(f"P{n}",)) for n in numbers
        ),
    )
    with store.write() as tx:
        ids = games.create_schedule(tx, edition_id=edition.id, draft=draft, now=NOW, by=BY, reason="for a test")
    return games.session(session_id=ids["S00"])


def test_the_description_has_examples(client: Client) -> None:
    description = get(client, "/openapi.json")
    schemas = description["components"]["schemas"]
    assert schemas["SessionOut"]["examples"][0]["code"] == "SWM01"
    assert set(schemas["SessionOut"]["examples"][0]) == set(schemas["SessionOut"]["properties"])
    assert {"/api/v1/editions/{code}/sessions", "/api/v1/sessions/{session_id}"} <= set(description["paths"])
