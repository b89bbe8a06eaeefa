"""The table of parameters: every name with its default, unit, range, source and meaning."""

import math
import sys
from collections.abc import Iterator
from typing import NamedTuple

from experiments.errors import RequestError, no_such
from experiments.explain import WORDS
from experiments.recipes import PARTS
from sim.parameters import Centre, Described, describe

HEADINGS = ("parameter", "default", "unit", "range", "source", "what it is")


class Section(NamedTuple):
    """The parameters of one group."""

    name: str
    note: str
    rows: tuple[tuple[str, ...], ...]


def sections(group: str | None = None) -> list[Section]:
    """Return the groups of parameters with their rows.

    Parameters
    ----------
    group : str, optional
        One group alone, in any case; all of them where absent.

    Raises
    ------
    RequestError
        Where there is no such group.
    """
    made = list(_all_sections())
    if group is None:
        return made
    chosen = [section for section in made if section.name.lower() == group.lower()]
    if not chosen:
        raise RequestError([no_such("group of parameters", group, [one.name for one in made])])
    return chosen


def _all_sections() -> Iterator[Section]:
    grouped: dict[str, list[tuple[str, ...]]] = {}
    for row in describe(Centre):
        grouped.setdefault(row.group, []).append(_cells(row))
    notes = {part.__name__: _first_line(part.__doc__) for part in Centre.__mro__}
    # The centre's parts come as they are written in its declaration.
    for part in Centre.__bases__:
        yield Section(part.__name__, notes[part.__name__], tuple(grouped.get(part.__name__, ())))
    for model in PARTS.values():
        # A policy's parts are described as a centre's are, but belong to no group of it.
        rows = tuple(_cells(row) for row in describe(model))  # type: ignore[arg-type]
        yield Section(model.__name__, _first_line(model.__doc__), rows)


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


def _cells(row: Described) -> tuple[str, ...]:
    if isinstance(row.default, bool):
        default = "on" if row.default else "off"
    elif row.default == math.inf:
        default = WORDS.get(row.name, "inf")
    else:
        default = f"{row.default:,}" if isinstance(row.default, int) else f"{row.default:g}"
    span = ""
    if row.low is not None:
        span = f"{row.low:,g} to {row.high:,g}" if row.high is not None else f"{row.low:g} up"
        if row.high is not None and row.high >= 1e6:
            span = f"{row.low:,} to {row.high:,}"
    elif row.name == "target_aht":
        span = "above 0"
    return (row.name, default, "" if row.unit == "1" else row.unit, span, row.source, row.note)


def parameters_markdown(group: str | None = None) -> str:
    """Return the table of parameters as Markdown.

    Parameters
    ----------
    group : str, optional
        One group alone; all of them where absent.
    """
    parts = []
    for section in sections(group):
        head = (
            [f"## {section.name}", "", section.note, ""]
            if section.note
            else [f"## {section.name}", ""]
        )
        ruler = "|" + "---|" * len(HEADINGS)
        lines = [_line(HEADINGS), ruler]
        lines += [_line((f"`{row[0]}`", *row[1:])) for row in section.rows]
        parts.append("\n".join([*head, *lines]))
    return "\n\n".join(parts) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def print_parameters(group: str | None = None, markdown: bool = False) -> None:
    """Print the table of parameters.

    Parameters
    ----------
    group : str, optional
        One group alone, for example "Reps"; all of them where absent.
    markdown : bool
        Print Markdown for documents, not a table for the screen.

    Raises
    ------
    RequestError
        Where there is no such group.
    """
    if markdown:
        print(parameters_markdown(group), end="")
        return
    # Rich takes a moment to import; Markdown does without it.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # A file or a pipe has no width of its own: there every column gets what it needs.
    console = Console(width=None if sys.stdout.isatty() else 200)
    for section in sections(group):
        table = Table(title=section.name, caption=section.note, title_justify="left")
        for heading in HEADINGS:
            right = heading == "default"
            table.add_column(
                heading, justify="right" if right else "left", no_wrap=heading == "parameter"
            )
        for row in section.rows:
            # As plain text: a unit in square brackets would be taken for a style.
            table.add_row(*map(Text, row))
        console.print(table)
