"""Numbers and verdicts as people read them; no more digits than the intervals bear."""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

from experiments.analysis.contrasts import Contrast
from experiments.analysis.headlines import HEADLINES
from experiments.analysis.interval import Interval
from experiments.analysis.prevails import Prevailing
from experiments.analysis.summary import MEASURES, Summary
from experiments.periods import Period, period_name

UNDEFINED = "–"
_MOST_DECIMALS = 6


_BARE = ("", "1", "0-1")
"""Units that say nothing beside a number."""


def decimals(intervals: Iterable[Interval]) -> int:
    """Return how many decimals a row of intervals bears.

    They show the widest one's half width to two digits (one, where the first is 3 or
    more), and something of the narrowest one's.
    """
    widths = [each.half_width for each in intervals]
    widths = [width for width in widths if math.isfinite(width) and width > 0.0]
    if not widths:
        return 3
    widest, narrowest = (math.floor(math.log10(end)) for end in (max(widths), min(widths)))
    wanted = (1 if max(widths) < 3.0 * 10.0**widest else 0) - widest
    return min(_MOST_DECIMALS, max(0, wanted, -narrowest))


def number(value: float, places: int, *, signed: bool = False) -> str:
    """Return a number with so many decimals and a true minus sign."""
    if math.isnan(value):
        return UNDEFINED
    text = f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}"
    if not float(text.replace(",", "")):
        text = f"{0.0:.{places}f}"  # no sign on what is shown as 0
    return text.replace("-", "−")


def plus_minus(value: Interval, places: int, *, signed: bool = False) -> str:
    """Return a mean and half its interval: "0.812 ±0.003"."""
    shown = number(value.mean, places, signed=signed)
    return f"{shown} ±{number(value.half_width, places)}" if value.n > 1 else shown


def bracketed(value: Interval, places: int, *, signed: bool = False) -> str:
    """Return a mean and its interval: "0.812 [0.809, 0.815]"."""
    shown = number(value.mean, places, signed=signed)
    if value.n < 2:
        return shown
    low, high = (number(end, places, signed=signed) for end in (value.low, value.high))
    return f"{shown} [{low}, {high}]"


def with_unit(label: str, measure: str) -> str:
    """Return a label with the measure's unit, where it has one."""
    unit = MEASURES[measure].unit
    return label if unit in ("", "1") else f"{label} ({unit})"


def better_of(each: Contrast) -> str | None:
    """Return the policy that does better, None where that cannot be told or does not apply."""
    better = MEASURES[each.measure].better
    if not each.told_apart or better == 0:
        return None
    return each.a if each.difference.mean * better > 0 else each.b


def verdict_mark(each: Contrast) -> str:
    """Return ▲ where ``a`` does better than ``b``, ▼ where worse, ≈ where it cannot be told."""
    if not each.told_apart:
        return "≈" if each.difference.n > 1 else " "
    better = better_of(each)
    return " " if better is None else "▲" if better == each.a else "▼"


COMPROMISE_WORDS = {
    "egalitarian": "the worst-off party does best under",
    "nash": "the Nash product of the three gains is highest under",
}


def compromise_in_words(
    prevailing: Prevailing, measure: str, title: Callable[[str], str] = str
) -> str:
    """Return under which policy a compromise is highest, in one sentence."""
    words = COMPROMISE_WORDS[measure]
    words = words[0].upper() + words[1:]
    leaders = prevailing.leaders(measure)
    if not leaders:
        return f"{words} no policy: it is undefined in most replications, as some party loses."
    if len(leaders) > 1:
        return f"{words} a policy that cannot be told: {', '.join(map(title, leaders))}."
    best = leaders[0]
    value = prevailing.compromises[measure][best]
    return f"{words} {title(best)} ({bracketed(value, decimals([value]))}, n = {value.n})."


class Verdict(NamedTuple):
    """One policy against another in plain words: a heading, then (label, findings)."""

    heading: str
    findings: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """Return it as running text."""
        findings = [f"{label}: {text}." for label, text in self.findings]
        return " ".join([f"{self.heading}.", *findings])


def compare(summary: Summary, a: str, b: str, period: Period) -> Verdict:
    """Return the verdict on two policies in a period, over the headline measures.

    Parameters
    ----------
    summary : Summary
        The runs' summary.
    a, b : str
        The policies: ``a`` is described against ``b``.
    period : Period
        The days.
    """
    title = summary.results.title
    tests = [summary.difference(a, b, name, period) for name in HEADLINES if name in MEASURES]
    heading = f"{title(a)} against {title(b)}, {period_name(period)}"
    if all(test.difference.n < 2 for test in tests):
        return Verdict(heading, (("No verdict", "one replication gives no interval"),))
    different = [test for test in tests if test.told_apart]
    groups = {
        "Better": [_difference(test) for test in different if better_of(test) == a],
        "Worse": [_difference(test) for test in different if better_of(test) == b],
        "Different, and neither way is better": [
            _difference(test) for test in different if better_of(test) is None
        ],
        "Cannot be told apart": [HEADLINES[test.measure] for test in tests if not test.told_apart],
    }
    found = tuple((label, "; ".join(texts)) for label, texts in groups.items() if texts)
    return Verdict(heading, found)


def _difference(test: Contrast) -> str:
    """Return "retention higher by 2.1 points [1.6, 2.6]"."""
    unit, scale = MEASURES[test.measure].unit, 1.0
    if unit.startswith("share"):
        unit, scale = "points" + unit.removeprefix("share").replace("/", " a "), 100.0
    mean, low, high, n = test.difference
    nearer, farther = sorted((scale * abs(low), scale * abs(high)))
    size = Interval(scale * abs(mean), nearer, farther, n)
    places = decimals([size])
    amount = number(size.mean, places) + ("" if unit in _BARE else f" {unit}")
    ends = f"[{number(size.low, places)}, {number(size.high, places)}]"
    return f"{HEADLINES[test.measure]} {'higher' if mean > 0 else 'lower'} by {amount} {ends}"
