"""What two swept dimensions show: surfaces, where they are best, and whether they interact."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from experiments.analysis.curves.band import Band, band, band_of_rows
from experiments.analysis.curves.peak import Kind, peak
from experiments.analysis.curves.rows import SEED
from experiments.analysis.curves.surface import (
    Contour,
    Surface,
    interpolated,
    surface,
    weights_at,
    zero_contour,
)
from experiments.analysis.interval import LEVEL, Interval, t_interval
from experiments.kinds.curve.adding import peak_kind
from experiments.kinds.curve.exploring import Explored
from experiments.kinds.work import NAMES

LATTICE = 25
"""Places along each dimension at which a surface is judged and drawn."""


@dataclass(frozen=True, eq=False)
class Best:
    """Where a measure is best over the points.

    Attributes
    ----------
    kind : str
        "peak" or "bottom".
    place : tuple of float
        The point of the best mean.
    value : Interval
        The mean there, with an interval of the best value of all points.
    possible : ndarray of bool, shape (points,)
        Which points may be the best: the others are surely not.
    """

    kind: Kind
    place: tuple[float, ...]
    value: Interval
    possible: np.ndarray


@dataclass(frozen=True)
class Interaction:
    """Whether one dimension is worth more where there is much of the other.

    Attributes
    ----------
    at_low, at_high : Interval
        What the way from the first dimension's low end to its high end does, at the low and at
        the high end of the second.
    difference : Interval
        The latter less the former, paired: the interaction, the same for both dimensions.
    """

    at_low: Interval
    at_high: Interval
    difference: Interval

    @property
    def sure(self) -> bool:
        """Whether the interval of the difference excludes zero."""
        return bool(self.difference.low > 0.0 or self.difference.high < 0.0)


@dataclass(frozen=True, eq=False)
class Surfaces:
    """What two swept dimensions show.

    Attributes
    ----------
    explored : Explored
        What was simulated.
    bands : dict
        By (curve, measure), all measures: a band that holds all points at once.
    changes : dict
        By (curve, measure), those that are shown: the surface less its own value at
        :func:`start_of`, paired.
    best : dict
        By (curve, measure), those shown that have a better side.
    interactions : dict
        By (curve, measure), those shown.
    contours : dict
        By (measure, a, b): where the difference of two curves changes its sign.
    """

    explored: Explored
    bands: dict[tuple[str, str], Band]
    changes: dict[tuple[str, str], Surface]
    best: dict[tuple[str, str], Best]
    interactions: dict[tuple[str, str], Interaction]
    contours: dict[tuple[str, str, str], Contour]


def find_surfaces(explored: Explored, measures: Sequence[str] = NAMES) -> Surfaces:
    """Return what two swept dimensions show.

    Parameters
    ----------
    explored : Explored
        What was simulated, over two dimensions.
    measures : sequence of str
        What has a band in the tables: all there is, or some of it.
    """
    places = np.array(explored.places)
    curves = tuple(explored.tables)
    shown = explored.plan.request.measures
    bands, changes, best, interactions = {}, {}, {}, {}
    for curve in curves:
        for measure in measures:
            values = explored.of(curve, measure)
            bands[curve, measure] = band_of_rows(places, values, LEVEL, SEED)
        for measure in shown:
            values = explored.of(curve, measure)
            moved = values - at_place(places, values, start_of(explored, curve)[0])
            changes[curve, measure] = surface(places, moved, LATTICE)
            kind = peak_kind(measure)
            if kind is not None:
                best[curve, measure] = _best(places, values, kind)
            interactions[curve, measure] = _interaction(explored, values)
    contours = {
        (measure, a, b): zero_contour(
            places, explored.of(a, measure), explored.of(b, measure), LATTICE
        )
        for measure in shown
        for a, b in combinations(curves, 2)
    }
    return Surfaces(explored, bands, changes, best, interactions, contours)


def _best(places: np.ndarray, values: np.ndarray, kind: Kind) -> Best:
    # The test of each point asks nothing of how the points lie, so that any order will do.
    found = peak(np.arange(len(places), dtype=float), values, kind)
    at = () if np.isnan(found.place) else tuple(places[int(found.place)].tolist())
    return Best(kind, at, found.value, found.possible)


def _interaction(explored: Explored, values: np.ndarray) -> Interaction:
    grid = values.reshape(len(values), *map(len, explored.axes))
    at_low = grid[:, -1, 0] - grid[:, 0, 0]
    at_high = grid[:, -1, -1] - grid[:, 0, -1]
    return Interaction(t_interval(at_low), t_interval(at_high), t_interval(at_high - at_low))


def levels(axis: np.ndarray) -> tuple[float, ...]:
    """Return the places of a dimension at which slices are shown: its ends and its middle."""
    middle = axis[int(np.argmin(np.abs(axis - (axis[0] + axis[-1]) / 2.0)))]
    return tuple(dict.fromkeys((float(axis[0]), float(middle), float(axis[-1]))))


@dataclass(frozen=True, eq=False)
class Slice:
    """A measure along the first dimension at one place of the second, as a change; see above."""

    at: float
    values: np.ndarray
    band: Band


def slices(explored: Explored, curve: str, measure: str) -> list[Slice]:
    """Return a measure along the first dimension, at some places of the second.

    Parameters
    ----------
    explored : Explored
        What was simulated, over two dimensions.
    curve, measure : str
        Which.
    """
    first, second = explored.axes
    values = explored.of(curve, measure)
    values = values - at_place(np.array(explored.places), values, start_of(explored, curve)[0])
    grid = values.reshape(len(values), len(first), len(second))
    found = []
    for at in levels(second):
        cut = grid[:, :, int(np.flatnonzero(second == at)[0])]
        found.append(Slice(at, cut, band(first, cut)))
    return found


def start_of(explored: Explored, curve: str) -> tuple[tuple[float, ...], str]:
    """Return the point that changes of a curve are counted from, and what it is called.

    Along each dimension that of the policy that is held, or the middle one of those that are
    blended; else the dimension's start.
    """
    places, titles = [], []
    for dimension, axis in enumerate(explored.axes):
        named = list(explored.plan.nodes_of(curve, dimension).items())
        place, title = named[len(named) // 2] if named else (float(axis[0]), "")
        places.append(place)
        titles.append(title)
    one = len(set(titles)) == 1 and titles[0]
    return tuple(places), titles[0] if one else "the point marked +"


def at_place(places: np.ndarray, values: np.ndarray, at: Sequence[float]) -> np.ndarray:
    """Return each replication's value at a point of the surface, shape (replications, 1)."""
    weights, _ = weights_at(places, np.array([at]))
    return interpolated(values, weights)
