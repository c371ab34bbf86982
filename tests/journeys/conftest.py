"""What every journey needs: a served demo, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grandstand.ui.testing import browser
from tests.journeys.platform import Platform, served_demo


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    with served_demo(tmp_path) as served:
        yield served


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened
