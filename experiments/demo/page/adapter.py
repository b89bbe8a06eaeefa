"""Fills what the page asks for (:mod:`experiments.demo.page.source`) from the room's modules."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from experiments.demo import links
from experiments.demo.contact import KINDS
from experiments.demo.guesses import curve_verdict, rank_verdict
from experiments.demo.page.plots import PARTIES, Curve
from experiments.demo.page.source import Answer, Centre, Changes, Tale, Turn
from experiments.demo.setting import Setting, Wish
from experiments.demo.sliders import Knob
from experiments.demo.trials import Estimate, Trials
from experiments.demo.words import words

if TYPE_CHECKING:  # what needs Mesa is read when it is asked for: the page is there sooner
    from experiments.demo.replay import Replays
    from experiments.demo.story import Stories
    from experiments.demo.tale import Story

Found = TypeVar("Found")


class RoomSource:
    """Answers for the page from the room's own modules.

    Parameters
    ----------
    setting : Setting
        The room's set-up.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.titles: Mapping[str, str] = setting.titles
        self.others: Mapping[str, str] = setting.others
        self.days: int = setting.days
        self.seed: int = setting.seed
        self.kinds = {name: words(f"kind.{name}") for name in KINDS}
        self._trials = Trials(setting)
        self._first = self._trials.prepare()

    @cached_property
    def _stories(self) -> "Stories":
        from experiments.demo.story import Stories

        return Stories(self.setting)

    @cached_property
    def _replays(self) -> "Replays":
        from experiments.demo.replay import Replays

        return Replays(self._stories)

    @property
    def facts(self) -> str:
        """Where numbers come from."""
        asked = self.setting.experiment
        return words(
            "source.facts",
            n=asked.replications,
            days=asked.days,
            warmup=asked.warmup_days,
            seats=f"{asked.centre.seats:,}",
            customers=f"{asked.centre.customers:,}",
            seed=asked.seed,
            config=asked.name,
        )

    def knobs(self) -> Sequence[Knob]:
        """Return the parameters that have sliders."""
        return self.setting.knobs

    def value(self, policy: str, key: str) -> float:
        """Return where a slider stands at first."""
        return self.setting.position(policy, key)

    async def answer(
        self,
        page: str,
        policies: Sequence[str],
        moved: str,
        changes: Changes,
        *,
        full: bool,
        beside: bool = False,
        tell: Callable[[Answer], None] | None = None,
    ) -> Answer | None:
        """Work out an answer; None where a newer request of that page came."""
        wish = Wish(tuple(policies), moved, dict(changes), full, beside)
        wanted, loop = [tell], asyncio.get_running_loop()

        def pass_on(answer: Answer) -> None:
            for each in wanted:  # nobody, once the whole is there or not wanted any more
                if each is not None:
                    each(answer)

        def hear(estimate: Estimate) -> None:
            loop.call_soon_threadsafe(pass_on, answer_of(estimate))

        try:
            asked = self._trials.ask(page, wish, hear if tell is not None else None)
            estimate = await asyncio.wrap_future(asked)
        finally:
            wanted.clear()
        return None if estimate is None else answer_of(estimate)

    def config(
        self, policies: Sequence[str], moved: str, changes: Changes, *, beside: bool = False
    ) -> str:
        """Return an experiment file that gives these numbers, in full."""
        return self.setting.config(Wish(tuple(policies), moved, dict(changes), True, beside))

    @property
    def ready(self) -> bool:
        """Whether the first answer has been worked out."""
        return self._first.done()

    @property
    def compiling(self) -> bool:
        """Whether the model is being compiled, once, before the first answer."""
        return self._trials.compiling

    def forget(self, page: str) -> None:
        """Drop what a page asked for."""
        self._trials.forget(page)

    def close(self) -> None:
        """Let the threads end."""
        self._trials.close()

    async def tale(
        self, kind: str, policy: str, contact: str, skip: int = 0, other: str = ""
    ) -> Tale | None:
        """Find a conversation of that kind, past so many, or bring that contact back.

        With another policy: one that is worth replaying under that one.
        """
        if contact:
            return tale_of(await aside(lambda: self._stories.load(contact)))
        found = await aside(
            lambda: (
                self._replays.find(kind, policy, other, skip)
                if other
                else self._stories.find(kind, policy, skip)
            )
        )
        return None if found is None else tale_of(found)

    async def again(self, tale: Tale, policy: str) -> tuple[Tale | None, int | None, str]:
        """Return the same under another policy, the turn at which they part, and that in words."""
        found = await aside(lambda: self._replays.again(tale.contact, policy))
        other = None if found.other is None else tale_of(found.other)
        return other, found.parts_at, found.text

    async def centre(self, policy: str) -> Centre:
        """Open a centre to look at."""
        return await aside(lambda: self._place(policy))

    def _place(self, policy: str) -> Centre:
        from experiments.demo.place import Place

        return Place(self.setting, policy)

    def address(self, view: str, state: Mapping[str, str]) -> str:
        """Return a view's link, without the host."""
        return links.address(self.setting, view, state)

    def read_address(self, view: str, query: Mapping[str, str]) -> dict[str, str]:
        """Read what a link carries; refuse what is wrong in it."""
        return links.read(self.setting, view, query)

    def rank_score(self, answer: Answer, measure: str, order: Sequence[str]) -> str:
        """Say how far off a rank was."""
        return rank_verdict(answer.origin, measure, order).text

    def curve_score(
        self, answer: Answer, measure: str, policy: str, drawn: Sequence[Sequence[float]]
    ) -> str:
        """Say how far off a drawn curve was."""
        points = [(x, y) for x, y in drawn]
        return curve_verdict(answer.origin, measure, policy, points).text


async def aside(work: Callable[[], Found]) -> Found:
    """Do something that takes its time, off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(None, work)


def answer_of(estimate: Estimate) -> Answer:
    """Return an estimate as the page shows it."""
    curves = {
        measure: [
            Curve(title, place, series.mean, series.low, series.high)
            for place, (name, title) in enumerate(estimate.titles.items())
            for series in [estimate.weeks[measure][name]]
        ]
        for measure in PARTIES
    }
    return Answer(
        estimate.n,
        estimate.days,
        estimate.full,
        estimate.titles,
        estimate.means,
        estimate.differences,
        curves,
        estimate.seconds,
        estimate,
    )


def tale_of(story: "Story") -> Tale:
    """Return a story as the page tells it."""
    turns = [
        Turn(
            turn.customer,
            turn.rep,
            turn.tone,
            turn.anger,
            turn.heard,
            turn.strain,
            turn.cost,
            turn.why,
        )
        for turn in story.turns
    ]
    ending = f"{story.ending} {story.aftermath}".strip()
    wants = {words(f"story.{party}"): text for party, text in story.wants.items()}
    return Tale(story.contact, story.policy, story.opening, ending, turns, wants)
