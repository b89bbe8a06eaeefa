"""How surely each policy is the best, measure by measure."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from experiments.analysis.best import Best
from experiments.analysis.results import Results
from experiments.analysis.summary import Summary
from experiments.figures.parts import (
    arrowed,
    new_figure,
    place_legend,
    policy_handles,
)
from experiments.figures.style import INK, MUTED, Drawing, colour, facts, marker
from experiments.periods import Period, period_name

_ROW = 0.27  # inches
_SHADES = LinearSegmentedColormap.from_list("shades", ["#FFFFFF", "#3F3F3F"])
"""Grey: the policies have the colours; and it prints as it looks."""
_DARK = 0.55
"""Shade from which on a number is written in white."""


def best(summary: Summary) -> Drawing | None:
    """Return who is the best how surely, None where one policy was run alone.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    """
    results = summary.results
    if len(results.policies) < 2 or not summary.best:
        return None
    caption = (
        "Number and shade: the bootstrap probability that a policy's mean is the best of all, in "
        "per cent: the share of resamples of the replications, all policies resampled together, "
        "in which it is. It says how much the ranking owes to the replications that were run, "
        "not by how much a policy is better. In brackets: the share of single replications in "
        "which it was the best. Ties are split evenly; –: cannot be told. Arrows: whether more or "
        "less is better. "
        f"{_resamples(summary.best)}{facts(results)}"
    )
    return Drawing(
        name="best",
        draw=lambda: _draw(results, summary.best),
        title="Which policy is the best, and how surely",
        caption=caption,
        data=_data(summary.best),
    )


def _resamples(found: tuple[Best, ...]) -> str:
    most = max(each.resamples for each in found)
    return f"{most:,} resamples. " if most else ""


def _draw(results: Results, found: tuple[Best, ...]) -> Figure:
    periods = list(dict.fromkeys(each.period for each in found))
    measures = list(dict.fromkeys(each.measure for each in found))
    count = len(results.policies)
    side_by_side = count * len(periods) <= 8
    rows, columns = (1, len(periods)) if side_by_side else (len(periods), 1)
    figure = new_figure(0.75 + rows * (0.3 + (1 + len(measures)) * _ROW))
    axes = figure.subplots(rows, columns, squeeze=False, sharey=side_by_side).flat
    for axis, period in zip(axes, periods, strict=True):
        chosen = {each.measure: each for each in found if each.period == period}
        _table(axis, results, period, [chosen[name] for name in measures])
    place_legend(figure, policy_handles(results))
    return figure


def _table(axis: Axes, results: Results, period: Period, rows: list[Best]) -> None:
    policies = results.policies
    chances = np.array([[each.probability[policy] for policy in policies] for each in rows])
    # Cells, not an image: the figure stays a drawing of lines in SVG.
    axis.pcolormesh(
        np.arange(len(policies) + 1) - 0.5,
        np.arange(len(rows) + 1) - 0.5,
        np.nan_to_num(chances),
        cmap=_SHADES,
        vmin=0.0,
        vmax=1.0,
        zorder=1,
    )
    axis.set_title(period_name(period), fontweight="bold")
    labels = [arrowed(each.measure) for each in rows]
    axis.set_yticks(range(len(rows)), labels)
    axis.set_xticks([])
    axis.tick_params(length=0)
    for side in axis.spines.values():
        side.set_visible(False)
    for place, policy in enumerate(policies):
        axis.plot(
            place,
            -0.95,
            marker(results, policy),
            color=colour(results, policy),
            markersize=7.0,
        )
        for row, each in enumerate(rows):
            _cell(axis, place, row, each.probability[policy], each.share[policy])
    axis.set_ylim(len(rows) - 0.5, -1.4)
    for line in range(1, len(rows)):
        axis.axhline(line - 0.5, color="white", linewidth=1.5, zorder=2)
    for line in range(1, len(policies)):
        axis.axvline(line - 0.5, color="white", linewidth=2.5, zorder=2)


def _cell(axis: Axes, place: int, row: int, chance: float, share: float) -> None:
    dark = chance > _DARK
    axis.text(
        place,
        row,
        f"{percent(chance)}  ({percent(share)})",
        ha="center",
        va="center",
        fontsize=8.0,
        color="white" if dark else INK if chance > 0.0 else MUTED,
        fontweight="bold" if dark else "normal",
        zorder=3,
    )


def percent(share: float) -> str:
    """Return a share in per cent; never 0 or 100 for what is only near it."""
    if math.isnan(share):
        return "–"
    rounded = f"{100.0 * share:.0f}"
    if rounded == "100" and share < 1.0:
        return ">99"
    if rounded == "0" and share > 0.0:
        return "<1"
    return rounded


def _data(found: tuple[Best, ...]) -> list[dict[str, Any]]:
    return [
        {
            "period": each.period.key,
            "measure": each.measure,
            "policy": policy,
            "bootstrap_probability": each.probability[policy],
            "share_of_replications": each.share[policy],
            "n": each.n,
            "resamples": each.resamples,
        }
        for each in found
        for policy in each.probability
    ]
