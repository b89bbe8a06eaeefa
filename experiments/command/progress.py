"""How far a run has got: a bar on a terminal, plain lines elsewhere, or nothing.

Work is counted in simulated days. The rate is taken over what has been done so far, so
that the time left is steady; both ways of showing it work from several threads at once.
What cannot be shown (a closed terminal, a pipe that nobody reads) never stops a run.
"""

import sys
import threading
import time
from collections.abc import Iterable
from io import TextIOBase
from types import TracebackType
from typing import Protocol, Self, TextIO, cast

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, Task, TaskProgressColumn, TextColumn
from rich.table import Column
from rich.text import Text

EVERY = 10.0
"""Seconds between two plain lines, at first."""

SHARE = 0.02
"""Of the time so far: at least this long between two lines, so that a night's log is short."""

_BAR = (8, 30)  # columns of the bar: at least, at most
_TEXT = 62  # columns that the longest text in words takes


class Display(Protocol):
    """What shows the progress of a run."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop showing."""
        ...

    def show(self, meter: "Meter") -> None:
        """Show where the run stands."""
        ...


class Meter:
    """Counts what is done, and has a display show it.

    Parameters
    ----------
    days : int
        Days to simulate, warm-ups included.
    runs : int
        Runs to do.
    display : Display
        Where to show it.

    Attributes
    ----------
    precision : str
        How precise the answer is by now, in words; empty where that was not asked for.
    stopping : bool
        Whether a stop was asked for. A plain flag: a signal handler may set it, which
        must not wait for a lock.
    """

    def __init__(self, days: int, runs: int, display: Display) -> None:
        self.days, self.runs, self.display = days, runs, display
        self.days_done = self.runs_done = self.failures = 0
        self.precision = ""
        self.stopping = False
        self.began = self.counted = time.monotonic()
        self._lock = threading.Lock()

    def add_days(self, days: int) -> None:
        """Count days that have been simulated, from any thread."""
        with self._lock:
            self.days_done += days
            self.counted = time.monotonic()
            self.display.show(self)

    def add_runs(self, runs: int, failures: int) -> None:
        """Count runs that are kept, and how many of them failed."""
        with self._lock:
            self.runs_done += runs
            self.failures += failures
            self.display.show(self)

    def extend(self, days: int, runs: int) -> None:
        """Count work that has been added: more replications for the precision."""
        with self._lock:
            if not self.days:  # the time goes from here: a cluster may have taken a minute to come
                self.began = self.counted = time.monotonic()
            self.days += days
            self.runs += runs
            self.display.show(self)

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began

    @property
    def share(self) -> float:
        """The share of the work that is done."""
        return min(1.0, self.days_done / self.days) if self.days else 1.0

    def text(self) -> str:
        """Return runs, rate, time left and failures in one line."""
        parts = [f"{self.runs_done:,}/{self.runs:,} runs"]
        spent = self.counted - self.began
        if self.days_done and spent > 0.0:
            rate = self.days_done / spent
            parts.append(f"{rate * 60.0 / 365.0:,.0f} years/min")
            # Between two reports (a cluster's may be far apart) the clock goes on.
            left = (self.days - self.days_done) / rate - (time.monotonic() - self.counted)
            parts.append(self.remaining(left if self.runs_done < self.runs else None))
        return " · ".join([*parts, *self.failed()])

    def remaining(self, left: float | None) -> str:
        """Return the seconds that are left in words; the time it took where none are."""
        return f"{clock(self.elapsed)} in all" if left is None else f"{clock(max(0.0, left))} left"

    def failed(self) -> list[str]:
        """Return how many runs failed, in words; nothing where none did."""
        return [f"{self.failures:,} failed"] if self.failures else []


STOPPING = "stopping: what is done is being kept; Ctrl-C again ends at once"
"""What is shown between a Ctrl-C and the end."""


def notes(meter: Meter) -> list[str]:
    """Return what else there is to tell: the precision reached, that a stop was asked for."""
    return [note for note in (meter.precision, STOPPING if meter.stopping else "") if note]


