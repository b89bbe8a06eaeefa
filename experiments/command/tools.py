"""Commands that look things up and measure; :mod:`experiments.cli` puts them in place."""

import re
import sys
from collections.abc import Container
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.command import completion
from experiments.command.parts import piped
from experiments.errors import RequestError, no_such

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.kinds.asking import Results
    from experiments.store.query import Table

studies = typer.Typer(
    help="Studies of the laboratory itself.", no_args_is_help=True, rich_markup_mode=None
)


def parameters(
    group: Annotated[
        str | None, typer.Argument(help="Only one group.", autocompletion=completion.groups)
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As a Markdown table.")] = False,
) -> None:
    """Print every parameter: default, unit, range and source."""
    from experiments.command.tables import print_parameters

    with piped():
        print_parameters(group, markdown)


def schema(
    kind: Annotated[
        str,
        typer.Argument(
            help="The kind of experiment: each has keys of its own.",
            autocompletion=completion.kinds,
        ),
    ] = "compare",
) -> None:
    """Print the JSON schema of an experiment file, for editors."""
    import json

    from experiments.schema import schema as experiment_schema

    with piped():
        typer.echo(json.dumps(experiment_schema(kind), indent=2))


def policies(
    name: Annotated[
        str | None, typer.Argument(help="Print this one.", autocompletion=completion.policies)
    ] = None,
) -> None:
    """List the shipped policies and where they are, or print one."""
    from experiments.catalogue import shipped_policies
    from experiments.toml_text import read_toml

    shipped = shipped_policies()
    if name is not None:
        if name not in shipped:
            raise RequestError([no_such("shipped policy", name, shipped)])
        typer.echo(shipped[name].read_text(encoding="utf-8"), nl=False)
        return
    for policy, path in shipped.items():
        typer.echo(f"{policy}  ({path})")
        about = read_toml(path).get("about")
        if about:
            typer.echo(f"    {about}")


def bench(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Which to measure; default: all.", autocompletion=completion.figures),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Measure speed and size, as ratios taken in one run."""
    from experiments.bench import measure, print_table

    measured = measure(names or [])
    if as_json:
        import json

        typer.echo(json.dumps(measured, indent=2))
    else:
        print_table(measured)


@studies.callback()
def _studies() -> None:
    pass  # with a callback, one study alone is still called by its name


@studies.command()
def coverage(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where coverage.csv and .md go.")
    ] = Path("coverage"),
    sequences: Annotated[
        int | None, typer.Option("--sequences", min=1, help="Sequences a case.")
    ] = None,
    pool: Annotated[
        int | None, typer.Option("--pool", min=1, help="Replications of the model.")
    ] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Threads.")] = None,
) -> None:
    """Measure how often the intervals of `precision` cover the truth; takes minutes."""
    from experiments.studies.coverage import main

    given = {"--sequences": sequences, "--pool": pool, "--workers": workers}
    options = [word for key, value in given.items() if value for word in (key, str(value))]
    main(["--out", str(out), *options])


def print_results(results: "Results", sql: str | None, as_csv: bool) -> None:
    """Print what results hold: their tables, the answer to a query, or CSV.

    Parameters
    ----------
    results : Results
        The results.
    sql : str or None
        The query.
    as_csv : bool
        As CSV; every run where there is no query.
    """
    from rich.console import Console

    from experiments.store.query import print_result, write_csv

    # A file or a pipe has no width of its own: there every column gets what it needs.
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    with piped():
        if as_csv:
            if isinstance(sys.stdout, TextIOWrapper):
                sys.stdout.reconfigure(newline="")  # or Windows would end each line twice
            write_csv(results.ask(sql or results.every), sys.stdout)
        elif sql:
            print_result(results.ask(sql), console)
        else:
            for table in results.tables():
                _print_table(table, console)


def _print_table(table: "Table", console: "Console") -> None:
    """Print a table's size and its columns, those of one measure together."""
    from rich.padding import Padding
    from rich.text import Text

    names = {column.name for column in table.columns}
    spans = dict.fromkeys(_span(column.name, names) for column in table.columns)
    plain = [column for column in table.columns if not _span(column.name, names)]
    console.print(
        Text(f"{table.name}: {table.rows:,} rows, {len(table.columns):,} columns", "bold")
    )
    shown = [
        each.name if each.unit in ("", "1") else f"{each.name} ({each.unit})" for each in plain
    ]
    console.print(Padding(Text(", ".join(shown)), (0, 0, 0, 2)))
    if others := [span for span in spans if span]:
        ends = ", ".join(others)
        console.print(Padding(Text(f"and each measure with the end {ends}", "dim"), (0, 0, 0, 2)))
    console.print()


_SPAN = re.compile(r"(.+?)(_year_\d+|_from_day_\d+)")


def _span(name: str, names: Container[str]) -> str:
    """Return the end that marks a measure over a part of the branch, or nothing."""
    found = _SPAN.fullmatch(name)
    return found[2] if found and found[1] in names else ""
