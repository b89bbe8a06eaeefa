"""The model held against the published findings: what ``frontline validate`` does."""

import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sim
from experiments.cluster import parse_address
from experiments.command.progress import Display, display_for
from experiments.design import fingerprint, model_version
from experiments.errors import RequestError, no_such
from experiments.evidence.fact import Fact
from experiments.evidence.judging import (
    RESAMPLES,
    VERDICTS,
    Judged,
    counts,
    csv_text,
    table_text,
)
from experiments.evidence.plan import Plan, sampling_plan
from experiments.evidence.progress import JobMeter
from experiments.evidence.run import Judging
from experiments.jobs import Interrupted
from experiments.provenance import command, environment, now
from experiments.saying import Say, listener, to_stderr
from experiments.session import RESULTS
from experiments.store import parquet
from experiments.store.lock import locked
from experiments.store.opening import move_aside, recorded
from experiments.working import crew_at_work, keep_older, project_facts, say_stopped

NAME = "validation"
"""The folder below that of all results."""

JOBS = "jobs"
"""The folder of finished jobs in it, which all runs share."""

WRITTEN = ("report.html", "table.json", "table.csv", "provenance.json", "figures")


def run(
    *,
    root: Path = RESULTS,
    workers: int | None = None,
    cluster: str | None = None,
    ids: Sequence[str] | None = None,
    as_json: bool = False,
    quiet: bool = False,
    replace: bool = False,
    dry_run: bool = False,
    go_on: str = "frontline validate",
    facts: Sequence[Fact] | None = None,
    plan: Plan | None = None,
) -> int:
    """Judge the stylised facts on the model's own data, and write the report.

    Parameters
    ----------
    root : Path
        The folder of all results.
    workers : int or None
        Processes; one for each processor where None.
    cluster : str or None
        A Dask cluster, see :func:`experiments.cluster.open_cluster`.
    ids : sequence of str or None
        The facts wanted; all where there are none. Some of them have a folder of their own.
    as_json : bool
        Print the table as JSON.
    quiet : bool
        No progress and no table.
    replace : bool
        Move what is there aside, finished jobs too, and begin anew.
    dry_run : bool
        Only print what would be run: nothing is run or written.
    go_on : str
        The command that goes on where this one is cut short.
    facts : sequence of Fact or None
        All facts there are; the project's where None.
    plan : Plan or None
        How they are asked; the project's where None.

    Returns
    -------
    int
        0 where all was worked out, whatever the verdicts; 1 where something failed, or where it
        was stopped.

    Raises
    ------
    RequestError
        Where there is no such fact or cluster, or the folder is in use or cannot be written to.
    """
    there = project_facts() if facts is None else tuple(facts)
    plan = plan or sampling_plan()
    wanted = chosen(there, ids or ())
    if cluster is not None:
        parse_address(cluster)  # before anything is written
    say = listener(None, quiet=quiet)
    base = root / NAME
    folder = base if len(wanted) == len(there) else base / "+".join(f.id for f in wanted)
    if dry_run:
        from experiments.command.estimate.commands import validation_plan
        from experiments.command.estimate.planned import say_planned

        jobs = None if replace else base / JOBS
        return say_planned(validation_plan(wanted, plan, folder, jobs, workers, cluster))
    with locked(base):
        if replace and base.exists():
            say(f"{base}: what was there is kept as {move_aside(base).name}")
        validation = Validation(
            folder, base / JOBS, plan, workers or os.cpu_count() or 1, cluster, say
        )
        try:
            judged = validation.judge(wanted, display_for("validate", quiet=quiet))
        except Interrupted:
            say_stopped(go_on)
            return 1
        validation.conclude(judged)
    _show(judged, folder, as_json=as_json, quiet=quiet)
    return 1 if _failures(judged) else 0


def chosen(facts: Sequence[Fact], ids: Iterable[str]) -> list[Fact]:
    """Return the facts that are asked for, in their order; all of them where none is named.

    Raises
    ------
    RequestError
        Where there is no fact of that id: all such mistakes at once.
    """
    known = {fact.id: fact for fact in facts}
    asked = list(dict.fromkeys(given.upper() for given in ids)) or list(known)
    wrong = [given for given in asked if given not in known]
    if wrong:
        raise RequestError([no_such("fact", given, known) for given in wrong])
    return [fact for fact in facts if fact.id in asked]


