"""Killed, run twice at once, out of room: real processes, real signals, real file systems."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.config import load_experiment
from experiments.design import blocks, points
from experiments.errors import RequestError
from experiments.runner import run_block
from experiments.store import parquet
from experiments.store.folder import Folder, missing, open_folder
from experiments.store.lock import holder
from experiments.store.shards import KINDS

KILLS = 20
"""How often the real command is killed in the long test, over all its experiments."""

COMMAND = [sys.executable, "-m", "experiments.cli"]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
PATIENCE = 120
"""Seconds after which a process is taken to hang."""


@pytest.fixture
def begin(tmp_path):
    """Return a function that starts a process; none of them outlives the test."""
    begun = []

    def start(command, **more):
        child = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **more,
        )
        begun.append(child)
        return child

    yield start
    for child in begun:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.fixture
def tiny(tiny_text, tmp_path):
    """Return a function that writes the file of an experiment with that many replications."""

    def write(replications, **keys):
        text = tiny_text.replace("replications = 3", f"replications = {replications}")
        keys.setdefault("log_contacts", "true")
        lines = [f"{key} = {value}" for key, value in keys.items()]
        path = tmp_path / "tiny.toml"
        path.write_text("\n".join([*lines, text]), encoding="utf-8")
        return path

    return write


_MADE = {}


def made_of(experiment):
    """Return the runs of an experiment, block by block; each is simulated once for all tests."""
    for block in blocks(points(experiment)):
        keys = tuple(point.key for point in block.points)
        if keys not in _MADE:
            _MADE[keys] = run_block(block).runs
        yield _MADE[keys]


def keep(experiment, folder, wanted=None):
    """Save the runs of an experiment, or those that are wanted, ten replications at a time."""
    orders = {name: order for order, name in enumerate(experiment.policies)}
    runs = [run for made in made_of(experiment) for run in made]
    if wanted is not None:
        keys = {point.key for point in wanted}
        runs = [run for run in runs if run.point.key in keys]
    size = 10 * len(orders)
    for first in range(0, len(runs), size):
        folder.save(runs[first : first + size], orders)


def expected(config, root):
    """Return the folder of the same experiment, run in this process and never interrupted."""
    experiment = load_experiment(config)
    folder = open_folder(experiment, root)
    keep(experiment, folder)
    folder.merge()
    return folder


def assert_same_results(found, wanted, check):
    for kind in KINDS:
        check(*(parquet.read([each.path / f"{kind}.parquet"]) for each in (found, wanted)))
    contacts = [sorted(path.name for path in each.sources("contacts")) for each in (found, wanted)]
    assert contacts[0] == contacts[1]
    assert contacts[1]
    for name in contacts[1]:
        check(parquet.read([found.contacts / name]), parquet.read([wanted.contacts / name]))
    assert not list(found.path.rglob("*.part"))


def run_command(config, out, *more):
    return [*COMMAND, "run", str(config), "--out", str(out), "--quiet", *more]


def killed_until_done(start, command, chance, kills, longest):
    """Run a command to its end, killing it at random moments; return how often that was."""
    count = 0
    while True:
        child = start(command, start_new_session=True)
        if count < kills:
            try:
                child.wait(chance.uniform(0.3, longest))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.communicate()
                count += 1
                continue
        out, _ = child.communicate(timeout=PATIENCE)
        assert child.returncode == 0, out
        return count


@pytest.mark.slow
def test_the_command_killed_twenty_times_gives_the_same_rows(
    tiny, tmp_path, begin, assert_same_rows
):
    """Also while it merges, draws and reports; the folder grows from experiment to experiment."""
    chance = random.Random(2)
    count = rounds = 0
    while count < KILLS:
        rounds += 1
        config = tiny(40 * rounds)
        command = run_command(config, tmp_path / "out")
        count += killed_until_done(begin, command, chance, min(8, KILLS - count), 6.0)
    wanted = expected(config, tmp_path / "whole")
    assert_same_results(Folder(tmp_path / "out" / "tiny"), wanted, assert_same_rows)


# What a run does to the disk and nothing else, so that most kills hit a file being written:
# rows that need no simulation, small packs, and a merge after every four replications. Each try
# is a child of its own, forked before any thread was started.
KILLED_STORE = """
import os, random, shutil, signal, sys, time
from dataclasses import replace
from pathlib import Path
import numpy as np
from experiments.store import shards
from experiments.config import load_experiment
from experiments.design import blocks, points
from experiments.rows import measure_columns
from experiments.runner import Run
from experiments.store.folder import Folder, missing, open_folder

