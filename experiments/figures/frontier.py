"""The frontier of policies in three views, with how surely each policy lies on it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from experiments.analysis.frontier.choices import Choice, Choices
from experiments.analysis.frontier.dominance import non_dominated
from experiments.analysis.frontier.shortfall import Shortfall
from experiments.analysis.frontier.uncertainty import Frontier
from experiments.analysis.wording import UNDEFINED, number
from experiments.figures.parts import letter, new_figure, note, place_legend
from experiments.figures.setting import Setting, axis_label, cell, in_unit, replications
from experiments.figures.style import INK, MUTED, RULE, Drawing

SHOWN = 3
"""Objectives that are drawn, two at a time."""

PICKS = {"knee": "K", "egalitarian": "E", "nash": "N"}
"""The policies that stand for three ways to choose, and the letter of each."""

_BESIDE = {"K": (-8.0, -14.0), "E": (8.0, 5.0), "N": (-4.0, 10.0)}
"""Where a letter stands beside its ring, in points: each on a side of its own."""

PICK_NAMES = {"knee": "knee", "egalitarian": "egalitarian point", "nash": "Nash point"}

_SHADES = LinearSegmentedColormap.from_list("chance", ["#DCE9F3", "#56B4E9", "#00324F"])
_OUT = "#C9C9C9"
_NARROW = 8.2  # labels of axes that share the page's width


@dataclass(frozen=True)
class Aim:
    """An objective as people read it.

    Attributes
    ----------
    name : str
        As results call it.
    label, unit : str
        What people call it, and its unit.
    short : str
        One word for the letters of the views.
    better : int
        1 where more is better, -1 where less is.
    """

    name: str
    label: str
    unit: str
    short: str
    better: int


@dataclass(frozen=True, eq=False)
class Outlook:
    """The frontier that was found, and where the named policies lie.

    Attributes
    ----------
    aims : tuple of Aim
        The objectives, in the order of ``found``.
    found : Frontier
        All points with their standing.
    choices : Choices
        Knee, egalitarian point and Nash point.
    named : mapping of str to int
        The place of each named policy among the points.
    shortfalls : mapping of str to Shortfall
        How far each of them lies from the frontier.
    setting : Setting
        Where it comes from; its titles are those of the named policies.
    outside : int or None
        The place of the outside option.
    runs : int
        How many were made.
    slack : tuple of float
        What may be lost of each objective and counts as nothing.
    """

    aims: tuple[Aim, ...]
    found: Frontier
    choices: Choices
    named: Mapping[str, int]
    shortfalls: Mapping[str, Shortfall]
    setting: Setting
    outside: int | None = None
    runs: int = 0
    slack: tuple[float, ...] = ()

    @property
    def picks(self) -> dict[str, Choice]:
        """The three choices by name, those that were not asked for left out."""
        made = {name: getattr(self.choices, name) for name in PICKS}
        return {name: choice for name, choice in made.items() if choice is not None}

    def told(self, place: int, aim: int, *, bare: bool = False) -> str:
        """Return a mean in words, with the digits by which the points differ; bare: no unit."""
        column = self.found.means[:, aim]
        scale, tail = (1.0, "") if bare else in_unit(self.aims[aim].unit)
        value = scale * float(column[place])
        if math.isnan(value):
            return UNDEFINED
        span = scale * float(np.nanmax(column) - np.nanmin(column))
        places = min(6, max(0, 2 - math.floor(math.log10(span)))) if span > 0.0 else 3
        return f"{number(value, places)}{tail}"

    @property
    def views(self) -> list[tuple[int, int]]:
        """Which objectives lie across and up, view by view."""
        first = list(combinations(range(min(SHOWN, len(self.aims))), 2))
        # What customers get lies up in both of its views.
        return [(second, one) for one, second in first]


def frontier(outlook: Outlook) -> Drawing:
    """Return the frontier in its views.

    Parameters
    ----------
    outlook : Outlook
        What was found.
    """
    labels = [aim.label for aim in outlook.aims]
    return Drawing(
        name="frontier",
        draw=lambda: _draw(outlook),
        title=f"What no policy beats in {', '.join(labels[:-1])} and {labels[-1]} at once",
        caption=_caption(outlook),
        data=list(_data(outlook)),
    )


def _caption(outlook: Outlook) -> str:
    found = outlook.found
    level = f"{100 * found.level:.0f} %"
    several = len(outlook.aims) > 2
    lines = (
        "Line: the best of two objectives, whatever the others. A policy off the line may be on "
        "the frontier for the sake of an objective that this view does not show. "
        if several
        else "Line: the frontier by the means. "
    )
    undefined = [PICK_NAMES[name] for name, each in outlook.picks.items() if each.index is None]
    none = f"There is no {' and no '.join(undefined)}. " if undefined else ""
    outside = (
        "Cross: the outside option, from which the gains of the Nash point are counted. "
        if outlook.outside is not None
        else ""
    )
    return (
        f"Dots: means of the policies tried. Shade: the share of {found.resamples:,} resamples of "
        "the replications in which no other policy beats it in everything; it leans towards the "
        f"lucky. Grey: shown to be beaten in everything (with {level} for all together). {lines}"
        f"Knee: beyond it, giving up a little of one buys least of another. Egalitarian: best for "
        f"the objective that does worst. Nash: largest product of gains. {none}{outside}"
        "Differences between policies are known better than these means: they met the same chance. "
        f"{outlook.setting.facts(f'{replications(_counts(outlook))} of each of {len(found.n):,}')}"
    )


def _counts(outlook: Outlook) -> list[int]:
    return [int(n) for n in outlook.found.n]


def _draw(outlook: Outlook) -> Figure:
    views = outlook.views
    figure = new_figure(3.7 if len(views) > 1 else 4.2)
    axes = figure.subplots(1, len(views), squeeze=False)[0]
    for axis, (across, up) in zip(axes, views, strict=True):
        _view(axis, outlook, across, up)
    if not np.isnan(outlook.found.probability).all():
        scale = figure.colorbar(
            _scale(), ax=list(axes), shrink=0.72, aspect=28, pad=0.012, fraction=0.03
        )
        scale.set_label("non-dominated in … of resamples", color=INK, fontsize=8.2)
        scale.set_ticks([0.0, 0.5, 1.0], labels=["0 %", "50 %", "100 %"])
        scale.outline.set_visible(False)
    place_legend(figure, _handles(outlook))
    return figure


def _scale() -> Any:
    from matplotlib.cm import ScalarMappable

    return ScalarMappable(Normalize(0.0, 1.0), _SHADES)


def _handles(outlook: Outlook) -> list[Any]:
    found: list[Any] = [outlook.setting.handle(policy) for policy in outlook.named]
    if outlook.outside is not None:
        found.append(_mark("x", "outside option", mew=1.6))
    there = {name: each.index for name, each in outlook.picks.items() if each.index is not None}
    text = ", ".join(f"{PICKS[name]} {PICK_NAMES[name]}" for name in there)
    if there:
        found.append(_mark("o", text, mfc="none", mew=1.3))
    return found


def _mark(shape: str, label: str, **look: Any) -> Line2D:
    return Line2D(
        [], [], linestyle="", marker=shape, markersize=7.0, color=INK, label=label, **look
    )


def _view(axis: Axes, outlook: Outlook, across: int, up: int) -> None:
    one, other = outlook.aims[across], outlook.aims[up]
    letter(axis, f"{other.short} – {one.short}")
    size = _NARROW if len(outlook.views) > 1 else None
    axis.set_xlabel(_label(one, "→", "←"), fontsize=size)
    axis.set_ylabel(_label(other, "↑", "↓"), fontsize=size)
    axis.grid(color=RULE, linewidth=0.6, zorder=0)
    axis.margins(0.1)
    for each in (axis.xaxis, axis.yaxis):
        each.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axis.ticklabel_format(useOffset=False)
    x, y = outlook.found.means[:, across], outlook.found.means[:, up]
    if np.isnan(x + y).all():
        note(axis, "no run was finished")
        axis.set_xticks([])
        axis.set_yticks([])
        return
    _dots(axis, outlook, x, y)
    _line(axis, outlook, across, up)
    if outlook.outside is not None:
        place = outlook.outside
        axis.plot(x[place], y[place], "x", color=INK, markersize=7.0, mew=1.6, zorder=6)
    for policy, place in outlook.named.items():
        setting = outlook.setting
        look: dict[str, Any] = {"color": setting.colour(policy), "mec": "white", "mew": 0.9}
        axis.plot(x[place], y[place], setting.marker(policy), markersize=9.0, zorder=7, **look)
    _picks(axis, outlook, x, y)


def _label(aim: Aim, more: str, less: str) -> str:
    arrow = more if aim.better > 0 else less
    unit = "" if aim.unit in ("1", "0-1") else aim.unit
    return f"{axis_label(aim.label, unit)}, {arrow} better"


def _dots(axis: Axes, outlook: Outlook, x: np.ndarray, y: np.ndarray) -> None:
    found = outlook.found
    special = [*outlook.named.values(), *([] if outlook.outside is None else [outlook.outside])]
    plain = np.ones(len(x), dtype=bool)
    plain[special] = False
    out = plain & ~found.kept
    axis.plot(x[out], y[out], ".", color=_OUT, markersize=4.0, markeredgewidth=0.0, zorder=2)
    rest = np.flatnonzero(plain & found.kept)
    chance = np.nan_to_num(found.probability[rest])
    order = rest[np.argsort(chance, kind="stable")]  # the likely ones above
    tints = _SHADES(np.sort(chance, kind="stable"))
    axis.scatter(x[order], y[order], s=20.0, c=tints, linewidths=0.4, edgecolors=MUTED, zorder=3)


def _line(axis: Axes, outlook: Outlook, across: int, up: int) -> None:
    """Draw the frontier of the two objectives of a view, as the staircase that it is."""
    pair = outlook.found.means[:, [across, up]]
    signs = np.array([outlook.aims[across].better, outlook.aims[up].better], dtype=float)
    best = pair[non_dominated(pair * signs)]
    if len(best) < 2:
        return
    ends = best[np.argsort(best[:, 0], kind="stable")]
    # Between two policies only the worse of both is known to be within reach.
    corner: Literal["pre", "post"] = "post" if signs[0] < 0 else "pre"
    axis.step(ends[:, 0], ends[:, 1], where=corner, color=INK, linewidth=0.9, alpha=0.7, zorder=4)


def _picks(axis: Axes, outlook: Outlook, x: np.ndarray, y: np.ndarray) -> None:
    """Ring what was chosen, one ring with several letters where choices agree."""
    letters: dict[int, list[str]] = {}
    for name, choice in outlook.picks.items():
        if choice.index is not None:
            letters.setdefault(choice.index, []).append(PICKS[name])
    for place, marks in letters.items():
        axis.plot(
            x[place], y[place], "o", mfc="none", color=INK, mew=1.3, markersize=11.0, zorder=8
        )
        axis.annotate(
            " ".join(marks),
            (x[place], y[place]),
            xytext=_BESIDE[marks[0]],
            ha="center",
            textcoords="offset points",
            fontsize=8.6,
            fontweight="bold",
            color=INK,
            zorder=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
        )


def _data(outlook: Outlook) -> Iterator[dict[str, Any]]:
    found = outlook.found
    names = {place: name for name, place in outlook.named.items()}
    chosen: dict[int, list[str]] = {}
    for name, choice in outlook.picks.items():
        if choice.index is not None:
            chosen.setdefault(choice.index, []).append(name)
    for place in range(len(found.n)):
        row: dict[str, Any] = {
            "point": place + 1,
            "policy": names.get(place, ""),
            "outside": int(place == outlook.outside),
            "chosen": " ".join(chosen.get(place, [])),
            "n": cell(found.n[place]),
            "on_frontier": int(found.on[place]),
            "may_be_on_frontier": int(found.kept[place]),
            "probability": _rounded(found.probability[place]),
        }
        means = zip(outlook.aims, found.means[place], strict=True)
        yield {**row, **{aim.name: cell(value) for aim, value in means}}


def _rounded(value: Any) -> float:
    number = float(value)
    return number if math.isnan(number) else round(number, 4)
