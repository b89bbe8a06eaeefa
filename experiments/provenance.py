"""Where results come from: enough to make them again, or to say why that fails."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from experiments.design import model_version

LIBRARIES = (
    "mesa",
    "numpy",
    "scipy",
    "numba",
    "llvmlite",
    "duckdb",
    "matplotlib",
    "pydantic",
    "scikit-learn",
)


def package_version() -> str:
    """Return the version of this package."""
    try:
        return version("frontline")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "not installed"


def now(precision: str = "seconds") -> str:
    """Return the time as ISO 8601 in UTC, to the second unless told otherwise."""
    return datetime.now(UTC).isoformat(timespec=precision)


def environment() -> dict[str, Any]:
    """Return versions and platform: the last bit of a draw depends on the libm."""
    return {
        "frontline": package_version(),
        "model": model_version(),
        "git": git_revision(),
        "python": platform.python_version(),
        "libraries": {name: _library_version(name) for name in LIBRARIES},
        "os": platform.platform(),
        "machine": platform.machine(),
        "libm": " ".join(platform.libc_ver()).strip() or platform.system(),
        "cpu": cpu_name(),
        "cpus": os.cpu_count(),
    }


def _library_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def cpu_name() -> str:
    """Return the processor's name where the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:  # not Linux
        pass
    return platform.processor() or platform.machine()


def git_revision() -> str:
    """Return the commit of the checkout that holds the model, marked where it was changed."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=-changed", "--exclude=*"],
            cwd=Path(__file__).resolve().parent,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "none"
    return found.stdout.strip()


def command(*called: str) -> list[str]:
    """Return the command line, the program by its name and not by its place.

    Parameters
    ----------
    *called : str
        What does the same from a command line, for what was run from Python and had none; where
        nothing is given, ``run config.toml``: the config that is kept says what to give.
    """
    if Path(sys.argv[0]).stem in ("frontline", "cli"):
        return ["frontline", *sys.argv[1:]]
    return ["frontline", *(called or ("run", "config.toml"))]
