"""Where the model's own data lie, and where the published findings say that they must.

Bands differ in unit and size. A band with two ends is drawn from −1 to 1; one with one end has it
there, and is scaled so that what was found can be seen.
"""

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.evidence.fact import Estimate, Part
from experiments.evidence.judging import NOTHING, Judged
from experiments.evidence.wording import MENDED, band_text, marked, sizes, value_text
from experiments.figures.parts import new_figure, place_legend
from experiments.figures.style import INK, MUTED, RULE, Drawing

COLOURS = {"holds": "#009E73", "fails": "#D55E00", "cannot be told": "#E69F00"}
"""Of Okabe and Ito's colours: the marker says the same."""

MARKERS = {"holds": "o", "fails": "X", "cannot be told": "D"}
BAND = "#DCE9F3"
OFF = "#6F6F6F"
"""What was found with the mechanism off."""

REACH = 3.0
"""Half the axis: what lies beyond is drawn as an arrow at its end."""

_FILL = 1.6
"""How far from a single edge the farther end of the interval is drawn."""

_ROW = 0.30  # inches
_HEADING = 0.36
_FOOT = 1.15
_LETTERS = 125  # of a part's heading, in the width of the page


@dataclass(frozen=True)
class Scale:
    """How a part's own unit becomes the common axis: ``(value - middle) / half``.

    Attributes
    ----------
    middle, half : float
        Of the band, in the part's unit; of an open band what stands for them.
    low, high : float
        The band on the common axis, infinite where it is open.
    """

    middle: float
    half: float
    low: float
    high: float

    def at(self, value: float) -> float:
        """Return where a value lies on the common axis."""
        return (value - self.middle) / self.half


def scale_of(part: Part, *found: Estimate) -> Scale:
    """Return the scale on which a part is drawn.

    Parameters
    ----------
    part : Part
        The part.
    *found : Estimate
        What must be seen, where the band does not give a scale.
    """
    low, high = part.low, part.high
    if math.isfinite(low) and math.isfinite(high) and high > low:
        return Scale((low + high) / 2.0, (high - low) / 2.0, -1.0, 1.0)
    ends = [
        end for each in found for end in (each.value, each.low, each.high) if math.isfinite(end)
    ]
    edge = low if math.isfinite(low) else high if math.isfinite(high) else 0.0
    half = max((abs(end - edge) for end in ends), default=1.0) / _FILL or 1.0
    open_low, open_high = math.isinf(low), math.isinf(high)
    if open_low and open_high:
        return Scale(edge, half, -math.inf, math.inf)
    # The edge lies at -1 or at 1, as that of a band with two ends would.
    place = 1.0 if open_low else -1.0
    middle = edge - place * half
    return Scale(middle, half, -math.inf if open_low else place, math.inf if open_high else place)


def overview(judged: Sequence[Judged], seed: int) -> Drawing | None:
    """Return one row for each judged part, all on one standardised axis; None without any.

    Parameters
    ----------
    judged : sequence of Judged
        What was found.
    seed : int
        Of the sampling plan.
    """
    groups = [
        (use, [each for each in judged if each.fact.use == use])
        for use in ("E", "C")
        if any(each.fact.use == use for each in judged)
    ]
    if not any(_rows(facts) for _, facts in groups):
        return None
    return Drawing(
        "facts",
        lambda: _draw_overview(groups),
        "Where the model's own data lie, against the bands",
        "Each row is a part of a fact; shaded: its band. A band with two ends is drawn from −1 to "
        "1; one with one end, written beside the name, has it at −1 or 1 and is scaled so that the "
        "interval can be seen; < and > leave the end itself out. "
        "Lines: 95 % bootstrap intervals of the statistic (not a spread of runs); arrows: beyond "
        f"the axis.{_mended(judged)} n = {sizes(judged)}. Seed {seed}.",
        list(_data(judged)),
    )


def of_fact(each: Judged, seed: int) -> Drawing | None:
    """Return the figure of one fact, each part in its own unit; None where nothing was found.

    Parameters
    ----------
    each : Judged
        What was found.
    seed : int
        Of the sampling plan.
    """
    if not any(math.isfinite(found.value) for found in each.estimates.values()):
        return None
    off = " Grey: the same with the mechanism off that codes the sign." if each.ablated else ""
    return Drawing(
        f"fact-{each.fact.id}",
        lambda: _draw_fact(each),
        f"{marked(each.fact)}: {each.verdict}",
        "Shaded: the band; line: 95 % bootstrap interval of the statistic (not a spread of "
        f"runs).{off}{_mended([each])} n = {sizes([each])}. Seed {seed}.",
        list(_data([each])),
    )


