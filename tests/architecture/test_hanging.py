"""A test that hangs for good, whatever it swallows, is red and says where; the others go on."""

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.house import ROOT

HANGS = """
import time, pytest
import conftest

conftest.GIVES_UP_AFTER_S = 1

@pytest.mark.timeout(1)
def test_swallows_its_end():
    while True:
        try:
            time.sleep(60)
        except BaseException:
            continue

@pytest.mark.parametrize("number", range(20))
def test_goes_on(number):
    pass
"""


def test_what_hangs_beyond_its_time_is_ended_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "test_hangs.py").write_text(HANGS)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "GRANDSTAND", "DATABASE"))}
    plugins = ("conftest", "no:cacheprovider", "no:randomly")
    asked = ["-n", "2", "-c", str(ROOT / "pyproject.toml"), *(word for plugin in plugins for word in ("-p", plugin)), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *asked], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert "test_swallows_its_end hangs beyond its time" in done.stderr
    assert "in test_swallows_its_end" in done.stderr
    assert "1 failed, 20 passed" in done.stdout.splitlines()[-1], done.stdout