LONGEST = 0.5  # seconds: a few blocks
shards.PACK = 3
config, root, kills, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
STAGES = (4, 8)
experiments = [load_experiment(config, [f"replications={n}"]) for n in STAGES]
whole = experiments[-1]
orders = {name: order for order, name in enumerate(whole.policies)}
names = measure_columns(whole.days, whole.warmup_days)
every = list(points(whole))

def made(point):
    value = point.replication + 10.0 * orders[point.name]
    return Run(
        point,
        dict.fromkeys(names, value),
        {"loyalty": value + np.arange(3)},
        {"rep": np.arange(4), "left": value / (1 + np.arange(4))},
        b"PAR1" + point.run_id.encode() * 100 + b"PAR1",
    )

def work():
    for experiment in experiments:
        folder = open_folder(experiment, root)
        for block in blocks(missing(points(experiment), folder)):
            folder.save([made(point) for point in block.points], orders)
        folder.merge()

def look():
    "Every row that counts is there once and whole, whatever the moment."
    folder = Folder(root / whole.name)
    if not folder.sources("runs"):
        return
    folder.check()
    runs = folder.table("runs")
    keys = list(zip(runs["policy"], runs["run_id"]))
    assert len(set(keys)) == len(keys)
    careers, series = folder.table("careers"), folder.table("series")
    assert len(careers["rep"]) == 4 * len(keys), "careers"
    assert len(series["week"]) == 3 * len(keys), "series"
    assert {tuple(key) for key in keys} == folder.done()
    for point in every:
        if point.key in keys:
            name = f"{point.replication:06d}-{point.name}-{point.run_id}.parquet"
            data = (folder.contacts / name).read_bytes()
            assert data == made(point).contacts

def child(what):
    number = os.fork()
    if number == 0:
        status = 1
        try:
            what()
            status = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return number

chance, done = random.Random(seed), 0
while True:
    number = child(work)
    if done < kills:
        time.sleep(chance.uniform(0.0, LONGEST))
        os.kill(number, signal.SIGKILL)
    status = os.waitpid(number, 0)[1]
    if os.WIFSIGNALED(status):
        done += 1
    assert os.WIFSIGNALED(status) or status == 0, status
    assert os.waitpid(child(look), 0)[1] == 0
    if not os.WIFSIGNALED(status):
        if done >= kills:
            break
        shutil.rmtree(root / whole.name)  # it was quicker than the kill: begin anew
print("killed", done)
"""


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 9))]
)
def test_files_killed_while_they_are_written_count_whole_or_not_at_all(tiny, tmp_path, begin, seed):
    """A reader after every kill finds each row once, with all that belongs to it."""
    config = tiny(8, log_contacts="true")
    arguments = [str(config), str(tmp_path / "out"), "8", str(seed)]
    child = begin([sys.executable, "-c", KILLED_STORE, *arguments])
    out, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, out
    assert "killed 8" in out, out
    folder = Folder(tmp_path / "out" / "tiny")
    runs = folder.runs()
    assert runs["replication"].tolist() == [n for n in range(1, 9) for _ in range(2)]
    assert runs["loyalty"].tolist() == [n + 10.0 * k for n in range(1, 9) for k in range(2)]
    assert not list(folder.path.rglob("*.part")) and not folder.shards.exists()


@pytest.mark.slow
def test_a_second_process_refuses_and_a_killed_first_one_is_gone_on_with(
    tiny, tmp_path, begin, assert_same_rows
):
    config, out = tiny(20), tmp_path / "out"
    folder = Folder(out / "tiny")
    first = begin(run_command(config, out), start_new_session=True)
    until(lambda: folder.sources("runs"))
    assert f"process {first.pid} on " in holder(folder.path)
    os.killpg(first.pid, signal.SIGSTOP)  # it stays until it was seen
    second = begin(run_command(config, out, "--replace"))
    assert_told(second, f"process {first.pid} on ", "nothing was changed")
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert holder(folder.path) is None
    chance = random.Random(1)
    count = killed_until_done(begin, run_command(config, out), chance, 1, 2.0)
    assert count == 1
    assert_same_results(folder, expected(config, tmp_path / "whole"), assert_same_rows)
    assert [path.name for path in out.iterdir() if path.is_dir()] == ["tiny"]


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.argv = ["frontline", *sys.argv[2:]]
runpy.run_module("experiments.cli", run_name="__main__")
"""


