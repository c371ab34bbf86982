from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from grandstand.store.api import Database
from grandstand.ui.testing import browser, serve


@pytest.fixture
def site(sqlite: Database) -> Iterator[str]:
    """The address of the served platform over an empty database."""
    with serve() as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened
