"""What ``validate``, ``calibrate`` and ``claims`` would run: told, with nothing run or written."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Planned:
    """What a command would run.

    Attributes
    ----------
    folder : Path
        Where its results would go.
    what : str
        What it is about: "26 claims on 50 parameter sets".
    jobs, kept : int
        Known beforehand, and how many of these are done already.
    seconds : float
        What is left takes so many workers, about.
    workers : int
        Processes.
    cluster : str
        A cluster in their place, of whose size nothing is asked; none where empty.
    more : str
        What is not known beforehand.
    """

    folder: Path
    what: str
    jobs: int
    kept: int
    seconds: float
    workers: int
    cluster: str = ""
    more: str = ""


def lines(each: Planned) -> list[str]:
    """Return what would be run in plain words, a line for each thing."""
    by = f"{each.workers} process{'es' * (each.workers > 1)}"
    by = f"{each.cluster}, as by {by} here" if each.cluster else by
    left = each.jobs - each.kept
    kept = f" ({each.kept:,} of {each.jobs:,} are kept)" if each.kept else ""
    took = f"about {_time(each.seconds)} ({by}, machine else idle)"
    told = {
        "folder": f"{each.folder}{'' if each.folder.exists() else ' (nothing there yet)'}",
        "about": each.what,
        "to run": f"{left:,} jobs{kept}",
        "time": took if left else "next to none",
        "more": each.more,
    }
    found = [f"{label:<8}{text}" for label, text in told.items() if text]
    return [*found, "Nothing was run or written."]


def say_planned(each: Planned, obstacle: str = "") -> int:
    """Print what would be run, and return the exit status of having done so.

    Parameters
    ----------
    each : Planned
        What would be run.
    obstacle : str
        Why it would be refused; empty where it would not.
    """
    print("\n".join([*lines(each), *([obstacle] if obstacle else [])]))
    return 0


def finished(folder: Path | None) -> set[str]:
    """Return the keys of the jobs whose files lie in a folder; none where there is none."""
    return set() if folder is None else {path.stem for path in folder.glob("*.npz")}


def processes(workers: int | None) -> int:
    """Return how many processes there would be: one for each processor where none is asked."""
    return workers or os.cpu_count() or 1


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes >= 90:
        return f"{seconds / 3600:.1f} h"
    return f"{minutes} min" if minutes else "a minute at the most"
