"""Numbers and verdicts as people read them; no more digits than the intervals bear."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from experiments.analysis.contrasts import Contrast
from experiments.analysis.headlines import HEADLINES
from experiments.analysis.interval import Interval
from experiments.analysis.numbers import UNDEFINED as UNDEFINED
from experiments.analysis.numbers import bracketed as bracketed
from experiments.analysis.numbers import decimals as decimals
from experiments.analysis.numbers import number as number
from experiments.analysis.numbers import plus_minus as plus_minus
from experiments.analysis.prevails import Prevailing
from experiments.analysis.summary import MEASURES, Summary
from experiments.periods import Period, period_name

_BARE = ("", "1", "0-1")
"""Units that say nothing beside a number."""


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
    """One policy against another in plain words.

    ``lead`` says in one sentence who pays and who gains; then come (label, findings).
    """

    heading: str
    findings: tuple[tuple[str, str], ...]
    lead: str = ""

    def __str__(self) -> str:
        """Return it as running text."""
        findings = [f"{label}: {text}." for label, text in self.findings]
        return " ".join([f"{self.heading}.", *([self.lead] if self.lead else []), *findings])


_SAYINGS = {
    "retention": (
        "keeps {} more of its customers a year",
        "keeps {} fewer of its customers a year",
    ),
    "exhaustion": ("wears its reps out more, by {}", "wears its reps out less, by {}"),
    "cost_per_contact": ("costs {} more a contact", "costs {} less a contact"),
    "profit": ("earns {} more a day", "earns {} less a day"),
}
"""What a party is told first, where the first policy's measure is higher and where lower."""


def lead_sentence(summary: Summary, a: str, b: str, period: Period) -> str:
    """Return what ``a`` does for customers, reps and the employer against ``b``.

    Parameters
    ----------
    summary : Summary
        The runs' summary.
    a, b : str
        The policies.
    period : Period
        The days.

    Returns
    -------
    str
        One sentence with the differences that can be told, and those that cannot.
    """
    title = summary.results.title
    tests = [summary.difference(a, b, name, period) for name in _SAYINGS]
    said = []
    for test in (test for test in tests if test.told_apart):
        higher, lower = _SAYINGS[test.measure]
        amount, ends = _size(test, _BARE_UNITS.get(test.measure))
        said.append((higher if test.difference.mean > 0 else lower).format(amount) + f" {ends}")
    same = [HEADLINES[test.measure] for test in tests if not test.told_apart]
    if same:
        said.append(f"cannot be told apart in {_listed(same)}")
    return f"Against {title(b)}, {title(a)} {_listed(said)}."


_BARE_UNITS = {"retention": "points", "cost_per_contact": "prices", "profit": "prices"}
"""Units as the sayings want them: the words around them hold the rest."""


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


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
    return Verdict(heading, found, lead_sentence(summary, a, b, period))


def _difference(test: Contrast) -> str:
    """Return "retention higher by 2.1 points [1.6, 2.6]"."""
    amount, ends = _size(test)
    direction = "higher" if test.difference.mean > 0 else "lower"
    return f"{HEADLINES[test.measure]} {direction} by {amount} {ends}"


def _size(test: Contrast, unit: str | None = None) -> tuple[str, str]:
    """Return how large a difference is, without its sign, and its interval.

    Parameters
    ----------
    test : Contrast
        The difference.
    unit : str or None
        What to call the unit; the measure's own where None. Shares are told in points.
    """
    own, scale = MEASURES[test.measure].unit, 1.0
    if own.startswith("share"):
        own, scale = "points" + own.removeprefix("share").replace("/", " a "), 100.0
    own = unit or own
    mean, low, high, n = test.difference
    nearer, farther = (scale * low, scale * high) if mean > 0 else (-scale * high, -scale * low)
    size = Interval(scale * abs(mean), nearer, farther, n)
    places = decimals([size])
    amount = number(size.mean, places) + ("" if own in _BARE else f" {own}")
    return amount, f"[{number(size.low, places)}, {number(size.high, places)}]"
