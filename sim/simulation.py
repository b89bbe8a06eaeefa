"""The one door for experiments: warm up, branch, simulate, and read the measures."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np

from sim.behaviours.choice import choose_move
from sim.floor import (
    branch,
    copy_floor,
    kept_payoffs,
    new_floor,
    set_policy,
    trimmed,
    unsound,
    with_log,
)
from sim.measures import outside_option
from sim.outcome import Outcome
from sim.parameters import Centre
from sim.policy import Policy
from sim.state import Floor, parameter_row

EngineName = Literal["compiled", "mesa"]
TakeContacts = Callable[[np.ndarray], None]
"""What is done with logged contacts: a record array of ``state.CONTACT``, its own to keep."""

STEP = 91
"""Days between two reports of progress, and at the most in one stretch of logged contacts."""

BUILT = (
    "customers",
    "market",
    "seats",
    "team_size",
    "superiors_per_seat",
    "open_minutes",
    "shift_minutes",
    "days_per_week",
    "holiday_days",
    "holiday_interval",
    "planned_absence",
    "ties",
    "rewiring",
    "adaptive",
)
"""Parameters by which a centre is built before its first morning."""


class Run(Protocol):
    """What both engines offer."""

    def open_centre(self, customers: int) -> None:
        """Seat the first people."""

    def advance(self, days: int) -> None:
        """Run some days."""

    @property
    def floor(self) -> Floor:
        """The columns as arrays."""

    def close(self) -> None:
        """Let go of what would outlive the run."""


def run_on(
    engine: str, floor: Floor, choose: Callable[..., int], contacts: TakeContacts | None = None
) -> Run:
    """Return a run of ``floor``, which it takes over, on the engine of that name.

    Raises
    ------
    ValueError
        If there is no such engine.
    """
    if engine == "compiled":
        from sim.compiled import CompiledRun

        return CompiledRun(floor, choose, contacts)
    if engine == "mesa":
        from sim.model import MesaRun

        return MesaRun(floor, choose, contacts)
    raise ValueError(f"engine is {engine!r}; allowed: 'compiled', 'mesa'")


@dataclass(frozen=True)
class Start:
    """A centre on the morning of the branch; it can be branched from any number of times.

    Attributes
    ----------
    floor : Floor
        The arrays at that moment. Not to be written to.
    centre : Centre
        The parameters so far.
    seed, replication : int
        The key of its draws.
    outside : dict
        Mean and spread of each party's payoff in the newest conversations of the warm-up.
    neutral : record array of ``state.TALLY``, optional
        The days of the neutral policy's own run after the branch, see
        :func:`with_neutral_run`.
    """

    floor: Floor
    centre: Centre
    seed: int
    replication: int
    outside: dict[str, float] = field(repr=False)
    neutral: np.ndarray | None = field(default=None, repr=False)

    @property
    def day(self) -> int:
        """Days of warm-up behind it."""
        return int(self.floor.world["day"][0])


def warm_up(
    centre: Centre,
    neutral: Policy,
    *,
    days: int,
    seed: int,
    replication: int = 1,
    engine: EngineName = "compiled",
    choose: Callable[..., int] = choose_move,
    progress: Callable[[int], None] | None = None,
) -> Start:
    """Open a centre and run it under a neutral policy until the branch.

    Parameters
    ----------
    centre : Centre
        The parameters.
    neutral : Policy
        The policy of the warm-up.
    days : int
        Its length; 0 gives the first morning.
    seed, replication : int
        The key of every draw, each in [0, 2**32).
    engine : {"compiled", "mesa"}
        Both give the same bits.
    choose : callable
        A rule of one's own for choosing moves.
    progress : callable, optional
        Called with the days done so far.

    Returns
    -------
    Start
        To be passed to :func:`simulate`.
    """
    _check(days, seed, replication)
    floor = new_floor(centre, neutral, seed=seed, replication=replication)
    with closing(run_on(engine, floor, choose)) as run:
        run.open_centre(centre.customers)
        _advance(run, days, progress)
        warm = run.floor
    _sound_or_raise(warm)
    return Start(warm, centre, seed, replication, outside_option(kept_payoffs(warm)))


def with_neutral_run(
    start: Start,
    policy: Policy,
    *,
    days: int,
    engine: EngineName = "compiled",
    progress: Callable[[int], None] | None = None,
) -> Start:
    """Run the neutral policy on, and keep its days as the parties' outside option.

    Gains over the neutral run are then taken day for day against the same centre under
    the neutral policy, so that what still drifts at the branch is in both.

    Parameters
    ----------
    start : Start
        The warmed-up centre.
    policy : Policy
        The neutral policy.
    days : int
        As many as the branches will have.
    engine : {"compiled", "mesa"}
        Both give the same bits.
    progress : callable, optional
        Called with the days done so far.
    """
    run = simulate(
        start.centre,
        policy,
        days=days,
        seed=start.seed,
        replication=start.replication,
        engine=engine,
        start=start,
        progress=progress,
    )
    return replace(start, neutral=run.tallies)


def simulate(
    centre: Centre,
    policy: Policy,
    *,
    days: int,
    seed: int,
    replication: int = 1,
    engine: EngineName = "compiled",
    start: Start | None = None,
    timeline: Sequence[tuple[int, Policy]] = (),
    choose: Callable[..., int] = choose_move,
    progress: Callable[[int], None] | None = None,
    contacts: TakeContacts | None = None,
) -> Outcome:
    """Run a centre under a policy.

    Parameters
    ----------
    centre : Centre
        The parameters; with ``start``, those of the days to come.
    policy : Policy
        The policy in force from the first day.
    days : int
        How long.
    seed, replication : int
        The key of every draw, each in [0, 2**32).
    engine : {"compiled", "mesa"}
        Both give the same bits.
    start : Start, optional
        Where to branch from; without it the centre opens on day 0. It is not changed.
    timeline : sequence of (int, Policy)
        Switches: from that day after the branch on, that policy.
    choose : callable
        A rule of one's own for choosing moves; see
        :func:`sim.behaviours.choice.choose_move`.
    progress : callable, optional
        Called with the days done so far.
    contacts : callable, optional
        Given every contact after the branch, in the order in which they ended, in stretches
        of at most 91 days: record arrays of ``state.CONTACT``. The run is the same without.

    Returns
    -------
    Outcome
        The tallies, the final state and the measures.

    Raises
    ------
    ValueError
        If the request does not fit together.
    FloatingPointError
        If a state stops being finite.
    """
    _check(days, seed, replication)
    opening = start is None
    if start is None:
        start = warm_up(
            centre, policy, days=0, seed=seed, replication=replication, engine=engine, choose=choose
        )
    elif (start.seed, start.replication) != (seed, replication):
        raise ValueError(
            f"the start was drawn with seed {start.seed}, replication {start.replication}; "
            f"asked for {seed}, {replication}"
        )
    _check_built_alike(start.centre, centre)
    # A start made here is nobody else's: its arrays are run on, not copied.
    branch_day = start.day
    floor = start.floor if opening else copy_floor(start.floor)
    floor.parameters[:] = parameter_row(centre)
    branch(floor, policy)
    if contacts is not None:
        floor = with_log(floor)
    done = 0
    for until, following in _stretches(days, timeline):
        with closing(run_on(engine, floor, choose, contacts)) as run:
            _advance(run, until, progress, done)
            done = until
            floor = run.floor
        if following is not None:
            set_policy(floor, following)
    _sound_or_raise(floor)
    return Outcome(trimmed(floor), branch_day, start.outside, start.neutral)


def _advance(run: Run, until: int, progress: Callable[[int], None] | None, done: int = 0) -> None:
    """Run from day ``done`` to day ``until``, telling now and then how far it is."""
    while done < until:
        part = min(STEP, until - done)
        run.advance(part)
        done += part
        if progress is not None:
            progress(done)


def _stretches(
    days: int, timeline: Sequence[tuple[int, Policy]]
) -> list[tuple[int, Policy | None]]:
    """Return where each stretch under one policy ends, and what follows it."""
    switches = sorted(((day, policy) for day, policy in timeline if day < days), key=_day)
    return [*switches, (days, None)]


def _day(switch: tuple[int, Policy]) -> int:
    return switch[0]


def _check(days: int, seed: int, replication: int) -> None:
    if days < 0:
        raise ValueError(f"days is {days}; it must not be negative")
    for name, value in (("seed", seed), ("replication", replication)):
        if not 0 <= value < 2**32:
            raise ValueError(f"{name} is {value}; it must lie in [0, 4294967296)")


def _check_built_alike(before: Centre, after: Centre) -> None:
    """Refuse a change that would need other people, other seats or another network."""
    for name in BUILT:
        if getattr(before, name) != getattr(after, name):
            raise ValueError(
                f"{name} was {getattr(before, name)} in the warm-up and is {getattr(after, name)} "
                "after it; what a centre is built of cannot change at the branch"
            )


def _sound_or_raise(floor: Floor) -> None:
    broken = unsound(floor)
    if broken:
        raise FloatingPointError(f"not finite any more: {', '.join(broken[:5])}")
