"""From an experiment to its points: what is run, in which order, under which ids.

A point is one run: a policy followed from the branch in one replication. The points of
one replication share their warm-up and stay together, so that an interrupted experiment
holds complete pairs. A block is what a worker is handed at a time: one replication or more.
"""

import hashlib
import json
import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sim
from sim.sources import source_hash

if TYPE_CHECKING:
    from experiments.config import Experiment
    from sim.parameters import Centre
    from sim.policy import Policy
    from sim.simulation import EngineName

Switches = tuple[tuple[int, "Policy"], ...]
"""What changes after the branch: (day, the policy from that day on)."""


def model_version() -> str:
    """Return the hash of the model's sources, whatever their line endings."""
    return source_hash()


class ModelDiffers(RuntimeError):
    """A block has come to a process whose model is not the one that it is for."""


def fingerprint(value: Any) -> str:
    """Return a short hash of anything that can be written as JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Situation:
    """What the points of one replication share: the centre, and how it is warmed up.

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
        What is shared with the other points of the replication.
    log_contacts : bool
        Whether every contact is to be handed back too: it changes no number of the run.
    """

    experiment: str
    name: str
    policy: "Policy"
    switches: Switches
    situation: Situation
    log_contacts: bool = False

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
    """What a worker is handed at a time: one replication or more, each warmed up once.

    Attributes
    ----------
    points : tuple of Point
        The branches, replication by replication.
    engine : str
        ``"compiled"`` or ``"mesa"``: the same rows from both.
    """

    points: tuple[Point, ...]
    engine: "EngineName" = "compiled"

    def __reduce__(self) -> tuple[Any, ...]:
        """Send the points behind the model's version, which is looked at before them."""
        return _received, (model_version(), pickle.dumps(self.points), self.engine)

    @cached_property
    def replications(self) -> tuple[tuple[Point, ...], ...]:
        """The points of each replication: those that share a warm-up."""
        groups = groupby(self.points, key=lambda point: point.situation)
        return tuple(tuple(group) for _, group in groups)

    @property
    def simulated_days(self) -> int:
        """Days of the warm-ups, the neutral runs and the branches: the block's work."""
        return sum(
            group[0].situation.warmup_days + (len(group) + 1) * group[0].situation.days
            for group in self.replications
        )

    def split(self) -> tuple["Block", ...]:
        """Return each replication as a block of its own."""
        return tuple(Block(group, self.engine) for group in self.replications)


def joined(blocks: Sequence[Block]) -> Block:
    """Return blocks as one, their points in the same order."""
    if len(blocks) == 1:
        return blocks[0]
    return Block(tuple(point for block in blocks for point in block.points), blocks[0].engine)


def _received(model: str, pickled: bytes, engine: "EngineName") -> Block:
    """Unpack a block that came from another process, if it is for this one's model.

    Raises
    ------
    ModelDiffers
        Where it is not: its rows would be wrong and nobody would see it.
    """
    if model != model_version():
        raise ModelDiffers(
            f"the model of the worker is version {model_version()} ({sim.__path__[0]}), "
            f"asked for is version {model}"
        )
    return Block(pickle.loads(pickled), engine)


def points(experiment: "Experiment", first: int = 1, last: int | None = None) -> Iterator[Point]:
    """Yield the points of an experiment, replication by replication.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    first, last : int
        The replications wanted, both included; up to the experiment's number of
        replications where ``last`` is None.

    Yields
    ------
    Point
        All policies of the first replication, then of the next, and so on, each made when
        it is asked for.
    """
    resolved = experiment.resolved()
    neutral = experiment.neutral_policy()
    switches = {name: tuple(experiment.switches(name)) for name in resolved}
    last = experiment.replications if last is None else last
    for replication in range(first, last + 1):
        situation = Situation(
            centre=experiment.centre,
            neutral=neutral,
            warmup_days=experiment.warmup_days,
            days=experiment.days,
            seed=experiment.seed,
            replication=replication,
        )
        for name, policy in resolved.items():
            yield Point(
                experiment.name,
                name,
                policy,
                switches[name],
                situation,
                experiment.log_contacts,
            )


def blocks(points: Iterable[Point], engine: "EngineName" = "compiled") -> Iterator[Block]:
    """Yield the points grouped into blocks of one replication.

    Parameters
    ----------
    points : iterable of Point
        In the order of :func:`points`; some may be missing.
    engine : str
        The engine to run them on.
    """
    for _, group in groupby(points, key=lambda point: point.situation):
        yield Block(tuple(group), engine)
