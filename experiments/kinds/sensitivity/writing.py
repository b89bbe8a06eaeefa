"""What a sensitivity analysis leaves: tables, figures, the page, and what is printed."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from experiments.analysis.sensitivity.morris import KINDS as EFFECTS
from experiments.analysis.sensitivity.ranking import LEAST_EFFECT, LEAST_SHARE
from experiments.analysis.sensitivity.sobol import KINDS
from experiments.figures.setting import Setting, name_of
from experiments.figures.tornado import Sensitivity, tornado
from experiments.figures.tornado_words import sentences
from experiments.kinds.sensitivity.findings import Explained, Findings, Output, Screening
from experiments.kinds.sensitivity.telling import (
    chosen_words,
    glossary,
    noise_rows,
    range_rows,
    screening_rows,
)
from experiments.kinds.sensitivity.verdict import called, plainly, verdict
from experiments.report.sensitivity_page import Told, write_page
from experiments.store import parquet

_SHOWN = 20
"""Rows of the screening on the page; the others are folded away."""


def write(folder: Path, found: Findings, provenance: dict[str, Any]) -> None:
    """Write tables, figures and the page.

    Parameters
    ----------
    folder : Path
        Where to.
    found : Findings
        What was found.
    provenance : dict
        Where it comes from.
    """
    if found.screening is not None:
        _table(folder / "screening.csv", list(effects_rows(found.screening)))
    if found.explained is not None:
        _table(folder / "indices.csv", list(index_rows(found.explained)))
    request = found.request
    rows = screening_rows(found)
    write_page(
        folder,
        Told(
            request=request,
            lead=lead(found),
            figures=[
                (tornado(each, f"tornado_{name}"), sentences(each))
                for name, each in sensitivities(found).items()
            ],
            chosen=chosen_words(found),
            glossary=glossary(found),
            screening=rows[:_SHOWN],
            screened_more=rows[_SHOWN:],
            noise=noise_rows(found),
            ranges=range_rows(request),
            least_effect=f"{100 * LEAST_EFFECT:g} %",
            least_share=f"{100 * LEAST_SHARE:g} %",
            config_text=request.text(),
        ),
        provenance,
    )


def sensitivities(found: Findings) -> dict[str, Sensitivity]:
    """Return what each measure's figure shows, by measure; nothing where nothing was explained."""
    if found.explained is None:
        return {}
    request, explained = found.request, found.explained
    setting = setting_of(found)
    outputs = {each.name: each for each in found.outputs}
    labels = {name: called(each, request.titles) for name, each in outputs.items()}
    labels |= {name: plainly(name) for name in explained.indices.parameters}
    return {
        measure: Sensitivity(
            explained.indices,
            found.of(measure, contrasts=False),
            found.of(measure, contrasts=True),
            setting,
            labels,
            explained.sides,
            headings={
                name: heading(each, request.titles)
                for name, each in outputs.items()
                if each.measure == measure
            },
            topic=name_of(measure),
        )
        for measure in request.measures
    }


def heading(output: Output, titles: dict[str, str]) -> str:
    """Return what stands above an output's panel."""
    if output.is_contrast:
        return f"{titles[output.policy]} − {titles[output.less]}"
    return f"under {titles[output.policy]}"


def setting_of(found: Findings) -> Setting:
    """Return where the numbers come from, as captions tell it."""
    request = found.request
    centre = request.centre
    return Setting(
        request.titles,
        request.seed,
        request.warmup_days,
        request.days,
        (centre.customers, centre.customers),
        (centre.seats, centre.seats),
        request.hash,
    )


def lead(found: Findings) -> list[str]:
    """Return what came out, in a few sentences."""
    return verdict(found)


def told(found: Findings) -> list[str]:
    """Return what is printed."""
    return [*lead(found), *chosen_words(found)]


def effects_rows(screening: Screening) -> Iterator[dict[str, Any]]:
    """Yield a row for each output and thing moved."""
    found = screening.effects
    for row, output in enumerate(found.outputs):
        for column, group in enumerate(found.groups):
            summed: dict[str, float] = {}
            for kind, name in enumerate(EFFECTS):
                summed[name] = float(found.values[kind, row, column])
                summed[f"{name}_low"], summed[f"{name}_high"] = map(
                    float, found.ends[kind, row, column]
                )
            yield {
                "output": output,
                "moved": group,
                **summed,
                "chance": float(found.dummy[row, column]),
                "chance_high": float(found.dummy_high[row, column]),
                "trajectories": int(found.n[row, column]),
                "replications": found.replications,
                "kept": group in screening.left.kept,
            }


def index_rows(explained: Explained) -> Iterator[dict[str, Any]]:
    """Yield a row for each output and parameter."""
    found = explained.indices
    for output in found.outputs:
        for name in found.parameters:
            numbers: dict[str, float] = {}
            for kind in KINDS:
                each = found.of(output, name, kind)
                numbers |= {kind: each.mean, f"{kind}_low": each.low, f"{kind}_high": each.high}
            yield {
                "output": output,
                "parameter": name,
                **numbers,
                "base_points": each.n,
                "replications": found.replications,
            }


def summary(found: Findings) -> dict[str, Any]:
    """Return what was found as JSON has it."""
    explained = found.explained
    return {
        "kind": "sensitivity",
        "lead": lead(found),
        "parameters": list(found.chosen.names),
        "beyond": list(found.chosen.beyond),
        "screening": None if found.screening is None else _screening(found.screening),
        "indices": [] if explained is None else list(index_rows(explained)),
        "noise": {}
        if explained is None
        else {
            name: {
                "share_of_noise": each.of_means.mean,
                "low": each.of_means.low,
                "high": each.of_means.high,
                "share_of_a_run": each.of_a_run,
                "points": each.points,
            }
            for name, each in explained.noise.items()
        },
        "sides": {}
        if explained is None
        else {
            name: {"above": each.above, "below": each.below, "points": each.points}
            for name, each in explained.sides.items()
        },
    }


def _screening(screening: Screening) -> dict[str, Any]:
    left = screening.left
    return {"kept": list(left.kept), "dropped": list(left.dropped), "bound": left.passed_over}


def _table(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    parquet.write_text(path, text.getvalue())
