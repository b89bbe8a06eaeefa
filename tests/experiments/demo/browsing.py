"""A room served by its own process, and a real browser that watches what it is sent and told."""

import functools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[3]
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PATIENCE = 60_000
"""Milliseconds: long, so that a busy machine is no failure."""

BEGINNING = 300.0
"""Seconds for a server to answer; the engine may have to be compiled first."""

MARKS = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="there is no chromium on this machine"),
]

VIEWS = {
    "predict": ("/predict", ".guess-card"),
    "a curve to draw": ("/predict?guess=curve", ".plot.drawable svg"),
    "compare": ("/compare", ".figures tbody tr.paired"),
    "sliders": ("/sliders", ".badge.full"),
    "story": ("/story", ".turn"),
    "replay": ("/replay", ".turn"),
    "place": ("/place", ".floor canvas"),
    "lessons": ("/lessons", ".card"),
    "a lesson's words": ("/lesson?name=who-pays-for-always-right&step=1", ".lesson-step h1"),
    "a lesson's story": ("/lesson?name=angry-customer&step=2", ".turn"),
    "a lesson's figures": (
        "/lesson?name=who-pays-for-always-right&step=3",
        ".figures tbody tr.paired",
    ),
    "a lesson's sliders": ("/lesson?name=sweet-spot&step=3", ".badge.full"),
    "info": ("/info", ".prose"),
    "a wrong link": ("/story?policy=nobody", "[role=alert]"),
}
"""Every view: its link, and what is on the page when it is there."""


class Server:
    """A room's server, and what it says."""

    def __init__(self, folder: Path, config: Path) -> None:
        with closing(socket.socket()) as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._said = folder / "server.txt"
        self._room = config.parent
        # NiceGUI serves nothing to those who seem to test it from inside.
        around = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
        module = "tests.experiments.demo.counted"
        command = [sys.executable, "-m", module, "demo", str(config), "--no-browser"]
        with self._said.open("wb") as file:
            self.process = subprocess.Popen(
                [*command, "--port", str(port)],
                cwd=self._room,
                env={**around, "PYTHONPATH": str(ROOT)},
                stdout=file,
                stderr=file,
            )

    def said(self) -> str:
        """Return what it has said so far."""
        return self._said.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + BEGINNING
        while time.monotonic() < until:
            assert self.process.poll() is None, f"the server ended:\n{self.said()}"
            try:
                with urlopen(f"{self.address}/look/page.css", timeout=60):
                    return
            except OSError:
                time.sleep(0.2)
        pytest.fail(f"the server did not answer:\n{self.said()}")

    def counts(self) -> dict[str, int]:
        """Return how many threads, tasks and open pages it has."""
        asked = self.said().count("\n")
        os.kill(self.process.pid, signal.SIGUSR1)
        for _ in range(300):
            for line in self.said().splitlines()[asked:]:
                if line.startswith('{"threads"'):
                    return json.loads(line)
            time.sleep(0.1)
        pytest.fail(f"the server does not tell its counts:\n{self.said()}")

    def end(self) -> None:
        """End it, and look at what it leaves."""
        alive = self.process.poll() is None
        self.process.terminate()
        self.process.wait(60)
        assert alive, f"the server ended:\n{self.said()}"
        assert "Traceback" not in self.said(), self.said()
        assert [path.suffix for path in self._room.iterdir()] == [".toml"], "files left behind"


class Watch:
    """What a context's pages complain of, and whom they ask outside of this computer."""

    def __init__(self, context, address: str) -> None:
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self.sockets = 0
        self._inside = (f"{address}/", "data:", "blob:", "file:", "about:")
        self._socket = address.replace("http", "ws", 1) + "/"
        context.on("console", self._said)
        context.on("weberror", lambda found: self.complaints.append(str(found.error)))
        context.on("request", self._asked)
        context.on("page", lambda page: page.on("websocket", self._opened))

    def _said(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location})")

    def _asked(self, request) -> None:
        if not (request.url + "/").startswith(self._inside):
            self.outside.append(request.url)

    def _opened(self, socket) -> None:
        self.sockets += 1
        if not socket.url.startswith(self._socket):
            self.outside.append(socket.url)

    def assert_quiet(self) -> None:
        """Fail where there was a complaint, or where somebody outside was asked."""
        assert self.outside == []
        assert self.complaints == []


@contextmanager
def launched(driver) -> Iterator:
    """Start the browser for as long as the block lasts."""
    # No name can be looked up: what is not on this computer cannot be reached.
    rules = "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
    found = driver.chromium.launch(
        executable_path=BROWSER,
        args=["--no-sandbox", f"--host-resolver-rules={rules}"],
        timeout=PATIENCE,
    )
    try:
        yield found
    finally:
        found.close()


@contextmanager
def watched(browser, address: str, **options) -> Iterator:
    """Open a page of its own, and see that it neither complained nor asked outside."""
    context = browser.new_context(
        base_url=address, **{"viewport": {"width": 1280, "height": 720}, **options}
    )
    context.set_default_timeout(PATIENCE)
    watch = Watch(context, address)
    try:
        yield context.new_page()
        watch.assert_quiet()
    finally:
        context.close()


def go(page, view: str, **look: str) -> None:
    """Open a view, and wait until it is there."""
    link, there = VIEWS[view]
    more = "&".join(f"{key}={value}" for key, value in look.items())
    page.goto(link + (("&" if "?" in link else "?") + more if more else ""))
    page.wait_for_selector(there)


def press(page, key: str) -> None:
    """Press a key where nothing is in focus."""
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press(key)


def n_of(page) -> int:
    """Return the number of replications that a page says its figures are of."""
    said = page.locator(".live", has_text="n = ").first.inner_text()
    return int(re.search(r"n = (\d+)", said)[1])


def state_of(page) -> str:
    """Return all that a view says."""
    return page.locator("main").inner_text()


@functools.cache
def sealed() -> tuple[str, ...] | None:
    """Return what starts a command where no network leads out; None where it cannot be made."""
    inside = ("sh", "-c", 'ip link set lo up && exec "$@"', "sh")
    for made in (("unshare", "-rn", *inside), ("unshare", "-n", *inside)):
        try:
            if subprocess.run([*made, "true"], capture_output=True, check=False).returncode == 0:
                return made
        except OSError:
            return None
    return None
