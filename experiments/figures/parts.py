"""Parts that several figures share: legends, notes, axes of time, rows of dots."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from experiments.analysis.headlines import HEADLINES
from experiments.analysis.results import Results
from experiments.analysis.summary import MEASURES
from experiments.figures.style import INK, MUTED, RULE, WIDTH, colour, marker
from experiments.periods import YEAR

_LETTERS = 14.5  # of a legend in an inch
_KEY = 5.5  # letters that a legend's key and its distances take
_LEAST_YEARS = 3
"""Marks of years below which an axis of time is marked in days."""


def policy_handles(results: Results, *, line: bool = False) -> list[Line2D]:
    """Return a legend's entry for each policy, its marker alone or on a line."""
    return [
        Line2D(
            [],
            [],
            linestyle="-" if line else "",
            linewidth=1.6,
            marker=marker(results, policy),
            markersize=6.0,
            color=colour(results, policy),
            label=results.title(policy),
        )
        for policy in results.policies
    ]


def place_legend(figure: Figure, handles: Sequence[Any]) -> None:
    """Put a legend above the axes, in as many columns as the page has room for."""
    lengths = [len(str(handle.get_label())) + _KEY for handle in handles]
    room = figure.get_figwidth() * _LETTERS
    columns = max(1, int(room / max(lengths)))
    rows = 1 if sum(lengths) <= room else math.ceil(len(handles) / columns)
    figure.legend(
        handles=list(handles),
        loc="outside upper left",
        ncols=math.ceil(len(handles) / rows),
        frameon=False,
        fontsize=8.6,
        columnspacing=1.6,
        handletextpad=0.5,
    )


