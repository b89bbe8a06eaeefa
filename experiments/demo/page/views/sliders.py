"""Drag one slider, and everything moves: quick while dragging, in full on release."""

import asyncio
from typing import Any

from nicegui import background_tasks, ui

from experiments.demo.page.parts import Box, Tag, button, choice, slider
from experiments.demo.page.shell import Quiet
from experiments.demo.page.source import Answer
from experiments.demo.page.views.compare import Panels, legend
from experiments.demo.sliders import Knob
from experiments.demo.words import words
from experiments.errors import RequestError

GROUPS = ("handling", "support", "centre")


class Sliders(Quiet):
    """The experiment's policies, and one that is moved."""

    def build(self) -> None:
        """Put sliders at the left and panels at the right."""
        source = self.room.source
        self._moved = self.asked.get("policy") or next(iter(source.titles))
        self._known = {knob.key: knob for knob in source.knobs()}
        self._changes = {
            key: float(value) for key, value in self.asked.items() if key in self._known
        }
        only = self.asked.get("only", "")
        self._only = [key for key in only.split(",") if key in self._known]
        self._beside = self.asked.get("beside") == "yes"
        self._running: Any = None
        self._waiting: bool | None = None
        self.answer: Answer | None = None
        with Box("div", "head"):
            Tag("h1", words("sliders.title"))
            Tag("span", words("sliders.lead"), "lead")
        with Box("div", "dragging"):
            with Box("div"):
                with Box("div", "actions"):
                    choice(words("sliders.policy"), source.titles, self._moved, self._choose)
                    button(words("sliders.reset"), self._reset, "tool")
                    self._twice = button(
                        words("sliders.beside"),
                        self._stand_beside,
                        "tool",
                        title=words("sliders.beside_hint"),
                        aria_pressed=_pressed(self._beside),
                    )
                    button(
                        words("sliders.take"), self._take, "tool", title=words("sliders.take_hint")
                    )
                self._column = Box("div", "sliders")
                self._lay_out()
            with Box("div"):
                with Box("div", "actions"):
                    self._legend = Box("div")
                    self._badge = Tag("span", words("sliders.quick"), "badge")
                    self._facts = Tag("span", words("compare.working"), "fine live")
                self._panels = Panels()
        self._named: list[str] = []
        self._name(list(source.titles.values()))

    def _name(self, titles: list[str]) -> None:
        if titles == self._named:
            return
        self._named = titles
        self._legend.clear()
        with self._legend:
            legend(titles)

    def _lay_out(self) -> None:
        self._column.clear()
        knobs = [knob for knob in self._known.values() if not self._only or knob.key in self._only]
        with self._column:
            for group in GROUPS:
                mine = [knob for knob in knobs if knob.group == group]
                if mine:
                    Tag("h2", words(f"sliders.{group}"), "group")
                for knob in mine:
                    self._put(knob)

    def _put(self, knob: Knob) -> None:
        value = self._changes.get(knob.key, self.room.source.value(self._moved, knob.key))
        ends = (knob.low, knob.high, knob.step)

        def moved(given: float, released: bool) -> None:
            self._changes[knob.key] = given
            self._ask(full=released)

        slider(
            knob.label,
            ends,
            min(max(value, knob.low), knob.high),
            moved,
            shown=knob.shown,
            hint=knob.hint,
        )

    async def start(self) -> None:
        """Ask for the answer in full."""
        self._ask(full=True)

    def _ask(self, *, full: bool) -> None:
        # One request at a time: what is dragged over meanwhile is not worth its answer.
        self._waiting = full
        if self._running is None:
            self._running = background_tasks.create(self._work(), context=self._column)

    async def _work(self) -> None:
        try:
            while self._waiting is not None:
                full, self._waiting = self._waiting, None
                try:
                    await self._show(full)
                except RequestError as error:
                    self._say_wrong(error)
        finally:
            self._running = None

    def _say_wrong(self, error: RequestError) -> None:
        # In the line of facts: it goes again when a slider is moved to where things fit.
        self._badge.text = words("shell.wrong")
        self._badge.classes(remove="full")
        self._facts.text = str(error)
        self.shell.say(self._facts.text)

    async def _show(self, full: bool) -> None:
        source = self.room.source
        changes = dict(self._changes)
        if full:
            self._badge.text = words("compare.working")
        asked = asyncio.ensure_future(
            source.answer(
                self.shell.page,
                list(source.titles),
                self._moved,
                changes,
                full=full,
                beside=self._beside,
                tell=self._so_far if full else None,
            )
        )
        while not asked.done():
            await asyncio.wait((asked,), timeout=0.02)
            if full and self._waiting is not None:
                source.forget(self.shell.page)  # a new drag: the full answer can wait
        answer = await asked
        if answer is None:
            return
        self._take_in(answer)
        self._badge.text = words("sliders.full" if answer.full else "sliders.quick")
        self._badge.classes(add="full" if answer.full else "", remove="" if answer.full else "full")
        if answer.full:
            self.shell.say(self._facts.text)
            self.shell.relink()

    def _take_in(self, answer: Answer) -> None:
        self.answer = answer
        self._name(list(answer.titles.values()))
        self._panels.show(answer)
        self._facts.text = self.room.facts(answer)

    def _so_far(self, answer: Answer) -> None:
        if self._waiting is None and not self._column.is_deleted:  # nothing newer is wanted
            self._take_in(answer)

    def _stand_beside(self) -> None:
        self._beside = not self._beside
        self._twice.attribute("aria-pressed", _pressed(self._beside))
        self._ask(full=True)

    def _take(self) -> None:
        titles = list(self.room.source.titles)
        text = self.room.source.config(titles, self._moved, self._changes, beside=self._beside)
        ui.download.content(text, "my-experiment.toml", "application/toml")

    def _choose(self, policy: str) -> None:
        self._moved = policy
        self._reset()

    def _reset(self) -> None:
        self._changes = {}
        self._lay_out()
        self._ask(full=True)

    def state(self) -> dict[str, str]:
        """Return the policy that is moved and where its sliders stand."""
        shown = {key: f"{value:g}" for key, value in self._changes.items()}
        only = {"only": ",".join(self._only)} if self._only else {}
        beside = {"beside": "yes"} if self._beside else {}
        return {"policy": self._moved, **beside, **only, **shown}

    @property
    def moved(self) -> str:
        """The policy that is moved."""
        return self._moved

    @property
    def changes(self) -> dict[str, float]:
        """Where the sliders that were moved stand."""
        return dict(self._changes)

    @property
    def beside(self) -> bool:
        """Whether the moved policy stands beside the unmoved one."""
        return self._beside

    def close(self) -> None:
        """Drop what was asked for."""
        self._waiting = None
        if self._running is not None:
            self._running.cancel()
        self.room.source.forget(self.shell.page)


def _pressed(on: bool) -> str:
    return "true" if on else "false"
