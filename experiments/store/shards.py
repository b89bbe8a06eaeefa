"""Blocks on disk: what they are called, how they are kept, joined and checked.

A block is up to three Parquet files, one for each kind of table. The name of a file says
whose rows it holds, which kinds its block has, and ends in a digest of the file's bytes::

    runs-000007x1-0123456789abcdef-rsc-fedcba9876543210.parquet
         first replication x number of blocks; hash of the runs; kinds; digest

The file of the runs is renamed into place last and deleted first: a block counts while its
runs are there, and then all of it is. Many small blocks are joined into a larger one, which is
there before they are deleted; a row that is there twice for a moment is read once.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from experiments.design import fingerprint
from experiments.store.parquet import PART, Columns, combine, publish, write_plainly, writing

QUICK = "snappy"
"""How shards are compressed: they do not stay, and zstd would take half as long again."""

KINDS = ("series", "careers", "runs")
"""The kinds of tables in the order in which their files are renamed."""

PACK = 200
"""Small blocks that are joined into one: 100,000 runs are some hundred files (assumed)."""

_NAME = re.compile(
    r"(?P<kind>runs|series|careers)-(?P<first>\d{6,})x(?P<blocks>\d+)-(?P<keys>[0-9a-f]{16})"
    r"-(?P<kinds>r?s?c?)-(?P<digest>[0-9a-f]{16})\.parquet"
)

# A run that failed once may be there a second time, done: the one that is done counts.
_RUNS = """
    SELECT * EXCLUDE (filename, file_row_number) FROM raw_runs
    QUALIFY row_number() OVER (PARTITION BY policy, run_id ORDER BY error <> '', filename) = 1
    ORDER BY replication, policy_order
"""
# Every file that holds rows of a run holds all of them: one file a run is taken, and only of
# runs that are there and did not fail.
_OF_RUNS = """
    SELECT raw_{kind}.* EXCLUDE (filename, file_row_number) FROM raw_{kind} JOIN (
        SELECT policy, run_id, min(filename) AS filename
        FROM raw_{kind} SEMI JOIN (SELECT policy, run_id FROM raw_runs WHERE error = '')
        USING (policy, run_id) GROUP BY policy, run_id
    ) AS chosen USING (policy, run_id, filename)
    ORDER BY replication, policy_order, {last}
"""
QUERIES = {
    "runs": _RUNS,
    "series": _OF_RUNS.format(kind="series", last="week"),
    "careers": _OF_RUNS.format(kind="careers", last="file_row_number"),
}
"""What is made of the files of a kind: of views of them named raw_KIND (see :func:`raw`)."""


@dataclass(frozen=True)
class Shard:
    """One file of a block, as its name tells it."""

    path: Path
    kind: str
    block: str
    blocks: int
    kinds: str
    digest: str

    @property
    def replication(self) -> int:
        """The first replication of which it holds runs."""
        return int(self.block.partition("x")[0])


def shard_of(path: Path) -> Shard | None:
    """Return the file as a shard, or None where it is somebody else's."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    block = f"{found['first']}x{found['blocks']}-{found['keys']}"
    return Shard(path, found["kind"], block, int(found["blocks"]), found["kinds"], found["digest"])


def shards_in(folder: Path) -> list[Shard]:
    """Return the shards in a folder, by name."""
    if not folder.is_dir():
        return []
    found = map(shard_of, sorted(folder.iterdir()))
    return [shard for shard in found if shard is not None]


def digest(path: Path) -> str:
    """Return a short digest of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def keep_block(folder: Path, tables: Mapping[str, Columns], first: int, keys: str) -> None:
    """Write the tables of a block as shards.

    Parameters
    ----------
    folder : Path
        Where to.
    tables : mapping of str to dict
        The columns by kind, those of the runs among them.
    first : int
        The first replication in it.
    keys : str
        A hash of the runs in it.
    """
    block = f"{first:06d}x1-{keys}"
    with writing(folder.parent):
        folder.mkdir(exist_ok=True)
        asides = {kind: folder / f".{kind}-{block}{PART}" for kind in KINDS if kind in tables}
        try:
            for kind, aside in asides.items():
                write_plainly(aside, tables[kind], QUICK)
            _publish_block(folder, block, asides)
        finally:
            forget(asides.values())


def _publish_block(folder: Path, block: str, asides: Mapping[str, Path]) -> None:
    kinds = "".join(kind[0] for kind in ("runs", "series", "careers") if kind in asides)
    publish(
        [
            (aside, folder / f"{kind}-{block}-{kinds}-{digest(aside)}.parquet")
            for kind, aside in asides.items()
        ]
    )


def pack(folder: Path) -> None:
    """Join the small blocks in a folder into one, where there are many of them."""
    small = [shard for shard in shards_in(folder) if shard.blocks == 1]
    runs = [shard for shard in small if shard.kind == "runs"]
    if len(runs) < PACK:
        return
    first = min(shard.replication for shard in runs)
    block = f"{first:06d}x{len(runs)}-{fingerprint([shard.digest for shard in runs])}"
    with writing(folder.parent):
        asides = {kind: folder / f".{kind}-{block}{PART}" for kind in KINDS}
        try:
            made = join_tables(sources_by_kind(small), asides, folder / f".spill{PART}")
            _publish_block(folder, block, made)
            remove(small)
        finally:
            forget(asides.values())


def join_tables(
    sources: Mapping[str, Sequence[Path]], asides: Mapping[str, Path], spill: Path
) -> dict[str, Path]:
    """Write one file a kind of the rows of many, and return what was written.

    Parameters
    ----------
    sources : mapping of str to sequence of Path
        The files by kind; those of the runs among them.
    asides : mapping of str to Path
        Where to write.
    spill : Path
        A folder for what does not fit into memory.
    """
    made = {}
    for kind in KINDS:
        if sources.get(kind):
            combine(asides[kind], QUERIES[kind], raw(kind, sources), spill)
            made[kind] = asides[kind]
    return made


def raw(kind: str, sources: Mapping[str, Sequence[Path]]) -> dict[str, Sequence[Path]]:
    """Return the files that the query of a kind needs, by the name of their view."""
    return {f"raw_{name}": sources[name] for name in dict.fromkeys(("runs", kind))}


def sources_by_kind(shards: Iterable[Shard]) -> dict[str, list[Path]]:
    """Return the files of some shards by kind, without the kinds that have none."""
    found: dict[str, list[Path]] = {}
    for shard in shards:
        found.setdefault(shard.kind, []).append(shard.path)
    return found


def remove(shards: Iterable[Shard]) -> None:
    """Delete shards, the runs first: none is left that lacks its companions."""
    for shard in sorted(shards, key=lambda shard: shard.kind != "runs"):
        shard.path.unlink(missing_ok=True)


def forget(asides: Iterable[Path]) -> None:
    """Delete what was written aside and not renamed."""
    for aside in asides:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
