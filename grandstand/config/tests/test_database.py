"""How Django reaches the database."""

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from grandstand.config.database import database_of
from grandstand.config.environment import SettingWrong
from grandstand.kit.reach import REACH, REACHED, reach

SESSION = "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=10000"


def test_a_silent_postgresql_counts_as_lost_within_seconds_unless_the_url_says_otherwise() -> None:
    assert database_of("postgresql://u@db.example/g")["OPTIONS"] == {**REACH, "options": SESSION}
    assert database_of("postgresql://u@db.example/g?connect_timeout=30")["OPTIONS"] == {**REACH, "connect_timeout": 30, "options": SESSION}


def test_what_the_url_sets_of_the_session_comes_last_and_counts() -> None:
    found = database_of("postgresql://u@db.example/g?options=-c%20tcp_keepalives_idle%3D60")["OPTIONS"]
    assert found == {**REACH, "options": f"{SESSION} -c tcp_keepalives_idle=60"}


def test_the_server_too_counts_a_silent_client_as_lost_within_seconds(cluster: str) -> None:
    with psycopg.connect(**reach(conninfo_to_dict(cluster))) as link:
        told = {name: link.execute(f"SHOW {name}").fetchone() for name in REACHED}
    assert told == {name: (str(value),) for name, value in REACHED.items()}


def test_sqlite_has_the_platforms_own_engine_and_no_options_of_a_network() -> None:
    found = database_of("sqlite:////srv/grandstand.sqlite3")
    assert (found["ENGINE"], found["NAME"], found.get("OPTIONS", {})) == ("grandstand.store.sqlite", "/srv/grandstand.sqlite3", {})


def test_a_database_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(SettingWrong, match="postgresql://"):
        database_of("mysql://u@db.example/g")
