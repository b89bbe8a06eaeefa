"""Coding, sizes, answers and deciders in words."""

import math

import numpy as np

from experiments.analysis.wording import number
from experiments.claims.answers import Answer
from experiments.claims.coding import Coding
from experiments.claims.deciders import Decider
from experiments.claims.founding import Best
from experiments.claims.judging import HOLDS, REFUTED
from experiments.claims.magnitude import Magnitude
from experiments.claims.measures import TURNOVER

BY = {
    "retention": "retention",
    "satisfaction": "satisfaction",
    TURNOVER: "expected attrition",
    "exhaustion": "exhaustion",
    "profit": "profit",
    "cost_per_contact": "cost per contact",
}
"""What a sentence calls the measures."""

CHANCE = "cannot be told from chance"
"""What is said of a parameter that is the first only because one has to be."""

_MOST_PLACES = 6


def of_others(coded: Coding) -> str:
    """Return what the sets say in which a coding parameter has not its sign, in a few words."""
    others = coded.others
    holds, refuted = others.count(HOLDS), others.count(REFUTED)
    return f"of {others.sets} others {holds} hold, {refuted} refuted"


def coding_text(coded: Coding) -> str:
    """Return in how many sets the sign is coded, and what the others say, in two sentences."""
    names = list(coded.signs)
    each = ", ".join(
        f"{name} {'above' if coded.signs[name] > 0 else 'below'} 0 in {coded.count_of(name)}"
        for name in names
    )
    subject = (
        "The parameter that codes it has its"
        if len(names) == 1
        else (f"All {len(names)} parameters that code it have their")
    )
    text = f"{subject} coded sign in {coded.count} of {coded.judged.sets} sets ({each})."
    others = coded.others
    if not others.sets:
        return f"{text} No set says what would be without it."
    share, low, high = others.share(HOLDS)
    refuted = others.count(REFUTED)
    among = f"the {others.sets} others it holds in" if others.sets > 1 else "the other it holds in"
    return (
        f"{text} Of {among} {others.count(HOLDS)} ({100 * share:.0f} % "
        f"[{100 * low:.0f}, {100 * high:.0f}]) and is refuted in {refuted}."
    )


def median_text(values: np.ndarray | float, *, unit: str = "") -> str:
    """Return the median of differences, with as many digits as it bears."""
    known = np.atleast_1d(values)
    known = known[np.isfinite(known)]
    if not len(known):
        return "–"
    middle = float(np.median(known))
    return f"{number(middle, places_of(abs(middle)), signed=True)}{unit}"


def places_of(largest: float) -> int:
    """Return how many decimals give a number of this size three digits."""
    if not largest > 0.0:
        return 0
    return min(_MOST_PLACES, max(0, 2 - math.floor(math.log10(largest))))


def relevant_text(size: Magnitude, over: str = "beyond") -> str:
    """Return in which share of sets a difference holds and is larger than the relevant margin.

    Parameters
    ----------
    size : Magnitude
        Of the difference.
    over : str
        The word before the margin.
    """
    if size.margin is None:
        return "no margin stated"
    return f"{100 * size.share:.0f} % {over} {size.margin:g}" if size.sets else "–"


def decider_words(each: Decider) -> str:
    """Return a parameter and which way it goes: "more drain (ρ = ...)"."""
    low, high = (number(end, 2, signed=True) for end in (each.low, each.high))
    rho = number(each.rho, 2, signed=True)
    return f"{'more' if each.rho > 0 else 'less'} {each.name} (ρ = {rho} [{low}, {high}])"


def party_title(answer: Answer) -> str:
    """Return whose answer it is, and by what: "customers, by retention"."""
    return f"{answer.party}, by {BY[answer.measure]}"


def party_text(answer: Answer) -> str:
    """Return which policy leads by a party's measure, in one plain sentence."""
    return f"{party_title(answer)}: {leading_text(answer.best)}."


def leading_text(best: Best) -> str:
    """Return in how many sets each policy leads: "one leads in 20 of 50 sets, another in 3"."""
    (first, count), *others = best.counts.items()
    parts = [f"{first} leads in {count} of {best.sets} sets"]
    parts += [f"{name} in {count}" for name, count in others]
    return ", ".join([*parts, f"not told in {best.untold}"])
