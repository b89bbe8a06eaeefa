"""Arms worked out and pooled, and the jobs that run them.

Arms that come to the same are run once, whatever claims ask for them and under whatever name. A
job is one arm of one parameter set in one replication; the warmed-up centre is kept in the
process that does it, for the arms that branch from it come one after the other.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

import sim
from experiments.claims.arm_file import ArmSpec, Changes
from experiments.claims.choosers import forced
from experiments.claims.claim_file import Claim, Shared
from experiments.claims.measures import DAYS, NAMES, PERIODS, values_of
from experiments.claims.sets import ParameterSet, every_parameter, sized
from experiments.claims.settled import SettledLog
from experiments.config import Experiment
from experiments.design import fingerprint
from experiments.evidence.centres import centre_of
from experiments.jobs import Job
from sim.behaviours.choice import choose_move
from sim.measures.base import YEAR
from sim.policy import Policy

WORK = "experiments.claims.arms:run_arm"

_SEAT_YEAR = 0.012
_LOGGED = 0.005
_RUN = 0.03
"""Seconds of one core for a year of one seat, what a log adds, and for what each run takes beside
that; measured."""

_KEPT_STARTS = 4
"""Warmed-up centres that a process keeps: an arm may have been warmed up in its own way."""


def neutral_policy() -> Policy:
    """Return the policy of the warm-up, with the package that all arms share."""
    return Experiment(name="claims", policies=("neutral",)).neutral_policy()


@dataclass(frozen=True)
class Arm:
    """One of the things that are compared, worked out.

    Attributes
    ----------
    about : str
        What it is, in words.
    policy : Policy
        From the branch on.
    spec : ArmSpec
        What else it changes.
    """

    about: str
    policy: Policy
    spec: ArmSpec = field(repr=False)

    @cached_property
    def key(self) -> str:
        """The hash of what determines it: names and words do not."""
        rest = self.spec.model_dump(include={"at_branch", "from_start", "force", "log"})
        return fingerprint([self.policy.model_dump(), rest])

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a job of it is given, for a centre of these parameters."""
        begun = self.spec.from_start.applied(values)
        force = self.spec.force
        return {
            "start": _changed(begun),
            "centre": _changed(self.spec.at_branch.applied(begun)),
            "policy": self.policy.model_dump(),
            "force": None if force is None else force.model_dump(),
            "log": self.spec.log,
        }


def _changed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that differ from the defaults."""
    usual = every_parameter({})
    return {name: value for name, value in values.items() if value != usual[name]}


def arms_of(claims: Iterable[Claim], shared: Shared) -> dict[str, dict[str, Arm]]:
    """Return the arms of each claim by the names that it gives them, by the claim's id."""
    neutral = neutral_policy()
    found: dict[str, dict[str, Arm]] = {}
    for claim in claims:
        specs = {**shared.arm, **claim.arm}
        found[claim.id] = {
            name: Arm(specs[name].about, specs[name].worked_out(neutral), specs[name])
            for name in claim.needed
        }
    return found


def common_arms(shared: Shared, names: Sequence[str]) -> dict[str, Arm]:
    """Return arms of the shared file by name."""
    neutral = neutral_policy()
    return {
        name: Arm(shared.arm[name].about, shared.arm[name].worked_out(neutral), shared.arm[name])
        for name in names
    }


def pooled(arms: Mapping[str, Mapping[str, Arm]]) -> dict[str, Arm]:
    """Return the distinct arms by key, those with a warm-up of their own last."""
    found = {arm.key: arm for each in arms.values() for arm in each.values()}

    def order(entry: tuple[str, Arm]) -> str:
        return json.dumps(entry[1].spec.from_start.model_dump(), sort_keys=True)

    plain = json.dumps(Changes().model_dump(), sort_keys=True)
    return dict(sorted(found.items(), key=lambda entry: (order(entry) != plain, order(entry))))


