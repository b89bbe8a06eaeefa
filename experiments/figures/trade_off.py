"""The three-way trade-off: what customers, reps and the employer get, two at a time."""

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.analysis.headlines import HEADLINES
from experiments.analysis.summary import MEASURES, Summary
from experiments.figures.parts import new_figure, note, place_legend, policy_handles
from experiments.figures.style import RULE, Drawing, colour, facts, marker
from experiments.periods import Period, period_name

PANELS = (
    ("exhaustion", "retention"),
    ("cost_per_contact", "retention"),
    ("cost_per_contact", "exhaustion"),
)
"""What lies across and what lies up, panel by panel."""

MEASURES_SHOWN = ("loyalty", *dict.fromkeys(name for pair in PANELS for name in pair))


def trade_off(summary: Summary) -> Drawing:
    """Return the trade-off between loyalty, burnout and cost, two at a time.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    """
    results = summary.results
    last = period_name(results.periods[-1])
    first = (
        f" Hollow: {period_name(results.periods[0])}; the line joins the two."
        if len(results.periods) > 1
        else ""
    )
    caption = (
        f"Large points: mean over replications in {last}, with the 95 % t interval of the mean "
        f"both ways (often narrower than the point). Small dots: single replications, the spread "
        f"of runs.{first} Arrows in the labels point to what is better. Policies met the same "
        f"customers: their paired differences are known better than these means. {facts(results)}"
    )
    return Drawing(
        name="trade-off",
        draw=lambda: _draw(summary),
        title="Who pays: customers kept, reps worn out, money spent",
        caption=caption,
        data=_data(summary),
    )


def _draw(summary: Summary) -> Figure:
    figure = new_figure(3.35)
    axes = figure.subplots(1, len(PANELS), squeeze=False)[0]
    for axis, (across, up) in zip(axes, PANELS, strict=True):
        _panel(axis, summary, across, up)
    place_legend(figure, policy_handles(summary.results))
    return figure


def _panel(axis: Axes, summary: Summary, across: str, up: str) -> None:
    axis.grid(color=RULE, linewidth=0.6, zorder=0)
    axis.set_xlabel(_label(across, "→", "←"))
    axis.set_ylabel(_label(up, "↑", "↓"))
    axis.margins(0.12)
    for each in (axis.xaxis, axis.yaxis):
        each.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axis.ticklabel_format(useOffset=False)
    policies = summary.results.policies
    names = [measure + summary.results.periods[-1].suffix for measure in (across, up)]
    for policy in policies:
        _cloud(axis, summary, policy, across, up)
        _means(axis, summary, policy, across, up)
    if all(math.isnan(summary.means[policy][name].mean) for policy in policies for name in names):
        note(axis, "no run was finished")
        axis.set_xticks([])
        axis.set_yticks([])


def _label(measure: str, more: str, less: str) -> str:
    known = MEASURES[measure]
    arrow = more if known.better > 0 else less
    return f"{HEADLINES[measure]}, {known.unit} ({arrow} better)"


def _cloud(axis: Axes, summary: Summary, policy: str, across: str, up: str) -> None:
    results = summary.results
    suffix = results.periods[-1].suffix
    axis.plot(
        results.values(policy, across + suffix),
        results.values(policy, up + suffix),
        ".",
        color=colour(results, policy),
        alpha=0.28,
        markersize=4.0,
        markeredgewidth=0.0,
        zorder=2,
    )


def _means(axis: Axes, summary: Summary, policy: str, across: str, up: str) -> None:
    results = summary.results
    tint, shape = colour(results, policy), marker(results, policy)
    means = summary.means[policy]
    xs = [means[across + period.suffix] for period in results.periods]
    ys = [means[up + period.suffix] for period in results.periods]
    axis.plot([x.mean for x in xs], [y.mean for y in ys], color=tint, linewidth=1.1, zorder=3)
    for x, y in zip(xs[:-1], ys[:-1], strict=True):
        axis.plot(x.mean, y.mean, shape, color=tint, mfc="white", markersize=6.5, zorder=4)
    x, y = xs[-1], ys[-1]
    axis.plot([x.low, x.high], [y.mean, y.mean], color=tint, linewidth=1.6, zorder=4)
    axis.plot([x.mean, x.mean], [y.low, y.high], color=tint, linewidth=1.6, zorder=4)
    axis.plot(x.mean, y.mean, shape, color=tint, mec="white", mew=0.8, markersize=8.5, zorder=5)


def _data(summary: Summary) -> list[dict[str, Any]]:
    return [
        _row(summary, policy, period, measure)
        for policy in summary.results.policies
        for period in summary.results.periods
        for measure in MEASURES_SHOWN
    ]


def _row(summary: Summary, policy: str, period: Period, measure: str) -> dict[str, Any]:
    value = summary.means[policy][measure + period.suffix]
    return {
        "policy": policy,
        "period": period.key,
        "measure": measure,
        "unit": MEASURES[measure].unit,
        "mean": value.mean,
        "low": value.low,
        "high": value.high,
        "n": value.n,
    }
