"""From a search's values to the frontier, its knee, and what named policies could save."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.analysis.frontier.choices import Choices, choices
from experiments.analysis.frontier.evaluated import Found
from experiments.analysis.frontier.resampling import means
from experiments.analysis.frontier.shortfall import Shortfall, shortfall
from experiments.analysis.frontier.uncertainty import Frontier, frontier
from experiments.kinds.frontier.evaluating import Evaluator
from experiments.kinds.frontier.request import Request
from experiments.kinds.work import policy_key
from sim.policy import Policy

NAMED = -2
OUTSIDE = -1
"""Stages of points that no search proposed."""


@dataclass(frozen=True, eq=False)
class Findings:
    """All policies with their values, and what the methods say of them.

    Attributes
    ----------
    request : Request
        What was asked.
    policies : tuple of Policy
        The points: named policies first, then the outside option, then those that were searched.
    stage : ndarray of int, shape (points,)
        ``NAMED``, ``OUTSIDE``, 0 for a start, 1 for the design, 2 and on for rounds or generations.
    values : ndarray, shape (replications, points, objectives)
        NaN for runs that failed or were not made.
    named : dict of str to int
        Places of the named policies.
    outside : int
        The place of the outside option; one of the named where it is named.
    frontier : Frontier
        The standing of every point.
    choices : Choices
        Knee, egalitarian point and Nash point.
    shortfalls : dict of str to Shortfall
        How far the named policies lie from the frontier.
    measures : ndarray, shape (replications, points, measures)
        Every measure of every run, in the order of ``work.NAMES``.
    searched : int
        Runs of the search.
    """

    request: Request
    policies: tuple[Policy, ...]
    stage: np.ndarray
    values: np.ndarray
    named: dict[str, int]
    outside: int
    frontier: Frontier
    choices: Choices
    shortfalls: dict[str, Shortfall]
    measures: np.ndarray
    searched: int

    @property
    def runs(self) -> int:
        """Runs that ended well and were used."""
        return int(np.count_nonzero(~np.isnan(self.values).any(axis=2)))


def find(request: Request, evaluator: Evaluator) -> Findings:
    """Evaluate the named policies, search, and say what came out.

    Parameters
    ----------
    request : Request
        What is asked.
    evaluator : Evaluator
        Simulates policies.

    Raises
    ------
    experiments.jobs.Interrupted
        Where it was stopped before the end.
    """
    named, outside = request.named, request.outside
    fixed = {policy_key(each): each for each in (*named.values(), outside)}
    turns = list(range(1, request.search.most + 1))
    # With as many runs as a policy in doubt may have: all others are held against them.
    evaluator.policies(list(fixed.values()), turns)
    starts = [request.space.nearest(each) for each in fixed.values()]
    searched = searching(request, evaluator, _distinct(starts))
    return judged(request, evaluator, searched)


def searching(request: Request, evaluator: Evaluator, starts: np.ndarray) -> Found:
    """Search by the method that is asked for.

    Parameters
    ----------
    request : Request
        What is asked.
    evaluator : Evaluator
        Simulates policies.
    starts : ndarray, shape (points, dimensions)
        Where to begin: the points nearest to the named policies.
    """
    given = (evaluator.points, len(request.space), request.wanted, request.effort)
    method = request.search.method
    if method == "design":
        from experiments.analysis.frontier.search import search

        return search(*given, given=starts, seed=request.seed)
    from experiments.analysis.frontier.genetic import genetic

    return genetic(
        *given,
        algorithm=method,
        given=starts,
        population=request.search.population,
        seed=request.seed,
    )


def _distinct(points: Sequence[np.ndarray]) -> np.ndarray:
    """Return points in their order, each once."""
    return np.array(list({point.tobytes(): point for point in points}.values()))


def judged(request: Request, evaluator: Evaluator, searched: Found) -> Findings:
    """Put named and searched policies together, and judge them.

    Parameters
    ----------
    request : Request
        What was asked.
    evaluator : Evaluator
        Has all that was simulated.
    searched : Found
        What the search evaluated.
    """
    named, neutral = request.named, request.outside
    policies: dict[str, Policy] = {}
    stage: list[int] = []
    for each, where in [*((each, NAMED) for each in named.values()), (neutral, OUTSIDE)]:
        if policy_key(each) not in policies:
            policies[policy_key(each)] = each
            stage.append(where)
    for point, at in zip(searched.points, searched.stage.tolist(), strict=True):
        each = request.space.policy(point)
        # A start may be the named policy itself: then it stands there with all its runs already.
        if policy_key(each) not in policies:
            policies[policy_key(each)] = each
            stage.append(int(at))
    keys = list(policies)
    turns = range(1, request.search.most + 1)
    values = evaluator.objectives(keys, turns)
    wanted = request.wanted
    reference = request.reference
    found = frontier(
        values,
        wanted,
        reference=None if reference is None else np.array([reference[n] for n in wanted.names]),
        seed=request.seed,
        draws=100_000 if len(wanted) > 3 else 0,
    )
    outside = keys.index(policy_key(neutral))
    middle = wanted.oriented(means(wanted.oriented(values)))
    start = middle[outside]
    places = {name: keys.index(policy_key(each)) for name, each in named.items()}
    return Findings(
        request=request,
        policies=tuple(policies.values()),
        stage=np.array(stage),
        values=values,
        named=places,
        outside=outside,
        frontier=found,
        choices=choices(
            values, wanted, outside=None if np.isnan(start).any() else outside, seed=request.seed
        ),
        shortfalls={
            name: shortfall(
                values, wanted, place, slack=np.array(request.slacks), seed=request.seed
            )
            for name, place in places.items()
            if found.n[place]
        },
        measures=evaluator.measures(keys, turns),
        searched=searched.runs,
    )
