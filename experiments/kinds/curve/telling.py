"""What a swept dimension shows, in sentences."""

import math
from collections.abc import Iterator

import numpy as np

from experiments.analysis.curves import crossing as crosses
from experiments.analysis.curves import peak as peaks
from experiments.analysis.curves.crossing import Crossing
from experiments.analysis.interval import Interval
from experiments.analysis.wording import number
from experiments.figures.setting import listed, name_of, plain, three, unit_of
from experiments.figures.setting import told as said
from experiments.kinds.curve.drawings import PARTY
from experiments.kinds.curve.exploring import Explored
from experiments.kinds.curve.findings import Curves, Met, Parties


def tell_curves(found: Curves) -> list[str]:
    """Return what a swept dimension shows, in sentences.

    Parameters
    ----------
    found : Curves
        What was found.
    """
    return [*_ends(found), *_gains(found), *_best(found), *_crossings(found)]


NARROW = 0.5
"""Share of the range within which a best place must be known to be told first (assumed)."""

_NO_PLACE = (peaks.FLAT, peaks.CANNOT_TELL, peaks.EITHER_END)
_BEYOND = {
    peaks.LOWER_OR_INSIDE: " (the lower end or inside)",
    peaks.UPPER_OR_INSIDE: " (the upper end or inside)",
}


def _ends(found: Curves) -> Iterator[str]:
    """Yield what the whole way from one end to the other does, paired."""
    explored = found.explored
    plan = explored.plan
    for step in found.whole:
        told, none = [], []
        for measure in plan.request.measures:
            change = step.changes[measure]
            if math.isnan(change.low):
                continue
            if change.low <= 0.0 <= change.high:
                none.append(name_of(measure))
                continue
            size = change if change.mean > 0.0 else _turned(change)
            way = "rises" if change.mean > 0.0 else "falls"
            told.append(f"{name_of(measure)} {way} by {said(size, unit_of(measure), change=True)}")
        parts = told + ([f"no change is told in {listed(none, 'or')}"] if none else [])
        start, end = (place_said(explored, place) for place in (step.start, step.end))
        under = f"{plan.titles[step.curve]}, from" if len(plan.curves) > 1 else "From"
        yield f"{under} {start} to {end}: {'; '.join(parts) or 'nothing was measured'}."


def _turned(change: Interval) -> Interval:
    return Interval(-change.mean, -change.high, -change.low, change.n)


def place_said(found: Explored, place: float, dimension: int = 0) -> str:
    """Return a place of the sweep in words: "0.5 (Balanced)"."""
    shown = plain(place, found.plan.request.sweep[dimension].unit)
    span = float(np.ptp(found.axes[dimension]))
    for at, title in found.plan.nodes(dimension).items():
        if abs(at - place) <= 1e-9 * span:
            return f"{shown} ({title})"
    return shown


def _best(found: Curves) -> Iterator[str]:
    """Yield where the measures that are shown are best, those that are told for sure first."""
    explored = found.explored
    plan = explored.plan
    span = float(np.ptp(explored.axes[0]))
    for curve in plan.curves:
        inside, lower, upper, unknown = [], [], [], []
        for measure in plan.request.measures:
            peak = found.change_peaks.get((curve, measure))
            if peak is None:
                continue
            name = name_of(measure)
            if peak.verdict == peaks.LOWER_END:
                lower.append(name)
            elif peak.verdict == peaks.UPPER_END:
                upper.append(name)
            elif peak.verdict in _NO_PLACE or peak.high - peak.low > NARROW * span:
                unknown.append(name)
            else:
                more = _BEYOND.get(peak.verdict, "")
                between = f"{three(peak.low)} and {three(peak.high)}{more}"
                inside.append(f"{name} between {between}")
        parts = []
        if inside:
            parts.append(f"best: {listed(inside)}")
        ends = (explored.axes[0][0], explored.axes[0][-1])
        for names, end, word in ((lower, ends[0], "lower"), (upper, ends[1], "upper")):
            if names:
                at = place_said(explored, float(end))
                parts.append(f"best at the {word} end, {at}: {listed(names)}")
        if unknown:
            parts.append(f"where {listed(unknown, 'or')} is best cannot be pinned down")
        if parts:
            under = f"{plan.titles[curve]}: " if len(plan.curves) > 1 else ""
            text = f"{under}{'; '.join(parts)}."
            yield text[0].upper() + text[1:]


def _gains(found: Curves) -> Iterator[str]:
    """Yield who gains and who loses against the neutral policy, and where that turns."""
    plan = found.explored.plan
    for parties in found.parties:
        parts = [_gain(found, parties, name) for name in parties.gains]
        under = f"{plan.titles[parties.curve]}, " if len(plan.curves) > 1 else ""
        text = f"{under}against the neutral policy: {'; '.join(parts)}."
        yield text[0].upper() + text[1:]


def _gain(found: Curves, parties: Parties, name: str) -> str:
    held, who = parties.over_neutral[name], PARTY[name]
    gain, lose = ("gain", "lose") if who != "the employer" else ("gains", "loses")
    sure = held.difference.sure
    if held.verdict == crosses.NO_CROSSING:
        return f"{who} {gain if sure.max() > 0 else lose} all along"
    if held.verdict == crosses.CROSSES:
        turns = [each for each in held.crossings if each.sure]
        told = [
            f"{'begin' if who != 'the employer' else 'begins'} to "
            f"{'gain' if each.rising else 'lose'} at {crossing_said(found, each)}"
            for each in turns
        ]
        return f"{who} {listed(told)}" if told else f"{who} {gain} in one part, {lose} in another"
    if held.verdict == crosses.EQUAL:
        return f"{who} neither {gain} nor {lose}"
    if np.any(sure > 0):
        return f"{who} {gain} in a part of the range, and surely {lose} nowhere"
    if np.any(sure < 0):
        return f"{who} {lose} in a part of the range, and surely {gain} nowhere"
    return f"that {who} {gain} or {lose} cannot be told"


def crossing_said(found: Curves, one: Crossing) -> str:
    """Return where a crossing is, with its interval."""
    shown = plain(one.place, found.explored.plan.request.sweep[0].unit)
    if math.isnan(one.low):
        return shown
    low = f"{three(one.low)}{' or below' if one.open_low else ''}"
    high = f"{three(one.high)}{' or beyond' if one.open_high else ''}"
    return f"{shown} [{low}, {high}]"


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
