"""Builds the page of a calibration to a user's own centre: fit, and what stays unknown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.calibration.confirming import Confirmed
from experiments.calibration.course import Course
from experiments.calibration.ensemble import Ensemble
from experiments.calibration.findings import chance_left, marginals
from experiments.own_centre.subject import WORDS
from experiments.report.calibration_page import write_page


def answer(course: Course, ensemble: Ensemble) -> list[str]:
    """Return what the calibration comes to, for whoever has to choose a policy.

    Parameters
    ----------
    course : Course
        What was seen.
    ensemble : Ensemble
        What came of it.
    """
    sets, judged = len(ensemble.sets), sum(map(course.standard.judges, course.outputs))
    meet = sum(not each for each in ensemble.missed)
    if not sets:
        return [f"No centre was found that has all {judged} KPIs within their bands."]
    found = (
        f"{meet} simulated centres have all {judged} KPIs that were judged within their bands"
        if meet
        else f"No simulated centre has all {judged} KPIs that were judged within their bands"
    )
    near = f", {sets - meet} more come nearest" if meet and meet < sets else ""
    near = f"; the {sets} below come nearest" if not meet else near
    free = [each for each in marginals(course, ensemble) if each.kind == "free"]
    open_ = sum(each.left >= chance_left(sets) for each in free)
    return [
        f"{found}{near}. Yours may be like any of them: trust what holds in all, not in one.",
        f"Of {len(free)} things about the centre that the KPIs might have told, {open_} are as "
        "open as before: what hangs on them has to be measured, or left in doubt.",
    ]


def write_own_centre(
    folder: Path,
    course: Course,
    ensemble: Ensemble,
    confirmed: Confirmed,
    provenance: Mapping[str, Any],
    experiments: Sequence[str],
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
        How some of its sets do in longer simulations.
    provenance : mapping
        Where it comes from, the KPIs and the file of contacts among it.
    experiments : sequence of str
        The files of the experiments of this centre, in the folder.
    """
    return write_page(
        folder,
        course,
        ensemble,
        confirmed,
        provenance,
        template="own_centre.html.jinja",
        words=WORDS,
        own=provenance["own_centre"],
        answer=answer(course, ensemble),
        experiments=list(experiments),
        place=folder.as_posix(),
        config_text=(folder / "config.toml").read_text(encoding="utf-8"),
    )
