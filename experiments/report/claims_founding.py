"""The founding question on the page: for whom balance is better, when, and when not."""

import re
from typing import Any

from experiments.claims.answers import Answer
from experiments.claims.deciders import Decider
from experiments.claims.findings import Finding, Findings
from experiments.claims.founding import LABELS
from experiments.claims.judging import HOLDS, OPEN, REFUTED, Tested
from experiments.claims.magnitude import Magnitude
from experiments.claims.measures import MEASURES, PERIOD_NAMES, YEARS
from experiments.claims.telling import (
    decider_words,
    leading_text,
    median_text,
    party_title,
    relevant_text,
)
from experiments.claims.wording import best_text, called

Shown = dict[str, Any]


def headline(finding: Finding) -> Shown:
    """Return a claim of the founding question: its conditions, and what decides it."""
    each = zip(finding.judged.tested, finding.sizes, finding.by_condition, strict=True)
    return {
        "id": finding.claim.id,
        "conditions": [condition_row(*one) for one in each],
        "deciders": decider_parts(finding.deciders),
    }


def condition_row(tested: Tested, size: Magnitude, named: tuple[Decider, ...]) -> Shown:
    """Return a condition as a row: how often it holds, how large it is, what it goes with."""
    condition = tested.condition
    return {
        "what": condition.what,
        "definition": MEASURES[condition.measure].definition,
        "claimed": "higher" if condition.sign > 0 else "lower",
        "holds": tested.count(HOLDS),
        "refuted": tested.count(REFUTED),
        "untold": tested.count(OPEN),
        "median": median_text(size.median, unit=size.unit),
        "relevant": relevant_text(size) if condition.judged else "",
        "deciders": arrows(named),
        "judged": condition.judged,
    }


def arrows(named: tuple[Decider, ...]) -> list[Shown]:
    """Return parameters with the way they go, and whether that can be told from chance."""
    return [
        {
            "name": each.name,
            "pieces": re.findall(r"[^._]+[._]?", each.name),  # between which a line may break
            "way": "↑" if each.rho > 0 else "↓",
            "told": each.clear,
        }
        for each in named
    ]


def decider_parts(named: tuple[Decider, ...]) -> list[Shown]:
    """Return parameters as parts of a sentence: "more drain (ρ = ...)"."""
    return [{"text": decider_words(each), "told": each.clear} for each in named]


def party_rows(findings: Findings) -> list[Shown]:
    """Return for each party's measure the sentence, and with what the lead of balance goes."""
    policies, filled = findings.campaign.policies, findings.filled
    return [
        _party_row(each, policies[each.policy].about, filled=filled) for each in findings.answers
    ]


def _party_row(answer: Answer, about: str, *, filled: bool) -> Shown:
    among = ""
    if filled:
        among = (
            f"Of those that meet all bands: {leading_text(answer.met)}."
            if answer.met.sets
            else "No set meets all bands."
        )
    return {
        "title": party_title(answer),
        "sentence": f"{leading_text(answer.best)}.",
        "among": among,
        "policy": about[:1].upper() + about[1:],
        "deciders": decider_parts(answer.deciders),
    }


def horizons(findings: Findings) -> Shown:
    """Return who does best under which policy as a table: a row a measure, a column a year."""
    all_of = called(findings)
    columns = [
        (f"{PERIOD_NAMES[period]}{f', {where}' if findings.filled else ''}", period, best)
        for period in YEARS
        for where, best in ((all_of, findings.founding), ("all bands met", findings.founding_met))
        if best is findings.founding or findings.filled
    ]
    measures = dict.fromkeys(each.measure for each in findings.founding)
    cells = {
        (title, each.measure): best_text(each)
        for title, period, best in columns
        for each in best
        if each.period == period
    }
    titles = [title for title, _, _ in columns]
    return {
        "titles": titles,
        "rows": [(LABELS[name], [cells[title, name] for title in titles]) for name in measures],
    }
