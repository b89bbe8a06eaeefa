"""Facts run: their datasets simulated once each, judged, and doubled where that cannot be told.

What is found of a fact does not depend on which others are asked for: each is judged on the units
that the plan begins with, and, where its verdict cannot be told, on twice as many, up to the cap.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.crew import Crew
from experiments.evidence.fact import Data, Dataset, Fact
from experiments.evidence.judging import RESAMPLES, Judged, judge
from experiments.evidence.plan import Plan
from experiments.evidence.progress import Progress
from experiments.jobs import Done, Interrupted, Job, Result, run_jobs


@dataclass(frozen=True)
class Request:
    """A fact that is to be judged on so many units, with parameters of its own or without.

    Attributes
    ----------
    fact : Fact
        The fact.
    plan : Plan
        The sampling plan.
    doublings : int
        How often the units were doubled.
    ablated : bool
        Whether the mechanism is off that codes the sign: fewer units, which are not doubled.
    """

    fact: Fact
    plan: Plan
    doublings: int = 0
    ablated: bool = False

    @property
    def centre(self) -> dict[str, Any]:
        """The parameters that differ from the defaults."""
        return dict(self.fact.ablation) if self.ablated else {}

    @cached_property
    def units(self) -> dict[str, int]:
        """How many units of each dataset."""
        return {each.name: self._units(each) for each in self.fact.data}

    @property
    def planned(self) -> dict[str, int]:
        """How many units the plan begins with."""
        return {each.name: each.units(self.plan) for each in self.fact.data}

    def _units(self, dataset: Dataset) -> int:
        first = dataset.units(self.plan)
        if self.ablated:
            return math.ceil(first / dataset.ablated)
        return max(first, min(first * 2**self.doublings, dataset.most(self.plan)))

    @cached_property
    def jobs(self) -> dict[str, list[Job]]:
        """The jobs that make the units of each dataset."""
        return {
            each.name: each.jobs(self.plan, self.centre, last=self.units[each.name])
            for each in self.fact.data
        }

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of all its jobs."""
        return frozenset(job.key for jobs in self.jobs.values() for job in jobs)

    def doubled(self) -> "Request | None":
        """Return the same with more units, None where the plan allows no more."""
        more = Request(self.fact, self.plan, self.doublings + 1, self.ablated)
        return more if more.units != self.units else None


Follow = Callable[[Progress, Done | None], None]
"""Told of every job that ends, and of the beginning (no job)."""


@dataclass(frozen=True)
class Judging:
    """What judging takes.

    Attributes
    ----------
    plan : Plan
        The sampling plan.
    folder : Path
        Where finished jobs are kept.
    crew : Crew
        Who does them.
    resamples : int
        Of the bootstrap.
    follow : callable
        Told how far things are.
    """

    plan: Plan
    folder: Path
    crew: Crew
    resamples: int = RESAMPLES
    follow: Follow = lambda progress, done: None

    def judge(self, facts: Sequence[Fact]) -> list[Judged]:
        """Return the facts judged, in their order.

        Raises
        ------
        Interrupted
            Where the crew was stopped before the end.
        RequestError
            Where the crew can do nothing more.
        """
        return _Round(self, facts).to_the_end()


class _Round:
    """The facts on their way: what was asked, what has come, what was found."""

    def __init__(self, judging: Judging, facts: Sequence[Fact]) -> None:
        self.judging, self.facts = judging, facts
        self.results: dict[str, Result] = {}
        self.errors: dict[str, str] = {}
        self.found: dict[str, Judged] = {}
        self.ablated: dict[str, Judged] = {}
        self.progress = Progress(facts=len(facts))

    def to_the_end(self) -> list[Judged]:
        plan = self.judging.plan
        asked = [Request(fact, plan) for fact in self.facts]
        asked += [Request(fact, plan, ablated=True) for fact in self.facts if fact.ablation]
        while asked:
            asked = [more for request in self.judged(asked) if (more := self.next(request))]
        return [self.whole(fact) for fact in self.facts]

    def judged(self, asked: Sequence[Request]) -> Iterator[Request]:
        """Judge what is asked, each as soon as its data are there, while others are simulated."""
        waiting = list(asked)
        for _ in self.simulate(asked):
            ready = [each for each in waiting if self.is_there(each.keys)]
            for request in ready:
                waiting.remove(request)
                self.keep(request)
                yield request
        if waiting:
            raise Interrupted
        self.follow(None)

    def simulate(self, asked: Iterable[Request]) -> Iterator[None]:
        """Have the missing jobs done; yield whenever one has come, and once at the beginning."""
        missing = {
            job.key: job
            for request in asked
            for jobs in request.jobs.values()
            for job in jobs
            if not self.is_there([job.key])
        }
        self.progress.jobs += len(missing)
        for job in missing.values():
            self.progress.left[job.work] = self.progress.left.get(job.work, 0) + 1
        self.follow(None)
        yield
        for done in run_jobs(missing.values(), self.judging.folder, self.judging.crew):
            (self.errors if done.error else self.results)[done.job.key] = (
                done.error or done.result  # type: ignore[assignment]
            )
            self.count(done)
            yield

    def count(self, done: Done) -> None:
        self.progress.left[done.job.work] -= 1
        self.progress.done += 1
        self.progress.kept += done.kept
        self.progress.failed += bool(done.error)
        self.follow(done)

    def follow(self, done: Done | None) -> None:
        self.judging.follow(self.progress, done)

    def is_there(self, keys: Iterable[str]) -> bool:
        return all(key in self.results or key in self.errors for key in keys)

    def keep(self, request: Request) -> None:
        """Judge what is there, or say why not.

        What fails is not missing by chance: on the other units alone nothing is judged.
        """
        failed = [self.errors[key] for key in sorted(request.keys & self.errors.keys())]
        if failed:
            of = f"{len(failed)} of {len(request.keys)} units failed: {failed[0]}"
            found = Judged(request.fact, {}, request.units, request.planned, of)
        else:
            found = judge(
                request.fact,
                self.data(request),
                resamples=self.judging.resamples,
                planned=request.planned,
            )
        (self.ablated if request.ablated else self.found)[request.fact.id] = found
        if not request.ablated and self.next(request) is None:
            self.progress.told += 1

    def data(self, request: Request) -> Data:
        return {
            name: [self.results[job.key] for job in jobs] for name, jobs in request.jobs.items()
        }

    def next(self, request: Request) -> Request | None:
        """Return what is to be asked after it, None where it is at its end."""
        found = self.found.get(request.fact.id)
        if request.ablated or found is None or found.trouble or found.verdict != "cannot be told":
            return None
        return request.doubled()

    def whole(self, fact: Fact) -> Judged:
        return replace(self.found[fact.id], ablated=self.ablated.get(fact.id))


def describe(units: Mapping[str, int]) -> str:
    """Return units in words: "96 units of panel, 12 of reference"."""
    parts = [f"{count:,} of {name}" for name, count in units.items()]
    if parts:
        first = next(iter(units.values()))
        parts[0] = parts[0].replace(" of", " unit of" if first == 1 else " units of", 1)
    return ", ".join(parts)
