"""Builds the pages of the claims: one for all of them, one for each; nothing is fetched."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.analysis.wording import number
from experiments.claims.advocate import Tried, farthest
from experiments.claims.findings import Finding, Findings, told_as
from experiments.claims.founding import LABELS
from experiments.claims.judging import HOLDS, REFUTED, Judged, Tested
from experiments.claims.levels import SHOWN
from experiments.claims.magnitude import Magnitude
from experiments.claims.measures import MEASURES, PERIOD_NAMES
from experiments.claims.telling import (
    CHANCE,
    coding_text,
    median_text,
    of_others,
    places_of,
    relevant_text,
)
from experiments.claims.variants import Variant
from experiments.claims.wording import (
    called,
    changes_text,
    counts_text,
    either_way,
    forms_text,
    lead,
    leads_text,
    left_out_text,
    met_text,
    null_text,
    search_text,
    sets_text,
    share_text,
    sign_text,
    tests_only,
    turning_text,
)
from experiments.figures.claims import deciding, overview, set_by_set
from experiments.figures.founding import founding
from experiments.figures.style import Drawing
from experiments.report.claims_founding import (
    arrows,
    decider_parts,
    headline,
    horizons,
    party_rows,
)
from experiments.report.page import environment, figure_of, kind_of
from experiments.store import parquet


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
    templates = environment()
    for finding in findings.claims:
        drawings = [set_by_set(finding, findings), deciding(finding, findings)]
        page = templates.get_template("claim.html.jinja").render(
            **claim_page(finding, findings),
            figures=[_drawn(each, figures) for each in drawings if each is not None],
            provenance=provenance,
        )
        parquet.write_text(pages / f"{finding.claim.stem}.html", page)
    page = templates.get_template("claims.html.jinja").render(
        **report(findings),
        overview=_drawn(overview(findings), figures),
        founding=_drawn(founding(findings), figures) if findings.founding else None,
        provenance=provenance,
    )
    path = folder / "report.html"
    parquet.write_text(path, page)
    return path


def _drawn(drawing: Drawing, folder: Path) -> dict[str, Any]:
    return figure_of(drawing, drawing.save(folder))


def report(findings: Findings) -> dict[str, Any]:
    """Return what the page of all claims shows, in words and cells."""
    shared = findings.campaign.shared
    return {
        "sets": sets_text(findings),
        "called": called(findings),
        "filled": findings.filled,
        "met": len(findings.meeting),
        "shared": shared,
        "lead": lead(findings),
        "tests": tests_only(findings),
        "first": [
            row(each) | headline(each)
            for name in shared.first
            if (each := findings.of(name)) is not None
        ],
        "parties": party_rows(findings),
        "horizons": horizons(findings),
        "chance": CHANCE,
        "rows": [row(each) for each in findings.claims],
        "forms": [(name, form.title) for name, form in shared.form.items()],
        "form_rows": [form_row(each) for each in findings.claims],
        "form_sets": shared.form_sets,
        "levels": level_rows(findings),
        "turning": [
            (each.claim.id, turning_text(one)) for each in findings.claims for one in each.turning
        ],
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
        "met": share_text(finding.met, HOLDS),
        "met_refuted": share_text(finding.met, REFUTED),
        "met_verdict": told_as(claim, finding.met_verdict) if finding.met.sets else "",
        "wide": _counts(finding.wide),
        "either": either_way(finding),
        "verdict": finding.wording,
        "kind": kind_of(finding.verdict),
        "named": arrows(finding.deciders),
        "size": median_text(finding.size_of_first.median, unit=finding.size_of_first.unit),
        "sized": finding.size_of_first.condition.what,
        "relevant": relevant_text(finding.size_of_first, over=">"),
        "coding": _coding(finding),
        "forms": forms_text(finding),
    }


def _coding(finding: Finding) -> str:
    coded = finding.coding
    if coded is None:
        return ""
    if not coded.others.sets:
        return f"in all {coded.judged.sets} sets"
    return f"in {coded.count} of {coded.judged.sets} sets; {of_others(coded)}"


def level_rows(findings: Findings) -> dict[str, Any]:
    """Return what the centre does with each form as a table: a row a level, a column a form."""
    return {
        "titles": [each.title for each in findings.levels],
        "rows": [
            (title, [percent_of(each.values[name]) for each in findings.levels])
            for name, title in SHOWN.items()
        ]
        if findings.levels
        else [],
    }


def percent_of(share: float) -> str:
    """Return a share in per cent with one decimal."""
    return "–" if math.isnan(share) else f"{100.0 * share:.1f} %"


def _counts(judged: Judged | None) -> str:
    return counts_text(judged) if judged is not None else ""


def claim_page(finding: Finding, findings: Findings) -> dict[str, Any]:
    """Return what a claim's own page shows."""
    claim = finding.claim
    arms = findings.campaign.arms[claim.id]
    return {
        "claim": claim,
        "row": row(finding),
        "called": called(findings),
        "counted": finding.judged.sets,
        "left_out": left_out_text(finding.judged),
        "met": met_text(finding) if findings.filled else "",
        "counts": counts_text(finding.judged),
        "wide": _counts(finding.wide),
        "sign": sign_text(finding),
        "coding": coding_text(finding.coding) if finding.coding is not None else "",
        "either": either_way(finding),
        "conditions": [
            tested_row(*each) for each in zip(finding.judged.tested, finding.sizes, strict=True)
        ],
        "arms": [(name, arm.about) for name, arm in arms.items()],
        "deciders": decider_parts(finding.deciders),
        "chance": CHANCE,
        "stable": [f"{each.name}: {100 * each.stable:.0f} %" for each in finding.deciders],
        "variants": [variant_row(each) for each in finding.variants],
        "turning": [turning_text(each) for each in finding.turning],
        "shared": findings.campaign.shared,
    }


