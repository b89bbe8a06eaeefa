r"""As many replications as a wanted precision takes: a sequential procedure of fixed width.

What is wanted is an interval :math:`\bar d_N \pm h` for the mean paired difference
:math:`\mu`, with :math:`h` given and :math:`N` to be found. It is found in three steps.

1. A first stage of :math:`n_0` pairs gives a first estimate of the spread, :math:`s_{n_0}`.
2. Stein's two-stage total, :math:`N_1 = \max(n_0, \lceil (t_{n_0-1,\,0.975}\, s_{n_0} / h)^2
   \rceil)`, is run.
3. From there it goes on by a tenth at a time (two pairs at least) until the t interval of all
   pairs so far is no wider than what was asked for,
   :math:`t_{n-1,\,0.975}\, s_n / \sqrt n \le h` (Chow and Robbins), or the cap is met.

Chow and Robbins' rule alone covers too seldom at small :math:`n`: it stops where the spread
happens to look small. Stein's total as the least it takes mends that. For normal differences
the coverage is at least 95 %, whatever :math:`\sigma`, :math:`h` and :math:`n_0`:

- the mean of a normal sample is independent of all its sample variances
  :math:`s_2^2, \dots, s_n^2`, and whether to stop at :math:`n` is decided by these alone. So
  given :math:`N = n` the mean is still normal about :math:`\mu` with variance
  :math:`\sigma^2 / n`, and

  .. math:: P(|\bar d_N - \mu| \le h) = E[\,2 \Phi(h \sqrt N / \sigma) - 1\,],

  which grows with :math:`N`;
- :math:`N \ge N_1`, whose :math:`h \sqrt{N_1} \ge t_{n_0-1,\,0.975}\, s_{n_0}`, so that it is at
  least :math:`E[2 \Phi(t_{n_0-1,\,0.975}\, s_{n_0} / \sigma) - 1] = P(|T_{n_0-1}| \le
  t_{n_0-1,\,0.975}) = 0.95`, as :math:`s_{n_0}` is independent of a standard normal.

For other distributions it holds the better the larger :math:`n_0` and :math:`N` are;
``experiments.studies.coverage`` measures it. Nothing is promised where the cap is met first.

A pair counts where the measure is defined under both policies and neither run failed; a
replication without one is run and does not count. The path from :math:`n_0` to :math:`N` is
replayed from the values: it ends at the same replication whatever was interrupted, and
however many more replications there are.

References
----------
Stein, C. (1945). A two-sample test for a linear hypothesis whose power is independent of
the variance. Annals of Mathematical Statistics 16(3), 243-258.
Chow, Y. S. and Robbins, H. (1965). On the asymptotic theory of fixed-width sequential
confidence intervals for the mean. Annals of Mathematical Statistics 36(2), 457-462.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.analysis.interval import LEVEL, standard_deviation
from experiments.config_parts import Precision

STEP = 0.1
"""Share of the pairs so far by which it goes on (assumed)."""

LEAST_STEP = 2
"""Pairs by which it goes on at least (assumed)."""

_MOST = 10**15
"""More pairs than anybody can run, where the formula asks for still more."""


@dataclass(frozen=True)
class Plan:
    """Where the procedure stands for one request.

    Attributes
    ----------
    target : int
        Replications that it takes in all, as far as can be told: never more than it will
        turn out to take. Equal to ``n`` when it has ended.
    n : int
        Replications over which it looked last; it stopped there if it has ended.
    pairs : int
        How many of those gave a pair.
    half_width : float
        Of the t interval over these pairs; NaN below two.
    first_stage_sd : float
        Standard deviation of the first stage's differences; NaN until it is complete.
    stein_n : int
        Stein's total, in pairs; 0 until the first stage is complete.
    reached, capped, undefined : bool
        How it ended: with the precision, at the cap without it, or with no pair at all
        in the first stage.
    """

    target: int
    n: int
    pairs: int
    half_width: float
    first_stage_sd: float = math.nan
    stein_n: int = 0
    reached: bool = False
    capped: bool = False
    undefined: bool = False

    @property
    def ended(self) -> bool:
        """Whether no more replications are wanted."""
        return self.reached or self.capped or self.undefined


def plan(values: np.ndarray, asked: Precision, first_stage: int) -> Plan:
    """Replay the procedure over the differences that there are.

    Parameters
    ----------
    values : ndarray, shape (n,)
        The paired differences of replications 1 to n; NaN where there is no pair.
    asked : Precision
        The half width that is wanted, and the cap in replications.
    first_stage : int
        Pairs of the first stage, at least 2.

    Returns
    -------
    Plan
        Whether it has ended and where, or how many replications there must be next.
    """
    cap = max(asked.max_replications, first_stage)
    rows = min(len(values), cap)
    places = np.flatnonzero(~np.isnan(values[:rows]))
    pairs = values[places]
    if rows < first_stage:
        return Plan(first_stage, rows, len(pairs), half_width(pairs))
    if not np.any(places < first_stage):
        return Plan(first_stage, first_stage, 0, math.nan, undefined=True)
    wanted, spread, stein = first_stage, math.nan, 0
    while wanted <= len(pairs):
        if not stein:
            spread = standard_deviation(pairs[:first_stage])
            wanted = stein = stein_total(spread, asked.half_width, first_stage)
            continue
        width = half_width(pairs[:wanted])
        if width <= asked.half_width:
            n = int(places[wanted - 1]) + 1
            return Plan(n, n, wanted, width, spread, stein, reached=True)
        wanted = next_look(wanted)
    width = half_width(pairs)
    if rows < cap:
        target = min(cap, rows + wanted - len(pairs))
        return Plan(target, rows, len(pairs), width, spread, stein)
    enough = 0 < stein <= len(pairs) and width <= asked.half_width
    return Plan(cap, cap, len(pairs), width, spread, stein, reached=enough, capped=not enough)


def half_width(pairs: np.ndarray) -> float:
    """Return half the width of the t interval of defined differences; NaN below two."""
    n = len(pairs)
    if n < 2:
        return math.nan
    return _t(n) * standard_deviation(pairs) / math.sqrt(n)


def stein_total(spread: float, wanted: float, first_stage: int) -> int:
    """Return Stein's total number of pairs.

    Parameters
    ----------
    spread : float
        Standard deviation of the first stage.
    wanted : float
        The half width.
    first_stage : int
        Its pairs.
    """
    root = min(_t(first_stage) * spread / wanted, math.sqrt(_MOST))
    return max(first_stage, math.ceil(root * root))


def next_look(pairs: int) -> int:
    """Return at how many pairs to look after a look at ``pairs`` of them."""
    return pairs + max(LEAST_STEP, math.ceil(STEP * pairs))


def _t(n: int) -> float:
    return float(stats.t.ppf(0.5 + LEVEL / 2.0, n - 1))
