"""Columns to and from Parquet files, by DuckDB: written aside, then renamed.

What is renamed is on the disk before it is: a power cut leaves the old file or the new one.
"""

import errno
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from experiments.errors import RequestError

Columns = dict[str, np.ndarray]

PART = ".part"
"""How the names of files end that are being written; they begin with a dot."""

_WRITING_FAILED = (duckdb.IOException, duckdb.OutOfMemoryException)


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a path to write to, and rename it to ``path`` when all went well.

    Raises
    ------
    RequestError
        Where the disk is full or the folder cannot be written to.
    """
    aside = aside_of(path)
    with writing(path.parent):
        try:
            yield aside
            publish([(aside, path)])
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)


def aside_of(path: Path) -> Path:
    """Return where a file is written before it is renamed to ``path``."""
    return path.with_name(f".{path.name}{PART}")


def publish(files: Sequence[tuple[Path, Path]]) -> None:
    """Rename files that are all there, one after the other, so that a power cut loses none.

    Parameters
    ----------
    files : sequence of (Path, Path)
        From and to. The last one is renamed when the others are known to be on the disk.
    """
    for aside, _ in files:
        _sync(aside)
    for aside, path in files[:-1]:
        os.replace(aside, path)
    for folder in {path.parent for _, path in files[:-1]}:
        _sync(folder)
    for aside, path in files[-1:]:
        os.replace(aside, path)
        _sync(path.parent)


def _sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    if path.is_dir() and os.name == "nt":  # Windows opens no folders, and keeps names by itself
        return
    # Windows syncs only what is open for writing.
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems sync no folders
            raise
    finally:
        os.close(descriptor)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what goes wrong while ``folder`` is written to into one plain message."""
    try:
        yield
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from None
    except _WRITING_FAILED as error:
        raise unwritable(folder, _first_line(error)) from None


def unwritable(folder: Path, reason: str) -> RequestError:
    """Return what to tell about a folder that cannot be written to."""
    return RequestError(
        [
            f"{folder}: cannot be written to: {reason}. What was done before is kept, and nothing "
            "half-written counts. Make room there, or make it writable, and give the same command "
            "again: it goes on from there. Or give another results folder by --out DIR"
        ]
    )


def write_text(path: Path, text: str) -> None:
    """Write a text file aside and rename it."""
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")


def write(path: Path, columns: Mapping[str, np.ndarray]) -> None:
    """Write columns of equal length as a Parquet file; NaN and None become NULL.

    Parameters
    ----------
    path : Path
        The file.
    columns : mapping of str to ndarray
        Numbers, or objects that are str or None.
    """
    with written_aside(path) as aside:
        write_plainly(aside, columns)


def write_plainly(path: Path, columns: Mapping[str, np.ndarray], compression: str = "zstd") -> None:
    """Write columns as :func:`write` does, in place: for a file that is renamed later."""
    # A block's table is small, and the other processors are busy with the next blocks.
    with _database(threads=1).cursor() as connection:
        connection.register("given", dict(columns))
        copy(connection, "SELECT * FROM given", path, compression)


def merge(path: Path, sources: Sequence[Path], query: str) -> None:
    """Write what ``query`` makes of ``FROM sources`` as a Parquet file.

    Parameters
    ----------
    path : Path
        The file; may be one of the sources.
    sources : sequence of Path
        Parquet files with the same columns.
    query : str
        SQL that reads from a view named ``sources``.
    """
    with written_aside(path) as aside, _database().cursor() as connection:
        try:
            _view(connection, "sources", sources)
            copy(connection, query, aside)
        except _WRITING_FAILED:
            raise
        except duckdb.Error as error:
            raise unreadable(error) from None


def combine(path: Path, query: str, views: Mapping[str, Sequence[Path]], spill: Path) -> None:
    """Write what a query makes of several kinds of files, in place, whatever their size.

    Parameters
    ----------
    path : Path
        The file, to be renamed later.
    query : str
        SQL that reads from the views.
    views : mapping of str to sequence of Path
        The files that each view reads; it also has ``filename`` and ``file_row_number``.
    spill : Path
        A folder, made and removed, for what does not fit into memory.
    """
    with duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {quoted(str(spill))}")
        try:
            _views(connection, views)
            copy(connection, query, path)
        except _WRITING_FAILED:
            raise
        except duckdb.Error as error:
            raise unreadable(error) from None
        finally:
            shutil.rmtree(spill, ignore_errors=True)


def read(sources: Sequence[Path], query: str = "SELECT * FROM sources") -> Columns:
    """Return the columns of a query over Parquet files; NULL reads as NaN or None.

    Raises
    ------
    RequestError
        Where a file is damaged.
    """
    with _database().cursor() as connection:
        try:
            _view(connection, "sources", sources)
            return _columns(connection, query)
        except duckdb.Error as error:
            raise unreadable(error) from None


def select(query: str, views: Mapping[str, Sequence[Path]]) -> Columns:
    """Return the columns of a query over several kinds of files, as :func:`combine` writes them."""
    with _database().cursor() as connection:
        try:
            _views(connection, views)
            return _columns(connection, query)
        except duckdb.Error as error:
            raise unreadable(error) from None


def unreadable(error: duckdb.Error) -> RequestError:
    """Return what to tell about a file that cannot be read."""
    return RequestError([f"these results cannot be read: {_first_line(error)}"])


def quoted(text: str) -> str:
    """Return text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def reading(files: Sequence[str], *options: str) -> str:
    """Return what SQL reads the rows of Parquet files by."""
    names = ", ".join(quoted(file) for file in files)
    # By name: a version of the laboratory may have added a column on the way.
    return f"read_parquet({', '.join([f'[{names}]', 'union_by_name = true', *options])})"


@cache
def _database(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Return the database in memory whose cursors do the work: to open one takes 15 ms."""
    # What does not fit into memory would otherwise go to the folder that one is in.
    config: dict[str, Any] = {"temp_directory": tempfile.gettempdir()}
    return duckdb.connect(config=config | ({"threads": threads} if threads else {}))


def _view(
    connection: duckdb.DuckDBPyConnection, name: str, sources: Sequence[Path], *options: str
) -> None:
    given = reading([glob.escape(str(path)) for path in sources], *options)
    connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM {given}")


def _views(connection: duckdb.DuckDBPyConnection, views: Mapping[str, Sequence[Path]]) -> None:
    for name, sources in views.items():
        _view(connection, name, sources, "filename = true", "file_row_number = true")


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> Columns:
    found = connection.execute(query).fetchnumpy()
    return {name: _plain(values) for name, values in found.items()}


def copy(
    connection: duckdb.DuckDBPyConnection, query: str, path: Path, compression: str = "zstd"
) -> None:
    """Write what a query finds as a Parquet file, in place."""
    options = f"FORMAT parquet, COMPRESSION {compression}, USE_TMP_FILE false"
    connection.execute(f"COPY ({query}) TO {quoted(str(path))} ({options})")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _plain(values: np.ndarray) -> np.ndarray:
    if not isinstance(values, np.ma.MaskedArray):
        return values
    if values.dtype != object:
        # Whole numbers and truth values know no NaN: with a NULL among them they become floats.
        missing = np.ma.getmaskarray(values).any()
        return np.ma.filled(values.astype(float), np.nan) if missing else values.data
    plain = np.array(values.data)
    plain[np.ma.getmaskarray(values)] = None  # filled(None) would give numpy's own "?"
    return plain
