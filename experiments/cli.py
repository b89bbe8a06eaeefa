"""The command ``frontline``: reads the request, calls the laboratory, sets the exit status.

What is heavy is imported inside the commands, so that ``--help`` answers at once. The
commands that look things up and measure are in :mod:`experiments.command.tools`.
"""

import sys
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.command import comparing, completion
from experiments.command import tools as cli_tools
from experiments.command.parts import (
    DONE,
    FAILED,
    NOT_UNDERSTOOD,
    RESULTS,
    Out,
    ending_at_once,
    go_on,
    open_streams,
    piped,
)
from experiments.demo.command import demo
from experiments.errors import RequestError

if TYPE_CHECKING:
    from sim.simulation import EngineName

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


Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Replications at a time; default: one a core."),
]
Processes = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes; default: one a core.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be run, and about how long it takes.")
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Move results that are there aside to NAME.old-TIME.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="No progress, no table: only what went wrong.")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="A Dask cluster: tcp://HOST:PORT, local:N, slurm:N or pbs:N.",
        autocompletion=completion.clusters,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the table as JSON.")]
Name = Annotated[
    str,
    typer.Argument(
        help="The name of an experiment that has results.", autocompletion=completion.results
    ),
]


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
        str,
        typer.Argument(
            help="A TOML file, or the name of a shipped experiment.",
            autocompletion=completion.configs,
        ),
    ],
    out: Out = RESULTS,
    workers: Workers = None,
    cluster: Cluster = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change a key, for example centre.seats=4.",
            autocompletion=completion.sets,
        ),
    ] = None,
    engine: Annotated[Engine, typer.Option(help="Both give the same rows.")] = Engine.compiled,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only say what it would take: work, time, disk, memory."),
    ] = False,
    as_json: Json = False,
    replace: Replace = False,
    quiet: Quiet = False,
) -> None:
    """Run an experiment, or what is missing of it; print the table; write DIR/NAME/."""
    from experiments.registry import kind_of, run_file

    if (kind := kind_of(config, overrides or [])) != "compare":
        options = {"root": out, "workers": workers, "cluster": cluster, "dry_run": dry_run}
        options |= {"as_json": as_json, "replace": replace, "quiet": quiet, "go_on": go_on()}
        status = DONE
        with ending_at_once(), piped():
            status = run_file(kind, config, overrides or [], _engine_name(engine), options)
        raise typer.Exit(status)
    from experiments.config import load_experiment

    experiment = load_experiment(config, overrides or [])
    if cluster is not None:
        from experiments.cluster import parse_address

        parse_address(cluster)  # before any folder is made
    with_what = (workers, cluster, _engine_name(engine))
    if dry_run:
        comparing.estimate(experiment, out, *with_what)
        return
    status = comparing.run(
        experiment, out, *with_what, replace=replace, as_json=as_json, quiet=quiet
    )
    raise typer.Exit(status)


def _engine_name(engine: Engine) -> "EngineName":
    return "mesa" if engine is Engine.mesa else "compiled"


@app.command()
def validate(
    facts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[S1 S15 ...]", help="Stylised facts; all where none is named."),
    ] = None,
    out: Out = RESULTS,
    workers: Processes = None,
    cluster: Cluster = None,
    dry_run: DryRun = False,
    as_json: Json = False,
    replace: Replace = False,
    quiet: Quiet = False,
) -> None:
    """Hold the model against the published findings; write DIR/validation/."""
    from experiments import validation

    status = DONE  # a reader of the table who leaves early is no failure
    with ending_at_once(), piped():
        status = validation.run(
            root=out,
            workers=workers,
            cluster=cluster,
            ids=facts,
            dry_run=dry_run,
            as_json=as_json,
            quiet=quiet,
            replace=replace,
            go_on=go_on(),
        )
    raise typer.Exit(status)


