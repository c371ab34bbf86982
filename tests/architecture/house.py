"""The house as pyproject.toml describes it: rooms and their floors, read once for every check."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "grandstand"
WITHOUT_DOOR = ("kit", "config")
"""kit is open as a whole, config is open to nobody."""


@cache
def floors() -> dict[str, int]:
    """Each room's floor, 0 at the top. Neighbours share a number."""
    layers = next(contract["layers"] for contract in contracts() if contract["id"] == "floors")
    return {room.strip(): floor for floor, layer in enumerate(layers) for room in layer.split("|")}


def contracts() -> list[dict[str, Any]]:
    """The contracts of the import checks, as pyproject.toml has them."""
    found: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return found


def rooms() -> list[str]:
    """Every room, from the top."""
    return list(floors())


def may_know(room: str, other: str) -> bool:
    """Whether `room` may know `other`: itself, or one on a floor below. Raises KeyError for a room without a floor."""
    return room == other or floors()[room] < floors()[other]


def room_of(path: Path) -> str:
    """The room that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0]


def python_files(*, tests: bool = False, migrations: bool = False) -> Iterator[Path]:
    """Python files of the rooms."""
    for path in sorted(PACKAGE.glob("*/**/*.py")):
        parts = path.relative_to(PACKAGE).parts
        if (tests or "tests" not in parts) and (migrations or "migrations" not in parts):
            yield path


def template_files() -> Iterator[Path]:
    """Templates of the rooms."""
    yield from sorted(path for path in PACKAGE.glob("*/templates/**/*") if path.suffix in {".html", ".txt", ".svg", ".xml"})


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), filename=str(path))


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text in a syntax tree, those of f-strings with `{}` in their gaps, docstrings left out."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    inside = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings | inside:
            yield node.lineno, node.value


def at(path: Path, line: int) -> str:
    """Where something stands, as editors open it."""
    return f"{path.relative_to(ROOT)}:{line}"
