r"""Morris's screening: elementary effects along trajectories on a grid.

A trajectory starts at a point of a grid of p levels and moves one parameter after another, in
random order, by :math:`\Delta = p / (2 (p - 1))`. What a step changes in the output, per unit of
the cube, is an elementary effect (Morris 1991). Over trajectories, mu is the mean of a
parameter's effects, mu* of their sizes, sigma their standard deviation (mu* and groups: Campolongo
et al. 2007). The formulae are from memory, unverified; the tests hold them against SALib.

With p even a step of p/2 levels leads up from the lower half and down from the upper half, so
that every level is visited as often as any other where starts are. They are dealt out so that each
parameter starts at each level equally often; of several such deals the one is kept whose two
nearest trajectories are farthest apart (own choice in place of picking single trajectories, which
would upset the balance; the distance is Campolongo's with squares).

Chance: effects are differences within a replication, averaged over replications. Their spread
between replications says what mu* a parameter of no effect would get from chance alone: `dummy`,
:math:`\sqrt{2 / \pi}\, s / (\Delta \sqrt R)` for normal noise. The limit
that a share of such parameters exceed supposes that noise is near normal, and that of different
trajectories independent.

References
----------
Morris, M. D. (1991). Factorial sampling plans for preliminary computational experiments.
Technometrics 33(2), 161-174.
Campolongo, F., Cariboni, J. and Saltelli, A. (2007). An effective screening design for sensitivity
analysis of large models. Environmental Modelling & Software 22(10), 1509-1518.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import special

from experiments.analysis.bootstrap import LEAST_PAIRS
from experiments.analysis.sensitivity.resampling import bca, resampled
from experiments.errors import RequestError, no_such, shown

KINDS = ("mu", "mu_star", "sigma")
DEALS = 20
"""Deals of which the most spread is kept (assumed)."""

LEAST_TRAJECTORIES = LEAST_PAIRS
"""Fewer are not resampled."""

TAIL = 0.025
"""Share of parameters of no effect that exceed the limit of the dummy in one output."""


@dataclass(frozen=True)
class Trajectories:
    """The runs of a screening, trajectory by trajectory.

    Attributes
    ----------
    names : tuple of str
        The parameters, in the order of columns.
    groups : dict of tuple of int
        What moves together: the columns of each group, one parameter each where none were asked.
    table : ndarray, shape (trajectories, steps + 1, parameters)
        Points of the unit cube.
    order : ndarray of int, shape (trajectories, steps)
        Which group moves at each step.
    delta : float
        The length of a step.
    """

    names: tuple[str, ...]
    groups: dict[str, tuple[int, ...]]
    table: np.ndarray
    order: np.ndarray
    delta: float

    def __len__(self) -> int:
        """Return the number of runs, replications not counted."""
        return self.table.shape[0] * self.table.shape[1]

    @property
    def points(self) -> np.ndarray:
        """Every run's point, of shape (runs, parameters)."""
        return self.table.reshape(len(self), -1)

    @property
    def signs(self) -> np.ndarray:
        """Up or down, of shape (trajectories, groups); 0 for groups, which have no direction."""
        moved = np.sign(self.table[:, -1] - self.table[:, 0])
        groups = self.groups.values()
        return np.column_stack([moved[:, own[0]] * (len(own) == 1) for own in groups])


@dataclass(frozen=True)
class Effects:
    """Elementary effects, summed up.

    Attributes
    ----------
    groups, outputs : tuple of str
        Their names; a parameter by itself is a group of its name.
    values : ndarray, shape (kinds, outputs, groups)
        mu, mu* and sigma; mu and sigma are NaN for a group of several.
    ends : ndarray, shape (kinds, outputs, groups, 2)
        Their 95 % BCa intervals, over trajectories.
    dummy, dummy_high : ndarray, shape (outputs, groups)
        The mu* of a parameter of no effect: expected, and exceeded by 2.5 % of such, each output
        by itself; NaN without two replications.
    n : ndarray of int, shape (outputs, groups)
        Trajectories in which the effect is known.
    freedom : ndarray of int, shape (outputs, groups)
        Degrees of freedom of the spread that the dummy is taken from.
    replications : int
        Replications of each run.
    """

    groups: tuple[str, ...]
    outputs: tuple[str, ...]
    values: np.ndarray
    ends: np.ndarray
    dummy: np.ndarray
    dummy_high: np.ndarray
    n: np.ndarray
    freedom: np.ndarray
    replications: int

    def exceeded(self, tail: float) -> np.ndarray:
        """Return the mu* that a share of parameters of no effect exceeds, as :attr:`dummy_high`."""
        return _exceeded(self.dummy, self.n, self.freedom, tail)

    @property
    def mu_star(self) -> np.ndarray:
        """The mean size of an effect, of shape (outputs, groups)."""
        return np.asarray(self.values[KINDS.index("mu_star")])


