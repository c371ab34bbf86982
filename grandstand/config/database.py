"""How Django reaches the database."""

from typing import Any

import dj_database_url

from grandstand.config.environment import SettingWrong
from grandstand.kit.reach import reach


def database_of(url: str) -> dict[str, Any]:
    """What DATABASES says of the database `url`. Raises SettingWrong for one that is none of ours."""
    if url.partition(":")[0] not in {"sqlite", "postgresql", "postgres", "pgsql"}:
        raise SettingWrong("DATABASE_URL names no database of ours: use postgresql://user:password@host:port/name or sqlite:///file")
    found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    if found["ENGINE"] == "django.db.backends.sqlite3":
        return {**found, "ENGINE": "grandstand.store.sqlite", "CONN_MAX_AGE": None}
    return {**found, "OPTIONS": reach(found.get("OPTIONS", {}))}
