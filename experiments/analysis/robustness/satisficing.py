r"""Satisficing: in which share of plausible centres a policy meets stated targets.

A set is met where the mean of every targeted measure is within its target. The share has Wilson's
(1927) interval, sets taken for independent draws from the plausible ensemble. It is of one policy:
policies share their sets, so two intervals that overlap do not say that two policies are
alike; for that :func:`difference` compares them set by set.

Noise moves means across a target that is near. So each set is also *surely* met where every
target is met by the one-sided 95 % t bound of its mean, and *possibly* where none is missed by it.
A policy that is within no target's noise has the same share three times. (No correction for
several targets: surely needs all of them, which makes it strict, not lax.)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.analysis.interval import LEVEL, Interval
from experiments.errors import RequestError, no_such


@dataclass(frozen=True)
class Target:
    """What a measure must reach.

    Attributes
    ----------
    measure : str
        Its name.
    least, most : float
        The mean must be at least, and at most; infinite where there is no such end.
    """

    measure: str
    least: float = -math.inf
    most: float = math.inf


@dataclass(frozen=True)
class Satisficing:
    """How often one policy meets the targets.

    Attributes
    ----------
    policy : str
    share : Interval
        Share of sets in which all targets are met, with Wilson's interval.
    surely, possibly : float
        Share in which they are met beyond noise, and in which none is missed beyond noise; NaN
        where there are no replications to tell noise by.
    fails : dict of float
        Measure: share of sets in which its target is missed.
    alone : dict of float
        Measure: share of sets in which its target only is missed: what easing it would gain.
    most_often : str
        The target that is missed most often; empty where none is missed.
    met : ndarray of bool, shape (sets,)
        Where all are met; False in a set without a complete replication, which does not count.
    counted : ndarray of bool, shape (sets,)
        Which sets count.
    """

    policy: str
    share: Interval
    surely: float
    possibly: float
    fails: dict[str, float]
    alone: dict[str, float]
    most_often: str
    met: np.ndarray
    counted: np.ndarray


def satisficing(
    values: np.ndarray,
    policies: Sequence[str],
    measures: Sequence[str],
    targets: Sequence[Target],
) -> tuple[Satisficing, ...]:
    """Return how often each policy meets the targets.

    Parameters
    ----------
    values : ndarray, shape (replications, sets, policies, measures)
        NaN where a run failed. For a set to count some replication must have all targeted
        measures under all policies; only such replications count.
    policies, measures : sequence of str
        Names along the last two axes.
    targets : sequence of Target
        What must be met, all together.
    """
    _check(values, policies, measures, targets)
    columns = [list(measures).index(target.measure) for target in targets]
    used = values[..., columns]
    complete = np.isfinite(used).all(axis=(2, 3))
    runs = complete.sum(axis=0)
    counted = runs > 0
    clean = np.where(complete[:, :, np.newaxis, np.newaxis], used, 0.0)
    weight = np.maximum(runs, 1)[:, np.newaxis, np.newaxis]
    mean = clean.sum(axis=0) / weight
    bound = _bound(used, complete, mean, runs)
    low = np.array([target.least for target in targets])
    high = np.array([target.most for target in targets])
    met = (mean >= low) & (mean <= high)
    surely = ((mean - bound >= low) & (mean + bound <= high)).all(axis=2)
    missed = (mean + bound < low) | (mean - bound > high)
    possibly = ~missed.any(axis=2)
    noisy = bool((runs[counted] > 1).all())
    return tuple(
        _one(name, met[:, at], surely[:, at], possibly[:, at], targets, counted, noisy)
        for at, name in enumerate(policies)
    )


def _check(
    values: np.ndarray, policies: Sequence[str], measures: Sequence[str], targets: Sequence[Target]
) -> None:
    ends = (len(policies), len(measures))
    if values.ndim != 4 or values.shape[2:] != ends:
        raise RequestError(
            [
                f"targets: given an array of {values.shape}; allowed: (replications, sets, "
                f"{ends[0]}, {ends[1]})"
            ]
        )
    if not targets:
        raise RequestError(["targets: given none; allowed: one or more"])
    mistakes = [
        f"targets: {no_such('measure', target.measure, measures)}"
        for target in targets
        if target.measure not in measures
    ]
    mistakes += [
        f"targets, {target.measure}: given {target.least:g} to {target.most:g}; allowed: an end, "
        "and the least not above the most"
        for target in targets
        if not target.least <= target.most or math.inf == -target.least == target.most
    ]
    names = [target.measure for target in targets]
    mistakes += [
        f"targets, {name}: given {names.count(name)} times; allowed: once, with both ends"
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if mistakes:
        raise RequestError(mistakes)


def _bound(
    used: np.ndarray, complete: np.ndarray, mean: np.ndarray, runs: np.ndarray
) -> np.ndarray:
    """Return half of each mean's two-sided 90 % interval: its one-sided 95 % bound."""
    away = np.where(complete[:, :, np.newaxis, np.newaxis], used - mean, 0.0)
    degrees = np.maximum(runs - 1, 1)
    spread = np.sqrt((away**2).sum(axis=0) / degrees[:, np.newaxis, np.newaxis])
    factor = stats.t.ppf(LEVEL, degrees) / np.sqrt(np.maximum(runs, 1))
    return np.asarray(factor[:, np.newaxis, np.newaxis] * spread)


