"""The figures of a curve, each with its two sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from experiments.analysis.headlines import PARTIES
from experiments.figures.curve import Line, Meeting, Sweep, curve
from experiments.figures.curve_words import sentences
from experiments.figures.setting import GAINED, Setting
from experiments.figures.style import Drawing
from experiments.kinds.curve.exploring import Explored
from experiments.kinds.curve.findings import Curves, Parties, reference
from experiments.kinds.work import GAINS

PARTY = dict(zip(GAINS, ("customers", "reps", "the employer"), strict=True))
"""Gain: whose it is."""


@dataclass(frozen=True, eq=False)
class Said:
    """A figure with its two sentences."""

    drawing: Drawing
    sentences: tuple[str, str]


def setting_of(explored: Explored, titles: dict[str, str]) -> Setting:
    """Return where the numbers of a figure come from.

    Parameters
    ----------
    explored : Explored
        What was simulated.
    titles : dict of str to str
        What the figure tells apart, and what people call it.
    """
    request = explored.plan.request
    centres = [explored.plan.centre(name) for name in explored.plan.curves]
    customers = [each.customers for each in centres]
    seats = [each.seats for each in centres]
    return Setting(
        titles,
        request.seed,
        request.warmup_days,
        request.days,
        (min(customers), max(customers)),
        (min(seats), max(seats)),
        request.hash,
    )


def draw_curves(found: Curves) -> Iterator[Said]:
    """Yield the figures of a swept dimension.

    Parameters
    ----------
    found : Curves
        What it shows.
    """
    moved = changes_of(found)
    yield Said(curve(moved), sentences(moved))
    for number, parties in enumerate(found.parties):
        gained = gains_of(found, parties, number)
        yield Said(curve(gained), sentences(gained))
    levels = levels_of(found)
    yield Said(curve(levels), sentences(levels))


def changes_of(found: Curves) -> Sweep:
    """Return how all measures that are shown change along the sweep, as a figure takes it."""
    plan = found.explored.plan
    places = {name: reference(found.explored, name) for name in plan.curves}
    titles = dict.fromkeys(title for _, title in places.values())
    against = next(iter(titles)) if len(titles) == 1 else "the policy that is held"
    return Sweep(
        plan.called(0),
        plan.request.sweep[0].unit,
        tuple(
            Line(
                name,
                measure,
                found.changes[name, measure],
                found.change_peaks.get((name, measure)),
            )
            for measure in plan.request.measures
            for name in plan.curves
        ),
        setting_of(found.explored, plan.titles),
        (),
        ends_of(found),
        plan.nodes(0),
        name="change",
        title=f"What changes along {plan.called(0)}, against {against}",
        note=f"Every curve is the change from {against}, replication by replication, so that what "
        "replications differ in as a whole is not in its band.",
        against=against,
        zero=True,
    )


def levels_of(found: Curves) -> Sweep:
    """Return all measures that are shown along the sweep, as a figure takes them."""
    plan = found.explored.plan
    shown = plan.request.measures
    return Sweep(
        plan.called(0),
        plan.request.sweep[0].unit,
        tuple(
            Line(name, measure, found.bands[name, measure], None, found.changes[name, measure])
            for measure in shown
            for name in plan.curves
        ),
        setting_of(found.explored, plan.titles),
        tuple(
            Meeting(each.measure, each.a, each.b, each.found)
            for each in found.met
            if each.measure in shown
        ),
        ends_of(found),
        plan.nodes(0),
        title=f"Levels along {plan.called(0)}",
        note="What replications differ in as a whole is in these bands, and not in those of the "
        "figure of the changes.",
    )


def gains_of(found: Curves, parties: Parties, number: int = 0) -> Sweep:
    """Return what the three parties gain along one curve, as a figure takes it."""
    plan = found.explored.plan
    several = len(plan.curves) > 1
    under = f", {plan.titles[parties.curve]}" if several else ""
    return Sweep(
        plan.called(0),
        plan.request.sweep[0].unit,
        tuple(
            Line(name, GAINED, held, found.peaks.get((parties.curve, name)))
            for name, held in parties.gains.items()
        ),
        setting_of(found.explored, PARTY),
        tuple(Meeting(GAINED, each.a, each.b, each.found) for each in parties.between),
        ends_of(found),
        plan.nodes(0) if not several else plan.nodes_of(parties.curve),
        name=f"parties-{parties.curve}" if several else "parties",
        title=f"Who gains from it: customers, reps, the employer{under}",
        zero=True,
        note="Gain: the mean payoff of a conversation over an issue less that under the neutral "
        "policy on the same days, in standard deviations there; below 0 a party is worse off than "
        "under that policy.",
    )


def ends_of(found: Curves) -> tuple[str, str] | None:
    """Return what to call the ends of the sweep, where policies are."""
    sweep = found.explored.plan.request.sweep[0]
    if sweep.through is None:
        return None
    titles = list(found.explored.plan.nodes(0).values())
    return titles[0], titles[-1]


assert set(PARTIES.values()) == set(PARTY.values())
