"""Event curves: the share of reps who have quit, or burnt out, by time."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.analysis.events import (
    FOLLOWED,
    LEAST,
    Event,
    EventCurve,
    EventCurves,
    EventDifference,
    Group,
)
from experiments.analysis.events import event_curves as estimated
from experiments.analysis.interval import Interval
from experiments.analysis.results import Results
from experiments.analysis.summary import Summary
from experiments.analysis.wording import bracketed, decimals
from experiments.figures.parts import (
    letter,
    new_figure,
    note,
    place_legend,
    policy_handles,
    time_axis,
)
from experiments.figures.style import MUTED, RULE, Drawing, colour, facts, marker
from experiments.periods import WEEK, YEAR

PANELS: tuple[tuple[Group, Event], ...] = (
    ("staff", "quit"),
    ("hires", "quit"),
    ("staff", "burnout"),
    ("hires", "burnout"),
)
_GROUPS = {"staff": "staff at the branch", "hires": "later hires"}
_EVENTS = {"quit": "quit", "burnout": "burnt out at least once"}
_SINCE = {"staff": "the branch", "hires": "hiring"}
_LINE = 0.15  # inches, of the table of those followed
_CROWD = 5
"""Policies from which on the bands are left to the data: they would cover each other."""
_SHORT = 200
"""Days up to which a curve is drawn day by day; longer ones are read off every week."""


def event_curves(summary: Summary) -> Drawing | None:
    """Return the event curves, None where the careers of the reps are not there.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    """
    results = summary.results
    found = [estimated(results, group, event) for group, event in PANELS]
    there = [each for each in found if each is not None]
    if not there:
        return None
    return Drawing(
        name="event-curves",
        draw=lambda: _draw(results, there),
        title="Who quits, and who burns out: shares of the reps, by time",
        caption=_caption(results),
        data=_data(there),
    )


def _caption(results: Results) -> str:
    many = len(results.replications) > 1
    differences = (
        f", and how far each policy is from {results.title(results.policies[0])} on the last day "
        f"that both curves reach{' (paired, 95 % interval)' if many else ''}"
        if len(results.policies) > 1
        else ""
    )
    banded = len(results.policies) < _CROWD
    bands = (
        f"{'Bands: 95 % intervals' if banded else 'In the data beside the figure: 95 % intervals'} "
        "of these shares (jackknife, one replication left out at a time: reps of one centre share "
        "its fate), not the spread of runs. "
        if many
        else "The reps of one centre share its fate: they give no interval. "
    )
    return (
        "Kaplan-Meier curves of the reps of all replications together. Staff at the branch are "
        "followed from the branch, later hires from their hiring; those employed at the end are "
        "censored there. Quitting hides a later burnout: those who quit are censored, as if they "
        "were as prone to burn out as those who stay. Who is burnt out at the branch counts from "
        f"the first day. {bands}Once anybody is censored, a curve ends where fewer than "
        f"{100 * FOLLOWED:g} % or than {LEAST} are still followed. Below: how many "
        f"are followed{differences}. {facts(results)}"
    )


def _draw(results: Results, found: list[EventCurves]) -> Figure:
    lines = _lines(results)
    figure = new_figure(0.5 + 2 * (2.35 + lines * _LINE))
    axes = figure.subplots(
        4, 2, squeeze=False, height_ratios=[1.75, lines * _LINE, 1.75, lines * _LINE]
    )
    for place, each in enumerate(found):
        row, column = 2 * (place // 2), place % 2
        _panel(axes[row, column], results, each)
        _followed(axes[row + 1, column], results, each)
    place_legend(figure, policy_handles(results, line=True))
    return figure


def _panel(axis: Axes, results: Results, each: EventCurves) -> None:
    letter(axis, f"{_GROUPS[each.group]}: {_EVENTS[each.event]}")
    axis.set_ylabel("share of the reps")
    axis.grid(axis="y", color=RULE, linewidth=0.6, zorder=0)
    people = sum(curve.people for curve in each.curves)
    happened = sum(curve.events for curve in each.curves)
    for place, curve in enumerate(each.curves):
        if curve.people:
            _step(axis, results, curve, place)
    time_axis(axis, 0.0, float(results.days), _SINCE[each.group])
    if not people:
        note(axis, "nobody was hired" if each.group == "hires" else "nobody was there")
        axis.set_yticks([])
    elif not happened:
        verb = "quit" if each.event == "quit" else "burnt out"
        note(axis, f"none of {people:,} {verb}")
    top = axis.get_ylim()[1] if happened else 0.05
    axis.set_ylim(-0.02 * top, top)
    places = 0 if top > 0.05 else 1 if top > 0.005 else 2
    axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=places, symbol=" %"))
    axis.locator_params(axis="y", nbins=5)


def _step(axis: Axes, results: Results, curve: EventCurve, place: int) -> None:
    days = _read_off(curve)
    tint = colour(results, curve.policy)
    banded = len(results.policies) < _CROWD
    if banded and curve.replications > 1 and curve.events:
        low, high = curve.low[days], curve.high[days]
        axis.fill_between(
            days, low, high, step="post", color=tint, alpha=0.18, linewidth=0.0, zorder=2
        )
    every = max(1, len(days) // 7)
    axis.step(
        days,
        curve.share[days],
        where="post",
        color=tint,
        linewidth=1.5,
        marker=marker(results, curve.policy),
        markersize=4.2,
        markeredgewidth=0.0,
        markevery=(min(every - 1, (place + 1) * every // 4), every),
        zorder=3,
    )


def _read_off(curve: EventCurve) -> np.ndarray:
    """Return the days on which a curve is drawn."""
    step = 1 if len(curve.days) <= _SHORT else WEEK
    return np.unique(np.append(np.arange(0, curve.until + 1, step), curve.until))


def _lines(results: Results) -> int:
    """Return how many lines the table below a panel has, its headings included."""
    count = len(results.policies)
    return count + 1 + (count if count > 1 else 0)


def _followed(axis: Axes, results: Results, each: EventCurves) -> None:
    """Write below a panel how many are followed, and how far policies are from the first."""
    axis.set_xlim(0.0, float(results.days))
    axis.set_ylim(_lines(results) - 0.5, -0.5)
    axis.set_axis_off()
    _words(axis, 0, "still followed", style="italic")
    row = 0
    for row, curve in enumerate(each.curves, start=1):
        _key(axis, results, curve.policy, row)
        for day in _marks(results.days):
            side = "left" if day == 0 else "right" if day == results.days else "center"
            _words(axis, row, f"{int(curve.at_risk[day]):,}", day=day, ha=side)
    if len(each.curves) > 1:
        first = results.title(results.policies[0])
        _words(axis, row + 1, f"less {first}, percentage points", style="italic")
    for below, test in enumerate(_against_the_first(results, each), start=row + 2):
        _key(axis, results, test.a, below)
        happened = sum(curve.events for curve in each.curves if curve.policy in (test.a, test.b))
        _words(axis, below, _in_points(test) if happened else "no event in either")


def _words(axis: Axes, row: int, text: str, *, day: float = 0.0, **style: Any) -> None:
    axis.text(day, row, text, va="center", fontsize=7.4, color=MUTED, **style)


def _key(axis: Axes, results: Results, policy: str, row: int) -> None:
    axis.plot(
        -0.035 * results.days,
        row,
        marker(results, policy),
        color=colour(results, policy),
        markersize=4.6,
        clip_on=False,
    )


def _against_the_first(results: Results, each: EventCurves) -> list[EventDifference]:
    """Return each policy's last difference from the first."""
    last = {test.a: test for test in each.differences if test.b == results.policies[0]}
    return list(last.values())


