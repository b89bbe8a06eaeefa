"""A stylised fact: what is stated, by whom, how the model is asked, and how it is judged."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from experiments.jobs import Job, Result

if TYPE_CHECKING:
    from experiments.evidence.plan import Plan

Verdict = Literal["holds", "fails", "cannot be told"]

Data = Mapping[str, Sequence[Result]]
"""What was simulated: for each dataset the results of its units, in their order."""


@dataclass(frozen=True)
class Dataset:
    """Simulated data that facts are taken from, made unit by unit.

    Attributes
    ----------
    name : str
        What facts call it.
    work : str
        The function that makes one unit, as ``"module:name"``. It is called with ``centre``
        (a dict of parameters that differ from the defaults), ``plan`` (a dict, the whole
        sampling plan) and ``unit`` (from 0), and returns arrays by name.
    units, most : callable
        How many units the plan asks for, and to how many it may be raised where a verdict
        cannot be told.
    ablated : int
        With a mechanism off, one in so many of the plan's units is made: that is shown, and not
        judged.
    """

    name: str
    work: str
    units: Callable[["Plan"], int]
    most: Callable[["Plan"], int]
    ablated: int = 2

    def jobs(
        self, plan: "Plan", centre: Mapping[str, Any], first: int = 0, last: int | None = None
    ) -> list[Job]:
        """Return the jobs that make the units [first, last)."""
        last = self.units(plan) if last is None else last
        given = {"centre": dict(centre), "plan": plan.model_dump()}
        return [Job(self.work, {**given, "unit": unit}) for unit in range(first, last)]


@dataclass(frozen=True)
class Part:
    """One statistic of a fact, and where it must lie.

    Attributes
    ----------
    name : str
        Short and lasting: ``S1.distributive`` is the part ``distributive`` of S1.
    what : str
        The statistic in words, with its unit.
    low, high : float
        The band, both ends in it unless it is strict.
    published : bool
        Whether the band is a published one; else it is this project's tolerance (*).
    judged : bool
        Whether it counts for the verdict; what does not is reported only.
    strict : bool
        Whether the band's ends do not belong to it: an effect of exactly 0 is not "> 0", and
        twins differ by exactly 0 in every resample where no mechanism tells them apart.
    """

    name: str
    what: str
    low: float = -math.inf
    high: float = math.inf
    published: bool = False
    judged: bool = True
    strict: bool = False

    def verdict(self, estimate: "Estimate") -> Verdict:
        """Return whether the interval lies in the band, out of it, or across an edge."""
        if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
            return "cannot be told"
        if self.strict:
            if self.low < estimate.low and estimate.high < self.high:
                return "holds"
            if estimate.high <= self.low or estimate.low >= self.high:
                return "fails"
            return "cannot be told"
        if self.low <= estimate.low and estimate.high <= self.high:
            return "holds"
        if estimate.high < self.low or estimate.low > self.high:
            return "fails"
        return "cannot be told"


@dataclass(frozen=True)
class Estimate:
    """A statistic with its interval.

    Attributes
    ----------
    value, low, high : float
        The statistic, and the ends of its 95 % interval; NaN where it was not asked for.
    n : int
        How many independent units (centres, replications, persons) it comes from.
    of : str
        What these are.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    of: str = ""


Estimates = Mapping[str, Estimate]
"""The estimate of each part, by its name."""


@dataclass(frozen=True)
class Fact:
    """A stylised fact.

    Attributes
    ----------
    id : str
        As in the project's table of evidence, for example ``"S1"``.
    use : {"C", "E"}
        Whether it may be used to calibrate, or must emerge.
    sign : bool
        Whether a mechanism gives it its sign.
    statement : str
        What the model's own data must show.
    source : str
        The findings behind it, with the ids of the table.
    parts : tuple of Part
        The statistics.
    data : tuple of Dataset
        What they are taken from.
    estimate : callable
        Of the data and the number of bootstrap resamples (0: values only, no intervals).
    ablation : mapping
        The parameters that switch the mechanism off which codes the sign; empty without one.
    mended : str
        Why an E fact is no unseen test any more: which mechanism was added to the model after a
        run in which it had failed. Empty where none was.
    """

    id: str
    use: Literal["C", "E"]
    statement: str
    source: str
    parts: tuple[Part, ...]
    data: tuple[Dataset, ...]
    estimate: Callable[[Data, int], Estimates]
    sign: bool = False
    ablation: Mapping[str, Any] = field(default_factory=dict)
    mended: str = ""

    @property
    def number(self) -> int:
        """The number in the id, to sort by."""
        return int(self.id[1:])

    def verdict(self, estimates: Estimates) -> Verdict:
        """Return "holds" if all judged parts hold, "fails" if one fails, else that it is open."""
        verdicts = [verdict for _, verdict in self._verdicts(estimates)]
        if "fails" in verdicts:
            return "fails"
        return "holds" if set(verdicts) == {"holds"} else "cannot be told"

    def deciding(self, estimates: Estimates) -> Part:
        """Return the part that the verdict hangs on.

        The first that fails; where none does the first that cannot be told; the first of all
        judged parts where all of them hold.
        """
        verdicts = self._verdicts(estimates)
        for wanted in ("fails", "cannot be told"):
            for part, verdict in verdicts:
                if verdict == wanted:
                    return part
        return verdicts[0][0]

    def _verdicts(self, estimates: Estimates) -> list[tuple[Part, Verdict]]:
        return [(part, part.verdict(estimates[part.name])) for part in self.parts if part.judged]
