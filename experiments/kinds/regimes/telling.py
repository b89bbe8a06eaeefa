"""Regimes in rows and sentences: for the page, and for whoever ran them."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from experiments.analysis.regimes.words import in_words, of_boxes, of_tree, percent
from experiments.analysis.robustness.satisficing import Satisficing
from experiments.analysis.wording import UNDEFINED, number
from experiments.figures.setting import listed, name_of, plain, told, unit_of
from experiments.kinds.regimes.findings import Findings, PartyFound, first_ahead

_MOST = 12
"""Parameters of which it is told what knowing them is worth."""

_MOST_SAID = 3
"""Exceptions that are told in one breath, the largest ones."""

Title = Callable[[str], str]


def lead(found: Findings) -> list[str]:
    """Return what came out, in a few sentences: the rules of each party's tree."""
    said = list(overall(found)) + [in_short(found, each) for each in found.parties]
    said += [
        f"For {party} nothing can be said: no simulation gave a value." for party in found.lost
    ]
    if found.targets:
        said.append(targets_words(found))
    return said


def overall(found: Findings) -> Iterator[str]:
    """Yield whether one policy is best for every party, in so many words."""
    title = found.request.titles.__getitem__
    most: dict[str, list[str]] = {}
    for each in found.parties:
        leads = each.winners.leader[each.winners.leader >= 0]
        if len(leads):
            counts = np.bincount(leads, minlength=len(each.winners.policies))
            name = title(each.winners.policies[int(counts.argmax())])
            share = float(counts.max() / len(leads))
            most.setdefault(name, []).append(f"{each.party} (in {percent(share)})")
    if len(found.parties) < 2 or not most:
        return
    parts = [f"{name} for {listed(parties)}" for name, parties in most.items()]
    if len(most) == 1:
        yield f"By its means most often best for all alike is {parts[0]}."
    else:
        yield (
            f"By their means no policy is most often best for all: it is {listed(parts)} of kinds "
            "of centre."
        )


def in_short(found: Findings, each: PartyFound) -> str:
    """Return the same in one breath: "firm boundaries are best for the staff unless ..."."""
    grown = each.tree
    if grown is None or each.only:
        return rules(found, each)
    title = found.request.titles.__getitem__
    often = sum(leaf.count * leaf.shares[grown.most] for leaf in grown.leaves) / grown.n
    start = f"{title(grown.most)} is best for {each.party} in {percent(often)} of kinds of centre"
    others = [leaf for leaf in grown.leaves if leaf.policy != grown.most]
    if not grown.honest.helps or not others:
        return f"{start}; no rule was found that tells when it is not."
    places = [
        f"{in_words(leaf.box, found.rules.factors)} (then {title(leaf.policy)})"
        for leaf in others[:_MOST_SAID]
    ]
    left = len(others) - len(places)
    more = f"; or in {left} smaller case{'s' * (left > 1)}" if left else ""
    wrong = f"these rules are wrong in {percent(grown.honest.tree)} of centres not seen"
    return f"{start}: unless {'; or '.join(places)}{more}. ({wrong[0].upper()}{wrong[1:]}.)"


def rules(found: Findings, each: PartyFound) -> str:
    """Return by which few rules it is decided which policy is best for a party."""
    title = found.request.titles.__getitem__
    if each.only:
        return (
            f"Best for {each.party} is {title(each.only)} in all of {each.counted:,} kinds of "
            "centre that were tried."
        )
    if each.tree is None:
        return f"For {each.party} there are too few kinds of centre with values for rules."
    return of_tree(each.tree, found.rules.factors, each.party, title)


def boxes(found: Findings, each: PartyFound) -> list[str]:
    """Return where each policy is best, by PRIM."""
    title = found.request.titles.__getitem__
    factors = found.rules.factors
    return [
        of_boxes(one.found, factors, one.policy, each.party, one.base, each.counted, title)
        for one in each.boxes
    ]


