"""What the data pinned down of the parameters, and which of them hang together."""

import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from experiments.calibration.course import Course
from experiments.calibration.ensemble import Ensemble
from experiments.calibration.findings import (
    Marginal,
    Pair,
    chance_left,
    dependent_pairs,
    marginals,
)
from experiments.figures.parts import letter, new_figure, note, place_legend
from experiments.figures.style import INK, RULE, Drawing

LEARNED = "#0072B2"
CARRIED = "#E69F00"
"""Of parameters that were free, and of those that were varied."""

_ROW = 0.19  # inches


def origin(course: Course, ensemble: Ensemble) -> str:
    """Return what every caption ends with: how many sets, from which seed and config."""
    sets = len(ensemble.sets)
    meet = sum(not each for each in ensemble.missed)
    return (
        f"n = {sets} parameter sets ({meet} of them meet all bands), "
        f"{course.request.acceptance.repeats} fresh simulations of each; seed "
        f"{course.request.seed}, config {course.request.hash}."
    )


def marginal_figure(course: Course, ensemble: Ensemble) -> Drawing:
    """Return each parameter's range before and after, the best known first."""
    whole = marginals(course, ensemble)
    found = [each for each in whole if each.kind != "carried"]
    carried = len(whole) - len(found)
    limit = chance_left(len(ensemble.sets))
    caption = (
        "Grey: the range from which a parameter was drawn, stretched to the same width (some on a "
        "logarithmic scale). Thick: the middle 50 % of the plausible sets; thin: the middle 90 %: "
        "a spread of sets, not an interval of a mean. Dot: the medoid, the set nearest to all "
        "others. On the right, the share of the range left: width of the middle 90 % over that of "
        "the range. Above "
        f"{limit:.2f} it cannot be told from a parameter that the data say nothing of (one in "
        f"twenty of those would lie below). {_left_out(carried)}{origin(course, ensemble)}"
    )
    return Drawing(
        "pinned-down",
        lambda: _draw_marginals(found, limit),
        "What the data could and could not pin down",
        caption,
        [_row(each) for each in whole],
    )


def _left_out(carried: int) -> str:
    if not carried:
        return ""
    return f"{carried} parameters that were carried along at random are in the data only. "


def _row(each: Marginal) -> dict[str, Any]:
    labels = ("p5", "p25", "median", "p75", "p95")
    return {
        "parameter": each.name,
        "kind": each.kind,
        "share_left": round(each.left, 4),
        **{label: f"{value:.6g}" for label, value in zip(labels, each.values, strict=True)},
        "medoid_place": round(each.medoid, 4),
    }


def _draw_marginals(found: list[Marginal], limit: float) -> Figure:
    figure = new_figure(0.7 + _ROW * len(found))
    axes = figure.subplots(1, 2, width_ratios=[3.4, 1.0], sharey=True)
    names = [each.name for each in found]
    for axis in axes:
        axis.set_yticks(range(len(names)), names, fontsize=7.6)
        axis.set_ylim(len(names) - 0.4, -0.6)
        axis.tick_params(axis="y", length=0)
        axis.spines["left"].set_visible(False)
    for row, each in enumerate(found):
        _one_marginal(axes[0], row, each)
    axes[0].set_xlim(-0.01, 1.01)
    axes[0].set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["low", "", "middle", "", "high"])
    axes[0].set_xlabel("place in the range")
    letter(axes[0], "where the plausible sets lie")
    _shares(axes[1], found, limit)
    place_legend(figure, _legend())
    return figure


def _tint(each: Marginal) -> str:
    return LEARNED if each.kind == "free" else CARRIED


def _one_marginal(axis: Axes, row: int, each: Marginal) -> None:
    low, lower, _, upper, high = each.quantiles
    tint = _tint(each)
    axis.plot([0.0, 1.0], [row, row], color=RULE, linewidth=6.0, solid_capstyle="butt", zorder=1)
    axis.plot([low, high], [row, row], color=tint, linewidth=1.4, zorder=2)
    axis.plot(
        [lower, upper], [row, row], color=tint, linewidth=4.4, solid_capstyle="butt", zorder=3
    )
    axis.plot(each.medoid, row, "o", color="white", mec=INK, mew=1.0, markersize=4.4, zorder=4)


