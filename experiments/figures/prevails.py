"""Who prevails: how many of the three parties, which, at which aspiration, and by how much."""

import math
import textwrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from experiments.analysis.headlines import PARTIES
from experiments.analysis.interval import Interval
from experiments.analysis.results import Results
from experiments.analysis.summary import MEASURES, Summary
from experiments.figures.parts import (
    LINEAR,
    dodge,
    dot,
    effect_axis,
    far_reaching,
    letter,
    new_figure,
    note,
    place_legend,
    policy_handles,
    row_axis,
    zero_line,
)
from experiments.figures.style import INK, MUTED, RULE, Drawing, colour, facts, marker
from experiments.periods import Period, period_name

COUNTS = {
    "prevail_all": "all three",
    "prevail_two": "two",
    "prevail_one": "one",
    "prevail_none": "none",
}
SHARES = {
    "customer_prevails": "customer",
    "rep_prevails": "rep",
    "employer_prevails": "employer",
}
ASPIRATIONS = tuple(range(10, 100, 10))
"""Per cent: the quantiles of the neutral policy's payoffs that are aspired to."""

_GREYS = ("#3B3B3B", "#7D7D7D", "#B9B9B9", "#ECECEC")
"""From all to none: the policies have the colours."""
_ABOVE = 0.75
"""Rows left free above the bars, for what their parts mean."""
_TITLE = 20
"""Letters of a policy's title in a line."""
_WIDE = 0.075
"""Share from which a part of a bar has room for its number."""


def prevails(summary: Summary) -> Drawing:
    """Return who prevails under which policy.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    """
    results = summary.results
    last = results.periods[-1]
    wide = far_reaching(_effects(summary, last))
    against = (
        f" Lower right: mean paired difference of a party's mean payoff from that under "
        f"{results.title(results.policies[0])}, in standard deviations between replications"
        f"{f'; axis linear to ±{LINEAR:g}, logarithmic beyond' if wide else ''}."
        if len(results.policies) > 1
        else ""
    )
    caption = (
        f"Conflicts in {period_name(last)}. A party prevails where its payoff reaches its "
        "aspiration: a quantile of its payoffs under the neutral policy. Above: averaged over "
        "nine aspirations, 10 % to 90 %. Lower left: all three parties, aspiration by "
        f"aspiration.{against} Bars and bands: 95 % t intervals of the means over replications "
        "(often narrower than the point or the line), not the spread of runs. "
        f"{facts(results)}"
    )
    return Drawing(
        name="prevails",
        draw=lambda: _draw(summary),
        title="Who prevails when the three clash",
        caption=caption,
        data=[row for period in results.periods for row in _data(summary, period)],
    )


def _draw(summary: Summary) -> Figure:
    results = summary.results
    count = len(results.policies)
    upper = max(1.75, 0.85 + 0.28 * count)
    lower = max(2.2, 0.75 + 0.3 * count)
    figure = new_figure(0.5 + upper + lower)
    axes = figure.subplots(2, 2, height_ratios=[upper, lower])
    _how_many(axes[0, 0], summary)
    _which(axes[0, 1], summary)
    _by_aspiration(axes[1, 0], summary)
    _welfare(axes[1, 1], summary)
    place_legend(figure, policy_handles(results, line=True))
    return figure


def _mean(summary: Summary, policy: str, measure: str, period: Period | None = None) -> Interval:
    suffix = (period or summary.results.periods[-1]).suffix
    return summary.means[policy][measure + suffix]


def _how_many(axis: Axes, summary: Summary) -> None:
    results = summary.results
    letter(axis, "how many of the three prevail")
    names = [textwrap.fill(results.title(policy), _TITLE) for policy in results.policies]
    row_axis(axis, names, rule=False)
    axis.grid(visible=False)
    for row, policy in enumerate(results.policies):
        start = 0.0
        for (measure, words), grey in zip(COUNTS.items(), _GREYS, strict=True):
            share = _mean(summary, policy, measure).mean
            if math.isnan(share):
                axis.text(0.02, row, "undefined", va="center", fontsize=7.8, color=MUTED)
                break
            axis.barh(
                row,
                share,
                0.72,
                start,
                color=grey,
                edgecolor="white",
                linewidth=0.8,
                label=words if row == 0 else None,
            )
            if share >= _WIDE:
                axis.text(
                    start + share / 2.0,
                    row,
                    f"{share:.0%}".replace("%", " %"),
                    ha="center",
                    va="center",
                    fontsize=7.8,
                    color="white" if grey in _GREYS[:2] else INK,
                )
            start += share
    axis.set_xlim(0.0, 1.0)
    _percent(axis, "x")
    axis.set_xlabel("share of the conflicts")
    axis.set_ylim(len(results.policies) - 0.5, -0.5 - _ABOVE)
    if axis.get_legend_handles_labels()[0]:
        axis.legend(
            loc="upper left",
            ncols=4,
            frameon=False,
            fontsize=7.8,
            handlelength=1.0,
            handletextpad=0.4,
            columnspacing=1.2,
            borderaxespad=0.0,
            borderpad=0.2,
        )


