"""Rounds: what the waves left, narrowed down by simulation itself to sets that are plausible.

The way down is the emulators' (subset simulation, :mod:`experiments.calibration.sampling`), but
what a point scores is simulated: a population of sets is moved about within a level of
implausibility, the best of it are kept and multiplied, the level is lowered, and so on. This is
what approximate Bayesian computation by sequential Monte Carlo does with a falling tolerance
(Sisson, Fan and Tanaka 2007; Toni et al. 2009; both from memory, unverified), uniformly over the
ranges.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from experiments.calibration.acceptance import Candidate, Standard
from experiments.calibration.course import Course, Ended
from experiments.calibration.implausibility import Judge
from experiments.calibration.memory import Set, Step
from experiments.calibration.request import Calibration
from experiments.calibration.sampling import moved
from experiments.calibration.simulating import Simulator

KEPT = 0.3
"""Share of the population that goes on to the next level."""

FIRST = 1.5
"""How many times as many sets as are moved in a round are drawn to begin with."""

SWEEPS = 2
"""Proposals for each of the population in a round: what is refused by a sketch costs little."""

STEPS = 4
"""Moves in what the emulators leave that make up one proposal: most of them they refuse."""

_PURPOSE = 3


def fresh(
    simulator: Simulator, candidates: Sequence[Candidate], request: Calibration
) -> np.ndarray:
    """Simulate candidates as often as it takes to judge them, with seeds not used before.

    Returns
    -------
    array (n, repeats, m)
        Candidate by candidate.
    """
    repeats = request.acceptance.repeats
    asked = [
        (each.parameters, (each.seed + number) % 2**32)
        for each in candidates
        for number in range(1, repeats + 1)
    ]
    table = simulator.table(asked)
    return table.reshape(len(candidates), repeats, len(simulator.targets))


@dataclass
class Narrowing:
    """The population on its way.

    Attributes
    ----------
    course : Course
        What was seen; candidates and rounds are added to it.
    simulator : Simulator
        Simulates sets.
    judge : Judge
        The emulators after the waves: what they rule out is not simulated.
    seeds : callable
        Gives each of some sets the first of its seeds.
    rng : callable
        Gives the draws of a purpose and a round.
    points, scores : array (n, d), (n,)
        The population on the unit cube of all ranges, and how far out of the bands each lies, in
        standard deviations of one run, by one run.
    spent : int
        Simulations so far, sketches left out.
    number : int
        Rounds so far.
    near : bool
        Whether the level has come down to where sets are judged.
    """

    course: Course
    simulator: Simulator
    judge: Judge
    seeds: Callable[[Sequence[Set]], list[int]]
    rng: Callable[[int, int], np.random.Generator]
    points: np.ndarray = field(init=False)
    scores: np.ndarray = field(init=False)
    spent: int = 0
    number: int = 0
    near: bool = False
    _standard: Standard = field(init=False)
    _simulated: dict[bytes, int] = field(default_factory=dict, init=False)

    def begin(self, points: np.ndarray) -> str:
        """Simulate the first population.

        Parameters
        ----------
        points : array (n, d)
            On the unit cube of all ranges.

        Returns
        -------
        str
            How it went, in a line.
        """
        self.number = 1
        self._standard = self.course.standard
        self.points, self.scores = points, self.score(points, np.inf)
        self.keep_step(0, np.inf)
        return f"round 1: {len(points)} sets simulated, where emulators hold acceptance for likely"

    @property
    def most_of_a_round(self) -> int:
        """How many simulations a round may take."""
        asked = self.course.request.acceptance
        return asked.batch * (SWEEPS + asked.repeats)

    def round(self) -> str:
        """Lower the level, move the population within it, and judge what lies near enough.

        Returns
        -------
        str
            How it went, in a line.
        """
        course, asked = self.course, self.course.request.acceptance
        self.number += 1
        self._standard = course.standard
        rng = self.rng(_PURPOSE, self.number)
        level = max(asked.screen, float(np.quantile(self.scores, KEPT, method="lower")))
        good = np.flatnonzero(self.scores <= level)
        chosen = np.concatenate([good, rng.choice(good, max(0, asked.batch - len(good)))])
        chosen = chosen[rng.permutation(len(chosen))[: asked.batch]]
        before = len(course.candidates)
        self.points, self.scores = self.points[chosen], self.scores[chosen]
        for _ in range(SWEEPS):
            self.sweep(level, rng)
        self.near = self.near or level <= asked.screen
        judged = self.judge_the_near() if self.near else 0
        tried = self.keep_step(before, level)
        accepted = len(course.standard.accepted(course.candidates))
        return (
            f"round {self.number}: within {level:.1f} standard deviations of one run; {tried} sets "
            f"simulated, {judged} judged afresh; {accepted} plausible so far"
        )

    def keep_step(self, first: int, level: float) -> int:
        """Add the round that has ended to the course, and return how many sets it simulated."""
        tried = self.course.candidates[first:]
        step = Step("round", self.number, [each.parameters for each in tried], {"within": level})
        table = np.array([each.known for each in tried]).reshape(-1, len(self.course.targets))
        self.course.ended.append(Ended(step, table))
        return len(tried)

    def sweep(self, level: float, rng: np.random.Generator) -> None:
        """Propose a move to each of the population, and make those that stay within the level.

        Within what the emulators leave a move forwards is as likely as the one backwards, so that
        what is uniform within the level stays so.
        """
        cut = self.course.request.waves.cut
        steered = len(self.course.space)

        def foretold(points: np.ndarray, ceiling: float) -> np.ndarray:
            return self.judge.implausibility(points[:, :steered], ceiling)

        start = np.zeros(len(self.points))
        proposed, _ = moved(foretold, self.points, start, cut, rng, STEPS)
        elsewhere = np.flatnonzero((proposed != self.points).any(axis=1))
        found = self.score(proposed[elsewhere], level)
        taken = elsewhere[found <= level]
        self.points[taken], self.scores[taken] = proposed[taken], found[found <= level]

    def score(self, points: np.ndarray, ceiling: float) -> np.ndarray:
        """Return how far out of the bands sets lie; infinite for what a sketch rules out."""
        course, standard = self.course, self._standard
        found = np.full(len(points), np.inf)
        alive = np.arange(len(points))
        sets = course.whole.values(points)
        seeds = self.seeds(sets)
        if self.simulator.works.sketch and sets and ceiling < np.inf:
            self.simulator.title = f"sketches of round {self.number}"
            told = self.simulator.sketches(list(zip(sets, seeds, strict=True)))
            # With the same seed: a sketch is a part of what the whole simulation will give.
            alive = np.flatnonzero(
                [standard.worst(row[None, :], partly=True) <= ceiling for row in told]
            )
        self.simulator.title = f"round {self.number}"
        table = self.simulator.table([(sets[at], seeds[at]) for at in alive])
        self.spent += len(alive)
        none = np.empty((0, len(course.targets)))
        for at, row in zip(alive, table, strict=True):
            found[at] = standard.worst(row[None, :])
            self._simulated[points[at].tobytes()] = len(course.candidates)
            course.candidates.append(Candidate(sets[at], row, none, self.number, seeds[at]))
        return found

    def judge_the_near(self) -> int:
        """Simulate afresh what lies near enough by one run; score it by that from now on.

        Returns
        -------
        int
            How many were.
        """
        course, asked = self.course, self.course.request.acceptance
        places = [self._simulated.get(point.tobytes()) for point in self.points]
        new = sorted(
            {
                at
                for at, score in zip(places, self.scores, strict=True)
                if at is not None and score <= asked.screen and not len(course.candidates[at].runs)
            }
        )
        self.simulator.title = f"round {self.number}, judged afresh"
        runs = fresh(self.simulator, [course.candidates[at] for at in new], course.request)
        self.spent += runs.shape[0] * runs.shape[1]
        for place, each in zip(new, runs, strict=True):
            course.candidates[place] = replace(course.candidates[place], runs=each)
        standard = course.standard
        for member, at in enumerate(places):
            if at in new:  # not by the run that it was chosen by: it may have been lucky
                worst = standard.worst(course.candidates[at].runs)
                self.scores[member] = worst / math.sqrt(asked.repeats)
        return len(new)
