"""Builds the page of a calibration: what agrees with the facts, and what could not be told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.calibration import findings
from experiments.calibration.ensemble import Ensemble, medoid_lines
from experiments.calibration.procedure import Course, emulator_notes
from experiments.figures.calibration_course import figures
from experiments.report.page import _environment, _figure
from experiments.store import parquet


def write_calibration(
    folder: Path, course: Course, ensemble: Ensemble, provenance: Mapping[str, Any]
) -> Path:
    """Write the figures and report.html, and return the latter.

    Parameters
    ----------
    folder : Path
        Where to.
    course : Course
        What was seen.
    ensemble : Ensemble
        What came of it.
    provenance : mapping
        Where it comes from.
    """
    drawn = [
        _figure(drawing, drawing.save(folder / "figures")) for drawing in figures(course, ensemble)
    ]
    page = (
        _environment()
        .get_template("calibration.html.jinja")
        .render(
            request=course.request,
            targets=len(course.targets),
            lead=lead(course, ensemble),
            figures=drawn,
            reached=findings.reached(course, ensemble),
            sets=len(ensemble.sets),
            clashes=findings.clashes(course),
            pinned=pinned(course, ensemble),
            emulators=emulators(course),
            medoid=medoid_lines(ensemble),
            medoid_missed=ensemble.missed[ensemble.medoid_index],
            config_text=course.request.text(),
            provenance=provenance,
        )
    )
    path = folder / "report.html"
    parquet.write_text(path, page)
    return path


def lead(course: Course, ensemble: Ensemble) -> list[str]:
    """Return what came out, in a few sentences."""
    request, sets = course.request, len(ensemble.sets)
    meet = sum(not each for each in ensemble.missed)
    tried = len(course.candidates)
    plausible = len(course.standard.accepted(course.candidates))
    found = [
        f"{plausible} of {tried} candidates are plausible: the means of their "
        f"{request.acceptance.repeats} simulations lie in every band within reach, give or take "
        f"{request.acceptance.sigmas:g} standard errors. The ensemble has {sets} sets, of which "
        f"{meet} meet all {len(course.targets) - len(course.unseen)} bands."
    ]
    if course.aside:
        found.append(
            f"Out of reach within the ranges, alone and whatever the other bands: "
            f"{', '.join(course.aside)}. They did not steer: sets meet or miss them as it happens."
        )
    if course.unseen:
        found.append(
            f"Of {', '.join(course.unseen)} no simulation gave a value, as the samples of a "
            "calibration are smaller than those of the evidence: nothing is said of them here."
        )
    if plausible < request.acceptance.at_least:
        found.append(
            f"Fewer than the {request.acceptance.at_least} asked for agree with all bands within "
            "reach: the ensemble was filled up by the sets with the smallest largest "
            "implausibility, a rule fixed beforehand. Each set says which bands it misses."
        )
    best = findings.marginals(course, ensemble)
    limit = findings.chance_left(sets)
    known = [each.name for each in best if each.free and each.left < limit]
    open_ = [each.name for each in best if each.free and each.left >= limit]
    found.append(
        f"Of {len(request.free)} free parameters the facts narrow {len(known)}"
        + (f", most of all {', '.join(known[:5])}" if known else "")
        + f"; of {len(open_)} they say nothing that could be told from chance."
    )
    return found


def pinned(course: Course, ensemble: Ensemble) -> list[dict[str, Any]]:
    """Return a row for each parameter: its range before, what is left, what it moves."""
    moves = findings.touched(course, course.space.names)
    rows = []
    for each in findings.marginals(course, ensemble):
        wanted = course.space.ranges[each.name]
        rows.append(
            {
                "name": each.name,
                "free": each.free,
                "range": f"{wanted.low:g} to {wanted.high:g}{' (log)' * (wanted.scale == 'log')}",
                "left": f"{each.values[0]:.3g} to {each.values[-1]:.3g}",
                "median": f"{each.values[2]:.3g}",
                "medoid": f"{ensemble.medoid[each.name]:.3g}",
                "share": f"{each.left:.2f}",
                "moves": ", ".join(
                    f"{name} ({rho:+.2f})".replace("-", "−") for name, rho in moves[each.name][:4]
                ),
            }
        )
    return rows


def emulators(course: Course) -> list[dict[str, Any]]:
    """Return a row for each output: which emulator was taken, and how good it is."""
    noise = course.standard.noise
    rows = []
    for place, each in enumerate(emulator_notes(course.emulated)):
        scores = each["scores"]
        rows.append(
            {
                "output": each["output"]
                + (f" ({each['scale']})" if each["scale"] != "itself" else ""),
                "kind": each["kind"],
                "explained": f"{100 * each['explained']:.0f} %",
                "within": f"{100 * each['within_two']:.0f} %",
                "scores": " / ".join(f"{scores[kind]:.2f}".replace("-", "−") for kind in scores),
                "noise": f"{noise[place]:.3g}",
                "active": ", ".join(course.space.names[at] for at in each["active"][:4]),
            }
        )
    return rows