def _mended(judged: Sequence[Judged]) -> str:
    """Return what the mark means, where a fact has it."""
    if not any(each.fact.mended for each in judged):
        return ""
    return f" {MENDED}: a mechanism was added to the model after the fact had failed."


def _rows(facts: Sequence[Judged]) -> list[tuple[Judged, Part, Estimate, str]]:
    return [
        (each, part, estimate, verdict)
        for each in facts
        for part, estimate, verdict in each.parts()
        if verdict is not None and math.isfinite(estimate.value)
    ]


def _data(judged: Sequence[Judged]) -> Iterator[Mapping[str, Any]]:
    for each in judged:
        for part, estimate, verdict in each.parts():
            off = each.ablated.estimates.get(part.name, NOTHING) if each.ablated else NOTHING
            yield {
                "id": f"{each.fact.id}.{part.name}",
                "use": each.fact.use,
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "band_low": part.low,
                "band_high": part.high,
                "strict": part.strict,
                "verdict": verdict or "",
                "n": estimate.n,
                "of": estimate.of,
                "ablated_value": off.value,
                "ablated_low": off.low,
                "ablated_high": off.high,
            }


def handles(*, ablated: bool) -> list[Any]:
    """Return the legend's entries."""
    found: list[Any] = [
        Line2D(
            [], [], color=COLOURS[verdict], marker=MARKERS[verdict], linewidth=1.6, label=verdict
        )
        for verdict in COLOURS
    ]
    found.append(Patch(facecolor=BAND, label="band"))
    if ablated:
        found.append(
            Line2D([], [], color=OFF, marker="o", mfc="white", linewidth=1.2, label="mechanism off")
        )
    return found


