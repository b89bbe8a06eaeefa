"""Rules in plain words, with units, no more digits than matter, and how often they hold."""

import math
from collections.abc import Callable, Sequence

from experiments.analysis.regimes.box import Box
from experiments.analysis.regimes.discovery import Discovery
from experiments.analysis.regimes.scenarios import Factor
from experiments.analysis.regimes.tree import Leaf, Tree
from experiments.analysis.wording import number

ROUNDING = 0.01
"""How far rounding may move a limit, as a share of the factor's range on its scale (own choice)."""

_BARE = ("", "1", "0-1")
_SHARE = "share"
_MOST_PLACES = 6

Title = Callable[[str], str]


def listed(parts: Sequence[str], word: str = "and") -> str:
    """Return "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def percent(share: float) -> str:
    """Return a share in per cent, without claiming 0 or 100 where it is not."""
    if math.isnan(share):
        return "–"
    if 0.0 < share < 0.005:
        return "under 1 %"
    if 0.995 <= share < 1.0:
        return "over 99 %"
    return f"{100.0 * share:.0f} %"


def limit(factor: Factor, value: float) -> str:
    """Return a limit with its unit, in as few digits as leave it where it is."""
    scale = 100.0 if factor.unit.startswith(_SHARE) else 1.0
    unit = f"%{factor.unit.removeprefix(_SHARE)}" if scale > 1.0 else factor.unit
    tail = "" if unit in _BARE else f" {unit}"
    first = -math.floor(math.log10(abs(scale * value))) if value else 0
    for places in range(min(first, 0), max(first, 0) + _MOST_PLACES):
        near = round(scale * value, places) / scale
        if _moved(factor, near, value) <= ROUNDING:
            return f"{number(scale * near, max(0, places))}{tail}"
    return f"{scale * value:g}{tail}"


def _moved(factor: Factor, near: float, value: float) -> float:
    if near == value:
        return 0.0
    if factor.scale == "log":
        return abs(math.log(near / value) / math.log(factor.high / factor.low)) if near > 0 else 1.0
    return abs(near - value) / (factor.high - factor.low)


def condition(factor: Factor, low: float, high: float, kept: Sequence[int] | None) -> str:
    """Return one factor's limits: "unreasonable claims are below 12 %".

    Parameters
    ----------
    factor : Factor
        The factor.
    low, high : float
        In its unit; infinite for none.
    kept : sequence of int or None
        Categories that are in.

    Returns
    -------
    str
        Empty where nothing in the factor's range is kept out.
    """
    what = f"{factor.label or factor.name.replace('_', ' ')} {'are' if factor.plural else 'is'}"
    if kept is not None:
        out = [name for at, name in enumerate(factor.categories) if at not in kept]
        if len(out) == 1 and len(kept) > 1:
            return f"{what} not {out[0]}"
        return f"{what} {listed([factor.categories[at] for at in sorted(kept)], 'or')}"
    if factor.whole:
        return _of_whole(factor, what, low, high)
    above, below = low > factor.low, high < factor.high
    if above and below:
        return f"{what} between {limit(factor, low)} and {limit(factor, high)}"
    if above:
        return f"{what} above {limit(factor, low)}"
    return f"{what} below {limit(factor, high)}" if below else ""


def _of_whole(factor: Factor, what: str, low: float, high: float) -> str:
    """Return limits on whole numbers, of which those at the limits are in."""
    first = math.ceil(max(low, factor.low))
    last = math.floor(min(high, factor.high))
    above, below = first > math.ceil(factor.low), last < math.floor(factor.high)
    tail = "" if factor.unit in _BARE else f" {factor.unit}"
    if above and below:
        if first == last:
            return f"{what} {number(first, 0)}{tail}"
        return f"{what} {number(first, 0)} to {number(last, 0)}{tail}"
    if above:
        return f"{what} at least {number(first, 0)}{tail}"
    return f"{what} at most {number(last, 0)}{tail}" if below else ""


def in_words(box: Box, factors: Sequence[Factor]) -> str:
    """Return a box as conditions joined by "and"; empty where there are none."""
    limits = zip(factors, box.low, box.high, box.kept, strict=True)
    said = [condition(factor, low, high, kept) for factor, low, high, kept in limits]
    said = [each for each in said if each]
    return " and ".join(said)


def of_tree(found: Tree, factors: Sequence[Factor], whom: str, title: Title = str) -> str:
    """Return a tree as "best is ..., unless ...".

    Parameters
    ----------
    found : Tree
        The tree.
    factors : sequence of Factor
        Of its scenarios.
    whom : str
        What people call the party: "the staff".
    title : callable
        Turns a policy's name into what people call it.
    """
    often = sum(leaf.count * leaf.shares[found.most] for leaf in found.leaves) / found.n
    start = (
        f"Best for {whom} is {title(found.most)} in {percent(often)} of {found.n:,} kinds of centre"
    )
    told = sum(leaf.count * leaf.told for leaf in found.leaves) / found.n
    others = [leaf for leaf in found.leaves if leaf.policy != found.most]
    if not found.honest.helps or not others:
        return f"{start}; no rule was found that tells better when it is not."
    exceptions = "; or ".join(_exception(leaf, factors, title) for leaf in others)
    return (
        f"{start}: unless {exceptions}. On centres that they were not made from these rules are "
        f"wrong in {percent(found.honest.tree)}, naming {title(found.most)} always in "
        f"{percent(found.honest.always)}. In {percent(told)} of all centres the best is told "
        "beyond the noise of their own runs."
    )


def _exception(leaf: Leaf, factors: Sequence[Factor], title: Title) -> str:
    return (
        f"{in_words(leaf.box, factors)}, where it is {title(leaf.policy)} "
        f"(in {percent(leaf.density)} of the {leaf.count:,} such centres, which are "
        f"{percent(leaf.coverage)} of all where that is best)"
    )


def of_boxes(
    found: Sequence[Discovery],
    factors: Sequence[Factor],
    policy: str,
    whom: str,
    base: float,
    n: int,
    title: Title = str,
) -> str:
    """Return boxes of PRIM as where a policy is best.

    Parameters
    ----------
    found : sequence of Discovery
        Its boxes, in the order found; they may be none.
    factors : sequence of Factor
        Of the scenarios.
    policy, whom : str
        Its name, and what people call the party.
    base : float
        Share of all scenarios in which it is best.
    n : int
        How many these are.
    title : callable
        Turns a policy's name into what people call it.
    """
    start = f"{title(policy)}: best for {whom} in {percent(base)} of {n:,} kinds of centre"
    if not found:
        return f"{start}; nothing beyond chance was found that they have in common."
    said = [f"{start}. It is so in {_box(found[0], factors)}"]
    said += [f"Of the others, it is so in {_box(each, factors)}" for each in found[1:]]
    return ". ".join(said) + "."


def _box(each: Discovery, factors: Sequence[Factor]) -> str:
    whole = each.whole
    return (
        f"{percent(whole.density)} of the {whole.count:,} where {in_words(whole.box, factors)}, "
        f"which holds {percent(whole.coverage)} of such cases (searched on other centres: "
        f"{percent(each.honest_density)} and {percent(each.honest_coverage)})"
    )
