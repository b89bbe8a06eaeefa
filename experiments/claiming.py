"""The trade's claims, each tried where it could be refuted: what ``frontline claims`` does."""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sim
from experiments.claims.advocate import Confirmed, candidates, confirmed, confirming
from experiments.claims.campaign import (
    PLAUSIBLE,
    SEARCH,
    WIDE,
    Campaign,
    Interrupted,
    Progress,
    Ran,
    run_blocks,
)
from experiments.claims.claim_file import Shared, load_claims, load_shared
from experiments.claims.findings import Findings, found
from experiments.claims.measures import OUTSIDE
from experiments.claims.tables import advocate_table, csv_text, json_text
from experiments.cluster import parse_address
from experiments.command.progress import Display, Meter, clock, display_for
from experiments.crew import Crew
from experiments.design import fingerprint, model_version
from experiments.jobs import job_crew
from experiments.provenance import command, environment, now
from experiments.session import _COMPILING, RESULTS, Say, _stop_on_interrupt
from experiments.store import parquet
from experiments.store.lock import locked
from experiments.store.opening import move_aside

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
    missed : int
        How many of them miss a band of the calibration.
    stale : bool
        Whether other defaults have changed since they were found.
    """

    sets: Sequence[Mapping[str, Any]]
    medoid: Mapping[str, Any]
    missed: int = 0
    stale: bool = False


def ensemble_sets() -> Sets:
    """Return the shipped ensemble.

    Raises
    ------
    RequestError
        Where there is none.
    """
    from experiments.calibration.ensemble import load

    ensemble = load()
    missed = sum(bool(each) for each in ensemble.missed)
    return Sets(ensemble.sets, ensemble.medoid, missed, ensemble.stale)


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
    go_on: str = "frontline claims",
    sets: Sets | None = None,
    shared: Shared | None = None,
) -> int:
    """Try the trade's claims on the plausible ensemble, and write the table and the pages.

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
    say = say or ((lambda line: None) if quiet else _to_stderr)
    campaign = Campaign(claims, shared, sets.sets, sets.medoid, whole=not names)
    base = root / NAME
    with locked(base):
        if replace and base.exists():
            say(f"{base}: what was there is kept as {move_aside(base).name}")
        folder = base if campaign.whole else base / "+".join(claim.id for claim in claims)
        session = Session(campaign, sets, folder, base / JOBS, workers, cluster, say)
        try:
            findings = session.find(display or display_for(NAME, quiet=quiet))
        except Interrupted:
            _to_stderr(f"Stopped. What is done is kept. To go on:\n  {go_on}")
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
        parts = [f"{ended:,}/{self.runs:,} runs"]
        if self.progress.done and self.days > self.days_done:
            rate = self.days_done / max(self.counted - self.began, 1e-9)
            parts.append(f"{clock((self.days - self.days_done) / rate)} left")
        else:
            parts.append(f"{clock(self.elapsed)} in all")
        if self.failures:
            parts.append(f"{self.failures:,} failed")
        return " · ".join(parts)


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
        if (self.cluster or "local").startswith("local"):
            sim.compile_engine(on_first=lambda: self.say(_COMPILING))
        started, began = now(), time.perf_counter()
        workers = self.workers or os.cpu_count() or 1
        meter = RunMeter(display)
        with (
            job_crew(workers, self.cluster, self.say) as crew,
            display,
            _stop_on_interrupt(crew, meter),
        ):
            runs, advocate = self._run(crew, meter)
        progress = meter.progress
        self.record = {
            "command": command(),
            "started": started,
            "seconds": round(time.perf_counter() - began, 1),
            "workers": self.cluster or workers,
            "runs": progress.done,
            "kept": progress.kept,
            "failed": progress.failed,
        }
        return found(self.campaign, runs, advocate, tuple(progress.errors))

    def _run(self, crew: Crew, meter: RunMeter) -> tuple[dict[str, Ran], list[Confirmed]]:
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
        looked = [(runs[PLAUSIBLE], True), (runs[SEARCH], False)]
        leading = candidates(looked, policies)
        meter.more = False
        fresh = run_blocks(confirming(leading, policies, campaign.shared), *given)
        return runs, confirmed(leading, fresh, policies)

    def conclude(self, findings: Findings) -> None:
        """Write the tables, the figures, the pages and where they come from."""
        # Imported late: what draws takes a second to load, which the workers need not wait for.
        from experiments.report.claims_page import write_claims

        self.keep_older()
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
            "sets_hash": fingerprint([dict(each) for each in campaign.sets]),
        }

    def keep_older(self) -> None:
        """Move pages of another model, ensemble or set of files into a folder beside them."""
        before = self.found()
        there = [name for name in WRITTEN if (self.folder / name).exists()]
        if not there or {key: before.get(key) for key in self.identity} == self.identity:
            return
        older = self.folder / f"older-{datetime.now():%Y%m%d-%H%M%S}"
        with parquet.writing(self.folder):
            older.mkdir(parents=True)
            for name in there:
                (self.folder / name).rename(older / name)
        self.say(f"{self.folder}: the pages of other claims or models are kept in {older.name}/")

    def found(self) -> dict[str, Any]:
        """Return the provenance that is there, empty where there is none that can be read."""
        try:
            before = json.loads((self.folder / "provenance.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return before if isinstance(before, dict) else {}

    def provenance(self) -> dict[str, Any]:
        """Return where the table comes from."""
        campaign = self.campaign
        names = [] if campaign.whole else [claim.id for claim in campaign.claims]
        blocks = campaign.blocks()
        return {
            "kind": "claims",
            **environment(),
            **self.identity,
            "shared": campaign.shared.model_dump(mode="json"),
            "claims": [claim.id for claim in campaign.claims],
            "sets": {
                "plausible": len(campaign.sets),
                "miss_a_band": self.sets.missed,
                "stale": self.sets.stale,
            },
            "blocks": {block.name: block.runs for block in blocks},
            "arms": len(blocks[0].arms),
            "command": " ".join(["frontline", "claims", *names]),
            "sessions": [*self.found().get("sessions", []), self.record],
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
        _to_stderr(f"failed: {error}")


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
