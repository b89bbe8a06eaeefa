"""The tables of ODD.md, written from the code: ``python -m sim.odd [--check]``.

A table stands in ODD.md between ``<!-- generated: NAME -->`` and ``<!-- end -->``. Whatever
stands between the two is written over; the words around them are left alone.
"""

import argparse
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from sim import odd_draws, odd_meanings, purposes
from sim.measures import MEASURES
from sim.moves import MOVE_NAMES
from sim.parameters import Described, describe
from sim.policy import Handling, Support
from sim.state import (
    CAREER,
    CONTACT,
    CUSTOMER,
    CUSTOMER_ANSWER,
    ENTRY,
    PAYOFF,
    REP,
    REP_ANSWER,
    TALK,
    TEAM,
    WORLD,
)

PAGE = Path(__file__).with_name("ODD.md")
MARKED = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
MOVE_TABLES = (
    "anger_of_moves",
    "heard_by_moves",
    "understanding_by_moves",
    "minutes_of_moves",
    "strain_of_moves",
)
TYPES = {"i": "integer", "f": "real", "b": "flag"}

RECORDS: dict[str, tuple[np.dtype[np.void], Mapping[str, str]]] = {
    "state-customer": (CUSTOMER, odd_meanings.CUSTOMER),
    "state-rep": (REP, odd_meanings.REP),
    "state-talk": (TALK, odd_meanings.TALK),
    "state-world": (WORLD, odd_meanings.WORLD),
    "state-team": (TEAM, odd_meanings.TEAM),
    "state-entry": (ENTRY, odd_meanings.ENTRY),
    "state-payoff": (PAYOFF, odd_meanings.PAYOFF),
    "state-rep-answer": (REP_ANSWER, odd_meanings.REP_ANSWER),
    "state-customer-answer": (CUSTOMER_ANSWER, odd_meanings.CUSTOMER_ANSWER),
    "state-career": (CAREER, odd_meanings.CAREER),
    "state-contact": (CONTACT, odd_meanings.CONTACT),
}
"""The records whose columns are listed, each with the meanings of its columns."""


class StaleError(Exception):
    """The page and the code do not fit together."""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table.

    Parameters
    ----------
    head : iterable of str
        The names of the columns.
    rows : iterable of iterable of str
        The cells; a bar within a cell is escaped.
    """
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


def number(value: object) -> str:
    """Return a number as the tables show it: short, switches as on or off."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return "infinite" if math.isinf(value) else f"{value:g}"
    return str(value)


def state_table(name: str) -> str:
    """Return the table of one record's columns.

    Parameters
    ----------
    name : str
        A key of :data:`RECORDS`.

    Raises
    ------
    StaleError
        If a column has no meaning, or a meaning no column.
    """
    columns, meanings = RECORDS[name]
    names = columns.names or ()
    unknown = sorted(set(names) ^ set(meanings))
    if unknown:
        raise StaleError(f"{name}: columns and meanings differ in {', '.join(unknown)}")
    rows = []
    for column in names:
        kind = columns[column]
        shape = f" x {kind.shape[0]}" if kind.shape else ""
        rows.append([f"`{column}`", TYPES[kind.base.kind] + shape, meanings[column]])
    return table(["name", "type", "meaning"], rows)


def _range(row: Described) -> str:
    if row.unit == "on/off":
        return "on, off"
    high = "no limit" if row.high is None else number(row.high)
    return f"{number(row.low)} to {high}"


def _parameter_rows(rows: Iterable[Described]) -> str:
    return table(
        ["name", "default", "unit", "range", "source", "meaning"],
        ([f"`{r.name}`", number(r.default), r.unit, _range(r), r.source, r.note] for r in rows),
    )


def parameter_table(group: str) -> str:
    """Return the table of one group of parameters; the tables of moves stand elsewhere."""
    return _parameter_rows(r for r in describe() if r.group == group and "." not in r.name)


def policy_table() -> str:
    """Return the table of a policy's fields."""
    handling = describe(Handling, "handling.")  # type: ignore[arg-type]
    support = describe(Support, "support.")  # type: ignore[arg-type]
    return _parameter_rows([*handling, *support])


