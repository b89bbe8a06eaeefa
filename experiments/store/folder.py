"""Results on disk: results/NAME/, filled block by block, resumed where it was left.

While an experiment runs, each block is a few shards under ``shards/`` (see
:mod:`experiments.store.shards`) and, where contacts are logged, a file a run under ``contacts/``.
At the end the shards are merged into ``runs.parquet``, ``series.parquet`` and
``careers.parquet``, whose digests are kept in ``provenance.json``.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.design import Point, fingerprint
from experiments.runner import Run
from experiments.saying import Say
from experiments.store import damage, parquet
from experiments.store.columns import tables_of
from experiments.store.opening import config_hash as config_hash
from experiments.store.opening import (
    identity,
    move_aside,
    recorded,
    refuse_unfit,
    settle_config,
    tidy,
)
from experiments.store.parquet import Columns
from experiments.store.shards import (
    KINDS,
    QUERIES,
    digest,
    forget,
    join_tables,
    keep_block,
    pack,
    raw,
    remove,
    shards_in,
)

if TYPE_CHECKING:
    from experiments.config import Experiment

CONTACTS = "[0-9]*-*-*.parquet"
"""What the files of contacts look like: see :func:`contacts_name`."""


@dataclass(frozen=True)
class Folder:
    """The results folder of one experiment."""

    path: Path

    @property
    def shards(self) -> Path:
        """Where blocks are kept while the experiment runs."""
        return self.path / "shards"

    @property
    def contacts(self) -> Path:
        """Where the contacts of each run are, if they are logged."""
        return self.path / "contacts"

    @property
    def figures(self) -> Path:
        """Where the figures go."""
        return self.path / "figures"

    @property
    def config(self) -> Path:
        """The experiment as resolved."""
        return self.path / "config.toml"

    @property
    def logs_contacts(self) -> bool:
        """Whether every contact is logged."""
        return bool(self.provenance().get("log_contacts"))

    def sources(self, kind: str) -> list[Path]:
        """Return the files with rows of a kind: "runs", "series", "careers" or "contacts"."""
        if kind == "contacts":
            return sorted(self.contacts.glob(CONTACTS))
        merged = self.path / f"{kind}.parquet"
        found = [shard.path for shard in shards_in(self.shards) if shard.kind == kind]
        return [merged] * merged.is_file() + found

    def provenance(self) -> dict[str, Any]:
        """Return provenance.json, empty where there is none."""
        return recorded(self.path)

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file; what is not finite must have been replaced before."""
        text = json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False)
        parquet.write_text(self.path / name, text + "\n")

    def check(self) -> None:
        """Refuse damaged results.

        Raises
        ------
        RequestError
            With each damaged file, what is wrong with it, and the way out.
        """
        damage.check(self.path, self._vouched(), self.sources("contacts"))

    def done(self) -> set[tuple[str, str]]:
        """Return the keys of the runs that are there, with their contacts, and did not fail."""
        sources = self.sources("runs")
        if not sources:
            return set()
        query = "SELECT replication, policy, run_id FROM sources WHERE error = ''"
        rows = parquet.read(sources, query)
        keys = zip(rows["replication"].tolist(), rows["policy"], rows["run_id"], strict=True)
        if not self.logs_contacts:
            return {(policy, run_id) for _, policy, run_id in keys}
        there = {path.name for path in self.sources("contacts")}
        return {
            (policy, run_id)
            for replication, policy, run_id in keys
            if contacts_name(replication, policy, run_id) in there
        }

    def save(self, runs: Sequence[Run], orders: Mapping[str, int]) -> None:
        """Keep the runs of a block: their contacts, then the block as shards.

        Parameters
        ----------
        runs : sequence of Run
            The runs, failed ones included.
        orders : mapping
            Each policy's place in the experiment.
        """
        if not runs:
            return
        self._save_contacts(runs)
        first = min(run.point.replication for run in runs)
        keys = fingerprint([run.point.key for run in runs])
        keep_block(self.shards, tables_of(runs, orders), first, keys)
        pack(self.shards)

    def _save_contacts(self, runs: Sequence[Run]) -> None:
        logged = {
            self.contacts / contacts_name(run.point.replication, *run.point.key): run.contacts
            for run in runs
            if run.contacts
        }
        if not logged:
            return
        with parquet.writing(self.path):
            self.contacts.mkdir(exist_ok=True)
            asides = [(parquet.aside_of(path), path) for path in logged]
            try:
                for aside, path in asides:
                    aside.write_bytes(logged[path])
                parquet.publish(asides)
            finally:
                forget(aside for aside, _ in asides)

    def merge(self) -> None:
        """Merge the shards into one file a kind.

        Whatever moment it is cut short at, every row is there, and is read once.
        """
        merged = shards_in(self.shards)
        sources = {kind: self.sources(kind) for kind in KINDS}
        if merged and sources["runs"]:
            asides = {kind: self.path / f".{kind}.parquet{parquet.PART}" for kind in KINDS}
            with parquet.writing(self.path):
                try:
                    spill = self.path / f".spill{parquet.PART}"
                    made = join_tables(sources, asides, spill)
                    digests = {f"{kind}.parquet": [digest(aside)] for kind, aside in made.items()}
                    # Both the old and the new files are good until the new ones are there.
                    self._vouch(digests, self._vouched())
                    parquet.publish(
                        [(aside, self.path / f"{kind}.parquet") for kind, aside in made.items()]
                    )
                    remove(merged)
                    self._vouch(digests)
                finally:
                    forget(asides.values())
        with suppress(OSError):  # not there, or somebody put a file of theirs into it
            self.shards.rmdir()

    def _vouched(self) -> dict[str, list[str]]:
        """Return the digests that the merged files may have, by name."""
        found = self.provenance().get("digests")
        return found if isinstance(found, dict) else {}

    def _vouch(
        self, digests: Mapping[str, list[str]], others: Mapping[str, list[str]] | None = None
    ) -> None:
        others = others or {}
        names = sorted({*digests, *others})
        both = {
            name: list(dict.fromkeys([*others.get(name, []), *digests.get(name, [])]))
            for name in names
        }
        self.write_json("provenance.json", self.provenance() | {"digests": both})

    def runs(self) -> Columns:
        """Return every run, replication by replication, policies in their order."""
        return self.table("runs")

    def table(self, kind: str, columns: Sequence[str] = ()) -> Columns:
        """Return a table, each row once, merged or not.

        Parameters
        ----------
        kind : str
            "runs", "series" or "careers".
        columns : sequence of str
            Which columns; all of them where empty.

        Returns
        -------
        dict of ndarray
            Empty where there is no such table.
        """
        sources = {name: self.sources(name) for name in ("runs", kind)}
        if not sources[kind] or not sources["runs"]:
            return {}
        names = ", ".join(f'"{name}"' for name in columns) or "*"
        return parquet.select(f"SELECT {names} FROM ({QUERIES[kind]})", raw(kind, sources))


