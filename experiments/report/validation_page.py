"""Builds the page that answers why the model should be believed: one file, nothing fetched."""

import ast
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from experiments.evidence.judging import VERDICTS, Judged
from experiments.evidence.plan import Plan
from experiments.evidence.run import describe
from experiments.evidence.wording import band_text, chance, lead, marked, sizes, value_text
from experiments.figures.facts import of_fact, overview
from experiments.figures.style import Drawing
from experiments.report.page import environment, figure_of, kind_of
from experiments.store import parquet

VERIFICATION = Path(__file__).resolve().parents[2] / "tests" / "verification"
"""The checks against theory; they are not installed with the package."""

Checks = list[tuple[str, str, int]]


def write_validation(
    folder: Path, judged: Sequence[Judged], plan: Plan, provenance: Mapping[str, Any]
) -> Path:
    """Write the figures and report.html, and return the latter.

    Parameters
    ----------
    folder : Path
        Where to.
    judged : sequence of Judged
        What was found.
    plan : Plan
        How it was asked.
    provenance : mapping
        Where it comes from.
    """
    drawn = {
        drawing.name: figure_of(drawing, drawing.save(folder / "figures"))
        for drawing in _drawings(judged, plan.seed)
    }
    page = (
        environment()
        .get_template("validation.html.jinja")
        .render(
            judged=len(judged),
            parts=sum(len(each.fact.parts) for each in judged),
            lead=lead(judged),
            groups=groups(judged),
            failures=[f"{each.fact.id}: {each.trouble}" for each in judged if each.trouble],
            ablation_failures=[
                f"{each.fact.id}: {each.ablated.trouble}"
                for each in judged
                if each.ablated is not None and each.ablated.trouble
            ],
            chance=chance(judged),
            overview=drawn.get("facts"),
            facts=[_fact(each, drawn.get(f"fact-{each.fact.id}")) for each in judged],
            checks=checks(),
            plan=plan_lines(plan),
            provenance=provenance,
        )
    )
    path = folder / "report.html"
    parquet.write_text(path, page)
    return path


def _drawings(judged: Sequence[Judged], seed: int) -> list[Drawing]:
    found = [overview(judged, seed), *(of_fact(each, seed) for each in judged)]
    return [drawing for drawing in found if drawing is not None]


def groups(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Return which facts of each class came to which verdict."""
    named = {
        "E": "Facts that must emerge (E), the test",
        "C": "Facts that may be calibrated to (C)",
    }
    return [
        {
            "title": named[use],
            "rows": [
                (verdict, ", ".join(ids))
                for verdict in VERDICTS
                if (ids := [marked(each.fact) for each in facts if each.verdict == verdict])
            ],
        }
        for use in ("E", "C")
        if (facts := [each for each in judged if each.fact.use == use])
    ]


def _fact(each: Judged, figure: dict[str, Any] | None) -> dict[str, Any]:
    fact = each.fact
    return {
        "id": fact.id,
        "marked": marked(fact),
        "mended": fact.mended,
        "use": fact.use,
        "sign": fact.sign,
        "statement": fact.statement,
        "source": fact.source,
        "verdict": each.verdict,
        "kind": kind_of(each.verdict),
        "trouble": each.trouble,
        "units": describe(each.units),
        "sizes": sizes([each]),
        "planned": describe(each.planned),
        "doubled": each.doubled,
        "module": fact.estimate.__module__,
        "data": [(data.name, _what(data.work)) for data in fact.data],
        "ablation": ", ".join(f"{name} = {value}" for name, value in fact.ablation.items()),
        "ablated": each.ablated is not None and bool(each.ablated.estimates),
        "ablated_units": describe(each.ablated.units) if each.ablated else "",
        "parts": _parts(each),
        "figure": figure,
    }


def _parts(each: Judged) -> list[dict[str, Any]]:
    off = each.ablated.estimates if each.ablated else {}
    return [
        {
            "name": part.name,
            "what": part.what,
            "value": value_text(found),
            "band": band_text(part),
            "verdict": verdict or "",
            "kind": kind_of(verdict or ""),
            "off": value_text(off[part.name]) if part.name in off else "",
        }
        for part, found, verdict in each.parts()
    ]


def _what(work: str) -> str:
    """Return what a unit of a dataset is: the first line that its function says of itself."""
    module, _, name = work.partition(":")
    said = getattr(import_module(module), name).__doc__ or ""
    return said.strip().partition("\n\n")[0].replace("\n", " ")


def checks(folder: Path = VERIFICATION) -> Checks:
    """Return the files of checks against theory: name, what the file says of itself, tests.

    Parameters
    ----------
    folder : Path
        Where they are; nothing is returned where they are not.
    """
    found: Checks = []
    for path in sorted(folder.glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = (ast.get_docstring(tree) or "").partition("\n\n")[0].replace("\n", " ")
        tests = sum(
            isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
            for node in ast.walk(tree)
        )
        found.append((path.name, said, tests))
    return found


def plan_lines(plan: Plan) -> list[tuple[str, str]]:
    """Return the sampling plan as a list of what is asked, and its numbers."""
    panel, reference, packages = plan.panel, plan.reference, plan.packages
    return [
        (
            "panel",
            f"{panel.centres} centres of {panel.seats} seats (at most {panel.most_centres}), each "
            f"drawn once around the reference centre; {panel.warmup_days} days of warm-up, then "
            f"{panel.days} days under one of {', '.join(panel.policies)}; reps asked on days "
            f"{', '.join(map(str, panel.waves))}, {panel.response_reps:.0%} of whom answer; "
            f"{panel.customers_asked} customers a centre at the end; reliability of measured "
            f"scores {panel.reliability:.2f}",
        ),
        (
            "reference",
            f"{reference.replications} replications (at most {reference.most_replications}) of the "
            f"reference centre, {reference.seats} seats, {reference.warmup_days} days of warm-up "
            f"and {reference.days} days under the neutral policy",
        ),
        (
            "vignettes",
            f"{plan.vignettes.persons} persons (at most {plan.vignettes.most_persons:,}) taken "
            "through prescribed courses, each its own control",
        ),
        (
            "packages",
            f"{packages.centres} centres of the panel (at most {packages.most_centres}), "
            f"{packages.warmup_days} days of warm-up and {packages.days} days under each package",
        ),
        ("seed", str(plan.seed)),
    ]
