"""What is committed works on anybody's machine: no address of a registry, no path of one computer, nothing that set-up makes."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

# Put together from parts, so that this file does not find itself.
_HOSTS = ["pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "npmjs" + ".org", "deb.debian" + ".org", "/simp" + "le/"]
_OPTIONS = ["--index" + "-url", "--extra-index" + "-url", "--trusted" + "-host", "--find" + "-links", '"resolved"' + ":"]
_PATHS = [r"/root" + r"/", r"/home" + r"/\w", r"/Users" + r"/\w", r"(?<![\w.-])/work" + r"/"]
FORBIDDEN = re.compile("|".join([*map(re.escape, [*_HOSTS, *_OPTIONS]), *_PATHS]))

MADE = re.compile(r"\.(?:mo|pyc|sqlite3)$|(?:^|/)(?:node_modules|\.venv|vendor|__pycache__)/")


def _committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git repository: what is committed cannot be told")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (UnicodeDecodeError, FileNotFoundError):
        return ""


def test_no_committed_file_names_a_registry_or_a_path_of_one_machine() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {found[0]!r}: leave it to the person's own settings"
        for path in _committed()
        for number, line in enumerate(_text(path).splitlines(), start=1)
        if (found := FORBIDDEN.search(line))
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_committed_that_set_up_makes() -> None:
    wrong = [str(path.relative_to(ROOT)) for path in _committed() if MADE.search(path.relative_to(ROOT).as_posix())]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("text", ["https://pypi" + ".org/x", "cd /work" + "/main", "pip install --index" + "-url=x", "see /home" + "/ann/x"])
def test_an_address_or_path_is_found(text: str) -> None:
    assert FORBIDDEN.search(text)


@pytest.mark.parametrize("text", ["docs/how-to/homework/", "grandstand/network/x", "a /homepage", "see frame/" + "work/x"])
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert not FORBIDDEN.search(text)


def test_every_dependency_is_locked_with_a_hash() -> None:
    for name in ("run.txt", "dev.txt"):
        lines = (ROOT / "requirements" / name).read_text().replace("\\\n", " ").splitlines()
        pinned = [line for line in lines if re.match(r"[a-z0-9]", line, re.IGNORECASE)]
        assert pinned
        assert not [line for line in pinned if "--hash=sha256:" not in line or "==" not in line]
