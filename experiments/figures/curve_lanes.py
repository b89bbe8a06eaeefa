"""The lanes below curves: where they cross and where they are best, each with its interval."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from experiments.analysis.curves import peak as peaks
from experiments.analysis.curves.crossing import Crossing
from experiments.analysis.curves.peak import Peak
from experiments.figures.style import INK, MUTED, RULE

if TYPE_CHECKING:
    from experiments.figures.curve import Line, Meeting, Sweep

_LANE = 0.085  # of the height of what is drawn, below it: an interval of a place
_LANES = 0.42  # that all lanes take together at most
_BEYOND = (peaks.LOWER_END, peaks.UPPER_END)
_OPEN_LOW = (peaks.LOWER_END, peaks.LOWER_OR_INSIDE, peaks.EITHER_END)
_OPEN_HIGH = (peaks.UPPER_END, peaks.UPPER_OR_INSIDE, peaks.EITHER_END)
_NO_PLACE = (peaks.FLAT, peaks.CANNOT_TELL)


def draw_lanes(
    axis: Axes,
    sweep: "Sweep",
    lines: "list[Line]",
    lanes: "list[tuple[Line, Peak]]",
    found: "list[tuple[Meeting, Crossing]]",
) -> None:
    """Mark crossings and peaks, with the intervals of their places in lanes below the curves.

    Parameters
    ----------
    axis : Axes
        Where; its curves are drawn.
    sweep : Sweep
        Gives titles and colours.
    lines : list of Line
        All curves of the panel.
    lanes : list of (Line, Peak)
        Those whose best place is marked.
    found : list of (Meeting, Crossing)
        Where two of them cross.
    """
    low, high = axis.get_ylim()
    pairs = list(dict.fromkeys((pair.a, pair.b) for pair, _ in found))
    count = len(lanes) + len(pairs)
    alone = len(sweep.measures) == 1  # small panels have no room for what lanes are of
    step = min(_LANE, _LANES / max(1, count)) * (high - low)
    floor = low - step * (count + 0.2)
    if count:
        axis.axhline(low, color=RULE, linewidth=0.8, zorder=1)
        axis.set_ylim(floor, high)
        axis.set_yticks([tick for tick in axis.get_yticks() if low <= tick <= high])
    curves = {each.policy: each.band for each in lines}
    for pair, one in found:
        lane = low - step * (0.6 + pairs.index((pair.a, pair.b)))
        _bar(axis, (one.low, one.high), lane, INK, (one.open_low, one.open_high))
        held = curves.get(pair.a)
        up = math.nan if held is None else float(np.interp(one.place, held.x, held.mean))
        axis.plot([one.place, one.place], [lane, up], color=INK, linewidth=0.8, linestyle=":")
        for y, size in ((up, 7.0), (lane, 4.5)):
            face = INK if one.sure else "white"
            axis.plot(one.place, y, "o", color=INK, mfc=face, mew=1.2, markersize=size, zorder=6)
    for row, (a, b) in enumerate(pairs):
        if alone and len(pairs) > 1:
            titles = [sweep.setting.title(name) for name in (a, b)]
            _lane_name(axis, " = ".join(titles), low - step * (0.6 + row))
    for row, (each, peak) in enumerate(lanes):
        lane = low - step * (0.6 + len(pairs) + row)
        tint = sweep.setting.colour(each.policy)
        inside = peak.verdict not in _BEYOND
        ends = (peak.verdict in _OPEN_LOW, peak.verdict in _OPEN_HIGH)
        _bar(axis, (peak.low, peak.high), lane, tint, ends)
        if alone and len(lanes) > 1:
            _lane_name(axis, f"best for {sweep.setting.title(each.policy)}", lane)
        face = tint if inside else "white"
        edge = INK if inside else tint
        for y, size in ((peak.value.mean, 13.0), (lane, 8.5)):
            look: dict[str, Any] = {"mfc": face, "mec": edge, "mew": 0.8, "markersize": size}
            axis.plot(peak.place, y, "*", color=tint, zorder=7, clip_on=False, **look)


def _lane_name(axis: Axes, text: str, lane: float) -> None:
    """Say what a lane is of, at the left, where nothing of it can lie."""
    axis.annotate(
        text,
        (0.0, lane),
        xycoords=("axes fraction", "data"),
        xytext=(-5.0, 0.0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=7.2,
        color=MUTED,
    )


def _bar(
    axis: Axes, ends: tuple[float, float], lane: float, tint: str, opened: tuple[bool, bool]
) -> None:
    if not all(math.isfinite(end) for end in ends):
        return
    axis.plot(ends, [lane, lane], color=tint, linewidth=2.0, solid_capstyle="butt", zorder=5)
    for end, is_open, shape in zip(ends, opened, ("<", ">"), strict=True):
        mark = shape if is_open else "|"
        axis.plot(end, lane, mark, color=tint, markersize=5.0, zorder=5, clip_on=False)


def placed(peak: Peak | None) -> bool:
    """Return whether it is known where a curve is best, at least roughly."""
    return peak is not None and peak.verdict not in _NO_PLACE
