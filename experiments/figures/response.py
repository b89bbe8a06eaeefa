"""The response to a switch of policy over time, against the same centre unchanged."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.analysis.curves.response import DIPS, FINAL_SHARE, MAY_DIP, Response
from experiments.figures.parts import letter, new_figure, note, place_legend
from experiments.figures.setting import (
    Setting,
    better_side,
    direction,
    name_of,
    panels,
    quiet_grid,
    replications,
    told_axis,
    unit_of,
)
from experiments.figures.style import COLOURS, INK, MUTED, RULE, Drawing

_TINT, _DIP = COLOURS[0], COLOURS[1]
_LANE = 0.14  # of the height of what is drawn, below it: the time to half


@dataclass(frozen=True, eq=False)
class Switch:
    """A switch of policy and the response of several measures.

    Attributes
    ----------
    before, after : str
        The policies.
    responses : mapping of Response
        Measure: what it does.
    setting : Setting
        Where it comes from.
    time : str
        What times are counted in: "weeks".
    day : int
        On which day after the branch it happens.
    final_share : float
        Share of the time after it that the final effect is the mean of.
    name, title : str
        Of the figure's files; what stands above it, made from the policies where empty.
    steps : tuple of (float, str)
        Further switches: time since the first one, and to which policy.
    """

    before: str
    after: str
    responses: Mapping[str, Response]
    setting: Setting
    time: str = "weeks"
    day: int = 0
    final_share: float = FINAL_SHARE
    name: str = "response"
    title: str = ""
    steps: tuple[tuple[float, str], ...] = ()


def response(switch: Switch) -> Drawing:
    """Return the response of every measure to a switch.

    Parameters
    ----------
    switch : Switch
        What was found.
    """
    title = switch.setting.title
    return Drawing(
        name=switch.name,
        draw=lambda: _draw(switch),
        title=switch.title
        or f"What follows a switch from {title(switch.before)} to {title(switch.after)}",
        caption=_caption(switch),
        data=list(_data(switch)),
    )


def _caption(switch: Switch) -> str:
    counts = [int(n) for each in switch.responses.values() for n in each.band.n]
    level = max((each.band.level for each in switch.responses.values()), default=0.95)
    return (
        "Line: mean difference between the centre that switches and the same centre unchanged, "
        "replication by replication (paired: both meet the same chance). Band: holds the whole "
        f"response of means with {100 * level:.0f} % (simultaneous; not the spread of runs). Grey: "
        f"the last {100 * switch.final_share:.0f} % of the time, whose mean is the final effect; "
        "bar at the right: its 95 % t interval. Diamonds, below each response: time until half of "
        "it is first reached (full) and is there for good (hollow), with 95 % intervals; arrow: "
        "it may come after the end. Triangles: the deepest point of a dip, full where the band "
        f"is sure of it. The switch is on day {switch.day:,} after the branch.{_later(switch)} "
        f"{switch.setting.facts(replications(counts))}"
    )


def _later(switch: Switch) -> str:
    """Return when it switches again."""
    if not switch.steps:
        return ""
    again = "; ".join(f"{at:.3g} {switch.time} later to {name}" for at, name in switch.steps)
    return f" Dotted: it switches again, {again}."


def _draw(switch: Switch) -> Figure:
    count = len(switch.responses)
    rows, columns = panels(count)
    figure = new_figure(0.55 + rows * (3.5 if rows == columns == 1 else 2.45))
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True).ravel()
    for axis, (measure, each) in zip(axes, switch.responses.items(), strict=False):
        _panel(axis, measure, each)
        if columns > 2:
            axis.set_title(axis.get_title("left"), fontsize=8.6, fontweight="bold")
        for at, _ in switch.steps:
            axis.axvline(at, color=MUTED, linewidth=1.0, linestyle=":", zorder=1)
    for place, axis in enumerate(axes):
        axis.set_visible(place < count)
        if place + columns >= count:
            axis.set_xlabel(f"{switch.time} since the switch")
            axis.xaxis.set_tick_params(labelbottom=True)
    place_legend(figure, _handles(switch))
    return figure


def _handles(switch: Switch) -> list[Any]:
    found: list[Any] = [
        Line2D([], [], color=_TINT, linewidth=1.7, label="switched less unchanged"),
        Patch(facecolor=RULE, alpha=0.6, label="final window"),
    ]
    every = list(switch.responses.values())
    bare: dict[str, Any] = {"linestyle": ""}
    if any(math.isfinite(each.half.first) for each in every):
        look: dict[str, Any] = {"marker": "D", "markersize": 5.0, "color": INK, **bare}
        found.append(Line2D([], [], label="half of it", **look))
        found.append(Line2D([], [], label="half, for good", mfc="white", **look))
    if any(each.dip.verdict in (DIPS, MAY_DIP) for each in every):
        found.append(Line2D([], [], marker="v", color=_DIP, markersize=6.5, label="dip", **bare))
    return found


def _panel(axis: Axes, measure: str, each: Response) -> None:
    letter(axis, name_of(measure) + direction(measure))
    held = each.band
    end = float(held.x[-1])
    axis.set_xlim(0.0, 1.05 * end)
    axis.axhline(0.0, color=MUTED, linewidth=0.9, zorder=1)
    axis.axvspan(each.window, end, color=RULE, alpha=0.45, linewidth=0.0, zorder=0)
    if not np.isfinite(held.mean).any():
        note(axis, "not defined in any run")
        axis.set_yticks([])
        return
    axis.fill_between(held.x, held.low, held.high, color=_TINT, alpha=0.22, linewidth=0.0, zorder=2)
    axis.plot(held.x, held.mean, color=_TINT, linewidth=1.7, zorder=4)
    final = each.final
    axis.plot([each.window, end], [final.mean] * 2, color=INK, linewidth=1.2, zorder=5)
    axis.plot([1.025 * end] * 2, [final.low, final.high], color=INK, linewidth=2.0, zorder=5)
    axis.plot(1.025 * end, final.mean, "o", color=INK, markersize=5.0, zorder=5)
    quiet_grid(axis)
    unit = told_axis(axis.yaxis, unit_of(measure), change=True)
    axis.set_ylabel(f"difference{f', {unit}' if unit else ''}")
    _half(axis, each, end)
    _dip(axis, each)
    if not each.lasts and math.isfinite(final.low):
        _corner(axis, "no final effect told")
    elif math.isnan(final.low):
        _corner(axis, "no interval")
    elif each.settled is False:
        _corner(axis, "not settled at the end")


def _corner(axis: Axes, text: str) -> None:
    """Say something in a corner of a panel."""
    axis.text(
        0.99,
        0.99,
        text,
        transform=axis.transAxes,
        ha="right",
        va="top",
        fontsize=6.8,
        color=MUTED,
        zorder=8,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.7},
    )


def _half(axis: Axes, each: Response, end: float) -> None:
    """Mark when half of the effect is reached, with its intervals in two lanes below."""
    half = each.half
    if not math.isfinite(half.first):
        return
    low, high = axis.get_ylim()
    step = _LANE / 2.0 * (high - low)
    shown = [tick for tick in axis.get_yticks() if low <= tick <= high]
    axis.axhline(low, color=RULE, linewidth=0.8, zorder=1)
    axis.set_ylim(low - 2.3 * step, high)
    axis.set_yticks(shown)
    up = each.final.mean / 2.0
    axis.plot([0.0, half.first], [up, up], color=INK, linewidth=0.8, linestyle=":", zorder=3)
    times = (
        (half.first, half.first_low, half.first_high),
        (half.lasting, half.lasting_low, half.lasting_high),
    )
    for row, (at, first, last) in enumerate(times):
        lane = low - step * (0.65 + row)
        look: dict[str, Any] = {
            "mfc": "white" if row else INK,
            "mew": 1.1,
            "markersize": 5.0,
            "clip_on": False,
            "zorder": 6,
        }
        if not math.isnan(first):
            ends = [min(first, end), min(last, end)]
            axis.plot(ends, [lane, lane], color=INK, linewidth=1.8, zorder=5)
            if not math.isfinite(last):
                axis.plot(end, lane, ">", color=INK, markersize=5.5, zorder=5)
        if math.isfinite(at):
            axis.plot(at, lane, "D", color=INK, **look)
            if not row:
                axis.plot([at, at], [lane, up], color=INK, linewidth=0.8, linestyle=":", zorder=3)
                axis.plot(at, up, "D", color=INK, **look)


def _dip(axis: Axes, each: Response) -> None:
    dip = each.dip
    if dip.verdict not in (DIPS, MAY_DIP):
        return
    sign = -math.copysign(1.0, each.final.mean)
    face = _DIP if dip.verdict == DIPS else "white"
    look: dict[str, Any] = {"color": _DIP, "mfc": face, "mew": 1.2, "markersize": 7.5, "zorder": 7}
    axis.plot(dip.when, sign * dip.size, "v" if sign < 0.0 else "^", **look)


def _data(switch: Switch) -> Iterator[dict[str, Any]]:
    for measure, each in switch.responses.items():
        held, half, dip = each.band, each.half, each.dip
        head = {"measure": measure, "unit": unit_of(measure), "better": better_side(measure)}
        columns = (held.x, held.mean, held.low, held.high, held.n)
        for row in zip(*(column.tolist() for column in columns), strict=True):
            yield _row(head, "response", "", *row)
        n = each.final.n
        settled = {True: "settled", False: "not settled", None: "cannot be told"}[each.settled]
        yield _row(head, "final", settled, each.window, *each.final)
        first = (half.first, half.first_low, half.first_high)
        yield _row(head, "time to half, first", "", math.nan, *first, n)
        lasting = (half.lasting, half.lasting_low, half.lasting_high)
        yield _row(head, "time to half, for good", "", math.nan, *lasting, n)
        yield _row(head, "dip", dip.verdict, dip.when, dip.size, dip.low, dip.high, n)


def _row(
    head: Mapping[str, Any],
    kind: str,
    verdict: str,
    at: float,
    value: float,
    low: float,
    high: float,
    n: int,
) -> dict[str, Any]:
    found = {"kind": kind, "verdict": verdict, "time": at, "value": value}
    return {**head, **found, "low": low, "high": high, "n": n}
