"""What a swept dimension shows: bands, crossings, peaks, and who gains from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from experiments.analysis.curves.band import Band, band
from experiments.analysis.curves.crossing import Crossings, crossings, zero_crossings
from experiments.analysis.curves.peak import Peak, peak
from experiments.analysis.interval import Interval, t_interval
from experiments.kinds.curve.adding import peak_kind
from experiments.kinds.curve.exploring import Explored
from experiments.kinds.work import GAINS, NAMES


@dataclass(frozen=True, eq=False)
class Met:
    """Two curves of one measure: whether and where they cross, ``a`` less ``b``."""

    measure: str
    a: str
    b: str
    found: Crossings


@dataclass(frozen=True, eq=False)
class Parties:
    """Along one curve, which party gains more than another, and more than nothing.

    Attributes
    ----------
    curve : str
        Which.
    gains : dict of str to Band
        What each party gains over the neutral policy.
    between : tuple of Met
        Every two parties, by the names of their gains.
    over_neutral : dict of str to Crossings
        Where each party's gain changes its sign.
    """

    curve: str
    gains: dict[str, Band]
    between: tuple[Met, ...]
    over_neutral: dict[str, Crossings]


@dataclass(frozen=True)
class Step:
    """What a step from a named place does, all measures paired.

    Attributes
    ----------
    curve : str
        Along which curve.
    title : str
        What the place is called.
    start, end : float
        From where to where.
    changes : dict of str to Interval
        By measure: the mean change with its t interval.
    """

    curve: str
    title: str
    start: float
    end: float
    changes: dict[str, Interval]


STEP = 0.1
"""How far a step goes, as a share of the sweep."""


@dataclass(frozen=True, eq=False)
class Curves:
    """What a swept dimension shows.

    Attributes
    ----------
    explored : Explored
        What was simulated.
    bands : dict
        By (curve, measure), all measures.
    peaks : dict
        By (curve, measure), for measures that have a better side.
    met : tuple of Met
        Every two curves in every measure.
    parties : tuple of Parties
        One a curve.
    steps : tuple of Step
        From each named place of each curve, down and up.
    whole : tuple of Step
        From one end of each curve to the other.
    changes, change_peaks : dict
        By (curve, measure), those that are shown: the curve less its own value at
        :func:`reference`, paired, and where that is best. Whatever replications differ in as a
        whole is gone from it, so that it is known far better than the curve itself.
    """

    explored: Explored
    bands: dict[tuple[str, str], Band]
    peaks: dict[tuple[str, str], Peak]
    met: tuple[Met, ...]
    parties: tuple[Parties, ...]
    steps: tuple[Step, ...]
    whole: tuple[Step, ...]
    changes: dict[tuple[str, str], Band]
    change_peaks: dict[tuple[str, str], Peak]

    @property
    def x(self) -> np.ndarray:
        """Where the points lie."""
        return self.explored.axes[0]


def find_curves(explored: Explored, measures: Sequence[str] = NAMES) -> Curves:
    """Return what a swept dimension shows.

    Parameters
    ----------
    explored : Explored
        What was simulated, along one dimension.
    measures : sequence of str
        What is looked at: all there is, or at least what is shown and the gains.
    """
    x = explored.axes[0]
    curves = tuple(explored.tables)
    bands, peaks = {}, {}
    met = []
    for measure in measures:
        values = {curve: explored.of(curve, measure) for curve in curves}
        kind = peak_kind(measure)
        for curve, each in values.items():
            bands[curve, measure] = band(x, each)
            if kind is not None:
                peaks[curve, measure] = peak(x, each, kind)
        met += [
            Met(measure, a, b, crossings(x, values[a], values[b]))
            for a, b in combinations(curves, 2)
        ]
    return Curves(
        explored,
        bands,
        peaks,
        tuple(met),
        tuple(_parties(explored, bands, each) for each in curves),
        tuple(_steps(explored, measures)),
        tuple(_step(explored, measures, curve, "", float(x[0]), float(x[-1])) for curve in curves),
        *_changes(explored),
    )


def reference(explored: Explored, curve: str) -> tuple[float, str]:
    """Return the place that changes of a curve are counted from, and what it is called.

    That of the policy that is held; the middle one of those that are blended; else the start.
    """
    named = list(explored.plan.nodes_of(curve).items())
    if named:
        return named[len(named) // 2]
    return float(explored.axes[0][0]), "the start"


def _changes(
    explored: Explored,
) -> tuple[dict[tuple[str, str], Band], dict[tuple[str, str], Peak]]:
    x = explored.axes[0]
    changes, best = {}, {}
    for curve in explored.tables:
        place, _ = reference(explored, curve)
        for measure in explored.plan.request.measures:
            values = explored.of(curve, measure)
            moved = values - along(x, values, place)[:, np.newaxis]
            changes[curve, measure] = band(x, moved)
            kind = peak_kind(measure)
            if kind is not None:
                best[curve, measure] = peak(x, moved, kind)
    return changes, best


def _steps(explored: Explored, measures: Sequence[str]) -> Iterator[Step]:
    """Yield a step down and a step up from each named place, along each curve that it is of."""
    plan, x = explored.plan, explored.axes[0]
    size = STEP * float(x[-1] - x[0])
    for curve in explored.tables:
        for place, title in plan.nodes_of(curve).items():
            for end in (place - size, place + size):
                if x[0] - 1e-9 * size <= end <= x[-1] + 1e-9 * size:
                    yield _step(explored, measures, curve, title, place, end)


def _step(
    explored: Explored,
    measures: Sequence[str],
    curve: str,
    title: str,
    start: float,
    end: float,
) -> Step:
    x = explored.axes[0]
    changes = {}
    for measure in measures:
        values = explored.of(curve, measure)
        changes[measure] = t_interval(along(x, values, end) - along(x, values, start))
    return Step(curve, title, start, end, changes)


def along(x: np.ndarray, values: np.ndarray, place: float) -> np.ndarray:
    """Return each replication's value at a place, between points along straight lines."""
    right = int(np.clip(np.searchsorted(x, place), 1, len(x) - 1))
    left = right - 1
    share = float(np.clip((place - x[left]) / (x[right] - x[left]), 0.0, 1.0))
    if share in (0.0, 1.0):
        return np.asarray(values[:, right if share else left])
    return np.asarray(values[:, left] + share * (values[:, right] - values[:, left]))


def _parties(explored: Explored, bands: dict[tuple[str, str], Band], curve: str) -> Parties:
    x = explored.axes[0]
    values = {name: explored.of(curve, name) for name in GAINS}
    return Parties(
        curve,
        {name: bands[curve, name] for name in GAINS},
        tuple(
            Met("gain", a, b, crossings(x, values[a], values[b])) for a, b in combinations(GAINS, 2)
        ),
        {name: zero_crossings(x, each) for name, each in values.items()},
    )
