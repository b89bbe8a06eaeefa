"""A forest plot of the paired differences in the headline measures."""

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
from experiments.figures.parts import (
    LINEAR,
    arrowed,
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
from experiments.figures.style import INK, MUTED, Drawing, colour, facts, marker
from experiments.periods import period_name

_ROW = 0.235  # inches
_ACROSS = "paired difference, standard deviations between replications"
_NO_SPREAD = "too few replications: no spread to measure by"
_FEW = 3
"""Policies up to which each pair has a panel, with its numbers beside it."""


def paired_differences(summary: Summary) -> Drawing | None:
    """Return the forest plot of paired differences, None where one policy was run alone.

    Up to three policies, each pair has a panel and each measure a row in it; of more, each
    is compared with the first, all in one panel. The data hold every pair either way.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    """
    results = summary.results
    if len(results.policies) < 2:
        return None
    few = len(results.policies) <= _FEW
    return Drawing(
        name="paired-differences",
        draw=lambda: _draw(summary) if few else _draw_many(summary),
        title="What each policy changes: the same customers with the same troubles, two policies",
        caption=_caption(summary, few),
        data=[_row(each) for panel in _panels(summary) for each in panel],
    )


def _caption(summary: Summary, few: bool) -> str:
    results = summary.results
    others = [period_name(each) for each in results.periods[:-1]]
    hollow = f" Small hollow points: {others[0]}." if others else ""
    shown = (
        "Right: the same in the measure's own unit. Colour and marker: the policy that does "
        "better, all p values Holm-corrected together; black: they differ, and neither way is "
        f"better; grey: cannot be told apart.{hollow}"
        if few
        else f"Each policy less {results.title(results.policies[0])}; all other pairs are in the "
        "data beside the figure. Filled: told apart, all p values Holm-corrected together; "
        "hollow: cannot be told apart."
    )
    wide = far_reaching(_ends([test for panel in _panels(summary) for test in panel]))
    scale = f" Axis linear to ±{LINEAR:g}, logarithmic beyond." if wide else ""
    return (
        f"Points: mean paired difference over replications in {period_name(results.periods[-1])}, "
        "in standard deviations between replications; bars: 95 % t interval of that mean, which "
        "is not the spread of runs (narrower than the point where no bar is seen). Arrows: where a "
        "measure is better. "
        f"{shown}{scale} {facts(results)}"
    )


def _ends(tests: Sequence[Contrast]) -> list[float]:
    return [end for test in tests for end in (test.effect_low, test.effect_high, test.effect)]


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
    figure = new_figure(0.75 + len(panels) * (len(names) * _ROW + 0.42))
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, tests in zip(axes, panels, strict=True):
        _panel(axis, summary, tests, names)
    effect_axis(axes[-1], _ends([test for tests in panels for test in tests]))
    axes[-1].set_xlabel(_ACROSS)
    place_legend(figure, _legend(summary))
    return figure


def _draw_many(summary: Summary) -> Figure:
    results = summary.results
    names = _measures()
    others = results.policies[1:]
    figure = new_figure(0.8 + len(names) * (0.14 + 0.085 * len(others)))
    axis = figure.subplots()
    letter(axis, f"each policy  −  {results.title(results.policies[0])}")
    row_axis(axis, [arrowed(name, "→", "←") for name in names])
    zero_line(axis)
    found = [
        [summary.difference(b, results.policies[0], name, results.periods[-1]) for name in names]
        for b in others
    ]
    for place, tests in enumerate(found):
        for row, test in enumerate(tests):
            if test.difference.n < 2:
                continue
            at = (test.effect, test.effect_low, test.effect_high)
            where = row + dodge(len(others), place, 0.74)
            dot(axis, results, test.a, at, where, hollow=not test.told_apart, size=5.0)
    every = [test for tests in found for test in tests]
    effect_axis(axis, _ends(every))
    if all(test.difference.n < 2 for test in every):
        note(axis, _NO_SPREAD)
    axis.set_xlabel(_ACROSS)
    place_legend(figure, policy_handles(results)[1:])
    return figure


def _panel(axis: Axes, summary: Summary, tests: list[Contrast], names: list[str]) -> None:
    results = summary.results
    axis.set_title(
        f"{results.title(tests[0].a)}  −  {results.title(tests[0].b)}", fontweight="bold"
    )
    row_axis(axis, [arrowed(name, "→", "←") for name in names], rule=False)
    zero_line(axis)
    if all(test.difference.n < 2 for test in tests):
        note(axis, _NO_SPREAD)
    for test in tests:
        row = names.index(test.measure)
        if test.period == results.periods[-1]:
            if test.difference.n > 1:
                _point(axis, summary, test, row)
            axis.annotate(
                _own_unit(test),
                (1.01, row),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=7.8,
                color=INK if test.told_apart else MUTED,
            )
        elif test.difference.n > 1:
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
