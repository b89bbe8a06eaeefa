"""Curves over one swept dimension: bands that hold whole curves, crossings and peaks."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.analysis.curves.band import Band
from experiments.analysis.curves.crossing import Crossings
from experiments.analysis.curves.peak import Peak
from experiments.figures.curve_lanes import draw_lanes, placed
from experiments.figures.parts import letter, new_figure, note, place_legend
from experiments.figures.setting import (
    Setting,
    axis_label,
    direction,
    name_of,
    panels,
    plain,
    quiet_grid,
    replications,
    told_axis,
    unit_of,
)
from experiments.figures.style import INK, MUTED, RULE, Drawing

_MARKS = 8  # markers along a line
_SMALL = 8.6  # headings where panels are narrow


@dataclass(frozen=True, eq=False)
class Line:
    """One measure under one policy along the sweep.

    Attributes
    ----------
    policy, measure : str
        Whose, and which.
    band : Band
        The curve.
    peak : Peak or None
        Where it is highest or lowest, where that was looked for.
    change : Band or None
        The curve less its own value at one place, paired: by this it is judged whether it moves.
        Where None, by the band.
    """

    policy: str
    measure: str
    band: Band
    peak: Peak | None = None
    change: Band | None = None


@dataclass(frozen=True, eq=False)
class Meeting:
    """Whether and where two policies' curves of a measure cross: ``a`` less ``b``."""

    measure: str
    a: str
    b: str
    found: Crossings


@dataclass(frozen=True, eq=False)
class Sweep:
    """A swept dimension and what was found along it.

    Attributes
    ----------
    dimension, unit : str
        What people call it; "" or "1" for no unit.
    lines : tuple of Line
        Each measure has a panel, in which all of its policies lie.
    setting : Setting
        Where it comes from.
    meetings : tuple of Meeting
        Pairs of curves.
    ends : (str, str) or None
        What to call the ends of the range: ("strict", "always right").
    marks : mapping of float to str
        Places along the range that have a name: where a policy lies.
    name, title : str
        Of the figure's files; what stands above it, made from the dimension where empty.
    note : str
        What else its caption is to say.
    against : str
        What curves are the change from, for example "Balanced"; empty where they are levels.
    zero : bool
        Whether zero is marked.
    """

    dimension: str
    unit: str
    lines: tuple[Line, ...]
    setting: Setting
    meetings: tuple[Meeting, ...] = ()
    ends: tuple[str, str] | None = None
    marks: Mapping[float, str] = field(default_factory=dict)
    name: str = "curve"
    title: str = ""
    note: str = ""
    against: str = ""
    zero: bool = False

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures, a panel each."""
        return tuple(dict.fromkeys(each.measure for each in self.lines))

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies, each once."""
        return tuple(dict.fromkeys(each.policy for each in self.lines))


def curve(sweep: Sweep) -> Drawing:
    """Return the curves of all measures over a swept dimension.

    Parameters
    ----------
    sweep : Sweep
        What was found.
    """
    return Drawing(
        name=sweep.name,
        draw=lambda: _draw(sweep),
        title=sweep.title or f"What {sweep.dimension} does",
        caption=_caption(sweep),
        data=list(_data(sweep)),
    )


def _caption(sweep: Sweep) -> str:
    counts = [int(n) for each in sweep.lines for n in each.band.n]
    levels = {each.band.level for each in sweep.lines}
    level = f"{100 * max(levels, default=0.95):.0f} %"
    points = len({float(x) for each in sweep.lines for x in each.band.x})
    crossing = (
        " Circles: where two curves cross, full where the band of their paired difference is sure "
        "of it; bars below: the interval of the place (arrow: it may lie beyond)."
        if any(each.found.crossings for each in sweep.meetings)
        else ""
    )
    peak = (
        " Stars: the highest point (lowest, where less is better), hollow at an end of the range, "
        "beyond which it may go on; bars below: where it may lie, by a test of each point."
        if any(placed(each.peak) for each in sweep.lines)
        else ""
    )
    return (
        f"Lines: means over replications, joined by straight lines; bands hold the whole curve of "
        f"means with {level} (simultaneous; not the spread of runs). What curves do between the "
        f"{points} points is not known.{crossing}{peak} Curves are paired: whether two "
        f"differ is judged by their difference, not by whether bands overlap.{_named(sweep)} "
        f"{sweep.setting.facts(f'{replications(counts)} of each point')}"
    )


def _named(sweep: Sweep) -> str:
    """Return where named policies lie, and what else is to be said."""
    places = [f"{plain(place, sweep.unit)} = {title}" for place, title in sweep.marks.items()]
    said = f" {'; '.join(places)}." if places else ""
    return f"{said} {sweep.note}" if sweep.note else said


def _draw(sweep: Sweep) -> Figure:
    rows, columns = panels(len(sweep.measures))
    figure = new_figure(0.55 + rows * (4.3 if rows == columns == 1 else 2.45))
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True).ravel()
    for axis, measure in zip(axes, sweep.measures, strict=False):
        _panel(axis, sweep, measure)
        if columns > 2:
            axis.set_title(axis.get_title("left"), fontsize=_SMALL, fontweight="bold")
    count = len(sweep.measures)
    for place, axis in enumerate(axes):
        axis.set_visible(place < count)
        axis.xaxis.set_tick_params(labelbottom=place + columns >= count)
        if place + columns >= count:
            axis.set_xlabel(_across(sweep))
    place_legend(figure, _handles(sweep))
    return figure


def _across(sweep: Sweep) -> str:
    # The ends say more than what lies between them is called, and panels are narrow.
    if sweep.ends:
        return f"{sweep.ends[0]}  →  {sweep.ends[1]}"
    return axis_label(sweep.dimension, sweep.unit)


