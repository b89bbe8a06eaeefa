"""A room's server and a browser, started where a test asks for them."""

import pytest

from tests.experiments.demo import browsing
from tests.experiments.demo.rooms import BUSY


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Return a server of a busy little room."""
    folder = tmp_path_factory.mktemp("served")
    config = folder / "room" / "busy.toml"
    config.parent.mkdir()
    config.write_text(BUSY, encoding="utf-8")
    found = browsing.Server(folder, config)
    try:
        found.wait()
        yield found
    finally:
        found.end()


# Not for the whole session: while its driver is there, no other test can run an event loop.
@pytest.fixture(scope="module")
def browser():
    """Return a browser."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as driver, browsing.launched(driver) as found:
        yield found


@pytest.fixture
def page(browser, server):
    """Return a page that must have nothing to complain of, and ask nobody outside."""
    with browsing.watched(browser, server.address) as found:
        yield found
