"""What the codec writes the ORM reads, and the other way round, on both engines, over Django's connection and over the drivers."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grandstand.kit.ids import new_id
from grandstand.store.api import Table, TextWrong
from grandstand.store.tests.conftest import COLUMNS, Open, Sample

HARD_TEXTS = [
    "",
    "NULL",
    "null",
    '"',
    "\\",
    '\\"',
    "{}",
    '{"a",b}',
    "a,b",
    "line\nbreak\r\ttab",
    "%s %% %(x)s ?",
    "'; DROP TABLE store_audit; --",
    "é 鸟巢 🏟 \u202e",
    " leading and trailing ",
]
FAR = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), datetime(2031, 7, 1, 12, 0, 0, 1, tzinfo=UTC)]

EXAMPLES: dict[str, list[Any]] = {
    "number": [0, -1, 2**63 - 1, -(2**63)],
    "text": HARD_TEXTS,
    "truth": [True, False],
    "at": [*FAR, datetime(2031, 7, 1, 12, tzinfo=timezone(timedelta(hours=5, minutes=45)))],
    "on_day": [date(1, 1, 1), date(9999, 12, 31), date(2032, 2, 29)],
    "document": [{}, [], {"a": [1, None, {"é": HARD_TEXTS}], "b": 1.5}, "text", 7, True],
    "raw": [b"", b"\x00\xff\\x41", bytes(range(256))],
    "other": [UUID(int=0), UUID(int=2**128 - 1)],
    "address": ["127.0.0.1", "2001:db8::1"],
}
CASES = [(column, value) for column, values in EXAMPLES.items() for value in [None, *values]]


def test_every_value_written_with_sql_is_read_by_the_orm(samples: Table, open_write: Open) -> None:
    rows = [(new_id(), column, value) for column, value in CASES]
    with open_write() as tx:
        for id_, column, value in rows:
            tx.insert(samples, ["id", column], [(id_, value)])
    for id_, column, value in rows:
        assert _plain(getattr(Sample.objects.get(pk=id_), column)) == value, column


def test_every_value_written_by_the_orm_is_read_with_sql(samples: Table, open_write: Open) -> None:
    made = [(Sample.objects.create(**{column: value}).pk, column, value) for column, value in CASES]
    with open_write() as tx:
        for id_, column, value in made:
            assert tx.select(samples, [column], "id = %s", (id_,)) == [(value,)], column


def test_every_kind_is_found_by_its_value(samples: Table, open_write: Open) -> None:
    made = {column: Sample.objects.create(**{column: values[-1]}).pk for column, values in EXAMPLES.items() if column not in {"document", "raw"}}
    with open_write() as tx:
        for column, id_ in made.items():
            wanted = EXAMPLES[column][-1]
            assert tx.select(samples, ["id"], f"{column} = %s", (wanted,)) == [(id_,)], column
            assert tx.select_among(samples, ["id"], column, [wanted, EXAMPLES[column][0]]) == [(id_,)], column


def test_rows_of_every_kind_go_in_as_a_set(samples: Table, open_write: Open) -> None:
    full = tuple(values[0] for values in EXAMPLES.values())
    rows = [(new_id(), *full), (new_id(), *([None] * len(full)))]
    with open_write() as tx:
        assert tx.insert(samples, COLUMNS, rows) == 2
        found = tx.select(samples, COLUMNS, order_by="id")
    assert [tuple(_plain(value) for value in row) for row in found] == rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1, max_size=20))
def test_any_text_comes_back_as_it_was(samples: Table, open_write: Open, texts: list[str]) -> None:
    ids = [new_id() for _ in texts]
    with open_write() as tx:
        tx.insert(samples, ["id", "text", "document"], [(id_, text, [text]) for id_, text in zip(ids, texts, strict=True)])
        found = {id_: (text, document) for id_, text, document in tx.select_among(samples, ["id", "text", "document"], "id", ids)}
    assert found == {id_: (text, [text]) for id_, text in zip(ids, texts, strict=True)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(instant=st.datetimes(timezones=st.timezones(), min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)))  # noqa: DTZ001 the zone is drawn
def test_any_instant_comes_back_as_the_same_instant(samples: Table, open_write: Open, instant: datetime) -> None:
    id_ = new_id()
    with open_write() as tx:
        tx.insert(samples, ["id", "at"], [(id_, instant)])
        assert tx.select(samples, ["at"], "id = %s", (id_,)) == [(instant,)]
        assert tx.select_among(samples, ["id"], "at", [instant])


def test_a_text_with_a_nul_is_refused_on_both_engines(samples: Table, open_write: Open) -> None:
    with pytest.raises(TextWrong), open_write() as tx:
        tx.insert(samples, ["id", "text"], [(new_id(), "a\x00b")])
    with pytest.raises(TextWrong), open_write() as tx:
        tx.select(samples, ["id"], "text = %s", ("a\x00b",))
    assert not Sample.objects.exists()


def test_an_instant_without_a_zone_is_refused(samples: Table, open_write: Open) -> None:
    with pytest.raises(TypeError, match="needs a time zone"), open_write() as tx:
        tx.insert(samples, ["id", "at"], [(new_id(), datetime(2031, 7, 1))])  # noqa: DTZ001 what must be refused


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
