"""What a swept dimension shows, in tables of a page."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from experiments.analysis.curves import peak as peaks
from experiments.analysis.curves.peak import Peak
from experiments.analysis.interval import Interval
from experiments.analysis.wording import bracketed, decimals, plus_minus
from experiments.figures.setting import better_side, name_of, plain, unit_of
from experiments.kinds.curve.drawings import PARTY
from experiments.kinds.curve.findings import Curves, Met, Step
from experiments.kinds.curve.places import crossing_said, place_said
from experiments.report.curve_page import Cell, Rows


def tables_of(found: Curves) -> list[Rows]:
    """Return the tables of a page.

    Parameters
    ----------
    found : Curves
        What was found.
    """
    tables = [_places(found), *_steps(found), _extremes(found)]
    if found.met:
        tables.append(_meetings(found))
    return [*tables, _party_table(found)]


def _places(found: Curves) -> Rows:
    """Return the measures at the ends of the sweep and where named policies lie."""
    explored = found.explored
    plan, x = explored.plan, explored.axes[0]
    places = sorted({float(x[0]), *plan.nodes(0), float(x[-1])})
    rows = []
    for curve in plan.curves:
        for measure in plan.request.measures:
            held = found.bands[curve, measure]
            cells = [_at(held.x, (held.mean, held.low, held.high), place) for place in places]
            shared = decimals(cells)
            label = _label(found, curve, measure)
            rows.append([Cell(label), *(Cell(bracketed(each, shared)) for each in cells)])
    return Rows(
        "The measures along the way",
        ["mean [simultaneous 95 % band]", *(place_said(explored, place) for place in places)],
        rows,
        "The band holds the whole curve of means with 95 %, each measure by itself. Between points "
        "curves are joined by straight lines. All measures at all points: curves.csv.",
    )


def _at(x: np.ndarray, ends: Sequence[np.ndarray], place: float) -> Interval:
    known = ~np.isnan(ends[0])
    if not known.any():
        return Interval(math.nan, math.nan, math.nan, 0)
    mean, low, high = (float(np.interp(place, x[known], end[known])) for end in ends)
    return Interval(mean, low, high, 2)


def _label(found: Curves, curve: str, measure: str) -> str:
    said = label_of(measure)
    plan = found.explored.plan
    return f"{said}, {plan.titles[curve]}" if len(plan.curves) > 1 else said


def _steps(found: Curves) -> Iterator[Rows]:
    """Yield what a step from a named place does, a table a curve."""
    plan = found.explored.plan
    for curve in plan.curves:
        steps = [each for each in found.steps if each.curve == curve]
        if not steps:
            continue
        under = f", {plan.titles[curve]}" if len(plan.curves) > 1 else ""
        rows = [
            [
                Cell(label_of(measure)),
                *(change_cell(each.changes[measure], measure) for each in steps),
            ]
            for measure in plan.request.measures
        ]
        yield Rows(
            f"What a step does{under}",
            ["paired change ± 95 % interval", *(_step(found, each) for each in steps)],
            rows,
            "A step is a tenth of the sweep. The interval is of this one change; ▲ better, ▼ "
            "worse, ≈ not told from none.",
        )


def label_of(measure: str) -> str:
    """Return what to call a measure, with its unit."""
    unit = unit_of(measure)
    return name_of(measure) + (f" ({unit})" if unit not in ("", "1") else "")


def _step(found: Curves, step: Step) -> str:
    unit = found.explored.plan.request.sweep[0].unit
    return f"{step.title}: from {plain(step.start, unit)} to {plain(step.end, unit)}"


def change_cell(change: Interval, measure: str) -> Cell:
    """Return a paired change of a measure, marked where it is surely better or worse."""
    text = plus_minus(change, decimals([change]), signed=True)
    if math.isnan(change.low):
        return Cell(text)
    if change.low <= 0.0 <= change.high:
        return Cell(text, "same")
    side = better_side(measure) * (1 if change.mean > 0.0 else -1)
    return Cell(text, {1: "better", -1: "worse", 0: ""}[side])


def _extremes(found: Curves) -> Rows:
    """Return where each measure is best."""
    plan = found.explored.plan
    rows = []
    for measure in plan.request.measures:
        for curve in plan.curves:
            peak = found.peaks.get((curve, measure))
            if peak is None:
                continue
            value = bracketed(peak.value, decimals([peak.value]))
            rows.append(
                [
                    Cell(_label(found, curve, measure)),
                    Cell("highest" if peak.kind == "peak" else "lowest"),
                    Cell(_verdict(peak)),
                    Cell(place_said(found.explored, peak.place), "number"),
                    Cell(_range(found, peak), "number"),
                    Cell(value, "number"),
                ]
            )
    return Rows(
        "Where each measure is best",
        ["measure", "best", "where", "best mean at", "may lie between", "value there [95 %]"],
        rows,
        "A point stays possible unless another one is surely better (95 %), so that what is said "
        "does not lean on the shape of a curve. At an end of the range the best may lie beyond it.",
        words=True,
    )


def _verdict(peak: Peak) -> str:
    return f"{peak.verdict}{', perhaps in two places' if peak.apart else ''}"


def _range(found: Curves, peak: Peak) -> str:
    if peak.verdict in (peaks.CANNOT_TELL, peaks.FLAT):
        return "the whole range"
    unit = found.explored.plan.request.sweep[0].unit
    return f"{plain(peak.low, unit)} and {plain(peak.high, unit)}"


def _meetings(found: Curves) -> Rows:
    plan = found.explored.plan
    rows = []
    for each in found.met:
        if each.measure in plan.request.measures:
            names = f"{plan.titles[each.a]}, {plan.titles[each.b]}"
            rows.append(_met(found, each, [name_of(each.measure), names]))
    return Rows(
        "Where curves cross",
        ["measure", "curves", "verdict", "where [95 % interval]"],
        rows,
        "Judged by the band of the paired difference. All measures: crossings.csv.",
        words=True,
    )


def _met(found: Curves, each: Met, start: Sequence[str]) -> list[Cell]:
    places = [
        f"{crossing_said(found, one)}{'' if one.sure else ' (not sure)'}"
        for one in each.found.crossings
    ]
    return [*map(Cell, start), Cell(each.found.verdict), Cell("; ".join(places) or "–", "number")]


def _party_table(found: Curves) -> Rows:
    plan = found.explored.plan
    rows = []
    for parties in found.parties:
        under = [plan.titles[parties.curve]] if len(plan.curves) > 1 else []
        for name, turned in parties.over_neutral.items():
            who = [f"{PARTY[name]} gain or lose"]
            rows.append(_met(found, Met(name, name, "", turned), [*under, *who]))
        for each in parties.between:
            who = [f"{PARTY[each.a]} and {PARTY[each.b]} gain alike"]
            rows.append(_met(found, each, [*under, *who]))
    head = ["curve"] if len(plan.curves) > 1 else []
    return Rows(
        "Where gains turn, and where they cross",
        [*head, "what", "verdict", "where [95 % interval]"],
        rows,
        "A party gains where its mean payoff of a conversation over an issue is above that under "
        "the neutral policy on the same days.",
        words=True,
    )
