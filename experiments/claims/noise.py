r"""Differences between arms in each parameter set, with intervals, from few replications.

Two replications say little about their own spread. So the variance between replications of a set
is moderated: it is drawn towards that of all sets, the more so the more alike they are (Smyth 2004,
Statistical Applications in Genetics and Molecular Biology 3(1), from memory, unverified). With d
degrees of freedom of its own and a prior of d0 at s0^2, estimated from the variances of all sets,

.. math:: \tilde s^2 = (d_0 s_0^2 + d s^2) / (d_0 + d), \qquad
          \bar x \pm t_{d_0 + d}\, \tilde s / \sqrt n .

How often this errs where nothing differs is counted in every full run (the null).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

LEVEL = 0.95
_STEPS = 50
_MOST_PRIOR = 1e6
"""Prior degrees of freedom that stand for infinitely many."""


@dataclass(frozen=True)
class Contrasts:
    """A difference in every set.

    Attributes
    ----------
    mean, error : ndarray, shape (sets,)
        Mean over replications and its standard error; NaN where there is none.
    freedom : float
        Degrees of freedom of the errors.
    """

    mean: np.ndarray
    error: np.ndarray
    freedom: float

    def only(self, rows: Sequence[int] | np.ndarray) -> "Contrasts":
        """Return the differences of some of the sets."""
        return Contrasts(self.mean[rows], self.error[rows], self.freedom)

    def interval(self, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
        """Return the lower and upper ends of each set's interval."""
        half = float(stats.t.ppf(0.5 + level / 2.0, self.freedom)) * self.error
        return self.mean - half, self.mean + half

    def t(self, by: float, sign: float) -> np.ndarray:
        """Return how clear the difference is of ``by``, in standard errors."""
        gap = sign * (self.mean - by)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.error > 0.0, gap / self.error, np.sign(gap) * np.inf)


def moderated(differences: np.ndarray, also: np.ndarray | None = None) -> Contrasts:
    """Return the mean difference of each set with a moderated standard error.

    Parameters
    ----------
    differences : ndarray, shape (sets, replications)
        Paired differences. A set with a NaN counts as not known.
    also : ndarray or None, shape (more sets, replications)
        Differences of the same kind elsewhere: few sets say little of how alike the
        variances of sets are, so that these say it with them.
    """
    replications = differences.shape[1]
    mean = differences.mean(axis=1)
    if replications < 2:
        return Contrasts(mean, np.full(len(mean), np.nan), math.nan)
    own = _variances(differences)
    everywhere = own if also is None else np.concatenate([own, _variances(also)])
    everywhere = everywhere[np.isfinite(everywhere)]
    own_freedom = replications - 1.0
    prior_freedom, prior = prior_of(everywhere, own_freedom)
    if prior_freedom >= _MOST_PRIOR:
        variance, freedom = np.where(np.isfinite(own), prior, np.nan), math.inf
    else:
        variance = (prior_freedom * prior + own_freedom * own) / (prior_freedom + own_freedom)
        freedom = prior_freedom + own_freedom
    known = max(1.0, own_freedom * len(everywhere))
    return Contrasts(mean, np.sqrt(variance / replications), min(freedom, known))


def _variances(differences: np.ndarray) -> np.ndarray:
    """Return the variance of each row."""
    # Equal values may have a variance in their last bit.
    return np.asarray(np.var(differences - differences[:, :1], axis=1, ddof=1))


def prior_of(variances: np.ndarray, freedom: float) -> tuple[float, float]:
    """Return the degrees of freedom and the value of the variances' common prior.

    Parameters
    ----------
    variances : ndarray
        Sample variances.
    freedom : float
        Degrees of freedom of each.

    Returns
    -------
    tuple of float
        0 degrees where the sets have nothing to say of each other.
    """
    positive = variances[variances > 0.0]
    if len(positive) < 3:
        pooled = float(variances.mean()) if len(variances) else math.nan
        return (_MOST_PRIOR, pooled) if len(variances) else (0.0, math.nan)
    logs = np.log(positive) - special.digamma(freedom / 2.0) + math.log(freedom / 2.0)
    centre = float(logs.mean())
    excess = float(logs.var(ddof=1)) - float(special.polygamma(1, freedom / 2.0))
    if excess <= 0.0:
        # As alike as variances of one true value would be: their plain mean says the most.
        return _MOST_PRIOR, float(positive.mean())
    prior_freedom = 2.0 * trigamma_inverse(excess)
    level = centre + float(special.digamma(prior_freedom / 2.0)) - math.log(prior_freedom / 2.0)
    return min(prior_freedom, _MOST_PRIOR), math.exp(level)


def trigamma_inverse(value: float) -> float:
    """Return x of which the trigamma function is ``value``, by Newton's method on 1 / trigamma."""
    x = 0.5 + 1.0 / value
    for _ in range(_STEPS):
        now = float(special.polygamma(1, x))
        step = now * (1.0 - now / value) / float(special.polygamma(2, x))
        x += step
        if abs(step) < 1e-10 * x:
            break
    return x


def wilson(count: int, of: int, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's interval of a share.

    Parameters
    ----------
    count, of : int
        How many of how many.
    level : float
        The confidence level.
    """
    if of == 0:
        return math.nan, math.nan
    z = float(stats.norm.ppf(0.5 + level / 2.0))
    share = count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    # Exactly, where rounding would leave a trace.
    low = 0.0 if count == 0 else max(0.0, middle - half)
    return low, 1.0 if count == of else min(1.0, middle + half)
