"""The claims' findings as the tables that are written and printed."""

import csv
import json
import math
from collections.abc import Mapping
from io import StringIO
from typing import Any

from experiments.claims.findings import HOLDS, OPEN, REFUTED, Findings


def csv_text(findings: Findings) -> str:
    """Return the table of claims as CSV, with what the JSON leaves out."""
    rows = []
    for each in findings.claims:
        counts = {
            "holds": each.judged.count(HOLDS),
            "refuted": each.judged.count(REFUTED),
            "cannot_be_told": each.judged.count(OPEN),
        }
        forms = {f"turned_by_{form.name}": form.turned for form in each.forms}
        named = [decider.name for decider in each.deciders]
        rows.append(
            {
                **{key: value for key, value in each.entry.items() if key != "band"},
                "sets": each.judged.sets,
                **counts,
                "sign": each.claim.sign,
                "deciders": " ".join(named),
                **forms,
            }
        )
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def advocate_table(findings: Findings) -> list[dict[str, Any]]:
    """Return every set in which a policy seemed to win, whole, and what fresh runs say to it."""
    return [
        {
            "policy": each.candidate.policy,
            "party": each.candidate.party,
            "measure": each.candidate.measure,
            "set": each.candidate.found.label,
            "plausible": each.candidate.plausible,
            "holds": each.holds,
            "leads": {
                other: {"mean": lead.mean, "low": lead.low, "high": lead.high, "n": lead.n}
                for other, lead in each.leads.items()
            },
            "parameters": dict(each.candidate.found.values),
        }
        for each in findings.advocate
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
