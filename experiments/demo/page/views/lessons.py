"""Lessons: the list of them, and one of them step by step with its view beside it."""

from functools import partial
from typing import Any

from experiments.demo.lessons import Lesson as Script
from experiments.demo.lessons import Step
from experiments.demo.page.parts import Box, Tag, button, paragraphs
from experiments.demo.page.shell import Quiet, View, wrong
from experiments.demo.words import words
from experiments.errors import RequestError


class Lessons(Quiet):
    """What lessons there are."""

    def build(self) -> None:
        """Put a card for each on the page."""
        with Box("div", "head"):
            Tag("h1", words("lessons.title"))
            Tag("span", words("lessons.lead"), "lead")
        with Box("div", "choices"):
            for script in self.room.lessons:
                with Box("section", "card"):
                    Tag("h2", script.title)
                    Tag("p", script.aim)
                    count = {"minutes": script.minutes, "steps": len(script.step)}
                    Tag("p", words("lessons.minutes", **count), "fine")
                    button(words("lessons.open"), partial(self._open, script.name))

    def _open(self, name: str) -> None:
        self.shell.show("lesson", {"name": name, "step": "1"})


class Lesson(Quiet):
    """One lesson: what is said at the left, the view beside it."""

    def build(self) -> None:
        """Put the step and its view on the page."""
        self.script: Script = self.room.lesson(self.asked.get("name", ""))
        step = self.asked.get("step", "1")
        self._at = min(max(1, int(step) if step.isdigit() else 1), len(self.script.step)) - 1
        self._view: View | None = None
        self._starting: Any = None
        with Box("div", "lesson"):
            self._text = Box("div", "lesson-step")
            self._beside = Box("div", "room-of-guess")
        self._lay_out()

    async def start(self) -> None:
        """Start the view beside the step."""
        if self._view is not None:
            await self._view.start()

    def _lay_out(self) -> None:
        step = self.script.step[self._at]
        self.close()
        self._view = None
        self._text.clear()
        self._beside.clear()
        with self._text:
            count = {"step": self._at + 1, "steps": len(self.script.step)}
            Tag("p", words("lesson.step", title=self.script.title, **count), "fine", role="status")
            Tag("h1", step.title)
            paragraphs(step.text, "text")
            if step.look:
                with Box("div", "look-at"):
                    Tag("h2", words("lesson.look"))
                    Tag("p", step.look)
            with Box("div", "actions"):
                back = button(words("lesson.back"), self.back, "act quiet")
                onwards = button(words("lesson.next"), self.next)
                button(words("lesson.all"), lambda: self.shell.show("lessons"), "tool")
                back.attribute("disabled", True if self._at == 0 else None)
                last = self._at == len(self.script.step) - 1
                onwards.attribute("disabled", True if last else None)
        if step.view != "none":
            with self._beside:
                self._show(step)

    def _show(self, step: Step) -> None:
        try:
            # The room may have been opened on a config that lacks a policy of the lesson's.
            asked = self.room.source.read_address(step.view, asked_of(step))
        except RequestError as error:
            wrong(error)
            return
        self._view = self.shell.views[step.view](self.shell, asked)
        self._view.build()

    def _to(self, at: int) -> None:
        if 0 <= at < len(self.script.step):
            self._at = at
            self._lay_out()
            self.shell.relink()
            self._starting = self.shell.later(self.shell.begin(self))

    def next(self) -> None:
        """Go a step on."""
        self._to(self._at + 1)

    def back(self) -> None:
        """Go a step back."""
        self._to(self._at - 1)

    def key(self, name: str) -> bool:
        """Step through the lesson; a story beside it is stepped through first."""
        steps = getattr(self._view, "steps", None)
        inside = steps is not None and (
            (name == "next" and steps.at < steps.last) or (name == "back" and steps.at > 0)
        )
        if self._view is not None and (inside or name not in ("next", "back")):
            return self._view.key(name)
        if name in ("next", "back"):
            (self.next if name == "next" else self.back)()
            return True
        return False

    def state(self) -> dict[str, str]:
        """Return the lesson and the step."""
        return {"name": self.script.name, "step": str(self._at + 1)}

    def close(self) -> None:
        """Close the view beside the step."""
        if self._starting is not None:
            self._starting.cancel()
            self._starting = None
        if self._view is not None:
            self._view.close()


def asked_of(step: Step) -> dict[str, str]:
    """Return what a step asks of its view."""
    asked = {
        "kind": step.story,
        "policy": step.policy,
        "other": step.other,
        "guess": step.guess,
        "measure": step.measure,
    }
    asked |= {key: f"{value:g}" for key, value in step.settings.items()}
    asked["only"] = ",".join(step.sliders)
    return {key: value for key, value in asked.items() if value}
