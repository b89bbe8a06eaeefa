"""Results asked by SQL: those of an experiment's runs, and the tables of any other kind.

An experiment of kind "compare" has rows of runs, which :mod:`experiments.store.query` knows. What
another kind, a calibration, the evidence and the claims leave are tables in files of their own:
each CSV and Parquet file of the folder is a table of its name.
"""

from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path

import duckdb

from experiments.errors import RequestError
from experiments.session import RESULTS, reopen
from experiments.store.closed_off import closed_off, refuse_writing, told
from experiments.store.folder import Folder
from experiments.store.opening import recorded
from experiments.store.parquet import quoted
from experiments.store.query import Answer, Column, Table, query, tables
from experiments.store.units import unit_of

RUNS = ("runs", "values", "scenarios")
"""What the table with a row for every run, or for what comes nearest to one, may be called."""

_READERS = {".csv": "read_csv({}, header = true, nullstr = '')", ".parquet": "read_parquet({})"}


class Results(ABC):
    """Results that can be asked."""

    @property
    @abstractmethod
    def every(self) -> str:
        """The query for all runs."""

    @abstractmethod
    def ask(self, sql: str) -> Answer:
        """Return what one statement that reads gives; RequestError where it cannot be answered."""

    @abstractmethod
    def tables(self) -> tuple[Table, ...]:
        """Return what can be asked."""


class Runs(Results):
    """Those of an experiment of kind "compare".

    Parameters
    ----------
    folder : Folder
        The results.
    """

    every = "SELECT * FROM runs"

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def ask(self, sql: str) -> Answer:
        """Return what one statement that reads gives."""
        return query(self._folder, sql)

    def tables(self) -> tuple[Table, ...]:
        """Return what can be asked."""
        return tables(self._folder)


class Files(Results):
    """Tables in files of their own.

    Parameters
    ----------
    folder : Path
        Where they lie.

    Raises
    ------
    RequestError
        Where there are none yet.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.stem: path
            for path in sorted(folder.iterdir())
            if path.suffix in _READERS and not path.name.startswith(".") and path.stat().st_size
        }
        if not self._files:
            state = recorded(folder).get("state", "")
            said = f" ({state})" if state else ""
            raise RequestError(
                [f"{folder}: there are no tables yet{said}; they are written at the end of a run"]
            )
        self._folder = folder

    @property
    def every(self) -> str:
        """The query for all runs.

        Raises
        ------
        RequestError
            Where no table is that of the runs.
        """
        names = tuple(self._files)
        found = [name for name in RUNS if name in names] or (names if len(names) == 1 else ())
        if not found:
            raise RequestError(
                [
                    f"{self._folder}: holds several tables, none of them of runs; allowed: a query "
                    f'beside --csv, for example "SELECT * FROM {_name(names[0])}". There are: '
                    f"{', '.join(names)}"
                ]
            )
        return f"SELECT * FROM {_name(found[0])}"

    def ask(self, sql: str) -> Answer:
        """Return what one statement that reads gives.

        Raises
        ------
        RequestError
            Where it is wrong or does more than read, or a file cannot be read.
        """
        connection = self._connection
        try:
            refuse_writing(connection, sql)
            return Answer(connection, sql)
        except duckdb.Error as error:
            raise told(error, connection) from None

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        views = {
            _name(name): f"SELECT * FROM {_READERS[path.suffix].format(_path(path))}"
            for name, path in self._files.items()
        }
        try:
            return closed_off(list(self._files.values()), views)
        except duckdb.Error as error:
            raise told(error) from None

    def tables(self) -> tuple[Table, ...]:
        """Return what can be asked."""
        found = []
        for name in self._files:
            view = _name(name)
            ((rows,),) = self.ask(f"SELECT count(*) FROM {view}").rows()
            described = self.ask(f"SELECT column_name, column_type FROM (DESCRIBE {view})")
            columns = tuple(Column(each, kind, unit_of(each)) for each, kind in described.rows())
            found.append(Table(name, rows, columns))
        return tuple(found)


def _path(path: Path) -> str:
    # Not escaped, as a path that DuckDB is to recognise as one of those that are allowed.
    return quoted(str(path.absolute()))


def _name(name: str) -> str:
    """Return a table's name as SQL takes it: quoted where it is no plain word."""
    return name if name.isidentifier() else '"' + name.replace('"', '""') + '"'


def results_of(name: str, root: Path = RESULTS) -> Results:
    """Return results that are there already, of whatever kind.

    Parameters
    ----------
    name : str
        The name of an experiment, or the folder of something else below that of all results:
        "claims", "calibration/reference".
    root : Path
        The folder of all results.

    Raises
    ------
    RequestError
        Where there are none.
    """
    if recorded(root / name).get("kind"):
        return Files(root / name)
    return Runs(reopen(name, root)[0])