@app.command()
def claims(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[N1 N9 ...]", help="Claims; all where none is named."),
    ] = None,
    out: Out = RESULTS,
    workers: Processes = None,
    cluster: Cluster = None,
    dry_run: DryRun = False,
    as_json: Json = False,
    replace: Replace = False,
    quiet: Quiet = False,
) -> None:
    """Try the trade's claims on the plausible ensemble; write DIR/claims/."""
    from experiments import claiming

    status = DONE
    with ending_at_once(), piped():
        status = claiming.run(
            names or (),
            root=out,
            workers=workers,
            cluster=cluster,
            dry_run=dry_run,
            as_json=as_json,
            quiet=quiet,
            replace=replace,
            go_on=go_on(),
        )
    raise typer.Exit(status)


@app.command()
def calibrate(
    config: Annotated[
        str | None,
        typer.Argument(
            help="A TOML file: of the reference centre (configs/calibration/reference.toml where "
            'none is given), or of a centre of your own (kind = "own-centre", for example '
            "configs/calibration/my-centre.toml).",
        ),
    ] = None,
    out: Out = RESULTS,
    workers: Processes = None,
    cluster: Cluster = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Make the ensemble found the shipped one.")
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    replace: Replace = False,
    quiet: Quiet = False,
) -> None:
    """Calibrate the reference centre to the C facts, or your own centre to its KPIs or contacts.

    Writes DIR/calibration/NAME/. What an own centre's file may hold, with an example data set, is
    in configs/calibration/my-centre.toml; it leaves the plausible ensemble of that centre, and an
    experiment of it for every kind.
    """
    from experiments import calibrating

    status = DONE
    with ending_at_once(), piped():
        status = calibrating.run(
            config,
            root=out,
            workers=workers,
            cluster=cluster,
            dry_run=dry_run,
            as_json=as_json,
            quiet=quiet,
            replace=replace,
            keep=keep,
            go_on=go_on(),
        )
    raise typer.Exit(status)


@app.command()
def report(name: Name, out: Out = RESULTS) -> None:
    """Make the summary, the figures and the report of results again."""
    from experiments.registry import kind_in

    if (kind := kind_in(out / name)) != "compare":
        from experiments.kinds.again import make_again

        raise typer.Exit(make_again(kind, out / name, go_on()))
    from experiments.session import report_again

    typer.echo(report_again(name, out))


@app.command()
def results(
    name: Name,
    sql: Annotated[
        str | None,
        typer.Argument(help='SQL over the tables, for example "SELECT policy, avg(profit) ...".'),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV; without SQL, all runs.")] = False,
    out: Out = RESULTS,
) -> None:
    """Ask the results by SQL, or export them; without SQL, list their tables."""
    from experiments.kinds.asking import results_of

    cli_tools.print_results(results_of(name, out), sql, as_csv)


@app.command(name="list")
def list_all(out: Out = RESULTS) -> None:
    """List the experiments, and the results with their state."""
    from experiments.command.listing import print_listing

    with piped():
        print_listing(out)


for _tool in (cli_tools.parameters, cli_tools.schema, cli_tools.policies, cli_tools.bench, demo):
    app.command()(_tool)
app.add_typer(cli_tools.studies, name="study")


@app.command()
def reference(out: Out = RESULTS, workers: Workers = None, replace: Replace = False) -> None:
    """Run the main job and keep its small files in DIR/reference/."""
    from experiments.config import load_experiment
    from experiments.reference import keep

    experiment = load_experiment("configs/three-policies.toml")
    status = comparing.run(experiment, out, workers, replace=replace)
    if status == DONE:
        typer.echo(f"Kept: {keep(out / experiment.name, out / 'reference')}")
    raise typer.Exit(status)


def main() -> None:
    """Run the command; a mistake in the request is answered without a traceback."""
    open_streams()
    try:
        app()
    except RequestError as error:
        for message in error.messages:
            typer.echo(f"frontline: {message}", err=True)
    except OSError as error:  # a folder that cannot be written, a full disk
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"frontline: {where}{error.strerror or error}", err=True)
    except SystemExit as end:
        # Typer ends by 130 after a Ctrl-C; a run that was cut short is 1 here.
        sys.exit(FAILED if end.code == 130 else end.code)
    sys.exit(NOT_UNDERSTOOD)


if __name__ == "__main__":
    main()
