"""What a calibration found: what was pinned down, what hangs together, which bands clash."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy.stats import spearmanr

from experiments.calibration.acceptance import Standard
from experiments.calibration.course import Course, Ended
from experiments.calibration.ensemble import Ensemble
from experiments.calibration.outputs import Output
from experiments.calibration.procedure import FIRST_LOOK
from experiments.calibration.space import Space

SHUFFLES = 200
"""Shuffled ensembles by which it is told what dependence chance alone would show."""


@dataclass(frozen=True)
class Marginal:
    """What is left of one parameter's range.

    Attributes
    ----------
    name : str
        The parameter.
    kind : str
        ``"free"``: to be pinned down, ``"varied"`` or ``"carried"``.
    quantiles : tuple of float
        5, 25, 50, 75 and 95 % of the ensemble, on the range stretched to [0, 1].
    values : tuple of float
        The same in the parameter's unit.
    medoid : float
        The medoid's place in the range.
    left : float
        Width of the middle 90 % over that of the range: 1 where nothing was learned.
    """

    name: str
    kind: str
    quantiles: tuple[float, ...]
    values: tuple[float, ...]
    medoid: float
    left: float


def marginals(course: Course, ensemble: Ensemble) -> list[Marginal]:
    """Return what is left of each parameter's range, the best known first."""
    space = course.whole
    kinds = {
        name: kind
        for kind in ("free", "varied", "carried")
        for name in getattr(course.request, kind)
    }
    points = space.points(ensemble.sets)
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    found = []
    for place, name in enumerate(space.names):
        ends = np.quantile(points[:, place], levels)
        values = np.quantile(ensemble.column(name), levels)
        found.append(
            Marginal(
                name=name,
                kind=kinds[name],
                quantiles=tuple(map(float, ends)),
                values=tuple(map(float, values)),
                medoid=float(points[ensemble.medoid_index, place]),
                left=float(ends[-1] - ends[0]) / 0.9,
            )
        )
    return sorted(found, key=lambda each: each.left)


def chance_left(count: int, seed: int = 1) -> float:
    """Return the share that would be left, in one of twenty parameters, of one not touched.

    Parameters
    ----------
    count : int
        Sets in the ensemble.
    seed : int
        Of the draws.
    """
    drawn = np.random.default_rng(seed).random((4000, count))
    widths = np.quantile(drawn, 0.95, axis=1) - np.quantile(drawn, 0.05, axis=1)
    return float(np.quantile(widths / 0.9, 0.05))


@dataclass(frozen=True)
class Pair:
    """Two parameters that the facts tie to each other.

    Attributes
    ----------
    first, second : str
        The parameters.
    rho : float
        Spearman's rank correlation over the ensemble.
    """

    first: str
    second: str
    rho: float


def dependent_pairs(space: Space, ensemble: Ensemble, most: int = 6) -> tuple[list[Pair], float]:
    """Return the most dependent pairs of parameters, and what chance alone would show.

    Returns
    -------
    list of Pair
        The strongest first.
    float
        The largest correlation of any pair that one in twenty ensembles without any dependence
        would have.
    """
    points = space.points(ensemble.sets)
    count, dimensions = points.shape
    if count < 4 or dimensions < 2:
        return [], 1.0
    ranks = np.argsort(np.argsort(points, axis=0), axis=0)
    rho = _correlations(ranks)
    upper = np.triu_indices(dimensions, 1)
    order = np.argsort(-np.abs(rho[upper]))[:most]
    rng = np.random.default_rng(count)
    largest = [
        float(np.max(np.abs(_correlations(rng.permuted(ranks, axis=0))[upper])))
        for _ in range(SHUFFLES)
    ]
    found = [
        Pair(space.names[upper[0][each]], space.names[upper[1][each]], float(rho[upper][each]))
        for each in order
    ]
    return found, float(np.quantile(largest, 0.95))


