r"""A measure over two swept dimensions, with a band, and where a difference changes its sign.

Between points the surface is interpolated: bilinearly where the points fill a grid, linearly
over the triangles of a Delaunay triangulation else (which is made after both dimensions are
put to one scale). Either is a weighted mean of the values at a few points, so every replication
has a surface of its own, and means, pairing and band are those of curves: the simultaneous
band is found over a lattice of places. It holds the interpolated true means at all of these
places at once; how the measure bends between points is not known.

Where the difference of two surfaces is zero there is a contour. The band says where the
difference is surely above and surely below zero; in between lies the contour, with the band's
confidence. For each place there is also the share of draws over replications in which it is
above zero: of draws as of a curve (see :mod:`experiments.analysis.curves.rows`), but in the
limit of many, where the share is the t distribution's at the place's own t statistic.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import spatial, stats

from experiments.analysis.curves.band import Band, band_of_rows
from experiments.analysis.curves.crossing import sign_verdict
from experiments.analysis.curves.rows import (
    SEED,
    checked_level,
    checked_rows,
    means,
    paired_difference,
)
from experiments.analysis.interval import LEVEL
from experiments.errors import RequestError

LATTICE = 41
"""Places along each dimension at which a surface is judged."""

GRID = "bilinear on a grid"
TRIANGLES = "linear over triangles"


@dataclass(frozen=True, eq=False)
class Surface:
    """A mean surface with its band on a lattice.

    Attributes
    ----------
    first, second : ndarray, shape (lattice,)
        The lattice: place (i, j) is at ``first[i]``, ``second[j]``.
    band : Band
        At all places of the lattice, row by row (``x`` of shape (lattice², 2)); NaN at places
        outside the points.
    interpolation : str
        "bilinear on a grid" or "linear over triangles".
    """

    first: np.ndarray
    second: np.ndarray
    band: Band
    interpolation: str

    def on_lattice(self, values: np.ndarray) -> np.ndarray:
        """Return values of the band's places as a table, shape (first, second)."""
        return values.reshape(len(self.first), len(self.second))


@dataclass(frozen=True, eq=False)
class Contour:
    """Where the difference of two surfaces is zero.

    Attributes
    ----------
    verdict : str
        As of :class:`~experiments.analysis.curves.crossing.Crossings`.
    surface : Surface
        The difference.
    share_above : ndarray, shape (first, second)
        Share of draws in which the place is above zero; exact zeros count half; NaN outside, and
        with fewer than five replications.
    side : ndarray of int, shape (first, second)
        1 where the band is above zero, -1 where it is below, 0 where that is not known or there
        is no value.
    above, below, unknown : float
        Shares of the places with a value; they sum to 1.
    lines : ndarray, shape (segments, 2, 2)
        The mean's contour as straight pieces: their two ends, each with its two coordinates.
    """

    verdict: str
    surface: Surface
    share_above: np.ndarray
    side: np.ndarray
    above: float
    below: float
    unknown: float
    lines: np.ndarray


def surface(
    points: np.ndarray,
    values: np.ndarray,
    lattice: int = LATTICE,
    level: float = LEVEL,
    seed: int = SEED,
) -> Surface:
    """Return a measure over two dimensions with its band.

    Parameters
    ----------
    points : ndarray, shape (points, 2)
        Where the points lie, in any order.
    values : ndarray, shape (replications, points)
        One measure; NaN where a run failed.
    lattice : int
        Places along each dimension.
    level : float
        The confidence level.
    seed : int
        Where chance begins.
    """
    return _with_rows(points, values, lattice, level, seed)[0]


def zero_contour(
    points: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    lattice: int = LATTICE,
    level: float = LEVEL,
    seed: int = SEED,
) -> Contour:
    """Return where ``a`` less ``b`` is zero over two dimensions.

    Parameters
    ----------
    points : ndarray, shape (points, 2)
        Where the points lie, in any order.
    a, b : ndarray, shape (replications, points)
        Two measures of one scale from the same replications.
    lattice : int
        Places along each dimension.
    level : float
        The confidence level.
    seed : int
        Where chance begins.
    """
    found, rows = _with_rows(points, paired_difference(a, b), lattice, level, seed)
    each = means(rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = stats.t.cdf(each.mean / each.se, np.maximum(each.n - 1, 1))
    share = np.where(each.mean == 0.0, 0.5, share)
    share[~each.drawable] = math.nan
    side = found.band.sure
    known = ~np.isnan(found.band.mean)
    lines = contour_lines(found.first, found.second, found.on_lattice(found.band.mean))
    counted = side[known]
    return Contour(
        sign_verdict(found.band, crosses=bool(len(lines))),
        found,
        found.on_lattice(share),
        found.on_lattice(side),
        float((counted > 0).mean()),
        float((counted < 0).mean()),
        float((counted == 0).mean()),
        lines,
    )


def _with_rows(
    points: np.ndarray, values: np.ndarray, lattice: int, level: float, seed: int
) -> tuple[Surface, np.ndarray]:
    """Return the surface, and every replication's values on the lattice."""
    checked_level(level)
    if lattice < 2:
        raise RequestError([f"lattice: given {lattice}; allowed: 2 places or more"])
    rows = checked_rows(values, "a surface")
    places = _checked_points(points, rows.shape[1])
    first, second = (np.linspace(*ends, lattice) for ends in _ranges(places))
    at = np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1).reshape(-1, 2)
    weights, how = weights_at(places, at)
    on_lattice = interpolated(rows, weights)
    return Surface(first, second, band_of_rows(at, on_lattice, level, seed), how), on_lattice


