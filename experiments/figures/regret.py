"""What each policy falls short of the best one, centre by centre, as a heat-map for each party."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.analysis.robustness.regret import Regret, Regrets
from experiments.figures.parts import letter, new_figure, place_legend
from experiments.figures.setting import (
    Setting,
    axis_label,
    in_unit,
    name_of,
    replications,
    three,
    unit_of,
)
from experiments.figures.style import INK, RULE, Drawing

_ROW = 0.42  # inches
_TOP = 0.95
"""Quantile of regrets above 0 at which the colour is strongest."""
_NOTHING = 0.005
"""Share of that regret below which the colour shows nothing."""

_HEAT = LinearSegmentedColormap.from_list(
    "regret", ["#FFFFFF", "#FDE0C5", "#F59B6A", "#C8432B", "#6B0F1A"]
)


@dataclass(frozen=True, eq=False)
class PartyRegret:
    """The regrets of one party.

    Attributes
    ----------
    party, measure : str
        For whom, and by what.
    found : Regrets
        Of all policies.
    """

    party: str
    measure: str
    found: Regrets


@dataclass(frozen=True, eq=False)
class Regretted:
    """The regrets of all parties.

    Attributes
    ----------
    parties : tuple of PartyRegret
    setting : Setting
        Where they come from.
    replications : int
        Of each centre.
    """

    parties: tuple[PartyRegret, ...]
    setting: Setting
    replications: int


def regret(what: Regretted) -> Drawing:
    """Return the regrets as heat-maps.

    Parameters
    ----------
    what : Regretted
        What was found.
    """
    return Drawing(
        name="regret",
        draw=lambda: _draw(what),
        title="What each policy falls short of the best one",
        caption=_caption(what),
        data=list(_data(what)),
    )


def _caption(what: Regretted) -> str:
    counts = [int(np.isfinite(each.found.table[:, 0]).sum()) for each in what.parties]
    n = f"{max(counts):,} centres, {replications([what.replications])} of each"
    return (
        "A column is a centre, a row a policy; colour: how much worse the policy does there than "
        "the best one for that party (white: it is the best one). Centres are sorted by which "
        "policy is best, the line between them, and by what that saves. The same place is another "
        "centre for another party. Beside the policies: their mean and their largest regret. By "
        "means of few replications regrets are somewhat too large, as the best one had luck, too. "
        f"{what.setting.facts(n)}"
    )


def _draw(what: Regretted) -> Figure:
    policies = len(what.parties[0].found.policies)
    figure = new_figure(0.5 + len(what.parties) * (0.75 + _ROW * policies))
    axes = figure.subplots(len(what.parties), 1, squeeze=False).ravel()
    for axis, each in zip(axes, what.parties, strict=True):
        _panel(figure, axis, each, what.setting)
    axes[-1].set_xlabel("centres, sorted by which policy is best")
    place_legend(figure, _handles())
    return figure


def _handles() -> list[Any]:
    tints = [(0.0, "the best there"), (0.5, "falls short"), (1.0, "falls far short")]
    return [
        Patch(facecolor=_HEAT(at), edgecolor=RULE, linewidth=0.8, label=label)
        for at, label in tints
    ]


def _panel(figure: Figure, axis: Axes, each: PartyRegret, setting: Setting) -> None:
    table, names = ordered(each.found.table), [one.policy for one in each.found.policies]
    unit = unit_of(each.measure)
    top = top_of(table)
    letter(axis, axis_label(f"for {each.party}: {name_of(each.measure)}", told_unit(unit)))
    mesh = axis.pcolormesh(
        np.arange(len(table) + 1),
        np.arange(len(names) + 1) - 0.5,
        table.T,
        cmap=_HEAT,
        vmin=0.0,
        vmax=top,
        rasterized=True,
    )
    axis.set_ylim(len(names) - 0.5, -0.5)
    labels = [_label(one, setting, unit, top) for one in each.found.policies]
    axis.set_yticks(range(len(names)), labels, fontsize=8.2)
    axis.tick_params(axis="y", length=0)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    best = table.argmin(axis=1)
    for place in np.flatnonzero(np.diff(best)) + 1:
        axis.axvline(float(place), color=INK, linewidth=1.0)
    for row in range(1, len(names)):
        axis.axhline(row - 0.5, color=RULE, linewidth=0.8)
    scale = 100.0 if unit.startswith("share") else 1.0
    bar = figure.colorbar(
        mesh,
        ax=axis,
        pad=0.01,
        fraction=0.03,
        aspect=12,
        extend="max" if float(np.nanmax(table)) > top else "neither",
        format=FuncFormatter(lambda value, _: three(scale * value)),
    )
    bar.locator = MaxNLocator(nbins=3)
    bar.update_ticks()
    bar.outline.set_visible(False)


def _label(one: Regret, setting: Setting, unit: str, top: float) -> str:
    """Return a policy's name with its mean and its largest regret, next to nothing as about 0."""
    scale, _ = in_unit(unit, change=True)
    mean, most = (
        "about 0" if 0.0 < each.mean < _NOTHING * top else three(scale * each.mean)
        for each in (one.mean, one.largest)
    )
    if one.never == 1.0:
        return f"{setting.title(one.policy)}\nnever regretted"
    return f"{setting.title(one.policy)}\nmean {mean}, at most {most}"


def told_unit(unit: str) -> str:
    """Return the unit that regrets are told in, nothing where there is none."""
    return "" if unit == "0-1" else in_unit(unit, change=True)[1].strip()


def ordered(table: np.ndarray) -> np.ndarray:
    """Return regrets of centres sorted by which policy is best, then by what that saves."""
    table = table[np.isfinite(table).all(axis=1)]
    second = np.sort(table, axis=1)[:, 1] if table.shape[1] > 1 else np.zeros(len(table))
    return np.asarray(table[np.lexsort((-second, table.argmin(axis=1)))])


def top_of(table: np.ndarray) -> float:
    """Return the regret at which the colour is strongest."""
    above = table[table > 0.0]
    return float(np.quantile(above, _TOP)) if len(above) else 1.0


def _data(what: Regretted) -> Iterator[dict[str, Any]]:
    for each in what.parties:
        for centre, row in enumerate(each.found.table.tolist(), start=1):
            for one, value in zip(each.found.policies, row, strict=True):
                yield {
                    "party": each.party,
                    "measure": each.measure,
                    "unit": unit_of(each.measure),
                    "centre": centre,
                    "policy": one.policy,
                    "regret": value,
                }
