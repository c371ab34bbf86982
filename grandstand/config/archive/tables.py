"""Which tables are kept, in which order, and how two copies of one are compared."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

import msgspec
from django.apps import apps
from django.db import models

from grandstand.store.api import Row, Table, table

FILLED_BY_MIGRATE = ("auth_permission", "django_content_type")
"""A fresh database has rows in these; they are replaced, because other rows point at them by number."""

_json = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Kept:
    """A table that is kept. Names are quoted, because libraries choose theirs without us."""

    name: str
    table: Table
    columns: list[str]


def kept() -> list[Kept]:
    """Every table of every model, those that others point at first. The cache is not kept: it comes back by itself."""
    by_name = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    order = TopologicalSorter({name: _pointed_at(model) - {name} for name, model in sorted(by_name.items())})
    return [_kept(by_name[name]) for name in order.static_order()]


def _pointed_at(model: type[models.Model]) -> set[str]:
    fields = model._meta.concrete_fields
    return {f.related_model._meta.db_table for f in fields if isinstance(f, models.ForeignKey) and not isinstance(f.related_model, str)}


def _kept(model: type[models.Model]) -> Kept:
    known = table(model)
    columns = [f.column for f in model._meta.concrete_fields if f.column and not f.generated]
    quoted = Table(f'"{known.name}"', {f'"{column}"': known.kinds[column] for column in columns})
    return Kept(known.name, quoted, list(quoted.kinds))


def line(row: Row) -> bytes:
    """A row as JSON, the same bytes for the same values on every engine."""
    return _json.encode(row)


@dataclass(slots=True)
class Tally:
    """How many rows, and a digest that does not depend on their order: the sum of the rows' SHA-256."""

    rows: int = 0
    _sum: int = field(default=0, repr=False)

    def add(self, lines: Iterable[bytes]) -> None:
        """Count rows, given as their lines."""
        for one in lines:
            self.rows += 1
            self._sum = (self._sum + int.from_bytes(hashlib.sha256(one).digest())) % 2**256

    @property
    def digest(self) -> str:
        """64 hexadecimal digits."""
        return f"{self._sum:064x}"
