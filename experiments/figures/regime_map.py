"""Which policy is best where: a map over two parameters for each party, and how sure it is."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from experiments.analysis.regimes.boundary import SURE, RegimeMap
from experiments.analysis.regimes.scenarios import LOG, Factor
from experiments.figures.parts import letter, new_figure, note, place_legend
from experiments.figures.setting import Setting, replications, three
from experiments.figures.style import INK, Drawing

_ACROSS = 3  # maps in a row
_TALL = 2.95  # inches, a map
_PALEST = 0.15
"""What is left of a policy's colour where it is best no more often than by lot."""

_BARE = ("", "1", "0-1")


@dataclass(frozen=True, eq=False)
class Regimes:
    """Maps of which policy is best.

    Attributes
    ----------
    maps : tuple of RegimeMap
        One a party, whose name it has.
    setting : Setting
        Where they come from.
    replications : int
        Of each scenario.
    chosen : bool
        Whether the two parameters of each map were chosen by what the rules use.
    """

    maps: tuple[RegimeMap, ...]
    setting: Setting
    replications: int
    chosen: bool = True


def regime_map(what: Regimes) -> Drawing:
    """Return the maps of which policy is best for each party.

    Parameters
    ----------
    what : Regimes
        The maps.
    """
    return Drawing(
        name="regime_map",
        draw=lambda: _draw(what),
        title="Which policy is best where",
        caption=_caption(what),
        data=list(_data(what)),
    )


def _caption(what: Regimes) -> str:
    counts = sorted({each.n for each in what.maps})
    n = f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"
    chosen = (
        "The two parameters of a map are those that the rules for that party use most. "
        if what.chosen
        else ""
    )
    near = sorted({each.neighbours for each in what.maps})
    votes = f"{near[0]}" if len(near) == 1 else f"{near[0]} to {near[-1]}"
    return (
        f"Colour: the policy that is best most often among the {votes} nearest kinds of centre, of "
        "which all other parameters differ; the stronger, the more often. Black line: where that "
        f"changes. Hatched: which policy leads is not sure ({100 * SURE:.0f} % of resamples of "
        "centres and of their noise do not agree): there the boundary may lie. Boundaries are "
        f"blurred over the distance to the farthest neighbour. {chosen}"
        f"{what.setting.facts(f'{n} kinds of centre, {replications([what.replications])} of each')}"
    )


