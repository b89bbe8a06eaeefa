"""Screenshots of every view: ``python -m experiments.demo.screenshots FOLDER [VIEW ...]``.

With ``--pictures`` in place of views it makes those of the README again, as ``room-NAME.png``.
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
    "guessed": ("/predict?guess=shape", ".plot.drawable"),
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

PICTURES = {
    "predict": "guessed",
    **{name: name for name in ("sliders", "story", "replay", "place")},
}
"""Those of the README: picture, and of which view."""

COLOURS = 256
"""Of a picture of the README, so that it is small."""

HILL = 30
"""Places of the curve that is drawn on a sheet."""

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


def take_pictures(address: str, folder: Path) -> list[Path]:
    """Take the README's pictures: light, of an old projector's size, in few colours."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"], timeout=PATIENCE
        )
        width, height = SIZES[0]
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE)
        for picture, name in PICTURES.items():
            taken = _one(page, address, folder, name, "light")
            path = taken.replace(folder / f"room-{picture}.png")
            with Image.open(path) as image:
                few = image.convert("RGB").quantize(COLOURS)
            few.save(path, optimize=True)
            made.append(path)
        browser.close()
    return made


def _one(page: Any, address: str, folder: Path, name: str, theme: str) -> Path:
    link, awaited = SHOTS[name]
    page.goto(f"{address}{link}{'&' if '?' in link else '?'}look={theme}")
    page.wait_for_selector(awaited)
    if name == "guessed":
        _guess(page)
    if name == "place":
        for _ in range(5):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(400)
    page.wait_for_timeout(800)
    width = page.viewport_size["width"]
    path = folder / f"{name}-{theme}-{width}.png"
    page.screenshot(path=str(path))
    return path


def _guess(page: Any) -> None:
    """Draw a hill on the sheet, commit it, and wait for the result."""
    box = page.locator(".plot.drawable").bounding_box()
    for step in range(HILL + 1):
        across = step / HILL
        x = box["x"] + 20.0 + (box["width"] - 40.0) * across
        y = box["y"] + box["height"] * (0.2 + 0.6 * (2.0 * across - 1.0) ** 2)
        page.mouse.move(x, y)
        if step == 0:
            page.mouse.down()
    page.mouse.up()
    page.locator("button.act:not([disabled])").first.click()
    page.wait_for_selector(".verdict[data-done]")


def main() -> None:
    """Take those that are named after the folder; all where none is."""
    if len(sys.argv) < 2:
        raise SystemExit(
            "usage: python -m experiments.demo.screenshots FOLDER [VIEW ... | --pictures]"
        )
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    with room("classroom") as address:
        if names == ["--pictures"]:
            made = take_pictures(address, folder)
        else:
            made = take(address, folder, names or list(SHOTS))
    for path in made:
        print(path)


if __name__ == "__main__":
    main()
