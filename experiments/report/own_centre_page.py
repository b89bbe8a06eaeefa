"""Builds the page of a calibration to a user's own centre: fit, and what stays unknown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.calibration.confirming import Confirmed
from experiments.calibration.course import Course
from experiments.calibration.ensemble import Ensemble
from experiments.own_centre.subject import WORDS
from experiments.report.calibration_page import write_page


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
        experiments=list(experiments),
        place=folder.as_posix(),
        config_text=(folder / "config.toml").read_text(encoding="utf-8"),
    )
