"""Regrets in two sentences: which policy is the safest choice, and how sure that is."""

from experiments.analysis.regimes.words import percent
from experiments.figures.regret import PartyRegret, Regretted
from experiments.figures.setting import clauses, name_of, plain, told, unit_of


def sentences(what: Regretted) -> tuple[str, str]:
    """Return the policy of the smallest regret for each party, and how sure the choice is.

    Parameters
    ----------
    what : Regretted
        What was found.
    """
    return (
        clauses([_least(what, each) for each in what.parties]),
        clauses([_sure(what, each) for each in what.parties]),
    )


def _least(what: Regretted, each: PartyRegret) -> str:
    found, unit = each.found, unit_of(each.measure)
    mean = next(one for one in found.policies if one.policy == found.least_mean)
    worst = next(one for one in found.policies if one.policy == found.minimax)
    if one_for_all(each):
        return (
            f"for {each.party}, {what.setting.title(mean.policy)} is the best in "
            f"{name_of(each.measure)} in every centre by its means: it is never regretted"
        )
    start = (
        f"for {each.party}, {what.setting.title(mean.policy)} falls least short of the best in "
        f"{name_of(each.measure)} on average ({told(mean.mean, unit, change=True)})"
    )
    largest = plain(worst.largest.mean, unit, change=True)
    if mean.policy == worst.policy:
        return f"{start} and in its worst centre ({largest})"
    return f"{start}, {what.setting.title(worst.policy)} in its worst centre ({largest})"


def one_for_all(each: PartyRegret) -> bool:
    """Return whether one policy is the best in every centre."""
    return any(one.never == 1.0 for one in each.found.policies)


def _sure(what: Regretted, each: PartyRegret) -> str:
    found = each.found
    title = what.setting.title(found.least_mean)
    if one_for_all(each):
        least = min(
            (one for one in found.policies if one.policy != found.least_mean),
            key=lambda one: one.mean.mean,
        )
        short = told(least.mean, unit_of(each.measure), change=True)
        return f"next to {title} comes {what.setting.title(least.policy)}, short by {short}"
    share = found.least_mean_share[found.least_mean]
    one = next(one for one in found.policies if one.policy == found.least_mean)
    return (
        f"for {each.party} the choice of {title} stays the same in {percent(share)} of resamples "
        f"of the centres, and it is the best one in {percent(one.never)} of them"
    )
