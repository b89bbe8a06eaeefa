"""How a calibration went: what each wave left, which bands were met, where the ensemble lies."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.calibration.course import Course
from experiments.calibration.ensemble import Ensemble
from experiments.calibration.findings import Reached, reached, steps_of
from experiments.calibration.outputs import Output
from experiments.calibration.targets import Target
from experiments.figures.calibration import LEARNED, origin
from experiments.figures.parts import letter, new_figure, note, place_legend
from experiments.figures.style import INK, MUTED, RULE, Drawing

BAND = "#DCE9F3"
MISSED = "#D55E00"
_ROW = 0.21  # inches
_SHADES = LinearSegmentedColormap.from_list("met", ["#FFFFFF", "#56B4E9", "#00456F"])
_DARK = 0.55
"""Share from which a cell is dark enough for white figures."""
_REACH = 3.0
"""Half of the axis, in half widths of the band."""


def course_figure(course: Course, ensemble: Ensemble) -> Drawing:
    """Return what each wave left of the ranges, and how often each band was met."""
    found = [each for each in reached(course, ensemble) if not each.unseen]
    steps = steps_of(course)
    repeats, sigmas = course.request.acceptance.repeats, course.request.acceptance.sigmas
    caption = (
        "Left: the share of the ranges' volume that the emulators do not rule out after each "
        f"wave (cut {course.request.waves.cut:g}); hollow: the cut was not reached, the volume is "
        "that at the level written beside it. Right: of the sets simulated in each step, the "
        f"percentage that lay in each band, give or take {sigmas:g} standard errors of its runs "
        f"(one in waves; in rounds {repeats}, or one where it was not simulated afresh). † out of "
        "reach: it does not steer; ° only reported. Last column: the "
        f"ensemble; w: wave, r: round. {origin(course, ensemble)}"
    )
    rows = [
        {
            "statistic": each.name,
            "band": each.band,
            **dict(zip(steps, (round(share, 4) for share in each.shares), strict=True)),
            "ensemble": round(each.met / len(ensemble.sets), 4),
        }
        for each in found
    ]
    return Drawing(
        "waves",
        lambda: _draw_course(course, found, steps, len(ensemble.sets)),
        "How the waves shrank what is plausible",
        caption,
        rows,
    )


def _draw_course(course: Course, found: list[Reached], steps: list[str], sets: int) -> Figure:
    figure = new_figure(max(3.2, 0.9 + _ROW * len(found)))
    left, right = figure.subplots(1, 2, width_ratios=[1.0, 2.1])
    _volumes(left, course)
    letter(right, "sets in each band, %")
    shares = np.array([[*each.shares, each.met / sets] for each in found])
    right.imshow(shares, cmap=_SHADES, vmin=0.0, vmax=1.0, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        right.text(
            column,
            row,
            f"{100 * share:.0f}",
            ha="center",
            va="center",
            fontsize=7.0,
            color="white" if share > _DARK else INK,
        )
    right.axvline(len(steps) - 0.5, color="white", linewidth=3.0)
    right.set_xticks(
        range(len(steps) + 1), [*(_short(step) for step in steps), "ens."], fontsize=7.6
    )
    names = [f"{each.name}{_mark(each)}" for each in found]
    right.set_yticks(range(len(names)), names, fontsize=7.6)
    right.tick_params(length=0)
    for spine in right.spines.values():
        spine.set_visible(False)
    # A legend carries the figure's title.
    place_legend(
        figure,
        [
            Line2D([], [], color=LEARNED, marker="o", label="not ruled out"),
            Patch(color=_SHADES(0.95), label="all sets in the band"),
            Patch(facecolor="white", edgecolor=RULE, label="none"),
        ],
    )
    return figure


def _mark(each: Reached) -> str:
    if not each.judged:
        return " °"
    return " †" if each.aside else ""


def _short(step: str) -> str:
    kind, _, number = step.partition(" ")
    return f"{kind[0]}{number}"


def _volumes(axis: Axes, course: Course) -> None:
    letter(axis, "volume left")
    if not course.volumes:
        axis.set_axis_off()
        note(axis, "one wave only")
        return
    logs = [0.0, *(volume for _, _, volume in course.volumes)]
    axis.plot(range(len(logs)), logs, color=LEARNED, linewidth=1.5, zorder=2)
    for place, (_, level, volume) in enumerate(course.volumes, start=1):
        short = level > course.request.waves.cut + 1e-9
        axis.plot(place, volume, "o", mfc="white" if short else LEARNED, mec=LEARNED, zorder=3)
        if short:
            axis.annotate(
                f"level {level:.1f}",
                (place, volume),
                (5, 5),
                textcoords="offset points",
                fontsize=7.6,
            )
    axis.plot(0, 0.0, "o", color=LEARNED, zorder=3)
    axis.set_xticks(range(len(logs)), ["all", *(_short(name) for name, _, _ in course.volumes)])
    low = math.floor(min(logs)) - 0.3
    axis.set_ylim(low, 0.4)
    every = max(1, math.ceil(-low / 7))
    ticks = list(range(0, math.floor(low), -every))
    axis.set_yticks(ticks, [f"$10^{{{tick}}}$" if tick else "1" for tick in ticks])
    axis.set_xlim(-0.3, len(logs) - 0.5)
    axis.grid(axis="y", color=RULE, linewidth=0.6, zorder=0)
    axis.set_xlabel("after wave")
    axis.set_ylabel("share of the ranges")


def outputs_figure(course: Course, ensemble: Ensemble) -> Drawing:
    """Return where the ensemble's own statistics lie against the bands."""
    caption = (
        "Each dot is the mean of the simulations by which a set of the ensemble was judged; "
        "orange crosses miss the "
        f"band by more than {course.request.acceptance.sigmas:g} standard errors. Shaded: the "
        "band, drawn from −1 to 1; a band with one end has it at −1 or 1 and a unit of one "
        "standard deviation of the first wave. Thin grey: the middle 90 % of the first wave, drawn "
        "all over the ranges. Black bar: one standard error of a dot. At the ends of the axis: "
        "what lies beyond. On the right: the ensemble's median, and the band. "
        f"{origin(course, ensemble)}"
    )
    rows = [
        {
            "statistic": name,
            "set": place + 1,
            "value": f"{value:.6g}",
            "missed": int(name in ensemble.missed[place]),
        }
        for place, each in enumerate(ensemble.values)
        for name, value in each.items()
    ]
    return Drawing(
        "against-bands",
        lambda: _draw_outputs(course, ensemble),
        "The ensemble against the bands that its sets were judged by",
        caption,
        rows,
    )


