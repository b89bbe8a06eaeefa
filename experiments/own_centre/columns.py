"""The columns of a log of contacts, and how each is read."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["moment", "flag", "number", "text"]


@dataclass(frozen=True)
class Column:
    """A column of a log of contacts.

    Attributes
    ----------
    kind : {"moment", "flag", "number", "text"}
        How it is read.
    what : str
        What stands in it.
    low, high : float or None
        The range of a number.
    """

    kind: Kind
    what: str
    low: float | None = None
    high: float | None = None


COLUMNS: dict[str, Column] = {
    "arrival": Column("moment", "when the contact arrived in the queue"),
    "answered": Column("moment", "when a rep took it; empty where nobody did"),
    "ended": Column("moment", "when it was over; without after_call, after-call work included"),
    "after_call": Column("number", "seconds of work on it after ended", 0.0),
    "customer": Column("text", "who called"),
    "rep": Column("text", "who took it"),
    "case": Column("text", "number of the matter, the same for all contacts over it"),
    "outcome": Column("text", "a word for how it ended, see [contacts.outcomes]"),
    "abandoned": Column("flag", "whether the caller gave up waiting"),
    "escalated": Column("flag", "whether it was passed to a superior"),
    "complaint": Column("flag", "whether it was a conversation over an issue"),
    "resolved": Column("flag", "what the customer answered: whether it settled the matter"),
    "satisfaction": Column("number", "what the customer answered, 1 to 5", 1.0, 5.0),
    "compensation": Column("number", "what was paid over it, in the currency", 0.0),
}
"""By our own names. All but ``arrival`` may be missing."""

OUTCOMES = ("abandoned", "escalated", "other")
"""What a word of the column outcome may mean."""

YES = ("true", "t", "yes", "y", "1")
NO = ("false", "f", "no", "n", "0")
"""How a flag is written, in capitals or not."""


def quoted(name: str) -> str:
    """Return the name of a column as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def is_there(name: str) -> str:
    """Return the SQL of whether a field of the file holds anything."""
    return f"nullif(trim({quoted(name)}), '') IS NOT NULL"


def reading(column: str, name: str, time_format: str | None) -> str:
    """Return the SQL that reads a field of the file; NULL where it is empty or unreadable.

    Parameters
    ----------
    column : str
        Which of :data:`COLUMNS`.
    name : str
        Its name in the file.
    time_format : str or None
        How moments are written.
    """
    kind = COLUMNS[column]
    text = f"nullif(trim({quoted(name)}), '')"
    if kind.kind == "text":
        return text
    if kind.kind == "moment":
        if time_format is None:
            return f"TRY_CAST({text} AS TIMESTAMP)"
        return f"try_strptime({text}, {literal(time_format)})"
    if kind.kind == "flag":
        yes, no = (", ".join(map(literal, words)) for words in (YES, NO))
        word = f"lower({text})"
        return f"CASE WHEN {word} IN ({yes}) THEN true WHEN {word} IN ({no}) THEN false END"
    number = f"TRY_CAST({text} AS DOUBLE)"
    limits = [f"isfinite({number})"]
    limits += [f"{number} >= {kind.low}"] if kind.low is not None else []
    limits += [f"{number} <= {kind.high}"] if kind.high is not None else []
    return f"CASE WHEN {' AND '.join(limits)} THEN {number} END"
