"""The job that all kinds share: one warm-up, from which many policies branch.

A job is one replication of one centre. Policies are told apart by what they come to, not by
what somebody calls them, so that whatever has been simulated under one name is found again
under another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from experiments.branching import GAINS, NAMES, branches, measured_periods
from experiments.branching_plain import AGAINST_NEUTRAL
from experiments.design import fingerprint
from experiments.jobs import Job
from sim.parameters import Centre
from sim.policy import Policy

__all__ = [
    "GAINS",
    "NAMES",
    "PLAIN",
    "WORK",
    "Ask",
    "branches",
    "measured_periods",
    "needs_neutral",
    "policy_key",
]

WORK = "experiments.branching:branches"
PLAIN = "experiments.branching_plain:plain_branches"


def needs_neutral(measures: Iterable[str]) -> bool:
    """Return whether some measure takes the neutral policy's run of the same days."""
    return not set(AGAINST_NEUTRAL).isdisjoint(measures)


def policy_key(policy: Policy) -> str:
    """Return what a policy is known by: a hash of its numbers."""
    return fingerprint(policy.model_dump())


@dataclass(frozen=True)
class Ask:
    """One replication of one centre under some policies.

    Attributes
    ----------
    centre : Centre
        The parameters.
    policies : mapping of str to Policy
        By any names.
    neutral : Policy
        The policy of the warm-up.
    warmup_days, days : int
        Days before and after the branch.
    seed, replication : int
        The key of every draw.
    gains : bool
        Whether gains are measured, too: the neutral policy's run of the same days is then made.
    """

    centre: Centre
    policies: Mapping[str, Policy]
    neutral: Policy
    warmup_days: int
    days: int
    seed: int
    replication: int
    gains: bool = True

    @property
    def job(self) -> Job:
        """What is to be done: each distinct policy once, whatever its names."""
        return Job(
            WORK if self.gains else PLAIN,
            {
                "centre": self.centre.model_dump(),
                "policies": {
                    policy_key(each): each.model_dump() for each in self.policies.values()
                },
                "neutral": self.neutral.model_dump(),
                "warmup_days": self.warmup_days,
                "days": self.days,
                "seed": self.seed,
                "replication": self.replication,
            },
        )