@dataclass
class Validation:
    """One run of the facts, and what it leaves.

    Attributes
    ----------
    folder, jobs : Path
        Where the report goes, and where finished jobs are.
    plan : Plan
        The sampling plan.
    workers : int
        Processes, where there is no cluster.
    cluster : str or None
        The address of a Dask cluster.
    say : callable
        Told what is going on, a line at a time.
    session : dict
        How it went, for the provenance.
    """

    folder: Path
    jobs: Path
    plan: Plan
    workers: int
    cluster: str | None
    say: Say
    session: dict[str, Any] = field(default_factory=dict)

    def judge(self, facts: Sequence[Fact], display: Display) -> list[Judged]:
        """Simulate what is missing and judge.

        Raises
        ------
        Interrupted
            Where it was stopped before the end.
        """
        started, began = now(), time.perf_counter()
        meter = JobMeter(display)
        with crew_at_work(self.workers, self.cluster, meter, display, self.say) as crew:
            judged = Judging(self.plan, self.jobs, crew, follow=meter.follow).judge(facts)
        progress = meter.progress
        self.session = {
            "command": command(*self.called(judged)),
            "started": started,
            "seconds": round(time.perf_counter() - began, 1),
            "workers": self.cluster or self.workers,
            "jobs": progress.done - progress.kept,
            "kept": progress.kept,
            "failed": progress.failed,
            "estimating": {each.fact.id: round(each.seconds, 2) for each in judged},
        }
        return judged

    def conclude(self, judged: Sequence[Judged]) -> None:
        """Write the table, the figures, the report and where they come from."""
        # Imported late: what draws takes a second to load, which the workers need not wait for.
        from experiments.report.validation_page import write_validation

        keep_older(
            self.folder,
            WRITTEN,
            self.identity(judged),
            self.say,
            "the report of another model, plan or bands",
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        provenance = self.provenance(judged)
        # First, so that what is begun is known by whom: the rest is written again in any case.
        text = json.dumps(provenance, indent=2, ensure_ascii=False) + "\n"
        parquet.write_text(self.folder / "provenance.json", text)
        parquet.write_text(self.folder / "table.json", table_text(judged))
        parquet.write_text(self.folder / "table.csv", csv_text(judged))
        write_validation(self.folder, judged, self.plan, provenance)

    def identity(self, judged: Sequence[Judged]) -> dict[str, Any]:
        """Return what tells whether a table is of the same model, asked and judged in one way."""
        return {
            "model": model_version(),
            "plan_hash": fingerprint(self.plan.model_dump()),
            "bands_hash": fingerprint(bands([each.fact for each in judged])),
        }

    def called(self, judged: Sequence[Judged]) -> list[str]:
        """Return what asks for these facts on the command line."""
        whole = self.folder == self.jobs.parent
        return ["validate", *([] if whole else [each.fact.id for each in judged])]

    def provenance(self, judged: Sequence[Judged]) -> dict[str, Any]:
        """Return where the table comes from."""
        facts = [each.fact.id for each in judged]
        centre = sim.Centre()
        return {
            "kind": "evidence",
            "state": state(judged),
            **environment(),
            **self.identity(judged),
            "plan": self.plan.model_dump(),
            "resamples": RESAMPLES,
            "facts": facts,
            "centre": (
                f"The reference centre has {centre.customers:,} customers and {centre.seats:,} "
                "seats; its parameters are the shipped defaults."
            ),
            "command": " ".join(["frontline", *self.called(judged)]),
            "counts": {
                "jobs": self.session["jobs"] + self.session["kept"],
                "failed": self.session["failed"],
            },
            "sessions": [*recorded(self.folder).get("sessions", []), self.session],
        }


def bands(facts: Sequence[Fact]) -> dict[str, list[Any]]:
    """Return where each part must lie, and whether it counts, by its id."""
    return {
        f"{fact.id}.{part.name}": [part.low, part.high, part.strict, part.judged]
        for fact in facts
        for part in fact.parts
    }


def state(judged: Sequence[Judged]) -> str:
    """Return the counts in a few words: "20 facts: 12 holds, 5 fails, 3 cannot be told"."""
    parts = []
    for use in ("C", "E"):
        found = counts(judged, use)
        if sum(found.values()):
            parts.append(f"{use}: {', '.join(f'{found[each]} {each}' for each in VERDICTS)}")
    return "; ".join(parts)


def _failures(judged: Sequence[Judged]) -> list[str]:
    found = []
    for each in judged:
        off = each.ablated.trouble if each.ablated else ""
        found += [f"{each.fact.id}: {each.trouble}"] if each.trouble else []
        found += [f"{each.fact.id} with its mechanism off: {off}"] if off else []
    return found


def _show(judged: Sequence[Judged], folder: Path, *, as_json: bool, quiet: bool) -> None:
    """Print the table, and what failed."""
    if as_json:
        sys.stdout.write(table_text(judged))
    elif not quiet:
        from experiments.evidence.printing import print_facts

        print_facts(judged)
        print(f"\nReport: {folder / 'report.html'}")
    for failure in _failures(judged):
        to_stderr(f"failed: {failure}")
