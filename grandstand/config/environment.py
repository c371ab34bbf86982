"""Every setting that comes from the environment, with its default and what it means. `docs/reference/settings.md` is made from this."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class SettingWrong(Exception):
    """A variable has a value that cannot work. The message says which and what to write."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable."""

    name: str
    default: str
    meaning: str
    example: str = ""


VARIABLES: dict[str, Variable] = {}


def text(name: str, default: str, meaning: str, *, example: str = "") -> str:
    """The variable's value, or the default. Declares it."""
    VARIABLES[name] = Variable(name, default, meaning, example)
    return os.environ.get(name, "") or default


def flag(name: str, *, default: bool, meaning: str) -> bool:
    """A yes or no: 1, true, yes, on; 0, false, no, off."""
    value = text(name, "yes" if default else "no", meaning).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingWrong(f"{name}={value!r}: write yes or no")


def number(name: str, default: int, meaning: str) -> int:
    """A whole number."""
    return _converted(name, text(name, str(default), meaning), int, "a whole number")


def words(name: str, default: str, meaning: str) -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in text(name, default, meaning).split(",") if word.strip()]


def folder(name: str, default: str, meaning: str) -> Path:
    """A folder, absolute; `~` is the home folder."""
    return Path(text(name, default, meaning)).expanduser().resolve()


def _converted[T](name: str, value: str, convert: Callable[[str], T], wanted: str) -> T:
    try:
        return convert(value)
    except ValueError:
        raise SettingWrong(f"{name}={value!r}: write {wanted}") from None
