"""How quick the class room is, as somebody at a browser sees it.

Needs Playwright's driver and a browser on this machine; nothing is downloaded.
"""

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Any
from urllib.request import urlopen

from experiments.demo.command import HOME, free_port
from experiments.demo.screenshots import find_browser
from experiments.errors import RequestError

CONFIG = "classroom"
STARTS = 5
DRAG = 2.0
"""Seconds in which a slider is dragged over most of its way, once: no place is seen twice."""

MOVES = 40
"""Movements of the mouse in a second: more than the page reports."""

DRAGGED = ("Generosity", "Breaks", "Customers")
"""A slider of handling, one of support, one of the centre."""

FIRST, DATA = ".guess-card", ".figures tbody tr"
PATIENCE = 120_000
"""Milliseconds."""

COUNT = """() => {
  globalThis.benchShown = 0;
  const figures = () => document.querySelector('.measure:last-child .figures')?.textContent;
  let last = figures();
  new MutationObserver(() => {
    const now = figures();
    if (now && now !== last) { last = now; globalThis.benchShown += 1; }
  }).observe(document.querySelector('.measure:last-child'), { subtree: true, childList: true });
}"""
"""Counts how often the figures of the last measure are others than before."""


def room_start() -> float:
    """Return the seconds from the command to its first view in a browser, the median of several."""
    return statistics.median(_starts("/predict", FIRST))


def room_data() -> float:
    """Return the seconds from the command to the first results in a browser."""
    return statistics.median(_starts("/compare", DATA))


def room_updates() -> float:
    """Return how often a second the page shows new results while a slider is dragged.

    Of the slowest of three sliders.
    """
    with _browser() as browser, _room() as address:
        return min(_dragged(browser, address, name) for name in DRAGGED)


def _starts(view: str, awaited: str) -> list[float]:
    found = []
    with _browser() as browser:
        for _ in range(STARTS):
            began = perf_counter()
            with _room() as address, _page(browser) as page:
                page.goto(f"{address}{view}")
                page.wait_for_selector(awaited)
                found.append(perf_counter() - began)
    return found


def _dragged(browser: Any, address: str, name: str) -> float:
    with _page(browser) as page:
        page.goto(f"{address}/sliders")
        page.wait_for_selector(".badge.full")
        bar = page.get_by_role("slider", name=name, exact=True)
        bar.scroll_into_view_if_needed()
        box = bar.bounding_box()
        across = [box["x"] + box["width"] * share for share in (0.05, 0.95)]
        y = box["y"] + box["height"] / 2
        page.mouse.move(across[0], y)
        page.mouse.down()
        page.evaluate(COUNT)
        began = perf_counter()
        moves = int(DRAG * MOVES)
        for move in range(moves):
            page.mouse.move(across[0] + (across[1] - across[0]) * move / moves, y)
            sleep(max(0.0, began + move / MOVES - perf_counter()))
        seconds = perf_counter() - began
        shown = page.evaluate("globalThis.benchShown")
        page.mouse.up()
    return float(shown) / seconds


@contextmanager
def _room() -> Iterator[str]:
    port = free_port(HOME, None)
    command = [sys.executable, "-m", "experiments.cli", "demo", CONFIG, "--no-browser"]
    with subprocess.Popen(
        [*command, "--port", str(port)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as server:
        try:
            address = f"http://{HOME}:{port}"
            while server.poll() is None:
                try:
                    with urlopen(f"{address}/look/page.css", timeout=10):
                        break
                except OSError:
                    sleep(0.02)
            yield address
        finally:
            server.terminate()


@contextmanager
def _browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise RequestError(["playwright, which drives the browser, is not installed"]) from error
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        try:
            yield found
        finally:
            found.close()


@contextmanager
def _page(browser: Any) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(PATIENCE)
    try:
        yield page
    finally:
        page.close()
