"""What a swept dimension comes to, for those who must decide: a few plain sentences."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from experiments.analysis.curves import crossing as crosses
from experiments.analysis.curves import peak as peaks
from experiments.analysis.curves.peak import Peak
from experiments.analysis.interval import Interval
from experiments.figures.setting import better_side, listed, name_of, three, told, unit_of
from experiments.kinds.curve.drawings import PARTY
from experiments.kinds.curve.findings import Curves, Parties, Step
from experiments.kinds.curve.places import crossing_said, place_said
from experiments.kinds.work import GAINS


def verdict(found: Curves) -> Iterator[str]:
    """Yield what a swept dimension comes to: best for whom, who gains, and what a move does.

    Parameters
    ----------
    found : Curves
        What was found.
    """
    through = found.explored.plan.request.sweep[0].through is not None
    if through:
        yield from _best(found)
        yield from _gains(found)
        yield from (_moved(found, step) for step in found.whole)
        return
    # Who asks for a number rather than for a policy asks what a little more of it does.
    steps = [_one(found, curve) for curve in found.explored.plan.curves]
    yield from (_moved(found, step) for step in steps if step is not None)
    yield from _alike(found, [step for step in steps if step is not None])
    yield from _best(found)
    yield from _gains(found)


def _one(found: Curves, curve: str) -> Step | None:
    """Return the step up from the policy that is held, or down where there is none up."""
    steps = [each for each in found.steps if each.curve == curve]
    return max(steps, key=lambda each: each.end, default=None)


def _under(found: Curves, curve: str) -> str:
    plan = found.explored.plan
    return f"{plan.titles[curve]}: " if len(plan.curves) > 1 else ""


# --- best for whom -----------------------------------------------------------------------


def _best(found: Curves) -> Iterator[str]:
    """Yield where each party is best off, and whether one place is best for all three."""
    for parties in found.parties:
        tops = {name: found.peaks.get((parties.curve, name)) for name in GAINS}
        known = {name: top for name, top in tops.items() if top is not None}
        parts: dict[str, list[str]] = {}
        for name, top in known.items():
            parts.setdefault(_place(found, top), []).append(PARTY[name])
        vague = parts.pop("", [])
        said = [
            f"{listed(names)} {'is' if names == ['the employer'] else 'are'} best off {where}"
            for where, names in parts.items()
        ]
        if vague:
            be = "is" if vague == ["the employer"] else "are"
            said.append(f"where {listed(vague, 'or')} {be} best off cannot be told")
        if said:
            text = f"{listed(said)}{_shared(found, list(known.values()))}."
            yield _under(found, parties.curve) + text[0].upper() + text[1:]


def _place(found: Curves, top: Peak) -> str:
    """Return where a party is best off, and how surely; nothing where that cannot be told."""
    if top.verdict == peaks.FLAT:
        return "anywhere alike"
    if top.verdict == peaks.CANNOT_TELL:
        return ""
    if top.verdict == peaks.EITHER_END:
        return "at one of the two ends, which of them is not known"
    at = f"at {place_said(found.explored, top.place)}"
    if top.verdict in (peaks.LOWER_END, peaks.UPPER_END):
        return at
    return f"{at} [{three(top.low)}, {three(top.high)}]"


def _shared(found: Curves, tops: Sequence[Peak]) -> str:
    """Return whether some place may be the best of all parties."""
    if len(tops) < len(GAINS) or any(top.verdict == peaks.CANNOT_TELL for top in tops):
        return ""
    together = np.logical_and.reduce([top.possible for top in tops])
    if not together.any():
        return ": by these intervals no one place is best for all three"
    if all(top.verdict == peaks.FLAT for top in tops):
        return ""
    x = found.x[together]
    if len(x) == 1:
        return f": {place_said(found.explored, float(x[0]))} may be best for all three"
    return f": a place between {three(float(x[0]))} and {three(float(x[-1]))} may be best for all"


# --- who gains against the neutral policy ------------------------------------------------


def _gains(found: Curves) -> Iterator[str]:
    """Yield who gains and who loses against the neutral policy, and where that turns."""
    for parties in found.parties:
        parts = [_gain(found, parties, name) for name in parties.gains]
        neutral = found.explored.plan.request.title_of(found.explored.plan.request.neutral)
        text = f"Against the policy {neutral}, {listed(parts)}; {_all_gain(found, parties)}."
        under = _under(found, parties.curve)
        yield f"{under}{text[0].lower() if under else text[0]}{text[1:]}"


def _all_gain(found: Curves, parties: Parties) -> str:
    """Return where all three surely gain at once."""
    sides = [parties.over_neutral[name].difference for name in parties.gains]
    sure = np.logical_and.reduce([each.sure > 0 for each in sides])
    x = sides[0].x[sure]
    if not len(x):
        return "at none of the points tried is it sure that all three gain"
    if len(x) == 1:
        return f"all three surely gain at {place_said(found.explored, float(x[0]))} only"
    inside = (sides[0].x >= x[0]) & (sides[0].x <= x[-1])
    where = "between" if bool(sure[inside].all()) else "at points between"
    return f"all three surely gain {where} {three(float(x[0]))} and {three(float(x[-1]))}"


def _gain(found: Curves, parties: Parties, name: str) -> str:
    held, who = parties.over_neutral[name], PARTY[name]
    gain, lose = ("gain", "lose") if who != "the employer" else ("gains", "loses")
    sure = held.difference.sure
    if held.verdict == crosses.NO_CROSSING:
        return f"{who} {gain if sure.max() > 0 else lose} all along"
    if held.verdict == crosses.CROSSES:
        turns = [each for each in held.crossings if each.sure]
        said = [
            f"{gain if each.rising else lose} from {crossing_said(found, each)} on"
            for each in turns
        ]
        return f"{who} {listed(said)}" if said else f"{who} {gain} in one part, {lose} in another"
    if held.verdict == crosses.EQUAL:
        return f"{who} neither {gain} nor {lose}"
    if np.any(sure > 0):
        return f"{who} {gain} in a part of the range, and surely {lose} nowhere"
    if np.any(sure < 0):
        return f"{who} {lose} in a part of the range, and surely {gain} nowhere"
    return f"whether {who} {gain} or {lose} cannot be told"


# --- what a move does --------------------------------------------------------------------


def _moved(found: Curves, step: Step) -> str:
    """Return what going from one place to another does: better, worse, and what cannot be told."""
    sides: dict[int, list[str]] = {1: [], -1: [], 0: []}
    none = []
    for measure in found.explored.plan.request.measures:
        change = step.changes[measure]
        if math.isnan(change.low):
            continue
        if change.low <= 0.0 <= change.high:
            none.append(name_of(measure))
            continue
        side = better_side(measure) * (1 if change.mean > 0.0 else -1)
        sides[side].append(_change(measure, change))
    names = {1: "better: ", -1: "worse: ", 0: ""}
    parts = [f"{names[side]}{', '.join(said)}" for side, said in sides.items() if said]
    parts += [f"no change is told in {listed(none, 'or')}"] if none else []
    start, end = (place_said(found.explored, place) for place in (step.start, step.end))
    under = _under(found, step.curve)
    what = f"{found.explored.plan.called(0)} " if step.title else ""
    return (
        f"{under}{'from' if under else 'From'} {what}{start} to {end}, "
        f"{'; '.join(parts) or 'nothing was measured'}."
    )


def _change(measure: str, change: Interval) -> str:
    size = change if change.mean > 0.0 else Interval(-change.mean, -change.high, -change.low, 2)
    way = "rises" if change.mean > 0.0 else "falls"
    return f"{name_of(measure)} {way} by {told(size, unit_of(measure), change=True)}"


def _alike(found: Curves, steps: Sequence[Step]) -> Iterator[str]:
    """Yield whether a step goes the same way under all curves."""
    if len(steps) < 2:
        return
    same, apart, unsure = [], [], []
    for measure in found.explored.plan.request.measures:
        changes = [step.changes[measure] for step in steps]
        ways = [(each.low > 0.0) - (each.high < 0.0) for each in changes]
        if 1 in ways and -1 in ways:
            apart.append(name_of(measure))
        elif 0 not in ways:
            same.append(name_of(measure))
        elif any(ways):
            unsure.append(name_of(measure))
    parts = []
    if apart:
        parts.append(f"goes the other way in {listed(apart)}")
    if same:
        parts.append(f"goes the same way in {listed(same)}")
    if unsure:
        parts.append(f"is told in some of them only for {listed(unsure)}")
    if parts:
        titles = [found.explored.plan.titles[step.curve] for step in steps]
        yield f"Held against each other ({listed(titles)}), such a step {listed(parts)}."