def new_figure(height: float) -> Figure:
    """Return a figure as wide as the page."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def note(axis: Axes, text: str, *, high: float = 0.5) -> None:
    """Say in the middle of an axis why it is empty, or what to mind."""
    axis.text(
        0.5,
        high,
        text,
        transform=axis.transAxes,
        ha="center",
        va="center",
        color=MUTED,
        fontsize=8.2,
        linespacing=1.4,
        zorder=8,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2, "alpha": 0.8},
    )


def better_arrow(measure: str) -> str:
    """Return which way a measure gets better, in brackets; nothing where neither is."""
    arrow = arrowed(measure)[len(called(measure)) :]
    return f" ({arrow.strip()} better)" if arrow else ""


def arrowed(measure: str, more: str = "↑", less: str = "↓") -> str:
    """Return what to call a measure, with an arrow to where it is better."""
    better = MEASURES[measure].better
    return f"{called(measure)} {more if better > 0 else less}" if better else called(measure)


def called(measure: str) -> str:
    """Return what to call a measure in a figure."""
    return HEADLINES.get(measure, measure.replace("_", " "))


def time_axis(axis: Axes, first: float, last: float, since: str) -> None:
    """Mark an axis of days in years, or in days where it is short.

    Parameters
    ----------
    axis : Axes
        Drawn in days.
    first, last : float
        Its ends.
    since : str
        From when the days are counted.
    """
    axis.set_xlim(first, last)
    years = np.arange(math.ceil(first / YEAR), math.floor(last / YEAR) + 1)
    if len(years) >= _LEAST_YEARS:
        axis.set_xticks(YEAR * years, [f"{year:d}".replace("-", "−") for year in years])
        axis.set_xlabel(f"years since {since}")
    else:
        axis.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True))
        axis.set_xlabel(f"days since {since}")


def row_axis(axis: Axes, labels: Sequence[str], *, rule: bool = True) -> None:
    """Make an axis of rows, the first one above, with a faint rule between them."""
    axis.set_yticks(range(len(labels)), labels)
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x", color=RULE, linewidth=0.6, zorder=0)
    if rule:
        for row in range(1, len(labels)):
            axis.axhline(row - 0.5, color=RULE, linewidth=0.5, zorder=0)


def dodge(count: int, place: int, reach: float = 0.68) -> float:
    """Return where in its row the dot of one of several policies lies, within ±reach/2."""
    return 0.0 if count < 2 else reach * (place / (count - 1) - 0.5)


def dot(
    axis: Axes,
    results: Results,
    policy: str,
    at: tuple[float, float, float],
    row: float,
    *,
    hollow: bool = False,
    size: float = 5.5,
) -> None:
    """Draw a policy's mean with its interval, lying across.

    Parameters
    ----------
    axis : Axes
        Where.
    results : Results
        Gives the policy its colour and marker.
    policy : str
        Whose.
    at : tuple of float
        Mean, low and high; not finite where there is none.
    row : float
        How far down.
    hollow : bool
        Whether the point is to be hollow.
    size : float
        Of the marker, in points.
    """
    mean, low, high = at
    tint = colour(results, policy)
    if math.isfinite(low) and math.isfinite(high):
        axis.plot([low, high], [row, row], color=tint, linewidth=1.5, zorder=3)
    if math.isfinite(mean):
        axis.plot(
            mean,
            row,
            marker(results, policy),
            color=tint,
            mfc="white" if hollow else tint,
            mew=1.0 if hollow else 0.0,
            markersize=size,
            zorder=4,
        )


def zero_line(axis: Axes) -> None:
    """Mark where there is no difference."""
    axis.axvline(0.0, color=MUTED, linewidth=0.9, zorder=1)


def letter(axis: Axes, text: str) -> None:
    """Give a panel its heading."""
    axis.set_title(text, fontweight="bold", color=INK)


LINEAR = 2.0
"""Standard deviations up to which an axis of effects is linear, where it reaches far."""
_FAR = 6.0
"""Standard deviations beyond which a linear axis would crush the small effects."""
_POWERS = (0.0, 2.0, 10.0, 100.0, 1.0, 30.0, 5.0, 300.0, 1000.0)
"""What to mark on such an axis, as far as there is room: the first ones first."""


def far_reaching(ends: Sequence[float]) -> bool:
    """Return whether an axis of effects must be logarithmic beyond :data:`LINEAR`."""
    return any(abs(end) > _FAR for end in ends if math.isfinite(end))


def effect_axis(axis: Axes, ends: Sequence[float], gap: float = 0.06) -> None:
    """Set an axis of standardised effects, that shows one of 0.5 as well as one of 50.

    Parameters
    ----------
    axis : Axes
        The effects lie across.
    ends : sequence of float
        All that must be seen; what is not finite is left out.
    gap : float
        Share of the axis that a tick's label takes.
    """
    finite = [end for end in ends if math.isfinite(end)]
    low, high = min([0.0, *finite]), max([0.0, *finite])
    if not far_reaching(ends):
        room = 0.08 * max(high - low, 0.5)
        axis.set_xlim(min(low - room, -0.25), max(high + room, 0.25))
        axis.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
        return
    axis.set_xscale("symlog", linthresh=LINEAR, linscale=1.6)
    axis.set_xlim(min(1.35 * low, -LINEAR / 2), max(1.35 * high, LINEAR / 2))
    shown = _apart(axis, gap)
    axis.set_xticks(shown, [f"{tick:+g}".replace("-", "−") if tick else "0" for tick in shown])
    axis.minorticks_off()


def _apart(axis: Axes, gap: float) -> list[float]:
    """Return the ticks that an axis has room for, the telling ones first."""
    first, last = axis.get_xlim()
    scaled = axis.xaxis.get_transform().transform
    start, end = scaled(np.array([first, last]))
    kept: dict[float, float] = {}
    for power in _POWERS:
        for tick in (power, -power):
            place = float((scaled(np.array([tick]))[0] - start) / (end - start))
            if first <= tick <= last and all(abs(place - other) >= gap for other in kept.values()):
                kept[tick] = place
    return sorted(kept)
