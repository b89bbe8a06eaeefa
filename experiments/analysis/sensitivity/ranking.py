"""Which parameters matter, and which of them decide the answer.

A parameter *moves the numbers* where it has a share of the variance of a measure, and *decides the
answer* where it has one of the contrast between policies: what moves both policies alike moves
every number and decides nothing.

It matters where the lower end of its total index lies above what a dummy parameter of no effect
gets, and above a share too small to care for. With replications the dummy's index is known and
taken off within each resample (`net_total`, see :mod:`.sobol`), so that the interval compared
with the threshold is the one of the difference. Without, a dummy gets exactly 0 from a function
without chance, and something unknown from one with: `noise_known` says which.

Intervals are of 95 % each, not all at once: of parameters of no effect, about one in forty passes
the dummy by chance (1 to 4 % of 300 did, with 64 and 256 base points and 2 to 10 replications).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.analysis.interval import Interval
from experiments.analysis.sensitivity.morris import TAIL, Effects
from experiments.analysis.sensitivity.saltelli import Saltelli
from experiments.analysis.sensitivity.sobol import KINDS, Indices

LEAST_SHARE = 0.01
"""A total index that is nothing to care for: 1 % of the variance (assumed)."""

LEAST_EFFECT = 0.05
"""A mu* that is nothing to care for, as a share of the output's largest (assumed)."""

Verdict = Literal["matters", "may matter", "does not matter", "unknown"]
Role = Literal[
    "decides the answer", "decides only the answer", "moves only the numbers", "neither", "open"
]


@dataclass(frozen=True)
class Ranked:
    """One parameter's part in one output.

    Attributes
    ----------
    parameter, output : str
        Their names.
    total, first : Interval
        Its indices, net of noise where that is known.
    verdict : str
        Whether it matters.
    """

    parameter: str
    output: str
    total: Interval
    first: Interval
    verdict: Verdict


@dataclass(frozen=True)
class Deciding:
    """One parameter's part in the answer, against its part in the numbers.

    Attributes
    ----------
    parameter : str
        Its name.
    answer : Ranked
        In the contrast.
    numbers : Ranked
        In the measure in which its total is the largest.
    less : Interval
        Its total in the contrast less that in this measure; of paired resamples, percentiles.
    role : str
        What it does.
    """

    parameter: str
    answer: Ranked
    numbers: Ranked
    less: Interval
    role: Role


@dataclass(frozen=True)
class Sides:
    """How often which side of a contrast is ahead, over independent points of the space.

    Attributes
    ----------
    above, below : float
        Shares of points at which the mean over replications is above and below 0.
    points : int
        Points with a mean.
    """

    above: float
    below: float
    points: int

    @property
    def settled(self) -> bool:
        """Whether the answer is the same wherever one looked."""
        return self.points > 0 and max(self.above, self.below) == 1.0


@dataclass(frozen=True)
class Screened:
    """What a screening leaves for the Sobol' analysis.

    Attributes
    ----------
    kept, dropped : tuple of str
        Groups, or parameters, those with the largest effects first: as a share of the largest
        on the same output, of the kept over the outputs that they are kept for.
    passed_over : dict of float
        Dropped ones: the largest share of an output's largest mu* that the upper end of its
        own interval leaves possible. Only over outputs that something is kept for, as a share of
        what may be noise says nothing; 0 where nothing is kept.
    kept_for : dict of tuple of str
        Kept ones: the outputs that they are kept for, the largest share first.
    """

    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    passed_over: dict[str, float]
    kept_for: dict[str, tuple[str, ...]]


def ranked(found: Indices, output: str, least: float = LEAST_SHARE) -> tuple[Ranked, ...]:
    """Return every parameter's part in an output, the largest total first.

    Parameters
    ----------
    found : Indices
        Of all outputs.
    output : str
        Which one.
    least : float
        The share of the variance that is nothing to care for; 0 asks for the dummy alone.
    """
    kinds = ("net_total", "net_first") if found.noise_known else ("total", "first")
    rows = []
    for name in found.parameters:
        total, first = (found.of(output, name, kind) for kind in kinds)
        rows.append(Ranked(name, output, total, first, _verdict(total, least)))
    return tuple(sorted(rows, key=lambda row: -np.nan_to_num(row.total.mean, nan=-1.0)))


