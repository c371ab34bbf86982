"""What a file knows of other rooms where no import shows it: names of URLs, templates, models and tables.

Each function gives (line, room named, the words that name it).
"""

import ast
import re
from collections.abc import Iterator

from tests.architecture.house import rooms, strings

type Named = tuple[int, str, str]

_ROOM = "|".join(rooms())
_URL_TAG = re.compile(rf"""\{{%\s*url\s+["']({_ROOM}):[\w:-]+["']""")
_TEMPLATE_TAG = re.compile(rf"""\{{%\s*(?:extends|include)\s+["']({_ROOM})/[^"']+["']""")
_TEMPLATE_NAME = re.compile(rf"({_ROOM})/[\w/.-]+\.(?:html|txt|svg|xml)")
_URL_NAME = re.compile(rf"({_ROOM}):[a-z][\w:-]*")
_MODEL_PATH = re.compile(rf"({_ROOM})\.[A-Z]\w+")
_TABLE = re.compile(rf"\b({_ROOM})_(?!id\b)[a-z][a-z0-9_]*\b")
_SQL = re.compile(
    r"^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|TRUNCATE|LOCK|FROM|JOIN|LEFT JOIN)\b|\b(?:FROM|JOIN|INTO|REFERENCES)\s+\w+_"
)

_URL_CALLS = {"reverse", "reverse_lazy", "redirect", "resolve_url"}
_TEMPLATE_CALLS = {"render", "render_to_string", "get_template", "select_template", "TemplateResponse"}
_MODEL_CALLS = {"ForeignKey", "OneToOneField", "ManyToManyField", "get_model"}


def in_template(text: str) -> Iterator[Named]:
    """Rooms that a template names in its `url`, `extends` and `include` tags."""
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern in (_URL_TAG, _TEMPLATE_TAG):
            for found in pattern.finditer(line):
                yield number, found[1], found[0]


def in_calls(tree: ast.Module) -> Iterator[Named]:
    """Rooms named in `reverse("games:session")`, `render(request, "games/session.html")`, `ForeignKey("games.Session")` and their like."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        patterns = [
            *([_URL_NAME] if called in _URL_CALLS else []),
            *([_TEMPLATE_NAME] if called in _TEMPLATE_CALLS else []),
            *([_MODEL_PATH] if called in _MODEL_CALLS else []),
        ]
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                for pattern in patterns:
                    if found := pattern.fullmatch(argument.value):
                        yield node.lineno, found[1], argument.value


def in_sql(tree: ast.Module) -> Iterator[Named]:
    """Rooms whose tables raw SQL names: `<room>_<table>`. A column `<room>_id` refers to something of that name, not to a room."""
    for line, text in strings(tree):
        if _SQL.search(text):
            for found in _TABLE.finditer(text):
                yield line, found[1], found[0]
