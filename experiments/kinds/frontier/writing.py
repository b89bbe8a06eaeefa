"""What a frontier leaves: tables, summary, figure and page."""

import csv
import json
import math
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from experiments.analysis.headlines import HEADLINES
from experiments.calibration.plain import plain
from experiments.figures.frontier import PICK_NAMES, PICKS, Outlook
from experiments.figures.frontier_words import sentences
from experiments.figures.setting import Setting, axis_label, name_of, unit_of
from experiments.kinds.frontier.dimensions import (
    DIMENSIONS,
    field_of,
    said,
    value_of,
)
from experiments.kinds.frontier.findings import NAMED, OUTSIDE, Findings
from experiments.kinds.frontier.objectives import COST, aim_of, definition
from experiments.kinds.work import NAMES
from experiments.report.frontier_page import Strategy, write_frontier
from experiments.store import parquet

METHODS = {
    "design": "a Sobol' design, refined around the frontier",
    "nsga2": "NSGA-II",
    "nsga3": "NSGA-III",
}

_STAGES = {NAMED: "named", OUTSIDE: "outside", 0: "start", 1: "design"}

_ENDS = (0.1, 0.5, 0.9)


def outlook_of(found: Findings) -> Outlook:
    """Return the findings as figures take them."""
    asked = found.request
    aims = tuple(map(aim_of, asked.objectives))
    customers, seats = asked.centre.customers, asked.centre.seats
    return Outlook(
        aims=aims,
        found=found.frontier,
        choices=found.choices,
        named=found.named,
        shortfalls=found.shortfalls,
        setting=Setting(
            titles=asked.titles,
            seed=asked.seed,
            warmup_days=asked.warmup_days,
            days=asked.days,
            customers=(customers, customers),
            seats=(seats, seats),
            config_hash=asked.hash,
        ),
        outside=None if found.outside in found.named.values() else found.outside,
        runs=found.runs,
        slack=asked.slacks,
    )


def write_all(folder: Path, found: Findings, provenance: Mapping[str, Any]) -> None:
    """Write frontier.csv, runs.csv, summary.json, the figure and report.html.

    Parameters
    ----------
    folder : Path
        Where to.
    found : Findings
        What was found.
    provenance : mapping
        Where it comes from.
    """
    parquet.write_text(folder / "frontier.csv", points_csv(found))
    parquet.write_text(folder / "runs.csv", runs_csv(found))
    parquet.write_text(folder / "summary.json", summary_text(found))
    outlook = outlook_of(found)
    write_frontier(folder, outlook, strategy_of(found), _words(found, outlook), provenance)


def numbers(found: Findings, place: int) -> dict[str, str]:
    """Return what was searched of a point's policy, in words."""
    policy = found.policies[place]
    return {name: said(name, value_of(policy, name)) for name in found.request.space.names}


def strategy_of(found: Findings) -> Strategy:
    """Return what the points are, as the page takes it."""
    space = found.request.space
    rows, spread = [], []
    for name, (low, high) in space.ends.items():
        field = field_of(name)
        unit = str(field.json_schema_extra.get("unit", "1"))
        bare = "" if unit == "1" else unit
        rows.append((name, bare, said(name, low), said(name, high), field.description))
        on = [value_of(found.policies[at], name) for at in np.flatnonzero(found.frontier.on)]
        # By rank, as a number may be infinite.
        ends = [sorted(on)[round(share * (len(on) - 1))] if on else math.nan for share in _ENDS]
        spread.append((said(name, ends[0]), said(name, ends[1]), said(name, ends[2])))
    with np.errstate(invalid="ignore"):
        there = ~np.isnan(found.measures)
        total = np.where(there, found.measures, 0.0).sum(axis=0)
        means = total / np.where(there.any(axis=0), there.sum(axis=0), np.nan)
    shown = [name for name in HEADLINES if name not in found.request.objectives]
    return Strategy(
        dimensions=rows,
        numbers=[numbers(found, place) for place in range(len(found.policies))],
        spread=spread,
        measures=[
            (name_of(name), unit_of(name), means[:, NAMES.index(name)].tolist()) for name in shown
        ],
        changed=_changed(found),
    )


def _changed(found: Findings) -> list[str]:
    """Return in what named policies differ from the base beside what was searched."""
    asked = found.request
    lines = []
    for name, policy in asked.named.items():
        apart = [
            f"{each} {said(each, value_of(policy, each))}"
            for each in DIMENSIONS
            if each not in asked.space.ends
            and value_of(policy, each) != value_of(asked.space.base, each)
        ]
        if apart:
            lines.append(f"{asked.titles[name]}: {', '.join(apart)}")
    return lines


def _words(found: Findings, outlook: Outlook) -> dict[str, Any]:
    asked = found.request
    over = "all after the branch" if asked.period == "whole" else asked.period.replace("_", " ")
    spare = [f"{x:g} of {name}" for name, x in asked.slack.items() if x > 0.0]
    return {
        "name": asked.name,
        "question": asked.question or "Which policies does no other beat in everything?",
        "method": METHODS[asked.search.method],
        "base": asked.experiment.title_of(asked.base),
        "period": over,
        "slack": " and ".join(spare),
        "seed": asked.seed,
        "text": asked.text(),
        "shares": [
            (PICK_NAMES[name], f"{100 * float(choice.shares[choice.index]):.0f} %")
            for name, choice in outlook.picks.items()
            if choice.index is not None and len(choice.shares)
        ],
    }


