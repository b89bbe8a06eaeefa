"""What is run for the claims: blocks of parameter sets and arms, put together and done once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.claims.arms import Arm, Block, arms_of, common_arms, pooled
from experiments.claims.claim_file import Claim, Shared, Wide
from experiments.claims.measures import OUTSIDE, PLACE, WHEN, per_size
from experiments.claims.sets import ParameterSet, labelled, searched, thinned
from experiments.crew import Crew
from experiments.jobs import Interrupted, Job, Result, run_jobs

ENSEMBLE, WIDE, LARGE, LONG = "ensemble", "wide", "large", "long"
SEARCH, CONFIRM, NULL = "search", "confirm", "null"
FORM = "form:"

NULL_FROM = 1_001
"""The first replication in which false alarms are counted: none that anything else is run in."""

CONFIRM_FROM = 2_001
"""The first fresh replication that confirms what a search has found."""


@dataclass
class Progress:
    """How far things are: runs in all, done before, done, failed."""

    runs: int = 0
    kept: int = 0
    done: int = 0
    failed: int = 0
    errors: list[str] = field(default_factory=list)


Follow = Callable[[Progress], None]


@dataclass(frozen=True)
class Campaign:
    """The claims, the sets, and all that is to be run.

    Attributes
    ----------
    claims : sequence of Claim
        What is judged.
    shared : Shared
        How.
    sets : sequence of mapping
        The ensemble.
    medoid : mapping
        The set in its middle.
    meets : sequence of bool or None
        Which sets meet all bands of the calibration; all where None.
    whole : bool
        Whether all claims are judged: then the null, the search beyond the ensemble and the
        founding question are part of it.
    """

    claims: Sequence[Claim]
    shared: Shared
    sets: Sequence[Mapping[str, Any]]
    medoid: Mapping[str, Any]
    meets: Sequence[bool] | None = None
    whole: bool = True

    @property
    def arms(self) -> dict[str, dict[str, Arm]]:
        """The arms of each claim, by its id and their names."""
        return arms_of(self.claims, self.shared)

    @property
    def policies(self) -> dict[str, Arm]:
        """The arms of the founding question by name, that of the outside option last."""
        return common_arms(self.shared, (*self.shared.policies, OUTSIDE))

    def wide_sets(self) -> list[ParameterSet]:
        """Return the sets of the search beyond the ensemble."""
        coded = {name for claim in self.claims for name in claim.coded}
        return searched(self.shared.wide, self.medoid, coded, self.shared.seed)

    def blocks(self) -> list[Block]:
        """Return what is to be run, but for what confirms the findings of the search."""
        shared, seats = self.shared, self.shared.seats
        arms = pooled(self.arms)
        policies = {arm.key: arm for arm in self.policies.values()}
        if self.whole:
            arms = {**policies, **arms}
        chosen = thinned(labelled(self.sets, self.meets), shared.sets)
        turns = range(1, shared.replications + 1)
        found = [Block(ENSEMBLE, chosen, turns, seats, arms)]
        fewer = thinned(chosen, shared.form_sets)
        for name, form in shared.form.items():
            found.append(Block(FORM + name, fewer, turns, seats, arms, form.set))
        large = thinned(chosen, shared.large_sets)
        found.append(Block(LARGE, large, turns, shared.large_seats, arms))
        lasting = pooled({claim.id: self.arms[claim.id] for claim in self.claims if claim.long})
        if lasting:
            some = thinned(chosen, shared.long_sets)
            found.append(Block(LONG, some, turns, seats, lasting, days=shared.long_days))
        if self.whole:
            wide = self.wide_sets()
            found.append(Block(WIDE, wide[: shared.wide.judged], turns, seats, arms))
            found.append(Block(SEARCH, wide, turns, seats, policies))
            found.append(self._null(chosen))
        return found

    def _null(self, chosen: list[ParameterSet]) -> Block:
        """Return one arm in as many fresh replications as stand for arms of other names."""
        few = thinned(chosen, self.shared.null_sets)
        groups = max(len(claim.needed) for claim in self.claims)
        fresh = range(NULL_FROM, NULL_FROM + groups * self.shared.replications)
        outside = self.policies[OUTSIDE]
        return Block(NULL, few, fresh, self.shared.seats, {outside.key: outside})

    def seconds(self, workers: int) -> float:
        """Return about how long everything takes so many processes, but for what confirms."""
        return sum(block.seconds(self.shared, workers) for block in self.blocks()) / workers


@dataclass(frozen=True)
class Ran:
    """The values of a block's runs.

    Attributes
    ----------
    block : Block
        What was run.
    values : mapping of str to ndarray
        By the arm's key: (sets, replications, periods, measures), NaN where a run failed.
    """

    block: Block
    values: Mapping[str, np.ndarray]

    def named(self, arms: Mapping[str, Arm]) -> dict[str, np.ndarray]:
        """Return the values of arms by the names that somebody has for them."""
        return {name: self.values[arm.key] for name, arm in arms.items()}

    def working(self, key: str, wide: Wide) -> "Ran":
        """Return the runs of those sets in which the centre does not break down.

        Parameters
        ----------
        key : str
            The arm by which that is told.
        wide : Wide
            How many may give up or leave in the last year.
        """
        last = self.values[key][:, :, WHEN["year2"]].mean(axis=1)
        calm = last[:, PLACE["abandonment"]] <= wide.most_abandonment
        kept = last[:, PLACE["retention"]] >= wide.least_retention
        return self.only(np.flatnonzero(calm & kept).tolist())

    def only(self, places: Sequence[int]) -> "Ran":
        """Return the runs of some of the sets."""
        rows = list(places)
        block = replace(self.block, sets=[self.block.sets[place] for place in rows])
        return Ran(block, {key: values[rows] for key, values in self.values.items()})

    def as_of(self, seats: int) -> "Ran":
        """Return the runs with what grows with a centre as it would be at so many seats."""
        return Ran(self.block, per_size(self.values, seats / self.block.seats))


def run_blocks(
    blocks: Sequence[Block],
    shared: Shared,
    folder: Path,
    crew: Crew,
    progress: Progress,
    follow: Follow = lambda progress: None,
) -> dict[str, Ran]:
    """Run blocks, or what is missing of them, and return the values by the block's name.

    Parameters
    ----------
    blocks : sequence of Block
        What to run; runs that several ask for are done once.
    shared : Shared
        Gives seed and lengths.
    folder : Path
        Where finished jobs are kept.
    crew : Crew
        Who does them.
    progress : Progress
        Counted on.
    follow : callable
        Told of every run that ends.

    Raises
    ------
    Interrupted
        Where the crew was stopped before the end.
    """
    found = {block.name: Ran(block, block.empty) for block in blocks}
    places: dict[str, list[tuple[str, str, int, int]]] = {}
    jobs: list[Job] = []
    for block in blocks:
        for (key, place, turn), job in block.jobs(shared):
            if job.key not in places:
                jobs.append(job)
            places.setdefault(job.key, []).append((block.name, key, place, turn))
    progress.runs += len(jobs)
    ended = 0
    for done in run_jobs(jobs, folder, crew):
        ended += 1
        progress.kept += done.kept
        progress.done += not done.kept
        if done.error:
            progress.failed += 1
            progress.errors.append(f"{_where(places[done.job.key], found)}: {done.error}")
        else:
            _put(done.result, places[done.job.key], found)
        follow(progress)
    if ended < len(jobs):
        raise Interrupted
    return found


def _put(
    result: Result, places: Sequence[tuple[str, str, int, int]], found: Mapping[str, Ran]
) -> None:
    for name, key, place, turn in places:
        found[name].values[key][place, turn] = result["values"]


def _where(places: Sequence[tuple[str, str, int, int]], found: Mapping[str, Ran]) -> str:
    name, key, place, turn = places[0]
    block = found[name].block
    replication = block.replications[turn]
    return f"{block.sets[place].label}, {block.arms[key].about}, replication {replication}"
