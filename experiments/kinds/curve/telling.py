"""What a swept dimension shows, in sentences."""

from collections.abc import Iterator

import numpy as np

from experiments.analysis.curves import crossing as crosses
from experiments.analysis.wording import number
from experiments.figures.setting import listed, name_of
from experiments.kinds.curve.exploring import Explored
from experiments.kinds.curve.findings import Curves, Met
from experiments.kinds.curve.places import crossing_said
from experiments.kinds.curve.verdict import verdict


def tell_curves(found: Curves) -> list[str]:
    """Return what a swept dimension shows, in sentences.

    Parameters
    ----------
    found : Curves
        What was found.
    """
    return [*verdict(found), *_crossings(found)]


def _crossings(found: Curves) -> Iterator[str]:
    """Yield in which measures two curves surely change places."""
    plan = found.explored.plan
    shown = [each for each in found.met if each.measure in plan.request.measures]
    for a, b in dict.fromkeys((each.a, each.b) for each in shown):
        pair = [each for each in shown if (each.a, each.b) == (a, b)]
        names = f"{plan.titles[a]} and {plan.titles[b]}"
        sure = [_crossed(found, each) for each in pair if each.found.verdict == crosses.CROSSES]
        never = [
            name_of(each.measure) for each in pair if each.found.verdict == crosses.NO_CROSSING
        ]
        parts = []
        if sure:
            parts.append(f"surely cross in {listed(sure)}")
        if never:
            parts.append(f"surely do not cross in {listed(never)}")
        if parts:
            yield f"{names} {', and '.join(parts)}."
        else:
            yield f"Whether {names} cross cannot be told in any measure shown."


def _crossed(found: Curves, each: Met) -> str:
    places = [crossing_said(found, one) for one in each.found.crossings if one.sure]
    return f"{name_of(each.measure)}{f' at {listed(places)}' if places else ''}"


def rounds_said(explored: Explored) -> str:
    """Return how the points came about, in a sentence or two."""
    count = len(explored.places)
    first = int(np.prod([len(axis) for axis in explored.rounds[0].axes]))
    added = len(explored.rounds) - 1
    if not added:
        return f"{count} points; none were added: {explored.why}."
    reasons = [
        reason.partition(":")[0]
        for each in explored.rounds
        if each.added is not None
        for reason in each.added.reasons
    ]
    counts = {kind: reasons.count(kind) for kind in dict.fromkeys(reasons)}
    words = {
        "bend": "a curve bends",
        "crossing": "curves cross or a gain turns",
        "peak": "a curve may be best",
        "band": "the band is wide",
    }
    told = [f"{number(times, 0)} where {words[kind]}" for kind, times in counts.items()]
    what = "points" if len(explored.axes) == 1 else "lines of the grid"
    return (
        f"{count} points, of which {first} to begin with. In {added} round{'s' * (added > 1)} "
        f"{what} were added: {listed(told)}. The end: {explored.why}."
    )