def assert_told(child, *parts):
    out, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 2, out
    assert "Traceback" not in out
    lines = [line for line in out.splitlines() if line.startswith("frontline: ")]
    assert len(lines) == 1, out
    for part in parts:
        assert part in lines[0]


def test_a_file_that_may_not_grow_is_told(tiny, tmp_path, begin):
    config = tiny(3)
    command = run_command(config, tmp_path / "out")[len(COMMAND) :]
    child = begin([sys.executable, "-c", LIMITED, "20000", *command])
    folder = Folder(tmp_path / "out" / "tiny")
    assert_told(child, str(folder.path), "cannot be written to", "What was done before is kept")
    assert folder.done() == set()
    assert not list(folder.path.rglob("*.part"))


# A file system of its own that only these processes see, and that goes with them.
ON_A_SMALL_DISK = """
set -e
mkdir -p disk
mount -t tmpfs -o size=$1 tmpfs disk
shift
status=0
"$@" || status=$?
echo "status $status"
mount -o remount,ro disk
status=0
"$@" || status=$?
echo "status $status"
mount -o remount,rw,size=64m disk
cp -a disk kept
"""


def may_mount():
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    tried = [unshare, "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    return subprocess.run(tried, capture_output=True).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not may_mount(), reason="no file system may be mounted here, even unshared")
def test_a_full_disk_and_a_read_only_one_are_told_and_what_was_done_is_kept(
    tiny, tmp_path, begin, assert_same_rows
):
    config = tiny(40)
    command = run_command(config, Path("disk"))
    child = begin(["unshare", "-rm", "sh", "-c", ON_A_SMALL_DISK, "sh", "1200k", *command])
    out, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, out
    assert out.count("status 2") == 2 and "Traceback" not in out
    full, read_only = [line for line in out.splitlines() if line.startswith("frontline: ")]
    assert "No space left on device" in full and "What was done before is kept" in full
    assert "Read-only file system" in read_only
    folder, experiment = Folder(tmp_path / "kept" / "tiny"), load_experiment(config)
    left = list(missing(points(experiment), folder))
    assert 0 < len(left) < 80
    assert not list(folder.path.rglob("*.part"))
    again = open_folder(experiment, tmp_path / "kept")
    keep(experiment, again, left)
    again.merge()
    assert_same_results(again, expected(config, tmp_path / "whole"), assert_same_rows)


def test_a_merge_without_room_keeps_every_row(tiny, tmp_path, begin, assert_same_rows):
    """The merged files are larger than any shard: the limit lets those through."""
    config = tiny(30)
    experiment = load_experiment(config)
    wanted = expected(config, tmp_path / "whole")
    folder = open_folder(experiment, tmp_path / "out")
    keep(experiment, folder)
    largest = max(path.stat().st_size for path in folder.shards.iterdir())
    assert largest < (wanted.path / "runs.parquet").stat().st_size
    command = run_command(config, tmp_path / "out")[len(COMMAND) :]
    child = begin([sys.executable, "-c", LIMITED, str(largest + 1), *command])
    assert_told(child, str(folder.path), "cannot be written to")
    assert not list(missing(points(experiment), folder))
    open_folder(experiment, tmp_path / "out").merge()
    assert_same_results(folder, wanted, assert_same_rows)


def test_a_folder_that_is_a_file_is_told(tiny, tmp_path, begin):
    (tmp_path / "out").write_text("")
    child = begin(run_command(tiny(1), tmp_path / "out"))
    assert_told(child, "out", "a file in its way")


def test_damage_is_told_by_the_command(tiny, tmp_path, begin):
    config = tiny(2)
    folder = expected(config, tmp_path / "out")
    data = (folder.path / "runs.parquet").read_bytes()
    (folder.path / "runs.parquet").write_bytes(data[:-9])
    child = begin(run_command(config, tmp_path / "out"))
    out, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 2 and "cut short" in out and "Traceback" not in out
    assert (folder.path / "runs.parquet").read_bytes() == data[:-9]
    with pytest.raises(RequestError):
        folder.check()
    provenance = json.loads((folder.path / "provenance.json").read_text())
    assert set(provenance["digests"]) >= {"runs.parquet", "series.parquet"}