def move_table() -> str:
    """Return the sixteen moves' effects, one row a move and one column a table."""
    found = {r.name: r for r in describe() if r.name.startswith(MOVE_TABLES)}
    rows = [
        [f"`{move}`", *(number(found[f"{kind}.{move}"].default) for kind in MOVE_TABLES)]
        for move in MOVE_NAMES
    ]
    return table(["move", *(f"`{kind}`" for kind in MOVE_TABLES)], rows)


def move_ranges() -> str:
    """Return unit, range and source of each of the five tables of moves."""
    rows = []
    for kind in MOVE_TABLES:
        one = next(r for r in describe() if r.name.startswith(f"{kind}."))
        rows.append(
            [
                f"`{kind}`",
                one.unit,
                _range(one),
                one.source,
                one.note.rsplit(": ", 1)[0],
            ]
        )
    return table(["table", "unit", "range", "source", "meaning"], rows)


def purpose_numbers() -> dict[str, int]:
    """Return the number of each purpose of a draw."""
    return {
        name: value
        for name, value in vars(purposes).items()
        if name.isupper() and isinstance(value, int)
    }


def purpose_table() -> str:
    """Return the purposes of draws: their addresses and what each word decides.

    Raises
    ------
    StaleError
        If a purpose has no meaning, or a meaning no purpose.
    """
    numbers = purpose_numbers()
    unknown = sorted(set(numbers) ^ set(odd_draws.PURPOSES))
    if unknown:
        raise StaleError(f"purposes and meanings differ in {', '.join(unknown)}")
    rows = []
    for name, value in sorted(numbers.items(), key=lambda item: item[1]):
        draw = odd_draws.PURPOSES[name]
        rows.append([f"`{name}`", str(value), draw.person, draw.day, draw.turn, draw.words])
    return table(["purpose", "number", "person", "day", "turn", "what its words decide"], rows)


def measure_table() -> str:
    """Return the measures: unit, the better direction, definition and source."""
    way = {1: "higher", -1: "lower", 0: "neither"}
    return table(
        ["name", "unit", "better", "definition", "source"],
        ([f"`{m.name}`", m.unit, way[m.better], m.definition, m.source] for m in MEASURES),
    )


def _tables() -> dict[str, Callable[[], str]]:
    found: dict[str, Callable[[], str]] = {}
    for name in RECORDS:
        found[name] = lambda name=name: state_table(name)  # type: ignore[misc]
    for group in ("Operations", "Customers", "Reps", "Confrontation", "Employer"):
        found[f"parameters-{group.lower()}"] = (
            lambda group=group: parameter_table(group)  # type: ignore[misc]
        )
    found["moves"] = move_table
    found["move-ranges"] = move_ranges
    found["policy"] = policy_table
    found["purposes"] = purpose_table
    found["measures"] = measure_table
    return found


TABLES: Mapping[str, Callable[[], str]] = _tables()
"""Every table by the name in its marker."""


def rewritten(text: str) -> str:
    """Return a page with its tables as the code has them now.

    Parameters
    ----------
    text : str
        The page.

    Raises
    ------
    StaleError
        If a marker names no table, or a table has not exactly one place in the page.
    """
    names = [found[1] for found in MARKED.findall(text)]
    if len(names) != text.count("<!-- generated: ") or len(names) != text.count("<!-- end -->"):
        raise StaleError("a marker has no end, or an end no marker")
    if sorted(names) != sorted(TABLES):
        wrong = sorted(set(names) ^ set(TABLES)) or [n for n in names if names.count(n) > 1]
        raise StaleError(f"each table has one place in the page; look at {', '.join(wrong)}")
    return MARKED.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


def main(arguments: list[str] | None = None) -> int:
    """Rewrite the tables, or say whether they are stale.

    Parameters
    ----------
    arguments : list of str, optional
        ``--check`` writes nothing.

    Returns
    -------
    int
        0 when the page is as it should be, 1 when it is not.
    """
    parser = argparse.ArgumentParser(prog="python -m sim.odd", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    check = parser.parse_args(arguments).check
    text = PAGE.read_text(encoding="utf-8")
    try:
        fresh = rewritten(text)
    except StaleError as error:
        print(f"{PAGE.name}: {error}", file=sys.stderr)
        return 1
    if check:
        if fresh != text:
            print(f"{PAGE.name} is stale: run python -m sim.odd", file=sys.stderr)
        return int(fresh != text)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
