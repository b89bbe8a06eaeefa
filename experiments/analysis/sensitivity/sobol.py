r"""Sobol' indices of a stochastic model, for several outputs at once.

`first` and `total` are the indices of an output's mean over the replications, by
`scipy.stats.sobol_indices` (its source was read; the estimators are those it cites as Saltelli et
al. 2010, table 2 b and f):

.. math::

    S_i = \overline{f_B (f_{AB_i} - f_A)} / V, \qquad
    T_i = \tfrac12 \overline{(f_A - f_{AB_i})^2} / V, \qquad V = \mathrm{var}(f_A, f_B)

What chance does is in these: a parameter of no effect that merely makes the simulation draw its
chance otherwise gets a total of its noise, not 0. With two or more replications, replication r of
every run having chance of its own in common, the two kinds are told apart. In a base point let
:math:`D_r = f_{A,r} - f_{AB_i,r}`; chance of different replications is independent, so

.. math::

    E[D_r D_s] = (E D)^2 \quad (r \ne s), \qquad
    \tfrac12 \overline{D}^2 - \tfrac12 \, \mathrm{avg}_{r \ne s} D_r D_s
        = \tfrac12 s^2_D / R

The mean over pairs of replications r ≠ s gives `net_total`, `net_first` and the variance they
are shares of: the indices of the expected output, free of noise in expectation. The last term is
`dummy`: what a parameter of no effect gets from as much chance as this one stirs up, so that
net = total − dummy, but for the variance each is a share of. (Derived here; the tests recover the
indices of a known function under noise.) Where that variance comes out at or below 0 in any
resample there is no interval: of an output that may be all noise nothing is said, not even by
chance (64 base points, 2 replications, 60 outputs of normal noise and 60 of rare counts: none
for any of 6 parameters).

A failed run takes its replication of its base point along, a base point without a replication is
left out; where nothing failed, SciPy's own figures are given. Intervals are BCa, over base points,
all outputs resampled together. They take base points for independent draws. Those of a Sobol'
sequence are more even than that, so that intervals are wide as a rule (for the g function the
indices vary 0.2 to 1 times as much between scramblings as the bootstrap has it); but single pairs
of its columns are less even, and there it was up to 1.4 times, the coverage down to 82 %.

References
----------
Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output. Design and
estimator for the total sensitivity index. Computer Physics Communications 181(2), 259-270
(as cited in SciPy's documentation; not read).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from experiments.analysis.interval import Interval
from experiments.analysis.sensitivity.resampling import bca, resampled
from experiments.analysis.sensitivity.saltelli import Saltelli
from experiments.errors import RequestError, no_such, shown

KINDS = ("first", "total", "dummy", "net_first", "net_total")
"""The indices there are of each parameter and output."""

AT_ONCE = 600_000
"""Values taken together, some 200 MB of sums and resamples."""

FLAT = 1e-12
"""A spread below this share of the largest value is rounding: the output is constant."""


@dataclass(frozen=True)
class Indices:
    """Sobol' indices with their intervals.

    Attributes
    ----------
    parameters, outputs : tuple of str
        Their names.
    values : ndarray, shape (kinds, outputs, parameters)
        The indices, kinds as in :data:`KINDS`. NaN for a constant output, and for `dummy` and
        the net ones where there are no two replications.
    ends : ndarray, shape (kinds, outputs, parameters, 2)
        Their 95 % intervals.
    rows : ndarray, shape (outputs,)
        Base points used.
    replications : int
        Replications of each run.
    failed : ndarray, shape (outputs,)
        Runs without a value (failed or not made yet).
    draws : ndarray, shape (resamples, kinds, outputs, parameters)
        The resampled indices, of all outputs together.
    """

    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    values: np.ndarray
    ends: np.ndarray
    rows: np.ndarray
    replications: int
    failed: np.ndarray
    draws: np.ndarray = field(repr=False)

    @property
    def noise_known(self) -> bool:
        """Whether there are replications to tell noise by."""
        return self.replications > 1

    def output(self, name: str) -> int:
        """Return an output's place."""
        if name not in self.outputs:
            raise RequestError(no_such("output", name, self.outputs))
        return self.outputs.index(name)

    def of(self, output: str, parameter: str, kind: str = "total") -> Interval:
        """Return one index with its interval; ``n`` counts the base points."""
        if parameter not in self.parameters:
            raise RequestError(no_such("parameter", parameter, self.parameters))
        if kind not in KINDS:
            raise RequestError(no_such("kind of index", kind, KINDS))
        row = self.output(output)
        at = (KINDS.index(kind), row, self.parameters.index(parameter))
        low, high = self.ends[at]
        return Interval(float(self.values[at]), float(low), float(high), int(self.rows[row]))


