"""The schedule in the console: shown to members, changed by organisers, always by a service and with a reason."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grandstand.games import api as games
from grandstand.games import models, stakes
from grandstand.games.drafts import ParticipantDraft, UnitDraft
from grandstand.games.testing import NOW, FixedStakes, audit_entries, facts, make_edition, make_session, make_sessions, session_draft, wall
from grandstand.movement.api import Organisation, Role
from grandstand.movement.testing import make_member, make_organisation
from grandstand.people.testing import sign_in

pytestmark = pytest.mark.django_db
MODELS = ["edition", "discipline", "venue", "session", "unit", "participant", "import"]


@pytest.fixture
def ours(client: Client) -> Organisation:
    """An organisation; one of its organisers is signed in."""
    organisation = make_organisation()
    sign_in(client, make_member(organisation.id, Role.ORGANISER))
    return organisation


def url(model: str, page: str, key: object = None) -> str:
    return reverse(f"console:games_{model}_{page}", args=[] if key is None else [key])


def form(session: games.Session, **changed: Any) -> dict[str, Any]:
    return {
        "title": session.title,
        "titles": "{}",
        "branch": "",
        "stage": session.stage.value,
        "ticketed": "on",
        "state": "on",
        "venue": session.venue_id or "",
        "time_zone": session.time_zone,
        "day_on": session.day_on or "",
        "starts_local": "2031-07-01T19:00",
        "ends_local": "2031-07-01T21:30",
        "reason": "the organiser said so",
    } | changed


def change(client: Client, session: games.Session, **changed: Any) -> Any:
    return client.post(url("session", "change", session.id), form(session, **changed))


def now_is(session: games.Session) -> games.Session:
    return games.session(session_id=session.id)


def test_an_organiser_moves_a_session_with_a_reason(client: Client, ours: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    session = make_session(edition=make_edition(organisation_id=ours.id))
    monkeypatch.setattr(stakes, "_registered", {"test": FixedStakes({session.id: 1234})})
    assert "1234" in client.get(url("session", "change", session.id)).content.decode()
    assert change(client, session, starts_local="2031-07-02T18:00", ends_local="2031-07-02T20:00", title="Heats, moved").status_code == 302
    moved = now_is(session)
    assert (moved.starts_local, moved.ends_local, moved.day_on, moved.title) == (
        *(wall("2031-07-02T18:00"), wall("2031-07-02T20:00")),
        *(wall("2031-07-02T18:00").date(), "Heats, moved"),
    )
    assert facts().get(kind="SessionMoved").payload["stakes"] == 1234
    assert set(audit_entries().filter(object_id=str(session.id)).exclude(action="created").values_list("action", "reason")) == {
        ("moved", "the organiser said so"),
        ("described", "the organiser said so"),
    }


def test_nothing_changes_without_a_reason_or_when_the_form_says_what_is_so(client: Client, ours: Organisation) -> None:
    session = make_session(edition=make_edition(organisation_id=ours.id))
    entries = audit_entries().count()
    assert change(client, session, starts_local="2031-07-02T18:00", ends_local="2031-07-02T20:00", reason="").status_code == 200
    assert change(client, session).status_code == 302
    assert (now_is(session), audit_entries().count()) == (session, entries)


def test_a_session_is_cancelled_reinstated_and_postponed(client: Client, ours: Organisation) -> None:
    session = make_session(edition=make_edition(organisation_id=ours.id))
    states = []
    for state in ("cancelled", "on", "postponed", "on"):
        assert change(client, session, state=state).status_code == 302
        states.append(now_is(session).status)
    assert states == ["cancelled", "scheduled", "postponed", "scheduled"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"ends_local": "2031-07-01T18:00"}, "A session ends after it starts, within 24 hours."),
        ({"starts_local": "2031-03-30T02:30", "ends_local": "2031-03-30T05:00"}, "This start cannot be: clocks jump over it that night"),
        ({"time_zone": "CST"}, "This is no time zone"),
        ({"starts_local": "soon"}, "Write day and time as 2031-07-01T19:00."),
        ({"state": "cancelled", "title": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_comes_back_as_an_error_and_changes_nothing(client: Client, ours: Organisation, changed: dict[str, str], says: str) -> None:
    session = make_session(edition=make_edition(organisation_id=ours.id))
    answer = change(client, session, **changed)
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert now_is(session) == session


def test_a_refused_move_takes_back_what_the_form_changed_before_it(client: Client, ours: Organisation) -> None:
    session = make_session(edition=make_edition(organisation_id=ours.id))
    change(client, session, state="cancelled")
    answer = change(client, session, state="cancelled", title="Another title", starts_local="2031-07-02T18:00", ends_local="2031-07-02T20:00")
    assert "let it take place before you move or postpone it" in answer.content.decode()
    assert now_is(session).title == session.title


def test_an_organiser_makes_an_edition_with_a_venue_and_a_session(client: Client, ours: Organisation) -> None:
    edition = {
        "organisation": ours.id,
        "code": "lake",
        "name": "Lake Games",
        "names": "{}",
        "country": "fr",
        "time_zone": "Europe/Paris",
        "reason": "new",
    }
    assert client.post(url("edition", "add"), edition).status_code == 302
    made = games.edition(code="lake")
    assert (made.name, made.country) == ("Lake Games", "FR")
    venue = {"edition": made.id, "code": "shore", "name": "Shore", "names": "{}", "time_zone": "Europe/Paris", "capacity": "500", "reason": "new"}
    assert client.post(url("venue", "add"), venue).status_code == 302
    (shore,) = games.venues(edition_id=made.id)
    swimming = make_session(edition=made, code="SWM00")
    discipline = games.disciplines(edition_id=made.id)[0]
    answer = client.post(
        url("session", "add"), form(swimming, edition=made.id, code="swm09", discipline=discipline.id, venue=shore.id, title="At the shore")
    )
    assert answer.status_code == 302, answer.content
    session = games.session_by_code(edition_id=made.id, code="SWM09")
    assert (session.title, session.venue_name, session.status) == ("At the shore", "Shore", "scheduled")
    described = {
        "name": "North Shore",
        "names": "",
        "zone": "North",
        "zone_names": '{"fr": "Nord"}',
        "country": "FR",
        "region": "",
        "capacity": "600",
        "reason": "named",
    }
    assert client.post(url("venue", "change", shore.id), described).status_code == 302
    assert games.venue(venue_id=shore.id, language="fr").zone == "Nord"
    assert (games.venue(venue_id=shore.id).name, games.schedule(edition_id=made.id, search="north shore").total) == ("North Shore", 1)


@pytest.mark.parametrize("role", [Role.BOX_OFFICE, Role.STEWARD, Role.SHOP])
def test_other_roles_look_and_change_nothing(client: Client, role: Role) -> None:
    organisation = make_organisation()
    session = make_session(edition=make_edition(organisation_id=organisation.id))
    sign_in(client, make_member(organisation.id, role))
    assert session.title in client.get(url("session", "changelist")).content.decode().replace("&#x27;", "'")
    assert change(client, session, title="Mine").status_code in {403, 404}
    assert now_is(session) == session


def test_what_is_theirs_does_not_exist_for_us(client: Client, ours: Organisation) -> None:
    session = make_session(title="A secret")
    assert client.get(url("session", "change", session.id)).status_code == 404
    assert change(client, session, title="Ours now").status_code == 404
    for model in MODELS:
        assert "A secret" not in client.get(url(model, "changelist")).content.decode()
    assert now_is(session) == session


def test_lists_cost_the_same_for_one_row_and_for_forty(client: Client, ours: Organisation) -> None:
    costs: list[dict[str, int]] = []
    for new, rows in ((1, 1), (39, 40)):
        for _ in range(new):
            one_of_each(ours)
        costs.append({})
        for model in MODELS:
            with CaptureQueriesContext(connection) as queries:
                shown = client.get(url(model, "changelist")).context["cl"].result_list
            assert (model, len(shown)) == (model, rows)
            costs[-1][model] = len(queries)
    assert costs[0] == costs[1]


def one_of_each(organisation: Organisation) -> None:
    """An edition with one row for every list."""
    edition = make_edition(organisation_id=organisation.id)
    swimmer = ParticipantDraft(code="ANA", name="Ana", kind=games.ParticipantKind.PERSON)
    heat = UnitDraft(rsc="SWMW100MFR------------HEAT000100--", name="Heat 1", session_code="SWM01", participant_codes=("ANA",))
    make_sessions([session_draft()], edition=edition, units=[heat], participants=[swimmer])
    models.Import.objects.create(
        organisation_id=organisation.id,
        edition_id=edition.id,
        source="schedule.csv",
        digest="d",
        imported_at=NOW,
        imported_by="system:test",
        report={"rows": 1, "created": 1, "changed": 0, "problems": []},
    )
