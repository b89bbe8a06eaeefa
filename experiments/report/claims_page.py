"""Builds the pages of the claims: one for all of them, one for each; nothing is fetched."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.analysis.wording import number
from experiments.claims.advocate import ASKED, farthest, shown
from experiments.claims.findings import HOLDS, REFUTED, Finding, Findings, OfForm
from experiments.claims.founding import LABELS
from experiments.claims.judging import Tested
from experiments.claims.measures import MEASURES, PERIOD_NAMES, PERIODS
from experiments.claims.wording import (
    condition_counts,
    counts_text,
    forms_text,
    found_text,
    founding_lines,
    lead,
    null_text,
    share_text,
    sign_text,
    tests_only,
)
from experiments.figures.claims import deciding, overview, set_by_set
from experiments.figures.founding import founding
from experiments.figures.style import Drawing
from experiments.report.page import _environment, _figure
from experiments.store import parquet

_SHOWN_DECIDERS = "no parameter can be named"


def write_claims(folder: Path, findings: Findings, provenance: Mapping[str, Any]) -> Path:
    """Write the figures, a page for each claim and report.html, and return the latter.

    Parameters
    ----------
    folder : Path
        Where to.
    findings : Findings
        What was found.
    provenance : mapping
        Where it comes from.
    """
    figures = folder / "figures"
    pages = folder / "claims"
    pages.mkdir(parents=True, exist_ok=True)
    environment = _environment()
    for finding in findings.claims:
        drawings = [set_by_set(finding, findings), deciding(finding, findings)]
        page = environment.get_template("claim.html.jinja").render(
            **claim_page(finding, findings),
            figures=[_drawn(each, figures) for each in drawings if each is not None],
            provenance=provenance,
        )
        parquet.write_text(pages / f"{finding.claim.stem}.html", page)
    page = environment.get_template("claims.html.jinja").render(
        **report(findings),
        overview=_drawn(overview(findings), figures),
        founding=_drawn(founding(findings), figures) if findings.founding else None,
        provenance=provenance,
    )
    path = folder / "report.html"
    parquet.write_text(path, page)
    return path


def _drawn(drawing: Drawing, folder: Path) -> dict[str, Any]:
    return _figure(drawing, drawing.save(folder))


def report(findings: Findings) -> dict[str, Any]:
    """Return what the page of all claims shows, in words and cells."""
    shared = findings.campaign.shared
    return {
        "sets": len(findings.plausible.block.sets),
        "shared": shared,
        "lead": lead(findings),
        "tests": tests_only(findings),
        "first": [row(each) for name in shared.first if (each := findings.of(name)) is not None],
        "horizons": [
            (PERIOD_NAMES[period], founding_lines(findings.founding, period)) for period in PERIODS
        ]
        if findings.founding
        else [],
        "conditions": [
            condition_line(each) for name in shared.first if (each := findings.of(name)) is not None
        ],
        "rows": [row(each) for each in findings.claims],
        "forms": [(name, form.title) for name, form in shared.form.items()],
        "form_rows": [form_row(each) for each in findings.claims],
        "form_sets": form_sets(findings),
        "null": null_text(findings.null) if findings.null is not None else "",
        "advocate": advocate_rows(findings),
        "searched": findings.searched,
        "size": size_lines(findings),
        "failures": list(findings.errors),
        "failed": len(findings.errors),
        "whole": findings.campaign.whole,
    }


def row(finding: Finding) -> dict[str, Any]:
    """Return a claim as a row of the table."""
    claim = finding.claim
    return {
        "id": claim.id,
        "stem": claim.stem,
        "claim": claim.claim,
        "evidence": claim.evidence,
        "sign": claim.sign,
        "holds": share_text(finding.judged, HOLDS),
        "refuted": share_text(finding.judged, REFUTED),
        "wide": counts_text(finding.wide) if finding.wide is not None else "",
        "verdict": finding.verdict,
        "kind": finding.verdict.replace(" ", "-"),
        "deciders": [decider_text(finding, place) for place in range(len(finding.deciders))],
        "forms": forms_text(finding),
    }


def decider_text(finding: Finding, place: int) -> str:
    """Return a parameter that decides: its name and which way."""
    each = finding.deciders[place]
    return f"{each.name} {'↑' if each.rho > 0 else '↓'}"


def condition_line(finding: Finding) -> str:
    """Return on what a claim depends, in a sentence."""
    if not finding.deciders:
        return f"{finding.claim.id}: {_SHOWN_DECIDERS} with which it goes."
    parts = [
        f"{'more' if each.rho > 0 else 'less'} <code>{each.name}</code> "
        f"(ρ = {number(each.rho, 2, signed=True)} "
        f"[{number(each.low, 2, signed=True)}, {number(each.high, 2, signed=True)}])"
        for each in finding.deciders
    ]
    return f"{finding.claim.id} is nearer to holding with {' and '.join(parts)}."


def claim_page(finding: Finding, findings: Findings) -> dict[str, Any]:
    """Return what a claim's own page shows."""
    claim = finding.claim
    arms = findings.campaign.arms[claim.id]
    return {
        "claim": claim,
        "row": row(finding),
        "sets": finding.judged.sets,
        "counts": counts_text(finding.judged),
        "wide": counts_text(finding.wide) if finding.wide is not None else "",
        "sign": sign_text(finding),
        "conditions": [tested_row(each) for each in finding.judged.tested],
        "arms": [(name, arm.about) for name, arm in arms.items()],
        "deciders": condition_line(finding),
        "stable": [f"{each.name}: {100 * each.stable:.0f} %" for each in finding.deciders],
        "forms": [form_line(findings, form) for form in finding.forms],
        "size": counts_text(finding.large),
        "size_small": counts_text(finding.small),
        "turning": turning_text(finding),
        "shared": findings.campaign.shared,
    }


