"""What there is: shipped and local experiments, and results with their state."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.catalogue import shipped_configs
from experiments.config import COMPARE, OTHER_KINDS, Experiment, load_experiment
from experiments.design import model_version
from experiments.errors import RequestError
from experiments.registry import kind_of, load_of
from experiments.store import parquet
from experiments.store.folder import Folder
from experiments.store.lock import holder
from experiments.store.opening import config_hash
from experiments.toml_text import read_toml

CALIBRATIONS = "calibration"
"""The folder below that of all results in which each calibration has one of its own."""

LOCAL = (Path(), Path("configs"))
"""Folders, seen from where the command is given, in which experiments of one's own are found."""

# A run that failed once may be there a second time, done.
_FAILED = """
    SELECT count(*) AS failed FROM (
        SELECT 1 FROM sources GROUP BY policy, run_id HAVING NOT bool_or(error = '')
    )
"""


@dataclass(frozen=True)
class ListedExperiment:
    """An experiment file.

    Attributes
    ----------
    name : str
        What ``frontline run`` is to be given: a shipped one's name, or the file.
    experiment : Experiment or None
        What it asks for; None where it has mistakes, or is of another kind than compare.
    mistakes : tuple of str
        Those.
    kind : str
        What kind of experiment it is, and what it asks for.
    question : str
        What it is to answer.
    """

    name: str
    experiment: Experiment | None
    mistakes: tuple[str, ...] = ()
    kind: str = COMPARE
    question: str = ""

    @property
    def asks(self) -> str:
        """What it asks for, in a few words."""
        if self.mistakes:
            count = len(self.mistakes)
            return f"{count} mistake{'s' * (count > 1)}: {self.mistakes[0]}"
        if self.experiment is None:
            return self.kind
        asked = self.experiment
        text = f"{len(asked.policies)} policies x {asked.replications:,} replications"
        return f"{text} of {asked.warmup_days:,} + {asked.days:,} days"


@dataclass(frozen=True)
class ListedResults:
    """A folder of results.

    Attributes
    ----------
    name : str
        Of the experiment, and of the folder.
    state : str
        In words: complete, how many runs are there, running, damaged ...
    last : datetime or None
        When it was last run, in local time.
    size : int
        Bytes on disk.
    """

    name: str
    state: str
    last: datetime | None
    size: int


def experiments(folders: Sequence[Path] = LOCAL) -> list[ListedExperiment]:
    """Return the shipped experiments, and those of the given folders.

    Parameters
    ----------
    folders : sequence of Path
        Where to look; files that are no experiments are passed over.
    """
    shipped = shipped_configs()
    ours = {path.resolve() for path in shipped.values()}
    found = [_listed(name, path) for name, path in shipped.items()]
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            if path.resolve() not in ours and _is_experiment(path):
                found.append(_listed(path.as_posix(), path))
    return found


def _is_experiment(path: Path) -> bool:
    try:
        raw = read_toml(path)
        return "policies" in raw or raw.get("kind") in OTHER_KINDS
    except RequestError:
        return False


def _listed(name: str, path: Path) -> ListedExperiment:
    try:
        kind = kind_of(path)
        if kind != COMPARE:
            request = load_of(kind, path)
            said = f"{kind}: {request.asks}" if hasattr(request, "asks") else kind
            return ListedExperiment(name, None, (), said, request.question or "")
        experiment = load_experiment(path)
        return ListedExperiment(name, experiment, question=experiment.question or "")
    except RequestError as error:
        return ListedExperiment(name, None, tuple(error.messages))


def results(root: Path, known: Sequence[ListedExperiment] = ()) -> list[ListedResults]:
    """Return the results in a folder, by name.

    Parameters
    ----------
    root : Path
        The folder of all results.
    known : sequence of ListedExperiment
        The experiment files, against which results of their names are held.
    """
    asked = {each.experiment.name: each for each in known if each.experiment is not None}
    return [
        ListedResults(
            path.relative_to(root).as_posix(),
            state_of(path, asked.get(path.name)),
            _last_run(path),
            _size(path),
        )
        for path in result_folders(root)
    ]


def result_folders(root: Path) -> list[Path]:
    """Return the folders of results in a folder, by name, with those of each calibration."""
    return [path for each in (root, root / CALIBRATIONS) for path in _with_results(each)]


def _with_results(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _has_results(path))


def _has_results(path: Path) -> bool:
    # Results that were damaged by hand are still to be seen: one of these is enough.
    return (path / "provenance.json").is_file() or (path / "runs.parquet").is_file()


