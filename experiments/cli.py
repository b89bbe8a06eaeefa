"""The command ``frontline``: reads the request, calls the laboratory, sets the exit status.

What is heavy is imported inside the commands, so that ``--help`` answers at once.
"""

import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.errors import RequestError

if TYPE_CHECKING:
    from experiments.config import Experiment
    from experiments.session import Finished

DONE, FAILED, NOT_UNDERSTOOD = 0, 1, 2
"""Exit status: done; some runs failed or were not reached; the request is wrong."""

app = typer.Typer(
    name="frontline",
    help="Compare policies for handling customer conflict: who prevails, and who pays for it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich would double the time that --help takes
)


class Engine(str, Enum):  # noqa: UP042 - typer shows the value of a str, also on Python 3.11
    """The two engines; both give the same rows."""

    compiled = "compiled"
    mesa = "mesa"


Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of all results.")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Replications at a time; default: one a core."),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Move results that are there aside to NAME.old-TIME.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="No progress, no table: only what went wrong.")
]
RESULTS = Path("results")


def _print_version(wanted: bool) -> None:
    if wanted:
        from experiments.provenance import package_version

        typer.echo(f"frontline {package_version()}")
        raise typer.Exit


@app.callback()
def _frontline(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


@app.command()
def run(
    config: Annotated[
        str, typer.Argument(help="A TOML file, or the name of a shipped experiment.")
    ],
    out: Out = RESULTS,
    workers: Workers = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Change a key, for example centre.seats=4."
        ),
    ] = None,
    engine: Annotated[Engine, typer.Option(help="Both give the same rows.")] = Engine.compiled,
    replace: Replace = False,
    quiet: Quiet = False,
) -> None:
    """Run an experiment, or what is missing of it; print the table; write DIR/NAME/."""
    from experiments.config import load_experiment

    experiment = load_experiment(config, overrides or [])
    raise typer.Exit(_run(experiment, out, workers, engine, replace, quiet))


def _run(
    experiment: "Experiment",
    out: Path,
    workers: int | None,
    engine: Engine,
    replace: bool,
    quiet: bool,
) -> int:
    """Run an experiment as the options say, and return the exit status."""
    from experiments import session
    from experiments.progress import display_for

    finished = session.run(
        experiment,
        root=out,
        workers=workers,
        engine="mesa" if engine is Engine.mesa else "compiled",
        replace=replace,
        display=display_for(experiment.name, quiet=quiet),
    )
    if not quiet:
        _show(finished)
    for failure in finished.failures[:10]:
        typer.echo(f"failed: {failure}", err=True)
    if len(finished.failures) > 10:
        typer.echo(f"... and {len(finished.failures) - 10} more, in runs.parquet", err=True)
    if finished.interrupted:
        typer.echo("Stopped. What is done is kept: the same command goes on from there.", err=True)
    return FAILED if finished.failures or finished.interrupted else DONE


def _show(finished: "Finished") -> None:
    if finished.summary is not None:
        from experiments.table import print_summary

        print_summary(finished.summary)
        typer.echo(f"\nReport: {finished.folder.path / 'report.html'}")


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="The name of an experiment that has results.")],
    out: Out = RESULTS,
) -> None:
    """Make the summary, the figures and the report of results again."""
    from experiments.conclusion import conclude
    from experiments.session import reopen

    folder, experiment = reopen(name, out)
    conclude(folder, experiment)
    typer.echo(folder.path / "report.html")


@app.command()
def parameters(
    group: Annotated[str | None, typer.Argument(help="Only one group.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As a Markdown table.")] = False,
) -> None:
    """Print every parameter: default, unit, range and source."""
    from experiments.tables import print_parameters

    print_parameters(group, markdown)


@app.command()
def schema() -> None:
    """Print the JSON schema of an experiment file, for editors."""
    import json

    from experiments.schema import schema as experiment_schema

    typer.echo(json.dumps(experiment_schema(), indent=2))


@app.command()
def policies() -> None:
    """List the shipped policies, and where they are."""
    from experiments.catalogue import shipped_policies
    from experiments.toml_text import read_toml

    for name, path in shipped_policies().items():
        typer.echo(f"{name}  ({path})")
        about = read_toml(path).get("about")
        if about:
            typer.echo(f"    {about}")


@app.command()
def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which to measure; default: all.")
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


@app.command()
def reference(out: Out = RESULTS, workers: Workers = None, replace: Replace = False) -> None:
    """Run the main job and keep its small files in DIR/reference/."""
    from experiments.config import load_experiment
    from experiments.reference import keep

    experiment = load_experiment("configs/three-policies.toml")
    status = _run(experiment, out, workers, Engine.compiled, replace, quiet=False)
    if status == DONE:
        typer.echo(f"Kept: {keep(out / experiment.name, out / 'reference')}")
    raise typer.Exit(status)


def main() -> None:
    """Run the command; a mistake in the request is answered without a traceback."""
    try:
        app()
    except RequestError as error:
        for message in error.messages:
            typer.echo(f"frontline: {message}", err=True)
    except OSError as error:  # a folder that cannot be written, a full disk
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"frontline: {where}{error.strerror or error}", err=True)
    sys.exit(NOT_UNDERSTOOD)


if __name__ == "__main__":
    main()
