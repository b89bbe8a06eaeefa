"""How soon the command answers."""

import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

REPEATS = 9
COMMAND = [sys.executable, "-m", "experiments.cli"]
TINY = ("replications=1", "warmup_days=7", "days=7", "centre.seats=2", "centre.customers=300")


def help_ratio() -> float:
    """Return the time of ``frontline --help`` over that of importing NumPy."""
    numpy = [sys.executable, "-c", "import numpy"]
    helped, imported = [], []
    for _ in range(REPEATS):  # in turn, so that a slow moment of the machine meets both
        helped.append(_seconds([*COMMAND, "--help"]))
        imported.append(_seconds(numpy))
    return median(helped) / median(imported)


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def second_start() -> float:
    """Return the seconds from the command to the first replication, once compiled."""
    with TemporaryDirectory() as folder:
        _until_first_replication(Path(folder) / "first")
        return median(_until_first_replication(Path(folder) / str(n)) for n in range(3))


def _until_first_replication(out: Path) -> float:
    sets = [word for value in TINY for word in ("--set", value)]
    began = time.time()
    subprocess.run(
        [*COMMAND, "run", "three-policies", "--quiet", "--out", str(out), *sets],
        check=True,
        capture_output=True,
    )
    provenance = json.loads((out / "three-policies" / "provenance.json").read_text("utf-8"))
    first = datetime.fromisoformat(provenance["sessions"][-1]["started"])
    return first.timestamp() - began
