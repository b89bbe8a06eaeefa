"""A sensitivity analysis in two sentences: what decides the answer, and what moves the numbers."""

import math

from experiments.analysis.interval import Interval
from experiments.analysis.sensitivity.ranking import Deciding, Ranked, deciding
from experiments.figures.setting import clauses, listed
from experiments.figures.tornado import Sensitivity

_MOST = 3


def sentences(what: Sensitivity) -> tuple[str, str]:
    """Return what decides the answer, and what moves the numbers only.

    Parameters
    ----------
    what : Sensitivity
        What was found.
    """
    if not what.contrasts:
        return _movers(what, what.measures), _alone(what)
    answers = clauses([_answer(what, contrast) for contrast in what.contrasts])
    if not what.measures:
        return answers, _alone(what)
    return answers, _numbers(what)


def _answer(what: Sensitivity, contrast: str) -> str:
    """Return what decides one contrast."""
    rows = what.rows(contrast)
    name = what.called(contrast)
    if all(math.isnan(row.total.mean) for row in rows):
        return f"{name} does not vary, whatever the parameters"
    deciders = [row for row in rows if row.verdict == "matters"]
    text = (
        f"{name} hangs on {_parts(what, deciders)}"
        if deciders
        else f"no parameter was found on which {name} hangs"
    )
    open_ones = [row for row in rows if row.verdict in ("may matter", "unknown")]
    if open_ones and not deciders:
        names = listed([what.called(row.parameter) for row in open_ones[:_MOST]])
        more = f" and {len(open_ones) - _MOST} more" if len(open_ones) > _MOST else ""
        text += f", though of {names}{more} it is not yet known"
    ahead = what.sides.get(contrast)
    if ahead is None or not ahead.points:
        return text
    if ahead.settled:
        side = "above" if ahead.above == 1.0 else "below"
        at_all = f"by their means it is {side} 0 at all {ahead.points:,} points"
        return f"{text}, but only in its size: {at_all}"
    shares = f"{100.0 * ahead.above:.0f} % and below at {100.0 * ahead.below:.0f} %"
    return f"{text} (it is above 0 at {shares} of {ahead.points:,} points)"


def _numbers(what: Sensitivity) -> str:
    """Return what moves the measures, and whether it decides anything."""
    by_role: dict[str, list[Deciding]] = {}
    tables = [
        {row.parameter: row for row in deciding(what.found, each, what.measures, what.least)}
        for each in what.contrasts
    ]
    for name in what.order:
        roles = {table[name].role for table in tables}
        role = "moves only the numbers" if roles == {"moves only the numbers"} else "other"
        by_role.setdefault(role, []).append(tables[0][name])
    only = by_role.get("moves only the numbers", [])
    if only:
        only = sorted(only, key=lambda row: -row.numbers.total.mean)
        parts = [
            f"{what.called(row.parameter)} ({_share(row.numbers.total)} of "
            f"{what.called(row.numbers.output)})"
            for row in only[:_MOST]
        ]
        more = [f"{len(only) - _MOST} more"] if len(only) > _MOST else []
        return f"The numbers, but not the answer, are moved by {listed([*parts, *more])}."
    return _movers(what, what.measures)


def _movers(what: Sensitivity, outputs: tuple[str, ...]) -> str:
    parts = []
    for output in outputs:
        rows = [row for row in what.rows(output) if row.verdict == "matters"]
        text = (
            f"{what.called(output)} is moved most by {_parts(what, rows)}"
            if rows
            else f"no parameter was found to move {what.called(output)}"
        )
        parts.append(text)
    return clauses(parts)


def _alone(what: Sensitivity) -> str:
    """Return how much of an output is parameters' doing alone, one by one."""
    parts = []
    for output in what.outputs:
        total = sum(row.first.mean for row in what.rows(output) if math.isfinite(row.first.mean))
        if all(math.isnan(row.first.mean) for row in what.rows(output)):
            parts.append(f"of {what.called(output)} nothing can be said, as it does not vary")
            continue
        share = f"{100.0 * min(1.0, max(0.0, total)):.0f} %"
        parts.append(
            f"{share} of the variance of {what.called(output)} is by parameters alone, the rest "
            "by several together"
        )
    return clauses(parts)


def _parts(what: Sensitivity, rows: list[Ranked]) -> str:
    told = [f"{what.called(row.parameter)} ({_share(row.total)})" for row in rows[:_MOST]]
    more = [f"{len(rows) - _MOST} more"] if len(rows) > _MOST else []
    return listed([*told, *more])


def _share(total: Interval) -> str:
    """Return a share of the variance with its interval, both kept between 0 and 100 %."""
    mean, low, high = (min(100.0, max(0.0, 100.0 * each)) for each in total[:3])
    return f"{mean:.0f} % of the variance [{low:.0f}, {high:.0f}]"