def _correlations(ranks: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: np.ndarray = np.corrcoef(ranks, rowvar=False)
    return np.nan_to_num(found)


@dataclass(frozen=True)
class Reached:
    """How often one band was met.

    Attributes
    ----------
    name, what, band : str
        The statistic, and where it is to lie.
    shares : list of float
        Of each step after the pilot: which share of its sets lay in the band, give or take the
        stated number of standard errors of the runs that each was simulated with, judged as it is
        for acceptance.
    ensemble : tuple of float
        5, 50 and 95 % of the ensemble's values.
    met : int
        How many of the ensemble's sets meet it.
    aside : bool
        Whether no parameters within the ranges come near it.
    unseen : bool
        Whether no run gave a value; the shares are NaN then.
    judged : bool
        Whether it steers and judges, or is only reported.
    """

    name: str
    what: str
    band: str
    shares: list[float]
    ensemble: tuple[float, float, float]
    met: int
    aside: bool
    unseen: bool
    judged: bool


def steps_of(course: Course) -> list[str]:
    """Return the titles of the steps after the pilot."""
    return [each.step.title for each in course.ended if each.step.kind != "pilot"]


def reached(course: Course, ensemble: Ensemble) -> list[Reached]:
    """Return for each band how often it was met, step by step and by the ensemble."""
    standard, found = course.standard, []
    steps = [
        _in_bands(course, standard, each) for each in course.ended if each.step.kind != "pilot"
    ]
    for place, output in enumerate(course.outputs):
        unseen = output.name in course.unseen
        shares = [np.nan if unseen else float(np.mean(step[:, place])) for step in steps]
        values = np.array([each[output.name] for each in ensemble.values])
        there = values[np.isfinite(values)]
        ends = np.quantile(there, (0.05, 0.5, 0.95)) if len(there) else np.full(3, np.nan)
        found.append(
            Reached(
                output.name,
                output.target.what,
                output.target.band(),
                shares,
                (float(ends[0]), float(ends[1]), float(ends[2])),
                _met(output, values, ensemble),
                output.name in course.aside,
                unseen,
                output.target.judged,
            )
        )
    return found


def _met(output: Output, values: np.ndarray, ensemble: Ensemble) -> int:
    """Return how many sets meet a band; of one that is only reported, how many lie in it."""
    if output.target.judged:
        return sum(output.name not in missed for missed in ensemble.missed)
    with np.errstate(invalid="ignore"):
        return int(np.sum(output.target.distance(values) <= 0.0))


def _in_bands(course: Course, standard: Standard, ended: Ended) -> np.ndarray:
    """Return which sets of a step lie in which bands, by the runs that each was simulated with."""
    if ended.step.kind == "round":
        of_round = [each for each in course.candidates if each.round == ended.step.number]
        runs = [each.runs if len(each.runs) else each.screened[None, :] for each in of_round]
    else:
        runs = [row[None, :] for row in ended.table]
    told = replace(standard, outputs=[_judged(each) for each in standard.outputs])
    return np.array([told.implausibilities(each) for each in runs]) <= standard.asked.sigmas


def _judged(output: Output) -> Output:
    """Return an output as if it was judged: for what is only reported."""
    return replace(output, target=replace(output.target, judged=True))


@dataclass(frozen=True)
class Clash:
    """Two bands that parameters within the ranges do not meet together.

    Attributes
    ----------
    first, second : str
        The statistics.
    alone : tuple of float
        The least implausibility of the first, and of the second, over the ranges.
    together : float
        The least that the larger of the two can be at one point.
    """

    first: str
    second: str
    alone: tuple[float, float]
    together: float


CLASHING = 1.0
"""Implausibility by which two bands together must be farther than each alone, to be named."""


def clashes(course: Course, most: int = 8) -> list[Clash]:
    """Return pairs of bands that can be met one by one and not together, the worst first.

    By the emulators at the end, over a Sobol' sequence of the ranges and all sets simulated. Bands
    out of reach by themselves are left out.
    """
    look = course.space.sobol(FIRST_LOOK, course.request.seed)
    points = np.concatenate([look, course.seen()[0]])
    judge = course.judge(steering=False)
    idle = {*course.aside, *course.reported}
    kept = [place for place, output in enumerate(course.outputs) if output.name not in idle]
    far = {place: judge.of_output(place, points) for place in kept}
    alone = {place: float(np.min(values)) for place, values in far.items()}
    found = []
    for one, other in combinations(kept, 2):
        together = float(np.min(np.maximum(far[one], far[other])))
        if together > max(alone[one], alone[other]) + CLASHING:
            names = course.outputs[one].name, course.outputs[other].name
            found.append(Clash(*names, (alone[one], alone[other]), together))
    return sorted(found, key=lambda each: -each.together)[:most]


def touched(course: Course, names: Sequence[str]) -> dict[str, list[tuple[str, float]]]:
    """Return which statistics each parameter moves: rank correlations over the first wave.

    Only those beyond three standard errors of no correlation; the strongest first.
    """
    first = next(each for each in course.ended if each.step.kind == "wave")
    points = course.whole.points(first.step.sets)
    found: dict[str, list[tuple[str, float]]] = {}
    limit = 3.0 / np.sqrt(max(len(points) - 1, 1))
    for name in names:
        column = points[:, course.whole.names.index(name)]
        pairs = []
        for place, output in enumerate(course.outputs):
            values = first.table[:, place]
            there = np.isfinite(values)
            if there.sum() < 8 or np.ptp(values[there]) == 0.0:
                continue
            rho = float(spearmanr(column[there], values[there]).statistic)
            if abs(rho) > limit:
                pairs.append((output.name, rho))
        found[name] = sorted(pairs, key=lambda pair: -abs(pair[1]))
    return found
