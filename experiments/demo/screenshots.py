"""Screenshots of every view, for the README: ``python -m experiments.demo.screenshots FOLDER``.

Needs Playwright's driver and a Chromium or Chrome that is on this machine; nothing is downloaded.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from experiments.demo.command import HOME, free_port
from experiments.errors import RequestError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SIZES = ((1280, 720), (1920, 1080))
"""Projectors, old and new."""

SHOTS: dict[str, tuple[str, str]] = {
    "predict": ("/predict", ".guess-card"),
    "curve": ("/predict?guess=curve", ".plot.drawable"),
    "compare": ("/compare", ".figures tbody tr"),
    "sliders": ("/sliders?policy=balanced&handling.generosity=0.1", ".badge.full"),
    "story": ("/story?kind=escalation&policy=strict-boundaries", ".turn"),
    "replay": ("/replay?kind=escalation&policy=strict-boundaries&other=always-right", ".turn"),
    "place": ("/place?policy=always-right", ".floor canvas"),
    "lessons": ("/lessons", ".card"),
    "lesson": ("/lesson?name=who-pays-for-always-right&step=3", ".figures tbody tr"),
    "info": ("/info", ".prose"),
}
"""Name: the view's link, and what must be on the page before it is taken."""

PATIENCE = 600_000
"""Milliseconds."""


def find_browser() -> str:
    """Return the path of a browser.

    Raises
    ------
    RequestError
        Where there is none.
    """
    for name in BROWSERS:
        found = shutil.which(name)
        if found is not None:
            return found
    raise RequestError([f"there is no browser here; looked for {', '.join(BROWSERS)}"])


@contextmanager
def room(config: str) -> Iterator[str]:
    """Serve the room for as long as the block lasts, and give its address."""
    port = free_port(HOME, None)
    address = f"http://{HOME}:{port}"
    command = [sys.executable, "-m", "experiments.cli", "demo", config, "--no-browser"]
    with subprocess.Popen([*command, "--port", str(port)]) as server:
        try:
            while server.poll() is None:
                try:
                    with urlopen(f"{address}/look/page.css", timeout=60):
                        break
                except OSError:
                    time.sleep(0.2)
            yield address
        finally:
            server.terminate()


def take(address: str, folder: Path, names: list[str]) -> list[Path]:
    """Take the screenshots, in both themes and both sizes.

    Parameters
    ----------
    address : str
        Of the room.
    folder : Path
        Where they go.
    names : list of str
        Which of :data:`SHOTS`.

    Returns
    -------
    list of Path
        The files.
    """
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"], timeout=PATIENCE
        )
        for width, height in SIZES:
            for theme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": height})
                page.set_default_timeout(PATIENCE)
                for name in names:
                    made.append(_one(page, address, folder, name, theme))
                page.close()
        browser.close()
    return made


def _one(page: Any, address: str, folder: Path, name: str, theme: str) -> Path:
    link, awaited = SHOTS[name]
    page.goto(f"{address}{link}{'&' if '?' in link else '?'}look={theme}")
    page.wait_for_selector(awaited)
    page.wait_for_timeout(500)
    width = page.viewport_size["width"]
    path = folder / f"{name}-{theme}-{width}.png"
    page.screenshot(path=str(path))
    return path


def main() -> None:
    """Take those that are named after the folder; all where none is."""
    if len(sys.argv) < 2:
        raise SystemExit("usage: python -m experiments.demo.screenshots FOLDER [VIEW ...]")
    with room("classroom") as address:
        for path in take(address, Path(sys.argv[1]), sys.argv[2:] or list(SHOTS)):
            print(path)


if __name__ == "__main__":
    main()