def state_of(path: Path, known: ListedExperiment | None = None) -> str:
    """Return the state of a results folder in words.

    Parameters
    ----------
    path : Path
        The folder.
    known : ListedExperiment or None
        The experiment file of that name, where there is one.
    """
    folder = Folder(path)
    who = holder(path)
    about = folder.provenance()
    if "kind" in about:  # evidence, claims, a calibration: no runs of an experiment
        return f"running ({who})" if who else ", ".join(_of_another_kind(about))
    try:
        experiment = load_experiment(folder.config)
        if not who:
            folder.check()
        parts = [f"running ({who})"] if who else []
        parts += _counted(folder, experiment, running=bool(who))
    except (RequestError, OSError) as error:
        # The rows of a folder that is being run may be renamed while they are counted.
        return f"running ({who})" if who else f"damaged: {str(error).splitlines()[0]}"
    return ", ".join([*parts, *_foreign(folder, experiment, known)])


def _of_another_kind(about: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the provenance says of results that are no runs of an experiment."""
    yield ": ".join(str(about[key]) for key in ("kind", "state") if key in about)
    counts = about.get("counts")
    failed = counts.get("failed", 0) if isinstance(counts, Mapping) else 0
    if failed:
        yield f"{failed:,} failed"
    if "model" in about and about["model"] != model_version():
        yield "of another version of the model"


def _foreign(
    folder: Folder, experiment: Experiment, known: ListedExperiment | None
) -> Iterator[str]:
    """Yield why the same command would not go on with these results."""
    found = folder.provenance()
    here = config_hash(experiment)
    if found.get("model") != model_version():
        yield "of another version of the model"
    elif found.get("config_hash") != here:
        yield "config.toml is not what the rows were made from"
    if known is not None and known.experiment is not None and config_hash(known.experiment) != here:
        yield f"of another config than {known.name}"


def _counted(folder: Folder, experiment: Experiment, *, running: bool) -> Iterator[str]:
    """Yield how many runs are there, and whether that is all."""
    found = folder.provenance()
    sessions = found.get("sessions") or [{}]
    asked = experiment.replications * len(experiment.policies)
    # With a precision asked for, replications were added.
    asked = max(asked, int(found.get("counts", {}).get("asked", 0)))
    sources = folder.sources("runs")
    if not sources and (folder.path / "summary.json").is_file():
        yield "summary and report only, no runs"
        return
    done = len(folder.done())
    failed = int(parquet.read(sources, _FAILED)["failed"][0]) if sources else 0
    wanting = experiment.precision and not found.get("precision_ended", False)
    if done >= asked and wanting:
        yield f"{done:,} runs there, precision not reached yet"
    elif done >= asked:
        yield f"complete, {done:,} runs"
    else:
        yield f"{done:,} of {asked:,} runs there"
        # A process that was killed left no word of itself.
        ended = sessions[-1].get("interrupted") is False
        if not running and done + failed < asked and not ended:
            yield "interrupted"
    if failed:
        yield f"{failed:,} failed"


def _last_run(path: Path) -> datetime | None:
    sessions = Folder(path).provenance().get("sessions") or [{}]
    try:
        return datetime.fromisoformat(sessions[-1]["finished"]).astimezone()
    except (KeyError, TypeError, ValueError):
        pass
    times = [each.stat().st_mtime for each in _files(path)]
    return datetime.fromtimestamp(max(times)).astimezone() if times else None


def _size(path: Path) -> int:
    return sum(each.stat().st_size for each in _files(path))


def _files(path: Path) -> list[Path]:
    return [each for each in path.rglob("*") if each.is_file()]


def print_listing(root: Path, console: Console | None = None) -> None:
    """Print the experiments and the results.

    Parameters
    ----------
    root : Path
        The folder of all results.
    console : rich.console.Console or None
        Where to; standard output where None.
    """
    # A file or a pipe has no width of its own: there every column gets what it needs.
    console = console or Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    known = experiments()
    table = _table("experiment", "asks for", "question")
    for each in known:
        table.add_row(*map(Text, (each.name, each.asks, each.question)))
    console.print(table)
    found = results(root, known)
    if not found:
        console.print(Text(f"\nNo results in {root} yet."))
        return
    table = _table(f"results in {root}", "state", "last run", "on disk")
    table.columns[-1].justify = "right"
    for one in found:
        last = f"{one.last:%Y-%m-%d %H:%M}" if one.last else ""
        table.add_row(*map(Text, (one.name, one.state, last, in_bytes(one.size))))
    console.print("", table, sep="\n")


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(Text(heading), overflow="fold", no_wrap=heading in ("last run", "on disk"))
    table.columns[0].no_wrap = True
    return table


def in_bytes(count: float) -> str:
    """Return bytes in the unit in which people read them: "7.4 MB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.3g} {unit}"
        count /= 1000.0
    return f"{count:,.0f} TB"
