"""The parts of the report, as the template takes them: words, numbers in cells, no layout."""

import math
import shlex
from itertools import combinations
from typing import Any

from experiments.analysis.contrasts import Contrast
from experiments.analysis.headlines import HEADLINES
from experiments.analysis.summary import MEASURES, Summary
from experiments.analysis.wording import (
    COMPROMISE_WORDS,
    UNDEFINED,
    Verdict,
    bracketed,
    compare,
    compromise_in_words,
    decimals,
    number,
    verdict_mark,
    with_unit,
)
from experiments.config import Experiment
from experiments.periods import Period, period_name

_MARKS = {"▲": "better", "▼": "worse", "≈": "same", " ": ""}


def verdicts(summary: Summary) -> list[Verdict]:
    """Return the verdict in plain words, pair by pair, over the last reported period."""
    policies = summary.results.policies
    last = summary.results.periods[-1]
    if len(policies) < 2:
        return [Verdict("One policy was run: there is nothing to compare it with", ())]
    return [compare(summary, b, a, last) for a, b in combinations(policies, 2)]


def prevailing(summary: Summary) -> list[dict[str, Any]]:
    """Return who prevails in each reported period, in sentences."""
    title = summary.results.title
    return [
        {
            "title": _titled(each.period),
            "lines": [comparison.in_words(title) for comparison in each.comparisons]
            + [compromise_in_words(each, measure, title) for measure in COMPROMISE_WORDS],
        }
        for each in summary.prevailing
    ]


def tables(summary: Summary) -> list[dict[str, Any]]:
    """Return the means and the paired differences of each reported period."""
    title = summary.results.title
    pairs = _pairs(summary)
    return [
        {
            "title": _titled(period),
            "policies": [title(policy) for policy in summary.results.policies],
            "pairs": [f"{title(a)} − {title(b)}" for a, b in pairs],
            "rows": [_row(summary, name, period, pairs) for name in _headlines()],
        }
        for period in summary.results.periods
    ]


def _row(
    summary: Summary, name: str, period: Period, pairs: list[tuple[str, str]]
) -> dict[str, Any]:
    means = [summary.means[policy][name + period.suffix] for policy in summary.results.policies]
    tests = [summary.difference(a, b, name, period) for a, b in pairs]
    places = decimals(means)
    return {
        "label": with_unit(HEADLINES[name], name),
        "definition": MEASURES[name].definition,
        "means": [bracketed(value, places) for value in means],
        "differences": [
            (
                bracketed(test.difference, decimals([test.difference]), signed=True),
                _MARKS[verdict_mark(test)],
            )
            for test in tests
        ],
    }


def evidence(summary: Summary) -> list[dict[str, Any]]:
    """Return what stands behind each difference: both intervals, effect, p, what pairing saved."""
    title = summary.results.title
    saved = {(each.a, each.b, each.column): each for each in summary.pairing}
    found = []
    for period in summary.results.periods:
        for a, b in _pairs(summary):
            rows = []
            for name in _headlines():
                test = summary.difference(a, b, name, period)
                pairing = saved.get((a, b, test.column))
                rows.append(
                    [
                        with_unit(HEADLINES[name], name),
                        bracketed(test.difference, decimals([test.difference]), signed=True),
                        _bca(test),
                        _signed(test.effect, 2),
                        _p(test.p_holm),
                        _plain(pairing.variance_ratio if pairing else math.nan, 1),
                        _count(pairing.independent_n if pairing else None),
                    ]
                )
            heading = f"{title(a)} − {title(b)}, {period_name(period)}"
            found.append({"title": heading, "rows": rows})
    return found


def _bca(test: Contrast) -> str:
    if math.isnan(test.bca_low):
        return UNDEFINED
    places = decimals([test.difference])
    low, high = (number(end, places, signed=True) for end in (test.bca_low, test.bca_high))
    return f"[{low}, {high}]"


def _p(value: float) -> str:
    if math.isnan(value):
        return UNDEFINED
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _signed(value: float, places: int) -> str:
    return number(value, places, signed=True)


def _plain(value: float, places: int) -> str:
    return "∞" if math.isinf(value) else number(value, places)


def _count(value: int | None) -> str:
    return UNDEFINED if value is None else f"{value:,}"


def resamples(summary: Summary) -> int:
    """Return how many bootstrap resamples stand behind the BCa intervals, 0 for none."""
    return max((test.resamples for test in summary.contrasts), default=0)


def precision(summary: Summary) -> list[str]:
    """Return what came of each request for precision, in sentences."""
    return [each.sentence(summary.results.title) for each in summary.precision]


def switches(experiment: Experiment) -> list[tuple[str, str]]:
    """Return the mechanisms that are on or off, by the centre's own names."""
    return [
        (field.description or name, "on" if getattr(experiment.centre, name) else "off")
        for name, field in type(experiment.centre).model_fields.items()
        if field.annotation is bool
    ]


def changed(experiment: Experiment) -> list[tuple[str, str, str]]:
    """Return the parameters that differ from the reference centre: name, here, there."""
    reference = type(experiment.centre)()
    return [
        (name, str(getattr(experiment.centre, name)), str(getattr(reference, name)))
        for name in type(reference).model_fields
        if getattr(experiment.centre, name) != getattr(reference, name)
    ]


def commands(experiment: Experiment, provenance: dict[str, Any]) -> list[str]:
    """Return the commands that were given, without the folders of this machine."""
    given = [
        shlex.join(_without_folder(each["command"])) for each in provenance.get("sessions", [])
    ]
    return list(dict.fromkeys(given)) or [f"frontline run {experiment.name}"]


def _without_folder(words: list[str]) -> list[str]:
    """Return a command without its --out DIR, which is a place on one machine."""
    kept = [word for word in words if not word.startswith("--out=")]
    while "--out" in kept:
        place = kept.index("--out")
        kept = kept[:place] + kept[place + 2 :]
    return kept


def _pairs(summary: Summary) -> list[tuple[str, str]]:
    return [(b, a) for a, b in combinations(summary.results.policies, 2)]


def _headlines() -> list[str]:
    return [name for name in HEADLINES if name in MEASURES]


def _titled(period: Period) -> str:
    return period_name(period).capitalize()
