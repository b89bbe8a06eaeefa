r"""Regret: what a policy falls short of the best one, centre by centre (Savage 1951).

.. math:: r_{sp} = \max_q v_{sq} - v_{sp}

The *minimax regret* policy has the smallest largest regret over the sets. The bootstrap over sets
says how much that choice owes to which sets were plausible; it leaves the replications as
they are, which common random numbers share between sets. The interval of a mean or a quantile
is the percentile one. That of a maximum is not: no resample holds a centre that
is worse than the worst one seen, so its upper end never exceeds the maximum itself (the
bootstrap is not consistent for a maximum; from memory, unverified). It is given for
what it is: how low the maximum would be without the worst sets.

Plain regrets are too large in noise and held-out ones too small
(:mod:`experiments.analysis.robustness.table`); those may be below 0.

References
----------
Savage, L. J. (1951). The theory of statistical decision. Journal of the American Statistical
Association 46, 55-67. (Not read.)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.analysis.interval import Interval
from experiments.analysis.robustness.table import Means, caution, means, resampled, shares

RESAMPLES = 999
QUANTILES = (0.5, 0.75, 0.9)
_BATCH = 2_000_000


@dataclass(frozen=True)
class Regret:
    """One policy's regret over the sets.

    Attributes
    ----------
    policy : str
    mean, largest : Interval
        With their bootstrap intervals over sets; see above on that of the largest.
    quantiles : dict of Interval
        Share of sets: the regret that is not exceeded in it.
    worst : int
        The set with the largest regret.
    held_out : float
        The mean by held-out replications; NaN where no set has two.
    held_out_worst : float
        The largest likewise, its set chosen by the other replications, too.
    never : float
        Share of sets in which it has none: it is (as good as) the best.
    """

    policy: str
    mean: Interval
    largest: Interval
    quantiles: dict[float, Interval]
    worst: int
    held_out: float
    held_out_worst: float
    never: float


@dataclass(frozen=True)
class Regrets:
    """Regrets of all policies.

    Attributes
    ----------
    table : ndarray, shape (sets, policies)
        Plain regrets; NaN in a set without a complete replication.
    policies : tuple of Regret
    minimax, least_mean : str
        The policies with the smallest largest and the smallest mean regret.
    minimax_share, least_mean_share : dict of float
        Policy: share of the resamples of sets in which it is chosen.
    lead : Interval
        How much smaller the minimax policy's largest regret is than the next one's, with
        its bootstrap interval.
    caution : str
        What to say with it where there are few sets.
    """

    table: np.ndarray
    policies: tuple[Regret, ...]
    minimax: str
    least_mean: str
    minimax_share: dict[str, float]
    least_mean_share: dict[str, float]
    lead: Interval
    caution: str


def regrets(
    values: np.ndarray,
    policies: Sequence[str],
    better: int,
    seed: int,
    quantiles: Sequence[float] = QUANTILES,
    resamples: int = RESAMPLES,
) -> Regrets:
    """Return the regret of each policy over sets.

    Parameters
    ----------
    values : ndarray, shape (replications, sets, policies) or (sets, policies)
        One measure.
    policies : sequence of str
        Their names.
    better : int
        1 where more is better, -1 where less is.
    seed : int
        Of the bootstrap.
    quantiles : sequence of float
        Which are given.
    resamples : int
        How many.
    """
    data = means(values, policies, better)
    table = data.mean.max(axis=1, keepdims=True) - data.mean
    there = table[data.there]
    held, held_worst = held_out(data)
    seen = _statistics(there[np.newaxis], quantiles)[0]
    drawn = _resampled_statistics(there, quantiles, seed, resamples)
    ends = np.quantile(drawn, (0.025, 0.975), axis=0)
    n = len(there)

    def interval(row: int, policy: int) -> Interval:
        low, high = ends[:, row, policy].tolist()
        return Interval(float(seen[row, policy]), low, high, n)

    found = [
        Regret(
            name,
            interval(0, place),
            interval(1, place),
            {share: interval(2 + row, place) for row, share in enumerate(quantiles)},
            int(data.there[there[:, place].argmax()]),
            float(held[place]),
            float(held_worst[place]),
            float(np.mean(there[:, place] == 0.0)),
        )
        for place, name in enumerate(policies)
    ]
    first, second = np.argsort(seen[1], kind="stable")[:2].tolist()
    gaps = drawn[:, 1, second] - drawn[:, 1, first]
    low, high = np.quantile(gaps, (0.025, 0.975)).tolist()
    return Regrets(
        table,
        tuple(found),
        policies[first],
        policies[int(seen[0].argmin())],
        shares(drawn[:, 1].argmin(axis=1), policies),
        shares(drawn[:, 0].argmin(axis=1), policies),
        Interval(float(seen[1, second] - seen[1, first]), low, high, n),
        caution(n),
    )


def held_out(data: Means) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and largest regret by held-out replications, (policies,) each.

    NaN where no set has two replications. The best policy of a set and, for the largest, the set
    are chosen by the other replications.
    """
    others, both = data.held_out()
    rows = both.any(axis=1)
    if not rows.any():
        nothing = np.full(data.mean.shape[1], math.nan)
        return nothing, nothing
    others, both, each = others[rows], both[rows], data.each[rows]
    best = others.argmax(axis=2)[:, :, np.newaxis]
    short = np.where(both[:, :, np.newaxis], np.take_along_axis(each, best, axis=2) - each, 0.0)
    used = both.any(axis=0)
    mean = short.sum(axis=0)[used] / both.sum(axis=0)[used][:, np.newaxis]
    looks = np.where(
        both[:, :, np.newaxis], np.take_along_axis(others, best, axis=2) - others, -np.inf
    )
    worst = looks.argmax(axis=1)[:, np.newaxis, :]
    picked = np.take_along_axis(short, worst, axis=1)[:, 0]
    return mean.mean(axis=0), picked.mean(axis=0)


def _statistics(table: np.ndarray, quantiles: Sequence[float]) -> np.ndarray:
    """Return mean, maximum and quantiles over axis 1; shape (resamples, 2 + q, policies)."""
    rows = [table.mean(axis=1), table.max(axis=1), *np.quantile(table, quantiles, axis=1)]
    return np.stack(rows, axis=1)


def _resampled_statistics(
    table: np.ndarray, quantiles: Sequence[float], seed: int, resamples: int
) -> np.ndarray:
    sets, count = table.shape
    drawn = resampled(sets, resamples, seed)
    size = max(1, _BATCH // (sets * count))
    parts = [
        _statistics(table[drawn[start : start + size]], quantiles)
        for start in range(0, resamples, size)
    ]
    return np.concatenate(parts)