def _draw_overview(groups: Sequence[tuple[str, Sequence[Judged]]]) -> Figure:
    counts = [len(_rows(facts)) for _, facts in groups]
    figure = new_figure(_FOOT + sum(_HEADING + _ROW * max(1, count) for count in counts))
    axes = figure.subplots(
        len(groups),
        1,
        squeeze=False,
        sharex=True,
        gridspec_kw={"height_ratios": [max(1, count) + 1.2 for count in counts]},
    )[:, 0]
    titles = {
        "E": "E: facts that must emerge, the test",
        "C": "C: facts that may be calibrated to",
    }
    for axis, (use, facts) in zip(axes, groups, strict=True):
        rows = _rows(facts)
        axis.set_title(titles[use], fontweight="bold", color=INK)
        for place, (each, part, estimate, verdict) in enumerate(rows):
            off = each.ablated.estimates.get(part.name) if each.ablated else None
            scale = scale_of(part, estimate)
            _band(axis, scale.low, scale.high, place)
            if off is not None:
                _mark(axis, _placed(scale, off), place + 0.27, "off")
            _mark(axis, _placed(scale, estimate), place, verdict)
        _row_labels(axis, [_label(each, part) for each, part, _, _ in rows])
        _own_numbers(axis, [value_text(estimate) for _, _, estimate, _ in rows])
        axis.set_xlim(-REACH, REACH)
        axis.set_xticks([-1.0, 1.0], ["lower edge", "upper edge"])
        for edge in (-1.0, 1.0):
            axis.axvline(edge, color=MUTED, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
    axes[-1].set_xlabel(
        "distance from the middle of the band, in half bands (of a band with two ends)"
    )
    place_legend(figure, handles(ablated=any(each.ablated for _, f in groups for each in f)))
    return figure


def _label(each: Judged, part: Part) -> str:
    """Return what a row is called, with its band where that has one end."""
    name = f"{marked(each.fact)}  {part.name}"
    two_ends = math.isfinite(part.low) and math.isfinite(part.high)
    return name if two_ends else f"{name}  {band_text(part)}"


def _placed(scale: Scale, found: Estimate) -> tuple[float, float, float]:
    return scale.at(found.value), scale.at(found.low), scale.at(found.high)


def _band(axis: Axes, low: float, high: float, place: float) -> None:
    ends = (max(low, -REACH), min(high, REACH))
    axis.fill_betweenx([place - 0.4, place + 0.4], *ends, color=BAND, linewidth=0.0, zorder=0)


def _mark(axis: Axes, at: tuple[float, float, float], place: float, verdict: str) -> None:
    """Draw a value with its interval; an arrow at the axis' end where it lies beyond."""
    value, low, high = at
    off = verdict == "off"
    tint = OFF if off else COLOURS[verdict]
    if not math.isfinite(value):
        return
    if abs(value) > REACH:
        end = math.copysign(REACH - 0.06, value)
        arrow = ">" if value > 0 else "<"
        axis.plot(end, place, arrow, color=tint, mfc="white" if off else tint, markersize=7.0)
        return
    if math.isfinite(low) and math.isfinite(high):
        ends = [max(low, -REACH), min(high, REACH)]
        axis.plot(ends, [place, place], color=tint, linewidth=1.2 if off else 1.8, zorder=3)
    axis.plot(
        value,
        place,
        "o" if off else MARKERS[verdict],
        color=tint,
        mfc="white" if off else tint,
        mew=1.0 if off else 0.0,
        markersize=4.5 if off else 6.5,
        zorder=4,
    )


def _row_labels(axis: Axes, labels: Sequence[str]) -> None:
    axis.set_yticks(range(len(labels)), labels)
    axis.set_ylim(len(labels) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    for row in range(1, len(labels)):
        axis.axhline(row - 0.5, color=RULE, linewidth=0.5, zorder=0)


def _own_numbers(axis: Axes, texts: Sequence[str]) -> None:
    """Write what was found in its own unit at the right."""
    beside = axis.twinx()
    beside.set_ylim(axis.get_ylim())
    beside.set_yticks(range(len(texts)), texts)
    beside.tick_params(axis="y", length=0, labelsize=7.8)
    for side in beside.spines.values():
        side.set_visible(False)


def _draw_fact(each: Judged) -> Figure:
    rows = [(part, found, verdict) for part, found, verdict in each.parts()]
    figure = new_figure(0.75 + 0.78 * len(rows))
    axes = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axis, (part, found, verdict) in zip(axes, rows, strict=True):
        off = each.ablated.estimates.get(part.name) if each.ablated else None
        _own_unit(axis, part, found, verdict, off)
    place_legend(figure, handles(ablated=each.ablated is not None))
    return figure


def _own_unit(
    axis: Axes, part: Part, found: Estimate, verdict: str | None, off: Estimate | None
) -> None:
    """Draw a part on an axis of its own."""
    ends = [
        end
        for each in (found, *([off] if off else []))
        for end in (each.value, each.low, each.high)
        if math.isfinite(end)
    ]
    edges = [edge for edge in (part.low, part.high) if math.isfinite(edge)]
    seen = [*ends, *edges] or [0.0]
    low, high = min(seen), max(seen)
    room = 0.12 * (high - low) or 0.5
    low, high = low - room, high + room
    axis.set_xlim(low, high)
    axis.set_ylim(-1.0, 1.0)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    if part.judged:
        band = (max(part.low, low), min(part.high, high))
        axis.axvspan(*band, color=BAND, linewidth=0.0, zorder=0)
        for edge in edges:
            axis.axvline(edge, color=MUTED, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
    _line(axis, found, 0.15 if off else 0.0, verdict)
    if off is not None:
        _line(axis, off, -0.5, "off")
    told = f"{value_text(found)}, {_band_words(part)}"
    axis.set_title(
        "\n".join(textwrap.wrap(f"{part.name}: {part.what}: {told}", _LETTERS)),
        fontsize=8.6,
        pad=3.0,
        x=0.005,
    )


def _band_words(part: Part) -> str:
    return f"band {band_text(part)}" if part.judged else band_text(part)


def _line(axis: Axes, found: Estimate, place: float, verdict: str | None) -> None:
    off = verdict == "off"
    tint = OFF if off or verdict is None else COLOURS[verdict]
    if math.isfinite(found.low) and math.isfinite(found.high):
        axis.plot([found.low, found.high], [place, place], color=tint, linewidth=1.8, zorder=3)
    if math.isfinite(found.value):
        hollow = off or verdict is None
        axis.plot(
            found.value,
            place,
            "o" if hollow else MARKERS[str(verdict)],
            color=tint,
            mfc="white" if hollow else tint,
            mew=1.0 if hollow else 0.0,
            markersize=6.5,
            zorder=4,
        )
