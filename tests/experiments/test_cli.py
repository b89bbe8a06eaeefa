"""The command from outside: what it prints, and its exit status."""

import csv
import io
import json
import os
import shlex
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


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Return a folder in which a small experiment was run, and what that printed."""
    folder = tmp_path_factory.mktemp("ran")
    return folder, *frontline("run", "classroom", *SMALL, cwd=folder)


@pytest.fixture
def ran(first):
    """Return a folder in which a small experiment was run."""
    return first[0]


def test_run_prints_the_table_and_writes_the_results(first):
    folder, out, err = first
    assert "paired differences" in out and "Who prevails" in out
    assert "warm-up" in out
    assert "6/6 runs" in err
    assert max(map(len, out.splitlines())) <= 100
    assert (folder / "results" / "classroom" / "report.html").is_file()


@pytest.mark.slow
def test_running_again_runs_nothing_and_another_config_is_refused(ran):
    out, err = frontline("run", "classroom", *SMALL, cwd=ran)
    assert "6 of 6 runs are there already" in err and "Who prevails" in out

    out, err = frontline("run", "classroom", *SMALL, "--set", "seed=1", cwd=ran, status=2)
    assert out == "" and "--replace" in err and "--out" in err


def test_with_json_the_summary_is_all_that_is_printed(ran):
    out, _ = frontline("run", "classroom", *SMALL, "--json", "--quiet", cwd=ran)
    assert json.loads(out) == json.loads(
        (ran / "results" / "classroom" / "summary.json").read_text("utf-8")
    )


@pytest.mark.slow
def test_results_are_moved_aside_and_reports_made_again(tmp_path):
    frontline("run", "classroom", *SMALL, "--quiet", cwd=tmp_path)
    out, err = frontline(
        "run", "classroom", *SMALL, "--set", "seed=1", "--replace", "--quiet", cwd=tmp_path
    )
    assert (out, err) == ("", "")
    assert len(list((tmp_path / "results").glob("classroom.old-*"))) == 1

    out, _ = frontline("report", "classroom", cwd=tmp_path)
    assert Path(out.strip()) == Path("results/classroom/report.html")


@pytest.mark.slow
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
        (["run", "classroom", "--cluster", "nonsense"], "nonsense"),
        (["report", "nothing"], "no results"),
        (["results", "nothing"], "no results"),
        (["policies", "balanse"], 'the nearest is "balanced"'),
        (["study"], "coverage"),
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
    long = [*SMALL, "--set", "replications=2000", "--workers", "2", "--quiet", "--replace"]
    process = start("run", "classroom", *long, cwd=tmp_path)
    shards = tmp_path / "results" / "classroom" / "shards"
    deadline = time.monotonic() + 100.0
    while len(list(shards.glob("runs-*"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, (out, err)
    assert "What is done is kept. To go on:" in err and "Traceback" not in err
    assert len(list(shards.glob("runs-*"))) >= 3
    assert not list(shards.glob(".*"))
    # The very command that is told goes on, in a shell.
    (command,) = [line for line in err.splitlines() if line.startswith("  ")]
    assert "--replace" not in command and "replications=2000" in command
    done = subprocess.run(
        [*shlex.split(command), "--dry-run"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert "runs are there already" in done.stdout, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
@pytest.mark.parametrize("engine", ["compiled", "mesa"])
def test_a_second_ctrl_c_ends_at_once(tmp_path, engine):
    """Two years of a large centre take a block far longer than anybody waits."""
    long = ["--set", "days=730", "--set", "centre.customers=100000", "--engine", engine]
    process = start("run", "classroom", *long, cwd=tmp_path, start_new_session=True)
    folder = tmp_path / "results" / "classroom"
    deadline = time.monotonic() + 100.0
    while not (folder / "config.toml").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 1, (out, err)
    assert "Ended at once" in err and "Traceback" not in err
    deadline = time.monotonic() + 10.0
    while alive_in_session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive_in_session(process.pid)


def alive_in_session(leader):
    """Return the processes that a command left behind."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[3]) == leader:
            found.append(status.parent.name)
    return found


def test_results_are_asked_by_sql(ran):
    out, _ = frontline("results", "classroom", cwd=ran)
    assert "runs: 6 rows" in out and "series: " in out
    assert "profit (price/day)" in out and "_from_day_7" in out
    sql = "SELECT policy, count(*) AS n FROM runs GROUP BY policy ORDER BY policy"
    out, _ = frontline("results", "classroom", sql, cwd=ran)
    assert out.split() == ["policy", "n", "always-right", "2", "balanced", "2",
                           "strict-boundaries", "2"]  # fmt: skip
    out, err = frontline("results", "classroom", "SELECT polizy FROM runs", cwd=ran, status=2)
    assert out == "" and "policy" in err
    frontline("results", "classroom", "DELETE FROM runs", cwd=ran, status=2)


def test_results_are_exported_as_csv(ran):
    out, err = frontline("results", "classroom", "--csv", cwd=ran)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert err == "" and len(rows) == 6
    assert {row["policy"] for row in rows} == {"always-right", "balanced", "strict-boundaries"}
    out, _ = frontline("results", "classroom", "SELECT 1 AS one", "--csv", cwd=ran)
    assert out.split() == ["one", "1"]


@pytest.mark.parametrize("words", [["results", "classroom", "--csv"], ["parameters"], ["list"]])
def test_a_reader_who_goes_away_is_no_mistake(ran, words):
    process = start(*words, cwd=ran)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 0
    process.stderr.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no sh")
def test_closed_streams_stop_nothing(tmp_path):
    words = [sys.executable, "-m", "experiments.cli", "run", "classroom", *SMALL]
    done = subprocess.run(
        f"{shlex.join(words)} >&- 2>&-",
        shell=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0
    assert (tmp_path / "results" / "classroom" / "report.html").is_file()


def test_list_shows_experiments_and_results(ran, tmp_path):
    out, _ = frontline("list", cwd=ran)
    assert "three-policies-no-support" in out
    (row,) = [line for line in out.splitlines() if "complete, 6 runs" in line]
    assert row.startswith("classroom") and "of another config than classroom" in row
    assert "No results in results yet" in frontline("list", cwd=tmp_path)[0]


def test_a_dry_run_tells_what_it_takes_and_changes_nothing(tmp_path):
    out, _ = frontline("run", "classroom", *SMALL, "--dry-run", cwd=tmp_path)
    for word in ("6 runs in 2 blocks", "about 0:0", "disk", "memory", "nothing there yet"):
        assert word in out
    assert list(tmp_path.iterdir()) == []
    cluster = ["--cluster", "local:4"]
    out, _ = frontline("run", "classroom", *SMALL, "--dry-run", *cluster, cwd=tmp_path)
    assert "4 workers of local:4" in out


def test_one_policy_is_printed_as_its_file_stands(tmp_path):
    out, _ = frontline("policies", "balanced", cwd=tmp_path)
    assert out == (ROOT / "configs" / "policies" / "balanced.toml").read_text(encoding="utf-8")


def test_a_study_is_made_by_name(tmp_path):
    assert "coverage.csv" in frontline("study", "coverage", "--help", cwd=tmp_path)[0]


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
