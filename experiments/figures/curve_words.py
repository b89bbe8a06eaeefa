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
    GAINED,
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
        found.append(clauses(_meetings(sweep)))
    peaking = [each for each in sweep.lines if each.peak is not None]
    if not sweep.meetings or not peaking:
        found.append(_movements(sweep))
    found.append(_peaks(sweep, peaking) if peaking else _width(sweep))
    return found[0], found[1]


def _meetings(sweep: Sweep) -> list[str]:
    """Return which curves cross; measures in which one always lies above another are one clause."""
    crossing: list[str] = []
    apart: dict[tuple[str, str], list[str]] = {}
    for pair in sweep.meetings:
        if pair.found.verdict == crosses.NO_CROSSING and pair.measure != GAINED:
            known = pair.found.difference.mean[~np.isnan(pair.found.difference.low)]
            names = (pair.a, pair.b) if known[0] > 0.0 else (pair.b, pair.a)
            apart.setdefault(names, []).append(name_of(pair.measure))
        else:
            crossing.append(_meeting(sweep, pair))
    title = sweep.setting.title
    return crossing + [
        f"{title(above)} lies above {title(below)} at every point in {listed(measures)}"
        for (above, below), measures in apart.items()
    ]


def _meeting(sweep: Sweep, pair: Meeting) -> str:
    """Return whether two curves cross, and where."""
    if pair.measure == GAINED:
        return _parties(sweep, pair)
    a, b = sweep.setting.title(pair.a), sweep.setting.title(pair.b)
    what, found = name_of(pair.measure), pair.found
    if found.verdict == crosses.CANNOT_TELL:
        return f"whether {a} and {b} cross in {what} cannot be told from so few replications"
    if found.verdict == crosses.EQUAL:
        return f"{a} and {b} are equal in {what} at every point"
    mean = found.difference.mean[~np.isnan(found.difference.low)]
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
    # Where a crossing is not sure, nor is its interval.
    where = listed([three(one.place) for one in found.crossings] or ["no single place"])
    doubt = (
        "the curves cross for sure, but where is open"
        if found.verdict == crosses.CROSSES
        else "the band does not rule out that the curves never cross"
    )
    return f"in {what} the means of {a} and {b} cross at {where}, and {doubt}"


def _parties(sweep: Sweep, pair: Meeting) -> str:
    """Return which of two parties comes off better, and where that turns."""
    a, b = sweep.setting.title(pair.a), sweep.setting.title(pair.b)
    found = pair.found
    both = f"{a} and {b}"
    if found.verdict == crosses.CANNOT_TELL:
        return f"which of {both} comes off better cannot be told from so few replications"
    if found.verdict == crosses.EQUAL:
        return f"{both} come off alike at every point"
    sure = [one for one in found.crossings if one.sure]
    if found.verdict == crosses.CROSSES and sure:
        turns = [
            f"{_better(*((a, b) if one.rising else (b, a)))} from {_place(sweep, one)} on"
            for one in sure
        ]
        return listed(turns)
    mean = found.difference.mean[~np.isnan(found.difference.low)]
    first = _better(*((a, b) if mean.sum() > 0.0 else (b, a)))
    if found.verdict == crosses.NO_CROSSING:
        return f"{first} at every point"
    return f"whether and where {both} change places is not sure"


def _better(one: str, other: str) -> str:
    return f"{one} {'come' if one.endswith('s') else 'comes'} off better than {other}"


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
    if each.measure == GAINED:
        return sweep.setting.title(each.policy)
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
            moved.append(f"{what} {_goes(each)} from {first} to {last}")
        else:
            rest.append(what)
    parts = moved[:]
    if rest:
        parts.append(f"{listed(rest)} cannot be told from a flat line")
    if unknown:
        parts.append(f"of {listed(unknown)} nothing can be told from so few replications")
    against = f"as a change from {sweep.against}, " if sweep.against else ""
    return clauses(parts, f"Along {sweep.dimension}, {against}")


def _moves(each: Line) -> bool:
    """Return whether a curve surely moves: by its paired change, where that is known."""
    if each.change is not None:
        return bool(each.change.sure.any())
    return bool(np.nanmax(each.band.low) > np.nanmin(each.band.high))


def _point(sweep: Sweep, each: Line, place: int) -> str:
    held = each.band
    mean, low, high = (float(end[place]) for end in (held.mean, held.low, held.high))
    scale, tail = in_unit(unit_of(each.measure), change=bool(sweep.against))
    ends = Interval(scale * mean, scale * low, scale * high, 2)
    signed = bool(sweep.against) or each.measure == GAINED
    said = "0" if mean == 0.0 else number(ends.mean, decimals([ends]), signed=signed)
    return f"{said}{tail} at {plain(float(held.x[place]), sweep.unit)}"


def _goes(each: Line) -> str:
    plural = each.measure == GAINED and each.policy != "gain_employer"
    return "go" if plural else "goes"


_MOST = {"peak": "highest", "bottom": "lowest"}


def _peaks(sweep: Sweep, lines: list[Line]) -> str:
    """Return where curves are highest, or lowest."""
    placed: dict[tuple[str, str], list[str]] = {}
    flat, unknown = [], []
    kinds = {each.peak.kind: _MOST[each.peak.kind] for each in lines if each.peak is not None}
    for each in lines:
        peak, what = each.peak, _called(sweep, each)
        if peak is None or peak.verdict == peaks.CANNOT_TELL:
            unknown.append(what)
        elif peak.verdict == peaks.FLAT:
            flat.append(what)
        else:
            placed.setdefault((_MOST[peak.kind], _where(sweep, each)), []).append(what)
    gains = all(each.measure == GAINED for each in lines)
    parts = [
        f"{listed(names)} {_are(names, gains)} {'best off' if gains else most} {where}"
        for (most, where), names in placed.items()
    ]
    if flat:
        parts.append(f"{listed(flat)} {'is' if len(flat) == 1 else 'are'} flat")
    if unknown:
        most = " or ".join(kinds.values())
        most = "best off" if gains else most
        parts.append(f"where {listed(unknown)} {_are(unknown, gains)} {most} cannot be told")
    return clauses(parts)


def _are(names: list[str], gains: bool) -> str:
    """Return "is" or "are": of parties only the employer is one."""
    one = len(names) == 1 and not (gains and names[0].endswith("s"))
    return "is" if one else "are"


def _where(sweep: Sweep, each: Line) -> str:
    peak = each.peak
    assert peak is not None
    if peak.verdict == peaks.EITHER_END:
        return "at one of the two ends, which of them is not known"
    if peak.verdict in (peaks.LOWER_END, peaks.UPPER_END):
        end = float(each.band.x[0 if peak.verdict == peaks.LOWER_END else -1])
        word = "lower" if peak.verdict == peaks.LOWER_END else "upper"
        return f"at {plain(end, sweep.unit)}, the {word} end of what was tried"
    opened = (peak.verdict == peaks.LOWER_OR_INSIDE, peak.verdict == peaks.UPPER_OR_INSIDE)
    at = _at(sweep, (peak.place, peak.low, peak.high), opened)
    apart = ", perhaps in two places" if peak.apart else ""
    if sweep.against or each.measure == GAINED:
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
    return clauses(parts, "Bands hold whole curves: ")