def deciding(
    found: Indices, contrast: str, measures: Sequence[str], least: float = LEAST_SHARE
) -> tuple[Deciding, ...]:
    """Return what decides the answer, against what moves the numbers.

    Parameters
    ----------
    found : Indices
        Of all outputs, so that they share their resamples.
    contrast : str
        The output that is the answer.
    measures : sequence of str
        The outputs that are the numbers, such as the measure under each policy.
    least : float
        As for :func:`ranked`.

    Returns
    -------
    tuple of Deciding
        The largest part in the answer first.
    """
    by_measure = [{row.parameter: row for row in ranked(found, each, least)} for each in measures]
    rows = []
    for answer in ranked(found, contrast, least):
        name = answer.parameter
        of_it = [rows[name] for rows in by_measure]
        numbers = max(of_it, key=lambda row: np.nan_to_num(row.total.mean, nan=-1.0))
        role = _role(answer.verdict, [row.verdict for row in of_it])
        rows.append(Deciding(name, answer, numbers, _less(found, answer, numbers), role))
    return tuple(rows)


def sides(design: Saltelli, contrast: np.ndarray) -> Sides:
    """Return how often which side of a contrast is ahead.

    Parameters
    ----------
    design : Saltelli
        The runs, of which A and B are the independent points.
    contrast : ndarray, shape (replications, runs)
        NaN is a failed run.
    """
    table = design.independent(contrast)
    there = np.isfinite(table)
    sums = np.where(there, table, 0.0).sum(axis=0)[there.any(axis=0)]
    if not len(sums):
        return Sides(np.nan, np.nan, 0)
    return Sides(float(np.mean(sums > 0.0)), float(np.mean(sums < 0.0)), len(sums))


def screened(found: Effects, least: float = LEAST_EFFECT) -> Screened:
    """Return which parameters to keep for the Sobol' analysis.

    One is kept if it is kept for any output: its mu* there is above what a parameter of no effect
    hardly ever gets (:func:`dummy_limit`), and its upper end is above the share that matters.
    "Hardly ever" is one in forty for all outputs together, however many they are and however they
    go together. Where replications do not tell the noise, only the second condition counts.

    Parameters
    ----------
    found : Effects
        Of the measures and of the contrasts: what is dropped is dropped for both.
    least : float
        Share of the largest mu* of an output that is nothing to care for.
    """
    size = np.nan_to_num(found.mu_star)
    high = found.ends[1, ..., 1]
    largest = size.max(axis=1, keepdims=True)
    largest = np.where(largest > 0.0, largest, np.inf)  # an output that nothing moves keeps nothing
    # What is not known is kept.
    noise = np.nan_to_num(dummy_limit(found))
    stays = ~(found.mu_star <= noise) & ~(high <= least * largest)
    share = size / largest
    # Of an output that nothing is kept for the largest effect may be noise, too.
    told = stays.any(axis=1, keepdims=True)
    is_kept = stays.any(axis=0)
    rank = np.where(is_kept, np.where(stays, share, 0.0), np.where(told, share, 0.0)).max(axis=0)
    order = np.argsort(-rank, kind="stable")
    bound = np.where(told, high / largest, 0.0).max(axis=0)
    return Screened(
        tuple(found.groups[at] for at in order if is_kept[at]),
        tuple(found.groups[at] for at in order if not is_kept[at]),
        {found.groups[at]: float(bound[at]) for at in order if not is_kept[at]},
        {
            found.groups[at]: tuple(
                found.outputs[row]
                for row in np.argsort(-share[:, at], kind="stable")
                if stays[row, at]
            )
            for at in order
            if is_kept[at]
        },
    )


