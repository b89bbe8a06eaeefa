"""Columns to and from Parquet files, by DuckDB: written aside, then renamed."""

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np

from experiments.errors import RequestError

Columns = dict[str, np.ndarray]


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a path to write to, and rename it to ``path`` when all went well."""
    aside = path.with_name(f".{path.name}.part")
    try:
        yield aside
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


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
    with duckdb.connect() as connection:
        connection.register("given", dict(columns))
        _copy(connection, "SELECT * FROM given", path)


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
    with duckdb.connect() as connection:
        _view(connection, sources)
        try:
            _copy(connection, query, path)
        except duckdb.Error as error:
            raise unreadable(error) from None


def read(sources: Sequence[Path], query: str = "SELECT * FROM sources") -> Columns:
    """Return the columns of a query over Parquet files; NULL reads as NaN or None.

    Raises
    ------
    RequestError
        Where a file is damaged.
    """
    with duckdb.connect() as connection:
        _view(connection, sources)
        try:
            found = connection.execute(query).fetchnumpy()
        except duckdb.Error as error:
            raise unreadable(error) from None
    return {name: _plain(values) for name, values in found.items()}


def unreadable(error: duckdb.Error) -> RequestError:
    """Return what to tell about a file that cannot be read."""
    return RequestError([f"these results cannot be read: {error}"])


def _view(connection: duckdb.DuckDBPyConnection, sources: Sequence[Path]) -> None:
    names = ", ".join(_quoted(glob.escape(str(path))) for path in sources)
    try:
        connection.execute(f"CREATE VIEW sources AS SELECT * FROM read_parquet([{names}])")
    except duckdb.Error as error:
        raise unreadable(error) from None


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    with written_aside(path) as aside:
        connection.execute(
            f"COPY ({query}) TO {_quoted(str(aside))} (FORMAT parquet, COMPRESSION zstd)"
        )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _plain(values: np.ndarray) -> np.ndarray:
    if not isinstance(values, np.ma.MaskedArray):
        return values
    if values.dtype != object:
        return values.filled(np.nan)
    plain = np.array(values.data)
    plain[np.ma.getmaskarray(values)] = None  # filled(None) would give numpy's own "?"
    return plain
