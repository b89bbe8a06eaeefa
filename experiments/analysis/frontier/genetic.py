"""The same search by NSGA-II or NSGA-III, of pymoo (Blank and Deb 2020), an optional extra.

Version 0.6.2 was read and run (Apache-2.0; with what it brings along some 33 MB, among it moocore,
LGPL-2.1-or-later). It is imported only when asked for, and driven by ask and tell, so that the
runs are made by whoever searches, not by it. Every point is evaluated with the same replications,
which makes the problem that the algorithm sees one without noise (a sample average); all that it
tried is kept, and the share for doing again goes to the points in doubt at the end.

References
----------
From memory, unverified: Blank, J. and Deb, K. (2020). pymoo: multi-objective optimization in
Python. IEEE Access 8.
"""

import contextlib
import io
from importlib.util import find_spec
from typing import Any

import numpy as np

from experiments.analysis.frontier.evaluated import Effort, Evaluate, Found
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.resampling import means
from experiments.analysis.frontier.search import opened, settle, sobol
from experiments.errors import RequestError, no_such

ALGORITHMS = ("nsga2", "nsga3")

POPULATION = 40
"""Points in a generation where the effort allows ten of them (assumed)."""


def genetic(
    evaluate: Evaluate,
    dimensions: int,
    objectives: Objectives,
    effort: Effort,
    algorithm: str = "nsga2",
    given: np.ndarray | None = None,
    population: int = POPULATION,
    seed: int = 0,
) -> Found:
    """Search the unit cube for the frontier by a genetic algorithm.

    Parameters
    ----------
    evaluate, dimensions, objectives, effort, given
        As in :func:`~experiments.analysis.frontier.search.search`.
    algorithm : str
        ``nsga2`` or ``nsga3``.
    population : int
        Points in a generation; fewer where there would not be ten generations, and 4 at least.
    seed : int
        Of the first generation, a Sobol' design, and of the algorithm.

    Returns
    -------
    Found
        ``stage`` counts generations.

    Raises
    ------
    RequestError
        Where pymoo is not installed, there is no such algorithm, or the effort does not do.
    """
    if algorithm not in ALGORITHMS:
        raise RequestError([f"algorithm: {no_such('algorithm', algorithm, ALGORITHMS)}"])
    if find_spec("pymoo") is None:
        raise RequestError(
            [
                f"{algorithm} needs pymoo, which is not installed: "
                'pip install "frontline[frontier]"; without it there is the default search'
            ]
        )
    ledger, count = opened(evaluate, dimensions, objectives, effort, given)
    size = max(4, min(population, count // 10))
    start = sobol(size, dimensions, seed)
    if given is not None:
        start = np.concatenate([given, start])
    solver = _solver(algorithm, start, size, dimensions, len(objectives), seed)
    kept = effort.runs - (count + len(ledger.points)) * effort.replications
    stage = 1
    known = {point.tobytes(): place for place, point in enumerate(ledger.points)}
    while ledger.left - kept >= effort.replications:
        asked = solver.ask()
        if asked is None or not len(asked):
            break
        drawn = np.clip(np.asarray(asked.get("X"), dtype=float), 0.0, 1.0)
        fresh = [point for point in drawn if point.tobytes() not in known]
        room = (ledger.left - kept) // effort.replications
        fresh = fresh[:room]
        if fresh:
            places = ledger.add(np.array(fresh), effort.replications, stage)
            known |= {ledger.points[place].tobytes(): int(place) for place in places}
        if any(point.tobytes() not in known for point in drawn):
            break  # the runs ended within a generation
        rows = [known[point.tobytes()] for point in drawn]
        costs = _costs(-objectives.oriented(means(ledger.values)))[rows]
        _tell(solver, asked, costs)
        stage += 1
    settle(ledger, effort)
    return ledger.found()


def _solver(
    algorithm: str, start: np.ndarray, size: int, dimensions: int, width: int, seed: int
) -> Any:
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.algorithms.moo.nsga3 import NSGA3
    from pymoo.core.problem import Problem
    from pymoo.termination.max_gen import MaximumGenerationTermination

    made: Any
    if algorithm == "nsga2":
        made = NSGA2(pop_size=size, sampling=start)
    else:
        directions = _directions(size, width)
        made = NSGA3(directions, pop_size=max(size, len(directions)), sampling=start)
    # It ends when the runs do, which it is not told.
    made.termination = MaximumGenerationTermination(10**9)
    problem = Problem(n_var=dimensions, n_obj=width, xl=0.0, xu=1.0)
    with contextlib.redirect_stdout(io.StringIO()):  # whether it was compiled is not news
        made.setup(problem, seed=seed)
    return made


def _directions(size: int, width: int) -> np.ndarray:
    """Return as many evenly spread directions as the population has room for."""
    from pymoo.util.ref_dirs import get_reference_directions

    parts = 1
    while _combinations(parts + 1, width) <= size:
        parts += 1
    return np.asarray(get_reference_directions("das-dennis", width, n_partitions=parts))


def _combinations(parts: int, width: int) -> int:
    found = 1
    for place in range(1, width):
        found = found * (parts + place) // place
    return found


def _costs(costs: np.ndarray) -> np.ndarray:
    """Return costs in which a point whose every run failed is worse than all others."""
    undefined = np.isnan(costs).any(axis=1)
    if undefined.all():
        return np.ones_like(costs)
    high, low = np.nanmax(costs, axis=0), np.nanmin(costs, axis=0)
    costs[undefined] = high + np.maximum(high - low, 1.0)
    return costs


def _tell(solver: Any, asked: Any, costs: np.ndarray) -> None:
    from pymoo.core.evaluator import Evaluator
    from pymoo.problems.static import StaticProblem

    Evaluator().eval(StaticProblem(solver.problem, F=costs), asked)
    solver.tell(infills=asked)
