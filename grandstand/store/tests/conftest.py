"""A table with every kind of column, and each way to open a transaction on it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import ClassVar

import pytest
from django.apps.registry import Apps
from django.db import connection, models

from grandstand.kit.ids import new_id
from grandstand.store.api import Database, Table, Tx, table, write

type Open = Callable[[], AbstractContextManager[Tx]]


class Sample(models.Model):
    """Outside every room, so that no migration and no backup sees it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.BigIntegerField(null=True, unique=True)
    text = models.TextField(null=True)  # noqa: DJ001 the codec must carry NULL for every kind
    truth = models.BooleanField(null=True)
    at = models.DateTimeField(null=True)
    on_day = models.DateField(null=True)
    document = models.JSONField(null=True)
    raw = models.BinaryField(null=True)
    other = models.UUIDField(null=True)
    address = models.GenericIPAddressField(null=True)

    objects: ClassVar[models.Manager["Sample"]] = models.Manager()

    class Meta:
        apps = Apps()
        app_label = "store"
        db_table = "store_sample"


COLUMNS = ["id", "number", "text", "truth", "at", "on_day", "document", "raw", "other", "address"]


@pytest.fixture
def samples(database: Database) -> Table:
    """The table, empty, on each engine."""
    with connection.schema_editor() as editor:
        editor.create_model(Sample)
    return table(Sample)


@pytest.fixture(params=["django", "driver"])
def open_write(request: pytest.FixtureRequest, database: Database) -> Open:
    """A transaction over Django's connection, then over the driver itself."""
    return write if request.param == "django" else database.write
