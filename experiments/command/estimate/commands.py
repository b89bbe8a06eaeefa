"""What ``validate``, ``calibrate`` and ``claims`` would run, and about how long that takes."""

from collections.abc import Sequence
from pathlib import Path

from experiments.calibration.request import Calibration
from experiments.claims.campaign import Campaign
from experiments.command.estimate.planned import Planned, finished, processes
from experiments.evidence.fact import Fact
from experiments.evidence.plan import Plan
from experiments.evidence.run import Request

FACT_SECONDS = 1.2
"""What a job of the facts takes one core, the mean over all kinds; measured."""

OBSERVE_SECONDS, CONFIRM_SECONDS = 7.2, 87.0
"""What a run of a calibration takes one core, on the smaller samples and on the whole plan;
measured on the shipped one, give or take a half."""


def claims_plan(
    campaign: Campaign, folder: Path, jobs: Path | None, workers: int | None, cluster: str | None
) -> Planned:
    """Return what the claims would run.

    Parameters
    ----------
    campaign : Campaign
        What is asked.
    folder : Path
        Where it would go.
    jobs : Path or None
        Where finished jobs are; None where they would be moved aside.
    workers : int or None
        Processes; one for each processor where None.
    cluster : str or None
        A cluster in their place.
    """
    shared, count = campaign.shared, processes(workers)
    keys = {job.key for block in campaign.blocks() for _, job in block.jobs(shared)}
    kept = len(keys & finished(jobs))
    claims = f"{len(campaign.claims)} claim{'s' * (len(campaign.claims) > 1)}"
    sets = min(len(campaign.sets), shared.sets)
    return Planned(
        folder=folder,
        what=f"{claims} on {sets} parameter sets, {shared.replications} replications each",
        jobs=len(keys),
        kept=kept,
        seconds=campaign.seconds(count) * (1.0 - kept / len(keys)),
        workers=count,
        cluster=cluster or "",
        more="the clearest sets of the search are run again, some hundred jobs"
        if campaign.whole
        else "",
    )


def validation_plan(
    facts: Sequence[Fact],
    plan: Plan,
    folder: Path,
    jobs: Path | None,
    workers: int | None,
    cluster: str | None,
) -> Planned:
    """Return what the facts would run.

    Parameters
    ----------
    facts : sequence of Fact
        Those that are asked for.
    plan : Plan
        The sampling plan.
    folder, jobs, workers, cluster
        As for the claims.
    """
    asked = [Request(fact, plan) for fact in facts]
    asked += [Request(fact, plan, ablated=True) for fact in facts if fact.ablation]
    keys = {key for each in asked for key in each.keys}
    kept, count = len(keys & finished(jobs)), processes(workers)
    return Planned(
        folder=folder,
        what=f"{len(facts)} stylised fact{'s' * (len(facts) > 1)}",
        jobs=len(keys),
        kept=kept,
        seconds=(len(keys) - kept) * FACT_SECONDS / count,
        workers=count,
        cluster=cluster or "",
        more="a fact that cannot be told is asked of twice as many, up to the plan's cap",
    )


def calibration_plan(
    request: Calibration,
    folder: Path,
    workers: int | None,
    cluster: str | None,
    *,
    anew: bool,
) -> Planned:
    """Return what a calibration would run at the most.

    Parameters
    ----------
    request : Calibration
        What is asked.
    folder : Path
        Where it would go.
    workers, cluster
        As for the claims.
    anew : bool
        Whether what is there would be moved aside.
    """
    runs = request.waves.pilot + sum(request.waves.runs) + request.acceptance.most_runs
    confirmed = request.confirm.sets
    jobs = runs + confirmed
    done = 0 if anew else len(finished(folder / "jobs"))
    kept, count = min(done, jobs), processes(workers)
    seconds = max(0, runs - kept) * OBSERVE_SECONDS
    seconds += min(confirmed, jobs - kept) * CONFIRM_SECONDS
    return Planned(
        folder=folder,
        what=f"{len(request.ranges)} parameters held against {len(request.facts)} facts",
        jobs=jobs,
        kept=kept,
        seconds=seconds / count,
        workers=count,
        cluster=cluster or "",
        more="at the most: rounds end when there are enough sets; and candidates are looked over, "
        "at a third of the cost of a run",
    )
