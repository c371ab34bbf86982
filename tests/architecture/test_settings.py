"""Every setting from the environment is declared in one place and documented on one page."""

import ast

from grandstand.config.environment import VARIABLES
from scripts.settings_page import PAGE, page
from tests.architecture.house import PACKAGE, at, parsed, python_files

READERS = {"environment.py", "testing.py", "cli", "asgi.py", "archive"}
"""Who may touch the environment: the declarations, tests, and what starts processes."""


def test_the_committed_page_of_settings_is_current() -> None:
    assert PAGE.read_text() == page(), "run `make docs` and commit docs/reference/settings.md"


def test_every_variable_says_what_it_means() -> None:
    assert [name for name, variable in VARIABLES.items() if len(variable.meaning) < 15] == []


def test_only_the_declarations_read_the_environment() -> None:
    wrong = [
        f"{at(path, node.lineno)}: declare it in config/settings.py with env.text, env.flag or env.number, and read settings"
        for path in python_files()
        if not READERS & set(path.relative_to(PACKAGE).parts)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and ast.unparse(node.value) == "os"
    ]
    assert not wrong, "\n".join(wrong)
