"""Every view in every look: no complaint, nobody asked outside, and what axe-core asks for.

The same views with no network at all: server and browser in a namespace without a way out.
"""

import os
import subprocess
import sys

import pytest

pytest.importorskip("nicegui", reason="the extra demo is not installed")

from experiments.demo.page import app
from tests.experiments.demo.browsing import MARKS, ROOT, VIEWS, go, press, sealed

pytestmark = MARKS

GRAVE = ("serious", "critical")

INSIDE = "FRONTLINE_TEST_SEALED"
"""Set in the environment of the tests that run without a network."""


@pytest.fixture(scope="module")
def axe():
    return pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()


def faults(axe, page):
    """Return what axe-core finds that bars somebody from using a page."""
    found = axe.run(page).response
    assert found["passes"], "axe-core has looked at nothing"
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_bars_nobody_and_complains_of_nothing(page, axe, view):
    go(page, view, look="light", type="usual")
    for key, look in (("", ""), ("d", "dark"), ("t", "large")):
        if key:
            press(page, key)
            page.wait_for_selector(f"html.{look}")
        assert faults(axe, page) == [], look or "light"


def test_no_view_is_left_out():
    swept = {link.strip("/").partition("?")[0] for link, _ in VIEWS.values()}
    assert swept == set(app.VIEWS)


def test_a_revealed_guess_bars_nobody(page, axe):
    go(page, "predict")
    for card in page.locator(".guess-card").all():
        for rank in card.locator(".rank").all()[:-1]:
            rank.click()
    page.locator("button.act").last.click()
    page.wait_for_selector(".score")
    assert faults(axe, page) == []


@pytest.mark.skipif(INSIDE not in os.environ, reason="run by the test below, with no network")
def test_there_is_no_way_out_here():
    import socket

    with socket.socket() as tried, pytest.raises(OSError, match="unreachable"):
        tried.connect(("192.0.2.1", 80))  # an address that is nobody's (RFC 5737)


@pytest.mark.skipif(INSIDE not in os.environ, reason="run by the test below, with no network")
def test_every_view_is_there(page):
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    for view in VIEWS:
        go(page, view)
    assert sockets and all(url.startswith("ws://127.0.0.1:") for url in sockets)


@pytest.mark.skipif(INSIDE in os.environ, reason="it is this one that runs the others")
def test_everything_works_with_no_network():
    made = sealed()
    if made is None:
        pytest.skip("no network namespace can be made here")
    wanted = [
        "test_demo_browser_sweep.py::test_there_is_no_way_out_here",
        "test_demo_browser_sweep.py::test_every_view_is_there",
        "test_demo_browser_lessons.py::test_the_hand_out_of_a_view_opens_from_disk_with_its_slider",
        "test_demo_browser.py::test_a_dragged_slider_is_quick_and_then_full",
    ]
    folder = "tests/experiments/demo"
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n0"]
    around = {name: text for name, text in os.environ.items() if "PYTEST" not in name}
    run = subprocess.run(
        [*made, *command, "-m", "slow", *(f"{folder}/{name}" for name in wanted)],
        cwd=ROOT,
        env={**around, INSIDE: "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(wanted)} passed" in run.stdout, run.stdout
