"""The policies side by side: means over time, and the paired differences beside each."""

from collections.abc import Sequence

from nicegui import ui

from experiments.demo.page import plots
from experiments.demo.page.parts import Box, Markup, Plot, Tag, button, choice
from experiments.demo.page.shell import Quiet
from experiments.demo.page.source import Answer
from experiments.demo.words import words
from experiments.errors import RequestError


class Panels:
    """The three measures, one for each party: a plot, and a table of figures beside it."""

    def __init__(self) -> None:
        self.plots: dict[str, Plot] = {}
        self._tables: dict[str, Markup] = {}
        with Box("div", "measures"):
            for measure in plots.PARTIES:
                with Box("section", "measure"):
                    with Box("div", "title"):
                        Tag("h2", plots.measure_title(measure))
                        Tag("span", plots.better_words(measure), "fine")
                    self.plots[measure] = Plot(plots.lines(measure, ()))
                    self._tables[measure] = Markup()

    def show(self, answer: Answer, guesses: dict[str, list[plots.Guess]] | None = None) -> None:
        """Show an answer, and what was guessed."""
        for measure in plots.PARTIES:
            drawn = (guesses or {}).get(measure, [])
            self.plots[measure].show(plots.lines(measure, answer.curves[measure], guesses=drawn))
            self._tables[measure].show(table_of(answer, measure))


def table_of(answer: Answer, measure: str) -> str:
    """Return a measure's means and paired differences as HTML."""
    means, apart = answer.means[measure], answer.differences[measure]
    return plots.figures_table(measure, means, apart, answer.titles)


def legend(titles: Sequence[str]) -> None:
    """Show which colour is whose."""
    with Box("div", "keyed"):
        for place, title in enumerate(titles):
            with Box("span", "key-of"):
                Tag("span", "", "swatch", style=f"background: var(--p{place % 8})")
                Tag("span", title)


class Compare(Quiet):
    """The experiment's policies, and a fourth of the user's choice."""

    def build(self) -> None:
        """Put the panels on the page; they are filled when the answer is there."""
        source = self.room.source
        fourth = self.asked.get("fourth", "")
        self._fourth = fourth if fourth in source.others else ""
        with Box("div", "head"):
            Tag("h1", words("compare.title"))
            Tag("span", words("compare.lead"), "lead")
        with Box("div", "actions"):
            self._legend = Box("div")
            options = {"": words("compare.none"), **source.others}
            choice(words("compare.fourth"), options, self._fourth, self._add)
            button(words("sliders.take"), self._take, "tool", title=words("sliders.take_hint"))
            self._facts = Tag("span", words("compare.working"), "fine live", role="status")
        self._panels = Panels()

    async def start(self) -> None:
        """Ask for the answer in full."""
        source = self.room.source
        policies = self.policies
        self._legend.clear()
        with self._legend:
            titles = {**source.titles, **source.others}
            legend([titles[policy] for policy in policies])
        answer = await source.answer(
            self.shell.page, policies, "", {}, full=True, tell=self._take_in
        )
        if answer is not None:
            self._take_in(answer)
            self.shell.say(self._facts.text)

    @property
    def policies(self) -> list[str]:
        """What is compared: the experiment's, and a fourth."""
        return [*self.room.source.titles, *([self._fourth] if self._fourth else [])]

    def _take_in(self, answer: Answer) -> None:
        if self._legend.is_deleted:
            return
        self._panels.show(answer)
        self._facts.text = self.room.facts(answer)

    def _take(self) -> None:
        text = self.room.source.config(self.policies, "", {})
        ui.download.content(text, "my-experiment.toml", "application/toml")

    async def _add(self, policy: str) -> None:
        self._fourth = policy
        self._facts.text = words("compare.working")
        self.shell.relink()
        try:
            await self.start()
        except RequestError as error:
            self._facts.text = str(error)

    def state(self) -> dict[str, str]:
        """Return the fourth policy."""
        return {"fourth": self._fourth} if self._fourth else {}

    def close(self) -> None:
        """Drop what was asked for."""
        self.room.source.forget(self.shell.page)