def _handles(sweep: Sweep) -> list[Any]:
    found: list[Any] = [sweep.setting.handle(policy, line=True) for policy in sweep.policies]
    if len(found) == 1:
        found[0].set_label("mean, in its 95 % band")  # which curve it is goes without saying
    bare: dict[str, Any] = {"linestyle": "", "color": INK}
    if any(each.found.crossings for each in sweep.meetings):
        found.append(Line2D([], [], marker="o", markersize=6.5, label="crossing", **bare))
    if any(placed(each.peak) for each in sweep.lines):
        kinds = {each.peak.kind for each in sweep.lines if each.peak is not None}
        label = {"peak": "highest", "bottom": "lowest"}
        words = " or ".join(label[kind] for kind in label if kind in kinds)
        found.append(Line2D([], [], marker="*", markersize=10.0, mew=0.0, label=words, **bare))
    return found


def _panel(axis: Axes, sweep: Sweep, measure: str) -> None:
    letter(axis, name_of(measure) + direction(measure))
    if sweep.zero:
        axis.axhline(0.0, color=MUTED, linewidth=0.9, zorder=1)
    lines = [each for each in sweep.lines if each.measure == measure]
    known = [each for each in lines if np.isfinite(each.band.mean).any()]
    x = lines[0].band.x
    room = 0.03 * (float(x[-1] - x[0]) or 1.0)
    axis.set_xlim(float(x[0]) - room, float(x[-1]) + room)
    if not known:
        note(axis, "not defined in any run")
        axis.set_yticks([])
        return
    _marks(axis, sweep)
    for place, each in enumerate(known):
        _line(axis, sweep, each, place)
    if all(np.isnan(each.band.low).all() for each in known):
        note(axis, "one replication: no band", high=0.06)
    if all(_one_value(each.band) for each in known):
        note(
            axis, "the same in every run" if not sweep.against else "no change in any run", high=0.7
        )
    lanes = [(each, each.peak) for each in known if each.peak is not None and placed(each.peak)]
    meetings = [each for each in sweep.meetings if each.measure == measure]
    found = [(pair, one) for pair in meetings for one in pair.found.crossings]
    quiet_grid(axis)
    unit = told_axis(axis.yaxis, unit_of(measure), change=bool(sweep.against))
    if sweep.against:
        unit = f"change{f', {unit}' if unit else ''}"
    axis.set_ylabel(unit)
    draw_lanes(axis, sweep, known, lanes, found)


def _one_value(held: Band) -> bool:
    """Return whether a curve is one number, whatever the point and the replication."""
    ends = np.concatenate([held.mean, held.low, held.high])
    return bool(np.isfinite(ends).all() and np.ptp(ends) == 0.0)


def _marks(axis: Axes, sweep: Sweep) -> None:
    """Mark where named policies lie; the ends of the range are named below it."""
    low, high = axis.get_xlim()
    for place, title in sweep.marks.items():
        share = (place - low) / (high - low)
        axis.axvline(place, color=RULE, linewidth=1.0, zorder=1)
        if sweep.ends and not 0.05 < share < 0.95:
            continue
        axis.annotate(
            title,
            (place, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0.0, -1.5),
            textcoords="offset points",
            ha="left" if share < 0.12 else "right" if share > 0.88 else "center",
            va="top",
            fontsize=6.8,
            color=MUTED,
            zorder=8,
        )


def _line(axis: Axes, sweep: Sweep, each: Line, place: int) -> None:
    tint, held = sweep.setting.colour(each.policy), each.band
    axis.fill_between(held.x, held.low, held.high, color=tint, alpha=0.2, linewidth=0.0, zorder=2)
    every = max(1, -(-len(held.x) // _MARKS))
    axis.plot(
        held.x,
        held.mean,
        color=tint,
        linewidth=1.7,
        marker=sweep.setting.marker(each.policy),
        markersize=4.6,
        markeredgewidth=0.0,
        markevery=(place % every, every),
        zorder=4,
    )


_COLUMNS = ("x", "mean", "low", "high", "point_low", "point_high", "n")


def _data(sweep: Sweep) -> Iterator[dict[str, Any]]:
    """Return rows of data; those of crossings and peaks have the interval of the place."""
    for each in sweep.lines:
        held = each.band
        columns = (held.x, held.mean, held.low, held.high, held.point_low, held.point_high, held.n)
        for row in zip(*(column.tolist() for column in columns), strict=True):
            yield _row("curve", each.measure, each.policy, **dict(zip(_COLUMNS, row, strict=True)))
        peak = each.peak
        if peak is not None:
            yield _row(
                peak.kind,
                each.measure,
                each.policy,
                verdict=peak.verdict,
                x=peak.place,
                mean=peak.value.mean,
                low=peak.low,
                high=peak.high,
                n=peak.n,
            )
    for pair in sweep.meetings:
        found = pair.found
        alike = {"against": pair.b, "n": int(found.difference.n.max(initial=0))}
        if not found.crossings:
            yield _row("crossing", pair.measure, pair.a, verdict=found.verdict, **alike)
        for one in found.crossings:
            verdict = found.verdict if one.sure else f"{found.verdict}, not surely here"
            where = {"x": one.place, "low": one.low, "high": one.high}
            yield _row("crossing", pair.measure, pair.a, verdict=verdict, **where, **alike)


def _row(kind: str, measure: str, policy: str, **given: Any) -> dict[str, Any]:
    row = {"kind": kind, "measure": measure, "unit": unit_of(measure), "policy": policy}
    return {**row, "against": "", "verdict": "", **dict.fromkeys(_COLUMNS, math.nan), **given}
