"""What two swept dimensions leave in their folder."""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.analysis.interval import Interval
from experiments.analysis.wording import bracketed, decimals
from experiments.figures.setting import listed, plain, unit_of
from experiments.figures.surface_words import differing
from experiments.kinds.curve.drawing_surfaces import (
    difference_of,
    draw_surfaces,
)
from experiments.kinds.curve.surfaces import Surfaces, start_of
from experiments.kinds.curve.tables import change_cell, label_of
from experiments.kinds.curve.telling import rounds_said
from experiments.kinds.curve.verdict_surfaces import verdict
from experiments.kinds.curve.writing import (
    band_rows,
    csv_text,
    finish,
    json_text,
    page_of,
    write_values,
)
from experiments.kinds.folder import Place
from experiments.report.curve_page import Cell, Rows, write_page
from experiments.store import parquet


def write_surfaces(place: Place, found: Surfaces, record: Mapping[str, Any]) -> None:
    """Write all that follows from two swept dimensions.

    Parameters
    ----------
    place : Place
        Where to.
    found : Surfaces
        What was found.
    record : mapping
        How the session went.
    """
    folder, explored = place.folder, found.explored
    write_values(folder, explored)
    parquet.write_text(folder / "surfaces.csv", csv_text(_surface_rows(found)))
    parquet.write_text(folder / "best.csv", csv_text(_best_rows(found)))
    parquet.write_text(folder / "interactions.csv", csv_text(_interaction_rows(found)))
    if found.contours:
        parquet.write_text(folder / "contours.csv", csv_text(_contour_rows(found)))
    lead = tell_surfaces(found)
    parquet.write_text(folder / "summary.json", json_text(_summary(found, lead)))
    provenance = finish(place, explored, record)
    figures = [(said.drawing, said.sentences) for said in draw_surfaces(found)]
    tables = list(_tables(found))
    write_page(folder, page_of(explored, lead, figures, tables, provenance))


def tell_surfaces(found: Surfaces) -> list[str]:
    """Return what two swept dimensions show, in sentences."""
    return [*verdict(found), *_turns(found)]


def _turns(found: Surfaces) -> Iterator[str]:
    """Yield where one curve is better than another, and where worse."""
    titles = found.explored.plan.titles
    for a, b in dict.fromkeys((a, b) for _, a, b in found.contours):
        yield " ".join(differing(titles[a], difference_of(found, a, b)))


def _tables(found: Surfaces) -> Iterator[Rows]:
    plan = found.explored.plan
    for name in plan.curves:
        under = f", {plan.titles[name]}" if len(plan.curves) > 1 else ""
        yield _best_table(found, name, under)
        yield _interaction_table(found, name, under)


def _best_table(found: Surfaces, name: str, under: str) -> Rows:
    plan = found.explored.plan
    points = found.explored.places
    rows = []
    for measure in plan.request.measures:
        best = found.best.get((name, measure))
        if best is None or not best.place:
            continue
        units = [sweep.unit for sweep in plan.request.sweep]
        at = [plain(end, unit) for end, unit in zip(best.place, units, strict=True)]
        possible = [point for point, may in zip(points, best.possible, strict=True) if may]
        ranges = [
            f"{plan.called(place)} {min(p[place] for p in possible):.3g} to "
            f"{max(p[place] for p in possible):.3g}"
            for place in (0, 1)
        ]
        rows.append(
            [
                Cell(label_of(measure)),
                Cell("highest" if best.kind == "peak" else "lowest"),
                *(Cell(each, "number") for each in at),
                Cell(f"{len(possible)} of {len(points)}: {listed(ranges)}"),
                Cell(bracketed(best.value, decimals([best.value])), "number"),
            ]
        )
    return Rows(
        f"Where each measure is best{under}",
        [
            "measure",
            "best",
            plan.called(0),
            plan.called(1),
            "points that may be it",
            "value there [95 %]",
        ],
        rows,
        "A point stays possible unless another one is surely better (95 %).",
        words=True,
    )


def _interaction_table(found: Surfaces, name: str, under: str) -> Rows:
    plan = found.explored.plan
    first, second = plan.called(0), plan.called(1)
    ends, (low, high) = (
        [plain(float(axis[at]), sweep.unit) for at in (0, -1)]
        for axis, sweep in zip(found.explored.axes, plan.request.sweep, strict=True)
    )
    rows = []
    for measure in plan.request.measures:
        each = found.interactions[name, measure]
        rows.append(
            [
                Cell(label_of(measure)),
                change_cell(each.at_low, measure),
                change_cell(each.at_high, measure),
                change_cell(each.difference, measure),
            ]
        )
    return Rows(
        f"What {first} from {ends[0]} to {ends[1]} does{under}",
        ["paired change ± 95 % interval", f"{second} {low}", f"{second} {high}", "difference"],
        rows,
        f"The difference is the interaction: what {first} does more where there is much of "
        f"{second}, and as well what {second} does more where there is much of {first}. "
        "▲ better, ▼ worse, ≈ not told from none.",
    )


def _surface_rows(found: Surfaces) -> Iterator[dict[str, Any]]:
    for (curve, measure), held in found.bands.items():
        yield from band_rows(curve, measure, held)


def _best_rows(found: Surfaces) -> Iterator[dict[str, Any]]:
    points = found.explored.places
    for (curve, measure), best in found.best.items():
        for point, may in zip(points, best.possible, strict=True):
            yield {
                "curve": curve,
                "measure": measure,
                "kind": best.kind,
                "x": point[0],
                "y": point[1],
                "best_mean": point == best.place,
                "possible": bool(may),
            }


def _interaction_rows(found: Surfaces) -> Iterator[dict[str, Any]]:
    for (curve, measure), each in found.interactions.items():
        row: dict[str, Any] = {"curve": curve, "measure": measure, "unit": unit_of(measure)}
        for name in ("at_low", "at_high", "difference"):
            ends: Interval = getattr(each, name)
            row |= {name: ends.mean, f"{name}_low": ends.low, f"{name}_high": ends.high}
        yield {**row, "n": each.difference.n}


def _contour_rows(found: Surfaces) -> Iterator[dict[str, Any]]:
    for (measure, a, b), each in found.contours.items():
        for (x, y), above, side in zip(
            each.surface.band.x.tolist(),
            each.share_above.ravel().tolist(),
            each.side.ravel().tolist(),
            strict=True,
        ):
            yield {
                "measure": measure,
                "a": a,
                "b": b,
                "verdict": each.verdict,
                "x": x,
                "y": y,
                "share_above": above,
                "side": side,
            }


def _summary(found: Surfaces, lead: list[str]) -> dict[str, Any]:
    explored = found.explored
    return {
        "name": explored.plan.request.name,
        "lead": lead,
        "points": [axis.tolist() for axis in explored.axes],
        "rounds": rounds_said(explored),
        "against": {name: start_of(explored, name) for name in explored.plan.curves},
        "best": [
            {
                "curve": curve,
                "measure": measure,
                "kind": best.kind,
                "place": best.place,
                "value": best.value._asdict(),
                "possible": int(best.possible.sum()),
                "points": len(best.possible),
            }
            for (curve, measure), best in found.best.items()
        ],
        "interactions": list(_interaction_rows(found)),
        "contours": [
            {
                "measure": measure,
                "a": a,
                "b": b,
                "verdict": each.verdict,
                "above": each.above,
                "below": each.below,
                "unknown": each.unknown,
            }
            for (measure, a, b), each in found.contours.items()
        ],
    }
