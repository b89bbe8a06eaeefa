"""Warmed-up centres, each kept for whoever asks next: estimates, stories and the place."""

from collections.abc import Callable
from functools import partial

import sim
from experiments.demo.kept import Kept
from experiments.design import Situation

ROOM = 400_000_000
"""Bytes of warmed-up centres that are kept."""


def _anyway() -> None:
    """Go on, whatever happens."""


class Starts:
    """The centres of one room on the morning of the branch.

    Attributes
    ----------
    compiling : bool
        Whether the model is being compiled, which happens once and takes half a minute.
    """

    def __init__(self) -> None:
        self.compiling = False
        self._kept: Kept[sim.Start] = Kept(ROOM, _bytes_of)

    def get(self, situation: Situation, check: Callable[[], None] = _anyway) -> sim.Start:
        """Return a warmed-up centre: kept, or warmed up now.

        Parameters
        ----------
        situation : Situation
            Which one. The days after the branch play no part in it.
        check : callable
            Called now and then: raises where nobody wants it any more.
        """
        key = (
            repr(situation.centre),
            repr(situation.neutral),
            situation.warmup_days,
            situation.seed,
            situation.replication,
        )
        return self._kept.get(key, partial(self._warm_up, situation, check), check)

    def _warm_up(self, situation: Situation, check: Callable[[], None]) -> sim.Start:
        try:
            sim.compile_engine(self._first)
        finally:
            self.compiling = False
        return sim.warm_up(
            situation.centre,
            situation.neutral,
            days=situation.warmup_days,
            seed=situation.seed,
            replication=situation.replication,
            progress=lambda day: check(),
        )

    def _first(self) -> None:
        self.compiling = True


def _bytes_of(start: sim.Start) -> int:
    return sum(array.nbytes for array in start.floor)
