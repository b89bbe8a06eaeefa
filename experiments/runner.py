"""Runs a block: warms each replication up once, and branches it into the block's points.

What is here is pure work: it needs nothing but the block, and can be handed to any thread,
process or machine. Who does the work is the matter of :mod:`experiments.crew`.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np

import sim
from experiments.design import Block, Point
from experiments.rows import measured, weekly_series

if TYPE_CHECKING:
    from sim.simulation import EngineName


class Stopped(Exception):
    """Raised inside a run when the experiment is being stopped."""


@dataclass(frozen=True)
class Run:
    """One run that has ended.

    Attributes
    ----------
    point : Point
        What was run.
    values : dict
        Every measure by column; empty when it failed.
    series : dict
        Weekly series by name, see :func:`experiments.rows.weekly_series`; empty when it failed.
    careers : dict
        One entry a rep who was employed after the branch, by column; empty when it failed.
    contacts : bytes
        Every contact after the branch, as the bytes of a Parquet file; empty when they
        were not to be logged, and when it failed.
    error : str
        Why it failed, in one line; empty when it did not.
    """

    point: Point
    values: dict[str, float] = field(default_factory=dict)
    series: dict[str, np.ndarray] = field(default_factory=dict)
    careers: dict[str, np.ndarray] = field(default_factory=dict)
    contacts: bytes = b""
    error: str = ""


@dataclass(frozen=True)
class BlockResult:
    """The runs of one block, and the seconds that they took.

    A block that was stopped holds the runs that were finished by then.
    """

    block: Block
    runs: tuple[Run, ...]
    seconds: float


class Hooks:
    """How a block tells of its progress and hears that it is to stop.

    Parameters
    ----------
    on_days : callable or None
        Called from any thread with the number of days simulated since the last call.
    stop : Event or None
        Set from outside to end the runs early: an event of threads or of processes.
    """

    def __init__(self, on_days: Callable[[int], None] | None = None, stop: Any = None) -> None:
        self.on_days = on_days or (lambda days: None)
        self.stop = stop if stop is not None else Event()
        self.asked = False

    def ask_to_stop(self) -> None:
        """Ask for a stop: safe in a signal handler, which must not wait for a lock."""
        self.asked = True

    def stopping(self) -> bool:
        """Pass on what was asked for, and say whether the experiment is to stop."""
        if self.asked and not self.stop.is_set():
            self.stop.set()
        return self.stop.is_set()

    def check(self) -> None:
        """Raise :class:`Stopped` if the experiment is to stop."""
        if self.stop.is_set():
            raise Stopped


class _Meter:
    """Turns the day that a run has reached into days done since the last word."""

    def __init__(self, hooks: Hooks, days: int) -> None:
        self.hooks, self.days, self.told = hooks, days, 0

    def reached(self, day: int) -> None:
        self.hooks.check()
        self._tell(min(day, self.days))

    def finish(self) -> None:
        self._tell(self.days)

    def _tell(self, day: int) -> None:
        if day > self.told:
            self.hooks.on_days(day - self.told)
            self.told = day


def run_block(block: Block, hooks: Hooks | None = None) -> BlockResult:
    """Run every point of a block.

    Parameters
    ----------
    block : Block
        The points.
    hooks : Hooks or None
        Progress and stopping; those of the worker process where None.

    Returns
    -------
    BlockResult
        A run for each point, failed ones included; fewer where it was stopped.
    """
    hooks = hooks or _process_hooks
    began = time.perf_counter()
    runs: list[Run] = []
    try:
        for points in block.replications:
            warm = _warmed_up(points[0], block.engine, hooks)
            for point in points:
                runs.append(_branch(point, block.engine, warm, hooks))
    except Stopped:
        pass
    return BlockResult(block, tuple(runs), time.perf_counter() - began)


class _Warm:
    """A warmed-up centre with its neutral run, and its weeks once somebody asked for them.

    Parameters
    ----------
    start : sim.Start or Exception
        Where its branches start from, or what went wrong on the way there.
    """

    def __init__(self, start: "sim.Start | Exception") -> None:
        self._start = start
        self._weeks: Mapping[str, np.ndarray] | None = None

    @property
    def start(self) -> "sim.Start":
        """Where to branch from; raises what went wrong in the warm-up."""
        if isinstance(self._start, Exception):
            raise self._start
        return self._start

    def weeks(self, outcome: "sim.Outcome") -> Mapping[str, np.ndarray]:
        """Return the weeks of the warm-up: the same from every branch's outcome."""
        if self._weeks is None:
            self._weeks = outcome.warmup_weekly()
        return self._weeks