def _which(axis: Axes, summary: Summary) -> None:
    results = summary.results
    letter(axis, "which party prevails")
    row_axis(axis, list(SHARES.values()))
    if not _dots(axis, results, list(SHARES), lambda policy, name: _mean(summary, policy, name)):
        axis.set_xticks([])
        note(axis, "undefined")
        return
    low, high = axis.get_xlim()
    axis.set_xlim(max(low, -0.02), min(high, 1.02))
    axis.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    _percent(axis, "x")
    axis.set_xlabel("share of the conflicts")


def _dots(axis: Axes, results: Results, names: list[str], of: Any, skip: int = 0) -> bool:
    """Draw a dot for each policy in each row, and say whether there was any."""
    policies = results.policies[skip:]
    drawn = False
    for place, policy in enumerate(policies):
        for row, name in enumerate(names):
            value = of(policy, name)
            at = (value[0], value[1], value[2])
            dot(axis, results, policy, at, row + dodge(len(policies), place, 0.6))
            drawn |= math.isfinite(at[0])
    return drawn


def _by_aspiration(axis: Axes, summary: Summary) -> None:
    results = summary.results
    letter(axis, "all three prevail, by aspiration")
    axis.grid(color=RULE, linewidth=0.6, zorder=0)
    drawn = False
    for policy in results.policies:
        found = [_mean(summary, policy, f"prevail_all_{level}") for level in ASPIRATIONS]
        means = np.array([each.mean for each in found])
        if np.isnan(means).all():
            continue
        drawn = True
        tint = colour(results, policy)
        low, high = (np.array([each[end] for each in found]) for end in (1, 2))
        if not np.isnan(low).all():
            axis.fill_between(ASPIRATIONS, low, high, color=tint, alpha=0.25, linewidth=0.0)
        axis.plot(
            ASPIRATIONS,
            means,
            color=tint,
            linewidth=1.5,
            marker=marker(results, policy),
            markersize=4.6,
            markeredgewidth=0.0,
            zorder=3,
        )
    axis.set_xticks(ASPIRATIONS)
    axis.set_xlabel("aspiration: quantile of the neutral payoffs, %")
    axis.set_ylabel("share of the conflicts")
    if drawn:
        axis.set_ylim(bottom=-0.03 * axis.get_ylim()[1])
        _percent(axis, "y")
    else:
        note(axis, "undefined")


def _welfare(axis: Axes, summary: Summary) -> None:
    results = summary.results
    period = results.periods[-1]
    letter(axis, "each party's payoff (→ better)")
    row_axis(axis, list(PARTIES.values()))
    axis.set_xlabel(f"against {results.title(results.policies[0])}, standard deviations")
    if len(results.policies) < 2:
        axis.set_xticks([])
        axis.set_xlabel("")
        note(axis, "one policy: nothing to compare")
        return
    zero_line(axis)
    drawn = _dots(
        axis,
        results,
        list(PARTIES),
        lambda policy, name: _effect(summary, policy, name, period),
        skip=1,
    )
    if drawn:
        effect_axis(axis, _effects(summary, period), gap=0.1)
    else:
        axis.set_xticks([])
        note(axis, "too few replications: no spread to measure by")


def _effect(
    summary: Summary, policy: str, measure: str, period: Period
) -> tuple[float, float, float]:
    test = summary.difference(policy, summary.results.policies[0], measure, period)
    return test.effect, test.effect_low, test.effect_high


def _effects(summary: Summary, period: Period) -> list[float]:
    return [
        end
        for policy in summary.results.policies[1:]
        for party in PARTIES
        for end in _effect(summary, policy, party, period)
    ]


def _percent(axis: Axes, which: str) -> None:
    chosen = axis.xaxis if which == "x" else axis.yaxis
    low, high = chosen.get_view_interval()
    places = 0 if high - low > 0.06 else 1
    chosen.set_major_formatter(PercentFormatter(1.0, decimals=places, symbol=" %"))


def _data(summary: Summary, period: Period) -> list[dict[str, Any]]:
    results = summary.results
    names = (*COUNTS, *SHARES, *(f"prevail_all_{level}" for level in ASPIRATIONS), *PARTIES)
    rows = []
    for policy in results.policies:
        for name in names:
            value = _mean(summary, policy, name, period)
            compared = name in PARTIES and policy != results.policies[0]
            effect = _effect(summary, policy, name, period) if compared else ("", "", "")
            rows.append(
                {
                    "period": period.key,
                    "policy": policy,
                    "measure": name,
                    "unit": MEASURES[name].unit,
                    "mean": value.mean,
                    "low": value.low,
                    "high": value.high,
                    "n": value.n,
                    "effect_on_the_first": effect[0],
                    "effect_low": effect[1],
                    "effect_high": effect[2],
                }
            )
    return rows
