"""What the page asks of the room: plain data, and one door to whatever works it out.

The views know this file only. :mod:`experiments.demo.page.adapter` fills it from the room's
own modules, so that a change there is a change in one place here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from experiments.analysis.interval import Interval
from experiments.demo.page.plots import Curve
from experiments.demo.sliders import Knob

Changes = Mapping[str, float]
"""Where sliders stand: ``handling.generosity``, ``support.breaks``, ``centre.seats`` ..."""


@dataclass(frozen=True)
class Answer:
    """What a number of replications gave.

    Attributes
    ----------
    n, days : int
        Replications of each policy, and days after the branch.
    full : bool
        Whether it is the full estimate.
    titles : mapping
        Policy: what people call it, in order.
    means : mapping
        Measure, then policy.
    differences : mapping
        Measure, then (a, b): paired, a − b.
    curves : mapping
        Measure: one curve a policy, week by week.
    seconds : float
        How long it took.
    origin : object
        What the source made it from, for scores.
    """

    n: int
    days: int
    full: bool
    titles: Mapping[str, str]
    means: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[tuple[str, str], Interval]]
    curves: Mapping[str, Sequence[Curve]]
    seconds: float = 0.0
    origin: Any = None


@dataclass(frozen=True)
class Turn:
    """One turn of a conversation.

    Attributes
    ----------
    customer, rep : str
        What each said, in plain words; empty where one said nothing.
    tone : str
        ``civil``, ``pressing`` or ``abusive``.
    why : str
        Why the rep said it, where that is known.
    anger, heard, strain : float
        After the turn, 0 to 1.
    cost : float
        So far, in prices.
    """

    customer: str
    rep: str
    tone: str
    anger: float
    heard: float
    strain: float
    cost: float
    why: str = ""


@dataclass(frozen=True)
class Tale:
    """A conversation from its first turn to its end.

    Attributes
    ----------
    contact : str
        What brings it back.
    policy : str
        Under which it was held.
    opening, ending : str
        How it came about, and how it ended, in words.
    turns : sequence of Turn
        In order.
    wants : mapping
        Party: what it wanted.
    """

    contact: str
    policy: str
    opening: str
    ending: str
    turns: Sequence[Turn]
    wants: Mapping[str, str] = field(default_factory=dict)


class Centre(Protocol):
    """A centre that is run day by day, to be looked at."""

    def next_day(self) -> dict[str, Any]:
        """Run a day, and return its frame for ``static/place.js``."""


class Source(Protocol):
    """The door to what works things out. The methods that take long run in threads."""

    @property
    def titles(self) -> Mapping[str, str]:
        """Policy: what people call it; the experiment's own, in order."""

    @property
    def others(self) -> Mapping[str, str]:
        """Further policies that may be added."""

    @property
    def days(self) -> int:
        """Days after the branch of a full answer."""

    @property
    def seed(self) -> int:
        """The key of all chance."""

    @property
    def facts(self) -> str:
        """Where numbers come from: n, days, size, seed and config."""

    @property
    def kinds(self) -> Mapping[str, str]:
        """Kinds of story, with what each is called."""

    def knobs(self) -> Sequence[Knob]:
        """Return the parameters that have sliders."""

    def value(self, policy: str, key: str) -> float:
        """Return where a slider stands at first."""

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
        """Work out an answer; None where a newer request of that page came.

        ``tell`` is given what there is so far of one that takes long.
        """

    def config(
        self, policies: Sequence[str], moved: str, changes: Changes, *, beside: bool = False
    ) -> str:
        """Return an experiment file that gives these numbers, in full."""

    @property
    def ready(self) -> bool:
        """Whether the first answer has been worked out."""

    @property
    def compiling(self) -> bool:
        """Whether the model is being compiled, once, before the first answer."""

    def forget(self, page: str) -> None:
        """Drop what a page asked for."""

    async def tale(
        self, kind: str, policy: str, contact: str, skip: int = 0, other: str = ""
    ) -> Tale | None:
        """Find a conversation of that kind, past so many, or bring that contact back.

        With another policy: one that is worth replaying under that one.
        """

    async def again(self, tale: Tale, policy: str) -> tuple[Tale | None, int | None, str]:
        """Return the same under another policy, the turn at which they part, and that in words.

        There is none where that trouble never came to a conversation under the other policy.
        """

    async def centre(self, policy: str) -> Centre:
        """Open a centre to look at."""

    def address(self, view: str, state: Mapping[str, str]) -> str:
        """Return a view's link, without the host."""

    def read_address(self, view: str, query: Mapping[str, str]) -> dict[str, str]:
        """Read what a link carries; refuse what is wrong in it."""

    def rank_score(self, answer: Answer, measure: str, order: Sequence[str]) -> str:
        """Say how far off a rank was."""

    def curve_score(
        self, answer: Answer, measure: str, policy: str, drawn: Sequence[Sequence[float]]
    ) -> str:
        """Say how far off a drawn curve was."""