def doubts(each: PartyFound) -> list[str]:
    """Return what to mind with the rules of a party."""
    said = []
    told_ = float(each.winners.told[each.winners.leader >= 0].mean()) if each.counted else 0.0
    said.append(
        f"In {percent(told_)} of these kinds of centre the best policy for {each.party} is told "
        "from its rivals beyond the noise of their own runs"
        + ("." if each.only else "; the rules use all of them.")
    )
    weak = [
        one
        for boxes in each.boxes
        for one in boxes.found
        if one.honest_density < 0.5 * (one.whole.density + one.base)
    ]
    if weak:
        said.append(
            "Some boxes hold far less often on centres that they were not searched on: there trust "
            "the tree, which also sees a policy that is best at both ends of a parameter."
        )
    return said


def tree_rows(found: Findings, each: PartyFound) -> list[dict[str, Any]]:
    """Return the leaves of a party's tree, the largest first."""
    if each.tree is None:
        return []
    title = found.request.titles.__getitem__
    return [
        {
            "where": in_words(leaf.box, found.rules.factors) or "everywhere",
            "policy": title(leaf.policy),
            "count": f"{leaf.count:,}",
            "density": percent(leaf.density),
            "coverage": percent(leaf.coverage),
            "told": percent(leaf.told),
        }
        for leaf in each.tree.leaves
    ]


def box_rows(found: Findings, each: PartyFound) -> list[dict[str, Any]]:
    """Return PRIM's boxes of a party."""
    title = found.request.titles.__getitem__
    return [
        {
            "policy": title(boxes.policy),
            "where": in_words(one.box, found.rules.factors),
            "count": f"{one.whole.count:,}",
            "density": percent(one.whole.density),
            "honest_density": percent(one.honest_density),
            "coverage": percent(one.whole.coverage),
            "honest_coverage": percent(one.honest_coverage),
            "quasi_p": "; ".join(
                f"{name} {'under 0.001' if p < 0.001 else f'{p:.3f}'}"
                for name, p in one.found.quasi_p.items()
            ),
            "p": f"{one.p:.2f}",
        }
        for boxes in each.boxes
        for one in boxes.found
    ]


def targets_words(found: Findings) -> str:
    """Return which policy meets the targets in most centres, and whether that is sure."""
    first = found.targets[0]
    title = found.request.titles.__getitem__
    what = listed([_target(found, each) for each in range(len(found.request.targets))])
    text = (
        f"{title(first.policy)} meets the targets ({what}) in "
        f"{_share(first)} of {first.share.n:,} centres, more often than any other policy"
    )
    gap = first_ahead(found.targets)
    if gap is None:
        return f"{text}."
    second = title(found.targets[1].policy)
    if not first.share.mean > found.targets[1].share.mean:
        return f"{text.removesuffix(', more often than any other policy')}, as often as {second}."
    sure = "which chance alone would hardly give" if gap[3] <= 0.05 else "which may be chance"
    sure += f" (p {'under 0.001' if gap[3] < 0.001 else f'{gap[3]:.2g}'})"
    points, low, high = (number(100 * each, 1) for each in gap[:3])
    return f"{text}: {points} points [{low}, {high}] ahead of {second}, {sure}."


def _target(found: Findings, place: int) -> str:
    each = found.request.targets[place]
    unit = unit_of(each.measure)
    ends = [
        f"{word} {plain(value, unit)}"
        for word, value in (("at least", each.least), ("at most", each.most))
        if value is not None
    ]
    return f"{name_of(each.measure)} {' and '.join(ends)}"


def _share(each: Satisficing) -> str:
    share = each.share
    return f"{100 * share.mean:.0f} % [{100 * share.low:.0f}, {100 * share.high:.0f}]"


def target_rows(found: Findings) -> list[dict[str, Any]]:
    """Return a row for each policy: how often it meets the targets, and what it fails by."""
    return [
        {
            "policy": found.request.titles[each.policy],
            "share": _share(each) if each.share.n else UNDEFINED,
            "surely": percent(each.surely),
            "possibly": percent(each.possibly),
            "fails": "; ".join(
                f"{name_of(name)} in {percent(share)} (alone in {percent(each.alone[name])})"
                for name, share in each.fails.items()
            ),
        }
        for each in found.targets
    ]


