"""Who prevails: first what needs no weights, then the two classical compromises.

A policy dominates another in Pareto's sense when no party is worse off under it and one
is better off. Parties whose welfare cannot be told apart count as neither. The weightless
comparison comes first; the egalitarian measure (the worst-off party) and the Nash product
are the model's own measures; one is said to favour a policy only where paired contrasts
tell that policy apart from all others.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from experiments.analysis.contrasts import Contrast, contrast, corrected
from experiments.analysis.headlines import PARTIES
from experiments.analysis.interval import Interval, t_interval
from experiments.analysis.results import Results
from experiments.periods import Period

COMPROMISES = ("egalitarian", "nash", "prevail_all")


@dataclass(frozen=True)
class Comparison:
    """Two policies and the parties that they serve better.

    Attributes
    ----------
    a, b : str
        The policies.
    better_a, better_b, same : tuple of str
        Parties better off under ``a``, under ``b``, and those that cannot be told apart.
    """

    a: str
    b: str
    better_a: tuple[str, ...]
    better_b: tuple[str, ...]
    same: tuple[str, ...]

    @property
    def dominant(self) -> str | None:
        """The policy that Pareto-dominates the other, as far as can be told."""
        if self.better_a and not self.better_b:
            return self.a
        if self.better_b and not self.better_a:
            return self.b
        return None

    def in_words(self, title: Callable[[str], str] = str) -> str:
        """Say it in one sentence.

        Parameters
        ----------
        title : callable
            Turns a policy's name into what people call it.
        """
        sides = [
            f"{_listed(parties)} better off under {title(policy)}"
            for policy, parties in ((self.a, self.better_a), (self.b, self.better_b))
            if parties
        ]
        if self.same:
            sides.append(f"{_listed(self.same)} not to be told apart")
        verdict = "a trade-off" if self.better_a and self.better_b else "nothing told apart"
        if self.dominant:
            verdict = f"{title(self.dominant)} Pareto-dominates"
            verdict += ", as far as can be told" if self.same else ""
        return f"{title(self.a)} against {title(self.b)}: {'; '.join(sides)} ({verdict})."


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


@dataclass(frozen=True)
class Prevailing:
    """Who prevails in one period.

    Attributes
    ----------
    period : Period
        The days it is about.
    comparisons : tuple of Comparison
        Every pair of policies, party by party.
    welfare, compromises : dict
        Measure, then policy: mean and interval. ``n`` of the Nash product counts the
        replications in which it is defined.
    apart : set of (measure, policy, policy)
        Pairs that a compromise tells apart, Holm-corrected within the measure.
    replications : int
        How many there are.
    """

    period: Period
    comparisons: tuple[Comparison, ...]
    welfare: dict[str, dict[str, Interval]]
    compromises: dict[str, dict[str, Interval]]
    apart: frozenset[tuple[str, str, str]]
    replications: int

    def leaders(self, measure: str) -> tuple[str, ...]:
        """Return the policies among which the highest mean of a compromise is.

        More than one where the highest cannot be told apart from others. Policies under
        which it is undefined in most replications do not count: the mean over the rest
        would flatter them. Empty where no policy is left.
        """
        defined = {
            policy: value.mean
            for policy, value in self.compromises[measure].items()
            if 2 * value.n > self.replications
        }
        if not defined:
            return ()
        top = max(defined, key=lambda policy: defined[policy])
        return tuple(
            policy
            for policy in defined
            if policy == top or (measure, top, policy) not in self.apart
        )

    def best(self, measure: str) -> str | None:
        """Return the policy that a compromise favours, None where none can be told."""
        leaders = self.leaders(measure)
        return leaders[0] if len(leaders) == 1 else None


def prevailing(results: Results, period: Period) -> Prevailing:
    """Return which policy is better for which party, and the compromises.

    Parameters
    ----------
    results : Results
        The runs.
    period : Period
        The days to compare.
    """
    pairs = list(combinations(results.policies, 2))
    tests = corrected(
        [contrast(results, b, a, party, period) for a, b in pairs for party in PARTIES]
    )
    found = {(test.b, test.a, test.measure): test for test in tests}
    return Prevailing(
        period=period,
        comparisons=tuple(
            _compared(a, b, {party: found[a, b, party] for party in PARTIES}) for a, b in pairs
        ),
        welfare={party: _means(results, party, period) for party in PARTIES},
        compromises={name: _means(results, name, period) for name in COMPROMISES},
        apart=frozenset(
            found for name in COMPROMISES for found in _apart(results, name, period, pairs)
        ),
        replications=len(results.replications),
    )


def _apart(
    results: Results, measure: str, period: Period, pairs: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    tests = corrected([contrast(results, b, a, measure, period) for a, b in pairs])
    for test in tests:
        if test.told_apart:
            yield (measure, test.a, test.b)
            yield (measure, test.b, test.a)


def _means(results: Results, measure: str, period: Period) -> dict[str, Interval]:
    column = measure + period.suffix
    return {policy: t_interval(results.values(policy, column)) for policy in results.policies}


def _compared(a: str, b: str, tests: dict[str, Contrast]) -> Comparison:
    sides: dict[int, list[str]] = {1: [], -1: [], 0: []}
    for party, test in tests.items():
        side = int(math.copysign(1, test.difference.mean)) if test.told_apart else 0
        sides[side].append(PARTIES[party])
    return Comparison(a, b, tuple(sides[-1]), tuple(sides[1]), tuple(sides[0]))
