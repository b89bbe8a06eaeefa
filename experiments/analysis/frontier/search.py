r"""A search over the unit cube of policies for the frontier, with a plain rule.

1. **Design**: what the user gives (named policies), then a scrambled Sobol' sequence: a quarter of
   all points.
2. **Rounds**: eight, of equal numbers of new points. The parents of a round are the points on the
   frontier of the means, in the order of how empty the frontier is around them (the crowding
   distance of Deb et al. 2002, in ranges), the second front following where there are fewer than
   four. Children go to the parents in turn and are of four kinds in turn. *Onward*: past the
   parent, on the line from the nearest policy that it dominates, by up to twice their distance.
   *Between*: on the line to the parent's nearest neighbour on the frontier (by objectives). *One*:
   one coordinate, in turn, changes by up to 2h. *Around*: a point of the Sobol' sequence in the
   box of half-width h around the parent. The first two are also shifted by a tenth of h. h is 1/4
   in the first round and 0.8 of it in each next. What leaves the cube is put on its face.
3. **Noise**: every point begins with the same replications (common random numbers). Before each
   round a twelfth of the share kept for it re-evaluates the points in doubt with the next
   replications (see :mod:`~experiments.analysis.frontier.allocation`); the rest does so at the
   end, in four parts.

The rule is the second that was tried: the first (half design, four rounds, nothing onward) was left
because it did badly on ZDT1, which is among the problems of its tests.

The frontier found is one of what was evaluated: a search that ran longer might find better. Which
points were tried depends on the noise; replications were added to points in doubt only, so that
p values hold approximately (see :mod:`~experiments.analysis.frontier.confidence`).

References
----------
From memory, unverified: Deb, K., Pratap, A., Agarwal, S. and Meyarivan, T. (2002). A fast and
elitist multiobjective genetic algorithm: NSGA-II. IEEE Transactions on Evolutionary Computation
6(2) (the crowding distance). The rule as a whole is our own.
"""

import warnings

import numpy as np
from scipy.stats import qmc

from experiments.analysis.frontier.dominance import dominates, fronts
from experiments.analysis.frontier.evaluated import Effort, Evaluate, Found, Ledger
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.resampling import means
from experiments.errors import RequestError

DESIGN = 0.25
"""Share of the points that is the design (assumed)."""

ROUNDS = 8
LAST = 4
"""Parts in which the rest of the runs kept is spent at the end."""

REACH = 0.25
"""Half-width of the box around a parent in the first round."""

NARROWER = 0.8
"""By what it is multiplied each round."""

ONWARD = 2.0
"""How far past a parent a line goes at most, in the distance from what it dominates."""

KINDS = ("onward", "between", "one", "around")
"""What the children of a parent are in turn."""

LEAST_PARENTS = 4


