"""A log of contacts read from a CSV file into a table of its own, whatever its size.

The table is a database on the disk, in a folder that goes with it: some ten million rows take a
few hundred megabytes there and at most :data:`MEMORY` of memory.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import duckdb

from experiments.errors import RequestError, hint, in_a_line, shown
from experiments.own_centre.columns import (
    COLUMNS,
    NO,
    YES,
    is_there,
    literal,
    quoted,
    reading,
)
from experiments.own_centre.given import Log

MEMORY = "1GB"
"""What the database may take of memory before it goes to the disk."""

MOST_WRONG = 0.01
"""Share of rows that may be wrong in themselves: these are left out and counted, more are
refused (assumed)."""

DAY = 86_400.0
"""Seconds."""


@dataclass
class ContactTable:
    """The contacts of a file, as the table ``kept``: a context manager, within which it is there.

    ``kept`` has a row a contact: ``day``, ``begun`` (seconds since 1970, of the answer where
    there is one, else of the arrival), ``handled``, ``wait`` (s), ``minutes`` of handling, and
    the columns of the file as they are.

    Attributes
    ----------
    log : Log
        The file, and what its columns are called.
    there : frozenset of str
        Our names of the columns that the file has.
    rows, left_out : int
        Rows that are kept, and rows that were wrong in themselves.
    notes : list of str
        What else is to be said.
    """

    log: Log
    there: frozenset[str] = frozenset()
    rows: int = 0
    left_out: int = 0
    notes: list[str] = field(default_factory=list)

    def __enter__(self) -> "ContactTable":
        """Read the file.

        Raises
        ------
        RequestError
            Where there is no such file or column, or too much cannot be read.
        """
        path = Path(self.log.file)
        if not path.is_file():
            raise RequestError([f"{path}: no such file; allowed: a CSV file of contacts"])
        self._folder = tempfile.TemporaryDirectory(prefix="frontline-own-")
        self.database = duckdb.connect(
            f"{self._folder.name}/contacts.duckdb",
            config={
                "memory_limit": MEMORY,
                "temp_directory": self._folder.name,
                "preserve_insertion_order": False,
            },
        )
        try:
            # A bar of its own, on a slow machine, would stand among what is printed here.
            self.database.execute("SET enable_progress_bar = false")
            self._read(path)
        except duckdb.Error as error:
            self._close()
            raise RequestError([f"{path}: cannot be read: {in_a_line(error)[:400]}"]) from None
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the database."""
        self._close()

    def _close(self) -> None:
        self.database.close()
        self._folder.cleanup()

    def one(self, query: str) -> tuple[float, ...]:
        """Return the first row of what a query gives."""
        row = self.database.execute(query).fetchone()
        assert row is not None
        return row

    def _read(self, path: Path) -> None:
        source = f"read_csv({literal(str(path))}, header = true, all_varchar = true)"
        names = [row[0] for row in self.database.execute(f"DESCRIBE FROM {source}").fetchall()]
        columns = self._columns(path, names)
        self.there = frozenset(columns)
        read = {ours: reading(ours, name, self.log.time_format) for ours, name in columns.items()}
        unread = " OR ".join(
            f"({is_there(columns[ours])} AND {each} IS NULL)" for ours, each in read.items()
        )
        listed = ", ".join(f"{each} AS {quoted(ours)}" for ours, each in read.items())
        self.database.execute(
            f"CREATE TABLE given AS SELECT {listed}, {unread} AS unread FROM {source}"
        )
        made = ", ".join(f"{each} AS {name}" for name, each in self._made().items())
        self.database.execute(
            f"CREATE TABLE kept AS SELECT {made}, * EXCLUDE (unread, arrival) FROM given "
            f"WHERE NOT unread AND NOT {self._contradicts()}"
        )
        self.rows = int(self.one("SELECT count(*) FROM kept")[0])
        all_rows = int(self.one("SELECT count(*) FROM given")[0])
        self.left_out = all_rows - self.rows
        if not all_rows:
            raise RequestError([f"{path}: holds no contacts"])
        if self.left_out > MOST_WRONG * all_rows:
            raise RequestError(self._wrong(path, source, columns, all_rows))
        if self.left_out:
            self.notes.append(
                f"{self.left_out:,} of {all_rows:,} rows are left out: unreadable, without an "
                "arrival, or with times in the wrong order"
            )
        self.database.execute("DROP TABLE given")

    def _columns(self, path: Path, names: list[str]) -> dict[str, str]:
        """Return the file's names of the columns by ours."""
        wrong = [
            f"{path}: {ours} is called {shown(name)} in [contacts.columns], and the file has no "
            f"such column; allowed: {', '.join(names)}{hint(name, names)}"
            for ours, name in self.log.columns.items()
            if name not in names
        ]
        plain = {name.strip().lower(): name for name in names}
        found = {ours: plain[ours] for ours in COLUMNS if ours in plain} | self.log.columns
        if "arrival" not in found:
            wrong.append(
                f"{path}: no column arrival; allowed: one of that name, or its name under "
                f"[contacts.columns]; the file has {', '.join(names)}{hint('arrival', names)}"
            )
        if "outcome" not in found and self.log.outcomes:
            wrong.append(f"{path}: [contacts.outcomes] needs a column outcome, which is missing")
        if wrong:
            raise RequestError(wrong)
        return {ours: name for ours, name in found.items() if ours in COLUMNS}

    def _made(self) -> dict[str, str]:
        """Return the SQL of what is made of the columns."""
        began = "coalesce(answered, arrival)" if "answered" in self.there else "arrival"
        made = {
            "day": "CAST(arrival AS DATE)",
            "begun": f"epoch({began})",
            "handled": f"NOT coalesce({self.gave_up() or 'false'}, false)",
            "wait": "epoch(answered) - epoch(arrival)" if "answered" in self.there else "NULL",
        }
        if {"answered", "ended"} <= self.there:
            after = " + coalesce(after_call, 0)" if "after_call" in self.there else ""
            made["minutes"] = f"(epoch(ended) - epoch(answered){after}) / 60"
        return made

    def gave_up(self) -> str:
        """Return the SQL of whether a caller gave up; empty where the file does not say."""
        if "abandoned" in self.there:
            return "abandoned"
        if words := self.words("abandoned"):
            return f"outcome IN ({words})"
        return "answered IS NULL" if "answered" in self.there else ""

    def words(self, meaning: str) -> str:
        """Return the words of the column outcome that have a meaning, as SQL lists them."""
        if "outcome" not in self.there:
            return ""
        means = self.log.outcomes or {meaning: meaning}
        return ", ".join(literal(word) for word, what in means.items() if what == meaning)

    def _contradicts(self) -> str:
        """Return the SQL of whether a row cannot be: without an arrival, or times out of order."""
        order = [name for name in ("arrival", "answered", "ended") if name in self.there]
        pairs = [f"{later} < {one}" for at, one in enumerate(order) for later in order[at + 1 :]]
        return f"coalesce({' OR '.join(['arrival IS NULL', *pairs])}, false)"

    def _wrong(self, path: Path, source: str, columns: dict[str, str], all_rows: int) -> list[str]:
        """Return what is wrong with so many rows, column by column."""
        messages = []
        for ours, name in columns.items():
            unread = f"{is_there(name)} AND {reading(ours, name, self.log.time_format)} IS NULL"
            count, example = self.one(
                f"SELECT count(*), min({quoted(name)}) FROM {source} WHERE {unread}"
            )
            if count:
                messages.append(
                    f"{path}: {name}: {count:,} of {all_rows:,} rows cannot be read, for example "
                    f"{shown(example)}; allowed: {_allowed(ours, self.log.time_format)}"
                )
        count = self.one(f"SELECT count(*) FROM given WHERE NOT unread AND {self._contradicts()}")[
            0
        ]
        if count:
            messages.append(
                f"{path}: {count:,} of {all_rows:,} rows have no arrival, or are answered before "
                "they arrive or over before they are answered; allowed: arrival, answered, ended "
                "in this order"
            )
        return messages


def _allowed(column: str, time_format: str | None) -> str:
    kind = COLUMNS[column]
    if kind.kind == "moment":
        return (
            f"a moment as {shown(time_format)} has it"
            if time_format
            else "a moment such as 2025-03-31 08:15:00, or set time_format in [contacts]"
        )
    if kind.kind == "flag":
        return f"{', '.join(YES)}, {', '.join(NO)}, or nothing"
    if kind.low is not None and kind.high is not None:
        return f"a number from {kind.low:g} to {kind.high:g}, or nothing"
    return f"a number from {kind.low:g} up, or nothing" if kind.low is not None else "a text"
