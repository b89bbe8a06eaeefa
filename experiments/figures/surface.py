"""A measure over two swept dimensions: how it changes from one point, and where it is best."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from experiments.analysis.curves.surface import Surface
from experiments.figures.parts import letter, new_figure, note, place_legend
from experiments.figures.setting import (
    Setting,
    axis_label,
    better_side,
    direction,
    name_of,
    panels,
    plain,
    replications,
    told_axis,
    unit_of,
)
from experiments.figures.style import COLOURS, INK, MUTED, Drawing

_BLUE, _ORANGE = COLOURS[0], COLOURS[1]
_BETTER = LinearSegmentedColormap.from_list("better", [_ORANGE, "#FFFFFF", _BLUE])
_PLAIN = LinearSegmentedColormap.from_list("plain", ["#7A5195", "#FFFFFF", "#4C7A34"])
_HATCH = "////"
_SMALL = 8.6  # headings where panels are narrow
_TOP = 0.9  # share of the field up to whose change colours grow


@dataclass(frozen=True, eq=False)
class Sheet:
    """One measure over two dimensions, as a change from one point.

    Attributes
    ----------
    measure : str
        Which.
    change : Surface
        Less its own value at the point that it is counted from, paired.
    best : tuple of float or None
        The point of the best mean.
    possible : ndarray, shape (points, 2)
        The points that may be the best.
    """

    measure: str
    change: Surface
    best: tuple[float, float] | None
    possible: np.ndarray


@dataclass(frozen=True, eq=False)
class Field:
    """Two swept dimensions and what was found over them.

    Attributes
    ----------
    dimensions, units : (str, str)
        What people call them.
    sheets : tuple of Sheet
        A panel each.
    points : ndarray, shape (points, 2)
        What was simulated.
    start : (float, float) or None
        The point that changes are counted from; None where sheets are the difference to another
        curve at the same point.
    against : str
        What that point, or that curve, is called.
    setting : Setting
        Where it comes from.
    name, title : str
        Of the files; what stands above the figure.
    """

    dimensions: tuple[str, str]
    units: tuple[str, str]
    sheets: tuple[Sheet, ...]
    points: np.ndarray
    start: tuple[float, float] | None
    against: str
    setting: Setting
    name: str = "surface"
    title: str = ""


def surface(field: Field) -> Drawing:
    """Return the changes of all measures over two dimensions.

    Parameters
    ----------
    field : Field
        What was found.
    """
    return Drawing(
        name=field.name,
        draw=lambda: _draw(field),
        title=field.title
        or f"What {field.dimensions[0]} and {field.dimensions[1]} do, against {field.against}",
        caption=_caption(field),
        data=list(_data(field)),
    )


def _caption(field: Field) -> str:
    counts = [int(n) for each in field.sheets for n in each.change.band.n if n]
    what = f"the mean difference to {field.against} at the same point"
    if field.start is not None:
        ends = zip(field.dimensions, field.start, field.units, strict=True)
        at = ", ".join(f"{name} {plain(place, unit)}" for name, place, unit in ends)
        what = f"the mean change from {field.against} ({at})"
    star = (
        " Star: the best mean; rings: the points that may be the best, as no other is surely "
        "better than they are."
        if any(each.best is not None for each in field.sheets)
        else ""
    )
    return (
        f"Colours: {what}, replication by replication; blue = "
        "better, orange = worse; purple and green where neither side is better; strongest from the "
        f"arrows on, which {100 * (1 - _TOP):.0f} % of the field exceed. Hatched: not told "
        "from none, by a band that holds the whole surface of means with 95 %; bare: surely "
        "another. Dots: the points that were simulated; between them surfaces are interpolated."
        f"{star} {field.setting.facts(f'{replications(counts)} of each point')}"
    )


def _draw(field: Field) -> Figure:
    count = len(field.sheets)
    rows, columns = panels(count)
    figure = new_figure(0.6 + rows * (4.2 if rows == columns == 1 else 2.55))
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for place, (axis, sheet) in enumerate(zip(axes, field.sheets, strict=False)):
        _panel(figure, axis, field, sheet)
        if columns > 2:
            axis.set_title(axis.get_title("left"), fontsize=_SMALL, fontweight="bold")
        if place % columns == 0:
            axis.set_ylabel(axis_label(field.dimensions[1], field.units[1]))
    for place, axis in enumerate(axes):
        axis.set_visible(place < count)
        if place + columns >= count:
            axis.set_xlabel(axis_label(field.dimensions[0], field.units[0]))
            axis.xaxis.set_tick_params(labelbottom=True)
    place_legend(figure, _handles(field))
    return figure


def _handles(field: Field) -> list[Any]:
    bare: dict[str, Any] = {"linestyle": "", "color": INK}
    found: list[Any] = [
        Patch(facecolor=_BLUE, label="better"),
        Patch(facecolor=_ORANGE, label="worse"),
        Patch(facecolor="white", edgecolor=MUTED, hatch=_HATCH, label="not told from none"),
    ]
    if field.start is not None:
        look: dict[str, Any] = {"marker": "+", "markersize": 9.0, "mew": 2.0}
        found.append(Line2D([], [], label=field.against, **look, **bare))
    if any(each.best is not None for each in field.sheets):
        found.append(Line2D([], [], marker="*", markersize=10.0, mew=0.0, label="best", **bare))
        ring: dict[str, Any] = {
            "marker": "o",
            "markersize": 6.0,
            "mfc": "none",
            "label": "may be best",
        }
        found.append(Line2D([], [], **ring, **bare))
    return found


def _panel(figure: Figure, axis: Axes, field: Field, sheet: Sheet) -> None:
    letter(axis, name_of(sheet.measure) + direction(sheet.measure))
    change = sheet.change
    mean = change.on_lattice(change.band.mean).T
    reach = float(np.nanmax(np.abs(mean), initial=0.0))
    if not np.isfinite(mean).any():
        note(axis, "not defined in any run")
        return
    side = better_side(sheet.measure)
    tints = _PLAIN if side == 0 else _BETTER if side > 0 else _BETTER.reversed()
    if reach == 0.0:
        note(axis, f"no {'difference' if field.start is None else 'change'} in any run")
        axis.plot(*field.points.T, ".", color=INK, markersize=1.8, zorder=3)
        return
    # A steep edge would leave all else pale.
    top = float(np.nanquantile(np.abs(mean), _TOP)) or reach
    over, under = float(np.nanmax(mean)) > top, float(np.nanmin(mean)) < -top
    mesh = axis.pcolormesh(
        change.first,
        change.second,
        mean,
        cmap=tints,
        norm=TwoSlopeNorm(0.0, -top, top),
        shading="gouraud",
        zorder=1,
        rasterized=True,
    )
    ends = {(True, True): "both", (True, False): "max", (False, True): "min"}
    extend = ends.get((over, under), "neither")
    bar = figure.colorbar(mesh, ax=axis, shrink=0.85, aspect=16, pad=0.02, extend=extend)
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    bar.ax.tick_params(labelsize=7.0, length=2.0)
    if unit := told_axis(bar.ax.yaxis, unit_of(sheet.measure), change=True):
        bar.set_label(unit, fontsize=7.0, color=MUTED)
    _doubt(axis, change)
    _points(axis, field, sheet)


def _doubt(axis: Axes, change: Surface) -> None:
    """Hatch where the band holds zero."""
    sure = change.on_lattice(change.band.sure.astype(float)).T
    unknown = np.where(np.isnan(change.on_lattice(change.band.low).T), 1.0, 1.0 - np.abs(sure))
    if unknown.max() > 0.5:
        drawn = axis.contourf(
            change.first,
            change.second,
            unknown,
            levels=[0.5, 1.5],
            colors="none",
            hatches=[_HATCH],
            zorder=2,
        )
        drawn.set_edgecolor(MUTED)
        drawn.set_linewidth(0.0)


def _points(axis: Axes, field: Field, sheet: Sheet) -> None:
    axis.plot(*field.points.T, ".", color=INK, markersize=1.8, zorder=3)
    if len(sheet.possible) and sheet.best is not None:
        look: dict[str, Any] = {"mfc": "none", "mew": 0.9, "markersize": 6.0}
        axis.plot(*sheet.possible.T, "o", color=INK, zorder=4, clip_on=False, **look)
    if field.start is not None:
        axis.plot(*field.start, "+", color=INK, markersize=9.0, mew=2.0, zorder=5, clip_on=False)
    if sheet.best is not None:
        star: dict[str, Any] = {"mec": "white", "mew": 0.6, "markersize": 12.0}
        axis.plot(*sheet.best, "*", color=INK, zorder=6, clip_on=False, **star)


def _data(field: Field) -> Iterator[dict[str, Any]]:
    for sheet in field.sheets:
        held = sheet.change.band
        rows = zip(held.x.tolist(), held.mean, held.low, held.high, held.n, strict=True)
        for (x, y), mean, low, high, n in rows:
            yield {
                "kind": "change",
                "measure": sheet.measure,
                "unit": unit_of(sheet.measure),
                "x": x,
                "y": y,
                "mean": float(mean),
                "low": float(low),
                "high": float(high),
                "n": int(n),
            }
        for x, y in sheet.possible.tolist():
            nan = float("nan")
            best = sheet.best is not None and (x, y) == sheet.best
            yield {
                "kind": "best mean" if best else "may be best",
                "measure": sheet.measure,
                "unit": unit_of(sheet.measure),
                "x": x,
                "y": y,
                "mean": nan,
                "low": nan,
                "high": nan,
                "n": 0,
            }
