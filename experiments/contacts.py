"""The log of contacts of one run, as a Parquet file: kept in a table while the run goes on.

What is kept are numbers as the model has them, and conversations in words. The other words,
the labels of the run and NULL where a thing does not apply are put in when the file is
written: by the database, which works outside the interpreter's lock.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import numpy as np

from experiments.store import parquet
from sim.moves import (
    ABANDONED,
    AT_SUPERIOR,
    CALL,
    CALL_BACK,
    ENQUIRY,
    ISSUE,
    ISSUE_KINDS,
    MATTERS,
    MENDED,
    MOVE_NAMES,
    OUTCOMES,
    STAGES,
    TONES,
)
from sim.state import CONTACT, TURNS_PER_WORD

MEMORY = "1GB"
"""What the contacts of one run may take before they go to the disk: some three years of the
reference centre's."""

MINUTES = 1440
"""Minutes in a day."""

DIGIT = 6
"""Bits of a turn: the move x 4 + the tone, a digit to the base 64."""

TURNS = tuple((move, tone) for move in MOVE_NAMES for tone in (*TONES, ""))
"""Move and tone by the digit."""

_TALK = "turns > 0"
_CASE = f"stage = {AT_SUPERIOR}"
_SPOKEN = f"stage = {CALL} AND ending <> {ABANDONED}"
_JUDGED = f"concluded OR ending = {MENDED} OR (matter = {ENQUIRY} AND ending <> {ABANDONED})"
_ISSUE = f"matter = {ISSUE}"


def _word(words: tuple[str, ...], number: str) -> str:
    """Return the SQL that turns a number into its word; NULL where it has none."""
    listed = ", ".join(_literal(word) for word in words)
    return f"([{listed}])[{number} + 1]"


def _literal(value: object) -> str:
    """Return a label as SQL writes it."""
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def _where(condition: str, *names: str) -> dict[str, str]:
    """Return the SQL of columns that hold something only under a condition."""
    return {name: f"CASE WHEN {condition} THEN {name} END" for name in names}


def _columns(branch_day: int) -> dict[str, str]:
    """Return each column of the file and the SQL that makes it of a part's columns."""
    return {
        "day": f"day - {branch_day}",
        "minute": f"minute - {MINUTES} * day",
        "customer": "customer",
        "rep": "CASE WHEN rep >= 0 THEN rep END",
        "stage": _word(STAGES, "stage"),
        "matter": _word(MATTERS, "matter"),
        "kind": f"CASE WHEN kind >= 0 THEN {_word(ISSUE_KINDS, 'kind')} END",
        **_where("attempt > 0", "attempt"),
        **_where(f"stage <> {CALL_BACK}", "wait"),
        **_where(f"ending <> {ABANDONED}", "minutes"),
        **_where(_TALK, "moves", "tones"),
        "tone": f"CASE WHEN {_TALK} THEN {_word(TONES, 'tone')} END",
        "outcome": _word(OUTCOMES, "ending"),
        **_where(_ISSUE, "claim", "due"),
        **_where(f"{_TALK} OR {_CASE}", "offered"),
        **_where(_ISSUE, "granted"),
        **_where(_JUDGED, "satisfaction"),
        **_where("concluded", "payoff_customer", "payoff_rep", "payoff_employer"),
        **_where(_ISSUE, "felt_due"),
        **_where(_TALK, "claim_left", "turns", "warnings", "boundary", "threatened"),
        **_where(f"{_TALK} OR {_CASE}", "apologised", "explained"),
        **_where(f"{_TALK} OR {_CASE}", "anger_start", "anger_end", "heard", "understanding"),
        **_where(_SPOKEN, "strain"),
        "concluded": "concluded",
        **_where(f"concluded OR ending = {MENDED}", "distributive"),
        **_where(_JUDGED, "procedural", "interactional", "quality", "expectation"),
    }


LABELS = ("run_id", "policy", "replication")
"""What the first columns say of a run; more labels may be given."""

