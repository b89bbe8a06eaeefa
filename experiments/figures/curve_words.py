"""A swept dimension in two sentences: where curves cross, and where they peak."""

import math

import numpy as np

from experiments.analysis.curves import crossing as crosses
from experiments.analysis.curves import peak as peaks
from experiments.analysis.curves.crossing import Crossing
from experiments.analysis.interval import Interval
from experiments.analysis.wording import decimals, number
from experiments.figures.curve import Line, Meeting, Sweep
from experiments.figures.setting import (
    clauses,
    in_unit,
    listed,
    name_of,
    plain,
    three,
    told,
    unit_of,
)


def sentences(sweep: Sweep) -> tuple[str, str]:
    """Return what a sweep says: crossings and peaks, or how far curves move where none were sought.

    Parameters
    ----------
    sweep : Sweep
        What was found.
    """
    found = []
    if sweep.meetings:
        found.append(clauses([_meeting(sweep, pair) for pair in sweep.meetings]))
    peaking = [each for each in sweep.lines if each.peak is not None]
    if not sweep.meetings or not peaking:
        found.append(_movements(sweep))
    found.append(_peaks(sweep, peaking) if peaking else _width(sweep))
    return found[0], found[1]


def _meeting(sweep: Sweep, pair: Meeting) -> str:
    """Return whether two curves cross, and where."""
    a, b = sweep.setting.title(pair.a), sweep.setting.title(pair.b)
    what, found = name_of(pair.measure), pair.found
    if found.verdict == crosses.CANNOT_TELL:
        return f"whether {a} and {b} cross in {what} cannot be told from so few replications"
    if found.verdict == crosses.EQUAL:
        return f"{a} and {b} are equal in {what} at every point"
    mean = found.difference.mean[~np.isnan(found.difference.low)]
    if found.verdict == crosses.NO_CROSSING:
        above, below = (a, b) if mean[0] > 0.0 else (b, a)
        return f"in {what} {above} lies above {below} at every point"
    if found.verdict == crosses.MAY_CROSS:
        above, below = (a, b) if mean.sum() > 0.0 else (b, a)
        return (
            f"in {what} the means of {above} lie nowhere below those of {below}, but the band "
            "leaves room for a crossing"
        )
    sure = [one for one in found.crossings if one.sure]
    if found.verdict == crosses.CROSSES and sure:
        places = listed([_crossing(sweep, one, a, b) for one in sure])
        rest = len(found.crossings) - len(sure)
        more = f", and the means cross {rest} time{'s' * (rest > 1)} more, not surely"
        return f"in {what} {places}{more if rest else ''}"
    where = listed([_place(sweep, one) for one in found.crossings] or ["no single place"])
    doubt = (
        "the curves cross for sure, but where is open"
        if found.verdict == crosses.CROSSES
        else "the band does not rule out that the curves never cross"
    )
    return f"in {what} the means of {a} and {b} cross at {where}, and {doubt}"


def _crossing(sweep: Sweep, one: Crossing, a: str, b: str) -> str:
    above, below = (a, b) if one.rising else (b, a)
    return f"{above} goes above {below} at {_place(sweep, one)}"


def _place(sweep: Sweep, one: Crossing) -> str:
    """Return a place with its interval, and at which end that is open."""
    return _at(sweep, (one.place, one.low, one.high), (one.open_low, one.open_high))


def _at(
    sweep: Sweep, ends: tuple[float, float, float], opened: tuple[bool, bool] = (False, False)
) -> str:
    place, low, high = (in_unit(sweep.unit)[0] * end for end in ends)
    tail = in_unit(sweep.unit)[1]
    if math.isnan(low):
        return f"{three(place)}{tail}"
    places = decimals([Interval(place, low, high, 2)])
    shown, first, last = (number(end, places) for end in (place, low, high))
    first = f"{first} or below" if opened[0] else first
    last = f"{last} or beyond" if opened[1] else last
    return f"{shown}{tail} [{first}, {last}]"


def _called(sweep: Sweep, each: Line) -> str:
    under = f" under {sweep.setting.title(each.policy)}" if len(sweep.policies) > 1 else ""
    return f"{name_of(each.measure)}{under}"


