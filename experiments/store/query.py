"""SQL over the results of an experiment: read, and nothing else.

What is asked is answered by DuckDB over views named ``runs``, ``series``, ``careers`` and
``contacts``. It may read the experiment's own files only, and write none.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import duckdb
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from experiments.errors import RequestError
from experiments.store.closed_off import closed_off, refuse_writing, told
from experiments.store.folder import Folder
from experiments.store.parquet import reading
from experiments.store.shards import QUERIES
from experiments.store.units import unit_of

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("runs", "series", "careers", "contacts")

CHUNK = 1000
"""Rows that are in memory at once while an answer is read."""

MOST_ROWS = 40
"""Rows that are printed; the others are counted."""

_WIDEST = 40
"""Columns of the terminal that one column of an answer takes at most."""

_SET_UPRIGHT = 3
"""Rows up to which an answer that is too wide is printed a column a line."""

_NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "NUMBER")
"""How types of numbers begin that are not whole; DuckDB 1 says NUMBER of all."""

_LOOKS = 5
"""How often files are looked for while the experiment that writes them is running."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, DuckDB's type, and its unit where it has one."""

    name: str
    type: str
    unit: str


@dataclass(frozen=True)
class Table:
    """A table that can be asked: its name, how many rows it has, and its columns."""

    name: str
    rows: int
    columns: tuple[Column, ...]


class Answer:
    """What a query gave, to be read once.

    Attributes
    ----------
    columns, types : tuple of str
        The names and the types of the columns.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, sql: str) -> None:
        self._connection, self._sql = connection, sql
        connection.execute(sql)
        described = connection.description or []
        self.columns: tuple[str, ...] = tuple(str(column[0]) for column in described)
        self.types: tuple[str, ...] = tuple(str(column[1]) for column in described)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows, a few at a time in memory."""
        while True:
            try:
                chunk = self._connection.fetchmany(CHUNK)
            except duckdb.Error as error:
                raise told(error) from None
            if not chunk:
                return
            yield from chunk

    def frame(self) -> "pd.DataFrame":
        """Return the rows as a pandas frame."""
        try:
            return self._connection.df()
        except duckdb.Error as error:
            raise told(error) from None

    def count(self) -> int | None:
        """Return how many rows there are in all; None where that would have to be counted out."""
        try:
            with self._connection.cursor() as another:
                sql = self._sql.rstrip().rstrip(";")
                found = another.execute(f"SELECT count(*) FROM (\n{sql}\n)").fetchone()
        except duckdb.Error:
            return None
        return int(found[0]) if found else None


def query(folder: Folder, sql: str) -> Answer:
    """Ask the results of an experiment.

    Parameters
    ----------
    folder : Folder
        The results, merged or still being made.
    sql : str
        One statement that reads.

    Returns
    -------
    Answer
        Its columns and its rows.

    Raises
    ------
    RequestError
        Where there is nothing to ask, or the statement is wrong or does more than read.
    """
    for look in range(_LOOKS):
        files = _files(folder)
        if not files:
            raise RequestError([f"{folder.path}: there are no results yet"])
        every = [path for paths in files.values() for path in paths]
        connection = None
        try:
            connection = closed_off(every, {kind: _rows_of(kind, files) for kind in files})
            refuse_writing(connection, sql)
            return Answer(connection, sql)
        except duckdb.Error as error:
            # The experiment that is running may have put other files in the place of these.
            if look == _LOOKS - 1 or _files(folder) == files:
                raise told(error, connection) from None
    raise AssertionError


def tables(folder: Folder) -> tuple[Table, ...]:
    """Return what can be asked of an experiment's results.

    Parameters
    ----------
    folder : Folder
        The results.
    """
    found = []
    for name in [name for name in TABLES if name in _files(folder)]:
        ((rows,),) = query(folder, f"SELECT count(*) FROM {name}").rows()
        described = query(folder, f"SELECT column_name, column_type FROM (DESCRIBE {name})")
        columns = tuple(Column(each, kind, unit_of(each)) for each, kind in described.rows())
        found.append(Table(name, rows, columns))
    return tuple(found)


def write_csv(answer: Answer, stream: TextIO) -> None:
    """Write an answer as CSV (RFC 4180), every number to its last digit.

    Parameters
    ----------
    answer : Answer
        What a query gave.
    stream : text file
        Where to; best opened with ``newline=""``, as the lines end in CR LF by themselves.
    """
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(answer.columns)
    writer.writerows(answer.rows())


