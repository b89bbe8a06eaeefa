"""The trade's claims, each tried where it could be refuted: what ``frontline claims`` does."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.catalogue import shipped_folder
from experiments.claims.advocate import Tried, candidates, confirmed, confirming
from experiments.claims.campaign import (
    CONFIRM,
    ENSEMBLE,
    SEARCH,
    WIDE,
    Campaign,
    Progress,
    Ran,
    run_blocks,
)
from experiments.claims.claim_file import Shared, load_claims, load_shared
from experiments.claims.findings import Findings, found
from experiments.claims.measures import OUTSIDE
from experiments.claims.tables import advocate_table, csv_text, json_text
from experiments.cluster import parse_address
from experiments.command.progress import Display, Meter, display_for
from experiments.crew import Crew
from experiments.design import fingerprint, model_version
from experiments.errors import RequestError
from experiments.jobs import Interrupted
from experiments.provenance import command, environment, now
from experiments.saying import Say, listener, to_stderr
from experiments.session import RESULTS
from experiments.store import parquet
from experiments.store.lock import locked
from experiments.store.opening import move_aside, recorded
from experiments.working import crew_at_work, keep_older, say_stopped

NAME = "claims"
"""The folder below that of all results."""

JOBS = "jobs"
"""The folder of finished runs in it, which all calls share."""

WRITTEN = (
    "report.html",
    "table.json",
    "table.csv",
    "advocate.json",
    "provenance.json",
    "figures",
    "claims",
)


@dataclass(frozen=True)
class Sets:
    """The parameter sets that claims are judged on.

    Attributes
    ----------
    sets : sequence of mapping
        What each changes of the defaults.
    medoid : mapping
        The one in the middle.
    meets : sequence of bool or None
        Which of them meet all bands of the calibration; all where None.
    stale : bool
        Whether other defaults have changed since they were found.
    """

    sets: Sequence[Mapping[str, Any]]
    medoid: Mapping[str, Any]
    meets: Sequence[bool] | None = None
    stale: bool = False


def ensemble_sets() -> Sets:
    """Return the shipped ensemble.

    Raises
    ------
    RequestError
        Where there is none, with how to make it.
    """
    from experiments.calibration.ensemble import SHIPPED, load

    folder = shipped_folder() / "ensemble"
    path = folder / f"{SHIPPED}.csv"
    if not path.exists():
        raise RequestError(
            [
                f"{path}: there are no plausible parameter sets yet, on which the claims are "
                "judged; a calibration finds them and keeps them there, which takes one to "
                "two hours on two cores: frontline calibrate --keep"
            ]
        )
    ensemble = load(folder=folder)
    meets = [not each for each in ensemble.missed]
    return Sets(ensemble.sets, ensemble.medoid, meets, ensemble.stale)


def run(
    names: Sequence[str] = (),
    *,
    root: Path = RESULTS,
    workers: int | None = None,
    cluster: str | None = None,
    display: Display | None = None,
    say: Say | None = None,
    as_json: bool = False,
    quiet: bool = False,
    replace: bool = False,
    dry_run: bool = False,
    go_on: str = "frontline claims",
    sets: Sets | None = None,
    shared: Shared | None = None,
) -> int:
    """Try the trade's claims on the ensemble, and write the table and the pages.

    Parameters
    ----------
    names : sequence of str
        The claims wanted, for example ``"N9"``; all where there are none. Some of them have a
        folder of their own, and neither the null nor the search beyond the ensemble.
    root : Path
        The folder of all results.
    workers : int or None
        Processes; one for each processor where None.
    cluster : str or None
        A Dask cluster, see :func:`experiments.cluster.open_cluster`.
    display : Display or None
        Where to show the progress; chosen by where the output goes where None.
    say : callable or None
        Told how things go, a line at a time; standard error where None.
    as_json : bool
        Print the table as JSON.
    quiet : bool
        No progress and no table.
    replace : bool
        Move what is there aside, finished runs too, and begin anew.
    dry_run : bool
        Only print what would be run: nothing is run or written.
    go_on : str
        The command that goes on where this one is cut short.
    sets : Sets or None
        The parameter sets; the shipped ensemble where None.
    shared : Shared or None
        How many of what; the shipped file where None.

    Returns
    -------
    int
        0 where all was run, whatever the verdicts; 1 where runs failed, or where it was stopped.

    Raises
    ------
    RequestError
        Where there is no such claim, cluster or ensemble, a file is wrong, or the folder is in
        use or cannot be written to.
    """
    claims = load_claims(tuple(names))
    shared = shared or load_shared()
    sets = sets or ensemble_sets()
    if cluster is not None:
        parse_address(cluster)  # before anything is written
    say = listener(say, quiet=quiet)
    campaign = Campaign(claims, shared, sets.sets, sets.medoid, sets.meets, whole=not names)
    base = root / NAME
    folder = base if campaign.whole else base / "+".join(claim.id for claim in claims)
    if dry_run:
        from experiments.command.estimate.commands import claims_plan
        from experiments.command.estimate.planned import say_planned

        jobs = None if replace else base / JOBS
        return say_planned(claims_plan(campaign, folder, jobs, workers, cluster))
    with locked(base):
        if replace and base.exists():
            say(f"{base}: what was there is kept as {move_aside(base).name}")
        session = Session(campaign, sets, folder, base / JOBS, workers, cluster, say)
        try:
            findings = session.find(display or display_for(NAME, quiet=quiet))
        except Interrupted:
            say_stopped(go_on)
            return 1
        session.conclude(findings)
    _show(findings, folder, as_json=as_json, quiet=quiet)
    return 1 if findings.errors else 0


class RunMeter(Meter):
    """Counts runs, of which some were done before."""

    def __init__(self, display: Display) -> None:
        super().__init__(0, 0, display)
        self.progress = Progress()
        self.more = True

    def follow(self, progress: Progress) -> None:
        """Take note of a run that has ended."""
        ended = progress.kept + progress.done
        self.days, self.days_done = progress.runs - progress.kept, progress.done
        self.runs, self.failures = progress.runs, progress.failed
        # What confirms the search is not known before the search has ended.
        self.runs_done = min(ended, progress.runs - 1) if self.more else ended
        self.counted = time.monotonic()
        self.display.show(self)

    def text(self) -> str:
        """Return runs, time left and failures in one line."""
        ended = self.progress.kept + self.progress.done
        left = None
        if self.progress.done and self.days > self.days_done:
            rate = self.days_done / max(self.counted - self.began, 1e-9)
            left = (self.days - self.days_done) / rate
        return " · ".join([f"{ended:,}/{self.runs:,} runs", self.remaining(left), *self.failed()])


@dataclass
class Session:
    """One run of the claims, and what it leaves.

    Attributes
    ----------
    campaign : Campaign
        What is asked.
    sets : Sets
        Where the parameter sets come from.
    folder, jobs : Path
        Where the pages go, and where finished runs are.
    workers : int or None
        Processes, where there is no cluster.
    cluster : str or None
        The address of a Dask cluster.
    say : callable
        Told what is going on, a line at a time.
    record : dict
        How it went, for the provenance.
    """

    campaign: Campaign
    sets: Sets
    folder: Path
    jobs: Path
    workers: int | None
    cluster: str | None
    say: Say
    record: dict[str, Any] = field(default_factory=dict)

    def find(self, display: Display) -> Findings:
        """Run what is missing and judge.

        Raises
        ------
        Interrupted
            Where it was stopped before the end.
        """
        started, began = now(), time.perf_counter()
        workers = self.workers or os.cpu_count() or 1
        meter = RunMeter(display)
        if self.cluster is None:
            self.say(self.estimate(workers))
        with crew_at_work(workers, self.cluster, meter, display, self.say) as crew:
            runs, advocate = self._run(crew, meter)
        progress = meter.progress
        self.record = {
            "command": command(*self.called),
            "started": started,
            "seconds": round(time.perf_counter() - began, 1),
            "workers": self.cluster or workers,
            "runs": progress.done,
            "kept": progress.kept,
            "failed": progress.failed,
        }
        return found(self.campaign, runs, advocate, tuple(progress.errors))

    def estimate(self, workers: int) -> str:
        """Return about how long it takes, in a sentence.

        Parameters
        ----------
        workers : int
            Processes.
        """
        runs = sum(block.runs for block in self.campaign.blocks())
        minutes = max(1, round(self.campaign.seconds(workers) / 60))
        return (
            f"About {runs:,} runs, which take {workers} quiet processors some {minutes} min; what "
            f"has been run before, in {self.jobs}, is not run again."
        )

    def _run(self, crew: Crew, meter: RunMeter) -> tuple[dict[str, Ran], list[Tried]]:
        campaign = self.campaign
        given = (campaign.shared, self.jobs, crew, meter.progress, meter.follow)
        meter.more = campaign.whole
        runs = run_blocks(campaign.blocks(), *given)
        if not campaign.whole:
            return runs, []
        outside = campaign.policies[OUTSIDE].key
        for name in (WIDE, SEARCH):
            runs[name] = runs[name].working(outside, campaign.shared.wide)
        policies = {name: campaign.policies[name] for name in campaign.shared.policies}
        looked = [(runs[ENSEMBLE], True), (runs[SEARCH], False)]
        leading = candidates(looked, policies, campaign.shared.wide.tried)
        meter.more = False
        block = confirming(leading, policies, campaign.shared)
        fresh = run_blocks([block], *given)[CONFIRM]
        return runs, confirmed(leading, fresh, looked, policies)

    def conclude(self, findings: Findings) -> None:
        """Write the tables, the figures, the pages and where they come from."""
        # Imported late: what draws takes a second to load, which the workers need not wait for.
        from experiments.report.claims_page import write_claims

        of = "what other claims, sets or models gave"
        keep_older(self.folder, WRITTEN, self.identity, self.say, of)
        self.folder.mkdir(parents=True, exist_ok=True)
        provenance = self.provenance()
        parquet.write_text(self.folder / "provenance.json", json_text(provenance))
        parquet.write_text(self.folder / "table.json", json_text(findings.table))
        parquet.write_text(self.folder / "table.csv", csv_text(findings))
        if findings.advocate:
            parquet.write_text(self.folder / "advocate.json", json_text(advocate_table(findings)))
        write_claims(self.folder, findings, provenance)

    @property
    def identity(self) -> dict[str, Any]:
        """What tells whether a table is of the same model, sets and files."""
        campaign = self.campaign
        asked = [campaign.shared.model_dump(), *(each.model_dump() for each in campaign.claims)]
        return {
            "model": model_version(),
            "claims_hash": fingerprint(asked),
            "sets_hash": fingerprint([[dict(each) for each in campaign.sets], campaign.meets]),
        }

    @property
    def called(self) -> list[str]:
        """What asks for these claims on the command line."""
        campaign = self.campaign
        return ["claims", *([] if campaign.whole else [claim.id for claim in campaign.claims])]

    def provenance(self) -> dict[str, Any]:
        """Return where the table comes from."""
        campaign = self.campaign
        blocks = campaign.blocks()
        return {
            "kind": "claims",
            **environment(),
            **self.identity,
            "shared": campaign.shared.model_dump(mode="json"),
            "claims": [claim.id for claim in campaign.claims],
            "sets": {
                "ensemble": len(campaign.sets),
                "meet_all_bands": len(campaign.sets)
                if campaign.meets is None
                else sum(campaign.meets),
                "stale": self.sets.stale,
            },
            "blocks": {block.name: block.runs for block in blocks},
            "arms": len(blocks[0].arms),
            "command": " ".join(["frontline", *self.called]),
            "sessions": [*recorded(self.folder).get("sessions", []), self.record],
        }


def _show(findings: Findings, folder: Path, *, as_json: bool, quiet: bool) -> None:
    """Print the table, and what failed."""
    if as_json:
        sys.stdout.write(json_text(findings.table))
    elif not quiet:
        from experiments.claims.printing import print_claims

        print_claims(findings)
        print(f"\nReport: {folder / 'report.html'}")
    for error in findings.errors[:10]:
        to_stderr(f"failed: {error}")
