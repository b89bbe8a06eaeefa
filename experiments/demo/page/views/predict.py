"""Predict, then run: the class commits itself, then sees the result over its guess."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from nicegui import background_tasks

from experiments.demo.page import plots
from experiments.demo.page.parts import Box, Plot, Tag, button, choice
from experiments.demo.page.shell import Quiet
from experiments.demo.page.source import Answer
from experiments.demo.page.views.compare import Panels, legend
from experiments.demo.page.views.shape import ShapeGuess, drawn_points
from experiments.demo.words import words

MODES = {"rank": "predict.how", "curve": "predict.curve", "shape": "predict.shape"}
"""Ways of guessing, with their words."""

ENDS = {"loyalty": (0.0, 1.0), "exhaustion": (0.0, 1.0), "cost_per_contact": (0.0, 20.0)}
"""Where a plot to draw on begins and ends before anything is known."""


class Predict(Quiet):
    """Ranks on three measures, or a curve; then the answer with how far off it was."""

    def build(self) -> None:
        """Put the guess's cards on the page."""
        self._titles = self.room.source.titles
        self._ranks: dict[str, list[str]] = {measure: [] for measure in plots.PARTIES}
        self._curve: list[list[float]] = []
        measure, policy = self.asked.get("measure", ""), self.asked.get("policy", "")
        self._measure = measure if measure in plots.PARTIES else plots.PARTIES[0]
        self._policy = policy if policy in self._titles else next(iter(self._titles))
        self._mode = self.asked.get("guess") or "rank"
        self.shape = ShapeGuess(self.shell, self.asked, self._shaped)
        self.answer: Answer | None = None
        self._working: Any = None
        self._shown = False
        with Box("div", "head"):
            self._title = Tag("h1", words("predict.title"))
            self._lead = Tag("span", words("predict.lead"), "lead")
        self._room = Box("div", "room-of-guess")
        self._lay_out()

    async def start(self) -> None:
        """Work the answer out before it is asked for; it is not sent to the page."""
        self.answer = await self.room.source.answer(
            self.shell.page, list(self._titles), "", {}, full=True
        )
        if self._drawing and not self._shown and not self._curve:
            self._ruled()
        if self._shown:
            self._show()

    def _lay_out(self) -> None:
        self._room.clear()
        self._shown = False
        with self._room:
            with Box("div", "actions"):
                for mode, key in MODES.items():
                    pressed = "true" if mode == self._mode else "false"
                    button(words(key), partial(self._way, mode), "tool", aria_pressed=pressed)
            {"rank": self._cards, "curve": self._draw_area, "shape": self.shape.build}[self._mode]()
            with Box("div", "actions"):
                self._commit = button(words("predict.commit"), self.reveal)
                self._note = Tag("span", words("predict.complete"), "fine", role="status")
        if self._drawing:
            self._ruled()
        else:
            self._ready()

    @property
    def _drawing(self) -> bool:
        return self._mode == "curve"

    def _shaped(self) -> None:
        if hasattr(self, "_commit"):  # the sheet stands before its button
            self._ready()

    def _way(self, mode: str) -> None:
        self._mode = mode
        self._lay_out()
        self.shell.relink()

    def _cards(self) -> None:
        self._buttons: dict[tuple[str, str], tuple[Tag, Tag]] = {}
        with Box("div", "guesses"):
            for measure in plots.PARTIES:
                with Box("section", "guess-card"):
                    Tag("h2", plots.measure_title(measure))
                    Tag("p", words("predict.most"), "fine")
                    for place, (policy, title) in enumerate(self._titles.items()):
                        self._card(measure, policy, title, place)
        for measure in plots.PARTIES:
            self._number(measure)

    def _card(self, measure: str, policy: str, title: str, place: int) -> None:
        rank = Tag("button", "", "rank", type="button", style=f"color: var(--t{place % 8})")
        with rank:
            number = Tag("span", "", "place")
            Tag("span", title)
        rank.on("click", lambda: self.rank(measure, policy))
        self._buttons[measure, policy] = (rank, number)

    def rank(self, measure: str, policy: str) -> None:
        """Put a policy next in a measure's order, or take it out again."""
        order = self._ranks[measure]
        if policy in order:
            order.remove(policy)
        else:
            order.append(policy)
            left = [one for one in self._titles if one not in order]
            if len(left) == 1:
                order.extend(left)  # the last place takes no choosing
        self._number(measure)
        self._ready()

    def _number(self, measure: str) -> None:
        order, of = self._ranks[measure], len(self._titles)
        name = plots.measure_title(measure)
        for policy, title in self._titles.items():
            rank, number = self._buttons[measure, policy]
            place = order.index(policy) + 1 if policy in order else 0
            number.text = str(place or "")
            rank.attribute("aria-pressed", "true" if place else "false")
            told = (
                words("predict.ranked", policy=title, place=place, of=of, measure=name)
                if place
                else words("predict.unranked", policy=title, measure=name)
            )
            rank.attribute("aria-label", told)

    def _draw_area(self) -> None:
        names = {measure: plots.measure_title(measure) for measure in plots.PARTIES}
        with Box("div", "actions"):
            choice(words("predict.curve_measure"), names, self._measure, self._take_measure)
            choice(words("predict.curve_policy"), self._titles, self._policy, self._take_policy)
        self._asked = Tag("p", "", "lead")
        with Box("div", style="height: min(46vh, 30rem)"):
            self._sheet = Plot(plots.empty(self._measure, ENDS[self._measure], self._weeks()))
        self._sheet.drawn_on(self._weeks() + 1, self._drawn)

    def _weeks(self) -> int:
        return plots.weeks_in(self.room.source.days)

    def _ruled(self) -> None:
        """Rule the sheet: the axis' ends tell the size of things, and not the answer."""
        low, high = ENDS[self._measure]
        if self.answer is not None and self._measure == "cost_per_contact":
            top = max(value.mean for value in self.answer.means[self._measure].values())
            high = 2.0 * top
        self._sheet.show(plots.empty(self._measure, (low, high), self._weeks()))
        self._curve = []
        title = self._titles[self._policy]
        name = plots.measure_title(self._measure)
        self._asked.text = words("predict.curve_lead", measure=name, policy=title)
        self._ready()

    def _take_measure(self, measure: str) -> None:
        self._measure = measure
        self._ruled()
        self.shell.relink()

    def _take_policy(self, policy: str) -> None:
        self._policy = policy
        self._ruled()
        self.shell.relink()

    def _drawn(self, line: Sequence[Sequence[float]]) -> None:
        self._curve = drawn_points(line)
        self._ready()

    def _complete(self) -> bool:
        if self._mode == "shape":
            return len(self.shape.drawn) > 1
        if self._drawing:
            return len(self._curve) > 1
        return all(len(order) == len(self._titles) for order in self._ranks.values())

    def _ready(self) -> None:
        ready = self._complete()
        self._commit.attribute("disabled", None if ready else True)
        self._note.text = "" if ready else words("predict.complete")

    def reveal(self) -> None:
        """Show the result over the guess; nothing happens before the guess is whole."""
        if self._shown or not self._complete():
            return
        self._shown = True
        self._room.clear()
        self._title.text = words("predict.revealed")
        if self._mode == "shape":
            with self._room:
                with Box("div", "actions"):
                    button(words("predict.again"), self._again, "act quiet")
                shown = Box("div", "room-of-guess")
            self._working = background_tasks.create(
                self.shell.guarded(self.shape.reveal()), context=shown
            )
            return
        with self._room:
            with Box("div", "actions"):
                legend(list(self._titles.values()))
                if self._drawing:
                    Tag("span", words("predict.drawn"), "fine")
                button(words("predict.again"), self._again, "act quiet")
                self._facts = Tag("span", words("compare.working"), "fine live")
            self._scores = Box("div", "guesses", role="status")
            self._panels = Panels()
        if self.answer is not None:
            self._show()

    def _show(self) -> None:
        answer = self.answer
        if answer is None or self._mode == "shape":
            return
        guesses: dict[str, list[plots.Guess]] = {}
        if self._drawing:
            place = list(self._titles).index(self._policy)
            xs, ys = zip(*self._curve, strict=True)
            guesses = {self._measure: [plots.Guess(place, xs, ys)]}
        self._panels.show(answer, guesses)
        self._facts.text = self.room.facts(answer)
        self._scores.clear()
        with self._scores:
            if self._drawing:
                self._score(
                    self._measure,
                    self.room.source.curve_score(answer, self._measure, self._policy, self._curve),
                )
            else:
                for measure, order in self._ranks.items():
                    found = plots.order_of(
                        answer.means[measure], answer.differences[measure], answer.titles
                    )
                    guess = " > ".join(answer.titles[name] for name in order)
                    orders = words("predict.orders", guess=guess, result=found)
                    told = self.room.source.rank_score(answer, measure, order)
                    self._score(measure, told, orders)

    def _score(self, measure: str, told: str, more: str = "") -> None:
        with Box("div", "verdict"):
            Tag("h2", plots.measure_title(measure))
            Tag("p", told, "score")
            if more:
                Tag("p", more, "fine")

    def _again(self) -> None:
        self._stop()
        self._ranks = {measure: [] for measure in plots.PARTIES}
        self._title.text = words("predict.title")
        self._lay_out()

    def _stop(self) -> None:
        """End the working out of a strategy curve."""
        if self._working is not None:
            self._working.cancel()
            self._working = None
            self.room.source.forget(self.shape.page)

    def key(self, name: str) -> bool:
        """Reveal on Enter."""
        if name == "enter":
            self.reveal()
        return name == "enter"

    @property
    def mode(self) -> str:
        """Way of guessing, see :data:`MODES`."""
        return self._mode

    @property
    def shown(self) -> bool:
        """Whether the result has been revealed."""
        return self._shown

    def state(self) -> dict[str, str]:
        """Return which way of guessing it is."""
        if self._mode == "shape":
            return {"guess": "shape", **self.shape.state()}
        if not self._drawing:
            return {}
        return {"guess": "curve", "measure": self._measure, "policy": self._policy}

    def close(self) -> None:
        """Drop what was asked for."""
        self._stop()
        self.room.source.forget(self.shell.page)
