"""The claims' findings as the tables that are written and printed."""

import csv
import json
import math
from collections.abc import Mapping
from io import StringIO
from typing import Any

from experiments.claims.findings import Finding, Findings
from experiments.claims.judging import CLIPPED, FAILED, HOLDS, OPEN, REFUTED


def csv_text(findings: Findings) -> str:
    """Return the table of claims as CSV, with what the JSON leaves out."""
    rows = []
    for each in findings.claims:
        entry, met = each.entry, each.entry["meeting_all_bands"]
        kept = (
            "id",
            "use",
            "statement",
            "value",
            "low",
            "high",
            "verdict",
            "wording",
            "source",
            "sign",
        )
        changes = {
            f"{how}_by_{one.name}": getattr(one, how)
            for one in each.variants
            for how in ("changed", "clear", "turned")
        }
        rows.append(
            {
                **{key: entry[key] for key in kept},
                "sets": each.judged.sets,
                "holds": each.judged.count(HOLDS),
                "refuted": each.judged.count(REFUTED),
                "cannot_be_told": each.judged.count(OPEN),
                "left_out_failed": each.judged.count(FAILED),
                "left_out_at_a_range's_end": each.judged.count(CLIPPED),
                "sets_meeting_all_bands": met["sets"],
                "holds_meeting_all_bands": each.met.count(HOLDS),
                "refuted_meeting_all_bands": each.met.count(REFUTED),
                "deciders": " ".join(decider.name for decider in each.deciders),
                "deciders_clear_of_chance": " ".join(
                    decider.name for decider in each.deciders if decider.clear
                ),
                **_coding(each),
                **_size(each),
                **changes,
            }
        )
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _coding(each: Finding) -> dict[str, int]:
    coded = each.coding
    if coded is None:
        return {}
    others = coded.others
    return {
        "sets_with_the_coded_sign": coded.count,
        "other_sets": others.sets,
        "holds_in_other_sets": others.count(HOLDS),
        "refuted_in_other_sets": others.count(REFUTED),
    }


def _size(each: Finding) -> dict[str, Any]:
    return {f"size_{name}": value for name, value in each.size_of_first.entry.items()}


def advocate_table(findings: Findings) -> list[dict[str, Any]]:
    """Return every set that was tried, whole, and what fresh runs say to it."""
    return [
        {
            "policy": each.policy,
            "party": each.party,
            "measure": each.measure,
            "period": each.period,
            "set": one.found.label,
            "in_ensemble": one.in_ensemble,
            "meets_all_bands": one.found.meets,
            "standard_errors_at_first": one.clear,
            "tried_for_this": len(each.candidates),
            "confirmed": each.holds(place),
            "leads": {
                other: {"mean": lead.mean, "low": lead.low, "high": lead.high, "n": lead.n}
                for other, lead in each.leads[place].items()
            },
            "parameters": dict(one.found.values),
        }
        for each in findings.advocate
        for place, one in enumerate(each.candidates)
    ]


def json_text(value: Any) -> str:
    """Return a value as JSON; what is not finite is null."""
    return json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    """Return a value as JSON can write it: what is not finite is null."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