def trajectories(
    names: Sequence[str],
    count: int,
    seed: int,
    levels: int = 4,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Trajectories:
    """Return a design of trajectories.

    Parameters
    ----------
    names : sequence of str
        The parameters.
    count : int
        Trajectories; the runs are count (groups + 1).
    seed : int
        Of the deals.
    levels : int
        Of the grid, even.
    groups : mapping of str to sequence of str, optional
        Names of parameters that move together; the rest move alone.

    Raises
    ------
    RequestError
        Where there are too few trajectories, an odd grid or groups that overlap.
    """
    columns = _columns(names, count, levels, groups or {})
    rng = np.random.default_rng(seed)
    deals = [_deal(rng, len(names), count, levels, list(columns.values())) for _ in range(DEALS)]
    table, order = max(deals, key=lambda deal: _least_distance(deal[0]))
    return Trajectories(
        tuple(names), columns, table / (levels - 1), order, levels / (2.0 * (levels - 1))
    )


def effects(design: Trajectories, values: np.ndarray, outputs: Sequence[str]) -> Effects:
    """Return what the elementary effects of every output come to.

    Parameters
    ----------
    design : Trajectories
        The runs.
    values : ndarray, shape (outputs, replications, runs)
        Measures and contrasts; NaN is a failed run, whose two effects are left out.
    outputs : sequence of str
        Their names.
    """
    if values.ndim != 3 or (len(values), values.shape[-1]) != (len(outputs), len(design)):
        raise RequestError(
            f"values: given an array of shape {shown(list(values.shape))}; "
            f"allowed: outputs × replications × runs, here {len(outputs)} × any × {len(design)}"
        )
    effect, variance, freedom = _elementary(design, values)
    there = ~np.isnan(effect)
    known = np.where(there, effect, 0.0)
    n = there.sum(axis=1)
    # About their mean, so that the spread of equal effects is not one of rounding.
    centre = known.sum(axis=1) / np.maximum(1, n)
    about = np.where(there, effect - centre[:, np.newaxis], 0.0)
    columns = [about, np.abs(known), about**2, there.astype(float)]
    terms = np.stack(columns, axis=-1)
    # One output at a time, which takes less memory; all have the same resamples.
    parts = [_of_one(*each) for each in zip(terms, centre, strict=True)]
    estimate, ends = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    lone = np.array([len(own) == 1 for own in design.groups.values()])
    for kind in (0, 2):
        estimate[kind][:, ~lone] = math.nan
        ends[kind][:, ~lone] = math.nan
    dummy, known = _dummy(variance), freedom.sum(axis=1)
    return Effects(
        tuple(design.groups),
        tuple(outputs),
        estimate,
        ends,
        dummy,
        _exceeded(dummy, n, known, TAIL),
        n,
        known,
        values.shape[1],
    )


def _columns(
    names: Sequence[str], count: int, levels: int, groups: Mapping[str, Sequence[str]]
) -> dict[str, tuple[int, ...]]:
    """Return the columns of each group, after looking whether they can be had."""
    wrong = []
    if not names or len(set(names)) < len(names):
        wrong.append(f"parameters: given {shown(list(names))}; allowed: one or more, each once")
    if count < LEAST_TRAJECTORIES:
        wrong.append(f"trajectories: given {count}; allowed: at least {LEAST_TRAJECTORIES}")
    if levels < 2 or levels % 2:
        near = max(2, levels + levels % 2)
        wrong.append(f"levels: given {levels}; allowed: an even number; the next is {near}")
    grouped = [name for own in groups.values() for name in own]
    wrong += [f"groups: {no_such('parameter', n, names)}" for n in grouped if n not in names]
    twice = sorted({name for name in grouped if grouped.count(name) > 1})
    if twice or not all(groups.values()):
        wrong.append(f"groups: given {shown(twice)} twice or none; allowed: each parameter once")
    lone = [name for name in names if name not in grouped]
    clash = sorted(set(groups) & set(lone))
    if clash:
        wrong.append(f"groups: given the name {shown(clash[0])}, a parameter outside of any group")
    if wrong:
        raise RequestError(wrong)
    place = {name: column for column, name in enumerate(names)}
    moving = {name: (name,) for name in lone} | {name: tuple(own) for name, own in groups.items()}
    return {group: tuple(place[name] for name in own) for group, own in moving.items()}


def _deal(
    rng: np.random.Generator, d: int, count: int, levels: int, columns: list[tuple[int, ...]]
) -> tuple[np.ndarray, np.ndarray]:
    """Return one deal in levels, of shape (count, steps + 1, d), and the order of moves."""
    # Every level as often as any other; where they do not go up, the rest is drawn.
    rounds = -(-count // levels)
    decks = [
        np.concatenate([rng.permutation(levels) for _ in range(rounds)])[:count] for _ in range(d)
    ]
    start = np.column_stack([rng.permutation(deck) for deck in decks])
    move = np.where(start < levels // 2, levels // 2, -(levels // 2))
    order = rng.permuted(np.tile(np.arange(len(columns)), (count, 1)), axis=1)
    turn = np.argsort(order, axis=1)
    group_of = np.empty(d, dtype=int)
    for group, own in enumerate(columns):
        group_of[list(own)] = group
    steps = np.arange(len(columns) + 1)[:, np.newaxis]
    moved = turn[:, group_of][:, np.newaxis] < steps
    return start[:, np.newaxis] + moved * move[:, np.newaxis], order


def _least_distance(table: np.ndarray) -> float:
    """Return the sum of squared distances between points of the two nearest trajectories."""
    sums = table.sum(axis=1).astype(float)
    squares = (table.astype(float) ** 2).sum(axis=(1, 2))
    between = table.shape[1] * (squares[:, np.newaxis] + squares) - 2.0 * sums @ sums.T
    return float(between[np.triu_indices(len(table), 1)].min())


def _of_one(terms: np.ndarray, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return one output's summaries and their ends."""
    estimate, draws, left_out = resampled(terms[:, np.newaxis], partial(_summaries, centre))
    return estimate, bca(estimate, draws, left_out)


def _dummy(variance: np.ndarray) -> np.ndarray:
    """Return the mu* of a parameter of no effect; NaN where no spread is known."""
    known = ~np.isnan(variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, variance, 0.0).sum(axis=1) / known.sum(axis=1)
    return np.asarray(math.sqrt(2.0 / math.pi) * np.sqrt(mean))


def _exceeded(dummy: np.ndarray, n: np.ndarray, freedom: np.ndarray, tail: float) -> np.ndarray:
    """Return the mu* that a share of parameters of no effect exceeds.

    The mean size of n normal numbers has a relative variance of (pi / 2 - 1) / n, which is about
    that of the root of a chi-square of d = n / (pi - 2) degrees of freedom, and is taken for one;
    its square over the variance that the dummy is taken from is then F distributed (own
    approximation; in 200,000 draws each for 5 to 50 trajectories and 2 to 10 replications,
    2.4 to 2.6 % were above the limit of 2.5 %, and 0.9 to 1.1 times as many as meant above those of
    2.5 % / 9 and 2.5 % / 27).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        own = n / (math.pi - 2.0)
        log_mean = special.gammaln((own + 1.0) / 2.0) - special.gammaln(own / 2.0)
        mean = np.sqrt(2.0 / own) * np.exp(log_mean)
        found = dummy * np.sqrt(special.fdtri(own, freedom, 1.0 - tail)) / mean
    return np.asarray(np.where((n > 0) & (freedom > 0), found, math.nan))


def _elementary(
    design: Trajectories, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return effects, the variance of their noise and its degrees of freedom.

    All of shape (outputs, trajectories, groups).
    """
    count, width, _ = design.table.shape
    path = np.where(np.isfinite(values), values, math.nan)
    steps = np.diff(path.reshape(*values.shape[:2], count, width), axis=-1) / design.delta
    # From the order of moves to the order of groups.
    turn = np.argsort(design.order, axis=1)[np.newaxis, np.newaxis]
    change = np.take_along_axis(steps, np.broadcast_to(turn, steps.shape), axis=-1)
    signs = design.signs
    lone = signs != 0.0
    there = ~np.isnan(change)
    n = there.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, change, 0.0).sum(axis=1) / n
        rest = np.where(there, change - mean[:, np.newaxis], 0.0)
        variance = (rest**2).sum(axis=1) / (n - 1) / n
    variance[n < 2] = math.nan
    return np.where(lone, mean * signs, np.abs(mean)), variance, np.maximum(0, n - 1)


def _summaries(centre: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Return mu, mu* and sigma of sums of shape (m, outputs, groups, 4), as (m, 3, ...)."""
    total, sizes, squares, n = np.moveaxis(sums, -1, 0)
    mu = total / n
    sigma = np.sqrt(np.maximum(0.0, squares - n * mu**2) / (n - 1.0))
    return np.stack([centre + mu, sizes / n, sigma], axis=1)
