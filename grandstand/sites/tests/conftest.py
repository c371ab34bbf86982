from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser

from grandstand.commerce.testing.providers import FakeProvider
from grandstand.games import api as games
from grandstand.games.testing import POOL, make_edition, make_sessions, session_draft, wall
from grandstand.kit import clock
from grandstand.movement.api import Market
from grandstand.movement.testing import make_market
from grandstand.sites.tests.house import NOW, Clock, House, open_house
from grandstand.sites.tests.seated import Seated, open_seated
from grandstand.store.api import Database
from grandstand.ui.testing import browser, serve


@pytest.fixture
def market() -> Market:
    """The default market: France, in euro."""
    return make_market(is_default=True)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def site(sqlite: Database) -> Iterator[str]:
    """The address of the served platform, over a database with a market and a small edition far ahead."""
    make_market(is_default=True)
    a_small_edition()
    with serve() as address:
        yield address


def a_small_edition(count: int = 8) -> list[games.Session]:
    """An edition of the far future with `count` sessions over four days; every fourth is a final, the last has no times yet."""
    edition = make_edition(
        code="far-games",
        name="Far Games",
        names={"fr": "Jeux lointains", "zh-hans": "远方运动会"},
        starts_on=wall("2099-07-01T00:00").date(),
        ends_on=wall("2099-07-04T00:00").date(),
    )
    drafts = [
        session_draft(
            f"SWM{n:02}",
            title=f"Heats {n}",
            titles={"fr": f"Séries {n}", "zh-hans": f"预赛 {n}"},
            stage=games.Stage.FINAL if n % 4 == 3 else games.Stage.PRELIMINARY,
            starts_local=wall(f"2099-07-0{1 + n % 4}T{9 + n % 8:02}:00"),
            ends_local=wall(f"2099-07-0{1 + n % 4}T{11 + n % 8:02}:00"),
        )
        for n in range(count - 1)
    ]
    open_end = session_draft(f"SWM{count - 1:02}", title="To come", starts_local=None, ends_local=None, day_on=date(2099, 7, 4), venue_code="")
    return make_sessions([*drafts, open_end], edition=edition, venues=(POOL,))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock(NOW)
    monkeypatch.setattr(clock, "now", made)
    return made


@pytest.fixture
def house(sqlite: Database, at: Clock) -> House:
    return open_house(now=at())


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    """The only way to pay."""
    made = FakeProvider()
    monkeypatch.setattr("grandstand.commerce.payments.wired", {made.code: made})
    return made


@pytest.fixture
def seated(sqlite: Database, at: Clock) -> Seated:
    """A house that is sold by its seats."""
    return open_seated(now=at())