def variant_row(variant: Variant) -> dict[str, str | int]:
    """Return another condition as a row: verdicts as usual and with it, and what changes."""
    return {
        "title": variant.title,
        "first": counts_text(variant.first),
        "second": counts_text(variant.second),
        "changes": changes_text(variant),
        "different": f"{variant.different} of {variant.sets}",
        "kind": "turned" if variant.matters else "",
    }


def tested_row(tested: Tested, size: Magnitude) -> dict[str, Any]:
    """Return a condition as a row: what, the differences, and in how many sets it holds."""
    condition, means = tested.condition, tested.contrasts.mean
    return {
        "what": condition.what,
        "definition": MEASURES[condition.measure].definition,
        "claimed": ("above " if condition.sign > 0 else "below ") + number(condition.by, 3)
        if condition.by
        else ("higher" if condition.sign > 0 else "lower"),
        "period": PERIOD_NAMES[condition.period],
        "median": f"{spread(means)}{size.unit}",
        "relevant": relevant_text(size) if condition.judged else "",
        "counts": counts_text(tested),
        "kind": "net of costs" if condition.net else "" if condition.judged else "reported only",
    }


def spread(values: np.ndarray) -> str:
    """Return the median of differences and their middle 80 %, with as many digits as these bear."""
    known = values[np.isfinite(values)]
    if not len(known):
        return "–"
    low, middle, high = (float(each) for each in np.quantile(known, [0.1, 0.5, 0.9]))
    largest = max(abs(low), abs(high))
    places = places_of(largest)
    shown_ends = [number(each, places, signed=True) for each in (middle, low, high)]
    return "{} ({} to {})".format(*shown_ends)


def form_row(finding: Finding) -> dict[str, Any]:
    """Return a claim's verdicts with the first forms and with each second one."""
    first = counts_text(finding.forms[0].first) if finding.forms else ""
    cells = [
        (counts_text(form.second), changes_text(form), "turned" if form.matters else "")
        for form in finding.forms
    ]
    return {"id": finding.claim.id, "stem": finding.claim.stem, "first": first, "cells": cells}


def size_lines(findings: Findings) -> list[str]:
    """Return what the larger size says, in sentences."""
    shared = findings.campaign.shared
    sizes = [(each.claim.id, each.size) for each in findings.claims]
    looks = sum(size.sets for _, size in sizes)
    changed, clear, turned, different = (
        sum(getattr(size, name) for _, size in sizes)
        for name in ("changed", "clear", "turned", "different")
    )
    against = ", ".join(name for name, size in sizes if size.turned) or "none"
    matters = ", ".join(name for name, size in sizes if size.matters) or "none"
    return [
        f"All claims were judged on {max(size.sets for _, size in sizes)} of the sets at "
        f"{shared.large_seats} seats, too, the size of the reference centre: {looks - changed} of "
        f"{looks} verdicts are the same, {changed} are other ones. In {turned} of these it turns "
        f"round, from holds to refuted or back (claims: {against}).",
        f"In {different} of {looks} a difference between arms is clearly another one at the larger "
        f"size (95 % interval of the difference of the differences), where about "
        f"{round(0.05 * looks)} would be by chance; in {clear} of them the verdict is another one, "
        f"too. Claims of which that is so in a third of the sets: {matters}.",
    ]


def advocate_rows(findings: Findings) -> list[dict[str, Any]]:
    """Return for each measure, policy and year whether a set was found in which it wins."""
    return [
        {
            "party": each.party,
            "measure": LABELS[each.measure],
            "period": PERIOD_NAMES[each.period],
            "policy": each.policy,
            "search": search_text(each),
            **_first_found(each, findings),
        }
        for each in findings.advocate
    ]


def _first_found(tried: Tried, findings: Findings) -> dict[str, Any]:
    """Return the first set that is confirmed: one that meets all bands before others."""
    places = sorted(tried.confirmed, key=lambda place: _rank(tried, place))
    if not places:
        none = {"found": False, "where": "could not be found"}
        return {**none, "leads": "", "parameters": ""}
    one = tried.candidates[places[0]]
    if one.in_ensemble:
        where = f"{one.found.label} of the ensemble"
        where += ", which meets all bands" if one.found.meets else ", which misses a band"
    else:
        where = f"{one.found.label}, beyond the ensemble"
    parameters = farthest(one.found, findings.campaign.medoid)
    return {
        "found": True,
        "where": where,
        "leads": leads_text(tried, places[0]),
        "parameters": ", ".join(
            f"{name} {value:g}".replace("-", "−") for name, value in parameters
        ),
    }


def _rank(tried: Tried, place: int) -> tuple[bool, bool, float]:
    one = tried.candidates[place]
    return not one.found.meets, not one.in_ensemble, -one.clear