def search(
    evaluate: Evaluate,
    dimensions: int,
    objectives: Objectives,
    effort: Effort,
    given: np.ndarray | None = None,
    seed: int = 0,
) -> Found:
    """Search the unit cube for the frontier.

    Parameters
    ----------
    evaluate : callable
        (points, replications) -> values; see :data:`Evaluate`.
    dimensions : int
        Of the cube.
    objectives : Objectives
        What is wanted.
    effort : Effort
        How much may be done.
    given : ndarray of shape (points, dimensions), optional
        Points to begin with, in the cube.
    seed : int
        Of the Sobol' sequences.

    Returns
    -------
    Found
        Runs never exceed ``effort.runs``.

    Raises
    ------
    RequestError
        Where the points given are not in the cube, or there are more than the effort allows.
    """
    ledger, count = opened(evaluate, dimensions, objectives, effort, given)
    design = max(2, round(DESIGN * count))
    ledger.add(sobol(design, dimensions, seed), effort.replications, 1)
    shared = np.diff(np.linspace(0, count - design, ROUNDS + 1).astype(int))
    kept = int(effort.runs * effort.again)
    for place, children in enumerate(shared.tolist()):
        ledger.again(kept // (ROUNDS + LAST), effort.most)
        reach = REACH * NARROWER**place
        fresh = _children(ledger, children, reach, seed + 1 + place)
        ledger.add(fresh, effort.replications, 2 + place)
    settle(ledger, effort)
    return ledger.found()


def opened(
    evaluate: Evaluate,
    dimensions: int,
    objectives: Objectives,
    effort: Effort,
    given: np.ndarray | None,
) -> tuple[Ledger, int]:
    """Return a ledger with the points given, and how many more there can be.

    Raises
    ------
    RequestError
        Where those points are not in the cube or leave room for fewer than four.
    """
    ledger = Ledger(evaluate, dimensions, objectives, effort.runs)
    if given is None or not len(given):
        return ledger, effort.new_points
    if given.shape[1:] != (dimensions,) or not ((given >= 0.0) & (given <= 1.0)).all():
        raise RequestError(
            [f"points given: shape {given.shape}; allowed: rows of {dimensions} numbers, 0 to 1"]
        )
    count = effort.new_points - len(given)
    if count < 4:
        raise RequestError(
            [
                f"runs: given {effort.runs}; allowed: enough for 4 points beside the "
                f"{len(given)} given"
            ]
        )
    ledger.add(given, effort.replications, 0)
    return ledger, count


def settle(ledger: Ledger, effort: Effort) -> None:
    """Spend what runs are left on points in doubt, in parts that learn from each other."""
    for part in range(LAST, 0, -1):
        ledger.again(ledger.left // part, effort.most)


def sobol(count: int, dimensions: int, seed: int) -> np.ndarray:
    """Return the first points of a scrambled Sobol' sequence, of shape (count, dimensions)."""
    sequence = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    with warnings.catch_warnings():
        # A count that is no power of 2 is less balanced, which does not matter here.
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(sequence.random(count))


def crowding(points: np.ndarray) -> np.ndarray:
    """Return how empty it is around each point of a front, in ranges.

    Parameters
    ----------
    points : ndarray, shape (points, objectives)

    Returns
    -------
    ndarray, shape (points,)
        Sum over objectives of the distance between a point's two neighbours; infinite at ends.
    """
    total = np.zeros(len(points))
    for column in points.T:
        order = np.argsort(column, kind="stable")
        ranked = column[order]
        span = ranked[-1] - ranked[0]
        if span > 0.0:
            total[order[1:-1]] += (ranked[2:] - ranked[:-2]) / span
            total[order[[0, -1]]] = np.inf
    return total


def _parents(oriented: np.ndarray) -> np.ndarray:
    """Return parents in their order."""
    ranks = fronts(oriented)
    chosen: list[int] = []
    for rank in range(ranks.max() + 1):
        members = np.flatnonzero(ranks == rank)
        order = np.argsort(-crowding(oriented[members]), kind="stable")
        chosen += members[order].tolist()
        if len(chosen) >= LEAST_PARENTS:
            break
    return np.array(chosen, dtype=int)


def _children(ledger: Ledger, count: int, reach: float, seed: int) -> np.ndarray:
    """Return new points around the frontier."""
    dimensions = ledger.points.shape[1]
    shifts = 2.0 * sobol(count, dimensions + 1, seed) - 1.0
    oriented = ledger.objectives.oriented(means(ledger.values))
    parents = _parents(oriented)
    if not len(parents):  # every run failed so far
        return np.asarray((shifts[:, :-1] + 1.0) / 2.0)
    places = parents[np.arange(count) % len(parents)]
    born = ledger.points[places].copy()
    partners = _neighbours(oriented[parents], places, parents)
    for child, place in enumerate(places.tolist()):
        moved, share = reach * shifts[child, :-1], 0.5 + 0.5 * shifts[child, -1]
        # Turns change with every lap of the parents, so that each has children of every kind.
        turn = child + child // len(parents)
        kind = turn % len(KINDS)
        if KINDS[kind] == "onward":
            behind = _behind(ledger.points, oriented, place)
            born[child] += share * ONWARD * (born[child] - ledger.points[behind]) + 0.1 * moved
        elif KINDS[kind] == "between":
            born[child] += share * (ledger.points[partners[child]] - born[child]) + 0.1 * moved
        elif KINDS[kind] == "one":
            one = (turn // len(KINDS)) % dimensions
            born[child, one] += 2.0 * moved[one]
        else:
            born[child] += moved
    born = np.clip(born, 0.0, 1.0)
    known = {point.tobytes() for point in ledger.points}
    for child in range(count):
        if born[child].tobytes() in known:
            born[child] = (shifts[child, :-1] + 1.0) / 2.0
        known.add(born[child].tobytes())
    return born


def _behind(points: np.ndarray, oriented: np.ndarray, place: int) -> int:
    """Return the nearest point, by policy, that a point dominates; itself where there is none."""
    worse = np.flatnonzero(dominates(oriented[place], oriented))
    if not len(worse):
        return place
    return int(worse[((points[worse] - points[place]) ** 2).sum(axis=1).argmin()])


def _neighbours(front: np.ndarray, places: np.ndarray, parents: np.ndarray) -> np.ndarray:
    """Return the nearest other parent of each place, by objectives in ranges."""
    span = front.max(axis=0) - front.min(axis=0)
    scaled = front / np.where(span > 0.0, span, 1.0)
    nearest = {}
    for own, point in zip(parents.tolist(), scaled, strict=True):
        apart = ((scaled - point) ** 2).sum(axis=1)
        apart[parents == own] = np.inf
        nearest[own] = int(parents[apart.argmin()])
    return np.array([nearest[place] for place in places.tolist()], dtype=int)