def weights_at(points: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, str]:
    """Return how much each point counts for the value at each place.

    Parameters
    ----------
    points : ndarray, shape (points, 2)
        Where values are known.
    at : ndarray, shape (places, 2)
        Where they are asked for.

    Returns
    -------
    weights : ndarray, shape (places, points)
        Not negative, summing to 1 at each place; NaN at places outside the points.
    how : str
        The interpolation.
    """
    first, second = np.unique(points[:, 0]), np.unique(points[:, 1])
    if len(points) == len(first) * len(second) and len(first) > 1 and len(second) > 1:
        # Points are told apart, so as many as the grid has cells fill it.
        index = np.searchsorted(first, points[:, 0]) * len(second)
        index += np.searchsorted(second, points[:, 1])
        along = _line_weights(first, at[:, 0])[:, :, np.newaxis]
        both = along * _line_weights(second, at[:, 1])[:, np.newaxis, :]
        return both.reshape(len(at), -1)[:, index], GRID
    return _triangle_weights(points, at), TRIANGLES


def interpolated(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return every replication's values at places, shape (replications, places).

    NaN where a value that counts is missing, and outside.
    """
    outside = np.isnan(weights).any(axis=1)
    used = np.where(outside[:, np.newaxis], 0.0, weights)
    missing = np.isnan(values)
    found = np.where(missing, 0.0, values) @ used.T
    if missing.any():
        found[(missing.astype(float) @ (used > 0.0).T) > 0.0] = math.nan
    found[:, outside] = math.nan
    return np.asarray(found)


def contour_lines(first: np.ndarray, second: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return straight pieces of the zero contour of a table.

    Parameters
    ----------
    first, second : ndarray, shape (rows,) and (columns,)
        Coordinates.
    table : ndarray, shape (rows, columns)
        Values; cells with a NaN have no contour.

    Returns
    -------
    ndarray, shape (segments, 2, 2)
        Each cell is cut into two triangles, over which the surface is a plane. Zero counts as
        above.
    """
    x, y = np.meshgrid(first, second, indexing="ij")
    corners = np.stack([x, y, table], axis=-1)
    a, b, c, d = corners[:-1, :-1], corners[1:, :-1], corners[1:, 1:], corners[:-1, 1:]
    triangles = np.concatenate(
        [np.stack(three, axis=-2).reshape(-1, 3, 3) for three in ((a, b, c), (a, c, d))]
    )
    triangles = triangles[~np.isnan(triangles[:, :, 2]).any(axis=1)]
    above = triangles[:, :, 2] >= 0.0
    cut = above.any(axis=1) & ~above.all(axis=1)
    triangles, above = triangles[cut], above[cut]
    alone = np.where(above.sum(axis=1) == 1, above.argmax(axis=1), above.argmin(axis=1))
    rows = np.arange(len(triangles))
    tip = triangles[rows, alone]
    ends = []
    for step in (1, 2):
        other = triangles[rows, (alone + step) % 3]
        way = (tip[:, 2] / (tip[:, 2] - other[:, 2]))[:, np.newaxis]
        ends.append(tip[:, :2] + way * (other[:, :2] - tip[:, :2]))
    return np.stack(ends, axis=1)


def _ranges(points: np.ndarray) -> list[tuple[float, float]]:
    return [(float(points[:, d].min()), float(points[:, d].max())) for d in (0, 1)]


def _checked_points(points: np.ndarray, count: int) -> np.ndarray:
    """Return points as an array of shape (points, 2), or refuse them."""
    places = np.asarray(points, dtype=float)
    if places.shape != (count, 2):
        raise RequestError(
            [f"a surface: given points of shape {places.shape}; allowed: ({count}, 2)"]
        )
    if not np.isfinite(places).all() or len(np.unique(places, axis=0)) < count:
        raise RequestError(
            ["the points of a surface: given one twice or not finite; allowed: numbers, once each"]
        )
    centred = places - places.mean(axis=0)
    size = np.abs(centred).max(axis=0)
    if count < 3 or not size.all() or np.linalg.matrix_rank(centred / size, tol=1e-9) < 2:
        raise RequestError(
            ["the points of a surface: given points on one line; allowed: 3 or more that are not"]
        )
    return places


def _line_weights(knots: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return linear weights along one dimension, shape (places, knots); NaN outside."""
    cell = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    share = (at - knots[cell]) / (knots[cell + 1] - knots[cell])
    share[(at < knots[0]) | (at > knots[-1])] = math.nan
    weights = np.zeros((len(at), len(knots)))
    rows = np.arange(len(at))
    weights[rows, cell], weights[rows, cell + 1] = 1.0 - share, share
    return weights


def _triangle_weights(points: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return barycentric weights over a Delaunay triangulation; NaN outside."""
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    mesh = spatial.Delaunay((points - low) / size)
    scaled = (at - low) / size
    triangle = mesh.find_simplex(scaled, tol=1e-9)
    inside = np.flatnonzero(triangle >= 0)
    to_first = mesh.transform[triangle[inside]]
    two = np.einsum("pij,pj->pi", to_first[:, :2], scaled[inside] - to_first[:, 2])
    shares = np.column_stack([two, 1.0 - two.sum(axis=1)]).clip(0.0, 1.0)
    shares /= shares.sum(axis=1, keepdims=True)
    weights = np.full((len(at), len(points)), math.nan)
    filled = np.zeros((len(inside), len(points)))
    np.put_along_axis(filled, mesh.simplices[triangle[inside]], shares, axis=1)
    weights[inside] = filled
    return weights
