"""Which parameters matter: total indices, first-order ones beside, for measures and contrasts."""

import math
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from experiments.analysis.interval import Interval
from experiments.analysis.sensitivity.ranking import LEAST_SHARE, Ranked, Sides, ranked
from experiments.analysis.sensitivity.sobol import Indices
from experiments.figures.parts import letter, new_figure, note, place_legend, row_axis
from experiments.figures.setting import Setting, name_of, replications
from experiments.figures.style import COLOURS, INK, MUTED, Drawing

_ROW = 0.3  # inches
_ACROSS = 3  # panels in a row
_LETTERS = 84  # of headings beside each other
_MEASURE, _ANSWER = COLOURS[0], COLOURS[1]
_PALE = {"#0072B2": "#9CC7E2", "#D55E00": "#F0B88F"}
"""The same colours for what may matter: lighter, which is seen in print, too."""
_GREY = "#CFCFCF"
_NOISE = "#009E73"
_WHOLE = 1.06
"""Where an axis of shares ends: a share above 1 is the error of an estimate."""
_UP, _DOWN = -0.13, 0.24
"""Where in its row the total and the first-order index lie."""


@dataclass(frozen=True)
class Sensitivity:
    """Indices of measures and of contrasts between policies.

    Attributes
    ----------
    found : Indices
        Of all outputs.
    measures, contrasts : tuple of str
        The outputs to show: the numbers and the answers.
    setting : Setting
        Where they come from.
    labels : mapping of str
        Parameter, or output: what people call it.
    sides : mapping of Sides
        Contrast: how often which side is ahead.
    least : float
        A share of the variance that is nothing to care for.
    headings : mapping of str
        Output: what stands above its panel, where that is less than what people call it.
    topic : str
        What all outputs are about, where that is one thing: "customer loyalty".
    """

    found: Indices
    measures: tuple[str, ...]
    contrasts: tuple[str, ...]
    setting: Setting
    labels: Mapping[str, str] = field(default_factory=dict)
    sides: Mapping[str, Sides] = field(default_factory=dict)
    least: float = LEAST_SHARE
    headings: Mapping[str, str] = field(default_factory=dict)
    topic: str = ""

    def called(self, name: str) -> str:
        """Return what people call a parameter or an output."""
        return self.labels.get(name) or name_of(name).replace("_", " ")

    def rows(self, output: str) -> tuple[Ranked, ...]:
        """Return every parameter's part in an output, the largest first."""
        return ranked(self.found, output, self.least)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Contrasts first: they are the answer."""
        return (*self.contrasts, *self.measures)

    @property
    def order(self) -> list[str]:
        """The parameters, those first that have the largest part in a contrast, then elsewhere."""
        kind = "net_total" if self.found.noise_known else "total"

        def most(name: str, outputs: tuple[str, ...]) -> float:
            means = [self.found.of(output, name, kind).mean for output in outputs]
            return max((mean for mean in means if math.isfinite(mean)), default=-math.inf)

        keys = {
            name: (most(name, self.contrasts or self.measures), most(name, self.measures))
            for name in self.found.parameters
        }
        return sorted(keys, key=lambda name: keys[name], reverse=True)


def tornado(what: Sensitivity, name: str = "tornado") -> Drawing:
    """Return the total indices of every parameter, output by output.

    Parameters
    ----------
    what : Sensitivity
        What was found.
    name : str
        Of the figure's files.
    """
    topic = f"{what.topic[0].upper()}{what.topic[1:]}: what" if what.topic else "What"
    return Drawing(
        name=name,
        draw=lambda: _draw(what),
        title=f"{topic} decides the answer, and what moves the numbers",
        caption=_caption(what),
        data=list(_data(what)),
    )


def _caption(what: Sensitivity) -> str:
    found = what.found
    share = f"{100 * what.least:g} %"
    noise = (
        "Both are net of noise. Green ticks: what a parameter of no effect would "
        "get from the noise that this one stirs up, already taken off. "
        if found.noise_known
        else "One replication each: noise cannot be told from effects, so that every total may "
        "be too large by what a parameter of no effect gets. "
    )
    failed = int(found.failed.sum())
    lost = f"{failed:,} values of failed runs are left out. " if failed else ""
    return (
        "Bars: total Sobol' index, the share of an output's variance that a parameter has a part "
        "in, alone or with others; dots below: first-order index, its part alone. Lines: 95 % "
        "bootstrap intervals over base points, each for itself (arrow: beyond 100 %). Dashed: a "
        f"share too small to care for ({share}). Full: matters, its interval is above that; pale: "
        f"may matter; grey: does not matter; white: unknown. {noise}Orange: differences between "
        f"policies, what the answer hangs on; blue: measures. {lost}"
        f"{what.setting.facts(_runs(what))}"
    )


def _runs(what: Sensitivity) -> str:
    points = max((int(each) for each in what.found.rows), default=0)
    return f"{points:,} base points, {replications([what.found.replications])} of each run"


def _draw(what: Sensitivity) -> Figure:
    outputs, order = what.outputs, what.order
    columns = min(_ACROSS, len(outputs))
    lines = -(-len(outputs) // columns)
    figure = new_figure(0.5 + lines * (0.75 + _ROW * len(order)))
    axes = figure.subplots(lines, columns, squeeze=False, sharey=True, sharex=True).ravel()
    low, high = _reach(what)
    for place, axis in enumerate(axes):
        axis.set_visible(place < len(outputs))
        if place < len(outputs):
            _panel(axis, what, outputs[place], order)
        if place + columns >= len(outputs):
            axis.set_xlabel("share of the variance")
            axis.xaxis.set_tick_params(labelbottom=True)
    axes[0].set_xlim(low, high)
    axes[0].xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes[0].xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    place_legend(figure, _handles(what))
    return figure


def _reach(what: Sensitivity) -> tuple[float, float]:
    """Return the ends of the axis of shares: from 0 (or below) to the farthest end."""
    ends = [
        end
        for output in what.outputs
        for row in what.rows(output)
        for each in (row.total, row.first)
        for end in each[:3]
        if math.isfinite(end)
    ]
    return max(min([-0.02, *ends]), -0.15), min(max([0.1, *ends]) * 1.04, _WHOLE)


def _handles(what: Sensitivity) -> list[Any]:
    kinds = [
        (_ANSWER, "difference of policies", what.contrasts),
        (_MEASURE, "measure", what.measures),
    ]
    found: list[Any] = [Patch(facecolor=tint, label=label) for tint, label, some in kinds if some]
    verdicts = {row.verdict for output in what.outputs for row in what.rows(output)}
    pale = _PALE[_ANSWER if what.contrasts else _MEASURE]
    doubts = [("may matter", pale), ("does not matter", _GREY)]
    found += [Patch(facecolor=tint, label=word) for word, tint in doubts if word in verdicts]
    dot: dict[str, Any] = {
        "linestyle": "",
        "marker": "o",
        "color": INK,
        "mfc": "white",
        "markersize": 4.5,
    }
    found.append(Line2D([], [], label="first-order", **dot))
    found.append(Line2D([], [], color=MUTED, linestyle=(0, (4, 3)), label="too small"))
    if what.found.noise_known:
        tick: dict[str, Any] = {
            "linestyle": "",
            "marker": "|",
            "color": _NOISE,
            "markersize": 9.0,
            "mew": 2.2,
        }
        found.append(Line2D([], [], label="chance, taken off", **tick))
    return found


def _panel(axis: Axes, what: Sensitivity, output: str, order: list[str]) -> None:
    room = _LETTERS // min(_ACROSS, len(what.outputs))
    letter(axis, textwrap.fill(what.headings.get(output) or what.called(output), room))
    row_axis(axis, [what.called(name) for name in order])
    axis.axvline(0.0, color=MUTED, linewidth=0.8, zorder=1)
    axis.axvline(what.least, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    found = {row.parameter: row for row in what.rows(output)}
    if all(math.isnan(row.total.mean) for row in found.values()):
        note(axis, "does not vary")
        return
    tint = _ANSWER if output in what.contrasts else _MEASURE
    for place, name in enumerate(order):
        row = found[name]
        _bar(axis, row, place, tint)
        dummy = what.found.of(output, name, "dummy").mean
        if math.isfinite(dummy):
            look: dict[str, Any] = {"color": _NOISE, "markersize": 10.0, "mew": 2.2, "zorder": 5}
            axis.plot(dummy, place + _UP, "|", **look)


def _bar(axis: Axes, row: Ranked, place: int, tint: str) -> None:
    faces = {"matters": tint, "may matter": _PALE[tint], "does not matter": _GREY}
    face = faces.get(row.verdict, "white")
    if math.isfinite(row.total.mean):
        edge = MUTED if row.verdict == "unknown" else face
        axis.barh(
            place + _UP, row.total.mean, 0.42, color=face, edgecolor=edge, linewidth=0.8, zorder=2
        )
    _whisker(axis, row.total, place + _UP, 1.3)
    _whisker(axis, row.first, place + _DOWN, 0.9)
    if math.isfinite(row.first.mean):
        axis.plot(
            row.first.mean, place + _DOWN, "o", color=INK, mfc="white", markersize=4.0, zorder=5
        )


def _whisker(axis: Axes, each: Interval, at: float, width: float) -> None:
    if math.isfinite(each.low) and math.isfinite(each.high):
        axis.plot([each.low, each.high], [at, at], color=INK, linewidth=width, zorder=4)
        if each.high > _WHOLE:
            axis.plot(_WHOLE, at, ">", color=INK, markersize=4.0, zorder=5, clip_on=False)


def _data(what: Sensitivity) -> Iterator[dict[str, Any]]:
    for output in what.outputs:
        for row in what.rows(output):
            dummy = what.found.of(output, row.parameter, "dummy")
            yield {
                "output": output,
                "kind": "contrast" if output in what.contrasts else "measure",
                "parameter": row.parameter,
                "total": row.total.mean,
                "total_low": row.total.low,
                "total_high": row.total.high,
                "first": row.first.mean,
                "first_low": row.first.low,
                "first_high": row.first.high,
                "dummy": dummy.mean,
                "net_of_noise": what.found.noise_known,
                "least": what.least,
                "verdict": row.verdict,
                "base_points": row.total.n,
            }