def _in_points(test: EventDifference) -> str:
    mean, low, high, n = test.difference
    if math.isnan(mean):
        return "nothing to compare"
    points = Interval(100.0 * mean, 100.0 * low, 100.0 * high, n)
    places = decimals([points]) if n > 1 else 1
    return f"{bracketed(points, places, signed=True)} after {test.day:,} days"


def _marks(days: int) -> list[int]:
    step = YEAR if days > YEAR else max(1, days)
    return list(range(0, days + 1, step))


def _data(found: list[EventCurves]) -> list[dict[str, Any]]:
    rows = [
        {
            "what": "curve",
            "group": curve.group,
            "event": curve.event,
            "policy": curve.policy,
            "minus": "",
            "day": day,
            "share": float(curve.share[day]),
            "low": float(curve.low[day]),
            "high": float(curve.high[day]),
            "followed": int(curve.at_risk[day]),
            "people": curve.people,
            "events": curve.events,
            "replications": curve.replications,
        }
        for each in found
        for curve in each.curves
        for day in _read_off(curve).tolist()
    ]
    rows += [
        {
            "what": "difference",
            "group": each.group,
            "event": each.event,
            "policy": test.a,
            "minus": test.b,
            "day": test.day,
            "share": test.difference.mean,
            "low": test.difference.low,
            "high": test.difference.high,
            "followed": "",
            "people": "",
            "events": "",
            "replications": test.difference.n,
        }
        for each in found
        for test in each.differences
        if not math.isnan(test.difference.mean)
    ]
    return rows
