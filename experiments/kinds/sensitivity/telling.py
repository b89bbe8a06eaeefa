"""A sensitivity analysis in rows and sentences, for its page."""

import math
from typing import Any

import numpy as np

from experiments.analysis.wording import UNDEFINED
from experiments.figures.setting import listed, three
from experiments.kinds.sensitivity.findings import Findings
from experiments.kinds.sensitivity.request import Request
from experiments.kinds.sensitivity.verdict import called
from experiments.kinds.varied.ranges import left_out, numbers


def chosen_words(found: Findings) -> list[str]:
    """Return which parameters were looked at, and how they were chosen."""
    request, chosen = found.request, found.chosen
    said = []
    if found.screening is not None:
        left = found.screening.left
        moved = len(left.kept) + len(left.dropped)
        things = "parameters" if moved == len(request.ranges) else "parameters and groups"
        said.append(
            f"The screening moved {moved} {things} ({len(request.ranges)} parameters in all) along "
            f"{request.screening.trajectories} paths through their ranges: {len(left.kept)} of "
            "them do more to a measure, or to a difference between policies, than a parameter of "
            f"no effect would by chance in any of the {len(found.outputs)} outputs, but for one "
            "such parameter in forty; those with the largest effects come first."
        )
        if left.dropped:
            name = max(left.passed_over, key=lambda each: _finite(left.passed_over[each]))
            said.append(
                "What was dropped could at the most do "
                f"{100 * _finite(left.passed_over[name]):.0f} % of what the strongest does "
                f"({name}; by the upper end of its interval, in outputs that something was kept "
                "for)."
            )
    if chosen.by_name:
        said.append(f"The config names the parameters of the analysis: {listed(chosen.names)}.")
    elif chosen.names:
        said.append(
            f"{len(chosen.names)} with the largest effects went into the analysis of shares: "
            f"{listed(chosen.names)}."
        )
    if chosen.beyond:
        count = len(chosen.beyond)
        said.append(
            f"{count} more {'was' if count == 1 else 'were'} kept, for which there was no room, as "
            f"no more than {request.sobol.most} parameters were asked for: "
            f"{listed(chosen.beyond)}. They stayed at their usual values, and what they do is not "
            "in the shares."
        )
    return said


def screening_rows(found: Findings) -> list[dict[str, Any]]:
    """Return a row for each thing that the screening moved, the largest effect first.

    Effects are told as a share of the largest one on the same output, the largest over outputs.
    """
    if found.screening is None:
        return []
    effects, left = found.screening.effects, found.screening.left
    size = effects.mu_star
    largest = np.nanmax(np.nan_to_num(size), axis=1, keepdims=True)
    share = size / np.where(largest > 0.0, largest, np.inf)
    high = effects.ends[1, ..., 1] / np.where(largest > 0.0, largest, np.inf)
    contrasts = np.array([each.is_contrast for each in found.outputs])
    known = numbers()
    rows = []
    for name in (*left.kept, *left.dropped):
        column = effects.groups.index(name)
        own = np.nan_to_num(share[:, column])
        top = int(own.argmax())
        row = known.get(name)
        rows.append(
            {
                "name": name,
                "about": row.note if row is not None else _members(found, name),
                "numbers": _percent(own[~contrasts]),
                "answers": _percent(own[contrasts]),
                "most": effects.outputs[top],
                "bound": f"{100 * _finite(float(high[top, column])):.0f} %",
                "alone": _alone(effects.values[:, top, column]),
                "kept": name in left.kept,
            }
        )
    return rows


def glossary(found: Findings) -> list[dict[str, str]]:
    """Return what each parameter of the analysis is, and the range that it was varied over."""
    rows = {row["name"]: row for row in range_rows(found.request)["rows"]}
    return [rows[name] for name in found.chosen.names]


def _members(found: Findings, name: str) -> str:
    own = found.request.groups.get(name, ())
    return f"group: {', '.join(own[:6])}{', ...' * (len(own) > 6)}"


def _percent(shares: np.ndarray) -> str:
    return f"{100 * float(shares.max()):.0f} %" if shares.size else UNDEFINED


def _alone(kinds: np.ndarray) -> str:
    """Return whether an effect is the same everywhere: the spread of effects over their size."""
    _, size, spread = (float(each) for each in kinds)
    if not (math.isfinite(spread) and size > 0.0):
        return UNDEFINED
    return three(spread / size)


def noise_rows(found: Findings) -> list[dict[str, str]]:
    """Return a row for each output: what share of its variance is chance."""
    if found.explained is None:
        return []
    rows = []
    for each in found.outputs:
        noise = found.explained.noise[each.name]
        share = noise.of_means
        rows.append(
            {
                "output": called(each, found.request.titles),
                "means": _interval(share.mean, share.low, share.high),
                "run": _interval(noise.of_a_run, math.nan, math.nan),
                "points": f"{noise.points:,}",
            }
        )
    return rows


def _interval(mean: float, low: float, high: float) -> str:
    if not math.isfinite(mean):
        return UNDEFINED
    ends = f" [{100 * low:.1f}, {100 * high:.1f}]" if math.isfinite(low + high) else ""
    return f"{100 * mean:.1f} %{ends}"


def range_rows(request: Request) -> dict[str, Any]:
    """Return the ranges of all parameters, and what did not vary."""
    known = numbers()
    rows = [
        {
            "name": name,
            "about": known[name].note,
            "unit": "" if known[name].unit == "1" else known[name].unit,
            "range": f"{three(each.low)} to {three(each.high)}",
            "scale": each.scale,
        }
        for name, each in request.ranges.items()
    ]
    fixed = sorted(name for name in left_out() if name not in request.ranges)
    return {"rows": rows, "fixed": ", ".join(fixed), "whole": not request.vary.parameters}


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