def _movements(sweep: Sweep) -> str:
    """Return which curves move for sure, and from where to where."""
    moved, rest, unknown = [], [], []
    for each in sweep.lines:
        held, what = each.band, _called(sweep, each)
        if np.isnan(held.low).all():
            unknown.append(what)
        elif _moves(each):
            ends = [int(np.nanargmin(held.mean)), int(np.nanargmax(held.mean))]
            first, last = (_point(sweep, each, place) for place in sorted(ends))
            moved.append(f"{what} goes from {first} to {last}")
        else:
            rest.append(what)
    parts = moved[:]
    if rest:
        parts.append(f"{listed(rest)} cannot be told from a flat line")
    if unknown:
        parts.append(f"of {listed(unknown)} nothing can be told from so few replications")
    text = clauses(parts)
    against = f"as a change from {sweep.against}, " if sweep.against else ""
    return f"Along {sweep.dimension}, {against}{text[0].lower()}{text[1:]}"


def _moves(each: Line) -> bool:
    """Return whether a curve surely moves: by its paired change, where that is known."""
    if each.change is not None:
        return bool(each.change.sure.any())
    return bool(np.nanmax(each.band.low) > np.nanmin(each.band.high))


def _point(sweep: Sweep, each: Line, place: int) -> str:
    held = each.band
    mean, low, high = (float(end[place]) for end in (held.mean, held.low, held.high))
    value = Interval(mean, low, high, 2)
    change = bool(sweep.against)
    said = told(value, unit_of(each.measure), change=change, signed=change)
    if change and held.mean[place] == 0.0 == held.high[place]:
        said = "0"
    return f"{said} at {plain(float(held.x[place]), sweep.unit)}"


_MOST = {"peak": "highest", "bottom": "lowest"}
_WHERE = {
    peaks.LOWER_END: "at the lower end of the range, beyond which it may go on",
    peaks.UPPER_END: "at the upper end of the range, beyond which it may go on",
    peaks.EITHER_END: "at one of the two ends, which of them is not known",
}


def _peaks(sweep: Sweep, lines: list[Line]) -> str:
    """Return where curves are highest, or lowest."""
    parts, flat, unknown = [], [], []
    kinds = {each.peak.kind: _MOST[each.peak.kind] for each in lines if each.peak is not None}
    for each in lines:
        peak, what = each.peak, _called(sweep, each)
        if peak is None or peak.verdict == peaks.CANNOT_TELL:
            unknown.append(what)
        elif peak.verdict == peaks.FLAT:
            flat.append(what)
        else:
            parts.append(f"{what} is {_MOST[peak.kind]} {_where(sweep, each)}")
    if flat:
        parts.append(f"{listed(flat)} {'is' if len(flat) == 1 else 'are'} flat")
    if unknown:
        most = " or ".join(kinds.values())
        be = "is" if len(unknown) == 1 else "are"
        parts.append(f"where {listed(unknown)} {be} {most} cannot be told")
    return clauses(parts)


def _where(sweep: Sweep, each: Line) -> str:
    peak = each.peak
    assert peak is not None
    if peak.verdict in _WHERE:
        return _WHERE[peak.verdict]
    opened = (peak.verdict == peaks.LOWER_OR_INSIDE, peak.verdict == peaks.UPPER_OR_INSIDE)
    at = _at(sweep, (peak.place, peak.low, peak.high), opened)
    apart = ", perhaps in two places" if peak.apart else ""
    if sweep.against:
        return f"at {at}{apart}"
    return f"at {at}{apart} ({told(peak.value, unit_of(each.measure))})"


def _width(sweep: Sweep) -> str:
    """Return how wide the bands are at most."""
    parts = []
    for each in sweep.lines:
        half = each.band.half_width
        if np.isfinite(half).any():
            widest = float(np.nanmax(half))
            unit = unit_of(each.measure)
            parts.append(f"{_called(sweep, each)} to ±{plain(widest, unit, change=True)}")
    if not parts:
        return "No band can be given from so few replications."
    return "Bands hold whole curves: " + clauses(parts)[0].lower() + clauses(parts)[1:]
