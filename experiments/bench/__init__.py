"""Speed and size, printed as ratios whose two sides are measured in the same run."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from experiments.bench import (
    analysing,
    engines,
    laboratory,
    precision,
    room,
    scaling,
    startup,
    strategy,
)
from experiments.errors import RequestError, no_such


class Figure(NamedTuple):
    """What is measured: how, in which unit, and the value it must not pass."""

    take: Callable[[], float]
    unit: str
    target: str
    note: str


FIGURES: dict[str, Figure] = {
    "engine_ratio": Figure(
        engines.engine_ratio,
        "x",
        ">= 100",
        "Mesa's time for a day of the reference centre / the compiled engine's, one thread each",
    ),
    "floor_ratio": Figure(
        engines.floor_ratio,
        "x",
        "<= 4",
        "the compiled engine's time / that of its draws and choices alone",
    ),
    "scaling_exponent": Figure(
        scaling.scaling_exponent,
        "1",
        "<= 1.05",
        "slope of log time of a year on log customers, 10^3 to 10^6, staff in proportion",
    ),
    "million_memory": Figure(
        scaling.million_memory,
        "GB",
        "<= 1.5",
        "the most memory that a year of a million customers takes, in a process of its own",
    ),
    "help_ratio": Figure(
        startup.help_ratio,
        "x",
        "<= 3",
        "time of `frontline --help` / of `python -c 'import numpy'`",
    ),
    "second_start": Figure(
        startup.second_start,
        "s",
        "<= 2",
        "from the second command of a tiny experiment to its first replication",
    ),
    "threads_ratio": Figure(
        laboratory.threads_ratio,
        "x",
        ">= 1.8",
        "time of the same blocks on one thread / on two",
    ),
    "overhead_share": Figure(
        laboratory.overhead_share,
        "share",
        "<= 0.05",
        "store, progress and statistics in the time of 300 runs, from request to report",
    ),
    "cluster_ratio": Figure(
        laboratory.cluster_ratio,
        "x",
        "<= 1.25",
        "time of 300 shorter runs on two local Dask workers / on two threads",
    ),
    "log_ratio": Figure(
        laboratory.log_ratio,
        "x",
        "",
        "time of a year with every contact written to Parquet / without",
    ),
    "precision_ratio": Figure(
        precision.precision_ratio,
        "x",
        ">= 300",
        "time to a half width of the retention contrast: Mesa's batch_run with independent seeds / "
        "ours; the product of the next two",
    ),
    "precision_engine": Figure(
        precision.precision_engine,
        "x",
        "",
        "time of two runs of batch_run on all cores / of a pair of ours from one warm-up",
    ),
    "precision_pairing": Figure(
        precision.precision_pairing,
        "x",
        "",
        "replications that independent seeds need / that common random numbers need",
    ),
    "curve_minutes": Figure(
        strategy.curve_minutes,
        "min",
        "<= 5",
        "a curve of 41 points, 30 replications of a year of the reference centre each, from file "
        "to report; by the line through 2 and 6 replications",
    ),
    "sobol_minutes": Figure(
        strategy.sobol_minutes,
        "min",
        "<= 30",
        "a Sobol' analysis of 12 parameters, 1,024 base points, a quarter of the reference centre, "
        "two policies; by the line through 8 and 64 base points",
    ),
    "analysis_seconds": Figure(
        analysing.analysis_seconds,
        "s",
        "<= 20",
        "analysis alone of 100,000 runs, the slowest of curve, sensitivity, regimes and frontier",
    ),
    "analysis_memory": Figure(
        analysing.analysis_memory,
        "GB",
        "<= 1",
        "the most memory that takes, each kind in a process of its own",
    ),
    "room_start": Figure(
        room.room_start,
        "s",
        "<= 3",
        "from `frontline demo` to its first view in a browser that is open; the engine compiled",
    ),
    "room_data": Figure(
        room.room_data,
        "s",
        "",
        "from `frontline demo` to the first results in a browser that is open",
    ),
    "room_updates": Figure(
        room.room_updates,
        "/s",
        ">= 8",
        "new results on the page while a slider of the class room is dragged, the slowest of three",
    ),
}
"""Every figure by name."""


def measure(names: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """Take the figures of those names.

    Parameters
    ----------
    names : sequence of str
        Keys of :data:`FIGURES`; all of them where empty.

    Returns
    -------
    dict
        ``{name: {"value", "unit", "target"}}``.

    Raises
    ------
    RequestError
        Where there is no such figure.
    """
    wrong = [no_such("figure of the bench", name, FIGURES) for name in names if name not in FIGURES]
    if wrong:
        raise RequestError(wrong)
    chosen = {name: FIGURES[name] for name in names or FIGURES}
    return {
        name: {"value": float(f"{figure.take():.4g}"), "unit": figure.unit, "target": figure.target}
        for name, figure in chosen.items()
    }


def print_table(measured: dict[str, dict[str, Any]]) -> None:
    """Print the figures with what they are."""
    for name, row in measured.items():
        target = f"(target {row['target']})" if row["target"] else "(no target)"
        print(f"{name:17} {row['value']:>9.4g} {row['unit']:5} {target}")
        print(f"{'':17} {FIGURES[name].note}")
