"""What two swept dimensions come to, for those who must decide: a few plain sentences."""

from collections.abc import Iterator

from experiments.figures.setting import (
    MOST_SAID,
    better_side,
    clauses,
    listed,
    name_of,
    plain,
    told,
    unit_of,
)
from experiments.figures.surface_words import MANY
from experiments.kinds.curve.surfaces import Interaction, Surfaces


def verdict(found: Surfaces) -> Iterator[str]:
    """Yield whether one dimension is worth more with the other, and where measures are best.

    Parameters
    ----------
    found : Surfaces
        What was found.
    """
    plan = found.explored.plan
    for curve in plan.curves:
        under = f"{plan.titles[curve]}: " if len(plan.curves) > 1 else ""
        for said in (_worth(found, curve), _sizes(found, curve), _best(found, curve)):
            if said:
                yield f"{under}{said}"


def _sides(found: Surfaces, curve: str) -> dict[str, int]:
    """Return by measure whether the two help each other (1), stand in each other's way, or not."""
    sides = {}
    for measure in found.explored.plan.request.measures:
        each, side = found.interactions[curve, measure], better_side(measure)
        if side:
            sides[measure] = 0 if not each.sure else side * (1 if each.difference.mean > 0 else -1)
    return sides


def _worth(found: Surfaces, curve: str) -> str:
    first, second = (found.explored.plan.called(place) for place in (0, 1))
    sides = _sides(found, curve)
    names = {way: [name_of(m) for m, side in sides.items() if side == way] for way in (1, -1, 0)}
    parts = []
    if names[1]:
        parts.append(f"is worth more with more {second} in {listed(names[1])}")
    if names[-1]:
        parts.append(f"is worth less with more {second} in {listed(names[-1])}")
    if names[0]:
        parts.append(f"is not told to be worth more or less in {listed(names[0], 'or')}")
    return f"{first[0].upper()}{first[1:]} {'; it '.join(parts)}." if parts else ""


def _sizes(found: Surfaces, curve: str) -> str:
    """Return what the first dimension does at both ends of the second, where that differs."""
    explored = found.explored
    plan = explored.plan
    sides = _sides(found, curve)
    names = [measure for measure in sides if sides[measure]]
    if not names:
        return ""
    ends, (low, high) = (
        [plain(float(axis[at]), sweep.unit) for at in (0, -1)]
        for axis, sweep in zip(explored.axes, plan.request.sweep, strict=True)
    )
    second = plan.called(1)
    parts = [_size(measure, found.interactions[curve, measure]) for measure in names[:MOST_SAID]]
    return (
        f"From {plan.called(0)} {ends[0]} to {ends[1]}, at {second} {low} and at {second} {high}: "
        f"{'; '.join(parts)}."
    )


def _size(measure: str, each: Interaction) -> str:
    unit = unit_of(measure)
    low, high = (told(end, unit, change=True, signed=True) for end in (each.at_low, each.at_high))
    return f"{name_of(measure)} {low} and {high}"


def _best(found: Surfaces, curve: str) -> str:
    """Return where measures are best, those of one place together."""
    plan = found.explored.plan
    units = [sweep.unit for sweep in plan.request.sweep]
    places: dict[str, list[str]] = {}
    vague = []
    for measure in plan.request.measures:
        best = found.best.get((curve, measure))
        if best is None or not best.place:
            continue
        if best.possible.sum() > MANY * len(best.possible):
            vague.append(name_of(measure))
            continue
        at = " and ".join(
            f"{plan.called(place)} {plain(best.place[place], units[place])}" for place in (0, 1)
        )
        places.setdefault(at, []).append(name_of(measure))
    parts = [
        f"{listed(names)} {'is' if len(names) == 1 else 'are'} best at {at}"
        for at, names in places.items()
    ]
    if vague:
        parts.append(f"where {listed(vague, 'or')} is best cannot be pinned down")
    if not parts:
        return ""
    said = clauses(parts).replace("in the figure", "in the table")
    return f"{said} Where else each may be best is said below the first figure."
