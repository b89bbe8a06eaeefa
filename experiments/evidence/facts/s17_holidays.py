"""S17: what a holiday does to exhaustion, and demands to exhaustion half a year later."""

import math
from collections.abc import Sequence

import numpy as np

from experiments.evidence.answers import LAST, rep_answers, two_waves
from experiments.evidence.datasets.panel import PANEL
from experiments.evidence.datasets.questionnaires import MISTREATMENT
from experiments.evidence.fact import Data, Estimate, Estimates, Fact, Part
from experiments.evidence.moments import by_cluster, covariance, standardised
from experiments.evidence.resampling import estimate_of, estimates, interval, resampled
from experiments.evidence.vignettes.holidays import HOLIDAYS
from experiments.jobs import Result

LEFT = 0.1
"""Share of the fall below which a holiday counts as gone: the plan's."""


def paths(twins: Sequence[Result]) -> np.ndarray:
    """Return how far exhaustion lies below the twin's at work, from the holiday's last evening.

    Returns
    -------
    ndarray, shape (reps, 1 + evenings)
        For each rep how many holidays, and the sum over them of each evening's difference.
    """
    end = int(twins[0]["before"]) + int(twins[0]["length"]) - 1
    below = np.concatenate([each["at_work"] - each["on_holiday"] for each in twins])[:, end:]
    _, rep = np.unique(np.concatenate([each["rep"] for each in twins]), return_inverse=True)
    table = np.column_stack([np.ones(len(below)), below])
    sums = np.zeros((int(rep.max(initial=-1)) + 1, table.shape[1]))
    np.add.at(sums, rep, table)
    return sums


def days_gone(below: np.ndarray) -> np.ndarray:
    """Return how many days it takes until less than a tenth of the fall is left.

    Parameters
    ----------
    below : ndarray, shape (..., evenings)
        Mean difference to the twin, from the last evening of the holiday on.

    Returns
    -------
    ndarray
        Between two evenings by interpolation; the last evening where it is not gone by then;
        NaN where the holiday lowered nothing.
    """
    fell = below[..., 0] > 0.0
    share = below / np.where(fell, below[..., 0], 1.0)[..., None]
    gone = share < LEFT
    there = gone.any(axis=-1)
    after = np.maximum(np.argmax(gone, axis=-1), 1)[..., None]
    later = np.take_along_axis(share, after, axis=-1)[..., 0]
    before = np.take_along_axis(share, after - 1, axis=-1)[..., 0]
    step = np.where(there & fell, before - later, 1.0)
    days = after[..., 0] - 1 + (before - LEFT) / step
    return np.where(fell, np.where(there, days, below.shape[-1] - 1.0), math.nan)


def _holiday(sums: np.ndarray) -> dict[str, np.ndarray]:
    mean = sums[..., 1:] / sums[..., :1]
    return {"fall": mean[..., 0], "fading": days_gone(mean)}


def _spread(sums: np.ndarray) -> dict[str, np.ndarray]:
    return {"spread": np.sqrt(covariance(sums)[..., 0, 0])}


def _lagged(panel: Sequence[Result], resamples: int, *, true: bool) -> Estimate:
    first, second = two_waves(panel)
    demands = (first.scores if true else first.measured)((*MISTREATMENT, "exhaustion"))
    after = (second.scores if true else second.measured)(("exhaustion",))
    scales = demands[:, : len(MISTREATMENT)]
    index = np.mean((scales - scales.mean(axis=0)) / scales.std(axis=0), axis=1)
    sums = by_cluster(np.column_stack([after, index, demands[:, -1]]), first.centre, first.centres)
    return estimates(
        sums, lambda s: {"lagged": standardised(s, 1, (2, 3))[..., 0]}, resamples, "centres"
    )["lagged"]


def _in_spreads(fall: np.ndarray, spread: np.ndarray, resamples: int, reps: int) -> Estimate:
    """Return the fall over the spread, reps and centres resampled apart."""
    last = 1 + (resamples if min(len(fall), len(spread)) > 1 else 0)
    ratio = fall[:last] / spread[:last]
    value = float(ratio[0])
    return Estimate(value, *interval(ratio[1:], reps, value), n=reps, of="reps")


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the holiday's effects, reps resampled, and the lagged one, centres resampled."""
    panel = data[PANEL.name]
    sums = paths(data[HOLIDAYS.name])
    holiday = resampled(sums, _holiday, resamples, "reps")
    asked = rep_answers(panel, LAST)

    def in_spreads(scores: np.ndarray) -> Estimate:
        of_centre = by_cluster(scores, asked.centre, asked.centres)
        spread = resampled(of_centre, _spread, resamples, "centres")["spread"]
        return _in_spreads(holiday["fall"], spread, resamples, len(sums))

    return {
        "holiday": in_spreads(asked.scores(("exhaustion",))),
        "fading": estimate_of(holiday["fading"], len(sums), "reps"),
        "lagged": _lagged(panel, resamples, true=False),
        "holiday_measured": in_spreads(asked.measured(("exhaustion",))),
        "lagged_true": _lagged(panel, resamples, true=True),
    }


FACT = Fact(
    id="S17",
    use="C",
    statement="A holiday lowers exhaustion, for weeks at most; demands hardly foretell exhaustion "
    "half a year later",
    source="B13: de Bloom et al. 2009 and its update; B7: Shoman et al. 2022 (read)",
    parts=(
        Part("holiday", "fall at its end, spreads between reps", 0.25, 0.45, published=True),
        Part("fading", "days until less than a tenth is left", 7.0, 28.0, published=True),
        Part("lagged", "standardised effect of mistreatment", high=0.30, published=True),
        Part("holiday_measured", "the fall over the spread of measured scores", judged=False),
        Part("lagged_true", "the effect of mistreatment, true scores", judged=False),
    ),
    data=(PANEL, HOLIDAYS),
    estimate=estimate,
)