COLUMNS = tuple(_columns(0))
"""The columns after the labels. ``day`` is that on which the contact ended, counted from the
branch; ``minute`` is that of the arrival on that day, below 0 where it was the day before; a
case that reached a superior after midnight, from a talk begun before, has one above 1440."""


class ContactLog:
    """The contacts of one run: a context manager, within which they are kept.

    Parameters
    ----------
    point_labels : mapping of str to str or number
        What the first columns say of the run: see :data:`LABELS`.
    branch_day : int
        The day from which days are counted.

    Examples
    --------
    >>> with ContactLog(labels, start.day) as log:  # doctest: +SKIP
    ...     sim.simulate(centre, policy, days=365, seed=1, start=start, contacts=log.write)
    ...     content = log.finish()
    """

    def __init__(self, point_labels: Mapping[str, str | int | float], branch_day: int) -> None:
        self._labels = dict(point_labels)
        self._branch_day = branch_day

    def __enter__(self) -> "ContactLog":
        """Make an empty table, and a folder for what does not fit into memory."""
        self._folder = tempfile.TemporaryDirectory(prefix="frontline-contacts-")
        room: dict[str, Any] = {"temp_directory": self._folder.name, "memory_limit": MEMORY}
        self._kept = duckdb.connect(config=room)
        self._keep("CREATE TABLE kept AS SELECT * FROM given LIMIT 0", np.zeros(1, CONTACT))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the folder."""
        self._kept.close()
        self._folder.cleanup()

    def write(self, rows: np.ndarray) -> None:
        """Keep some contacts: what :func:`sim.simulate` is given as ``contacts``.

        Parameters
        ----------
        rows : record array of ``state.CONTACT``
            In the order in which they are to stand.
        """
        if len(rows):
            self._keep("INSERT INTO kept SELECT * FROM given", rows)

    def _keep(self, statement: str, rows: np.ndarray) -> None:
        columns = {name: rows[name].copy() for name in CONTACT.names or () if name != "said"}
        columns["moves"], columns["tones"] = conversations(rows["said"], rows["turns"])
        with self._kept.cursor() as connection:
            connection.register("given", columns)
            connection.execute(statement)

    def finish(self) -> bytes:
        """Return all contacts as the bytes of one Parquet file."""
        labels = {name: _literal(value) for name, value in self._labels.items()}
        columns = labels | _columns(self._branch_day)
        listed = ", ".join(f'{made} AS "{name}"' for name, made in columns.items())
        path = Path(self._folder.name) / "contacts.parquet"
        parquet.copy(self._kept, f"SELECT {listed} FROM kept", path)
        return path.read_bytes()


def conversations(said: np.ndarray, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the moves and the tones of conversations, each as words with spaces between.

    Parameters
    ----------
    said : array of int, shape (contacts, words)
        The turns as the model packs them, see ``state.CONTACT``.
    turns : array of int, shape (contacts,)
        How many turns each has; 0 gives an empty text.
    """
    moves = np.full(len(turns), "", dtype=object)
    tones = np.full(len(turns), "", dtype=object)
    talks = np.flatnonzero(turns)
    packed = np.ascontiguousarray(np.column_stack([turns[talks], said[talks]]), dtype=np.int64)
    # Rows of bytes: found alike much faster than as rows of numbers.
    keys = packed.view(f"V{packed.itemsize * packed.shape[1]}").ravel()
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    told = [_told(row) for row in packed[first].tolist()]
    moves[talks] = np.array([move for move, _ in told], dtype=object)[place]
    tones[talks] = np.array([tone for _, tone in told], dtype=object)[place]
    return moves, tones


def _told(row: list[int]) -> tuple[str, str]:
    """Return one conversation's moves and tones in words."""
    turns, *said = row
    told = [
        TURNS[said[turn // TURNS_PER_WORD] >> DIGIT * (turn % TURNS_PER_WORD) & (1 << DIGIT) - 1]
        for turn in range(turns)
    ]
    return " ".join(move for move, _ in told), " ".join(tone for _, tone in told)
