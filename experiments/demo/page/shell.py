"""What is around every view: the top of the page, its keys, and which view is shown."""

import itertools
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from experiments.demo.page.parts import Box, Tag, button
from experiments.demo.words import words
from experiments.errors import RequestError

if TYPE_CHECKING:
    from experiments.demo.page.app import Room

TABS = ("predict", "compare", "sliders", "story", "replay", "place", "lessons", "info")
"""The views with a tab, in the order of their digits on the keyboard."""


_PAGES = itertools.count(1)


class View(Protocol):
    """What the shell asks of a view."""

    def build(self) -> None:
        """Put its elements where the page now is."""

    async def start(self) -> None:
        """Work out what it shows first; the page is there by then."""

    def key(self, name: str) -> bool:
        """Take a key, and return whether it was for this view."""

    def state(self) -> dict[str, str]:
        """Return what its link must carry."""

    def close(self) -> None:
        """Stop what still runs for it."""


class Quiet:
    """A view that takes no keys and has nothing to stop: the base of the others."""

    def __init__(self, shell: "Shell", asked: dict[str, str]) -> None:
        self.shell = shell
        self.room = shell.room
        self.asked = asked

    def build(self) -> None:
        """Put its elements where the page now is."""
        raise NotImplementedError

    async def start(self) -> None:
        """Work out what it shows first."""

    def key(self, name: str) -> bool:
        """Take no key."""
        return False

    def state(self) -> dict[str, str]:
        """Return what its link must carry."""
        return dict(self.asked)

    def close(self) -> None:
        """Stop nothing."""


@dataclass
class Where:
    """Where a page is: the view, and what its link carries."""

    view: str
    asked: dict[str, str]


class Shell:
    """One open page.

    Parameters
    ----------
    room : Room
        What all pages share.
    views : mapping of callable
        Makes each view, by name.

    Attributes
    ----------
    page : str
        What tells this page's requests from another's.
    """

    def __init__(self, room: "Room", views: dict[str, Callable[..., View]]) -> None:
        self.room = room
        self.views = views
        self._view: View | None = None
        self._where = Where("", {})
        self._task: Any = None
        self._later: set[Any] = set()
        self._handing: Any = None
        self._tabs: dict[str, Tag] = {}
        self._told: Tag | None = None
        self._client = ui.context.client
        self.page = f"page-{next(_PAGES)}"

    def build(self) -> None:
        """Put the top and the room for a view on the page."""
        with Box("header", "top"):
            Tag("span", words("shell.brand"), "brand")
            with Box("nav", "tabs", aria_label=words("shell.views")):
                for place, name in enumerate(TABS, 1):
                    tab = Tag("button", "", "tab", type="button", title=words(f"{name}.about"))
                    with tab:
                        Tag("kbd", str(place), aria_hidden="true")
                        Tag("span", words(f"{name}.tab"))
                    tab.on("click", lambda _, name=name: self.show(name))
                    self._tabs[name] = tab
            Tag("button", words("shell.large"), "tool", type="button", data_look="large")
            Tag("button", words("shell.dark"), "tool", type="button", data_look="dark")
            button(words("shell.link"), self._copy, "tool", title=words("shell.link_hint"))
            button(words("shell.hand_out"), self._hand_out, "tool")
        if not self.room.source.ready:
            self._news = Tag("p", "", "news", role="status")
            self._watch = ui.timer(0.5, self._warming)
        self._told = Tag("div", "", "sr", role="status", aria_live="polite")
        self.body = Box("div", "room", id="room")
        ui.on("key_pressed", self._key)
        # What was worked out before the browser's socket was there has its link by now.
        self._client.on_connect(self.relink)
        self._client.on_delete(self._gone)

    def _warming(self) -> None:
        """Say why nothing is there yet, where that takes longer than a moment."""
        source = self.room.source
        self._news.text = words("shell.compiling") if source.compiling else ""
        if source.ready:
            self._watch.cancel()

    def show(self, name: str, asked: dict[str, str] | None = None) -> None:
        """Show another view, and put its link in the address."""
        self._close()
        self._where = Where(name, dict(asked or {}))
        self.body.clear()
        for tab, button_of in self._tabs.items():
            here = tab == name or (tab == "lessons" and name == "lesson")
            button_of.attribute("aria-current", "page" if here else None)
        with self.body:
            try:
                self._view = self.views[name](self, self._where.asked)
                self._view.build()
            except RequestError as error:
                self._view = None
                self.body.clear()
                wrong(error)
                return
        self._task = background_tasks.create(self.begin(self._view), context=self.body)
        self.relink()

    def refuse(self, error: RequestError) -> None:
        """Show what is wrong in a link, in place of a view."""
        with self.body:
            wrong(error)

    async def begin(self, view: View) -> None:
        """Let a view work out what it shows first, and say what is wrong with it."""
        await self.guarded(view.start())

    async def guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something, and say on the page what is wrong with it."""
        try:
            await work
        except RequestError as error:
            wrong(error)
        except Exception:
            wrong(RequestError([words("shell.failed")]))
            raise

    def later(self, work: Coroutine[Any, Any, None]) -> Any:
        """Do something that takes its time, in the room of the view: the task."""
        task = background_tasks.create(self.guarded(work), context=self.body)
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return task

    def relink(self) -> None:
        """Put the link that brings this view back in the browser's address."""
        if self._client.has_socket_connection:
            with self._client:
                ui.navigate.history.replace(self.address())

    def address(self) -> str:
        """Return the link, without the host."""
        state = self._view.state() if self._view else self._where.asked
        return self.room.address(self._where.view, state)

    def say(self, text: str) -> None:
        """Tell those who listen to the page, and do not see it, what has changed."""
        if self._told is not None:
            self._told.text = text

    def _copy(self) -> None:
        ui.run_javascript(
            f"history.replaceState({{}}, '', {json.dumps(self.address())});"
            "navigator.clipboard?.writeText(location.href)"
        )
        ui.notify(words("shell.linked"))

    def _hand_out(self) -> None:
        if self._handing is None or self._handing.done():  # one at a time
            self._handing = self.room.hand_out(self, self._where.view, self._view)

    def _key(self, event: GenericEventArguments) -> None:
        args = event.args
        name = str(args[0] if isinstance(args, list) and args else args)
        if name == "l":
            self._copy()
        elif name == "h":
            self._hand_out()
        elif name == "?":
            self.show("info")
        elif name.isdigit() and 0 < int(name) <= len(TABS):
            self.show(TABS[int(name) - 1])
        elif self._view is not None:
            self._view.key(name)

    def _gone(self) -> None:
        """End what still runs for a page that was closed."""
        self._close()
        for task in list(self._later):
            task.cancel()
        self.room.source.forget(f"{self.page}-hand-out")

    def _close(self) -> None:
        if self._view is not None:
            self._view.close()
            self._view = None
        if self._task is not None:
            self._task.cancel()
            self._task = None


def wrong(error: RequestError) -> None:
    """Say what cannot be understood in a request."""
    with Box("div", "wrong", role="alert"):
        Tag("h2", words("shell.wrong"))
        for message in error.messages:
            Tag("p", message)