def _draw(what: Regimes) -> Figure:
    count = len(what.maps)
    columns = min(_ACROSS, count) if count != 4 else 2
    rows = -(-count // columns)
    figure = new_figure(0.6 + _TALL * rows)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for place, axis in enumerate(axes):
        axis.set_visible(place < count)
        if place < count:
            _panel(axis, what.maps[place], what.setting)
    place_legend(figure, _handles(what))
    return figure


def _handles(what: Regimes) -> list[Any]:
    shown = {name for each in what.maps for name in _leading(each)}
    found = [
        Patch(facecolor=what.setting.colour(name), label=what.setting.title(name))
        for name in what.setting.titles
        if name in shown
    ]
    hatched: dict[str, Any] = {
        "facecolor": "none",
        "edgecolor": INK,
        "hatch": "////",
        "linewidth": 0.0,
    }
    doubted = any(not each.sure[each.best >= 0].all() for each in what.maps)
    return [*found, Patch(**hatched, label="not sure")] if doubted else found


def _leading(each: RegimeMap) -> list[str]:
    return [each.policies[place] for place in np.unique(each.best) if place >= 0]


def _panel(axis: Axes, each: RegimeMap, setting: Setting) -> None:
    letter(axis, f"best for {each.party}")
    x, y = _edges(each.x, len(each.at_x)), _edges(each.y, len(each.at_y))
    axis.pcolormesh(x, y, _colours(each, setting), shading="flat", rasterized=True, zorder=1)
    _hatch(axis, x, y, each.sure)
    _boundaries(axis, x, y, each.best)
    for which, factor in (("x", each.x), ("y", each.y)):
        _axis(axis, which, factor)
    axis.set_box_aspect(1.0)
    if len(leading := _leading(each)) == 1:
        note(axis, f"{setting.title(leading[0])} everywhere")


def _colours(each: RegimeMap, setting: Setting) -> np.ndarray:
    """Return the colour of each cell, of shape (gy, gx, 3)."""
    best = each.best
    tints = np.array([to_rgb(setting.colour(name)) for name in each.policies])
    share = np.take_along_axis(
        np.nan_to_num(each.share), np.maximum(best, 0)[:, :, np.newaxis], axis=2
    )
    lot = 1.0 / len(each.policies)
    strength = _PALEST + (1.0 - _PALEST) * np.clip((share - lot) / (1.0 - lot), 0.0, 1.0)
    strength = np.where(best[:, :, np.newaxis] >= 0, strength, 0.0)
    return np.asarray(1.0 - strength * (1.0 - tints[np.maximum(best, 0)]))


def _hatch(axis: Axes, x: np.ndarray, y: np.ndarray, sure: np.ndarray) -> None:
    """Hatch the cells that are not sure, row by row in runs of cells."""
    for row, line in enumerate(~sure):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
        for first, last in edges.reshape(-1, 2):
            axis.fill_between(
                [x[first], x[last]],
                y[row],
                y[row + 1],
                facecolor="none",
                edgecolor=INK,
                hatch="////",
                linewidth=0.0,
                alpha=0.55,
                zorder=2,
            )


def _boundaries(axis: Axes, x: np.ndarray, y: np.ndarray, best: np.ndarray) -> None:
    """Draw the edges between cells of different policies."""
    look: dict[str, Any] = {"color": INK, "linewidth": 1.5, "zorder": 3, "solid_capstyle": "round"}
    for row, column in np.argwhere(best[:, 1:] != best[:, :-1]):
        axis.plot([x[column + 1]] * 2, y[row : row + 2], **look)
    for row, column in np.argwhere(best[1:] != best[:-1]):
        axis.plot(x[column : column + 2], [y[row + 1]] * 2, **look)


def _edges(factor: Factor, cells: int) -> np.ndarray:
    """Return the edges of the cells, in the factor's unit."""
    if factor.categories:
        return np.arange(cells + 1) - 0.5
    return np.array([factor.natural(place / cells) for place in range(cells + 1)])


def _axis(axis: Axes, which: str, factor: Factor) -> None:
    """Label one axis in people's words, with the factor's unit and scale."""
    line = axis.xaxis if which == "x" else axis.yaxis
    share = factor.unit.startswith("share")
    unit = "%" + factor.unit.removeprefix("share") if share else factor.unit
    label = factor.label or factor.name.replace(".", ": ").replace("_", " ")
    line.set_label_text(label if unit in _BARE else f"{label} ({unit})")
    if factor.categories:
        line.set_ticks(range(len(factor.categories)), factor.categories)
        return
    scale = 100.0 if share else 1.0
    shown = FuncFormatter(lambda value, _: three(scale * value))
    if factor.scale == LOG:
        axis.set_xscale("log") if which == "x" else axis.set_yscale("log")
        decades = math.log10(factor.high / factor.low)
        line.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades < 2.5 else (1.0,)))
        line.set_minor_formatter(NullFormatter())
    else:
        line.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    line.set_major_formatter(shown)


def _data(what: Regimes) -> Iterator[dict[str, Any]]:
    for each in what.maps:
        for row, column in np.ndindex(*each.best.shape):
            best = int(each.best[row, column])
            where = {
                "party": each.party,
                "parameter_x": each.x.name,
                "x": float(each.at_x[column]),
                "parameter_y": each.y.name,
                "y": float(each.at_y[row]),
            }
            yield where | {
                "best": each.policies[best] if best >= 0 else "",
                "share": _of(each.share, row, column, best),
                "low": _of(each.low, row, column, best),
                "high": _of(each.high, row, column, best),
                "leads": _of(each.leads, row, column, best),
                "sure": bool(each.sure[row, column]),
                "reach": float(each.reach[row, column]),
            }


def _of(table: np.ndarray, row: int, column: int, best: int) -> float:
    return float(table[row, column, best]) if best >= 0 else math.nan


def shares_of_map(each: RegimeMap) -> dict[str, tuple[float, float]]:
    """Return over which share of the map each policy leads, and over which it does surely."""
    cells = max(1, int((each.best >= 0).sum()))
    return {
        name: (
            float(np.sum(each.best == place)) / cells,
            float(np.sum((each.best == place) & each.sure)) / cells,
        )
        for place, name in enumerate(each.policies)
    }


def axes_of(each: RegimeMap) -> Sequence[str]:
    """Return what people call the two parameters of a map."""
    return [factor.label or factor.name.replace("_", " ") for factor in (each.x, each.y)]
