"""The page's server: what all open pages share, and the addresses that it answers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from nicegui import app, ui
from starlette.requests import Request

from experiments.demo.lessons import Lesson as Script
from experiments.demo.lessons import load_lessons
from experiments.demo.page.shell import Shell, View
from experiments.demo.page.source import Answer, Source
from experiments.demo.page.views.compare import Compare
from experiments.demo.page.views.info import Info
from experiments.demo.page.views.lessons import Lesson, Lessons, asked_of
from experiments.demo.page.views.place import Place
from experiments.demo.page.views.predict import Predict
from experiments.demo.page.views.replay import Replay
from experiments.demo.page.views.sliders import Sliders
from experiments.demo.page.views.story import Story
from experiments.demo.words import words
from experiments.errors import RequestError, no_such

Found = TypeVar("Found")

STATIC = Path(__file__).with_name("static")
VIEWS: dict[str, Callable[..., View]] = {
    "predict": Predict,
    "compare": Compare,
    "sliders": Sliders,
    "story": Story,
    "replay": Replay,
    "place": Place,
    "lessons": Lessons,
    "lesson": Lesson,
    "info": Info,
}
LONGEST_LINK = 2_000
"""Letters of a link's query."""


class Room:
    """What all open pages share.

    Parameters
    ----------
    source : Source
        The door to what works things out.
    lessons : sequence of Lesson
        A teacher's own, which stand before the shipped ones.
    """

    def __init__(self, source: Source, lessons: Sequence[Script] = ()) -> None:
        self.source = source
        own = {script.name: script for script in lessons}
        wrong = [mistake for script in own.values() for mistake in self._mistakes(script)]
        if wrong:
            raise RequestError(wrong)
        shipped = [script for script in load_lessons() if script.name not in own]
        self.lessons: tuple[Script, ...] = (*own.values(), *shipped)

    def _mistakes(self, script: Script) -> list[str]:
        """Return what this room cannot show of a lesson."""
        found = []
        for number, step in enumerate(script.step, 1):
            try:
                if step.view != "none":
                    self.source.read_address(step.view, asked_of(step))
            except RequestError as error:
                start = f"lesson {script.name}, step {number}: "
                found += [start + text.removeprefix("link: ") for text in error.messages]
        return found

    def lesson(self, name: str) -> Script:
        """Return a lesson by its name; a link never leads to a file.

        Raises
        ------
        RequestError
            Where there is none of that name.
        """
        known = {script.name: script for script in self.lessons}
        if name not in known:
            raise RequestError([f"lesson: {no_such('lesson', name, known)}"])
        return known[name]

    def facts(self, answer: Answer | None = None) -> str:
        """Return where numbers come from; of an answer, or of the room at large."""
        if answer is None:
            return self.source.facts
        return words("compare.facts", n=answer.n, days=answer.days, seed=self.source.seed)

    def address(self, view: str, state: Mapping[str, str]) -> str:
        """Return a view's link, without the host."""
        return self.source.address(view, state)

    async def aside(self, work: Callable[[], Found]) -> Found:
        """Do something that takes its time, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(None, work)

    def hand_out(self, shell: Shell, view: str, shown: View | None) -> Any:
        """Make a hand-out of what a page shows, and send it to that browser: the task."""
        from experiments.demo.page.handing import make

        return shell.later(make(self, shell, view, shown))


def prepare(room: Room, first: str = "/predict") -> None:
    """Register the page's addresses with NiceGUI.

    Parameters
    ----------
    room : Room
        What all pages share.
    first : str
        Where the bare address leads.
    """
    app.add_static_files("/look", STATIC, max_cache_age=0)
    # Quasar's bar at the top for requests of its own: it flashes, and has no name for who hears it.
    app.config.quasar_config["loadingBar"] = {"skipHijack": True}
    ui.add_head_html(
        '<link rel="stylesheet" href="/look/page.css">'
        '<script src="/look/page.js"></script><script src="/look/plots.js"></script>',
        shared=True,
    )

    @ui.page("/")
    def _root() -> None:
        ui.navigate.to(first)

    for name in VIEWS:
        ui.page(f"/{name}")(partial(_open, room, name))


def _open(room: Room, view: str, request: Request) -> None:
    """Build a page that begins with a view."""
    shell = Shell(room, VIEWS)
    shell.build()
    try:
        if len(request.url.query) > LONGEST_LINK:
            raise RequestError([words("shell.long", most=LONGEST_LINK)])
        asked = room.source.read_address(view, dict(request.query_params))
    except RequestError as error:
        shell.refuse(error)
        return
    shell.show(view, asked)


def serve(room: Room, *, host: str, port: int, show: bool, first: str) -> None:
    """Serve the page until it is ended.

    Parameters
    ----------
    room : Room
        What all pages share.
    host, port : str, int
        Where.
    show : bool
        Whether a browser is opened.
    first : str
        The view to begin with, as a link.
    """
    prepare(room, first)
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "title": words("shell.brand"),
        "favicon": (STATIC / "icon.svg").read_text(encoding="utf-8"),
        "language": "en-US",
        "show": first if show else False,
        "reload": False,
        "tailwind": False,
        "reconnect_timeout": 30.0,  # a laptop that sleeps for a moment finds its page again
        "show_welcome_message": False,
        "uvicorn_logging_level": "warning",
    }
    ui.run(**options)