def _draw_outputs(course: Course, ensemble: Ensemble) -> Figure:
    shown = [each for each in course.outputs if each.name not in course.unseen]
    count = len(shown)
    figure = new_figure(0.7 + 0.24 * count)
    axis = figure.subplots()
    axis.set_xlim(-_REACH, _REACH)
    axis.set_ylim(count - 0.4, -0.6)
    for row, output in enumerate(shown):
        _one_output(axis, row, course, ensemble, course.outputs.index(output))
    axis.set_yticks(
        range(count), [output.name.removeprefix("kpi.") for output in shown], fontsize=7.6
    )
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.set_xticks([-1.0, 0.0, 1.0], ["lower edge", "", "upper edge"])
    axis.set_xlabel("place against the band, in half widths")
    place_legend(
        figure,
        [
            Patch(color=BAND, label="band"),
            Line2D([], [], linestyle="", marker="o", color=LEARNED, label="set of the ensemble"),
            Line2D([], [], linestyle="", marker="x", color=MISSED, mew=1.4, label="misses it"),
            Line2D([], [], color=MUTED, linewidth=1.0, label="first wave, middle 90 %"),
            Line2D([], [], color=INK, linewidth=2.0, label="one standard error"),
        ],
    )
    return figure


def _one_output(axis: Axes, row: int, course: Course, ensemble: Ensemble, column: int) -> None:
    output = course.outputs[column]
    first = next(each for each in course.ended if each.step.kind == "wave").table[:, column]
    scaled = output.scaled(first)
    middle, half, low, high = _scale(output, scaled)
    axis.fill_between([low, high], row - 0.38, row + 0.38, color=BAND, linewidth=0.0, zorder=0)
    if np.isfinite(scaled).any():
        ends = (np.nanquantile(scaled, (0.05, 0.95)) - middle) / half
        shown = np.clip(ends, -_REACH, _REACH)
        axis.plot(shown, [row, row], color=MUTED, linewidth=0.9, zorder=1)
    values = np.array([each[output.name] for each in ensemble.values])
    missed = np.array([output.name in each for each in ensemble.missed])
    places = np.clip((output.scaled(values) - middle) / half, -_REACH, _REACH)
    nudge = row + np.linspace(-0.22, 0.22, len(places))
    axis.plot(
        places[~missed], nudge[~missed], "o", color=LEARNED, markersize=2.4, mew=0.0, zorder=3
    )
    axis.plot(places[missed], nudge[missed], "x", color=MISSED, markersize=4.0, mew=1.1, zorder=4)
    error = float(course.standard.errors[column]) / half
    if math.isfinite(error):
        axis.plot(
            [-_REACH + 0.06, -_REACH + 0.06 + min(error, 1.0)], [row, row], color=INK, linewidth=2.0
        )
    there = values[np.isfinite(values)]
    median = f"{np.median(there):.3g}" if len(there) else "undefined"
    axis.text(
        _REACH + 0.08,
        row,
        f"{median}  [{_band(output.target)}]",
        va="center",
        fontsize=7.4,
        color=INK,
        clip_on=False,
    )


def _band(target: Target) -> str:
    """Return a band with as many digits as there is room for."""
    if math.isfinite(target.low) and math.isfinite(target.high):
        return f"{target.low:.3g} to {target.high:.3g}"
    return target.band()


def _scale(output: Output, scaled: np.ndarray) -> tuple[float, float, float, float]:
    """Return middle and half width of the band as drawn, and its ends on that axis."""
    low, high = output.low, output.high
    spread = float(np.nanstd(scaled)) if np.isfinite(scaled).any() else 1.0
    if math.isfinite(low) and math.isfinite(high):
        half = (high - low) / 2.0 or spread or 1.0
        return (low + high) / 2.0, half, -1.0, 1.0
    spread = spread or 1.0
    if math.isfinite(low):
        return low + spread, spread, -1.0, _REACH
    return high - spread, spread, -_REACH, 1.0


def figures(course: Course, ensemble: Ensemble) -> list[Any]:
    """Return all figures of a calibration, in the order of its page."""
    from experiments.figures.calibration import marginal_figure, pair_figure

    return [
        outputs_figure(course, ensemble),
        marginal_figure(course, ensemble),
        pair_figure(course, ensemble),
        course_figure(course, ensemble),
    ]
