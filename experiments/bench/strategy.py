"""What a strategy curve and a Sobol' analysis take, from file to report.

Neither is run in full: two smaller ones are, and the line through their times is followed. What
does not grow with the runs (that workers start and load the model, statistics, figures, the page)
is so counted once.
"""

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

WORKERS = 2
MINUTE = 60.0

_SUPPORT = """
[support]
training = 0.5
breaks = 15.0
break_after_abuse = 10.0
emotional_support = 0.5
follow_up = 0.25
feedback = 0.5
transparency = 0.5
education = 0.0
"""

CURVE = f"""
name = "bench-curve"
kind = "curve"
warmup_days = 730
days = 365
replications = 30
seed = 2026
[[sweep]]
through = ["strict-boundaries", "balanced", "always-right"]
points = 41
[refine]
points = 41
{_SUPPORT}"""
"""All 41 points at once: where points are added in rounds, each begins with a warm-up anew."""

REPLICATIONS = 30
FEW_REPLICATIONS = (2, 6)

SOBOL = f"""
name = "bench-sobol"
kind = "sensitivity"
warmup_days = 365
days = 365
replications = 1
seed = 2026
policies = ["always-right", "strict-boundaries"]
measures = ["loyalty", "exhaustion", "profit_per_customer"]
[centre]
seats = 5
customers = 14_500
{_SUPPORT}
[vary]
reach = 0.25
[screening]
trajectories = 0
[sobol]
base_points = 1024
parameters = ["honesty", "temper", "loss", "drain", "labour_market", "issues_per_year", "margin",
    "ties", "recovery_night", "loyalty_conflict", "abuse_rate", "enquiries_per_year"]
"""
"""A quarter of the reference centre: at every point a year of warm-up and a year of each of two
policies, once. A second replication, which tells noise from effects, doubles it."""

BASE_POINTS = 1_024
FEW_BASE_POINTS = (8, 64)


def curve_minutes() -> float:
    """Return the minutes of a curve of 41 points and 30 replications."""
    return _minutes("curve", CURVE, "replications", FEW_REPLICATIONS, REPLICATIONS)


def sobol_minutes() -> float:
    """Return the minutes of a Sobol' analysis of 12 parameters and 1,024 base points."""
    return _minutes("sensitivity", SOBOL, "sobol.base_points", FEW_BASE_POINTS, BASE_POINTS)


def _minutes(kind: str, text: str, key: str, few: tuple[int, int], whole: int) -> float:
    fewer, more = (seconds(kind, text, f"{key}={count}") for count in few)
    return followed(few, (fewer, more), whole) / MINUTE


def followed(few: tuple[int, int], times: tuple[float, float], whole: int) -> float:
    """Return the time of the whole on the line through the times of two smaller ones."""
    slope = (times[1] - times[0]) / (few[1] - few[0])
    return times[0] + slope * (whole - few[0])


def seconds(kind: str, text: str, *sets: str) -> float:
    """Return the seconds of running a file, on two workers.

    Parameters
    ----------
    kind, text : str
        What it is, and what stands in it.
    *sets : str
        ``key=value`` strings that go before it.

    Raises
    ------
    RuntimeError
        Where it did not come to its end: its time says nothing.
    """
    # Imported late: whoever measures something else need not wait for it.
    from experiments import registry

    with TemporaryDirectory() as folder:
        file = Path(folder) / "bench.toml"
        file.write_text(text, encoding="utf-8")
        options = {"root": Path(folder) / "results", "workers": WORKERS, "quiet": True}
        began = perf_counter()
        with redirect_stdout(StringIO()):  # what it prints is not what the bench prints
            status = registry.run_file(kind, file, sets, "compiled", options)
        if status:
            raise RuntimeError(f"the bench's {kind} did not come to its end")
        return perf_counter() - began
