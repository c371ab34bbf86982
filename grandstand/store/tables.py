"""A table as raw SQL needs it, read off the model, so that columns are written down once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.db import models

from grandstand.store.kinds import Kind

_KINDS = {
    "UUIDField": Kind.UUID,
    "CharField": Kind.TEXT,
    "TextField": Kind.TEXT,
    "EmailField": Kind.TEXT,
    "SlugField": Kind.TEXT,
    "URLField": Kind.TEXT,
    "FileField": Kind.TEXT,
    "IntegerField": Kind.INT,
    "SmallIntegerField": Kind.INT,
    "BigIntegerField": Kind.INT,
    "PositiveIntegerField": Kind.INT,
    "PositiveSmallIntegerField": Kind.INT,
    "PositiveBigIntegerField": Kind.INT,
    "BigAutoField": Kind.INT,
    "AutoField": Kind.INT,
    "BooleanField": Kind.BOOL,
    "DateTimeField": Kind.INSTANT,
    "DateField": Kind.DATE,
    "JSONField": Kind.JSON,
    "BinaryField": Kind.BYTES,
    "GenericIPAddressField": Kind.ADDRESS,
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name and the kind of each column."""

    name: str
    kinds: dict[str, Kind]

    def of(self, columns: Sequence[str]) -> list[Kind]:
        """The kinds of `columns`, in their order. Raises KeyError naming a column that the model has not."""
        return [self.kinds[column] for column in columns]

    def __hash__(self) -> int:
        return hash(self.name)


@cache
def table(model: type[models.Model]) -> Table:
    """The table of a model. Raises TypeError for a field whose type the codec does not know."""
    return Table(model._meta.db_table, {field.column: _kind(field) for field in model._meta.concrete_fields if field.column})


def _kind(field: models.Field[object, object]) -> Kind:
    target = field
    while isinstance(target, models.ForeignKey):
        target = target.target_field
    try:
        return _KINDS[target.get_internal_type()]
    except KeyError:
        raise TypeError(f"{field} has no kind in store.tables: add its type to the codec, with a test in both directions") from None
