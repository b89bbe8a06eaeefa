r"""Paired differences between policies, replication by replication.

With common random numbers both policies of a replication meet the same customers having
the same troubles: the difference within a replication has a far smaller variance than
the difference of two independent means. With :math:`d_i = x_i - y_i`,

.. math:: \bar d \pm t_{n-1,\,0.975}\; s_d / \sqrt n

The p values of the headline measures are corrected together, over every pair of policies
and every reported year (Holm 1979). The effect is standardised by the spread between
replications, :math:`\bar d / \sqrt{(s_x^2 + s_y^2) / 2}`: pairing sharpens the interval
and leaves the effect as it is.

References
----------
Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
Journal of Statistics 6(2), 65-70.
Cumming, G. (2012). Understanding the New Statistics, chapter 11 (d with the average
standard deviation). Routledge.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy import stats

from experiments.analysis.bootstrap import bca_intervals, resamples_for
from experiments.analysis.headlines import HEADLINES
from experiments.analysis.interval import Interval, standard_deviation, t_interval
from experiments.analysis.results import Results
from experiments.periods import WHOLE, Period

ALPHA = 0.05


@dataclass(frozen=True)
class Contrast:
    """Policy ``a`` less policy ``b`` in one measure and period.

    Attributes
    ----------
    a, b, measure : str
        The policies, and the measure's bare name.
    period : Period
        The days that are compared.
    difference : Interval
        Mean paired difference with its interval.
    p : float
        Two-sided p of the paired t test.
    p_holm : float
        The same, corrected within the family of headline measures; NaN for others.
    effect, effect_low, effect_high : float
        The difference and its interval in standard deviations between replications; NaN
        where there is no spread to compare with.
    bca_low, bca_high : float
        BCa bootstrap interval of the mean difference, for the headline measures; NaN for
        others and where there is none (see :mod:`experiments.analysis.bootstrap`).
    resamples : int
        Bootstrap resamples behind it; 0 where there are none.
    """

    a: str
    b: str
    measure: str
    period: Period
    difference: Interval
    p: float
    p_holm: float
    effect: float
    effect_low: float
    effect_high: float
    bca_low: float = math.nan
    bca_high: float = math.nan
    resamples: int = 0

    @property
    def column(self) -> str:
        """The column of runs.parquet that is compared."""
        return self.measure + self.period.suffix

    @property
    def told_apart(self) -> bool:
        """Whether the two policies can be told apart, all headlines taken together."""
        p = self.p if math.isnan(self.p_holm) else self.p_holm
        return bool(p < ALPHA)  # False for NaN


def paired_p(differences: np.ndarray) -> float:
    """Return the two-sided p of a paired t test; NaN below two pairs.

    Parameters
    ----------
    differences : ndarray, shape (n,)
        The paired differences; NaN where one of the two is undefined.

    Returns
    -------
    float
        1 where every difference is exactly 0, 0 where all equal another number.
    """
    defined = differences[~np.isnan(differences)]
    if len(defined) < 2:
        return math.nan
    spread = standard_deviation(defined)
    if spread == 0.0:
        return 1.0 if defined[0] == 0.0 else 0.0
    t = float(np.mean(defined)) / (spread / math.sqrt(len(defined)))
    return float(2.0 * stats.t.sf(abs(t), len(defined) - 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's step-down corrected p values.

    Parameters
    ----------
    p_values : sequence of float
        The family; NaN is no test and does not count.

    Returns
    -------
    list of float
        In the same order, at most 1; NaN stays NaN.
    """
    p = np.asarray(p_values, dtype=float)
    corrected = np.full(len(p), np.nan)
    tests = np.flatnonzero(~np.isnan(p))
    order = tests[np.argsort(p[tests], kind="stable")]
    remaining = len(tests) - np.arange(len(tests))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(remaining * p[order]))
    return corrected.tolist()


def contrast(results: Results, a: str, b: str, measure: str, period: Period = WHOLE) -> Contrast:
    """Return ``a`` less ``b`` in one measure and period, not yet corrected."""
    x, y = (results.values(policy, measure + period.suffix) for policy in (a, b))
    differences = x - y
    difference = t_interval(differences)
    paired = ~np.isnan(differences)
    scale = math.nan
    if np.count_nonzero(paired) > 1:
        scale = math.hypot(*(standard_deviation(v[paired]) for v in (x, y))) / math.sqrt(2.0)
    return Contrast(
        a,
        b,
        measure,
        period,
        difference,
        p=paired_p(differences),
        p_holm=math.nan,
        effect=_standardised(difference.mean, scale),
        effect_low=_standardised(difference.low, scale),
        effect_high=_standardised(difference.high, scale),
    )


def _standardised(value: float, scale: float) -> float:
    if scale > 0.0:
        return value / scale
    return 0.0 if value == 0.0 else math.nan


def corrected(family: Sequence[Contrast]) -> list[Contrast]:
    """Return the contrasts with their p values corrected as one family."""
    p_values = holm([each.p for each in family])
    return [replace(each, p_holm=p) for each, p in zip(family, p_values, strict=True)]


def contrasts(results: Results, measures: Sequence[str]) -> list[Contrast]:
    """Return every contrast: pairs of policies, measures, and the whole branch with its years.

    Parameters
    ----------
    results : Results
        The runs.
    measures : sequence of str
        Bare names of measures.

    Returns
    -------
    list of Contrast
        Later policies less earlier ones. The headline measures over the reported years
        are one family, those over the whole branch another; other measures, there to be
        looked up, have no corrected p.
    """
    spans = dict.fromkeys((WHOLE, *results.periods))
    found = [
        contrast(results, b, a, measure, span)
        for a, b in combinations(results.policies, 2)
        for span in spans
        for measure in measures
    ]
    tested: dict[tuple[str, str, str], Contrast] = {}
    headlines = bootstrapped(results, [each for each in found if each.measure in HEADLINES])
    for family in (results.periods, (WHOLE,)):
        members = [each for each in headlines if each.period in family]
        tested |= {(each.a, each.b, each.column): each for each in corrected(members)}
    return [tested.get((each.a, each.b, each.column), each) for each in found]


def bootstrapped(results: Results, found: Sequence[Contrast]) -> list[Contrast]:
    """Return the contrasts with their BCa bootstrap intervals."""
    if not found:
        return []
    differences = [
        results.values(each.a, each.column) - results.values(each.b, each.column) for each in found
    ]
    intervals = bca_intervals(np.array(differences)).tolist()
    return [
        replace(each, bca_low=low, bca_high=high, resamples=_resamples(each, low))
        for each, (low, high) in zip(found, intervals, strict=True)
    ]


def _resamples(each: Contrast, low: float) -> int:
    there = each.difference.half_width > 0.0 and not math.isnan(low)
    return resamples_for(each.difference.n) if there else 0