def dummy_limit(found: Effects) -> np.ndarray:
    """Return the mu* that a parameter of no effect exceeds in any output once in forty times.

    Each of m outputs gets one in forty times m (Bonferroni).

    Parameters
    ----------
    found : Effects
        Of all outputs that are looked at. Those that nothing moves do not count.

    Returns
    -------
    ndarray, shape (outputs, groups)
        NaN without two replications.
    """
    moved = np.nan_to_num(found.mu_star).max(axis=1) > 0.0
    return found.exceeded(TAIL / max(1, int(moved.sum())))


def words(
    rows: Sequence[Deciding], ahead: Sides | None = None, noise_known: bool = True
) -> tuple[str, ...]:
    """Say what decides the answer, not only what moves the numbers.

    Parameters
    ----------
    rows : sequence of Deciding
        Of one contrast.
    ahead : Sides, optional
        Of the same contrast: whether the answer changes at all.
    noise_known : bool
        Whether the totals are net of noise.
    """
    if not rows:
        return ()
    what = rows[0].answer.output
    by_role = {role: [row for row in rows if row.role == role] for role in _ROLES}
    decides = by_role["decides the answer"] + by_role["decides only the answer"]
    decides.sort(key=lambda row: -row.answer.total.mean)
    said = [
        f"What decides {what}: {_listed([row.answer for row in decides])}."
        if decides
        else f"No parameter was found to decide {what}."
    ]
    if by_role["moves only the numbers"]:
        moved = [row.numbers for row in by_role["moves only the numbers"]]
        said.append(f"What moves the numbers but not the answer: {_listed(moved)}.")
    if by_role["open"]:
        names = ", ".join(row.parameter for row in by_role["open"])
        said.append(f"Not yet known, for which more base points are needed: {names}.")
    if ahead is not None and ahead.points:
        said.append(_ahead(ahead, bool(decides)))
    if not noise_known:
        said.append("Without replications, noise counts as the effect of every parameter.")
    return tuple(said)


_ROLES: tuple[Role, ...] = (
    "decides the answer",
    "decides only the answer",
    "moves only the numbers",
    "neither",
    "open",
)


def _verdict(total: Interval, least: float) -> Verdict:
    if np.isnan(total.low) or np.isnan(total.high):
        return "unknown"
    if total.low > least:
        return "matters"
    return "does not matter" if total.high <= least else "may matter"


def _role(answer: Verdict, numbers: Sequence[Verdict]) -> Role:
    if answer == "matters":
        if "matters" in numbers:
            return "decides the answer"
        still = any(each != "does not matter" for each in numbers)
        return "decides the answer" if still else "decides only the answer"
    if answer != "does not matter":
        return "open"
    if "matters" in numbers:
        return "moves only the numbers"
    return "neither" if all(each == "does not matter" for each in numbers) else "open"


def _less(found: Indices, answer: Ranked, numbers: Ranked) -> Interval:
    """Return how much larger the part in the answer is than that in the numbers."""
    kind = KINDS.index("net_total" if found.noise_known else "total")
    column = found.parameters.index(answer.parameter)
    a, b = (found.draws[:, kind, found.output(each.output), column] for each in (answer, numbers))
    low, high = np.quantile(a - b, [0.025, 0.975]) if len(a) else (np.nan, np.nan)
    mean = answer.total.mean - numbers.total.mean
    return Interval(mean, float(low), float(high), min(answer.total.n, numbers.total.n))


def _listed(rows: Sequence[Ranked]) -> str:
    return ", ".join(f"{row.parameter} ({_share(row.total)})" for row in rows)


def _share(total: Interval) -> str:
    """Return a share of the variance with its interval, both kept between 0 and 100 %."""
    mean, low, high = (min(100.0, max(0.0, 100.0 * each)) for each in total[:3])
    return f"{mean:.0f} % of the variance, {low:.0f} to {high:.0f}"


def _ahead(ahead: Sides, decides: bool) -> str:
    if ahead.settled:
        by = "; what is said above decides by how much, not which" if decides else ""
        return f"The same side is ahead at all {ahead.points:,} points of the space{by}."
    return (
        f"The difference is above 0 at {100.0 * ahead.above:.0f} % and below at "
        f"{100.0 * ahead.below:.0f} % of {ahead.points:,} points of the space."
    )
