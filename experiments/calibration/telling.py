"""What a calibration leaves as plain tables: every run, and the summary."""

import csv
import json
from io import StringIO

from experiments.calibration import findings
from experiments.calibration.confirming import Confirmed
from experiments.calibration.course import Course
from experiments.calibration.ensemble import Ensemble
from experiments.calibration.plain import plain


def runs_csv(course: Course) -> str:
    """Return every set that was simulated, a row each, with what it gave."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [target.name for target in course.targets]
    writer.writerow(["step", *course.whole.names, *names])
    for ended in course.ended:
        for parameters, row in zip(ended.step.sets, ended.table, strict=True):
            values = [f"{value:.6g}" if value == value else "" for value in row]
            drawn = [parameters[name] for name in course.whole.names]
            writer.writerow([ended.step.title, *drawn, *values])
    return text.getvalue()


def summary_text(course: Course, ensemble: Ensemble, confirmed: Confirmed) -> str:
    """Return what was found as JSON."""
    found = {
        "name": course.request.name,
        "sets": len(ensemble.sets),
        "meet_all_bands": sum(not each for each in ensemble.missed),
        "candidates": len(course.candidates),
        "plausible": len(course.standard.accepted(course.candidates)),
        "out_of_reach": course.aside,
        "without_a_value": course.unseen,
        "only_reported": course.reported,
        "waves": [
            {"after": title, "level": level, "log10_volume": volume}
            for title, level, volume in course.volumes
        ],
        "bands": [
            {
                "id": each.name,
                "band": each.band,
                "median": each.ensemble[1],
                "low": each.ensemble[0],
                "high": each.ensemble[2],
                "met": each.met,
                "judged": each.judged,
            }
            for each in findings.reached(course, ensemble)
        ],
        "share_left": {
            each.name: round(each.left, 4) for each in findings.marginals(course, ensemble)
        },
        "confirmed": confirmed.notes(),
        "medoid": ensemble.medoid,
    }
    return json.dumps(plain(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
