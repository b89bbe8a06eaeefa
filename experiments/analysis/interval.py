r"""The mean of independent replications with its t interval.

.. math:: \bar x \pm t_{n-1,\,0.975}\; s / \sqrt n

References
----------
Law, A. M. (2015). Simulation Modeling and Analysis, 5th ed., section 4.5. McGraw-Hill.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95


class Interval(NamedTuple):
    """A mean with its confidence interval; ``low`` and ``high`` are NaN below n = 2."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2.0


def t_interval(values: np.ndarray, level: float = LEVEL) -> Interval:
    """Return the mean of the defined values with its t interval.

    Parameters
    ----------
    values : ndarray, shape (n,)
        One number a replication; NaN where it is undefined.
    level : float
        The confidence level.

    Returns
    -------
    Interval
        ``n`` counts the defined values. Equal values have an interval of width 0.
    """
    defined = values[~np.isnan(values)]
    n = len(defined)
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    mean = float(defined[0]) if _all_equal(defined) else float(np.mean(defined))
    if n == 1:
        return Interval(mean, math.nan, math.nan, 1)
    half = t_quantile(n, level) * standard_deviation(defined) / math.sqrt(n)
    return Interval(mean, mean - half, mean + half, n)


def standard_deviation(values: np.ndarray) -> float:
    """Return the sample standard deviation; exactly 0 for equal values."""
    return 0.0 if _all_equal(values) else float(np.std(values, ddof=1))


def _all_equal(values: np.ndarray) -> bool:
    # The mean of equal numbers may differ from them in the last bit.
    return bool(np.all(values == values[0]))


def t_quantile(n: int, level: float = LEVEL) -> float:
    """Return by how many standard errors a t interval of n values reaches to each side.

    Student's distribution with n - 1 degrees of freedom, as in any textbook; SciPy's special
    function and not its statistics, which take half a second to import.

    Parameters
    ----------
    n : int
        Values, two or more.
    level : float
        Of confidence.
    """
    return float(stdtrit(n - 1, 0.5 + level / 2.0))