def clock(seconds: float) -> str:
    """Return a time as m:ss or h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class Sink(TextIOBase):
    """A stream that takes what it is given, and drops it once that cannot be written.

    Progress is told from the threads that run the model: a reader who goes away
    (``2>&1 | head``) must not make a run fail.

    Parameters
    ----------
    stream : text stream or None
        Where to; nowhere where None, as after ``2>&-``.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self.stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream."""
        return getattr(self.stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        try:
            return self.stream is not None and self.stream.isatty()
        except ValueError:  # closed
            return False

    def write(self, text: str) -> int:
        """Write, or drop the text and everything that follows."""
        try:
            if self.stream is not None:
                self.stream.write(text)
        except (OSError, ValueError):
            self.stream = None
        return len(text)

    def flush(self) -> None:
        """Flush, or drop everything that follows."""
        try:
            if self.stream is not None:
                self.stream.flush()
        except (OSError, ValueError):
            self.stream = None


class _Reading(TextColumn):
    """The meter's text, taken anew at every refresh: the time left goes on running."""

    def __init__(self) -> None:
        super().__init__("", table_column=Column(no_wrap=True, overflow="ellipsis"))

    def render(self, task: Task) -> Text:
        meter: Meter | None = task.fields.get("meter")
        return Text("warming up" if meter is None else meter.text())


class _WithNotes(Progress):
    """Progress with a line below for each note."""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        for task in self.tasks:
            meter: Meter | None = task.fields.get("meter")
            for note in notes(meter) if meter is not None else ():
                yield Text(note, style="dim", no_wrap=True, overflow="ellipsis")


class Bar:
    """A bar, on a terminal."""

    def __init__(self, label: str, stream: TextIO) -> None:
        console = Console(file=cast(TextIO, Sink(stream)))
        room = console.width - len(label) - _TEXT
        self.progress = _WithNotes(
            # As plain text: a name in square brackets would be taken for a style.
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
            BarColumn(bar_width=max(_BAR[0], min(_BAR[1], room))),
            TaskProgressColumn(),
            _Reading(),
            console=console,
        )
        self.task = self.progress.add_task(label, total=None, meter=None)

    def __enter__(self) -> Self:
        """Begin to show."""
        self.progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bar as it stands."""
        self.progress.stop()

    def show(self, meter: Meter) -> None:
        """Show where the run stands, at the next refresh."""
        self.progress.update(self.task, completed=meter.days_done, total=meter.days, meter=meter)


class Silence:
    """No progress at all."""

    def __enter__(self) -> Self:
        """Begin to show nothing."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop showing nothing."""

    def show(self, meter: Meter) -> None:
        """Show nothing."""


class Lines(Silence):
    """A line of text now and then, where there is no terminal."""

    def __init__(self, label: str, stream: TextIO, every: float = EVERY) -> None:
        self.label, self.stream, self.every = label, Sink(stream), every
        self.last = time.monotonic()

    def show(self, meter: Meter) -> None:
        """Write a line if the last one is old, or if this is the end."""
        finished = meter.runs_done >= meter.runs
        pause = max(self.every, SHARE * meter.elapsed) if self.every else 0.0
        if finished or time.monotonic() - self.last >= pause:
            self.last = time.monotonic()
            parts = [f"{self.label} {meter.share:4.0%}  {meter.text()}", *notes(meter)]
            self.stream.write(" · ".join(parts) + "\n")
            self.stream.flush()


def in_notebook() -> bool:
    """Return whether this is a notebook's kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


def display_for(label: str, *, quiet: bool = False, stream: TextIO | None = None) -> Display:
    """Return the display that suits where the output goes.

    Parameters
    ----------
    label : str
        The experiment's name.
    quiet : bool
        Show nothing.
    stream : text stream or None
        Where to. Where None: standard error, so that the table can be piped on; in a
        notebook standard output, as it would mark the other as a fault.
    """
    if stream is None:
        stream = sys.stdout if in_notebook() else sys.stderr
    if quiet or stream is None:
        return Silence()
    return Bar(label, stream) if Sink(stream).isatty() else Lines(label, stream)
