"""What the analysis alone of 100,000 runs takes: no simulation, made-up values of real shape.

Each kind's findings are worked out from a table of values as its session does it, in a process
of its own, as the most memory that a process ever used never goes down again. The figures are
those of the slowest kind and of the largest.
"""

import multiprocessing
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from experiments import registry
from experiments.bench.scaling import peak_memory
from experiments.bench.strategy import CURVE, SOBOL

RUNS = 100_000
SEED = 2026
NOISE = 0.3
"""Standard deviation of the made-up values' noise; the signal's is about 1."""

REGIMES = """
name = "bench-regimes"
kind = "regimes"
warmup_days = 365
days = 365
replications = 4
seed = 2026
policies = ["always-right", "balanced", "strict-boundaries"]
scenarios = 8334
ensemble = "reference"
[parties]
"the customers" = "loyalty"
"the staff" = "exhaustion"
"the employer" = "profit"
[kinds.honesty]
low = 0.5
high = 0.95
[kinds.loss]
low = 0.2
high = 1.8
scale = "log"
[kinds.margin]
low = 0.1
high = 0.6
[kinds.labour_market]
low = 0.4
high = 2.5
scale = "log"
[[targets]]
measure = "exhaustion"
most = 0.35
"""
"""8,334 centres, four replications of three policies."""

POLICIES, AGAIN = 2_500, 40
"""Policies of a frontier, and replications of each."""


class Prepared(NamedTuple):
    """How many runs there are values of, and what works the findings out from them."""

    runs: int
    work: Callable[[], object]


class Spent(NamedTuple):
    """Seconds, and the most memory in GB (NaN where the system does not tell)."""

    seconds: float
    memory: float


def analysis_seconds() -> float:
    """Return the seconds of the slowest kind's analysis of 100,000 runs."""
    return max(each.seconds for each in spent().values())


def analysis_memory() -> float:
    """Return the most memory, in GB, of the largest kind's analysis of 100,000 runs."""
    return max(each.memory for each in spent().values())


@cache
def spent() -> dict[str, Spent]:
    """Return what each kind's analysis takes, in a process of its own."""
    return {kind: _apart(kind) for kind in KINDS}


def _apart(kind: str) -> Spent:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_in_child, args=(theirs, kind))
    child.start()
    theirs.close()
    try:
        answer: Spent = mine.recv()
    finally:
        child.join()
    return answer


def _in_child(answer: Any, kind: str) -> None:
    prepared = KINDS[kind]()
    began = perf_counter()
    prepared.work()
    answer.send(Spent(perf_counter() - began, peak_memory()))


def _request(kind: str, text: str, *sets: str) -> Any:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bench.toml"
        file.write_text(text, encoding="utf-8")
        return registry.load_of(kind, file, sets)


def _made(signal: np.ndarray, *shape: int) -> np.ndarray:
    """Return values about a signal of shape (points,): (replications, points, ...)."""
    rng = np.random.default_rng(SEED)
    column = signal.reshape(1, -1, *(1,) * (len(shape) - 2))
    lean = rng.normal(size=shape[2:])
    return np.asarray(column * lean + NOISE * rng.normal(size=shape))


def _curve() -> Prepared:
    from experiments.kinds.curve.exploring import Explored, Round
    from experiments.kinds.curve.findings import find_curves
    from experiments.kinds.curve.plan import Plan
    from experiments.kinds.table import Table
    from experiments.kinds.work import NAMES

    plan = Plan(_request("curve", CURVE))
    axes = plan.begin()
    points = len(axes[0])
    rows = -(-RUNS // points)
    values = _made(np.linspace(-1.0, 1.0, points), rows, points, 2, len(NAMES))
    names = tuple(str(at) for at in range(points))
    table = Table(names, tuple(range(1, rows + 1)), plan.request.days, values)
    explored = Explored(plan, axes, dict.fromkeys(plan.curves, table), (Round(axes),), "enough")
    return Prepared(rows * points, lambda: find_curves(explored))


def _sensitivity() -> Prepared:
    from experiments.kinds.sensitivity.findings import sobol_found
    from experiments.kinds.sensitivity.plan import chosen, sobol_design

    request = _request("sensitivity", SOBOL, "replications=4")
    design = sobol_design(request, chosen(request, None))
    signal = np.asarray(design.points).sum(axis=1)
    shape = (4, len(signal), len(request.policies), len(request.measures))
    values = _made((signal - signal.mean()) / signal.std(), *shape)
    runs = values[..., 0].size
    return Prepared(runs, lambda: sobol_found(request, design, values))


def _regimes() -> Prepared:
    from experiments.kinds.regimes.findings import found
    from experiments.kinds.regimes.plan import plan_of, plausible

    request = _request("regimes", REGIMES)
    plan = plan_of(request, plausible(request))
    honesty = np.array([float(point["honesty"]) for point in plan.points])
    signal = (honesty - honesty.mean()) / honesty.std()
    shape = (4, len(signal), len(request.policies), len(request.measures))
    values = _made(signal, *shape)
    return Prepared(values[..., 0].size, lambda: found(request, plan, values))


def _frontier() -> Prepared:
    from experiments.analysis.frontier.choices import choices
    from experiments.analysis.frontier.objectives import Objectives
    from experiments.analysis.frontier.shortfall import shortfall
    from experiments.analysis.frontier.uncertainty import frontier

    wanted = Objectives(("loyalty", "exhaustion", "cost"), (1, -1, -1))
    values = _made(np.linspace(-1.0, 1.0, POLICIES), AGAIN, POLICIES, 3)

    def work() -> None:
        frontier(values, wanted, seed=SEED)
        choices(values, wanted, outside=None, seed=SEED)
        for named in range(3):
            shortfall(values, wanted, named, seed=SEED)

    return Prepared(values[..., 0].size, work)


KINDS: dict[str, Callable[[], Prepared]] = {
    "curve": _curve,
    "sensitivity": _sensitivity,
    "regimes": _regimes,
    "frontier": _frontier,
}
"""By kind: what makes its values, and returns what is timed."""
