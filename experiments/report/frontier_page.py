"""Builds the page of a frontier: what it offers, and where the named policies lie."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.analysis.interval import Interval
from experiments.figures.frontier import PICK_NAMES, Outlook, frontier
from experiments.figures.frontier_words import sentences, standing, verdict
from experiments.figures.setting import in_unit, plain, three, told
from experiments.report.page import environment, figure_of
from experiments.store import parquet


@dataclass(frozen=True, eq=False)
class Strategy:
    """What the points are, as the page takes it.

    Attributes
    ----------
    dimensions : sequence of (name, unit, low, high, meaning)
        What was searched, all in words.
    numbers : sequence of mapping
        Point by point: each dimension's number in words.
    spread : sequence of (str, str, str)
        By dimension: the least, the median and the greatest number on the frontier, in words.
    measures : sequence of (label, unit, values)
        The headline measures: a mean for every point.
    changed : sequence of str
        Numbers in which named policies differ and that were not searched.
    """

    dimensions: Sequence[tuple[str, str, str, str, str]]
    numbers: Sequence[Mapping[str, str]]
    spread: Sequence[tuple[str, str, str]]
    measures: Sequence[tuple[str, str, Sequence[float]]]
    changed: Sequence[str]


def write_frontier(
    folder: Path,
    outlook: Outlook,
    strategy: Strategy,
    request: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> Path:
    """Write the figure and report.html, and return the latter.

    Parameters
    ----------
    folder : Path
        Where to.
    outlook : Outlook
        What was found.
    strategy : Strategy
        What the points are.
    request : mapping
        What was asked: name, question, base, period, method and more, in words.
    provenance : mapping
        Where it comes from.
    """
    drawing = frontier(outlook)
    volume = outlook.found.volume
    page = (
        environment()
        .get_template("frontier.html.jinja")
        .render(
            request=request,
            outlook=outlook,
            lead=verdict(outlook, strategy.numbers),
            said=[sentences(outlook)[0], standing(outlook)],
            figure=figure_of(drawing, drawing.save(folder / "figures")),
            chosen=chosen(outlook, strategy),
            savings=savings(outlook, strategy),
            spread=[
                (*row[:4], *ends, row[4])
                for row, ends in zip(strategy.dimensions, strategy.spread, strict=True)
            ],
            changed=strategy.changed,
            volume=_volume(volume.value, volume.low, volume.high),
            reference=[
                f"{aim.label} {plain(float(x), aim.unit)}"
                for aim, x in zip(outlook.aims, volume.reference, strict=True)
            ],
            provenance=provenance,
        )
    )
    path = folder / "report.html"
    parquet.write_text(path, page)
    return path


def _label(label: str, unit: str) -> str:
    return label if unit in ("", "1", "0-1") else f"{label} ({unit})"


def _volume(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return ""
    ends = "" if math.isnan(low) else f" [{three(low)}, {three(high)}]"
    return f"{three(value)}{ends}"


def chosen(outlook: Outlook, strategy: Strategy) -> dict[str, Any]:
    """Return the named policies and the choices side by side: columns, and rows of what they are.

    Parameters
    ----------
    outlook : Outlook
        What was found.
    strategy : Strategy
        What the points are.
    """
    columns = [(outlook.setting.title(name), place) for name, place in outlook.named.items()]
    columns += [
        (PICK_NAMES[name], choice.index)
        for name, choice in outlook.picks.items()
        if choice.index is not None
    ]
    places = [place for _, place in columns]
    found = outlook.found
    rows = [
        (
            "objective",
            _label(aim.label, aim.unit),
            [outlook.told(p, k, bare=True) for p in places],
        )
        for k, aim in enumerate(outlook.aims)
    ]
    rows += [
        (
            "standing",
            "non-dominated in … of resamples",
            [_percent(found.probability[p]) for p in places],
        ),
        (
            "standing",
            "not ruled out, all policies together",
            ["yes" if found.kept[p] else "no" for p in places],
        ),
        ("standing", "replications", [str(int(found.n[p])) for p in places]),
    ]
    rows += [
        ("number", _label(row[0], row[1]), [strategy.numbers[p][row[0]] for p in places])
        for row in strategy.dimensions
    ]
    rows += [
        ("measure", _label(label, unit), [three(float(values[p])) for p in places])
        for label, unit, values in strategy.measures
    ]
    return {"columns": [name for name, _ in columns], "named": len(outlook.named), "rows": rows}


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.0f} %"


def savings(outlook: Outlook, strategy: Strategy) -> list[dict[str, Any]]:
    """Return a row for each named policy and objective: what could be saved, how surely, by what.

    Parameters
    ----------
    outlook : Outlook
        What was found.
    strategy : Strategy
        What the points are.
    """
    rows = []
    for policy, fall in outlook.shortfalls.items():
        n = int(outlook.found.n[outlook.named[policy]])
        for aim, each in zip(outlook.aims, fall.savings, strict=True):
            there = each.by is not None and each.amount > 0.0
            by = "" if each.by is None else f"policy {each.by + 1}"
            fresh = ", ".join(
                f"{other.short} {_signed(value * other.better, other.unit)}"
                for other, value in zip(outlook.aims, each.fresh, strict=True)
                if math.isfinite(value)
            )
            rows.append(
                {
                    "policy": outlook.setting.title(policy),
                    "what": f"{'less' if aim.better < 0 else 'more'} {aim.label}",
                    "amount": told(
                        Interval(each.amount, each.low, each.high, n), aim.unit, change=True
                    )
                    if there
                    else "none found",
                    "shown": each.low > 0.0,
                    "holds": _percent(each.holds) if there else "",
                    "by": by if there else "",
                    "numbers": ", ".join(
                        f"{name} {text}" for name, text in strategy.numbers[each.by].items()
                    )
                    if there and each.by is not None
                    else "",
                    "fresh": fresh if there else "",
                }
            )
    return rows


def _signed(value: float, unit: str) -> str:
    scale, tail = in_unit(unit, change=True)
    text = three(scale * value)
    return f"{'+' if value > 0 else ''}{text}{tail}"
