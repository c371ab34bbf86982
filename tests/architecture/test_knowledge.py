"""The floors hold where imports do not show: URLs, templates, models and tables of other rooms."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from tests.architecture import knowledge
from tests.architecture.house import at, floors, may_know, parsed, python_files, room_of, rooms, template_files

INSTEAD = {
    "template": "let the upper room show it (sites joins rooms), or take the link as a value from the view that renders this template",
    "call": "take the address, template or model from the room above through a Protocol or a fact, or move this screen to sites",
    "sql": "call the other room's door; only a room's own tables may stand in its SQL",
}


def _wrong(kind: str, path: Path, named: Iterable[knowledge.Named]) -> list[str]:
    room = room_of(path)
    allowed = (lambda other: other == room) if kind == "sql" else (lambda other: may_know(room, other))
    return [f"{at(path, line)}: {room} names {words!r}: {INSTEAD[kind]}" for line, other, words in named if not allowed(other)]


def test_templates_link_extend_and_include_downwards() -> None:
    wrong = [problem for path in template_files() for problem in _wrong("template", path, knowledge.in_template(path.read_text()))]
    assert not wrong, "\n".join(wrong)


def test_reverse_render_and_model_paths_name_rooms_below() -> None:
    wrong = [problem for path in python_files() for problem in _wrong("call", path, knowledge.in_calls(parsed(path)))]
    assert not wrong, "\n".join(wrong)


def test_raw_sql_names_only_the_rooms_own_tables() -> None:
    wrong = [problem for path in python_files() for problem in _wrong("sql", path, knowledge.in_sql(parsed(path)))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("""<a href="{% url 'ticketing:my_tickets' %}">""", "ticketing"),
        ("""{% extends "sites/page.html" %}""", "sites"),
        ("""  {% include 'shop/product.html' with a=1 %}""", "shop"),
    ],
)
def test_a_room_named_in_a_template_is_found(text: str, room: str) -> None:
    assert [found for _, found, _ in knowledge.in_template(text)] == [room]


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("reverse('ticketing:my_tickets', args=[1])", "ticketing"),
        ("redirect('sites:home')", "sites"),
        ("render(request, 'shop/product.html', {})", "shop"),
        ("models.ForeignKey('games.Session', on_delete=1)", "games"),
        ("apps.get_model('games.Session')", "games"),
    ],
)
def test_a_room_named_in_a_call_is_found(text: str, room: str) -> None:
    assert [found for _, found, _ in knowledge.in_calls(ast.parse(text))] == [room]


@pytest.mark.parametrize(
    "text",
    [
        "tx.rows('SELECT id FROM inventory_hold h')",
        "tx.rows(f'SELECT id FROM inventory_hold WHERE {where}')",
        "sql = 'UPDATE inventory_hold SET x = 1'",
        "tx.rows('SELECT a FROM b ' 'JOIN inventory_hold ON true')",
    ],
)
def test_a_table_in_sql_is_found(text: str) -> None:
    assert {found for _, found, _ in knowledge.in_sql(ast.parse(text))} == {"inventory"}


def test_words_that_are_no_sql_are_left_alone() -> None:
    assert list(knowledge.in_sql(ast.parse('name = "ticketing_seat_once_per_session"; code = "shop_closed"'))) == []


def _foreign_keys() -> list[tuple[models.Field[object, object], str, str]]:
    """Foreign keys, one-to-ones and many-to-manies of our models to models of other rooms: (field, its room, the room it points at)."""
    return [
        (field, model._meta.app_label, field.related_model._meta.app_label)
        for model in apps.get_models()
        if model._meta.app_label in rooms()
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if field.is_relation and isinstance(field.related_model, type) and issubclass(field.related_model, models.Model)
        if field.related_model._meta.app_label in rooms() and field.related_model._meta.app_label != model._meta.app_label
    ]


def test_foreign_keys_across_rooms_point_down() -> None:
    wrong = [
        f"{field}: {room} points at {other}, which is not below it. Keep the id in a UUIDField and ask the door, or move the row"
        for field, room, other in _foreign_keys()
        if not floors()[room] < floors()[other]
    ]
    assert not wrong, "\n".join(wrong)


def test_foreign_keys_across_rooms_leave_no_name_behind() -> None:
    wrong = [
        f"{field}: write related_name='+', or {other} would have an attribute that comes from above"
        for field, _, other in _foreign_keys()
        if not str(field.remote_field.related_name or "").endswith("+")  # type: ignore[union-attr]
    ]
    assert not wrong, "\n".join(wrong)
