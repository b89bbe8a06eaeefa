"""Results on disk: results/NAME/, filled block by block, resumed where it was left.

While an experiment runs, each block is a pair of shards (runs and weekly series) under
``shards/``. A block counts once its runs are there: they are renamed into place last.
At the end the shards are merged into ``runs.parquet`` and ``series.parquet``.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments import parquet
from experiments.config import to_toml
from experiments.design import Point, fingerprint, model_version
from experiments.errors import RequestError
from experiments.parquet import Columns
from experiments.rows import TEXT_COLUMNS, WHOLE_COLUMNS, measure_columns, point_values
from experiments.runner import Run

if TYPE_CHECKING:
    from experiments.config import Experiment

# A run that failed once may be there a second time, done: the one that is done counts.
_MERGED_RUNS = """
    SELECT * FROM sources
    QUALIFY row_number() OVER (PARTITION BY policy, run_id ORDER BY error <> '') = 1
    ORDER BY replication, policy_order
"""
_MERGED_SERIES = """
    SELECT * FROM sources
    QUALIFY row_number() OVER (PARTITION BY policy, run_id, week) = 1
    ORDER BY replication, policy_order, week
"""


def config_hash(experiment: "Experiment") -> str:
    """Return the hash of what an experiment asks for: its rows, but not how many of them."""
    return fingerprint(
        {
            "name": experiment.name,
            "warmup_days": experiment.warmup_days,
            "days": experiment.days,
            "log_contacts": experiment.log_contacts,
            "seed": experiment.seed,
            "centre": experiment.centre.model_dump(),
            "neutral": experiment.neutral_policy().model_dump(),
            "policies": [
                (name, policy.model_dump(), _switched(experiment, name))
                for name, policy in experiment.resolved().items()
            ],
        }
    )


def _switched(experiment: "Experiment", name: str) -> list[tuple[int, Any]]:
    return [(day, policy.model_dump()) for day, policy in experiment.switches(name)]


@dataclass(frozen=True)
class Folder:
    """The results folder of one experiment."""

    path: Path

    @property
    def shards(self) -> Path:
        """Where blocks are kept while the experiment runs."""
        return self.path / "shards"

    @property
    def figures(self) -> Path:
        """Where the figures go."""
        return self.path / "figures"

    @property
    def config(self) -> Path:
        """The experiment as resolved."""
        return self.path / "config.toml"

    def sources(self, kind: str) -> list[Path]:
        """Return the files that hold the rows of a kind: "runs" or "series"."""
        merged = self.path / f"{kind}.parquet"
        return [merged] * merged.is_file() + sorted(self.shards.glob(f"{kind}-*.parquet"))

    def provenance(self) -> dict[str, Any]:
        """Return provenance.json, empty where there is none."""
        try:
            found = json.loads((self.path / "provenance.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file; what is not finite must have been replaced before."""
        text = json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False)
        parquet.write_text(self.path / name, text + "\n")

    def done(self) -> set[tuple[str, str]]:
        """Return the keys of the runs that are there and did not fail."""
        sources = self.sources("runs")
        if not sources:
            return set()
        rows = parquet.read(sources, "SELECT policy, run_id FROM sources WHERE error = ''")
        return set(zip(rows["policy"], rows["run_id"], strict=True))

    def save(self, runs: Sequence[Run], orders: dict[str, int]) -> None:
        """Keep the runs of a block as a shard.

        Parameters
        ----------
        runs : sequence of Run
            The runs, failed ones included.
        orders : dict
            Each policy's place in the experiment.
        """
        if not runs:
            return
        self.shards.mkdir(exist_ok=True)
        keys = fingerprint([run.point.key for run in runs])
        name = f"{runs[0].point.replication:06d}-{keys}.parquet"
        series = series_columns(runs, orders)
        if series:
            parquet.write(self.shards / f"series-{name}", series)
        parquet.write(self.shards / f"runs-{name}", run_columns(runs, orders))

    def merge(self) -> None:
        """Merge the shards into one file of runs and one of series."""
        if not self.shards.is_dir():
            return
        for kind, query in (("series", _MERGED_SERIES), ("runs", _MERGED_RUNS)):
            sources = self.sources(kind)
            if sources:
                parquet.merge(self.path / f"{kind}.parquet", sources, query)
        for shard in self.shards.iterdir():
            shard.unlink()
        self.shards.rmdir()

    def runs(self) -> Columns:
        """Return every run, replication by replication, policies in their order."""
        return parquet.read(self.sources("runs"), _MERGED_RUNS)


