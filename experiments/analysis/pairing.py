r"""What common random numbers saved: a paired difference against independent seeds.

Under common random numbers the variance of a mean difference of :math:`n` replications is
:math:`s_d^2 / n`; with independent seeds it would be :math:`(s_a^2 + s_b^2) / n`. Their ratio

.. math:: R = (s_a^2 + s_b^2) / s_d^2

is how many times more replications independent seeds need for the same precision, but for
the quantiles of t: with :math:`m` seeds for each policy the half width is
:math:`t_{2m-2,\,0.975} \sqrt{(s_a^2 + s_b^2) / m}`, and the smallest :math:`m` is given with
which it is no wider than that of the pairs. Below 1 the common numbers did harm.

The interval of :math:`R` is a jackknife interval of :math:`\log R`, turned back: with
:math:`\theta_{(i)}` the logarithm without replication :math:`i`, its standard error is
:math:`\sqrt{\tfrac{n-1}{n} \sum (\theta_{(i)} - \bar\theta_{(\cdot)})^2}` (Efron and
Tibshirani 1993, chapter 11), and the quantile that of t with :math:`n - 1` degrees of freedom.

References
----------
Law, A. M. (2015). Simulation Modeling and Analysis, 5th ed., section 11.2. McGraw-Hill.
Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman & Hall.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from experiments.analysis.interval import LEVEL, standard_deviation
from experiments.analysis.results import Results
from experiments.periods import Period

LEAST_PAIRS = 5
"""Pairs below which the ratio gets no interval: four values say little of a variance (assumed)."""

_MOST_SEEDS = 10**12


@dataclass(frozen=True)
class Pairing:
    """What common random numbers saved in one contrast.

    Attributes
    ----------
    a, b, measure : str
        The policies, and the measure's bare name.
    period : Period
        The days that are compared.
    n : int
        Pairs.
    variance_ratio, low, high : float
        Variance of a difference of independent seeds over that of a paired one, with its
        95 % interval; infinite where the paired difference never varied though the policies'
        values did, NaN where nothing varied or there are too few pairs.
    correlation : float
        Between the two policies' values; NaN where one of them never varied.
    half_width : float
        Of the t interval of the paired difference.
    independent_n : int or None
        Independent seeds for each policy that the same half width would have taken; None
        where it cannot be told: an interval of no width is out of their reach.
    """

    a: str
    b: str
    measure: str
    period: Period
    n: int
    variance_ratio: float
    low: float
    high: float
    correlation: float
    half_width: float
    independent_n: int | None

    @property
    def column(self) -> str:
        """The column of runs.parquet that is compared."""
        return self.measure + self.period.suffix


def paired(a: str, b: str, measure: str, period: Period, x: np.ndarray, y: np.ndarray) -> Pairing:
    """Return what pairing saved.

    Parameters
    ----------
    a, b, measure : str
        What is compared.
    period : Period
        Over which days.
    x, y : ndarray, shape (n,)
        Values of ``a`` and ``b``, replication by replication; NaN where undefined.
    """
    defined = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[defined], y[defined]
    n = len(x)
    if n < 2:
        nothing = (math.nan,) * 5
        return Pairing(a, b, measure, period, n, *nothing, None)
    spread = standard_deviation(x - y)
    apart = math.hypot(standard_deviation(x), standard_deviation(y))
    half = _t(n - 1) * spread / math.sqrt(n)
    ratio, low, high = variance_ratio(x, y)
    needed = independent_seeds(apart, half)
    return Pairing(a, b, measure, period, n, ratio, low, high, correlation(x, y), half, needed)


def pairings(
    results: Results, measures: Iterable[str], spans: Iterable[Period]
) -> tuple[Pairing, ...]:
    """Return what pairing saved: pairs of policies (later less earlier), periods, measures."""
    measures, spans = list(measures), list(spans)
    return tuple(
        paired(
            b,
            a,
            measure,
            span,
            results.values(b, measure + span.suffix),
            results.values(a, measure + span.suffix),
        )
        for a, b in combinations(results.policies, 2)
        for span in spans
        for measure in measures
    )


def variance_ratio(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Return the variance ratio of at least two defined pairs, with its interval."""
    apart = standard_deviation(x) ** 2 + standard_deviation(y) ** 2
    together = standard_deviation(x - y) ** 2
    if not together:
        return (math.inf if apart else math.nan), math.nan, math.nan
    n, ratio = len(x), apart / together
    if n < LEAST_PAIRS:
        return ratio, math.nan, math.nan
    tops = _variances_without_one(x) + _variances_without_one(y)
    bottoms = _variances_without_one(x - y)
    if min(tops.min(), bottoms.min()) <= 0.0:  # all of the spread is one replication's
        return ratio, math.nan, math.nan
    logs = np.log(tops / bottoms)
    error = math.sqrt((n - 1) / n * float(np.sum((logs - logs.mean()) ** 2)))
    reach = _t(n - 1) * error
    return ratio, ratio * math.exp(-min(reach, 700.0)), ratio * math.exp(min(reach, 700.0))


def _variances_without_one(values: np.ndarray) -> np.ndarray:
    """Return the sample variances with each value left out in turn, rounding errors as 0."""
    n = len(values)
    squares = (values - values.mean()) ** 2
    total = float(np.sum(squares))
    left = total - squares * (n / (n - 1))
    left[left < 1e-12 * total] = 0.0
    return left / (n - 2)


def correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Return the correlation of defined pairs; NaN where one side never varies."""
    spreads = standard_deviation(x), standard_deviation(y)
    if not all(spreads):
        return math.nan
    # Scaled first, so that small numbers do not vanish when they are multiplied.
    x, y = ((v - v.mean()) / s for v, s in zip((x, y), spreads, strict=True))
    return max(-1.0, min(1.0, float(np.dot(x, y)) / (len(x) - 1)))


def independent_seeds(apart: float, half_width: float) -> int | None:
    """Return how many independent seeds a policy a half width takes.

    Parameters
    ----------
    apart : float
        Root of the sum of the two policies' variances.
    half_width : float
        The half width that is to be met.

    Returns
    -------
    int or None
        At least 2; None for a half width of 0 and beyond what anybody can run.
    """
    if not half_width > 0.0:
        return None

    def wide(m: int) -> bool:
        return _t(2 * m - 2) * apart / math.sqrt(m) > half_width

    most = 2
    while wide(most):
        most *= 2
        if most > _MOST_SEEDS:
            return None
    least = max(2, most // 2)
    while least < most:
        middle = (least + most) // 2
        least, most = (middle + 1, most) if wide(middle) else (least, middle)
    return least


def _t(freedom: int) -> float:
    return float(stats.t.ppf(0.5 + LEVEL / 2.0, freedom))
