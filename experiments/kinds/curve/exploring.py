"""Simulating a curve's points, round by round: where it bends, points are added."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.crew import Crew
from experiments.kinds.curve.adding import Added, more_points
from experiments.kinds.curve.plan import At, Plan, places_of
from experiments.kinds.running import RunMeter
from experiments.kinds.table import Asked, Table, Tally, simulated


@dataclass(frozen=True, eq=False)
class Round:
    """A round of points.

    Attributes
    ----------
    axes : tuple of ndarray
        Where points lie along each dimension by then.
    added : Added or None
        What was added to those before, and why; None in the first round.
    """

    axes: tuple[np.ndarray, ...]
    added: Added | None = None


@dataclass(frozen=True, eq=False)
class Explored:
    """What was simulated.

    Attributes
    ----------
    plan : Plan
        What was asked.
    axes : tuple of ndarray
        Where the points lie along each dimension, increasing.
    tables : dict of str to Table
        By curve; points in the order of :func:`places_of`.
    rounds : tuple of Round
        How they came about; the first one's points are those to begin with.
    why : str
        Why no more were added: "fine enough", "budget spent", "gaps at their narrowest".
    """

    plan: Plan
    axes: tuple[np.ndarray, ...]
    tables: dict[str, Table]
    rounds: tuple[Round, ...]
    why: str

    @property
    def places(self) -> list[At]:
        """The points."""
        return places_of(self.axes)

    def of(self, curve: str, measure: str) -> np.ndarray:
        """Return a measure of a curve over the days that count, shape (replications, points)."""
        return self.tables[curve].of(measure, self.plan.request.period)


def explore(plan: Plan, jobs: Path, crew: Crew, meter: RunMeter, tally: Tally) -> Explored:
    """Simulate a curve's points, and those that are added, as far as the file allows.

    Parameters
    ----------
    plan : Plan
        What is asked.
    jobs : Path
        Where finished jobs are kept.
    crew : Crew
        Who does them.
    meter : RunMeter
        Shows how far things are.
    tally : Tally
        Counted on.

    Raises
    ------
    Interrupted
        Where the crew was stopped.
    """
    axes = plan.begin()
    rounds = [Round(axes)]
    known: dict[tuple[str, At], Table] = {}
    while True:
        _simulate(plan, axes, known, jobs, crew, meter, tally, len(rounds))
        tables = {curve: _table(curve, places_of(axes), known) for curve in plan.curves}
        values = {
            (curve, measure): table.of(measure, plan.request.period)
            for curve, table in tables.items()
            for measure in plan.request.refine.measures or plan.request.measures
        }
        added = more_points(axes, values, plan.request.refine)
        if not added.count:
            return Explored(plan, axes, tables, tuple(rounds), added.why)
        axes = tuple(
            np.sort(np.concatenate([axis, np.array(more)]))
            for axis, more in zip(axes, added.places, strict=True)
        )
        rounds.append(Round(axes, added))


def _simulate(
    plan: Plan,
    axes: Sequence[np.ndarray],
    known: dict[tuple[str, At], Table],
    jobs: Path,
    crew: Crew,
    meter: RunMeter,
    tally: Tally,
    number: int,
) -> None:
    """Simulate the points that are not known yet, curves of one centre from one warm-up."""
    new = [at for at in places_of(axes) if (plan.curves[0], at) not in known]
    groups = list(plan.groups())
    replications = range(1, plan.request.replications + 1)
    points = f"{len(new)} {'point' if len(new) == 1 else 'points'}"
    meter.begin(f"round {number}, {points}", len(groups) * len(replications), tally)
    for curves in groups:
        request = plan.request
        names = {
            (curve, at): f"{curve} {place}" for curve in curves for place, at in enumerate(new)
        }
        asked = Asked(
            centres={curves[0]: plan.centre(curves[0])},
            policies={name: plan.policy(*key) for key, name in names.items()},
            neutral=request.policies[request.neutral],
            warmup_days=request.warmup_days,
            days=request.days,
            seed=request.seed,
            replications=replications,
        )
        table = simulated(asked, jobs, crew, tally, meter.follow)[curves[0]]
        known.update({key: table.only([name]) for key, name in names.items()})


def _table(curve: str, places: Sequence[At], known: dict[tuple[str, At], Table]) -> Table:
    parts = [known[curve, at] for at in places]
    names = tuple(", ".join(f"{end:.6g}" for end in at) for at in places)
    values = np.concatenate([each.values for each in parts], axis=1)
    return Table(names, parts[0].replications, parts[0].days, values)
