"""The headline measures over time: how runs spread, policy by policy."""

import json
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.analysis.fans import Fan, fan, warmup_fan
from experiments.analysis.results import Results
from experiments.analysis.summary import MEASURES, Summary
from experiments.figures.parts import (
    better_arrow,
    called,
    letter,
    new_figure,
    note,
    place_legend,
    policy_handles,
    time_axis,
)
from experiments.figures.style import INK, MUTED, RULE, Drawing, colour, facts, marker
from experiments.periods import YEAR
from experiments.rows import WARMUP_MEASURES

SHOWN = ("loyalty", "retention", "exhaustion", "prevail_all", "cost_per_contact", "profit")
"""Two measures of the customers', two of the floor's, two of the employer's side."""

_COLUMNS = 2
_CROWD, _THRONG = 4, 6
"""Policies from which on the wide bands, and all bands, are left to the data: they would
cover each other."""
_MARKS = 9  # markers along a line


def fans(summary: Summary) -> Drawing | None:
    """Return the fans over time, None where there is no weekly series.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    """
    results = summary.results
    found = {
        measure: [each for each in (fan(results, p, measure) for p in results.policies) if each]
        for measure in SHOWN
    }
    some = [each for every in found.values() for each in every]
    if not some:
        return None
    leads = {name: warmup_fan(results, name) for name in SHOWN if name in WARMUP_MEASURES}
    return Drawing(
        name="fans",
        draw=lambda: _draw(results, found, leads),
        title="Over time: how the runs go, and how far they spread",
        caption=_caption(results, some[0].weeks, any(leads.values())),
        data=_data([*some, *(each for each in leads.values() if each)]),
    )


def _caption(results: Results, weeks: int, led: bool) -> str:
    stretch = "means of four weeks" if weeks > 1 else "weekly values"
    many = len(results.replications) > 1
    spread = (
        "the runs' spread does not shrink as replications are added, and is no interval of a mean."
    )
    count = len(results.policies)
    bands = " Bands, the middle 50 % and 90 % of them, are in the data beside the figure."
    if count < _CROWD:
        bands = " Dark band: the middle 50 % of them; light band: the middle 90 %."
    elif count < _THRONG:
        bands = " Band: the middle 50 % of them; the middle 90 % is in the data beside the figure."
    lead = " Grey: the end of the warm-up, which all policies share." if led else ""
    switched = " Dotted: a switch of policy." if switch_days(results) else ""
    overlap = (
        " Where policies' bands overlap they may still be told apart: the same customers meet "
        "each, and their differences are paired."
        if count > 1
        else ""
    )
    line = f" Line: the median of the replications; {spread}{bands}{overlap}" if many else ""
    return f"{stretch.capitalize()}.{line}{lead}{switched} {facts(results)}"


def switch_days(results: Results) -> list[int]:
    """Return the days after the branch on which some policy gives way to another."""
    texts = {text for text in results.columns.get("switches", ()) if text}
    return sorted({int(entry["day"]) for text in texts for entry in json.loads(text)})


def _draw(results: Results, found: dict[str, list[Fan]], leads: dict[str, Fan | None]) -> Figure:
    rows = -(-len(SHOWN) // _COLUMNS)
    figure = new_figure(0.5 + 1.95 * rows)
    axes = figure.subplots(rows, _COLUMNS, sharex=True, squeeze=False)
    first = -float(min(YEAR, results.warmup_days)) if any(leads.values()) else 0.0
    for axis, measure in zip(axes.flat, SHOWN, strict=True):
        lead = leads.get(measure)
        _panel(axis, results, measure, found[measure], lead and lead.since(first))
        time_axis(axis, first, float(results.days), "the branch")
    for axis in axes[:-1].flat:
        axis.set_xlabel("")
    place_legend(figure, policy_handles(results, line=True))
    return figure


def _panel(
    axis: Axes, results: Results, measure: str, fans_there: list[Fan], lead: Fan | None
) -> None:
    letter(axis, called(measure) + better_arrow(measure))
    axis.set_ylabel(MEASURES[measure].unit)
    axis.grid(axis="y", color=RULE, linewidth=0.6, zorder=0)
    axis.axvspan(-10.0 * YEAR, 0.0, color=RULE, alpha=0.28, linewidth=0.0, zorder=0)
    axis.axvline(0.0, color=INK, linewidth=0.9, zorder=1)
    for day in switch_days(results):
        axis.axvline(day, color=MUTED, linewidth=1.0, linestyle=":", zorder=1)
    drawable = [each for each in fans_there if each.drawable]
    if not drawable:
        note(axis, "not defined in any run")
        axis.set_yticks([])
        return
    count = len(results.policies)
    bands = 2 if count < _CROWD else 1 if count < _THRONG else 0
    if lead is not None:
        _fan(axis, lead, MUTED, "", bands=bands, offset=0)
    for place, each in enumerate(drawable):
        tint, shape = colour(results, each.policy), marker(results, each.policy)
        _fan(axis, each, tint, shape, bands=bands, offset=place)
    least = min(float(each.defined.min()) for each in drawable)
    if least < 0.995:
        words = (
            f"defined in ≥ {100 * least:.0f} % of runs" if least else "not defined in every week"
        )
        axis.set_title(words, loc="right", fontsize=7.4, color=MUTED)
    axis.locator_params(axis="y", nbins=5)
    axis.ticklabel_format(axis="y", useOffset=False)
    low, high = axis.get_ylim()
    if not any(np.nanmin(each.quantiles) < 0.0 for each in drawable):
        axis.set_ylim(bottom=max(low, -0.03 * high))


def _fan(axis: Axes, each: Fan, tint: str, shape: str, *, bands: int, offset: int) -> None:
    low, lower, middle, upper, high = each.quantiles
    if bands > 1:
        axis.fill_between(each.days, low, high, color=tint, alpha=0.13, linewidth=0.0, zorder=2)
    if bands:
        axis.fill_between(each.days, lower, upper, color=tint, alpha=0.26, linewidth=0.0, zorder=3)
    every = max(1, len(each.days) // _MARKS)
    axis.plot(
        each.days,
        middle,
        color=tint,
        linewidth=1.5,
        marker=shape or None,
        markersize=4.2,
        markeredgewidth=0.0,
        markevery=(min(offset, every - 1), every) if shape else None,
        zorder=4,
    )


def _data(every: list[Fan]) -> list[dict[str, Any]]:
    return [
        {
            "policy": each.policy or "(warm-up)",
            "measure": each.measure,
            "unit": MEASURES[each.measure].unit,
            "day": float(each.days[i]),
            "weeks": each.weeks,
            **dict(
                zip(
                    ("p5", "p25", "median", "p75", "p95"),
                    each.quantiles[:, i].tolist(),
                    strict=True,
                )
            ),
            "defined": float(each.defined[i]),
        }
        for each in every
        for i in np.arange(len(each.days))
    ]
