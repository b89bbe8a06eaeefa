"""The centre as a place: desks, queue and crowd, day by day."""

from typing import Any

from nicegui import ui
from nicegui.element import Element

from experiments.demo.page.parts import Box, Tag, button, choice, slider
from experiments.demo.page.shell import Quiet
from experiments.demo.page.source import Centre
from experiments.demo.words import words

FASTEST, SLOWEST, USUAL = 10.0, 0.2, 0.5
"""Days a second."""

PASSES = 0.95
"""The share of a day's time in which it is played: the next one must not cut it off."""

STEP = 1.5
"""Seconds in which a day passes that was stepped to."""

FURTHEST = 365
"""The last day to which a link leads: those before it are run first, some thirty a second."""


class Floor(Element, component="../place.js"):
    """Desks, queue and crowd on a canvas."""

    def __init__(self) -> None:
        super().__init__()
        self.props["label"] = words("place.plot")
        self.props["frame"] = {}

    def show(self, frame: dict[str, Any], pace: float) -> None:
        """Show a day: it passes in so many seconds."""
        self.props["frame"] = frame
        self.props["pace"] = pace
        self.props["label"] = words(
            "place.seen",
            day=frame["day"],
            waiting=frame["queue"],
            told=frame["told"],
            loyalty=f"{frame['loyalty']:.2f}",
            exhaustion=f"{frame['exhaustion']:.2f}",
        )
        self.update()


class Place(Quiet):
    """A centre from the morning of the branch on, one day after the other."""

    def build(self) -> None:
        """Put the controls and the floor on the page."""
        source = self.room.source
        self._policy = self.asked.get("policy") or next(iter(source.titles))
        self._centre: Centre | None = None
        self._busy = False
        self._turn = 0
        self._at = min(int(self.asked.get("day") or 1), FURTHEST)
        with Box("div", "head"):
            Tag("h1", words("place.title"))
            Tag("span", words("place.lead"), "lead")
        with Box("div", "actions"):
            choice(words("story.under"), source.titles, self._policy, self._take_policy)
            self._play = button(words("story.play"), self.play)
            button(words("place.step"), self.step, "act quiet")
            button(words("place.again"), self.from_the_start, "tool")
            with Box("div", style="width: 13rem"):
                slider(
                    words("place.speed"),
                    (SLOWEST, FASTEST, 0.1),
                    USUAL,
                    self._set_speed,
                    shown=lambda speed: f"{speed:g}",
                )
            self._day = Tag("b", words("place.opening"), "live", role="status")
            self._waiting = Tag("span", "", "fine live")
            self._told = Tag("span", "", "fine live")
        with Box("div", "keyed"):
            for text, low, high in (
                (words("place.exhausted"), "--soft", "--p1"),
                (words("place.loyal"), "--p1", "--p0"),
            ):
                with Box("span", "key-of"):
                    Tag("span", f"{text}: {words('place.low')}")
                    paint = f"linear-gradient(to right, var({low}), var({high}))"
                    Tag(
                        "span",
                        "",
                        "swatch",
                        style=f"width:5em; border-radius:.3em; background:{paint}",
                    )
                    Tag("span", words("place.high"))
            Tag("span", words("place.lines"), "key-of")
        Tag("p", words("place.away"), "fine")
        self._floor = Floor()
        # A line of the legend more than the other views have above them.
        self._floor.style("height: calc(100vh - 14.5rem)")
        self._timer = ui.timer(1.0 / USUAL, self._tick, active=False)

    async def start(self) -> None:
        """Open the centre."""
        self._turn += 1
        turn, at = self._turn, self._at
        self._centre = None  # the day that is being run is of no interest any more
        self._day.text = words("place.opening")
        centre = await self.room.source.centre(self._policy)
        if turn == self._turn:
            await self.room.aside(lambda: [centre.next_day() for _ in range(at - 1)])
        if turn == self._turn:
            self._centre, self._busy = centre, False
            await self._show_day()

    async def from_the_start(self) -> None:
        """Open the centre again, on the first day."""
        self._at = 1
        await self.start()

    async def _tick(self) -> None:
        await self._show_day()

    async def _show_day(self) -> None:
        centre = self._centre
        if centre is None or self._busy:
            return
        self._busy = True
        try:
            frame = await self.room.aside(centre.next_day)
        finally:
            if centre is self._centre:
                self._busy = False
        if centre is not self._centre:
            return
        self._floor.show(frame, PASSES * self._timer.interval if self._timer.active else STEP)
        self._at = frame["day"]
        self._day.text = words("place.day", day=frame["day"])
        self._waiting.text = words("place.waiting", waiting=frame["queue"])
        self._told.text = words("place.told", told=frame["told"])

    def play(self) -> None:
        """Play, or pause."""
        if self._timer.active:
            self._timer.deactivate()
        else:
            self._timer.activate()
        self._play.text = words("story.pause" if self._timer.active else "story.play")
        self.shell.relink()

    async def step(self) -> None:
        """Run one day."""
        await self._show_day()
        self.shell.relink()

    def _set_speed(self, speed: float, released: bool) -> None:
        self._timer.interval = 1.0 / speed

    async def _take_policy(self, policy: str) -> None:
        self._policy = policy
        await self.from_the_start()
        self.shell.relink()

    def key(self, name: str) -> bool:
        """Play with the space bar, step with the arrow."""
        if name == "play":
            self.play()
        elif name == "next":
            self.shell.later(self.step())
        return name in ("play", "next")

    @property
    def policy(self) -> str:
        """The policy in force."""
        return self._policy

    def state(self) -> dict[str, str]:
        """Return the policy and the day."""
        return {"policy": self._policy, "day": str(min(self._at, FURTHEST))}

    def close(self) -> None:
        """Stop."""
        self._timer.cancel()
        self._turn += 1
        self._centre = None
