"""A class that drags and a class of many pages: the room still answers, and nothing piles up."""

import pytest

pytest.importorskip("nicegui", reason="the extra demo is not installed")

from tests.experiments.demo.browsing import MARKS, PATIENCE, go, n_of, watched
from tests.experiments.demo.rooms import room

pytestmark = MARKS

FULL = room().replications
PAGES = 10
CHANGES = 100
TASKS = 6
"""Tasks that a page may leave for a while: the server waits for a browser that comes back."""

THREADS = 40
"""On which the server reads files at most, of its own accord; they end when they idle."""

DRAG = """(changes) => {
  const bar = document.querySelector('[aria-label=Generosity]');
  for (let k = 0; k < changes; k++) {
    bar.value = (k % 21) / 20;
    bar.dispatchEvent(new Event('input', { bubbles: true }));
  }
  bar.value = 0.2;
  bar.dispatchEvent(new Event('change', { bubbles: true }));
}"""


def assert_answers(browser, server):
    """A fresh page gets its answer in full."""
    with watched(browser, server.address) as fresh:
        go(fresh, "compare")
        assert n_of(fresh) == FULL


@pytest.fixture
def settled(browser, server):
    """Return the server's counts when all its threads have been started."""
    with watched(browser, server.address) as first:
        go(first, "sliders")
        first.evaluate(DRAG, 5)
        first.wait_for_function("location.search.includes('generosity=0.2')")
    return server.counts()


def assert_not_piled_up(server, before, pages):
    after = server.counts()
    assert after["threads"] <= before["threads"] + THREADS, (before, after)
    assert after["tasks"] <= before["tasks"] + TASKS * pages, (before, after)
    assert after["pages"] <= before["pages"] + pages, (before, after)


def test_a_hundred_rapid_changes_leave_it_answering(browser, server, settled):
    with watched(browser, server.address) as page:
        go(page, "sliders")
        page.evaluate(DRAG, CHANGES)
        page.wait_for_function("location.search.includes('generosity=0.2')")
        page.wait_for_selector(".badge.full")
        assert n_of(page) == FULL
    assert_answers(browser, server)
    assert_not_piled_up(server, settled, 2)


def test_ten_pages_at_once_are_all_answered(browser, server, settled):
    contexts = [browser.new_context(base_url=server.address) for _ in range(PAGES)]
    try:
        pages = [context.new_page() for context in contexts]
        for page in pages:
            page.set_default_timeout(PATIENCE)
            page.goto("/sliders", wait_until="commit")
        for page in pages:
            page.wait_for_selector(".badge.full")
        for page in pages:  # all of them drag
            page.evaluate(DRAG, CHANGES // PAGES)
        for page in pages:
            page.wait_for_function("location.search.includes('generosity=0.2')")
            assert n_of(page) == FULL
    finally:
        for context in contexts:
            context.close()
    assert_answers(browser, server)
    assert_not_piled_up(server, settled, PAGES + 1)
