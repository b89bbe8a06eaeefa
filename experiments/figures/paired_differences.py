"""A forest plot of the paired differences in the headline measures."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.analysis.contrasts import Contrast
from experiments.analysis.headlines import HEADLINES
from experiments.analysis.summary import MEASURES, Summary
from experiments.analysis.wording import better_of, bracketed, decimals, with_unit
from experiments.figures.style import INK, MUTED, RULE, WIDTH, Drawing, colour, facts, marker
from experiments.periods import period_name

_ROW = 0.235  # inches
_LINEAR = 2.0
"""Standard deviations up to which the axis is linear; beyond, it is logarithmic."""
_POWERS = (1.0, 2.0, 5.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
_TICKS = (*(-power for power in reversed(_POWERS)), 0.0, *_POWERS)


def paired_differences(summary: Summary) -> Drawing:
    """Return the forest plot: a panel for each pair of policies, a row for each measure.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    """
    results = summary.results
    last = results.periods[-1]
    others = [period_name(each) for each in results.periods[:-1]]
    hollow = f" Small hollow points: {others[0]}." if others else ""
    caption = (
        f"Points: mean paired difference over replications in {period_name(last)}, in standard "
        "deviations between replications; bars: 95 % t interval of that mean, which is not the "
        "spread of runs (narrower than the point where no bar is seen). Right: the same in the "
        "measure's own unit. Colour and marker: the policy that does better, all p values "
        "Holm-corrected together; black: they differ, and neither way is better; grey: cannot be "
        f"told apart.{hollow} Axis linear to ±{_LINEAR:g}, logarithmic beyond. {facts(results)}"
    )
    return Drawing(
        name="paired-differences",
        draw=lambda: _draw(summary),
        title="What each policy changes: the same customers with the same troubles, two policies",
        caption=caption,
        data=[_row(each) for panel in _panels(summary) for each in panel],
    )


def _measures() -> list[str]:
    return [name for name in HEADLINES if name in MEASURES]


def _panels(summary: Summary) -> list[list[Contrast]]:
    return [
        [
            summary.difference(b, a, measure, period)
            for measure in _measures()
            for period in summary.results.periods
        ]
        for a, b in combinations(summary.results.policies, 2)
    ]


def _draw(summary: Summary) -> Figure:
    panels = _panels(summary)
    names = _measures()
    height = 0.75 + max(1, len(panels)) * (len(names) * _ROW + 0.42)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    if not panels:
        figure.text(0.5, 0.5, "one policy: nothing to compare", ha="center", color=MUTED)
        return figure
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, tests in zip(axes, panels, strict=True):
        _panel(axis, summary, tests, names)
    _scale(axes[-1], [test for tests in panels for test in tests])
    axes[-1].set_xlabel("paired difference, standard deviations between replications")
    figure.legend(
        handles=_legend(summary), loc="outside upper left", ncols=5, frameon=False, fontsize=8.2
    )
    return figure


def _panel(axis: Axes, summary: Summary, tests: list[Contrast], names: list[str]) -> None:
    results = summary.results
    axis.set_title(
        f"{results.title(tests[0].a)}  −  {results.title(tests[0].b)}", fontweight="bold"
    )
    axis.axvline(0.0, color=MUTED, linewidth=0.9, zorder=1)
    axis.grid(axis="x", color=RULE, linewidth=0.6, zorder=0)
    axis.set_yticks(range(len(names)), [HEADLINES[name] for name in names])
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    for test in tests:
        row = names.index(test.measure)
        if test.period == results.periods[-1]:
            _point(axis, summary, test, row)
            axis.annotate(
                _own_unit(test),
                (1.01, row),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=7.8,
                color=INK if test.told_apart else MUTED,
            )
        else:
            axis.plot(
                test.effect, row - 0.22, "o", ms=3.2, mfc="white", mec=MUTED, mew=0.8, zorder=2
            )


def _point(axis: Axes, summary: Summary, test: Contrast, row: int) -> None:
    better = better_of(test)
    plain = INK if test.told_apart else MUTED
    tint = plain if better is None else colour(summary.results, better)
    shape = "o" if better is None else marker(summary.results, better)
    axis.plot([test.effect_low, test.effect_high], [row, row], color=tint, linewidth=2.0, zorder=3)
    axis.plot(test.effect, row, shape, color=tint, markersize=6.0, zorder=4)


def _own_unit(test: Contrast) -> str:
    value = bracketed(test.difference, decimals([test.difference]), signed=True)
    return with_unit(value, test.measure)


def _legend(summary: Summary) -> list[Line2D]:
    results = summary.results
    handles = [
        Line2D(
            [],
            [],
            linestyle="",
            marker=marker(results, policy),
            color=colour(results, policy),
            label=f"{results.title(policy)} does better",
        )
        for policy in results.policies
    ]
    grey = Line2D([], [], linestyle="", marker="o", color=MUTED, label="cannot be told apart")
    return [*handles, grey]


def _scale(axis: Axes, tests: Sequence[Contrast]) -> None:
    """Set an axis that shows a difference of 0.5 as well as one of 50."""
    axis.set_xscale("symlog", linthresh=_LINEAR, linscale=1.6)
    ends = [end for test in tests for end in (test.effect_low, test.effect_high, test.effect, 0.0)]
    finite = [end for end in ends if math.isfinite(end)]
    low, high = 1.35 * min(finite), 1.35 * max(finite)
    axis.set_xlim(min(low, -_LINEAR / 2), max(high, _LINEAR / 2))
    shown = [tick for tick in _TICKS if axis.get_xlim()[0] <= tick <= axis.get_xlim()[1]]
    axis.set_xticks(shown, [f"{tick:+g}".replace("-", "−") if tick else "0" for tick in shown])
    axis.minorticks_off()


def _row(test: Contrast) -> dict[str, Any]:
    return {
        "a": test.a,
        "b": test.b,
        "measure": test.measure,
        "period": test.period.key,
        "unit": MEASURES[test.measure].unit,
        "difference": test.difference.mean,
        "low": test.difference.low,
        "high": test.difference.high,
        "n": test.difference.n,
        "effect": test.effect,
        "effect_low": test.effect_low,
        "effect_high": test.effect_high,
        "p": test.p,
        "p_holm": test.p_holm,
    }