def contacts_name(replication: int, policy: str, run_id: str) -> str:
    """Return the name of the file that holds the contacts of a run."""
    return f"{replication:06d}-{policy}-{run_id}.parquet"


def missing(points: Iterable[Point], folder: Folder) -> Iterator[Point]:
    """Yield the points whose runs are not there yet, in their order."""
    done = folder.done()
    return (point for point in points if point.key not in done)


def open_folder(
    experiment: "Experiment", root: Path, *, replace: bool = False, say: Say | None = None
) -> Folder:
    """Return the experiment's results folder, new or to be resumed.

    Call it inside :func:`experiments.store.lock.locked`: it deletes what a killed process was
    writing.

    Parameters
    ----------
    experiment : Experiment
        What is to be run. The number of replications may be another than before, and so
        may what is made of the rows.
    root : Path
        The folder of all results.
    replace : bool
        Move aside what is there, instead of resuming or refusing it.
    say : callable or None
        Told, a line at a time, of what is changed in a folder that was there.

    Raises
    ------
    RequestError
        Where the folder holds something else: another config's results, another
        version of the model's, or no results at all; where something in it is damaged; and
        where it cannot be written to.
    """
    folder = Folder(root / experiment.name)
    if replace and folder.path.exists():
        move_aside(folder.path)
    refuse_unfit(folder.path, experiment)
    folder.check()
    with parquet.writing(folder.path):
        folder.path.mkdir(parents=True, exist_ok=True)
        tidy(folder.path)
        if not folder.provenance():
            # First of all: by it the folder is known again, whenever the run is cut short.
            folder.write_json("provenance.json", identity(experiment))
        settle_config(folder.path, experiment, say or (lambda line: None))
    return folder
