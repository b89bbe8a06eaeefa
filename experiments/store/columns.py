"""The runs of a block as the columns of its three tables: runs, weekly series, careers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.rows import TEXT_COLUMNS, WHOLE_COLUMNS, measure_columns, point_values
from experiments.runner import Run
from experiments.store.parquet import Columns


def tables_of(runs: Sequence[Run], orders: Mapping[str, int]) -> dict[str, Columns]:
    """Return the tables of some runs, by kind; without those that have no columns.

    Parameters
    ----------
    runs : sequence of Run
        At least one; failed ones included.
    orders : mapping
        Each policy's place in the experiment.
    """
    tables = {
        "runs": run_columns(runs, orders),
        "series": series_columns(runs, orders),
        "careers": career_columns(runs, orders),
    }
    return {kind: columns for kind, columns in tables.items() if columns}


def run_columns(runs: Sequence[Run], orders: Mapping[str, int]) -> Columns:
    """Return runs as columns: what was run, its error, its measures."""
    rows = [point_values(run.point, orders[run.point.name]) for run in runs]
    for row, run in zip(rows, runs, strict=True):
        row["error"] = run.error
    columns: Columns = {}
    for name in rows[0]:
        columns[name] = _typed(name, [row[name] for row in rows])
    situation = runs[0].point.situation
    for name in measure_columns(situation.days, situation.warmup_days):
        columns[name] = np.array([run.values.get(name, np.nan) for run in runs], dtype=float)
    return columns


def _typed(name: str, values: list[Any]) -> np.ndarray:
    if name in TEXT_COLUMNS:
        return np.array(values, dtype=object)
    return np.array(values, dtype=np.int64 if name in WHOLE_COLUMNS else float)


def series_columns(runs: Sequence[Run], orders: Mapping[str, int]) -> Columns:
    """Return the weekly series of runs, one row a run and week.

    The weeks are those under ``"week"`` in a run's series, or else 1, 2, ...
    """
    kept = [run for run in runs if run.series]
    if not kept:
        return {}
    counts = [_length(run.series) for run in kept]
    columns = _labels(kept, orders, counts)
    columns["week"] = np.concatenate(
        [
            np.asarray(run.series.get("week", np.arange(1, count + 1)), dtype=np.int64)
            for run, count in zip(kept, counts, strict=True)
        ]
    )
    for name in kept[0].series:
        if name != "week":
            parts = [np.asarray(run.series[name], dtype=float) for run in kept]
            columns[name] = np.concatenate(parts)
    return columns


def career_columns(runs: Sequence[Run], orders: Mapping[str, int]) -> Columns:
    """Return the careers of the reps of runs, one row a rep who was employed after the branch."""
    kept = [run for run in runs if run.careers]
    if not kept:
        return {}
    columns = _labels(kept, orders, [_length(run.careers) for run in kept])
    for name in kept[0].careers:
        columns[name] = np.concatenate([np.asarray(run.careers[name]) for run in kept])
    return columns


def _length(table: Mapping[str, np.ndarray]) -> int:
    return len(next(iter(table.values())))


def _labels(runs: Sequence[Run], orders: Mapping[str, int], counts: Sequence[int]) -> Columns:
    """Return the columns that say which run a row is of."""
    ids = np.array([run.point.run_id for run in runs], dtype=object)
    names = np.array([run.point.name for run in runs], dtype=object)
    return {
        "run_id": np.repeat(ids, counts),
        "policy": np.repeat(names, counts),
        "policy_order": np.repeat([orders[run.point.name] for run in runs], counts),
        "replication": np.repeat([run.point.replication for run in runs], counts),
    }
