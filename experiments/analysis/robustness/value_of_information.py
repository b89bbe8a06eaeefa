r"""What it is worth to know a parameter of one's own centre before choosing a policy.

Sets are draws of what a centre may be, v the value of a policy in them. Without knowing more one
takes the policy that is best on average; knowing all, the best of each set; knowing one
parameter, the best given that:

.. math:: \mathrm{EVPI} = E \max_p v_p - \max_p E v_p, \qquad
          \mathrm{EVPPI}(\theta) = E_\theta \max_p E(v_p \mid \theta) - \max_p E v_p .

E(v | θ) is regressed on θ over the sets (Strong, Oakley and Brennan 2014, Medical Decision Making
34(3), 311-326; its abstract was read, the details are from memory, unverified): a penalised spline
(:mod:`experiments.analysis.robustness.smoothing`) of each policy's value less the first one's. No
nested simulation is needed, parameters may be correlated (then knowing one is knowing something of
others), and noise of single runs that is independent between sets is averaged out.

*Bias.* The maximum of curves with errors is too high. Curves are drawn from their uncertainty about
the fit; by how much the value of drawn curves exceeds that of the fit, on average, is by how much
the fit's is taken to exceed the truth's (a parametric bootstrap; the idea as in the paper, from
memory). It is taken off, and what is then below 0 is 0. That is enough where some policy
is ahead (in the linear normal case of the tests little is left of it from 200 sets on), and not
where policies are tied throughout: there it takes off but a fifth to a quarter. Hence the next.

*Chance.* Rows of values are permuted against the parameters, which makes every EVPPI 0, and
all parameters are fitted again. A parameter is *clear* where its plain value is above the largest
of all parameters in all but 5 % of permutations: in one analysis of twenty at most any parameter
is called clear where none matters (29 of 450 counted, with three tied policies).

*EVPI* needs each set's own best: plain it is too high, as noise in the means counts as knowledge;
held out (:mod:`experiments.analysis.robustness.table`) it is too low. The truth is between them.
Noise that all sets share, as common random numbers cause, moves the policies' averages
and is not averaged out by sets: it takes replications.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.analysis.robustness.smoothing import Basis, Fit, basis, fit
from experiments.analysis.robustness.table import Means, means
from experiments.errors import RequestError

LEAST_SETS = 40
"""Sets below which nothing is regressed (assumed)."""

DRAWS = 200
PERMUTATIONS = 99
CHANCE = 0.05
MOST_TESTED = 2_000
"""Sets drawn for the permutations where there are more."""


@dataclass(frozen=True)
class PerfectInformation:
    """What knowing everything is worth, in the measure's unit.

    Attributes
    ----------
    plain : float
        By the means; too high in noise.
    held_out : float
        By held-out replications; too low. NaN where no set has two.
    """

    plain: float
    held_out: float


@dataclass(frozen=True)
class PartialInformation:
    """What knowing one parameter is worth, in the measure's unit.

    Attributes
    ----------
    name : str
        The parameter.
    value : float
        Bias taken off, at least 0.
    error : float
        Standard error: of the curves and of which sets there are.
    plain : float
        Before the bias was taken off.
    bias : float
        What was taken off.
    clear : bool
        Whether it can be told from chance, all parameters taken together.
    freedom : float
        Effective degrees of freedom of its curves: 2 is a line.
    """

    name: str
    value: float
    error: float
    plain: float
    bias: float
    clear: bool
    freedom: float


@dataclass(frozen=True)
class ValueOfInformation:
    """What to know before choosing a policy.

    Attributes
    ----------
    best : str
        The policy that is best on average over the sets.
    perfect : PerfectInformation
    partial : tuple of PartialInformation
        The most valuable parameter first.
    floor : float
        What the largest plain value of all parameters stays below by chance, in 95 %.
    sets : int
        Sets that count.
    """

    best: str
    perfect: PerfectInformation
    partial: tuple[PartialInformation, ...]
    floor: float
    sets: int


def value_of_information(
    values: np.ndarray,
    policies: Sequence[str],
    better: int,
    parameters: np.ndarray,
    names: Sequence[str],
    seed: int,
    permutations: int = PERMUTATIONS,
) -> ValueOfInformation:
    """Return what knowing everything, and each parameter, is worth.

    Parameters
    ----------
    values : ndarray, shape (replications, sets, policies) or (sets, policies)
        One measure that is to be as good as can be on average.
    policies : sequence of str
        Their names.
    better : int
        1 where more is better, -1 where less is.
    parameters : ndarray, shape (sets, d)
        What differs between the sets; categories as codes, which are taken as such up to five.
    names : sequence of str
        Of the parameters. One that does not vary is worth 0.
    seed : int
        Of draws and permutations.
    permutations : int
        How many; 19 are the fewest that can tell.
    """
    data = means(values, policies, better)
    shape = (len(data.mean), len(names))
    if parameters.shape != shape or not np.isfinite(parameters).all():
        raise RequestError(
            [
                f"value of information: given parameters of {parameters.shape}; allowed: finite "
                f"numbers of {shape}"
            ]
        )
    if len(data.there) < LEAST_SETS:
        raise RequestError(
            [
                f"value of information: given {len(data.there)} sets with values; allowed: "
                f"{LEAST_SETS} or more"
            ]
        )
    table, given = data.mean[data.there], parameters[data.there]
    gains = table[:, 1:] - table[:, :1]
    varied = [place for place in range(len(names)) if np.ptp(given[:, place]) > 0.0]
    rng = np.random.default_rng([seed, 2014])
    bases = {place: basis(given[:, place]) for place in varied}
    fits = {place: fit(bases[place], gains) for place in varied}
    floor = _floor(given, varied, gains, rng, permutations)
    found = [_partial(names[place], fits.get(place), floor, rng) for place in range(len(names))]
    return ValueOfInformation(
        policies[int(table.mean(axis=0).argmax())],
        PerfectInformation(_perfect(table), held_out(data)),
        tuple(sorted(found, key=lambda each: (-each.value, -each.plain))),
        floor,
        len(table),
    )


def _perfect(table: np.ndarray) -> float:
    """Return the mean of maxima less the maximum of means; columns are policies."""
    return float(table.max(axis=1).mean() - table.mean(axis=0).max())


def worth(gains: np.ndarray, shares: np.ndarray | None = None) -> float:
    """Return what knowing a row is worth: gains over the first policy, (n, policies - 1).

    Rows count alike, or by their shares, of shape (n,), which sum to 1.
    """
    each = np.full(len(gains), 1.0 / len(gains)) if shares is None else shares
    return float(each @ _best_of(gains) - max((each @ gains).max(), 0.0))


def _best_of(gains: np.ndarray) -> np.ndarray:
    """Return the best gain of each row, 0 for the first policy; column by column is fast."""
    best = np.zeros(len(gains))
    for column in gains.T:
        best = np.maximum(best, column)
    return best


def _partial(
    name: str, fitted: Fit | None, floor: float, rng: np.random.Generator
) -> PartialInformation:
    if fitted is None:
        return PartialInformation(name, 0.0, 0.0, 0.0, 0.0, False, 1.0)
    curve = fitted.curve
    plain = worth(curve)
    shares = fitted.basis.shares
    drawn = np.array([worth(fitted.drawn(rng), shares) for _ in range(DRAWS)])
    bias = float(drawn.mean()) - plain
    # What each set adds, over the policy that is best on average.
    best = int(np.concatenate([[0.0], curve.mean(axis=0)]).argmax())
    taken = curve[:, best - 1] if best else 0.0
    added = _best_of(curve) - taken
    error = math.hypot(float(drawn.std(ddof=1)), float(added.std(ddof=1)) / math.sqrt(len(curve)))
    value = max(0.0, plain - max(0.0, bias))
    return PartialInformation(name, value, error, plain, bias, plain > floor, fitted.freedom)


def _floor(
    given: np.ndarray,
    varied: Sequence[int],
    gains: np.ndarray,
    rng: np.random.Generator,
    permutations: int,
) -> float:
    """Return what the largest plain value of all parameters stays below by chance, in 95 %.

    Of very many sets some are drawn, and the limit, which falls as one over the root of the sets
    at least, is left as it is for so many: too high, never too low.
    """
    rows = np.arange(len(gains))
    if len(rows) > MOST_TESTED:
        rows = rng.choice(rows, MOST_TESTED, replace=False)
    bases: list[Basis] = [
        basis(given[rows, place]) for place in varied if np.ptp(given[rows, place]) > 0.0
    ]
    if not bases:
        return 0.0
    values = gains[rows]
    largest = []
    for _ in range(permutations):
        mixed = rng.permutation(values, axis=0)
        largest.append(max(worth(fit(each, mixed).curve) for each in bases))
    # With the values as they are counted among the permutations.
    rank = min(permutations, math.ceil((1.0 - CHANCE) * (1 + permutations)))
    return float(np.sort(largest)[rank - 1])


def held_out(data: Means) -> float:
    """Return EVPI with every choice made by other replications; NaN where there are not two.

    The best policy of a set is chosen by the set's other replications; what it is measured
    against is the policy that is best on average by all of them, which errs downwards, too.
    """
    others, both = data.held_out()
    if not both.any():
        return math.nan
    best = others.argmax(axis=2)[:, :, np.newaxis]
    got = np.take_along_axis(data.each, best, axis=2)[:, :, 0]
    each = np.where(both, got, 0.0).sum(axis=0)[both.any(axis=0)]
    runs = both.sum(axis=0)[both.any(axis=0)]
    table = data.mean[both.any(axis=0)]
    return float((each / runs).mean() - table.mean(axis=0).max())