def _csv(header: list[str], rows: list[list[Any]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _short(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"


def points_csv(found: Findings) -> str:
    """Return every policy with its numbers, its means and its standing, a row each."""
    asked, on = found.request, found.frontier
    names = {place: name for name, place in found.named.items()}
    objectives = list(asked.objectives)
    header = ["point", "policy", "stage", *DIMENSIONS, *objectives]
    header += ["n", "front", "on_frontier", "may_be_on_frontier", "probability", "p"]
    rows = []
    for place, policy in enumerate(found.policies):
        stage = int(found.stage[place])
        rows.append(
            [
                place + 1,
                names.get(place, asked.neutral if place == found.outside else ""),
                _STAGES.get(stage, f"round {stage - 1}"),
                *(_number(name, value_of(policy, name)) for name in DIMENSIONS),
                *(_short(float(value)) for value in on.means[place]),
                int(on.n[place]),
                int(on.front[place]),
                int(on.on[place]),
                int(on.kept[place]),
                _short(float(on.probability[place])),
                _short(float(on.p[place])),
            ]
        )
    return _csv(header, rows)


def _number(name: str, value: float) -> str:
    return said(name, value) if math.isinf(value) else f"{value:.6g}"


def runs_csv(found: Findings) -> str:
    """Return every run, a row each: point, replication, every measure."""
    asked = found.request
    rows = []
    extra = [at for at, name in enumerate(asked.objectives) if name == COST]
    for place in range(len(found.policies)):
        for turn in np.flatnonzero(~np.isnan(found.measures[:, place]).all(axis=1)).tolist():
            own = [_short(float(found.values[turn, place, at])) for at in extra]
            measures = [_short(float(value)) for value in found.measures[turn, place]]
            rows.append([place + 1, turn + 1, *own, *measures])
    return _csv(["point", "replication", *(COST for _ in extra), *NAMES], rows)


def summary_text(found: Findings) -> str:
    """Return what was found as JSON."""
    asked, on = found.request, found.frontier
    volume = on.volume
    outlook = outlook_of(found)

    def point(place: int) -> dict[str, Any]:
        return {
            "point": place + 1,
            "numbers": {
                name: _finite(name, value_of(found.policies[place], name))
                for name in asked.space.names
            },
            "means": dict(zip(asked.objectives, map(float, on.means[place]), strict=True)),
            "n": int(on.n[place]),
            "on_frontier": bool(on.on[place]),
            "may_be_on_frontier": bool(on.kept[place]),
            "probability": float(on.probability[place]),
        }

    chosen: dict[str, Any] = {}
    for name in PICKS:
        choice = getattr(found.choices, name)
        if choice is not None and choice.index is not None:
            share = float(choice.shares[choice.index]) if len(choice.shares) else math.nan
            chosen[name] = {**point(choice.index), "share_of_resamples": share}
        else:
            chosen[name] = None
    made = {
        "name": asked.name,
        "objectives": {
            aim.name: {
                "definition": definition(aim.name),
                "unit": aim.unit,
                "better": aim.better,
            }
            for aim in outlook.aims
        },
        "period": asked.period,
        "policies_tried": len(found.policies),
        "runs": found.runs,
        "on_frontier": int(on.on.sum()),
        "may_be_on_frontier": int(on.kept.sum()),
        "hypervolume": {
            "value": volume.value,
            "low": volume.low,
            "high": volume.high,
            "bias": volume.bias,
            "reference": dict(zip(asked.objectives, map(float, volume.reference), strict=True)),
        },
        "chosen": chosen,
        "named": {
            name: {**point(place), "shortfall": _shortfall(found, name)}
            for name, place in found.named.items()
        },
        "frontier": [point(at) for at in np.flatnonzero(on.on).tolist()],
        "sentences": list(sentences(outlook)),
    }
    return json.dumps(plain(made), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(name: str, value: float) -> float | str:
    return said(name, value) if math.isinf(value) else value


def _shortfall(found: Findings, name: str) -> dict[str, Any] | None:
    fall = found.shortfalls.get(name)
    if fall is None:
        return None
    return {
        "distance": fall.distance,
        "distance_low": fall.distance_low,
        "distance_high": fall.distance_high,
        "dominated": fall.dominated,
        "savings": {
            each.objective: {
                "by": None if each.by is None else each.by + 1,
                "amount": each.amount,
                "low": each.low,
                "high": each.high,
                "shown": each.low > 0.0,
                "holds": each.holds,
                "fresh": list(each.fresh),
            }
            for each in fall.savings
        },
    }


def table_text(found: Findings) -> str:
    """Return what is printed: the two sentences, and the policies side by side."""
    outlook = outlook_of(found)
    names = {place: name for name, place in found.named.items()}
    for name, choice in outlook.picks.items():
        if choice.index is not None:
            names[choice.index] = " = ".join(filter(None, [names.get(choice.index, ""), name]))
    rows = [["", *(axis_label(aim.label, aim.unit) for aim in outlook.aims), "non-dominated in"]]
    for place, name in names.items():
        chance = float(found.frontier.probability[place])
        share = "–" if math.isnan(chance) else f"{100 * chance:.0f} %"
        rows.append(
            [name, *(outlook.told(place, k, bare=True) for k in range(len(outlook.aims))), share]
        )
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, "", *sentences(outlook)])
