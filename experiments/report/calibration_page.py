"""Builds the page of a calibration: what agrees with the facts, and what could not be told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.calibration import findings
from experiments.calibration.confirming import Confirmed
from experiments.calibration.course import Course
from experiments.calibration.ensemble import Ensemble, medoid_lines
from experiments.calibration.procedure import emulator_notes
from experiments.calibration.subject import Words
from experiments.figures.calibration_course import figures
from experiments.report.page import environment, figure_of
from experiments.store import parquet

FACTS = Words()


def write_calibration(
    folder: Path,
    course: Course,
    ensemble: Ensemble,
    confirmed: Confirmed,
    provenance: Mapping[str, Any],
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
    confirmed : Confirmed
        How some of its sets do on the whole plan.
    provenance : mapping
        Where it comes from.
    """
    return write_page(folder, course, ensemble, confirmed, provenance)


def write_page(
    folder: Path,
    course: Course,
    ensemble: Ensemble,
    confirmed: Confirmed,
    provenance: Mapping[str, Any],
    template: str = "calibration.html.jinja",
    words: Words = FACTS,
    **more: Any,
) -> Path:
    """Write the figures and report.html by a template, and return the latter.

    Parameters
    ----------
    folder, course, ensemble, confirmed, provenance
        As in :func:`write_calibration`.
    template : str
        Which.
    words : Words
        How it is told.
    **more
        What else the template takes.
    """
    drawn = [
        figure_of(drawing, drawing.save(folder / "figures"))
        for drawing in figures(course, ensemble)
    ]
    page = (
        environment()
        .get_template(template)
        .render(
            request=course.request,
            targets=sum(each.judged for each in course.targets),
            lead=lead(course, ensemble, confirmed, words),
            figures=drawn,
            reached=findings.reached(course, ensemble),
            confirmed=inside(confirmed),
            looked_at=[place + 1 for place in confirmed.places],
            sets=len(ensemble.sets),
            clashes=findings.clashes(course),
            pinned=pinned(course, ensemble),
            emulators=emulators(course),
            medoid=medoid_lines(ensemble),
            medoid_missed=ensemble.missed[ensemble.medoid_index],
            provenance=provenance,
            **{"config_text": course.request.text(), **more},
        )
    )
    path = folder / "report.html"
    parquet.write_text(path, page)
    return path


def lead(
    course: Course, ensemble: Ensemble, confirmed: Confirmed, words: Words = FACTS
) -> list[str]:
    """Return what came out, in a few sentences."""
    request, sets = course.request, len(ensemble.sets)
    meet = sum(not each for each in ensemble.missed)
    tried = len(course.candidates)
    plausible = len(course.standard.accepted(course.candidates))
    found = [
        f"{plausible} of {tried} candidates are plausible: the means of "
        f"{request.acceptance.repeats} fresh simulations, apart from the one by which a candidate "
        f"was chosen, lie in every band within reach, give or take {errors(course)}. The ensemble "
        f"has {sets} sets, of which {meet} meet all "
        f"{sum(map(course.standard.judges, course.outputs))} bands."
    ]
    found += _once_more(confirmed, words)
    if course.reported:
        found.append(
            f"{', '.join(course.reported)}: simulated, but no set was steered or judged by it, "
            f"{words.reported}."
        )
    if course.aside:
        found.append(
            f"Out of reach within the ranges, alone and whatever the other bands: "
            f"{', '.join(course.aside)}. They did not steer: sets meet or miss them as it happens."
        )
    unseen = [name for name in course.unseen if name not in course.reported]
    if unseen:
        found.append(
            f"Of {', '.join(unseen)} no simulation gave a value, {words.unseen}: nothing is said "
            "of them here."
        )
    if plausible < request.acceptance.at_least:
        found.append(
            f"Fewer than the {request.acceptance.at_least} asked for agree with all bands within "
            "reach: the ensemble was filled up by the sets with the smallest largest "
            "implausibility, a rule fixed beforehand. Each set says which bands it misses."
        )
    best = findings.marginals(course, ensemble)
    limit = findings.chance_left(sets)
    known = [each.name for each in best if each.kind == "free" and each.left < limit]
    open_ = [each.name for each in best if each.kind == "free" and each.left >= limit]
    found.append(
        f"Of {len(request.free)} free parameters the {words.things} narrow {len(known)}"
        + (f", most of all {', '.join(known[:5])}" if known else "")
        + f"; of {len(open_)} they say nothing that could be told from chance."
    )
    return found


def errors(course: Course) -> str:
    """Return the standard errors that a set may lie out of a band by, in words."""
    sigmas = course.request.acceptance.sigmas
    return f"{sigmas:g} standard error{'s' * (sigmas != 1.0)}"


def _once_more(confirmed: Confirmed, words: Words) -> list[str]:
    if not confirmed.places:
        return []
    looked = [each for each in confirmed.targets if confirmed.has_values(each)]
    judged = [each for each in looked if each.judged]
    share = sum(map(confirmed.inside, judged)) / max(1, len(judged) * len(confirmed.places))
    text = (
        f"{len(confirmed.places)} of its sets were simulated once more {words.again}, "
        f"with fresh seeds and nothing allowed for chance: they lie in {100 * share:.0f} % of the "
        "bands that they were judged by."
    )
    missed = confirmed.missed_by_all
    return [text + (f" All of them miss {', '.join(missed)}." if missed else "")]


def inside(confirmed: Confirmed) -> dict[str, dict[str, Any]]:
    """Return for each band how many sets lie in it on the whole plan, and where they lie."""
    found = {}
    for place, each in enumerate(confirmed.targets):
        if not confirmed.places or not confirmed.has_values(each):
            continue
        values = confirmed.table[:, place]
        found[each.name] = {
            "inside": confirmed.inside(each),
            "low": float(np.nanmin(values)),
            "median": float(np.nanmedian(values)),
            "high": float(np.nanmax(values)),
        }
    return found


def pinned(course: Course, ensemble: Ensemble) -> list[dict[str, Any]]:
    """Return a row for each parameter: its range before, what is left, what it moves."""
    moves = findings.touched(course, course.whole.names)
    rows = []
    for each in findings.marginals(course, ensemble):
        wanted = course.whole.ranges[each.name]
        rows.append(
            {
                "name": each.name,
                "kind": each.kind,
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