def _warmed_up(point: Point, engine: "EngineName", hooks: Hooks) -> _Warm:
    """Warm up the centre of a replication, for all points that share its situation."""
    hooks.check()
    situation = point.situation
    meter = _Meter(hooks, situation.warmup_days + situation.days)
    try:
        start = sim.warm_up(
            situation.centre,
            situation.neutral,
            days=situation.warmup_days,
            seed=situation.seed,
            replication=situation.replication,
            engine=engine,
            progress=meter.reached,
        )
        # What the parties gain is measured against the neutral policy's run of the same days.
        return _Warm(
            sim.with_neutral_run(
                start,
                situation.neutral,
                days=situation.days,
                engine=engine,
                progress=lambda day: meter.reached(situation.warmup_days + day),
            )
        )
    except Stopped:
        raise
    except Exception as error:
        return _Warm(error)
    finally:
        meter.finish()


def _branch(point: Point, engine: "EngineName", warm: _Warm, hooks: Hooks) -> Run:
    hooks.check()
    meter = _Meter(hooks, point.situation.days)
    try:
        if point.log_contacts:
            return _logged(point, engine, warm, meter)
        return _measured(point, _simulated(point, engine, warm, meter, None), warm)
    except Stopped:
        raise
    except Exception as error:
        return failed(point, error)
    finally:
        meter.finish()


def _logged(point: Point, engine: "EngineName", warm: _Warm, meter: _Meter) -> Run:
    """Run a point and keep its contacts."""
    # Imported late: it brings a database along, which most workers never need.
    from experiments.contacts import ContactLog

    labels: dict[str, str | int | float] = {
        "run_id": point.run_id,
        "policy": point.name,
        "replication": point.replication,
    }
    with ContactLog(labels, point.situation.warmup_days) as log:
        outcome = _simulated(point, engine, warm, meter, log.write)
        return _measured(point, outcome, warm, log.finish())


def _simulated(
    point: Point,
    engine: "EngineName",
    warm: _Warm,
    meter: _Meter,
    contacts: Callable[[np.ndarray], None] | None,
) -> "sim.Outcome":
    situation = point.situation
    return sim.simulate(
        situation.centre,
        point.policy,
        days=situation.days,
        seed=situation.seed,
        replication=situation.replication,
        engine=engine,
        start=warm.start,
        timeline=point.switches,
        progress=meter.reached,
        contacts=contacts,
    )


def _measured(point: Point, outcome: "sim.Outcome", warm: _Warm, contacts: bytes = b"") -> Run:
    situation = point.situation
    return Run(
        point,
        values=measured(outcome, situation.days, situation.warmup_days),
        series=weekly_series(outcome.weekly(), warm.weeks(outcome)),
        careers=dict(outcome.careers),
        contacts=contacts,
    )


def failed(point: Point, error: BaseException) -> Run:
    """Return the run of a point that could not be run."""
    reason = " ".join(str(error).split())
    return Run(point, error=f"{type(error).__name__}: {reason} ({point})")


_process_hooks = Hooks()


def set_process_hooks(hooks: Hooks) -> None:
    """Give a worker process the hooks that its blocks are run with."""
    global _process_hooks
    _process_hooks = hooks
