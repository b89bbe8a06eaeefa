"""What follows from the runs: provenance, summary, figures and report."""

from typing import Any

from experiments.analysis.results import Results
from experiments.analysis.settling import BRANCH_MEASURES
from experiments.analysis.summary import Summary, summarise
from experiments.config import Experiment
from experiments.provenance import environment
from experiments.report.page import write_report
from experiments.store.folder import Folder, config_hash

SERIES = ("policy", "policy_order", "replication", "week", *BRANCH_MEASURES)
"""The columns of the series that figures and the search for the steady part read."""


def conclude(
    folder: Folder,
    experiment: Experiment,
    record: dict[str, Any] | None = None,
    *,
    draw: bool = True,
) -> Summary:
    """Write what follows from the runs: provenance, summary, figures and report.

    Parameters
    ----------
    folder : Folder
        Where the runs are.
    experiment : Experiment
        What was run.
    record : dict or None
        How the newest runs were made, to be added to the provenance.
    draw : bool
        Whether to make the figures and the report, which takes some seconds.
    """
    summary = summarise(read_results(folder, experiment), experiment)
    provenance = _provenance(folder, experiment, summary, record)
    folder.write_json("provenance.json", provenance)
    folder.write_json("summary.json", summary.as_json())
    if draw:
        write_report(folder, experiment, summary, provenance)
    return summary


def read_results(folder: Folder, experiment: Experiment) -> Results:
    """Return the rows of a folder as the analysis takes them.

    Parameters
    ----------
    folder : Folder
        Where the runs are.
    experiment : Experiment
        What was run.
    """
    return Results(
        folder.runs(),
        config_hash(experiment),
        {name: experiment.title_of(name) for name in experiment.policies},
        series=folder.table("series", SERIES) or None,
        careers=folder.table("careers") or None,
        measure_over=experiment.measure_over,
    )


def _provenance(
    folder: Folder, experiment: Experiment, summary: Summary, record: dict[str, Any] | None
) -> dict[str, Any]:
    found = folder.provenance()
    results = summary.results
    failed, there = len(results.failures), len(results.columns["run_id"])
    if record is not None:
        found |= environment()
        found["sessions"] = [*found.get("sessions", []), record]
    return found | {
        "experiment": experiment.name,
        "config_hash": config_hash(experiment),
        "seed": experiment.seed,
        "replications": experiment.replications,
        "precision_ended": all(each.plan.ended for each in summary.precision),
        "counts": {
            # A precision, or an earlier request, may have taken more than are asked for.
            "asked": max(there, experiment.replications * len(experiment.policies)),
            "done": there - failed,
            "failed": failed,
        },
    }