@dataclass(frozen=True)
class Block:
    """Parameter sets on which arms are run.

    Attributes
    ----------
    name : str
        What it is for.
    sets : sequence of ParameterSet
        The sets.
    replications : sequence of int
        Of each set, numbered from 1; a set has streams of chance of its own for them.
    seats : int
        Size of the centres.
    arms : mapping of str to Arm
        By key.
    changes : mapping
        Parameters set in every one of them, for example a switch.
    days : int
        How long they are run after the branch.
    """

    name: str
    sets: Sequence[ParameterSet]
    replications: Sequence[int]
    seats: int
    arms: Mapping[str, Arm]
    changes: Mapping[str, Any] = field(default_factory=dict)
    days: int = DAYS

    def parameters(self, one: ParameterSet) -> dict[str, Any]:
        """Return all parameters of one of the sets, as it is run here."""
        return every_parameter(sized(one.values, self.seats) | dict(self.changes))

    def clipped(self, arms: Iterable[Arm]) -> np.ndarray:
        """Return in which sets one of these arms meets the end of a parameter's range."""
        specs = [arm.spec for arm in arms]
        return np.array(
            [any(spec.clipped(self.parameters(one)) for spec in specs) for one in self.sets],
            dtype=bool,
        )

    def jobs(self, shared: Shared) -> Iterator[tuple[tuple[str, int, int], Job]]:
        """Yield (key of the arm, place of the set, place of the replication) and its job."""
        neutral = neutral_policy().model_dump()
        for place, one in enumerate(self.sets):
            values = self.parameters(one)
            for turn, replication in enumerate(self.replications):
                common = {
                    "neutral": neutral,
                    "warmup_days": shared.warmup_days,
                    "days": self.days,
                    "seed": shared.seed,
                    "replication": one.stream(replication),
                    "measures": list(NAMES),
                }
                for key, arm in self.arms.items():
                    yield (key, place, turn), Job(WORK, {**arm.given(values), **common})

    @property
    def runs(self) -> int:
        """How many runs it takes."""
        return len(self.sets) * len(self.replications) * len(self.arms)

    def seconds(self, shared: Shared, workers: int) -> float:
        """Return about how long it takes one core.

        Parameters
        ----------
        shared : Shared
            Gives the length of the warm-up.
        workers : int
            Processes, each of which warms a centre up for itself.
        """
        starts = {arm.spec.from_start.model_dump_json() for arm in self.arms.values()}
        warmed = len(starts) * min(workers, len(self.arms)) * shared.warmup_days
        days = len(self.arms) * self.days + warmed
        logged = sum(arm.spec.log for arm in self.arms.values()) * self.days
        each = self.seats * (days * _SEAT_YEAR + logged * _LOGGED) / YEAR
        return len(self.sets) * len(self.replications) * each + self.runs * _RUN

    @property
    def empty(self) -> dict[str, np.ndarray]:
        """Places for the values of every run, by arm: (sets, replications, periods, measures)."""
        shape = (len(self.sets), len(self.replications), len(PERIODS), len(NAMES))
        return {key: np.full(shape, np.nan) for key in self.arms}


def run_arm(
    start: dict[str, Any],
    centre: dict[str, Any],
    policy: dict[str, Any],
    force: dict[str, Any] | None,
    log: bool,
    neutral: dict[str, Any],
    warmup_days: int,
    days: int,
    seed: int,
    replication: int,
    measures: list[str],
) -> dict[str, np.ndarray]:
    """Run one arm of one set in one replication: the work of a job.

    Parameters
    ----------
    start, centre : dict
        Parameters that differ from the defaults, before and after the branch.
    policy, neutral : dict
        The policy after the branch, and that of the warm-up.
    force : dict or None
        A move that is forced, see :func:`experiments.claims.choosers.forced`.
    log : bool
        Whether issues settled are counted from the log of contacts.
    warmup_days, days, seed, replication : int
        Length of the warm-up and of what follows, and the key of every draw.
    measures : list of str
        What is measured, see :func:`experiments.claims.measures.values_of`.

    Returns
    -------
    dict
        ``values``: each measure in each period.
    """
    warm = _warm(json.dumps(start), json.dumps(neutral), warmup_days, seed, replication)
    after = centre_of(centre)
    settled = SettledLog(warm.day, days) if log else None
    outcome = sim.simulate(
        after,
        Policy.model_validate(policy),
        days=days,
        seed=seed,
        replication=replication,
        start=warm,
        choose=choose_move if force is None else forced(**force | {"moves": tuple(force["moves"])}),
        contacts=None if settled is None else settled.take,
    )
    logged = None if settled is None else settled.by_day
    return {"values": values_of(outcome, measures, after, logged)}


@lru_cache(maxsize=_KEPT_STARTS)
def _warm(start: str, neutral: str, days: int, seed: int, replication: int) -> "sim.Start":
    return sim.warm_up(
        centre_of(json.loads(start)),
        Policy.model_validate(json.loads(neutral)),
        days=days,
        seed=seed,
        replication=replication,
    )
