"""Room that an experiment takes: bytes on disk by the rows of a shortened block, and memory."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import sim
from experiments.command.estimate.pieces import Piece
from experiments.rows import measure_columns
from experiments.store import parquet
from experiments.store.folder import Folder

if TYPE_CHECKING:
    from experiments.config import Experiment
    from sim.simulation import EngineName

BYTES_PER_NUMBER = 7.2
"""What a measure of one run takes in runs.parquet: measured, 90 runs of the main job."""

BYTES_PER_COLUMN = 158
"""What a column takes in runs.parquet however few its rows are: measured there too."""

MESA_BYTES_PER_PERSON = 5_000
"""Memory of a person as a Mesa agent: measured, 6,000 customers."""

REPORT_BYTES = 6_000_000
"""Report, figures as SVG and PNG, summary: measured, within a factor of two."""


class Room:
    """Bytes on disk, from the rows of one shortened block.

    Parameters
    ----------
    experiment : Experiment
        What would be run.
    piece : Piece
        The block.
    """

    def __init__(self, experiment: "Experiment", piece: Piece) -> None:
        self.policies = len(experiment.policies)
        columns = len(measure_columns(experiment.days, experiment.warmup_days))
        self._of_run = BYTES_PER_NUMBER * columns
        self._fixed = BYTES_PER_COLUMN * columns
        self._per_run = _bytes_per_run(piece, self.policies)

    def bytes(self, replications: int) -> dict[str, float]:
        """Return what so many replications take, by kind."""
        runs = replications * self.policies
        found = {"runs": self._fixed + runs * self._of_run}
        per_run = self._per_run.items()
        return found | {kind: fixed + runs * each for kind, (fixed, each) in per_run}


def _bytes_per_run(piece: Piece, policies: int) -> dict[str, tuple[float, float]]:
    """Return what a file with many rows a run takes in any case, and what a whole run adds."""
    orders = {run.point.name: order for order, run in enumerate(piece.runs)}
    found: dict[str, tuple[float, float]] = {}
    with TemporaryDirectory() as scratch:
        folder = Folder(Path(scratch) / "piece")
        folder.path.mkdir()
        folder.save(piece.runs, orders)
        for kind in ("series", "careers"):
            sources = folder.sources(kind)
            if sources:
                fixed, growth = _fixed_and_growth(sources, Path(scratch))
                found[kind] = (fixed, growth / policies * _longer(kind, piece))
    contacts = sum(len(run.contacts) for run in piece.runs)
    if contacts:
        found["contacts"] = (0.0, contacts / policies / piece.share)  # a file for each run
    return found


def _longer(kind: str, piece: Piece) -> float:
    """Return how many times as many rows a whole run has."""
    if kind == "careers":  # whoever was there at the branch is one row, however long it lasts
        entered = [day for run in piece.runs for day in run.careers.get("entered", ())]
        hired = sum(day > 0.0 for day in entered)
        return (len(entered) - hired + hired / piece.share) / max(1, len(entered))
    return 1.0 / piece.share


def _fixed_and_growth(sources: Sequence[Path], scratch: Path) -> tuple[float, float]:
    """Return the bytes that a file takes however few its rows are, and those of its rows."""
    columns = parquet.read(sources)
    rows = len(next(iter(columns.values())))
    sizes = []
    for part in (rows // 2, rows):
        file = scratch / f"{part}.parquet"
        parquet.write(file, {name: values[:part] for name, values in columns.items()})
        sizes.append(file.stat().st_size)
    growth = (sizes[1] - sizes[0]) * rows / max(1, rows - rows // 2)
    return max(0.0, sizes[1] - growth), growth


def memory(experiment: "Experiment", engine: "EngineName") -> float:
    """Return the bytes that a worker takes while it runs a block.

    The warmed-up centre and its branch are there at a time; what they keep of every day
    grows with the days.
    """
    few = min(7, max(1, experiment.warmup_days))
    sizes = []
    for days in (0, few):
        start = sim.warm_up(
            experiment.centre, experiment.neutral_policy(), days=days, seed=experiment.seed
        )
        sizes.append(sum(getattr(part, "nbytes", 0) for part in start.floor))
    daily = (sizes[1] - sizes[0]) / few
    arrays = 2.0 * sizes[0] + daily * (2.0 * experiment.warmup_days + experiment.days)
    people = MESA_BYTES_PER_PERSON * experiment.centre.customers if engine == "mesa" else 0
    return arrays + people
