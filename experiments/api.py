"""The laboratory from Python: ``experiments.run("configs/x.toml").contrasts()``."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg

from experiments import frames, session
from experiments.analysis.summary import Summary, summarise
from experiments.cluster import parse_address
from experiments.command.progress import display_for, in_notebook
from experiments.conclusion import read_results
from experiments.config import Experiment, load_experiment, to_toml
from experiments.errors import RequestError, no_such
from experiments.figures import figures
from experiments.figures.style import Drawing, look
from experiments.report.sections import verdicts
from experiments.store import parquet
from experiments.store.folder import Folder
from experiments.store.query import query
from experiments.toml_text import write_toml

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.simulation import EngineName

Source = str | Path | Mapping[str, Any] | Experiment
"""A file, the name of a shipped experiment, a dict laid out as a file is, or an Experiment."""

_WHOLE_KEYS = ("precision", "timeline")  # tables that are given as a whole or not at all


def run(
    source: Source,
    *,
    overrides: Sequence[str] = (),
    out: str | Path = session.RESULTS,
    workers: int | None = None,
    cluster: str | None = None,
    engine: "EngineName" = "compiled",
    replace: bool = False,
    quiet: bool = False,
    **sets: Any,
) -> "Findings":
    """Run an experiment, or what is missing of it, and return what it found.

    Parameters
    ----------
    source : str, Path, mapping or Experiment
        A TOML file, the name of a shipped experiment, a dict laid out as a file is, or
        an Experiment.
    overrides : sequence of str
        Changes as the command takes them: ``["centre.seats=4"]``.
    out : str or Path
        The folder of all results.
    workers : int or None
        Blocks at a time; one for each processor where None.
    cluster : str or None
        A Dask cluster, as ``--cluster`` takes it.
    engine : str
        ``"compiled"`` or ``"mesa"``: the same rows from both.
    replace : bool
        Move aside results that are there already.
    quiet : bool
        Show no progress.
    **sets
        Changes by key, tables as dicts: ``replications=4, centre={"seats": 4}``.

    Returns
    -------
    Findings
        What the runs say.

    Raises
    ------
    RequestError
        Where the request cannot be understood, with every mistake in it.
    KeyboardInterrupt
        Where it was interrupted; what was done is kept.

    Examples
    --------
    >>> import experiments
    >>> found = experiments.run("classroom", replications=4)  # doctest: +SKIP
    >>> found.contrasts()  # doctest: +SKIP
    """
    experiment = experiment_of(source, overrides, sets)
    if cluster is not None:
        parse_address(cluster)  # before any folder is made
    finished = session.run(
        experiment,
        root=Path(out),
        workers=workers,
        engine=engine,
        cluster=cluster,
        replace=replace,
        display=display_for(experiment.name, quiet=quiet),
        say=_say,
    )
    if finished.interrupted:
        _say("Stopped. What is done is kept: the same call goes on from there.")
        raise KeyboardInterrupt
    return Findings(finished.folder, experiment, finished.summary)


def open(name: str, out: str | Path = session.RESULTS) -> "Findings":
    """Return what results that are there already say.

    Parameters
    ----------
    name : str
        The experiment's name.
    out : str or Path
        The folder of all results.
    """
    return Findings(*session.reopen(name, Path(out)))


def _say(line: str) -> None:
    print(line, file=sys.stdout if in_notebook() else sys.stderr, flush=True)


def experiment_of(
    source: Source, overrides: Sequence[str] = (), sets: Mapping[str, Any] | None = None
) -> Experiment:
    """Return the experiment that a source and changes to it come to.

    Parameters
    ----------
    source : str, Path, mapping or Experiment
        See :func:`run`.
    overrides : sequence of str
        ``key=value`` strings.
    sets : mapping or None
        Changes by key, tables as mappings.
    """
    changes = [*overrides, *_as_overrides(sets or {})]
    if isinstance(source, Experiment) and not changes:
        return source
    with TemporaryDirectory() as scratch:
        file = source if isinstance(source, str | Path) else Path(scratch) / "experiment.toml"
        if isinstance(source, Experiment):
            parquet.write_text(Path(file), to_toml(source))
        elif isinstance(source, Mapping):
            parquet.write_text(Path(file), write_toml(_plain(source)))
        try:
            return load_experiment(file, changes)
        except RequestError as error:
            told = [_without(message, scratch) for message in error.messages]
            raise RequestError(told) from None


def _without(message: str, scratch: str) -> str:
    """Return a message without what was never given: a temporary file, an option."""
    if message.startswith(scratch):
        message = message.partition(": ")[2]
    return message.removeprefix("--set ")


def _as_overrides(sets: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, value in sets.items():
        if isinstance(value, Mapping) and name not in _WHOLE_KEYS:
            yield from _as_overrides(value, f"{path}{name}.")
        else:
            yield f"{path}{name}={_inline(_plain(value))}"


def _inline(value: Any) -> str:
    """Return a plain value as TOML that stands on one line."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{_word(key)} = {_inline(each)}" for key, each in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, str):
        return _word(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _word(text: str) -> str:
    # JSON's escapes are TOML's, but for the delete character, which TOML wants escaped too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(value: Any) -> Any:
    """Return a value as TOML knows it: NumPy's numbers as Python's, None left out."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Path):
        return str(value)
    return value.item() if hasattr(value, "item") else value


@dataclass(frozen=True)
class Picture:
    """A figure of the report, shown by itself in a notebook.

    Attributes
    ----------
    drawing : Drawing
        The figure as the report has it.
    """

    drawing: Drawing

    def __repr__(self) -> str:
        """Return its name and its title."""
        return f"<Picture {self.drawing.name}: {self.title}>"

    @property
    def title(self) -> str:
        """What it shows."""
        return self.drawing.title

    @property
    def caption(self) -> str:
        """What its bands mean, and where it comes from."""
        return self.drawing.caption

    @property
    def data(self) -> pd.DataFrame:
        """The numbers that are drawn."""
        return pd.DataFrame(list(self.drawing.data))

    def matplotlib(self) -> "Figure":
        """Return the figure afresh, without its caption, to be changed."""
        with look():
            return self.drawing.draw()

    def save(self, folder: str | Path) -> None:
        """Write NAME.svg, NAME.png and NAME.csv, title and caption drawn in."""
        self.drawing.save(Path(folder))

    def _repr_png_(self) -> bytes:
        image = BytesIO()
        with look():
            figure = self.drawing.draw()
            FigureCanvasAgg(figure)
            figure.savefig(image, format="png", dpi=110, metadata={"Software": None})
        return image.getvalue()


class Findings:
    """What the runs of an experiment say, as tables, words and figures.

    Parameters
    ----------
    folder : Folder
        The results.
    experiment : Experiment
        What was run.
    summary : Summary or None
        What they say, where it has been worked out already.
    """

    def __init__(
        self, folder: Folder, experiment: Experiment, summary: Summary | None = None
    ) -> None:
        self.experiment = experiment
        self._folder = folder
        self._summary = summary

    @cached_property
    def summary(self) -> Summary:
        """Everything that was worked out of the runs."""
        if self._summary is not None:
            return self._summary
        return summarise(read_results(self._folder, self.experiment), self.experiment)

    @property
    def folder(self) -> Path:
        """The folder of the results."""
        return self._folder.path

    @property
    def report(self) -> Path:
        """The report: an HTML page that opens offline."""
        return self.folder / "report.html"

    @property
    def failures(self) -> tuple[str, ...]:
        """The errors of the runs that failed."""
        return self.summary.results.failures

    def contrasts(self, measures: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Return the paired differences, ``a`` less ``b``, a row for each pair and period.

        Parameters
        ----------
        measures : str, sequence of str or None
            Names of measures, ``"all"``, or the headline measures where None: only these
            have a BCa interval and a p that is corrected.
        """
        return frames.contrasts(self.summary, frames.chosen(measures))

    def means(self, measures: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Return the means with their t intervals, a row for each policy and period."""
        return frames.means(self.summary, frames.chosen(measures))

    def runs(self) -> pd.DataFrame:
        """Return every run: its point, its error, every measure over every period."""
        return self.query("SELECT * FROM runs")

    def series(self) -> pd.DataFrame:
        """Return every run week by week; weeks up to 0 are the warm-up's."""
        return self.query("SELECT * FROM series")

    def careers(self) -> pd.DataFrame:
        """Return every rep who was employed after the branch; times in days after it."""
        return self.query("SELECT * FROM careers")

    def contacts(self) -> pd.DataFrame:
        """Return every contact after the branch, where the experiment logged them."""
        if not self.experiment.log_contacts:
            wanted = "set log_contacts = true to have them"
            raise RequestError([f"{self.folder}: no contacts were logged; {wanted}"])
        return self.query("SELECT * FROM contacts")

    def best(self) -> pd.DataFrame:
        """Return how surely each policy is the best, by bootstrap and by count."""
        return frames.best(self.summary)

    def precision(self) -> pd.DataFrame:
        """Return what came of the precision that was asked for."""
        return frames.precision(self.summary)

    def pairing(self) -> pd.DataFrame:
        """Return what common random numbers saved."""
        return frames.pairing(self.summary)

    def query(self, sql: str) -> pd.DataFrame:
        """Return the answer to SQL over the tables runs, series, careers and contacts.

        The units of columns that are measures are in ``attrs["units"]``.
        """
        return frames.with_units(query(self._folder, sql).frame())

    def verdict(self) -> str:
        """Return the verdict in plain words, a paragraph for each pair of policies."""
        return "\n\n".join(str(each) for each in verdicts(self.summary))

    @cached_property
    def figures(self) -> dict[str, Picture]:
        """The figures of the report, by name."""
        return {drawing.name: Picture(drawing) for drawing in figures(self.summary)}

    def figure(self, name: str) -> Picture:
        """Return one figure, for example ``"trade-off"``."""
        if name not in self.figures:
            raise RequestError([no_such("figure of these results", name, self.figures)])
        return self.figures[name]

    def __repr__(self) -> str:
        """Return what was run, in one line."""
        results = self.summary.results
        failed = f", {len(self.failures)} runs failed" if self.failures else ""
        return (
            f"<Findings of {self.experiment.name}: {len(results.policies)} policies, "
            f"{len(results.replications)} replications{failed}>"
        )

    def _repr_html_(self) -> str:
        question = self.experiment.question or self.experiment.name
        words = "".join(f"<p>{escape(each)}</p>" for each in self.verdict().split("\n\n"))
        return f"<h4>{escape(question)}</h4>{words}<p><small>{escape(repr(self))}</small></p>"
