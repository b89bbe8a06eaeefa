"""Results damaged by hand or by a failing disk: found, told plainly, and left as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.errors import RequestError
from experiments.store.shards import KINDS, Shard, digest, shards_in

_MAGIC = b"PAR1"
"""What a Parquet file begins and ends with (the format's specification)."""


@dataclass(frozen=True)
class Damage:
    """A file that is not what was written.

    Attributes
    ----------
    path : Path
        The file.
    what : str
        What is wrong with it.
    away : tuple of Path
        What to move away, so that the runs in it are run again; it may be empty.
    """

    path: Path
    what: str
    away: tuple[Path, ...]


def check(
    folder: Path, vouched: Mapping[str, Sequence[str]], contacts: Sequence[Path] = ()
) -> None:
    """Refuse a folder with damaged results; nothing in it is changed.

    Parameters
    ----------
    folder : Path
        The results folder of an experiment.
    vouched : mapping of str to sequence of str
        The digests that each merged file may have, by its name.
    contacts : sequence of Path
        The files of contacts.

    Raises
    ------
    RequestError
        With a message for each damaged file, and the way out.
    """
    found = [
        *_of_shards(shards_in(folder / "shards")),
        *_of_merged(folder, vouched),
        *_of_contacts(contacts),
    ]
    if found:
        lines = [f"{each.path}: damaged: {each.what}" for each in found]
        away = {path: None for each in found for path in each.away if path.exists()}
        names = ", ".join(str(path) for path in away)
        raise RequestError([*lines, f"{folder}: nothing was changed. {_WAY_OUT.format(names)}"])


_WAY_OUT = (
    "Move these away, and give the same command again: their runs will then be run again: {}. "
    "Or put the files back as they were"
)


def _of_shards(shards: Sequence[Shard]) -> list[Damage]:
    runs = {shard.block: shard.path for shard in shards if shard.kind == "runs"}
    there = {(shard.block, shard.kind) for shard in shards}
    found = []
    for shard in shards:
        its_runs = [runs[shard.block]] if shard.block in runs else []
        if what := _fault(shard.path, [shard.digest]):
            found.append(Damage(shard.path, what, tuple({shard.path, *its_runs})))
        if shard.kind == "runs":
            for kind in KINDS:
                if kind[0] in shard.kinds and (shard.block, kind) not in there:
                    lost = shard.path.with_name(f"{kind}-{shard.block}-....parquet")
                    what = f"is missing, and {shard.path.name} counts on it"
                    found.append(Damage(lost, what, (shard.path,)))
    return found


def _of_merged(folder: Path, vouched: Mapping[str, Sequence[str]]) -> list[Damage]:
    runs = folder / "runs.parquet"
    found = []
    for kind in KINDS:
        path = folder / f"{kind}.parquet"
        expected = vouched.get(path.name, ())
        if path.exists():
            if what := _fault(path, expected):
                found.append(Damage(path, what, (path, runs)))
        elif expected and kind != "runs" and runs.exists():
            what = "is missing, and runs.parquet counts on it"
            found.append(Damage(path, what, (runs,)))
    return found


def _of_contacts(files: Sequence[Path]) -> list[Damage]:
    # Their size forbids to read them all: a look at both ends finds what was emptied or cut short.
    found = []
    for path in files:
        if what := _fault(path, ()):
            found.append(Damage(path, what, (path,)))
    return found


def _fault(path: Path, expected: Sequence[str]) -> str:
    """Return what is wrong with a file, or nothing."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
            size = file.seek(0, 2)
            file.seek(max(0, size - len(_MAGIC)))
            tail = file.read()
        if not size:
            return "is empty"
        if head != _MAGIC:
            return "is no Parquet file any more"
        if tail != _MAGIC or size < 3 * len(_MAGIC):
            return "is cut short"
        if expected and digest(path) not in expected:
            return "is not what was written: its bytes have another digest"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    return ""
