"""What a curve leaves in its folder: values, tables, figures, page and provenance."""

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from experiments.analysis.curves.band import Band
from experiments.analysis.curves.crossing import Crossings
from experiments.figures.setting import better_side, unit_of
from experiments.kinds.curve.drawings import draw_curves
from experiments.kinds.curve.exploring import Explored
from experiments.kinds.curve.findings import Curves, Met
from experiments.kinds.curve.plan import Plan
from experiments.kinds.curve.tables import tables_of
from experiments.kinds.curve.telling import rounds_said, tell_curves
from experiments.kinds.folder import Place
from experiments.kinds.work import NAMES
from experiments.report.curve_page import Page, write_page
from experiments.store import parquet


def write_curves(place: Place, found: Curves, record: Mapping[str, Any]) -> None:
    """Write all that follows from a swept dimension.

    Parameters
    ----------
    place : Place
        Where to.
    found : Curves
        What was found.
    record : mapping
        How the session went.
    """
    folder, explored = place.folder, found.explored
    write_values(folder, explored)
    parquet.write_text(folder / "curves.csv", csv_text(_curve_rows(found)))
    parquet.write_text(folder / "peaks.csv", csv_text(_peak_rows(found)))
    parquet.write_text(folder / "crossings.csv", csv_text(_crossing_rows(found)))
    parquet.write_text(folder / "steps.csv", csv_text(_step_rows(found)))
    lead = tell_curves(found)
    parquet.write_text(folder / "summary.json", json_text(summary_of(found, lead)))
    provenance = finish(place, explored, record)
    figures = [(said.drawing, said.sentences) for said in draw_curves(found)]
    write_page(folder, page_of(explored, lead, figures, tables_of(found), provenance))


def page_of(
    explored: Explored,
    lead: Sequence[str],
    figures: Sequence[Any],
    tables: Sequence[Any],
    provenance: Mapping[str, Any],
) -> Page:
    """Return the page of what was simulated."""
    request = explored.plan.request
    return Page(
        "curve",
        request.name,
        request.question or _question(explored.plan),
        about(explored),
        lead,
        figures,
        tables,
        rounds_said(explored),
        request.text(),
        provenance,
        list(_held(explored.plan)),
    )


def _question(plan: Plan) -> str:
    return f"What does {' x '.join(plan.called(place) for place in range(plan.dimensions))} do?"


def about(explored: Explored) -> str:
    """Return what was simulated, in a sentence."""
    plan = explored.plan
    request = plan.request
    curves = f"{len(plan.curves)} curves, " if len(plan.curves) > 1 else ""
    centre = plan.centre(plan.curves[0])
    size = f"{centre.customers:,} customers, {centre.seats:,} seats"
    return (
        f"{curves}{len(explored.places):,} points, {request.replications:,} replications of each; "
        f"{request.warmup_days:,} days of warm-up, {request.days:,} days after the branch; {size}."
    )


def _held(plan: Plan) -> Iterator[str]:
    """Yield what is swept and what is held, in sentences."""
    request = plan.request
    for place, sweep in enumerate(request.sweep):
        nodes = "; ".join(f"{at:.3g} = {title}" for at, title in plan.nodes(place).items())
        if sweep.through is not None:
            yield (
                f"Swept: {plan.called(place)}, every number of a policy between its values in two "
                f"neighbouring policies ({nodes})."
            )
        else:
            unit = "" if sweep.unit == "1" else f" {sweep.unit}"
            where = f"; {nodes}" if nodes else ""
            yield (
                f"Swept: {plan.called(place)} ({sweep.parameter}) from {sweep.start:g} to "
                f"{sweep.end:g}{unit}{where}."
            )
    for curve in plan.curves:
        base, line = request.base_of(curve), request.lines[curve]
        changes = ", ".join(f"{key} = {value}" for key, value in line.centre.items())
        parts = [f"all other numbers of the policy {request.title_of(base)}"] if base else []
        parts += [f"a centre with {changes}"] if changes else []
        if parts:
            yield f"Held{f' in {plan.titles[curve]}' if request.curve else ''}: {'; '.join(parts)}."
    yield f"Warmed up under the policy {request.title_of(request.neutral)}, all chance held."


def finish(place: Place, explored: Explored, record: Mapping[str, Any]) -> dict[str, Any]:
    """Write the provenance of what came to its end, and return it."""
    request = explored.plan.request
    return place.provenance(
        "complete",
        record,
        experiment=request.name,
        seed=request.seed,
        replications=request.replications,
        points=len(explored.places),
        rounds=len(explored.rounds),
        ended=explored.why,
    )


def write_values(folder: Path, explored: Explored) -> None:
    """Write every measure of every replication at every point: values.parquet."""
    columns: dict[str, list[Any]] = {"curve": [], "replication": [], "period": []}
    names = coordinates(explored.plan)
    columns |= {name: [] for name in names}
    blocks = []
    for curve, table in explored.tables.items():
        for at, period in enumerate(table.periods):
            for row, replication in enumerate(table.replications):
                count = len(explored.places)
                columns["curve"] += [curve] * count
                columns["replication"] += [replication] * count
                columns["period"] += [period] * count
                for name, ends in zip(names, zip(*explored.places, strict=True), strict=True):
                    columns[name] += ends
                blocks.append(table.values[row, :, at])
    values = np.concatenate(blocks)
    arrays = {name: np.array(column) for name, column in columns.items()}
    arrays |= {name: values[:, place] for place, name in enumerate(NAMES)}
    parquet.write(folder / "values.parquet", arrays)