def _shares(axis: Axes, found: list[Marginal], limit: float) -> None:
    for row, each in enumerate(found):
        axis.barh(row, each.left, 0.62, color=_tint(each), zorder=2)
    axis.axvline(limit, color=INK, linewidth=0.9, linestyle="--", zorder=3)
    axis.set_xlim(0.0, max(1.12, *(each.left for each in found)))
    axis.set_xticks([0.0, 0.5, 1.0], ["0", "0.5", "1"])
    axis.set_xlabel("share of the range left")
    axis.tick_params(labelleft=False)
    letter(axis, "what is left")


def _legend() -> list[Any]:
    return [
        Patch(color=RULE, label="range before"),
        Line2D([], [], color=LEARNED, linewidth=4.0, label="free: to be pinned down"),
        Line2D([], [], color=CARRIED, linewidth=4.0, label="varied: what is not known of it"),
        Line2D([], [], linestyle="", marker="o", mfc="white", mec=INK, label="medoid"),
        Line2D([], [], color=INK, linewidth=0.9, linestyle="--", label="as if nothing was learned"),
    ]


def pair_figure(course: Course, ensemble: Ensemble) -> Drawing:
    """Return the pairs of parameters that the data tie to each other most."""
    pairs, limit = dependent_pairs(course.whole, ensemble)
    count = len(course.whole)
    caption = (
        "Each dot is a plausible parameter set; the ring is the medoid; axes span the ranges "
        "before. "
        "ρ: Spearman's rank correlation over the sets. Without any dependence the largest of all "
        f"{count * (count - 1) // 2:,} pairs would reach {limit:.2f} in one of twenty such "
        f"ensembles: pairs below that are not told from chance. {origin(course, ensemble)}"
    )
    return Drawing(
        "dependent-pairs",
        lambda: _draw_pairs(course, ensemble, pairs, limit),
        "Parameters that the data tie to each other",
        caption,
        [
            {
                "set": place + 1,
                **{
                    f"{pair.first} ({row + 1}a)": each[pair.first] for row, pair in enumerate(pairs)
                },
                **{
                    f"{pair.second} ({row + 1}b)": each[pair.second]
                    for row, pair in enumerate(pairs)
                },
            }
            for place, each in enumerate(ensemble.sets)
        ],
    )


def _draw_pairs(course: Course, ensemble: Ensemble, pairs: list[Pair], limit: float) -> Figure:
    rows = max(1, -(-len(pairs) // 3))
    figure = new_figure(0.5 + 2.6 * rows)
    axes = figure.subplots(rows, 3, squeeze=False).flat
    for axis, pair in zip(axes, pairs, strict=False):
        _one_pair(axis, course, ensemble, pair, limit)
    for axis in list(figure.axes)[len(pairs) :]:
        axis.set_axis_off()
    if not pairs:
        note(figure.axes[1], "too few sets or parameters")
    place_legend(
        figure,
        [
            Line2D([], [], linestyle="", marker="o", color=LEARNED, label="plausible set"),
            Line2D([], [], linestyle="", marker="o", mfc="none", mec=INK, mew=1.4, label="medoid"),
        ],
    )
    return figure


def _one_pair(axis: Axes, course: Course, ensemble: Ensemble, pair: Pair, limit: float) -> None:
    across, up = ensemble.column(pair.first), ensemble.column(pair.second)
    axis.plot(across, up, "o", color=LEARNED, markersize=3.6, alpha=0.8, mew=0.0)
    middle = ensemble.medoid_index
    axis.plot(across[middle], up[middle], "o", mfc="none", mec=INK, mew=1.4, markersize=8.0)
    one, other = course.whole.ranges[pair.first], course.whole.ranges[pair.second]
    axis.set_xscale(one.scale)
    axis.set_yscale(other.scale)
    axis.set_xlim(one.low, one.high)
    axis.set_ylim(other.low, other.high)
    _plain_ticks(axis.xaxis, one.scale)
    _plain_ticks(axis.yaxis, other.scale)
    axis.set_xlabel(textwrap.fill(pair.first, 26))
    axis.set_ylabel(textwrap.fill(pair.second, 26))
    told = "" if abs(pair.rho) > limit else " (as chance)"
    letter(axis, f"ρ = {pair.rho:+.2f}{told}".replace("-", "−"))


def _plain_ticks(which: Any, scale: str) -> None:
    """Mark a logarithmic axis by plain numbers at its ends and between."""
    if scale != "log":
        which.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
        return
    low, high = which.get_view_interval()
    ticks = [low, (low * high) ** 0.5, high]
    which.set_ticks(ticks, [f"{tick:.2g}" for tick in ticks])
    which.set_ticks([], minor=True)
