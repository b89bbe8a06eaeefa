"""Where points are added to a curve, or lines to a grid, after each round."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from experiments.analysis.curves.peak import Kind
from experiments.analysis.curves.refine import REASONS, Target, gap_needs, next_points
from experiments.analysis.summary import MEASURES
from experiments.kinds.curve.parts import Refine
from experiments.kinds.work import GAINS

Values = Mapping[tuple[str, str], np.ndarray]
"""(curve, measure): its values, shape (replications, points)."""

SMALLEST = 1.0 / 64.0
"""Narrowest gap between two lines of a grid, as a share of a dimension (assumed)."""

FINE, SPENT, NARROWEST = "fine enough", "budget spent", "gaps at their narrowest"


@dataclass(frozen=True)
class Added:
    """What a round adds.

    Attributes
    ----------
    places : tuple of tuple of float
        New places along each dimension.
    reasons : tuple of str
        What called for each of them, as "bend: loyalty of balanced".
    why : str
        Why nothing more is added; empty where something is.
    """

    places: tuple[tuple[float, ...], ...]
    reasons: tuple[str, ...] = ()
    why: str = ""

    @property
    def count(self) -> int:
        """How many places were added."""
        return sum(len(each) for each in self.places)


def more_points(axes: Sequence[np.ndarray], values: Values, refine: Refine) -> Added:
    """Return what to add next.

    Parameters
    ----------
    axes : sequence of ndarray
        Where points lie along each dimension.
    values : mapping
        The curves that are looked at.
    refine : Refine
        How many there may be, and what is worth another one.
    """
    if len(axes) == 1:
        return _points(axes[0], values, refine)
    return _lines(axes, values, refine)


def peak_kind(measure: str) -> Kind | None:
    """Return which end of a measure is the better one, None where neither is."""
    better = MEASURES[measure].better if measure in MEASURES else 1
    kinds: dict[int, Kind | None] = {1: "peak", -1: "bottom", 0: None}
    return kinds[better]


def _targets(values: Values, *, peaks: bool) -> Iterator[Target]:
    """Yield every curve, the differences of parties' gains, and of curves in one measure."""
    curves = list(dict.fromkeys(curve for curve, _ in values))
    for (curve, measure), each in values.items():
        of = f" of {curve}" if len(curves) > 1 else ""
        if measure in GAINS:  # where a party begins to gain or to lose is what matters of it
            yield Target(f"{measure}{of}", each, crossing=True)
        else:
            yield Target(f"{measure}{of}", each, peak=peak_kind(measure) if peaks else None)
    for curve in curves:
        of = f" of {curve}" if len(curves) > 1 else ""
        for a, b in combinations([name for name in GAINS if (curve, name) in values], 2):
            difference = values[curve, a] - values[curve, b]
            yield Target(f"{a} less {b}{of}", difference, crossing=True)
    for measure in dict.fromkeys(measure for _, measure in values):
        for a, b in combinations(curves, 2):
            difference = values[a, measure] - values[b, measure]
            yield Target(f"{measure}, {a} less {b}", difference, crossing=True)


def _points(x: np.ndarray, values: Values, refine: Refine) -> Added:
    found = next_points(
        x, list(_targets(values, peaks=True)), refine.points, refine.at_once, refine.tolerance
    )
    if found.ended:
        return Added(((),), (), found.why)
    return Added(
        (tuple(each.x for each in found.points),),
        tuple(f"{each.reason}: {each.target}" for each in found.points),
    )


@dataclass(frozen=True)
class _Gap:
    """A gap along a dimension of a grid, and what halving it is worth."""

    need: float
    dimension: int
    middle: float
    reason: str


def _lines(axes: Sequence[np.ndarray], values: Values, refine: Refine) -> Added:
    """Return lines of a grid, the neediest first: a line is needed where any crossing one bends."""
    gaps = [gap for dimension in (0, 1) for gap in _gaps(axes, values, dimension, refine)]
    wanted = sorted((gap for gap in gaps if gap.need >= 1.0), key=lambda gap: -gap.need)
    if not wanted:
        return Added(((), ()), (), FINE)
    sizes = [len(axis) for axis in axes]
    before = sizes[0] * sizes[1]
    added: tuple[list[float], list[float]] = ([], [])
    reasons = []
    narrow = 0
    for gap in wanted:
        axis = axes[gap.dimension]
        after = [size + (place == gap.dimension) for place, size in enumerate(sizes)]
        if float(np.abs(axis - gap.middle).min()) < SMALLEST * float(np.ptp(axis)):
            narrow += 1
        elif after[0] * after[1] <= refine.points:
            added[gap.dimension].append(gap.middle)
            reasons.append(gap.reason)
            sizes = after
        if sizes[0] * sizes[1] - before >= refine.at_once:
            break
    if not reasons:
        return Added(((), ()), (), NARROWEST if narrow == len(wanted) else SPENT)
    return Added((tuple(added[0]), tuple(added[1])), tuple(reasons))


def _gaps(
    axes: Sequence[np.ndarray], values: Values, dimension: int, refine: Refine
) -> Iterator[_Gap]:
    """Yield the gaps along a dimension, each with the largest need of all lines along it."""
    axis = axes[dimension]
    best = np.zeros(len(axis) - 1)
    said = [""] * len(best)
    for line in range(len(axes[1 - dimension])):
        along = {
            key: _grid(each, axes)[:, :, line] if dimension == 0 else _grid(each, axes)[:, line]
            for key, each in values.items()
        }
        for target in _targets(along, peaks=False):
            needs = gap_needs(axis, target, refine.tolerance)
            most = needs.max(axis=0)
            for at in np.flatnonzero(most > best).tolist():
                best[at] = most[at]
                said[at] = f"{REASONS[int(np.argmax(needs[:, at]))]}: {target.name}"
    for gap, need in enumerate(best.tolist()):
        middle = float(axis[gap] + (axis[gap + 1] - axis[gap]) / 2.0)
        yield _Gap(need, dimension, middle, said[gap])


def _grid(values: np.ndarray, axes: Sequence[np.ndarray]) -> np.ndarray:
    return values.reshape(len(values), len(axes[0]), len(axes[1]))
