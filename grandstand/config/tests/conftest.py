from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from grandstand.config.tests.installed import SECRET
from grandstand.kit.actors import Actor
from grandstand.movement.testing import make_organisation
from grandstand.people.testing import make_person
from grandstand.store import api as store
from grandstand.store import testing as databases

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def home(settings: Settings, database: store.Database, tmp_path: Path) -> Path:
    """An installation with rows of several rooms and two files."""
    folder = tmp_path / "home"
    (folder / "media" / "covers").mkdir(parents=True)
    (folder / "media" / "covers" / "鸟.svg").write_text("<svg/>")
    (folder / "secret_key").write_text(SECRET)
    settings.GRANDSTAND_HOME, settings.SECRET_KEY = folder, SECRET
    settings.DATABASE_URL = database.url
    make_person()
    organisation = make_organisation()
    with store.write() as tx:
        change = store.Change(
            by=Actor.system("t"),
            action="create",
            object_type="x",
            object_id="1",
            reason="雨 \\ \"'",
            organisation_id=organisation.id,
            after={"b": [1, None], "a": "é"},
        )
        store.record(tx, [change], now=NOW)
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of another migrated, empty database."""
    cluster = request.getfixturevalue("cluster") if request.param == "postgresql" else None
    with databases.database_copy(request.param, cluster=cluster, folder=tmp_path) as url:
        yield url
