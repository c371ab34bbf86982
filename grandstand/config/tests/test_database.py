"""How Django reaches the database."""

import pytest

from grandstand.config.database import database_of
from grandstand.config.environment import SettingWrong
from grandstand.kit.reach import REACH


def test_a_silent_postgresql_counts_as_lost_within_seconds_unless_the_url_says_otherwise() -> None:
    assert database_of("postgresql://u@db.example/g")["OPTIONS"] == dict(REACH)
    assert database_of("postgresql://u@db.example/g?connect_timeout=30")["OPTIONS"] == {**REACH, "connect_timeout": 30}


def test_sqlite_has_the_platforms_own_engine_and_no_options_of_a_network() -> None:
    found = database_of("sqlite:////srv/grandstand.sqlite3")
    assert (found["ENGINE"], found["NAME"], found.get("OPTIONS", {})) == ("grandstand.store.sqlite", "/srv/grandstand.sqlite3", {})


def test_a_database_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(SettingWrong, match="postgresql://"):
        database_of("mysql://u@db.example/g")
