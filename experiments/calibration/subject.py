"""What is calibrated: which calibration, to which bands, simulated how, and told in which words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from experiments.calibration.ensemble import Ensemble
from experiments.calibration.memory import Set
from experiments.calibration.request import Calibration
from experiments.calibration.simulating import PROJECT, Works
from experiments.calibration.targets import Target, targets_of
from experiments.design import fingerprint, model_version
from experiments.evidence.fact import Fact
from experiments.evidence.plan import sampling_plan

LookOver = Callable[[Sequence[Target], Mapping[str, Any], Sequence[tuple[Set, int]]], np.ndarray]
"""Simulates sets with seeds, under a plan: (targets, plan, sets) -> a row a set, a column a target.
It is given the work functions of the subject."""


@dataclass(frozen=True)
class Words:
    """How the page tells of what was aimed at.

    Attributes
    ----------
    things : str
        What parameters are held against.
    again : str
        How some of the sets were simulated once more.
    reported : str
        Why some of them neither steer nor judge.
    unseen : str
        Why no simulation gave a value of some.
    """

    things: str = "facts"
    again: str = "on the whole sampling plan"
    reported: str = (
        "as the samples of a calibration are too small for it. It is judged on the whole plan"
    )
    unseen: str = "as the samples of a calibration are smaller than those of the evidence"


@dataclass(frozen=True)
class Subject:
    """What is calibrated to facts.

    Attributes
    ----------
    request : Calibration
        Ranges, waves, and what acceptance is.
    targets : sequence of Target
        The bands.
    plan : mapping
        What a simulation is told beside parameters and seed.
    works : Works
        What simulates a set.
    identity : mapping
        What a folder of results is known by again.
    text : str
        The file as resolved, as TOML.
    words : Words
        How it is told.
    seconds : (float, float) or None
        What a run takes one core, and one of the last step, where it is not the shipped one.
    """

    request: Calibration
    targets: Sequence[Target]
    plan: Mapping[str, Any]
    works: Works
    identity: Mapping[str, Any]
    text: str
    words: Words = field(default_factory=Words)
    seconds: tuple[float, float] | None = None

    def looked_over(self, look: LookOver) -> "Subject":
        """Return the same with bands that take a first look by simulation, where there is one."""
        return self

    def provenance(self) -> dict[str, Any]:
        """Return what else is to be told of where the ensemble comes from."""
        return {}

    def leave(self, folder: Path, ensemble: Ensemble) -> list[Path]:
        """Write what else there is to be left, and return the files."""
        return []


def of_facts(
    request: Calibration, facts: Iterable[Fact], works: Works = PROJECT, where: str = ""
) -> Subject:
    """Return the calibration of the reference centre to facts.

    Parameters
    ----------
    request : Calibration
        The file.
    facts : iterable of Fact
        The facts there are.
    works : Works
        What simulates a set.
    where : str
        What a message begins with: the file.

    Raises
    ------
    RequestError
        Where it names a fact that there is not, or one of class E.
    """
    targets = targets_of(request.facts, facts, where, request.reported)
    return Subject(
        request=request,
        targets=targets,
        plan=sampling_plan().model_dump(mode="json"),
        works=works,
        identity=identity_of(request.hash, sampling_plan().model_dump(), targets),
        text=request.text(),
    )


def identity_of(
    config_hash: str, plan: Mapping[str, Any], targets: Sequence[Target]
) -> dict[str, Any]:
    """Return what a folder of results is known by again.

    Parameters
    ----------
    config_hash : str
        Of all that the file asks for.
    plan : mapping
        What a simulation is told.
    targets : sequence of Target
        The bands.
    """
    bands = [[each.name, repr(each.low), repr(each.high), each.judged] for each in targets]
    return {
        "config_hash": config_hash,
        "model": model_version(),
        "plan_hash": fingerprint(plan),
        "targets_hash": fingerprint(bands),
    }