def run_columns(runs: Sequence[Run], orders: dict[str, int]) -> Columns:
    """Return runs as columns: what was run, its error, its measures."""
    rows = [point_values(run.point, orders[run.point.name]) for run in runs]
    for row, run in zip(rows, runs, strict=True):
        row["error"] = run.error
    columns: Columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        columns[name] = _typed(name, values)
    situation = runs[0].point.situation
    for name in measure_columns(situation.days, situation.warmup_days):
        columns[name] = np.array([run.values.get(name, np.nan) for run in runs], dtype=float)
    return columns


def _typed(name: str, values: list[Any]) -> np.ndarray:
    if name in TEXT_COLUMNS:
        return np.array(values, dtype=object)
    return np.array(values, dtype=np.int64 if name in WHOLE_COLUMNS else float)


def series_columns(runs: Sequence[Run], orders: dict[str, int]) -> Columns:
    """Return the weekly series of runs as columns, one row a run and week."""
    kept = [run for run in runs if run.series]
    if not kept:
        return {}
    weeks = [len(next(iter(run.series.values()))) for run in kept]
    labels = {
        "run_id": [run.point.run_id for run in kept],
        "policy": [run.point.name for run in kept],
    }
    columns: Columns = {
        name: np.repeat(np.array(values, dtype=object), weeks) for name, values in labels.items()
    }
    columns["policy_order"] = np.repeat([orders[run.point.name] for run in kept], weeks)
    columns["replication"] = np.repeat([run.point.replication for run in kept], weeks)
    columns["week"] = np.concatenate([np.arange(1, count + 1) for count in weeks])
    for name in kept[0].series:
        columns[name] = np.concatenate([np.asarray(run.series[name], dtype=float) for run in kept])
    return columns


def missing(points: Iterable[Point], folder: Folder) -> list[Point]:
    """Return the points whose runs are not there yet, in their order."""
    done = folder.done()
    return [point for point in points if point.key not in done]


def open_folder(experiment: "Experiment", root: Path, *, replace: bool = False) -> Folder:
    """Return the experiment's results folder, new or to be resumed.

    Parameters
    ----------
    experiment : Experiment
        What is to be run.
    root : Path
        The folder of all results.
    replace : bool
        Move aside what is there, instead of resuming or refusing it.

    Raises
    ------
    RequestError
        Where the folder holds something else: another config's results, another
        version of the model's, or no results at all.
    """
    folder = Folder(root / experiment.name)
    if replace and folder.path.exists():
        _move_aside(folder.path)
    problem = _mismatch(folder, experiment)
    if problem:
        raise RequestError(
            [f"{folder.path}: {problem}; nothing was changed. {_WAY_OUT.format(name=folder.path)}"]
        )
    folder.path.mkdir(parents=True, exist_ok=True)
    if not folder.provenance():
        # First of all: by it the folder is known again, whenever the run is cut short.
        identity = {"config_hash": config_hash(experiment), "model": model_version()}
        folder.write_json("provenance.json", identity)
    if not folder.config.exists():
        parquet.write_text(folder.config, to_toml(experiment))
    return folder


_WAY_OUT = (
    "Give another results folder by --out DIR, or --replace, which moves this one aside to "
    "{name}.old-TIME"
)


def _mismatch(folder: Folder, experiment: "Experiment") -> str:
    """Return why the folder cannot take this experiment's rows, or nothing."""
    if not folder.path.exists():
        return ""
    if not folder.path.is_dir():
        return "is a file"
    found = folder.provenance()
    if not found:
        return "is not empty and has no provenance.json" if any(folder.path.iterdir()) else ""
    if found.get("config_hash") != config_hash(experiment):
        return "holds the results of another config of that name"
    if found.get("model") != model_version():
        return "holds results of another version of the model"
    return ""


def _move_aside(path: Path) -> Path:
    stamp = f"{datetime.now():%Y%m%d-%H%M%S}"
    target = path.with_name(f"{path.name}.old-{stamp}")
    count = 1
    while target.exists():
        count += 1
        target = path.with_name(f"{path.name}.old-{stamp}-{count}")
    path.rename(target)
    return target
