"""How far a run has got: a bar on a terminal, plain lines elsewhere, or nothing.

Work is counted in simulated days. The rate is taken over what has been done so far, so
that the time left is steady; both ways of showing it work from several threads at once.
"""

import sys
import threading
import time
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

EVERY = 10.0
"""Seconds between two plain lines."""


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
    """

    def __init__(self, days: int, runs: int, display: Display) -> None:
        self.days, self.runs, self.display = days, runs, display
        self.days_done = self.runs_done = self.failures = 0
        self.began = time.monotonic()
        self._lock = threading.Lock()

    def add_days(self, days: int) -> None:
        """Count days that have been simulated, from any thread."""
        with self._lock:
            self.days_done += days
            self.display.show(self)

    def add_runs(self, runs: int, failures: int) -> None:
        """Count runs that are kept, and how many of them failed."""
        with self._lock:
            self.runs_done += runs
            self.failures += failures
            self.display.show(self)

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began

    def text(self) -> str:
        """Return runs, rate, time left and failures in one line."""
        parts = [f"{self.runs_done}/{self.runs} runs"]
        if self.days_done and self.elapsed > 0.0:
            rate = self.days_done / self.elapsed
            parts.append(f"{rate * 60.0 / 365.0:,.0f} years/min")
            left = (self.days - self.days_done) / rate
            parts.append(f"{clock(left)} left" if left > 0.0 else f"{clock(self.elapsed)} in all")
        if self.failures:
            parts.append(f"{self.failures} failed")
        return " · ".join(parts)


def clock(seconds: float) -> str:
    """Return a time as m:ss or h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class Bar:
    """A bar, on a terminal."""

    def __init__(self, label: str, stream: TextIO) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TextColumn("{task.fields[text]}"),
            console=Console(file=stream),
        )
        self.task = self.progress.add_task(label, total=None, text="warming up")

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
        """Show where the run stands."""
        self.progress.update(
            self.task, completed=meter.days_done, total=meter.days, text=meter.text()
        )


class Lines:
    """A line of text now and then, where there is no terminal."""

    def __init__(self, label: str, stream: TextIO, every: float = EVERY) -> None:
        self.label, self.stream, self.every = label, stream, every
        self.last = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to show."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to clean up."""

    def show(self, meter: Meter) -> None:
        """Write a line if the last one is old, or if this is the end."""
        finished = meter.runs_done >= meter.runs
        if finished or time.monotonic() - self.last >= self.every:
            self.last = time.monotonic()
            share = meter.days_done / meter.days if meter.days else 1.0
            print(f"{self.label} {share:4.0%}  {meter.text()}", file=self.stream, flush=True)


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


def display_for(label: str, *, quiet: bool = False, stream: TextIO | None = None) -> Display:
    """Return the display that suits where the output goes.

    Parameters
    ----------
    label : str
        The experiment's name.
    quiet : bool
        Show nothing.
    stream : text stream or None
        Where to; standard error where None, so that the table can be piped on.
    """
    stream = stream or sys.stderr
    if quiet:
        return Silence()
    return Bar(label, stream) if stream.isatty() else Lines(label, stream)
