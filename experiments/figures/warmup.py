"""The warm-up, week by week: whether the branch came late enough."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.analysis.fans import Fan, warmup_fan
from experiments.analysis.results import Results
from experiments.analysis.settling import Truncation
from experiments.analysis.summary import MEASURES, Summary
from experiments.figures.parts import called, letter, new_figure, note, place_legend, time_axis
from experiments.figures.style import INK, MUTED, RULE, Drawing, facts
from experiments.periods import WEEK, warmup_halves
from experiments.rows import WARMUP_MEASURES

_CUT = "#D55E00"
"""Of the truncation point: an eye-catcher that no policy has in this figure."""
_NAMES = {"contacts_per_day": "contacts a day"}


def warmup(summary: Summary) -> Drawing | None:
    """Return the warm-up's series, None where there is none.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    """
    results = summary.results
    found = [warmup_fan(results, measure, weeks=1) for measure in WARMUP_MEASURES]
    there = [each for each in found if each is not None and each.drawable]
    if not there:
        return None
    cuts = {each.measure: each for each in summary.settling.warmup}
    half = summary.stationarity.half_days
    caption = (
        "Weekly values of the warm-up, under the neutral policy. Line: the median of the "
        "replications; dark band: the middle 50 % of them; light band: the middle 90 %: the "
        "spread of runs, not an interval of a mean. Dashed: up to where MSER cuts the mean over "
        "replications off, as not yet settled; a cut beyond the half says that it has not settled "
        "at all. Shaded: the last "
        f"{half} days and the {half} before them, whose means (short lines) are compared in the "
        f"check of the warm-up. {facts(results)}"
    )
    return Drawing(
        name="warm-up",
        draw=lambda: _draw(summary, there, cuts),
        title="The warm-up: has the centre settled when the policies branch?",
        caption=caption,
        data=_data(there, cuts),
    )


def _draw(summary: Summary, found: list[Fan], cuts: dict[str, Truncation]) -> Figure:
    results = summary.results
    figure = new_figure(3.0)
    axes = figure.subplots(1, len(found), squeeze=False)[0]
    for axis, each in zip(axes, found, strict=True):
        _panel(axis, summary, each, cuts.get(each.measure))
        time_axis(axis, -float(results.warmup_days), 0.0, "the branch")
    place_legend(figure, _legend())
    return figure


def _legend() -> list[Line2D | Patch]:
    return [
        Line2D([], [], color=INK, linewidth=1.4, label="median of the runs"),
        Patch(color=MUTED, alpha=0.5, linewidth=0.0, label="middle 50 % of runs"),
        Patch(color=MUTED, alpha=0.22, linewidth=0.0, label="middle 90 %"),
        Line2D([], [], color=_CUT, linewidth=1.4, linestyle="--", label="cut by MSER"),
        Line2D([], [], color=INK, linewidth=2.6, label="means compared"),
    ]


def _panel(axis: Axes, summary: Summary, each: Fan, cut: Truncation | None) -> None:
    letter(axis, _NAMES.get(each.measure, called(each.measure)))
    axis.set_ylabel(MEASURES[each.measure].unit)
    axis.grid(axis="y", color=RULE, linewidth=0.6, zorder=0)
    _halves(axis, summary.results, summary, each.measure)
    low, lower, middle, upper, high = each.quantiles
    axis.fill_between(each.days, low, high, color=MUTED, alpha=0.22, linewidth=0.0, zorder=2)
    axis.fill_between(each.days, lower, upper, color=MUTED, alpha=0.36, linewidth=0.0, zorder=3)
    axis.plot(each.days, middle, color=INK, linewidth=1.2, zorder=4)
    if cut is not None and cut.told:
        axis.axvline(cut.day, color=_CUT, linewidth=1.4, linestyle="--", zorder=5)
    if cut is not None:
        note(axis, cut.verdict, high=0.08)
    axis.locator_params(axis="y", nbins=5)
    axis.ticklabel_format(axis="y", useOffset=False)
    low_end, high_end = axis.get_ylim()
    axis.set_ylim(low_end - 0.18 * (high_end - low_end), high_end)


def _halves(axis: Axes, results: Results, summary: Summary, measure: str) -> None:
    """Shade the two stretches that the check of the warm-up compares, and give their means."""
    halves = warmup_halves(results.warmup_days)
    drift = next((each for each in summary.stationarity.drifts if each.measure == measure), None)
    if halves is None or drift is None:
        return
    for half, mean, alpha in zip(halves, (drift.before, drift.last), (0.3, 0.6), strict=True):
        first, last = half.first - results.warmup_days, half.last - results.warmup_days
        axis.axvspan(first, last, color=RULE, alpha=alpha, linewidth=0.0, zorder=0)
        axis.plot([first, last], [mean, mean], color=INK, linewidth=2.6, zorder=6)


def _data(found: list[Fan], cuts: dict[str, Truncation]) -> list[dict[str, Any]]:
    return [
        {
            "measure": each.measure,
            "unit": MEASURES[each.measure].unit,
            "week": round((each.days[i] / WEEK) + 0.5),
            **dict(
                zip(
                    ("p5", "p25", "median", "p75", "p95"),
                    each.quantiles[:, i].tolist(),
                    strict=True,
                )
            ),
            "defined": float(each.defined[i]),
            "settled_from_week": cuts[each.measure].week if each.measure in cuts else "",
        }
        for each in found
        for i in range(len(each.days))
    ]