def coordinates(plan: Plan) -> list[str]:
    """Return the columns that say where a point lies."""
    return ["x"] if plan.dimensions == 1 else ["x", "y"]


def csv_text(rows: Iterator[dict[str, Any]]) -> str:
    """Return rows as CSV; nothing where there are none."""
    text = StringIO()
    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(text, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({key: _plain(value) for key, value in row.items()})
    return text.getvalue()


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def json_text(value: Any) -> str:
    """Return a value as JSON, with null for what is no number."""
    return json.dumps(_finite(value), indent=2, ensure_ascii=False) + "\n"


def _finite(value: Any) -> Any:
    value = _plain(value)
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def band_rows(curve: str, measure: str, held: Band) -> Iterator[dict[str, Any]]:
    """Yield a band, a row a point."""
    places = held.x.reshape(len(held.mean), -1)
    names = ("x", "y")[: places.shape[1]]
    for at, place in enumerate(places.tolist()):
        yield {
            "curve": curve,
            "measure": measure,
            "unit": unit_of(measure),
            **dict(zip(names, place, strict=True)),
            "mean": held.mean[at],
            "low": held.low[at],
            "high": held.high[at],
            "point_low": held.point_low[at],
            "point_high": held.point_high[at],
            "n": held.n[at],
        }


def _curve_rows(found: Curves) -> Iterator[dict[str, Any]]:
    for (curve, measure), held in found.bands.items():
        yield from band_rows(curve, measure, held)


def _peak_rows(found: Curves) -> Iterator[dict[str, Any]]:
    for (curve, measure), peak in found.peaks.items():
        yield {
            "curve": curve,
            "measure": measure,
            "kind": peak.kind,
            "verdict": peak.verdict,
            "place": peak.place,
            "low": peak.low,
            "high": peak.high,
            "value": peak.value.mean,
            "value_low": peak.value.low,
            "value_high": peak.value.high,
            "vertex": peak.vertex,
            "n": peak.n,
        }


def _crossing_rows(found: Curves) -> Iterator[dict[str, Any]]:
    for each in found.met:
        yield from _crossed(each.measure, each.a, each.b, each.found)
    for parties in found.parties:
        for one in parties.between:
            start = f"{parties.curve}: "
            yield from _crossed("gain", start + one.a, start + one.b, one.found)
        for name, turned in parties.over_neutral.items():
            yield from _crossed("gain", f"{parties.curve}: {name}", "0", turned)


def _crossed(measure: str, a: str, b: str, found: Crossings) -> Iterator[dict[str, Any]]:
    head = {"measure": measure, "a": a, "b": b, "verdict": found.verdict}
    nan = math.nan
    none: dict[str, Any] = {
        **dict.fromkeys(("place", "low", "high"), nan),
        **dict.fromkeys(("open_low", "open_high", "rising", "share", "sure"), ""),
    }
    if not found.crossings:
        yield {**head, **none}
    for one in found.crossings:
        yield {
            **head,
            "place": one.place,
            "low": one.low,
            "high": one.high,
            "open_low": one.open_low,
            "open_high": one.open_high,
            "rising": one.rising,
            "share": one.share,
            "sure": one.sure,
        }


def _step_rows(found: Curves) -> Iterator[dict[str, Any]]:
    for step in found.steps:
        for measure, change in step.changes.items():
            yield {
                "curve": step.curve,
                "from_policy": step.title,
                "start": step.start,
                "end": step.end,
                "measure": measure,
                "change": change.mean,
                "low": change.low,
                "high": change.high,
                "n": change.n,
            }


def summary_of(found: Curves, lead: Sequence[str]) -> dict[str, Any]:
    """Return what was found, as JSON has it: of the measures that are shown."""
    explored = found.explored
    shown = explored.plan.request.measures

    def met(each: Met) -> dict[str, Any]:
        return {
            "measure": each.measure,
            "a": each.a,
            "b": each.b,
            "verdict": each.found.verdict,
            "crossings": [one.__dict__ for one in each.found.crossings],
        }

    return {
        "name": explored.plan.request.name,
        "lead": list(lead),
        "points": [axis.tolist() for axis in explored.axes],
        "rounds": rounds_said(explored),
        "curves": {
            curve: {
                measure: {
                    "unit": unit_of(measure),
                    "better": better_side(measure),
                    "mean": found.bands[curve, measure].mean.tolist(),
                    "low": found.bands[curve, measure].low.tolist(),
                    "high": found.bands[curve, measure].high.tolist(),
                }
                for measure in (*shown, *found.parties[0].gains)
            }
            for curve in explored.tables
        },
        "peaks": [row for row in _peak_rows(found) if row["measure"] in shown],
        "crossings": [met(each) for each in found.met if each.measure in shown],
        "parties": {
            parties.curve: [met(each) for each in parties.between] for parties in found.parties
        },
    }
