"""Is a user's own centre recovered: ``python -m experiments.studies.own_centre``.

Centres are made: parameters are drawn from the inner part of the ranges, a small centre is
simulated with them, and its contacts are written down as its own system would have them. Each is
then calibrated from these data alone. Counted is how often the central 90 % of its ensemble hold
the true parameters, and the KPIs that the true parameters have in the long run, and how much
narrower than its range a parameter has become. A coverage of 90 % or more is what is
wanted (docs/own-centre.md has what was found): sets are accepted by bands, so the ensemble is to
be wider than a posterior distribution, and is not calibrated to exactly 90 %.

Slow: a calibration of four seats takes some two minutes of a processor. Centres are worked on side
by side, one a process. It goes on where it was stopped: every simulation and every finished centre
is kept, and the tables are written anew with each centre that is finished.
"""

import argparse
import json
import math
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor, as_completed
from multiprocessing import active_children
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd

import sim
from experiments.calibration.ensemble import Ensemble, ensemble_of
from experiments.calibration.memory import Memory
from experiments.calibration.procedure import calibrate
from experiments.calibration.request import load_calibration
from experiments.calibration.simulating import Simulator
from experiments.calibration.space import Space
from experiments.command.progress import clock
from experiments.crew import Crew
from experiments.errors import RequestError, in_a_line
from experiments.jobs import job_crew
from experiments.observing import observe
from experiments.own_centre.assembling import WORKS, Assembled, assemble
from experiments.own_centre.example import REQUEST, Made, make_example
from experiments.own_centre.kpis import KPIS
from experiments.own_centre.request import load_own_centre, wide
from experiments.own_centre.targets import PREFIX
from experiments.saying import to_stderr
from experiments.store.parquet import write_text
from sim.parameters import CLASSROOM

CENTRES = 50
DAYS, WARMUP_DAYS = 180, 120
SEED = 2027
INNER = 0.8
"""Share of each range, about its middle, from which true values are drawn."""

LEVEL = 0.9
"""The central share of an ensemble that is to hold the truth."""

LONG_RUNS = 20
"""Replications that give the KPIs of the true parameters."""

SMALLER: dict[str, Any] = {
    "simulated": {"warmup_days": WARMUP_DAYS, "days": DAYS, "replications": 1},
    "waves": {"runs": [64, 32], "pilot": 8},
    "acceptance": {"sets": 48, "at_least": 32, "repeats": 3, "batch": 48, "most_runs": 900},
    "confirm": {"sets": 0},
}
"""The calibration of each made centre."""

JUDGED = "judged.json"
"""The file of a finished centre, in its folder."""

LEFT_OUT = ("csat", "contacts_per_rep_day")
"""KPIs that a log of contacts does not give as the example writes it, or that repeat another."""


def ranges() -> Space:
    """Return the ranges of all that is drawn: what the KPIs tell of, and the rest."""
    shipped = load_calibration().ranges
    free = [name for kpi in KPIS.values() for name in kpi.moved_by if kpi.name not in LEFT_OUT]
    own = {name: shipped.get(name) or wide(name) for name in dict.fromkeys(free)}
    return Space(own | shipped)


def make_centre(folder: Path, number: int, more: dict[str, Any] | None = None) -> dict[str, Any]:
    """Make one centre, unless it is there, and return its true parameters.

    Parameters
    ----------
    folder : Path
        Its own.
    number : int
        Which, from 1.
    more : dict or None
        Tables of the calibration's file; :data:`SMALLER` where None.
    """
    space = ranges()
    rng = np.random.default_rng([SEED, number])
    point = 0.5 + INNER * (rng.random((1, len(space))) - 0.5)
    truth = {**space.values(point)[0], **CLASSROOM}
    if not (folder / REQUEST).exists():
        asked = SMALLER if more is None else more
        days = int(asked["simulated"]["days"])
        warmup = int(asked["simulated"]["warmup_days"])
        made = Made(truth, seed=SEED + number, days=days, warmup_days=warmup)
        make_example(folder, made, seed=SEED + 1000 * number, **asked)
    return truth


def calibrated(folder: Path, crew: Crew) -> tuple[Assembled, Ensemble, int]:
    """Calibrate to a made centre: the data, the ensemble, and how many sets are plausible.

    Parameters
    ----------
    folder : Path
        The made centre's.
    crew : Crew
        Who simulates.
    """
    found = assemble(load_own_centre(folder / REQUEST))
    jobs = folder / "jobs"
    unbounded = found.targets()
    looked = Simulator(unbounded, found.luck_plan, jobs, crew, WORKS)
    found = found.with_luck(looked.table(found.luck_sets()))
    targets = found.targets()
    simulator = Simulator(targets, found.plan, jobs, crew, WORKS)
    course = calibrate(found.calibration, targets, simulator, Memory(folder / "steps.json"))
    return found, ensemble_of(course), len(course.standard.accepted(course.candidates))


