"""The page in a real browser: predict, reveal, drag, a lesson by keyboard, a hand-out from disk.

Whatever the browser asks for goes to this computer, and it has nothing to complain of.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

pytest.importorskip("nicegui", reason="the extra demo is not installed")
sync_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright, which drives the browser, is not installed"
)

ROOT = Path(__file__).resolve().parents[3]
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PATIENCE = 300_000
"""Milliseconds: long, so that a busy machine is no failure."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="there is no chromium on this machine"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory, tiny_text):
    folder = tmp_path_factory.mktemp("room")
    config = folder / "tiny.toml"
    config.write_text(tiny_text, encoding="utf-8")
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "experiments.cli", "demo", str(config)]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        [*command, "--no-browser", "--port", str(port)],
        cwd=folder,
        env=surroundings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(base, server)
        yield base
        assert server.poll() is None, "the server ended"
        assert list(folder.iterdir()) == [config], "the room left files behind"
    finally:
        server.terminate()
        server.wait(60)


def _wait_for(base, server):
    for _ in range(600):
        assert server.poll() is None, "the server did not start"
        try:
            with urlopen(f"{base}/look/page.css", timeout=60):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail("the server did not answer")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as driver:
        # No name can be looked up: what is not on this computer cannot be reached.
        rules = "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
        found = driver.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", f"--host-resolver-rules={rules}"],
            timeout=PATIENCE,
        )
        yield found
        found.close()


@pytest.fixture
def page(browser, address):
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 720})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    complaints, outside = [], []
    opened.on(
        "console", lambda said: complaints.append(said.text) if said.type == "error" else None
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))

    def asked(request):
        if not request.url.startswith((address, "data:", "blob:", "file:")):
            outside.append(request.url)

    opened.on("request", asked)
    yield opened
    context.close()
    assert complaints == []
    assert outside == []


def rank_all(page):
    for card in page.locator(".guess-card").all():
        card.locator(".rank").first.click()


def test_a_guess_comes_before_the_result(page):
    page.goto("/predict")
    page.wait_for_selector(".guess-card")
    run = page.get_by_role("button", name="That is our guess")
    assert run.is_disabled()
    assert page.locator(".figures").count() == 0, "the result is on the page before the guess"
    rank_all(page)
    run.click()
    page.wait_for_selector(".figures tbody tr")
    assert page.locator(".score").count() == 3
    assert "n = 3" in page.locator(".live").first.inner_text()


def test_a_curve_is_drawn_and_scored(page):
    page.goto("/predict?guess=curve")
    sheet = page.locator(".plot.drawable")
    sheet.wait_for()
    box = sheet.bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + box["height"] / 3, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="That is our guess").click()
    page.wait_for_selector(".guess")
    page.wait_for_selector(".score")


def test_policies_side_by_side_with_a_further_one(page):
    page.goto("/compare")
    page.wait_for_selector(".figures tbody tr.paired")
    before = page.locator(".figures tbody tr.paired").count()
    page.locator("select").first.select_option("strict-boundaries")
    page.wait_for_function(
        f"document.querySelectorAll('.figures tbody tr.paired').length > {before}"
    )
    assert "fourth=strict-boundaries" in page.url


def test_a_hundred_rapid_changes_leave_it_answering(page):
    page.goto("/sliders")
    page.wait_for_selector(".badge.full")
    page.evaluate(
        """() => {
          const bar = [...document.querySelectorAll('.slider')].find(
            (one) => one.textContent.startsWith('Generosity')).querySelector('input');
          for (let k = 0; k < 100; k++) {
            bar.value = (k % 21) / 20;
            bar.dispatchEvent(new Event('input', { bubbles: true }));
          }
          bar.value = 0.2;
          bar.dispatchEvent(new Event('change', { bubbles: true }));
        }"""
    )
    page.wait_for_function("location.search.includes('generosity=0.2')")
    page.wait_for_selector(".badge.full")


def test_a_slider_is_moved_by_the_keyboard(page):
    page.goto("/sliders?only=handling.generosity")
    page.wait_for_selector(".badge.full")
    bar = page.get_by_role("slider", name="Generosity")
    before = bar.input_value()
    bar.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('generosity=')")
    assert float(bar.input_value()) > float(before)


def test_a_lesson_by_keyboard_alone(page):
    page.goto("/lesson?name=who-pays-for-always-right&step=1")
    page.wait_for_selector(".lesson-step h1")
    first = page.locator(".lesson-step h1").inner_text()
    page.keyboard.press("PageDown")
    page.wait_for_selector(".guess-card")
    assert page.locator(".lesson-step h1").inner_text() != first
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"document.querySelector('.lesson-step h1').textContent === {first!r}")


def test_dark_and_large_are_kept(page):
    page.goto("/info?look=light")
    page.wait_for_selector("h1")
    page.keyboard.press("d")
    page.keyboard.press("t")
    page.goto("/info")
    page.wait_for_selector("h1")
    kept = page.evaluate("[...document.documentElement.classList]")
    assert {"dark", "large"} <= set(kept)


def test_a_wrong_link_is_told_and_not_followed(page):
    page.goto("/sliders?handling.generosity=7")
    page.wait_for_selector("[role=alert]")
    assert "0 to 1" in page.locator("[role=alert]").inner_text()


def test_everything_that_can_be_pressed_has_a_name(page):
    """A part of what axe-core asks: names, a language, one main part, no id twice."""
    for view in ("predict", "compare", "sliders", "lessons", "info"):
        page.goto(f"/{view}")
        page.wait_for_selector("h1")
        found = page.evaluate(
            """() => {
              const named = (node) => node.getAttribute('aria-label') || node.textContent.trim()
                || (node.labels && node.labels.length) || node.title;
              const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
              return {
                nameless: [...document.querySelectorAll('button, a, input, select, svg[role=img]')]
                  .filter((node) => !named(node)).map((node) => node.outerHTML.slice(0, 120)),
                twice: ids.filter((id, k) => ids.indexOf(id) !== k),
                language: document.documentElement.lang,
                mains: document.querySelectorAll('main').length,
              };
            }"""
        )
        assert found["nameless"] == [] and found["twice"] == [], view
        assert found["language"] and found["mains"] == 1, view


def test_a_hand_out_opens_from_disk(page, browser, tmp_path):
    page.goto("/sliders?only=handling.generosity")
    page.wait_for_selector(".badge.full")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Hand-out").click()
    path = tmp_path / "hand-out.html"
    taken.value.save_as(path)
    assert path.stat().st_size < 1_000_000
    context = browser.new_context(offline=True)
    try:
        home = context.new_page()
        home.goto(path.as_uri())
        before = home.locator("table").first.inner_text()
        home.locator("input[type=range]").fill("0")
        assert home.locator("svg").count() == 3
        assert home.locator("table").first.inner_text() != before
    finally:
        context.close()


def test_ten_pages_at_once_are_all_answered(browser, address):
    contexts = [browser.new_context(base_url=address) for _ in range(10)]
    try:
        pages = [context.new_page() for context in contexts]
        for each in pages:
            each.set_default_timeout(PATIENCE)
            each.goto("/sliders", wait_until="commit")
        for each in pages:
            each.wait_for_selector(".badge.full")
    finally:
        for context in contexts:
            context.close()
