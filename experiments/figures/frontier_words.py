"""A frontier in two sentences: what it offers, and what the named policies could save."""

import math
from collections.abc import Mapping, Sequence

from experiments.analysis.frontier.shortfall import Saving
from experiments.analysis.interval import Interval
from experiments.figures.frontier import PICK_NAMES, Aim, Outlook
from experiments.figures.setting import clauses, listed, plain, told


def sentences(outlook: Outlook) -> tuple[str, str]:
    """Return what a frontier says: how much of it is known, and what named policies could save.

    Parameters
    ----------
    outlook : Outlook
        What was found.
    """
    return _frontier(outlook), _named(outlook)


def _frontier(outlook: Outlook) -> str:
    found = outlook.found
    tried, on, kept = len(found.n), int(found.on.sum()), int(found.kept.sum())
    if not on:
        return f"Of {tried:,} policies tried, none could be measured."
    parts = [
        f"of {tried:,} policies tried, {on:,} {'lie' if on > 1 else 'lies'} on the frontier by "
        f"their means, and {kept:,} cannot be ruled out ({100 * found.level:.0f} % for all "
        "together)"
    ]
    knee = outlook.picks["knee"]
    if knee.index is None:
        parts.append("it has no knee, beyond which a gain in one objective would cost more")
        return clauses(parts)
    alike = [
        PICK_NAMES[name]
        for name, choice in outlook.picks.items()
        if choice.index == knee.index and name != "knee"
    ]
    also = f", which is the {listed(alike)}, too," if alike else ""
    share = float(knee.shares[knee.index]) if len(knee.shares) else math.nan
    chance = "" if math.isnan(share) else f" (the same policy in {100 * share:.0f} % of resamples)"
    parts.append(f"its knee{also} gives {at(outlook, knee.index)}{chance}")
    return clauses(parts)


def at(outlook: Outlook, place: int) -> str:
    """Return the means of a point in words: "loyalty 0.61, exhaustion 0.2 and cost 3 prices"."""
    return listed([f"{aim.label} {outlook.told(place, k)}" for k, aim in enumerate(outlook.aims)])


def _named(outlook: Outlook) -> str:
    parts = _named_parts(outlook)
    return clauses(parts) if parts else "No policy was named to be held against the frontier."


def _named_parts(outlook: Outlook) -> list[str]:
    """Return what each named policy could save, and of which that cannot be shown."""
    parts = []
    unknown, rest = [], []
    for policy, fall in outlook.shortfalls.items():
        shown = [
            saved(aim, saving, int(outlook.found.n[outlook.named[policy]]))
            for aim, saving in zip(outlook.aims, fall.savings, strict=True)
            if saving.low > 0.0
        ]
        title = outlook.setting.title(policy)
        if shown:
            parts.append(f"{title} could {without_loss(outlook)} and {listed(shown, 'or')}")
        elif all(math.isnan(saving.low) for saving in fall.savings):
            unknown.append(title)
        else:
            rest.append(title)
    if rest:
        parts.append(
            f"for {listed(rest)} it cannot be shown that another policy tried is better in "
            f"anything with {_nothing(outlook)} lost"
        )
    if unknown:
        parts.append(f"of {listed(unknown)} nothing can be told from so few replications")
    return parts


def saved(aim: Aim, saving: Saving, n: int) -> str:
    """Return "save 0.3 prices a year [0.2, 0.4] of cost": the amount with its bounds."""
    value = Interval(saving.amount, saving.low, saving.high, n)
    amount = told(value, aim.unit, change=True)
    if aim.unit.startswith("price") and aim.better < 0:
        return f"save {amount} in {aim.label}"
    return f"{'lower' if aim.better < 0 else 'raise'} {aim.label} by {amount}"


def verdict(outlook: Outlook, numbers: Sequence[Mapping[str, str]]) -> list[str]:
    """Return what a frontier comes to: what named policies could save, and a policy to look at.

    Parameters
    ----------
    outlook : Outlook
        What was found.
    numbers : sequence of mapping
        Point by point: what was searched of its policy, in words.
    """
    said = [f"{part[0].upper()}{part[1:]}." for part in _named_parts(outlook)]
    found = outlook.found
    said.append(
        f"{int(found.kept.sum()):,} of {len(found.n):,} policies tried cannot be ruled out: which "
        "of them is best depends on what one of the objectives is worth in another."
    )
    knee = outlook.picks.get("knee")
    if knee is not None and knee.index is not None:
        own = listed(
            [f"{name.replace('_', ' ')} {text}" for name, text in numbers[knee.index].items()]
        )
        share = float(knee.shares[knee.index]) if len(knee.shares) else math.nan
        sure = "" if math.isnan(share) else f", the same one in {100 * share:.0f} % of resamples"
        said.append(
            "A place to begin is the knee, beyond which giving up a little of one objective buys "
            f"least of another: {own}{sure}; it gives {at(outlook, knee.index)}."
        )
    return said


def standing(outlook: Outlook) -> str:
    """Return in how many resamples the named policies are beaten by none."""
    chances = {
        outlook.setting.title(name): float(outlook.found.probability[place])
        for name, place in outlook.named.items()
    }
    parts = [f"{name} in {100 * share:.0f} %" for name, share in chances.items() if share >= 0.0]
    if not parts:
        return "No named policy could be held against the frontier."
    return (
        "Where the replications are drawn again and again, no policy tried beats "
        f"{listed(parts)} of draws in everything."
    )


def without_loss(outlook: Outlook) -> str:
    """Return what is lost: nothing, or less than the slack that was stated."""
    return f"lose {_nothing(outlook)}"


def _nothing(outlook: Outlook) -> str:
    spare = [
        f"{plain(amount, aim.unit, change=True)} of {aim.label}"
        for aim, amount in zip(outlook.aims, outlook.slack, strict=False)
        if amount > 0.0
    ]
    return f"no more than {listed(spare)}" if spare else "nothing"
