"""The figures of two swept dimensions, each with its two sentences."""

from collections.abc import Iterator

import numpy as np

from experiments.analysis.curves.crossing import crossings
from experiments.figures.curve import Line, Meeting, Sweep, curve
from experiments.figures.curve_words import sentences
from experiments.figures.setting import plain
from experiments.figures.surface import Field, Sheet, surface
from experiments.figures.surface_words import Together, differing
from experiments.figures.surface_words import sentences as surface_sentences
from experiments.kinds.curve.drawings import Said, setting_of
from experiments.kinds.curve.surfaces import Surfaces, slices, start_of


def draw_surfaces(found: Surfaces) -> Iterator[Said]:
    """Yield the figures of two swept dimensions.

    Parameters
    ----------
    found : Surfaces
        What they show.
    """
    for name in found.explored.plan.curves:
        field = field_of(found, name)
        yield Said(surface(field), surface_sentences(field, together(found, name)))
        cut = slices_of(found, name)
        yield Said(curve(cut), sentences(cut))
    titles = found.explored.plan.titles
    for a, b in dict.fromkeys((a, b) for _, a, b in found.contours):
        apart = difference_of(found, a, b)
        yield Said(surface(apart), differing(titles[a], apart))


def difference_of(found: Surfaces, a: str, b: str) -> Field:
    """Return one curve less another over both dimensions, as a figure takes it."""
    plan = found.explored.plan
    points = np.array(found.explored.places)
    return Field(
        (plan.called(0), plan.called(1)),
        (plan.request.sweep[0].unit, plan.request.sweep[1].unit),
        tuple(
            Sheet(measure, found.contours[measure, a, b].surface, None, points[:0])
            for measure in plan.request.measures
        ),
        points,
        None,
        plan.titles[b],
        setting_of(found.explored, plan.titles),
        f"difference-{a}-{b}",
        f"Where {plan.titles[a]} is better than {plan.titles[b]}, and where worse",
    )


def field_of(found: Surfaces, name: str) -> Field:
    """Return the changes over both dimensions, as a figure takes them."""
    explored = found.explored
    plan = explored.plan
    points = np.array(explored.places)
    start, against = start_of(explored, name)
    under = f" ({plan.titles[name]})" if len(plan.curves) > 1 else ""
    sheets = []
    for measure in plan.request.measures:
        best = found.best.get((name, measure))
        known = best is not None and len(best.place) == 2
        sheets.append(
            Sheet(
                measure,
                found.changes[name, measure],
                (best.place[0], best.place[1]) if best is not None and known else None,
                points[best.possible] if best is not None and known else points[:0],
            )
        )
    dimensions = (plan.called(0), plan.called(1))
    return Field(
        dimensions,
        (plan.request.sweep[0].unit, plan.request.sweep[1].unit),
        tuple(sheets),
        points,
        (start[0], start[1]),
        against,
        setting_of(explored, plan.titles),
        f"surface-{name}" if len(plan.curves) > 1 else "surface",
        f"What {dimensions[0]} and {dimensions[1]} do{under}, against {against}",
    )


def together(found: Surfaces, name: str) -> dict[str, Together]:
    """Return whether the two dimensions are worth more together, by measure."""
    return {
        measure: Together(each.at_low, each.at_high, each.difference)
        for (curve_name, measure), each in found.interactions.items()
        if curve_name == name
    }


def slices_of(found: Surfaces, name: str) -> Sweep:
    """Return curves along the first dimension at some places of the second."""
    explored = found.explored
    plan = explored.plan
    unit = plan.request.sweep[1].unit
    _, against = start_of(explored, name)
    titles: dict[str, str] = {}
    lines, meetings = [], []
    for measure in plan.request.measures:
        cuts = slices(explored, name, measure)
        for cut in cuts:
            key = f"{cut.at:g}"
            titles[key] = f"{plan.called(1)} {plain(cut.at, unit)}"
            lines.append(Line(key, measure, cut.band))
        low, high = cuts[0], cuts[-1]
        ends = (f"{low.at:g}", f"{high.at:g}")
        met = crossings(explored.axes[0], low.values, high.values)
        meetings.append(Meeting(measure, *ends, met))
    under = f" ({plan.titles[name]})" if len(plan.curves) > 1 else ""
    several = len(plan.curves) > 1
    return Sweep(
        plan.called(0),
        plan.request.sweep[0].unit,
        tuple(lines),
        setting_of(explored, titles),
        tuple(meetings),
        None,
        plan.nodes_of(name, 0),
        name=f"slices-{name}" if several else "slices",
        title=f"What {plan.called(0)} does at some levels of {plan.called(1)}{under}, "
        f"against {against}",
        note=f"Every curve is the change from {against}, replication by replication.",
        against=against,
        zero=True,
    )
