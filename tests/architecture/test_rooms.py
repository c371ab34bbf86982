"""Every room is made alike, and no file outgrows a head."""

import ast
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.house import PACKAGE, ROOT, WITHOUT_DOOR, at, contracts, parsed, python_files, rooms

MOST_LINES = 400
MANY_LINES = 300
FEWEST_WORDS = 8
"""Less is no advice."""

PLAIN = ("values", "rules", "facts")
ORM = {"objects", "save", "bulk_create", "bulk_update", "select_related", "prefetch_related", "refresh_from_db", "get_or_create", "update_or_create"}


def test_the_rooms_of_the_settings_are_the_rooms_of_the_floors() -> None:
    assert sorted([*settings.ROOMS, "kit", "config"]) == sorted(rooms())


@pytest.mark.parametrize("room", rooms())
def test_a_room_says_what_it_is_for(room: str) -> None:
    readme = PACKAGE / room / "README.md"
    assert readme.is_file(), f"write {readme.relative_to(ROOT)}: ten lines, what {room} is for, its words, its door"
    assert len(readme.read_text().strip().splitlines()) >= 3, f"{readme.relative_to(ROOT)} says nothing"


@pytest.mark.parametrize("room", [room for room in rooms() if room not in {*WITHOUT_DOOR, "ui", "sites"}])
def test_a_room_has_a_door(room: str) -> None:
    door = PACKAGE / room / "api.py"
    assert door.is_file(), f"{room} has no api.py: other rooms need a door"
    named = [node for node in parsed(door).body if isinstance(node, ast.Assign) and any(_is_name(t, "__all__") for t in node.targets)]
    assert named, f"{door.relative_to(ROOT)}: list in __all__ what the door offers"


def _is_name(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


@pytest.mark.parametrize("room", [room for room in rooms() if room != "kit"])
def test_a_room_is_an_app_of_its_name(room: str) -> None:
    assert f'name = "grandstand.{room}"' in (PACKAGE / room / "apps.py").read_text()


def test_every_contract_says_what_to_do_instead() -> None:
    silent = [contract["id"] for contract in contracts() if len(contract.get("broken_contract_guidance", "").split()) < FEWEST_WORDS]
    assert not silent, f"pyproject.toml: give these contracts a broken_contract_guidance: {', '.join(silent)}"


def test_the_modules_of_every_room_stand_on_a_layer() -> None:
    """store, ui and kit are below the rooms that these layers describe, config wires them: for these, no cycles is all that holds."""
    (inside,) = [contract for contract in contracts() if contract["id"] == "inside-a-room"]
    assert inside["exhaustive"] is True
    assert sorted(inside["containers"]) == sorted(f"grandstand.{room}" for room in rooms() if room not in {"config", "ui", "store", "kit"})


def test_no_file_outgrows_a_head() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in python_files(tests=True)}
    too_long = [f"{path.relative_to(ROOT)}: {lines} lines: cut it by ability" for path, lines in lengths.items() if lines > MOST_LINES]
    assert not too_long, "\n".join(too_long)


def test_long_files_are_listed() -> None:
    """A list to read, not a wall: what comes near the limit."""
    long = sorted(path.relative_to(ROOT).as_posix() for path in python_files(tests=True) if len(path.read_text().splitlines()) > MANY_LINES)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        if long:
            warnings.warn(f"over {MANY_LINES} lines: {', '.join(long)}", stacklevel=1)
    assert len(long) <= len(rooms()), "half the house is long files: cut some by ability"


def test_values_rules_and_facts_load_without_django() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in python_files()
        if path.relative_to(PACKAGE).parts[1].removesuffix(".py") in PLAIN
    ]
    done = subprocess.run([sys.executable, "-c", LOADER, *modules], cwd=ROOT, capture_output=True, text=True, check=False)
    assert not done.stdout, f"{done.stdout}take plain values; of a room below, import its `values` instead of its `api`"
    assert done.returncode == 0, done.stderr


LOADER = """
import importlib, sys
class NoDjango:
    def find_spec(self, name, path=None, target=None):
        if name == "django":
            raise ImportError("Django")
sys.meta_path.insert(0, NoDjango())
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        if str(error) != "Django":
            raise
        print(f"{name} brings Django in")
        for loaded in [one for one in sys.modules if one.startswith("grandstand.")]:
            del sys.modules[loaded]
"""


def _functions_of_many(path: Path) -> list[ast.FunctionDef]:
    """Functions named `*_many` and, in the same file, whatever they call by name."""
    functions = {node.name: node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)}
    todo = [name for name in functions if name.endswith("_many")]
    seen: dict[str, ast.FunctionDef] = {}
    while todo:
        name = todo.pop()
        if name not in seen:
            seen[name] = functions[name]
            called = {node.func.id for node in ast.walk(functions[name]) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
            todo += sorted(called & set(functions))
    return list(seen.values())


def test_the_functions_of_many_ask_no_orm() -> None:
    wrong = [
        f"{at(path, node.lineno)}: {function.name} uses .{node.attr}: functions of many take a Tx and use its insert, select and update only"
        for path in python_files()
        for function in _functions_of_many(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in ORM
    ]
    assert not wrong, "\n".join(wrong)


def test_the_functions_of_many_take_a_transaction_first() -> None:
    wrong = [
        f"{at(path, function.lineno)}: {function.name} must take `tx` first, so that page, webhook and gate share one write path"
        for path in python_files()
        for function in _functions_of_many(path)
        if function.name.endswith("_many")
        and not function.name.startswith("_")
        and [a.arg for a in function.args.posonlyargs + function.args.args if a.arg != "self"][:1] != ["tx"]
    ]
    assert not wrong, "\n".join(wrong)


CLOCK_READERS = {"web", "tasks", "tasks.py", "rest.py", "rest", "admin.py", "admin", "testing.py", "config", "adapters", "management", "models.py"}
"""Adapters talk to the world; models.py may name `now` as a column's default, which Django calls for rows that a library makes."""


def test_only_web_tasks_and_the_command_line_read_the_clock() -> None:
    readers = [
        f"{at(path, node.lineno)}: take `now=` as an argument; web, tasks and the command line read kit.clock"
        for path in python_files()
        if not CLOCK_READERS & set(path.relative_to(PACKAGE).parts) and path.relative_to(PACKAGE).parts[0] not in {"kit", "store"}
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.ImportFrom) and node.module == "grandstand.kit.clock")
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func) in {"datetime.now", "timezone.now"})
    ]
    assert not readers, "\n".join(readers)