def tested_row(tested: Tested) -> dict[str, Any]:
    """Return a condition as a row: what, the differences, and in how many sets it holds."""
    condition, means = tested.condition, tested.contrasts.mean
    unit = MEASURES[condition.measure].unit
    return {
        "what": condition.what,
        "definition": MEASURES[condition.measure].definition,
        "claimed": ("above " if condition.sign > 0 else "below ") + number(condition.by, 3)
        if condition.by
        else ("higher" if condition.sign > 0 else "lower"),
        "period": PERIOD_NAMES[condition.period],
        "median": f"{spread(means)}{'' if unit in ('1', '0-1', 'share') else f' {unit}'}",
        "counts": condition_counts(tested),
        "kind": "net of costs" if condition.net else "" if condition.judged else "reported only",
    }


def spread(values: np.ndarray) -> str:
    """Return the median of differences and their middle 80 %, with as many digits as these bear."""
    known = values[np.isfinite(values)]
    if not len(known):
        return "–"
    low, middle, high = (float(each) for each in np.quantile(known, [0.1, 0.5, 0.9]))
    largest = max(abs(low), abs(high))
    places = min(6, max(0, 2 - math.floor(math.log10(largest)))) if largest > 0.0 else 0
    shown_ends = [number(each, places, signed=True) for each in (middle, low, high)]
    return "{} ({} to {})".format(*shown_ends)


def form_sets(findings: Findings) -> int:
    """Return on how many sets second forms were tried."""
    return max((form.first.sets for each in findings.claims for form in each.forms), default=0)


def form_row(finding: Finding) -> dict[str, Any]:
    """Return a claim's verdicts with the first forms and with each second one."""
    first = counts_text(finding.forms[0].first) if finding.forms else ""
    cells = [
        (counts_text(form.second), form.turned, "turned" if form.matters else "")
        for form in finding.forms
    ]
    return {"id": finding.claim.id, "stem": finding.claim.stem, "first": first, "cells": cells}


def form_line(findings: Findings, form: OfForm) -> tuple[str, str, str, int]:
    """Return a second form: what it is, the verdicts without and with it, how many turn round."""
    title = findings.campaign.shared.form[form.name].title
    return title, counts_text(form.first), counts_text(form.second), form.turned


def size_lines(findings: Findings) -> list[str]:
    """Return what the larger size says, in sentences."""
    shared = findings.campaign.shared
    sets = max((each.large.sets for each in findings.claims), default=0)
    looks = sum(each.large.sets for each in findings.claims)
    same = sum(int((each.small.verdicts == each.large.verdicts).sum()) for each in findings.claims)
    opposite = [each.claim.id for each in findings.claims if each.told_otherwise]
    against = ", ".join(opposite) if opposite else "none"
    return [
        f"All claims were judged on {sets} of the sets at {shared.large_seats} seats, too, the "
        f"size of the reference centre: {same} of {looks} verdicts are the same.",
        f"Told the other way round (holds instead of refuted, or back): {against}. The other "
        "differences are between a verdict and none, for larger centres are less noisy.",
    ]


def advocate_rows(findings: Findings) -> list[dict[str, Any]]:
    """Return for each party's measure and each policy whether a set was found in which it wins."""
    if not findings.advocate:
        return []
    medoid = findings.campaign.medoid
    rows = []
    for party, measure in ASKED:
        for policy in findings.campaign.shared.policies:
            best = shown(findings.advocate, policy, measure)
            looked = any(
                each.candidate.policy == policy and each.candidate.measure == measure
                for each in findings.advocate
            )
            if best is None:
                reason = "not confirmed" if looked else "not found: it leads in no set"
                rows.append(
                    {
                        "party": party,
                        "measure": LABELS[measure],
                        "policy": policy,
                        "found": False,
                        "where": reason,
                        "leads": "",
                        "parameters": "",
                    }
                )
                continue
            one = best.candidate
            parameters = farthest(one.found, medoid)
            rows.append(
                {
                    "party": party,
                    "measure": LABELS[measure],
                    "policy": policy,
                    "found": True,
                    "where": f"{'plausible' if one.plausible else 'beyond the ensemble'}, "
                    f"{one.found.label}",
                    "leads": found_text(best),
                    "parameters": ", ".join(
                        f"{name} {value:g}".replace("-", "−") for name, value in parameters
                    ),
                }
            )
    return rows


def turning_text(finding: Finding) -> str:
    """Return at what cost of winning a customer the answer turns round."""
    if finding.turning_cost is None:
        return ""
    middle, low, high = finding.turning_cost
    return (
        f"Keeping one more customer a year costs {number(middle, 2)} prices in the median set "
        f"(quartiles {number(low, 2)} to {number(high, 2)}), over the sets in which more are kept: "
        "where winning one costs more than that, keeping is cheaper."
    )
