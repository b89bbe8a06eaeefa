r"""Maximin: the policy of which the worst centre is least bad (Wald 1950).

What the worst of n sets says of centres that were not tried, if these come from the same plausible
ensemble: the next one is worse than all n with probability 1 / (n + 1), as each of the n + 1 is
as likely to be the worst; and with 95 % confidence at least a share q of all centres
is no worse,

.. math:: k\, q^n = 0.05, \qquad q = (0.05 / k)^{1/n}

(Wilks 1941 for k = 1, from memory, unverified; it follows from P(the q-quantile is below all n) =
q^n). It is said of the policy that was chosen for its worst centre, so it must hold for all k
policies at once (Bonferroni): with k = 1 it failed for the chosen one of 2, 4 and 8 policies that
are alike but independent in 10, 19 and 34 % of data sets. With 10 sets and 4 policies it is 65 % of
centres: so few say little, which ``caution`` says.

Plain, the worst mean is too bad in noise, as it was picked for being bad; held out, it
is that of a set that may not be the worst, and too good
(:mod:`experiments.analysis.robustness.table`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.analysis.robustness.table import Means, caution, means, resampled, shares

RESAMPLES = 999
CONFIDENCE = 0.95
_BATCH = 4_000_000


@dataclass(frozen=True)
class Worst:
    """A policy's worst centre.

    Attributes
    ----------
    policy : str
    value : float
        The worst mean, in the measure's own sign.
    held_out : float
        The same by held-out replications; NaN where no set has two.
    where : int
        Its set.
    second : float
        The worst mean without that set: how much hangs on one centre; NaN with one set.
    """

    policy: str
    value: float
    held_out: float
    where: int
    second: float


@dataclass(frozen=True)
class Maximin:
    """The worst centres of all policies.

    Attributes
    ----------
    policies : tuple of Worst
    chosen : str
        The policy of which the worst is least bad.
    share : dict of float
        Policy: share of the resamples of sets in which it is chosen.
    lead : float
        How much better its worst is than the next policy's.
    worse : float
        Probability that one more centre is worse for a policy than its worst one here; for a
        policy that was not chosen for it.
    covered : float
        Share of centres that with 95 % confidence are no worse, for all policies at once.
    sets : int
        How many there are.
    caution : str
        What to say with it where there are few.
    """

    policies: tuple[Worst, ...]
    chosen: str
    share: dict[str, float]
    lead: float
    worse: float
    covered: float
    sets: int
    caution: str


def maximin(
    values: np.ndarray,
    policies: Sequence[str],
    better: int,
    seed: int,
    resamples: int = RESAMPLES,
) -> Maximin:
    """Return the worst case of each policy, and the policy with the best one.

    Parameters
    ----------
    values : ndarray, shape (replications, sets, policies) or (sets, policies)
        One measure.
    policies : sequence of str
        Their names.
    better : int
        1 where more is better, -1 where less is.
    seed : int
        Of the bootstrap over sets.
    resamples : int
        How many.
    """
    data = means(values, policies, better)
    table, n = data.mean[data.there], len(data.there)
    held = held_out(data)
    ordered = np.sort(table, axis=0)
    found = [
        Worst(
            name,
            better * float(ordered[0, place]),
            better * float(held[place]),
            int(data.there[table[:, place].argmin()]),
            better * float(ordered[1, place]) if n > 1 else math.nan,
        )
        for place, name in enumerate(policies)
    ]
    ranked = np.argsort(-ordered[0], kind="stable")
    drawn = resampled(n, resamples, seed)
    size = max(1, _BATCH // (n * len(policies)))
    worst = np.concatenate(
        [table[drawn[at : at + size]].min(axis=1) for at in range(0, resamples, size)]
    )
    return Maximin(
        tuple(found),
        policies[int(ranked[0])],
        shares(worst.argmax(axis=1), policies),
        float(ordered[0, ranked[0]] - ordered[0, ranked[1]]),
        1.0 / (n + 1),
        ((1.0 - CONFIDENCE) / len(policies)) ** (1.0 / n),
        n,
        caution(n),
    )


def held_out(data: Means) -> np.ndarray:
    """Return each policy's worst value by held-out replications; NaN where there are not two.

    The worst set is chosen by the other replications, among the sets that have both.
    """
    others, both = data.held_out()
    rows = both.any(axis=1)
    if not rows.any():
        return np.full(data.mean.shape[1], math.nan)
    worst = np.where(both[rows][:, :, np.newaxis], others[rows], np.inf).argmin(axis=1)
    picked = np.take_along_axis(data.each[rows], worst[:, np.newaxis, :], axis=1)[:, 0]
    return np.asarray(picked.mean(axis=0))