def _files(folder: Folder) -> dict[str, list[Path]]:
    """Return the files of each table, as they are at one moment."""
    before: dict[str, list[Path]] = {}
    for _ in range(_LOOKS):
        found = {kind: folder.sources(kind) for kind in TABLES}
        found = {kind: paths for kind, paths in found.items() if paths}
        if found == before:  # nothing was renamed or deleted while the folders were read
            break
        before = found
    return found if "runs" in found else {}


def _rows_of(kind: str, files: dict[str, list[Path]]) -> str:
    """Return the SQL of a table's rows, each once."""
    # Not escaped, as a path that DuckDB is to recognise as one of those that are allowed.
    plain = {name: [str(path.absolute()) for path in paths] for name, paths in files.items()}
    if kind == "contacts":  # a block that was cut short has left some of runs that do not count
        done = "(SELECT policy, run_id FROM runs WHERE error = '')"
        return f"SELECT * FROM {reading(plain[kind])} SEMI JOIN {done} USING (policy, run_id)"
    if len(files[kind]) == len(files["runs"]) == 1:
        return f"SELECT * FROM {reading(plain[kind])}"
    views = ", ".join(
        f"raw_{name} AS (SELECT * FROM "
        f"{reading(plain[name], 'filename = true', 'file_row_number = true')})"
        for name in dict.fromkeys(("runs", kind))
    )
    return f"WITH {views} {QUERIES[kind]}"


def print_result(answer: Answer, console: Console, most: int = MOST_ROWS) -> None:
    """Print an answer as a table that fits the terminal.

    Parameters
    ----------
    answer : Answer
        What a query gave.
    console : rich.console.Console
        Where to.
    most : int
        Rows to print; of the others only the number is.
    """
    rows = answer.rows()
    shown = list(islice(rows, most))
    more = sum(1 for _ in islice(rows, 1))
    if more:
        total = answer.count()
        more = total - len(shown) if total is not None else more + sum(1 for _ in rows)
    cells = [[_cell(value) for value in row] for row in shown]
    widths = [
        max(len(name), *(len(row[place]) for row in cells), 1)
        for place, name in enumerate(answer.columns)
    ]
    room = _columns_that_fit([min(width, _WIDEST) for width in widths], console.width)
    if room < len(widths) and 0 < len(shown) <= _SET_UPRIGHT:
        console.print(_upright(answer, cells))
    else:
        console.print(_grid(answer, cells, room))
        if room < len(widths):
            left = f"{len(widths) - room:,} more column{'s' * (len(widths) - room > 1)}"
            console.print(Text(f"… and {left}: name those that you want after SELECT", "dim"))
    if more:
        console.print(Text(f"… and {more:,} more", "dim"))
    elif not shown:
        console.print(Text("no rows", "dim"))


def _cell(value: Any) -> Text:
    if value is None:
        return Text("NULL", "dim")
    if isinstance(value, float):
        return Text(f"{value:.6g}")
    text = str(value)
    return Text(text if text.isprintable() else ascii(text)[1:-1])


def _columns_that_fit(widths: Sequence[int], room: int) -> int:
    """Return how many columns fit beside each other, two spaces apart; at least one."""
    taken, count = -2, 0
    for width in widths:
        taken += width + 2
        if taken > room:
            break
        count += 1
    return max(1, count)


def _is_number(kind: str) -> bool:
    return kind.startswith(_NUMBERS) or kind.endswith(("INT", "INTEGER"))


def _new_grid() -> Grid:
    return Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def _grid(answer: Answer, cells: Sequence[Sequence[Text]], room: int) -> Grid:
    grid = _new_grid()
    for name, kind in list(zip(answer.columns, answer.types, strict=True))[:room]:
        side: Any = "right" if _is_number(kind) else "left"
        grid.add_column(Text(name), justify=side, max_width=_WIDEST, overflow="fold")
    for row in cells:
        grid.add_row(*row[:room])
    return grid


def _upright(answer: Answer, cells: Sequence[Sequence[Text]]) -> Grid:
    grid = _new_grid()
    grid.add_column("column", overflow="fold")
    for number in range(1, len(cells) + 1):
        grid.add_column(f"row {number}", justify="right", overflow="fold")
    for place, name in enumerate(answer.columns):
        grid.add_row(Text(name), *(row[place] for row in cells))
    return grid