def _one(
    policy: str,
    met: np.ndarray,
    surely: np.ndarray,
    possibly: np.ndarray,
    targets: Sequence[Target],
    counted: np.ndarray,
    noisy: bool,
) -> Satisficing:
    """Return what is said of a policy; ``met`` is of shape (sets, targets)."""
    n = int(counted.sum())
    missed = ~met[counted]
    alone = missed & (missed.sum(axis=1, keepdims=True) == 1)
    fails = {
        target.measure: float(missed[:, at].mean()) if n else math.nan
        for at, target in enumerate(targets)
    }
    worst = max(fails, key=lambda name: fails[name])
    every = met.all(axis=1) & counted
    return Satisficing(
        policy,
        wilson(int(every.sum()), n),
        float(surely[counted].mean()) if n and noisy else math.nan,
        float(possibly[counted].mean()) if n and noisy else math.nan,
        fails,
        {
            target.measure: float(alone[:, at].mean()) if n else math.nan
            for at, target in enumerate(targets)
        },
        worst if fails[worst] > 0.0 else "",
        every,
        counted,
    )


def wilson(count: int, of: int, level: float = LEVEL) -> Interval:
    """Return a share with Wilson's interval."""
    if of == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    low, high = stats.binomtest(count, of).proportion_ci(level, method="wilson")
    # Exactly, where rounding would leave a trace.
    return Interval(
        count / of, 0.0 if count == 0 else float(low), 1.0 if count == of else float(high), of
    )


def difference(a: Satisficing, b: Satisficing) -> tuple[Interval, float]:
    """Return by how much ``a`` meets the targets in more sets than ``b``, and p.

    Returns
    -------
    Interval
        The difference of shares, with the normal interval of paired shares.
    float
        Two-sided p of McNemar's exact test: sets in which only one of them meets the targets
        are as likely to be either's. 1 where there are none.
    """
    both = a.counted & b.counted
    n = int(both.sum())
    if not n:
        return Interval(math.nan, math.nan, math.nan, 0), math.nan
    gap = a.met[both].astype(float) - b.met[both]
    mean = float(gap.mean())
    half = float(stats.norm.ppf(0.5 + LEVEL / 2.0)) * float(gap.std()) / math.sqrt(n)
    only, others = int((gap > 0).sum()), int((gap != 0).sum())
    p = float(stats.binomtest(only, others).pvalue) if others else 1.0
    return Interval(mean, max(-1.0, mean - half), min(1.0, mean + half), n), p
