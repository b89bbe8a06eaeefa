"""What there is, and in which state: made by real runs, real kills, real damage."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

import sim
from experiments import conclusion, session
from experiments.command import listing
from experiments.command.listing import experiments, in_bytes, print_listing, results, state_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ran(make_tiny, tmp_path, monkeypatch):
    """Return a function that runs the tiny experiment, with no report, and gives its folder."""
    monkeypatch.setattr(conclusion, "write_report", lambda *given: None)

    def run(*sets):
        experiment = make_tiny(*sets)
        return session.run(experiment, root=tmp_path, say=lambda line: None).folder.path

    return run


def started(tiny_file, root, *sets):
    """Start the real command on the tiny experiment, and wait until some runs are there."""
    words = [word for each in sets for word in ("--set", each)]
    process = subprocess.Popen(
        [sys.executable, "-m", "experiments.cli", "run", tiny_file, "--out", root, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 100.0
    while len(list((root / "tiny" / "shards").glob("runs-*"))) < 2:
        assert time.monotonic() < deadline and process.poll() is None, process.communicate()
        time.sleep(0.02)
    return process


def test_all_runs_there_is_complete(ran):
    assert state_of(ran()) == "complete, 6 runs"


def test_running_then_killed_is_interrupted(tiny_file, tmp_path):
    """A process that was killed leaves no word of itself."""
    process = started(tiny_file, tmp_path, "replications=3000")
    state = state_of(tmp_path / "tiny")
    assert state.startswith(f"running (process {process.pid} on")
    process.kill()
    process.communicate()
    assert "of 6,000 runs there, interrupted" in state_of(tmp_path / "tiny")


def test_stopped_in_good_order_is_interrupted_too(ran, monkeypatch):
    real, calls = sim.simulate, []

    def interrupted_once(*given, **rest):
        calls.append(rest)
        if len(calls) == 5:
            signal.raise_signal(signal.SIGINT)
        return real(*given, **rest)

    monkeypatch.setattr(sim, "simulate", interrupted_once)
    state = state_of(ran("replications=200"))
    assert state.endswith("of 400 runs there, interrupted")


def test_failures_are_counted(ran, monkeypatch):
    real = sim.simulate

    def spoilt(*given, **rest):
        if rest["replication"] == 2:
            raise ArithmeticError("spoilt")
        return real(*given, **rest)

    monkeypatch.setattr(sim, "simulate", spoilt)
    assert state_of(ran()) == "4 of 6 runs there, 2 failed"
    monkeypatch.setattr(sim, "simulate", real)
    assert state_of(ran()) == "complete, 6 runs"


def test_another_version_of_the_model_is_told(ran, monkeypatch):
    path = ran()
    monkeypatch.setattr(listing, "model_version", lambda: "another")
    assert state_of(path) == "complete, 6 runs, of another version of the model"


def test_another_config_of_that_name_is_told(ran, tiny_file, tmp_path, monkeypatch):
    path = ran("seed=9")
    known = experiments([tiny_file.parent])
    (only,) = [each for each in results(tmp_path, known) if each.name == "tiny"]
    assert only.state == f"complete, 6 runs, of another config than {tiny_file.as_posix()}"
    text = (path / "config.toml").read_text()
    (path / "config.toml").write_text(text.replace("seed = 9", "seed = 10"))
    assert "config.toml is not what the rows were made from" in state_of(path)


@pytest.mark.parametrize("name", ["runs.parquet", "series.parquet", "config.toml"])
def test_damage_is_told(ran, name):
    path = ran()
    data = (path / name).read_bytes()
    # Half of a config can by chance be a config; with this at its end nothing can be read.
    (path / name).write_bytes(data[: len(data) // 2] + b"\0")
    assert state_of(path).startswith("damaged: ")
    (path / name).unlink()
    assert state_of(path) != "complete, 6 runs"


def test_results_without_rows_are_told(ran, tmp_path):
    path = ran()
    for kind in ("runs", "series", "careers"):
        (path / f"{kind}.parquet").unlink(missing_ok=True)
    (path / "summary.json").write_text("{}")
    assert state_of(path) == "summary and report only, no runs"


def test_shipped_and_local_experiments_are_found(tiny_file, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'something else'\n")
    (tmp_path / "broken.toml").write_text("policies = 7\n")
    (tmp_path / "noise.toml").write_text("=")
    found = {each.name: each for each in experiments([tmp_path])}
    assert "three-policies" in found and tiny_file.as_posix() in found
    assert "2 policies x 3 replications" in found[tiny_file.as_posix()].asks
    assert "mistake" in found[(tmp_path / "broken.toml").as_posix()].asks
    assert not any("pyproject" in name or "noise" in name for name in found)


def test_the_listing_is_printed(ran, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stream = io.StringIO()
    print_listing(Path("nothing"), Console(file=stream, width=200))
    assert "three-policies" in stream.getvalue() and "No results in nothing" in stream.getvalue()
    path = ran()
    print_listing(tmp_path, Console(file=stream, width=200))
    size = sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    row = next(line for line in stream.getvalue().splitlines() if "complete, 6 runs" in line)
    assert row.split()[0] == "tiny" and row.rstrip().endswith(in_bytes(size))
    assert f"{time.localtime().tm_year}-" in row


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (999.6, "1 kB"), (7_443_000, "7.44 MB"), (3.2e15, "3,200 TB")],
)
def test_bytes_are_told_in_the_unit_that_fits(count, text):
    assert in_bytes(count) == text
