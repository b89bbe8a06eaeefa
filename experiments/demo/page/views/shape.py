"""Predict a strategy curve: draw how a measure goes with one slider, then see."""

import math
from collections.abc import Callable
from itertools import chain
from typing import Any

from experiments.demo.page import plots
from experiments.demo.page.parts import Box, Plot, Tag, choice
from experiments.demo.page.shell import Shell
from experiments.demo.page.source import Answer
from experiments.demo.setting import YOURS
from experiments.demo.shapes import Tried, shape_verdict, stretched
from experiments.demo.sliders import Knob, positions
from experiments.demo.words import words

PLACES = 9
"""Places of the slider that are worked out, and one more where the policy stands."""

USUAL = "handling.generosity"

MOST_POINTS = 10_000
"""Of a drawn curve."""


class ShapeGuess:
    """A sheet to draw on, and the result over what was drawn.

    It asks for answers under a name of its own, so that it drops nobody else's.

    Parameters
    ----------
    shell : Shell
        The page.
    asked : mapping
        What its link carries.
    changed : callable
        Called when the guess is whole, or no more.
    """

    def __init__(self, shell: Shell, asked: dict[str, str], changed: Callable[[], None]) -> None:
        self._shell, self._source = shell, shell.room.source
        self._changed = changed
        self.page = f"{shell.page}-shape"
        knobs = [knob for knob in self._source.knobs() if knob.group != "centre"]
        self._knobs: dict[str, Knob] = {knob.key: knob for knob in knobs}
        only = asked.get("only", "").split(",")[0]
        self.key = only if only in self._knobs else USUAL
        titles = self._source.titles
        self.policy = asked.get("policy") or list(titles)[len(titles) // 2]
        measure = asked.get("measure", "")
        self._measure = measure if measure in plots.PARTIES else plots.PARTIES[0]
        self.drawn: list[list[float]] = []

    @property
    def knob(self) -> Knob:
        """What the curve goes along."""
        return self._knobs[self.key]

    def build(self) -> None:
        """Put choices and the sheet on the page."""
        names = {measure: plots.measure_title(measure) for measure in plots.PARTIES}
        knobs = {key: knob.label for key, knob in self._knobs.items()}
        titles = {**self._source.titles, **self._source.others}
        with Box("div", "actions"):
            choice(words("predict.curve_measure"), names, self._measure, self._take_measure)
            choice(words("predict.curve_slider"), knobs, self.key, self._take_knob)
            choice(words("predict.curve_policy"), titles, self.policy, self._take_policy)
        self._lead = Tag("p", "", "lead")
        with Box("div", style="height: min(46vh, 30rem)"):
            self._sheet = Plot(plots.sheet(self.knob, self._measure))
        self._sheet.drawn_on(plots.STROKES, self._take_line)
        self._ruled()

    def state(self) -> dict[str, str]:
        """Return what its link must carry."""
        return {"measure": self._measure, "policy": self.policy, "only": self.key}

    async def reveal(self) -> None:
        """Work out place after place, and show the result over the guess as it comes."""
        titles = {**self._source.titles, **self._source.others}
        with Box("div", "actions"):
            Tag("b", f"{plots.measure_title(self._measure)} · {titles[self.policy]}")
            Tag("span", words("shape.drawn"), "fine")
            facts = Tag("span", words("compare.working"), "fine live", role="status")
        with Box("div", "verdict", role="status") as verdict:
            told = Tag("p", words("compare.working"), "score")
        with Box("div", style="height: min(50vh, 34rem)"):
            plot = Plot(plots.strategy(self.knob, self._measure, [], [], None))
        tried: list[Tried] = []
        stands = self._source.value(self.policy, self.key)
        for place in positions(self.knob, stands, PLACES):
            answer = await self._answer(place)
            if answer is None:
                return
            tried.append(self._tried(place, stands, answer))
            plot.show(plots.strategy(self.knob, self._measure, tried, [], stands))
            facts.text = self._shell.room.facts(answer)
        guess = stretched(self.drawn, tried)
        plot.show(plots.strategy(self.knob, self._measure, tried, guess, stands))
        told.text = shape_verdict(self._measure, tried, self.drawn).text
        verdict.props["data-done"] = "yes"
        verdict.update()
        self._shell.say(told.text)

    async def _answer(self, place: float) -> Answer | None:
        return await self._source.answer(
            self.page, [self.policy], self.policy, {self.key: place}, full=True, beside=True
        )

    def _tried(self, place: float, stands: float, answer: Answer) -> Tried:
        mean = answer.means[self._measure][YOURS]
        apart = answer.differences[self._measure][YOURS, self.policy]
        return Tried(place, self.knob.shown(place), mean, None if place == stands else apart)

    def _ruled(self) -> None:
        self.drawn = []
        self._sheet.show(plots.sheet(self.knob, self._measure))
        titles = {**self._source.titles, **self._source.others}
        self._lead.text = words(
            "predict.shape_lead",
            measure=plots.measure_title(self._measure),
            slider=self.knob.label,
            policy=titles[self.policy],
        )
        self._changed()
        self._shell.relink()

    def _take_measure(self, measure: str) -> None:
        self._measure = measure
        self._ruled()

    def _take_knob(self, key: str) -> None:
        self.key = key
        self._ruled()

    def _take_policy(self, policy: str) -> None:
        self.policy = policy
        self._ruled()

    def _take_line(self, line: Any) -> None:
        self.drawn = drawn_points(line)
        self._changed()


def drawn_points(line: Any) -> list[list[float]]:
    """Return a curve that a page sent; none where it is no curve, as anything may be sent."""
    try:
        points = [[float(x), float(y)] for x, y in line]
    except (TypeError, ValueError):
        return []
    sound = len(points) <= MOST_POINTS and all(map(math.isfinite, chain.from_iterable(points)))
    return points if sound else []
