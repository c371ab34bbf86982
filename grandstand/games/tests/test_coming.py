from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from grandstand.games import api as games
from grandstand.games.testing import BY, NOW, make_edition, make_sessions, session_draft, wall


@pytest.mark.django_db
def test_what_comes_next_leaves_out_what_is_over_cancelled_postponed_or_without_times(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    edition = make_edition()
    drafts = [
        session_draft("OVER", starts_local=wall("2031-07-01T09:00"), ends_local=wall("2031-07-01T11:00")),
        session_draft("LATER", starts_local=wall("2031-07-03T09:00"), ends_local=wall("2031-07-03T11:00"), stage=games.Stage.FINAL),
        session_draft("NOW", starts_local=wall("2031-07-02T09:00"), ends_local=wall("2031-07-02T11:00")),
        session_draft("GONE", starts_local=wall("2031-07-02T12:00"), ends_local=wall("2031-07-02T13:00")),
        session_draft("WAITS", starts_local=wall("2031-07-02T14:00"), ends_local=wall("2031-07-02T15:00")),
        session_draft("OPEN", starts_local=None, ends_local=None, day_on=wall("2031-07-02T00:00").date()),
    ]
    by_code = {session.code: session for session in make_sessions(drafts, edition=edition)}
    games.cancel_session(session_id=by_code["GONE"].id, by=BY, now=NOW, reason="storm")
    games.postpone_session(session_id=by_code["WAITS"].id, by=BY, now=NOW, reason="storm")
    during_the_second = datetime(2031, 7, 2, 8, tzinfo=UTC)

    with django_assert_num_queries(1):
        found = games.coming_sessions(edition_id=edition.id, now=during_the_second, limit=10)

    assert [session.code for session in found] == ["NOW", "LATER"]
    finals = games.coming_sessions(edition_id=edition.id, now=during_the_second, limit=10, stages=[games.Stage.FINAL])
    assert [session.code for session in finals] == ["LATER"]
    assert [session.code for session in games.coming_sessions(edition_id=edition.id, now=during_the_second, limit=1)] == ["NOW"]