def indices(design: Saltelli, values: np.ndarray, outputs: Sequence[str]) -> Indices:
    """Return the Sobol' indices of every output.

    Parameters
    ----------
    design : Saltelli
        The runs.
    values : ndarray, shape (outputs, replications, runs)
        Measures and contrasts; NaN is a failed run. The same replication has the same chance in
        every run.
    outputs : sequence of str
        Their names.
    """
    wanted = (len(outputs), values.shape[1] if values.ndim > 1 else 0, len(design))
    if values.shape != wanted or not len(outputs):
        raise RequestError(
            f"values: given an array of shape {shown(list(values.shape))}; "
            f"allowed: outputs × replications × runs, here {len(outputs)} × any × {len(design)}"
        )
    # The resamples depend on the number of base points alone: a few outputs at a time, which
    # takes less memory, have the same ones as all at once.
    size = max(1, AT_ONCE // max(1, values[:1].size))
    parts = [_some(design, values[at : at + size]) for at in range(0, len(values), size)]
    found, ends, draws = _joined(parts)
    return Indices(
        design.names,
        tuple(outputs),
        found,
        ends,
        rows=np.isfinite(_by_row(design, values)).all(axis=-1).any(axis=1).sum(axis=-1),
        replications=values.shape[1],
        failed=np.count_nonzero(~np.isfinite(values), axis=(1, 2)),
        draws=draws,
    )


def contrasts(
    measures: Mapping[str, np.ndarray], pairs: Sequence[tuple[str, str]]
) -> dict[str, np.ndarray]:
    """Return contrasts of outputs, replication by replication: "a − b" is a less b.

    Parameters
    ----------
    measures : mapping of str to ndarray, shape (replications, runs)
        One measure under each policy.
    pairs : sequence of (str, str)
        Which are compared.
    """
    return {f"{a} − {b}": measures[a] - measures[b] for a, b in pairs}


def wins(contrast: np.ndarray) -> np.ndarray:
    """Return how often a contrast is above 0 in each run: 1 or 0, a tie 0.5, NaN stays.

    As an output of its own it asks what decides *which* policy is ahead; the contrast
    itself asks what decides by how much.
    """
    return np.where(np.isnan(contrast), math.nan, 0.5 + 0.5 * np.sign(contrast))


def _some(design: Saltelli, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the indices of some outputs, their ends and their resamples."""
    standard, there = _standardised(design, values)
    estimate, draws, left_out = resampled(_terms(standard, there), _ratios)
    ends = bca(estimate, draws, left_out)
    whole = there.all(axis=(1, 2)) & np.isfinite(estimate[1]).all(axis=-1)
    # SciPy (1.17) fails on one output of one parameter.
    if whole.any() and design.d > 1:
        estimate[:2, whole] = _scipys(design, values[whole].mean(axis=1))
    return estimate, ends, draws


def _joined(parts: Sequence[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    """Return what some outputs have as what all of them have."""
    axes = (1, 1, 2)  # where the outputs are: in indices, ends and resamples
    return tuple(
        np.concatenate(each, axis=axis)
        for each, axis in zip(zip(*parts, strict=True), axes, strict=True)
    )


def _by_row(design: Saltelli, values: np.ndarray) -> np.ndarray:
    """Return values of the runs as (outputs, replications, n, d + 2)."""
    return values.reshape(*values.shape[:-1], design.n, design.width)


def _scipys(design: Saltelli, means: np.ndarray) -> np.ndarray:
    """Return SciPy's indices, of shape (2, outputs, parameters)."""
    f_a, f_b, f_ab = design.split(means)
    evaluations = {"f_A": f_a, "f_B": f_b, "f_AB": np.moveaxis(f_ab, -1, 0)}
    found = stats.sobol_indices(func=evaluations, n=design.n)
    return np.reshape([found.first_order, found.total_order], (2, len(means), design.d))


def _standardised(design: Saltelli, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return values about their replication's mean in units of the largest, and which count.

    Returns
    -------
    ndarray, shape (outputs, replications, n, d + 2)
        0 where nothing counts.
    ndarray of bool, shape (outputs, replications, n)
        Whether all runs of a base point are there; nowhere where the output is constant.
    """
    table = _by_row(design, values)
    there = np.isfinite(table).all(axis=-1)
    table = np.where(there[..., np.newaxis], table, 0.0)
    # The mean is taken out of each replication by itself: where one is missing in a base point,
    # what chance did to all points of it does not stay behind.
    cells = np.maximum(1, there.sum(axis=-1, keepdims=True))[..., np.newaxis]
    centre = (table[..., [0, -1]] / 2.0).sum(axis=(-2, -1), keepdims=True) / cells
    about = np.where(there[..., np.newaxis], table - centre, 0.0)
    spread, size = (np.abs(each).max(axis=(1, 2, 3)) for each in (about, table))
    varies = spread > FLAT * size
    there &= varies[:, np.newaxis, np.newaxis]
    unit = np.where(varies, spread, 1.0)[:, np.newaxis, np.newaxis, np.newaxis]
    return about / unit, there


def _terms(table: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return what is summed over base points, of shape (n, outputs, 2, 3 d + 3).

    For the means, and net of noise: first, total and dummy of each parameter, the square, the
    value and 1; all 0 where the base point does not count.
    """
    count = there.sum(axis=1)
    blocks = [
        _block(_product_of_means, table, count, least=1),
        _block(_product_of_pairs, table, count, least=2),
    ]
    d = table.shape[-1] - 2
    # The noise of a difference's mean: what the two totals differ in, where both are known.
    both = (count > 1)[..., np.newaxis]
    noise = np.where(both, blocks[0][..., d : 2 * d] - blocks[1][..., d : 2 * d], 0.0)
    for block in blocks:
        block[..., 2 * d : 3 * d] = noise
    return np.moveaxis(np.stack(blocks, axis=2), 1, 0)


def _block(
    product: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    table: np.ndarray,
    count: np.ndarray,
    least: int,
) -> np.ndarray:
    a, b, ab = table[..., :1], table[..., -1:], table[..., 1:-1]
    size = count[..., np.newaxis]
    change = ab - a
    columns = [
        product(b, change, size),
        0.5 * product(change, change, size),
        np.zeros(change.shape[:1] + change.shape[2:]),
        0.5 * (product(a, a, size) + product(b, b, size)),
        0.5 * (a + b).sum(axis=1) / np.maximum(1, size),
        np.ones((*count.shape, 1)),
    ]
    return np.where(size >= least, np.concatenate(columns, axis=-1), 0.0)


def _product_of_means(x: np.ndarray, y: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return the product of means over replications, the second axis."""
    return np.asarray(x.sum(axis=1) * y.sum(axis=1) / np.maximum(1, count) ** 2)


def _product_of_pairs(x: np.ndarray, y: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return the mean product over pairs of different replications."""
    both = x.sum(axis=1) * y.sum(axis=1) - (x * y).sum(axis=1)
    return np.asarray(both / np.maximum(1, count * (count - 1)))


def _ratios(sums: np.ndarray) -> np.ndarray:
    """Return the indices of sums of shape (m, outputs, 2, 3 d + 3), as (m, kinds, outputs, d)."""
    d = sums.shape[-1] // 3 - 1
    rows = sums[..., -1:]
    means = sums / rows
    variance = means[..., -3:-2] - means[..., -2:-1] ** 2
    variance = np.where(variance > 0.0, variance, math.nan)
    gross, net = (means[..., :-3] / variance)[..., 0, :], (means[..., :-3] / variance)[..., 1, :]
    # The dummy is a share of what the total is one of, over base points where it is known.
    dummy = means[..., 1, 2 * d : 3 * d] / variance[..., 0, :]
    kinds = [gross[..., :d], gross[..., d : 2 * d], dummy, net[..., :d], net[..., d : 2 * d]]
    return np.stack(kinds, axis=1)
