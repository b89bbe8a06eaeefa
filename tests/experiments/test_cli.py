"""The command from outside: what it prints, and its exit status."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = [
    word
    for value in (
        "replications=2",
        "warmup_days=14",
        "days=14",
        "centre.seats=2",
        "centre.customers=300",
    )
    for word in ("--set", value)
]


def start(*words, cwd, **rest):
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
        "COLUMNS": "100",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "experiments.cli", *words],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **rest,
    )


def frontline(*words, cwd, status=0):
    process = start(*words, cwd=cwd)
    out, err = process.communicate(timeout=120)
    assert process.returncode == status, (out, err)
    assert "Traceback" not in out + err
    return out, err


def test_run_prints_the_table_and_writes_the_results(tmp_path):
    out, err = frontline("run", "classroom", *SMALL, cwd=tmp_path)
    assert "paired differences" in out and "Who prevails" in out
    assert "warm-up" in out
    assert "6/6 runs" in err
    assert max(map(len, out.splitlines())) <= 100
    assert (tmp_path / "results" / "classroom" / "report.html").is_file()

    out, err = frontline("run", "classroom", *SMALL, cwd=tmp_path)
    assert "6 of 6 runs are there already" in err

    out, err = frontline("run", "classroom", *SMALL, "--set", "seed=1", cwd=tmp_path, status=2)
    assert out == "" and "--replace" in err and "--out" in err

    out, err = frontline(
        "run", "classroom", *SMALL, "--set", "seed=1", "--replace", "--quiet", cwd=tmp_path
    )
    assert (out, err) == ("", "")
    assert len(list((tmp_path / "results").glob("classroom.old-*"))) == 1

    out, _ = frontline("report", "classroom", cwd=tmp_path)
    assert Path(out.strip()) == Path("results/classroom/report.html")


def test_some_failed_runs_are_status_1(tmp_path):
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir()
    # Python reads this file at its start: the model's door fails in one replication.
    (spoilt / "sitecustomize.py").write_text(
        "import sim\n"
        "real = sim.simulate\n"
        "def simulate(*args, **rest):\n"
        "    if rest['replication'] == 2:\n"
        "        raise ArithmeticError('spoilt')\n"
        "    return real(*args, **rest)\n"
        "sim.simulate = simulate\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(spoilt), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-m", "experiments.cli", "run", "classroom", *SMALL],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("failed: ArithmeticError: spoilt (policy") == 3
    assert "Who prevails" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "no-such-config"], "no such file"),
        (["run", "clasroom"], "classroom"),
        (["run", "classroom", "--set", "centre.seets=3"], "seats"),
        (["run", "classroom", "--set", "replications=none"], "replications"),
        (["run", "classroom", "--engine", "fortran"], "compiled"),
        (["run", "classroom", "--workers", "0"], "--workers"),
        (["run"], "Missing argument"),
        (["rum"], "rum"),
        (["report", "nothing"], "no results"),
        (["bench", "nothing"], "nothing"),
        (["parameters", "nothing"], "nothing"),
    ],
)
def test_what_cannot_be_understood_is_status_2(tmp_path, words, said):
    out, err = frontline(*words, cwd=tmp_path, status=2)
    assert said in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "results").write_text("a file")
    _, err = frontline("run", "classroom", *SMALL, cwd=tmp_path, status=2)
    assert "results" in err


def test_small_commands_answer(tmp_path):
    assert frontline("--version", cwd=tmp_path)[0].startswith("frontline ")
    assert "always-right" in frontline("policies", cwd=tmp_path)[0]
    assert "seats" in frontline("parameters", "Operations", "--markdown", cwd=tmp_path)[0]
    assert json.loads(frontline("schema", cwd=tmp_path)[0])["properties"]["replications"]
    assert "reference" in frontline("--help", cwd=tmp_path)[0]


def test_help_imports_nothing_heavy(tmp_path):
    code = (
        "import sys; sys.argv = ['frontline', '--help']\n"
        "from experiments.cli import app\n"
        "app(standalone_mode=False)\n"
        "heavy = {'numpy', 'numba', 'pydantic', 'rich', 'duckdb', 'scipy', 'matplotlib', 'sim'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_ctrl_c_stops_in_good_order_and_the_next_run_goes_on(tmp_path):
    long = [*SMALL, "--set", "replications=2000", "--workers", "2", "--quiet"]
    process = start("run", "classroom", *long, cwd=tmp_path)
    shards = tmp_path / "results" / "classroom" / "shards"
    deadline = time.monotonic() + 100.0
    while len(list(shards.glob("runs-*"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, (out, err)
    assert "goes on from there" in err and "Traceback" not in err
    assert len(list(shards.glob("runs-*"))) >= 3
    assert not list(shards.glob(".*"))


def test_reference_keeps_the_small_files(tmp_path):
    from experiments.reference import SMALL as FILES
    from experiments.reference import keep

    source = tmp_path / "three-policies"
    (source / "figures").mkdir(parents=True)
    for name in (*FILES, "runs.parquet", "figures/new.svg"):
        (source / name).write_text(name)
    target = tmp_path / "reference"
    (target / "figures").mkdir(parents=True)
    (target / "figures" / "old.svg").write_text("old")
    keep(source, target)
    kept = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert kept == {*FILES, "figures/new.svg"}