def judged(
    found: Assembled, ensemble: Ensemble, truth: dict[str, Any], long_run: dict[str, float]
) -> list[dict[str, Any]]:
    """Return a row for each free parameter and each KPI: does the ensemble hold the truth.

    Parameters
    ----------
    found : Assembled
        The data.
    ensemble : Ensemble
        What came of them.
    truth : dict
        The true parameters.
    long_run : dict
        The KPIs that these have in the long run.
    """
    free = Space(found.calibration.free)
    tails = ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0)
    places = free.points(ensemble.sets)
    at = free.points([truth])[0]
    rows = []
    for column, name in enumerate(free.names):
        low, high = np.quantile(places[:, column], tails)
        row = _row("parameter", name, at[column], low, high)
        rows.append({**row, "narrower": float(high - low) / LEVEL})
    for name in found.measured:
        values = np.array([each[PREFIX + name] for each in ensemble.values])
        low, high = np.nanquantile(values, tails)
        rows.append(_row("KPI", name, long_run[PREFIX + name], low, high))
    return rows


def _row(kind: str, name: str, truth: float, low: float, high: float) -> dict[str, Any]:
    held = bool(low <= truth <= high)
    return {"kind": kind, "name": name, "truth": truth, "low": low, "high": high, "held": held}


class Study:
    """Centres made, calibrated and judged, each by one worker of a crew.

    Parameters
    ----------
    folder : Path
        Where everything is kept.
    centres : int
        How many.
    crew : Crew
        Who works on them, a centre each.
    more : dict or None
        See :func:`make_centre`.
    follow : callable
        Told of each centre that has been finished, and of each that could not be: the study, its
        number, and the seconds that it took (0 for one that had been finished before).

    Attributes
    ----------
    finished : dict of int to DataFrame
        What was judged, by centre.
    failed : dict of int to str
        Why a centre could not be calibrated, by centre: it is in no table, and has to be told.
    """

    def __init__(
        self,
        folder: Path,
        centres: int,
        crew: Crew,
        more: dict[str, Any] | None = None,
        follow: Callable[["Study", int, float], None] = lambda study, number, seconds: None,
    ) -> None:
        self.folder, self.centres, self.crew = folder, centres, crew
        self.more, self.follow = more, follow
        self.finished: dict[int, pd.DataFrame] = {}
        self.failed: dict[int, str] = {}

    def table(self) -> pd.DataFrame:
        """Return what was judged so far, centres in their order; empty where there is none."""
        tables = [self.finished[number] for number in sorted(self.finished)]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def run(self) -> pd.DataFrame:
        """Do what has not been done, and return what was judged."""
        waiting = []
        for number in range(1, self.centres + 1):
            ended = self.folder / _name(number) / JUDGED
            if ended.exists():
                self.finished[number] = pd.DataFrame(json.loads(ended.read_text(encoding="utf-8")))
                self.follow(self, number, 0.0)
            else:
                waiting.append(number)
        futures = {
            self.crew.executor.submit(
                one_centre, self.folder / _name(number), number, self.more
            ): number
            for number in waiting
        }
        try:
            for future in as_completed(futures):
                self._take(futures[future], future)
        except BaseException:  # a Ctrl-C among them
            for future in futures:
                future.cancel()
            # Nobody waits for a centre to be finished. Files are written aside and renamed: what
            # is lost is the simulation that each process has under way.
            for child in active_children():
                child.terminate()
            raise
        return self.table()

    def _take(self, number: int, future: "Future[tuple[list[dict[str, Any]], float]]") -> None:
        try:
            rows, seconds = future.result()
        except (RequestError, ArithmeticError, ValueError, BrokenExecutor) as error:
            self.failed[number] = in_a_line(error)
            seconds = 0.0
        else:
            self.finished[number] = pd.DataFrame(rows)
        self.follow(self, number, seconds)


def study(
    folder: Path, centres: int, crew: Crew, more: dict[str, Any] | None = None
) -> pd.DataFrame:
    """Make, calibrate and judge centres, or take finished ones as they are; see :class:`Study`."""
    return Study(folder, centres, crew, more).run()


def _name(number: int) -> str:
    return f"centre-{number:02d}"


