"""From an experiment to its points: what is run, in which order, under which ids.

A point is one run: a policy followed from the branch in one replication. The points of
one replication share their warm-up and form a block, so that an interrupted experiment
holds complete pairs.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sim

if TYPE_CHECKING:
    from experiments.config import Experiment
    from sim.parameters import Centre
    from sim.policy import Policy
    from sim.simulation import EngineName

Switches = tuple[tuple[int, "Policy"], ...]
"""What changes after the branch: (day, the policy from that day on)."""


@cache
def model_version() -> str:
    """Return the hash of the model's sources, whatever their line endings."""
    digest = hashlib.sha256()
    root = Path(sim.__path__[0])
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def fingerprint(value: Any) -> str:
    """Return a short hash of anything that can be written as JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Situation:
    """What the points of one block share: the centre, and how it is warmed up.

    Attributes
    ----------
    centre : Centre
        The parameters.
    neutral : Policy
        The policy of the warm-up.
    warmup_days, days : int
        Days before and after the branch.
    seed, replication : int
        The key of every draw.
    """

    centre: "Centre"
    neutral: "Policy"
    warmup_days: int
    days: int
    seed: int
    replication: int

    def __reduce__(self) -> tuple[Any, ...]:
        """Send numbers to other processes: classes made at run time cannot be pickled."""
        rest = (self.neutral, self.warmup_days, self.days, self.seed, self.replication)
        return _situation, (self.centre.model_dump(), *rest)

    @cached_property
    def fingerprint(self) -> str:
        """The hash of everything that determines the warmed-up centre."""
        return fingerprint(
            {
                "centre": self.centre.model_dump(),
                "neutral": self.neutral.model_dump(),
                "warmup_days": self.warmup_days,
                "days": self.days,
                "seed": self.seed,
                "replication": self.replication,
                "model": model_version(),
            }
        )


def _situation(centre: dict[str, Any], *rest: Any) -> Situation:
    return Situation(sim.Centre.model_validate(centre), *rest)


@dataclass(frozen=True)
class Point:
    """One run of an experiment.

    Attributes
    ----------
    experiment, name : str
        The experiment's and the policy's name: labels, which determine nothing.
    policy : Policy
        The policy from the branch on.
    switches : tuple of (int, Policy)
        The policies that take over later, with the day after the branch.
    situation : Situation
        What is shared with the other points of the block.
    """

    experiment: str
    name: str
    policy: "Policy"
    switches: Switches
    situation: Situation

    @cached_property
    def run_id(self) -> str:
        """The hash of what determines the run; names and the engine do not."""
        return fingerprint(
            {
                "situation": self.situation.fingerprint,
                "policy": self.policy.model_dump(),
                "switches": [(day, policy.model_dump()) for day, policy in self.switches],
            }
        )

    @property
    def key(self) -> tuple[str, str]:
        """Policy name and run id: two names for equal numbers are two rows."""
        return (self.name, self.run_id)

    @property
    def replication(self) -> int:
        """The replication, from 1."""
        return self.situation.replication

    def __str__(self) -> str:
        """Name the point as an error message would."""
        return f"policy {self.name}, replication {self.replication}, seed {self.situation.seed}"


@dataclass(frozen=True)
class Block:
    """One replication's warm-up and the branches that start from it.

    Attributes
    ----------
    points : tuple of Point
        The branches, all of one situation.
    engine : str
        ``"compiled"`` or ``"mesa"``: the same rows from both.
    """

    points: tuple[Point, ...]
    engine: "EngineName" = "compiled"

    @property
    def situation(self) -> Situation:
        """What the points share."""
        return self.points[0].situation

    @property
    def simulated_days(self) -> int:
        """Days of the warm-up, the neutral run and the branches: the block's work."""
        return self.situation.warmup_days + (len(self.points) + 1) * self.situation.days


def points(experiment: "Experiment") -> Iterator[Point]:
    """Yield the points of an experiment, replication by replication.

    Parameters
    ----------
    experiment : Experiment
        The experiment.

    Yields
    ------
    Point
        All policies of replication 1, then of replication 2, and so on.
    """
    resolved = experiment.resolved()
    neutral = experiment.neutral_policy()
    switches = {name: tuple(experiment.switches(name)) for name in resolved}
    for replication in range(1, experiment.replications + 1):
        situation = Situation(
            centre=experiment.centre,
            neutral=neutral,
            warmup_days=experiment.warmup_days,
            days=experiment.days,
            seed=experiment.seed,
            replication=replication,
        )
        for name, policy in resolved.items():
            yield Point(experiment.name, name, policy, switches[name], situation)


def blocks(points: Iterable[Point], engine: "EngineName" = "compiled") -> Iterator[Block]:
    """Yield the points grouped into blocks that share a warm-up.

    Parameters
    ----------
    points : iterable of Point
        In the order of :func:`points`; some may be missing.
    engine : str
        The engine to run them on.
    """
    for _, group in groupby(points, key=lambda point: point.situation.fingerprint):
        yield Block(tuple(group), engine)