def regret_rows(found: Findings, each: PartyFound) -> list[dict[str, Any]]:
    """Return a row for each policy: regrets, and its worst centre."""
    unit = unit_of(each.measure)
    rows = []
    worst = {one.policy: one for one in each.maximin.policies}
    for one in each.regrets.policies:
        rows.append(
            {
                "policy": found.request.titles[one.policy],
                "mean": told(one.mean, unit, change=True) if one.never < 1.0 else "none",
                "held_out": plain(one.held_out, unit, change=True),
                "largest": plain(one.largest.mean, unit, change=True),
                "held_out_largest": plain(one.held_out_worst, unit, change=True),
                "never": percent(one.never),
                "kept": percent(each.regrets.minimax_share[one.policy]),
                "worst": plain(worst[one.policy].value, unit),
                "second": plain(worst[one.policy].second, unit),
            }
        )
    return rows


def safest(found: Findings, each: PartyFound) -> list[str]:
    """Return which policy is the safest choice by the worst centre, and what that says."""
    title, unit = found.request.titles.__getitem__, unit_of(each.measure)
    best = next(one for one in each.maximin.policies if one.policy == each.maximin.chosen)
    said = [
        f"The worst centre is least bad under {title(best.policy)} ({name_of(each.measure)} "
        f"{plain(best.value, unit)}); it is chosen in {percent(each.maximin.share[best.policy])} "
        f"of resamples of the centres. With 95 % confidence {percent(each.maximin.covered)} of "
        "centres like these are no worse than the worst one seen."
    ]
    cautions = dict.fromkeys([each.maximin.caution, each.regrets.caution])
    return said + [f"Mind: {text}." for text in cautions if text]


def information_rows(found: Findings, each: PartyFound) -> list[dict[str, str]]:
    """Return a row for each parameter that is clearly worth knowing, the most valuable first."""
    if each.information is None:
        return []
    unit = unit_of(each.measure)
    labels = {factor.name: factor.label or factor.name for factor in found.plan.everything.factors}
    clear = [one for one in each.information.partial if one.clear]
    return [
        {
            "name": labels[one.name],
            "value": plain(one.value, unit, change=True),
            "error": plain(one.error, unit, change=True),
        }
        for one in clear[:_MOST]
    ]


def information_words(found: Findings, each: PartyFound) -> str:
    """Return what to measure next in one's own centre."""
    what = each.information
    if what is None:
        return (
            "What it is worth to know a parameter cannot be told: there are too few centres with "
            "values."
        )
    title, unit = found.request.titles.__getitem__, unit_of(each.measure)
    if each.only:
        return (
            f"For {each.party} nothing need be measured to choose: {title(each.only)} is best in "
            "every kind of centre that was tried, by its means."
        )
    ends = sorted(max(0.0, end) for end in (what.perfect.plain, what.perfect.held_out) if _is(end))
    worth = " to ".join(dict.fromkeys(plain(end, unit, change=True) for end in ends))
    start = (
        f"Whoever knows nothing of their centre takes {title(what.best)} for {each.party}; knowing "
        f"everything would gain {worth} of {name_of(each.measure)} on average"
    )
    rows = information_rows(found, each)
    if not rows:
        return f"{start}. Of no single parameter is it clear that knowing it would gain anything."
    first = rows[0]
    more = f"; also clear: {listed([row['name'] for row in rows[1:4]])}" if len(rows) > 1 else ""
    return (
        f"{start}. What to measure first: {first['name']}, which is worth {first['value']} "
        f"(standard error {first['error']}){more}."
    )


def _is(value: float) -> bool:
    return math.isfinite(value)


def shares_of(found: Findings, each: PartyFound) -> list[dict[str, str]]:
    """Return in how many scenarios each policy is best, and in how many that is told."""
    leader, told_ = each.winners.leader, each.winners.told
    counted = max(1, each.counted)
    return [
        {
            "policy": found.request.titles[name],
            "best": percent(float(np.sum(leader == place)) / counted),
            "told": percent(float(np.sum((leader == place) & told_)) / counted),
        }
        for place, name in enumerate(each.winners.policies)
    ]