def one_centre(
    own: Path, number: int, more: dict[str, Any] | None
) -> tuple[list[dict[str, Any]], float]:
    """Make, calibrate and judge one centre in this process; return the rows, and the seconds.

    Parameters
    ----------
    own : Path
        Its folder.
    number : int
        Which, from 1.
    more : dict or None
        See :func:`make_centre`.
    """
    began = time.perf_counter()
    # Its simulations are done here, one after the other: the centres are what is done at once.
    with Crew(ThreadPoolExecutor(1), lambda: 1) as crew:
        rows = _one(own, number, crew, more)
    write_text(own / JUDGED, json.dumps(rows, indent=1, default=float) + "\n")
    return json.loads((own / JUDGED).read_text(encoding="utf-8")), time.perf_counter() - began


def _one(own: Path, number: int, crew: Crew, more: dict[str, Any] | None) -> list[dict[str, Any]]:
    truth = make_centre(own, number, more)
    found, ensemble, plausible = calibrated(own, crew)
    plan = {**found.plan, "replications": LONG_RUNS}
    long_run = observe(truth, plan, SEED)
    rows = judged(found, ensemble, truth, long_run)
    return [{"centre": number, "plausible": plausible, **row} for row in rows]


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each parameter and KPI: how often it was held, and how much is known.

    The standard error is that of independent centres; ``narrower`` is the mean width of the
    central ensemble, its level taken out, as a share of the parameter's range: 1 is nothing learnt.
    """
    grouped = found.groupby(["kind", "name"], sort=False)
    table = grouped.agg(
        centres=("held", "size"), coverage=("held", "mean"), narrower=("narrower", "mean")
    ).reset_index()
    share = table["coverage"]
    table["standard_error"] = np.sqrt(share * (1.0 - share) / table["centres"])
    return table


def _positive(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def write(found: pd.DataFrame, out: Path) -> None:
    """Write own-centre.csv and own-centre-summary.csv."""
    write_text(out / "own-centre.csv", found.to_csv(index=False, float_format="%.6g"))
    table = summary(found).to_csv(index=False, float_format="%.4g")
    write_text(out / "own-centre-summary.csv", table)


def covered(found: pd.DataFrame) -> str:
    """Return in a sentence how many of the true parameters are held."""
    rows = found[found["kind"] == "parameter"]
    held = float(rows["held"].mean())
    # Parameters of one centre hang together: the error is by centres.
    by_centre = rows.groupby("centre")["held"].mean()
    count = len(by_centre)
    error = float(by_centre.std(ddof=1)) / math.sqrt(count) if count > 1 else math.nan
    by = f"standard error by centres {error:.1%}; " if count > 1 else ""
    return (
        f"The central {LEVEL:.0%} of the ensembles hold {held:.1%} of the true parameters "
        f"({by}{count} centre{'s' * (count > 1)})."
    )


def told(study: Study, number: int, seconds: float) -> str:
    """Return in a line how a centre came out, and how all of them stand."""
    done = f"{len(study.finished)} of {study.centres} finished"
    if number in study.failed:
        return f"centre {number}: not calibrated: {study.failed[number]} · {done}"
    rows = study.finished[number]
    counts = [
        f"{int(of['held'].sum())} of {len(of)} {kind}s held"
        for kind, of in rows.groupby("kind", sort=False)
    ]
    took = f"{clock(seconds)}" if seconds else "there already"
    every = study.table()
    held = float(every[every["kind"] == "parameter"]["held"].mean())
    parts = [f"centre {number}: {', '.join(counts)}", f"{int(rows['plausible'].iloc[0])} plausible"]
    return " · ".join([*parts, took, done, f"{held:.0%} of all parameters held so far"])


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study, write own-centre.csv and own-centre-summary.csv, return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m experiments.studies.own_centre")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write to")
    parser.add_argument("--centres", type=_positive, default=CENTRES, help="made centres")
    parser.add_argument("--workers", type=_positive, default=None, help="processes")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)

    def follow(study: Study, number: int, seconds: float) -> None:
        to_stderr(told(study, number, seconds))
        if study.finished and seconds:
            write(study.table(), given.out)

    # Also where it was started in the background, or is ended by whoever looks after the machine.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _stop)
    sim.compile_engine()  # here, once, and not in every process
    with job_crew(given.workers) as crew:
        working = Study(given.out, given.centres, crew, None, follow)
        try:
            found = working.run()
        except KeyboardInterrupt:
            to_stderr("Stopped. What is done is kept; the same command goes on.")
            if working.finished:
                write(working.table(), given.out)
                print(covered(working.table()))
            return 1
    if working.finished:
        write(found, given.out)
        print(summary(found).to_string(index=False, float_format="%.3g"))
        print(f"\n{covered(found)}")
    if working.failed:
        print(f"{len(working.failed)} centres were not calibrated, and are in no figure above.")
    return 1 if working.failed else 0


if __name__ == "__main__":
    sys.exit(main())
