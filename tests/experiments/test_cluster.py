"""A Dask cluster for real: a scheduler and workers in processes of their own."""

import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from experiments.cluster import Address, open_cluster, parse_address
from experiments.crew import Crew, make_crew, run_blocks
from experiments.design import blocks, points
from experiments.errors import RequestError

ROOT = Path(__file__).resolve().parents[2]
WAITING = "waiting for one to join"
DASHBOARD = 8787
"""The port that Dask would have for its dashboard."""

WAITS_TO_BE_KILLED = """
import os, time, sim
from pathlib import Path
def waiting(centre, policy, *, replication, original=sim.simulate, **rest):
    flag = Path({flag!r})
    if replication == 3 and not flag.exists():
        flag.with_suffix(".part").write_text(str(os.getpid()))
        flag.with_suffix(".part").rename(flag)
        time.sleep(600)
    return original(centre, policy, replication=replication, **rest)
sim.simulate = waiting
"""

DIES_EVERY_TIME = """
import os, signal, sim
from pathlib import Path
def dying(centre, policy, *, replication, original=sim.simulate, **rest):
    if replication == 2:
        with Path({flag!r}).open("a") as deaths:
            deaths.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return original(centre, policy, replication=replication, **rest)
sim.simulate = dying
"""

NEVER_ENDS = """
import time, sim
from pathlib import Path
def slow(centre, policy, *, progress, original=sim.simulate, **rest):
    Path({flag!r}).touch()
    for day in range(10**9):
        time.sleep(0.05)
        try:
            progress(0)
        except BaseException:
            Path({flag!r} + ".stopped").touch()
            raise
sim.simulate = slow
"""


class Machines:
    """A scheduler and workers, each a process that this started and will end."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.started = []
        self.address = ""

    def begin(self):
        """Start the scheduler."""
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        # The file is there a moment before there is anything in it.
        wait_for(lambda: self.file.exists() and self.file.read_text().endswith("}"))
        self.address = json.loads(self.file.read_text())["address"]

    def _start(self, kind, *options, path=ROOT):
        log = (self.folder / f"{kind}-{len(self.started)}.log").open("w")
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}"]
        process = subprocess.Popen(
            [*command, "--scheduler-file", str(self.file), *options],
            stdout=log,
            stderr=log,
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(path)},
            start_new_session=True,
        )
        log.close()
        self.started.append(process)
        return process

    def worker(self, *options, path=ROOT):
        """Start a worker of one thread."""
        fixed = ("--nthreads", "1", "--memory-limit", "0", "--no-dashboard")
        local = ("--local-directory", str(self.folder / "scratch"))
        return self._start("worker", *fixed, *local, *options, path=path)

    def preload(self, code):
        """Return the option that has a worker do ``code`` first, and the file it leaves."""
        flag = self.folder / "flag"
        script = self.folder / "preloaded.py"
        script.write_text(code.format(flag=str(flag)))
        return ("--preload", str(script)), flag

    def end(self):
        """End everything, with what it has started."""
        for started in self.started:
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
            started.wait(10)


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


@pytest.fixture
def machines(tmp_path):
    """Return a scheduler that runs, without workers as yet."""
    folder = tmp_path / "machines"
    folder.mkdir()
    found = Machines(folder)
    try:
        found.begin()
        yield found
    finally:
        found.end()


def children():
    """Return the processes under this one, but for Python's own, which it keeps to its end."""
    found = psutil.Process().children(recursive=True)
    return {child for child in found if not any("resource_tracker" in it for it in said(child))}


def said(process):
    """Return the command of a process, which may have ended meanwhile."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


@contextmanager
def nothing_left_behind():
    """Fail where child processes are left."""
    before = children()
    yield
    wait_for(lambda: children() <= before, 20.0)


@contextmanager
def somebody_at(port):
    """Hold a port, unless somebody does already."""
    with socket.socket() as held:
        with suppress(OSError):
            held.bind(("0.0.0.0", port))
            held.listen()
        yield


def told(run):
    """Return all that a run says, in a form in which NaN equals NaN."""
    arrays = {**run.series, **run.careers}
    return (
        run.error,
        {name: value.hex() for name, value in run.values.items()},
        {name: [float(item).hex() for item in values] for name, values in arrays.items()},
    )


def rows_of(experiment, crew):
    """Run an experiment and return what every run of it says, in the order of its points."""
    work = blocks(points(experiment))
    with crew:
        found = {
            run.point.key: told(run) for result in run_blocks(work, crew) for run in result.runs
        }
    return [found[point.key] for point in points(experiment)]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tcp://node-1.example:8786", Address("tcp", "node-1.example", 8786)),
        ("tls://10.0.0.1:1", Address("tls", "10.0.0.1", 1)),
        ("tcp://[fe80::1]:8786", Address("tcp", "fe80::1", 8786)),
        ("local:4", Address("local", "", 4)),
        ("slurm:20", Address("slurm", "", 20)),
        ("pbs:1", Address("pbs", "", 1)),
    ],
)
def test_addresses(text, meant):
    assert parse_address(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("", "tcp", "tcp://", "tcp://host", "tcp://host:port", "tcp://host:0", "tcp://host:65536"),
        *("http://host:80", "local", "local:", "local:0", "local:-1", "local:two", "slurm:1.5"),
        *("tcp://user@host:80", " local:2", "local:2\n", "tcp://a b:80"),
    ],
)
def test_what_is_no_address(text):
    with pytest.raises(RequestError, match=r"--cluster: given .*allowed: tcp://HOST:PORT"):
        parse_address(text)


def test_the_nearest_address_is_named():
    with pytest.raises(RequestError, match='the nearest is "slurm"'):
        parse_address("slrum:3")


def test_without_dask_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr("experiments.cluster.opening.find_spec", lambda name: None)
    with pytest.raises(RequestError, match=r"pip install 'frontline\[cluster\]'"):
        open_cluster("local:2")


def test_nobody_at_the_address():
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take it
        port = reserved.getsockname()[1]
        with pytest.raises(RequestError, match="cannot be reached: Connection refused"):
            make_crew("compiled", cluster=f"tcp://127.0.0.1:{port}")


def test_a_host_that_there_is_not():
    with pytest.raises(RequestError, match=r"no-such-host\.invalid:8786: cannot be reached"):
        make_crew("compiled", cluster="tcp://no-such-host.invalid:8786")


def test_something_else_at_the_address(monkeypatch):
    monkeypatch.setattr("experiments.cluster.opening.GREET_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(RequestError, match="does not answer as a Dask scheduler"):
            make_crew("compiled", cluster=address)


def test_no_queue_on_this_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RequestError, match="there is no command qsub here"):
        make_crew("compiled", cluster="pbs:2")


def test_a_job_that_is_refused(monkeypatch, tmp_path):
    """With a command in the place of a queue's: what it says is what the user reads."""
    command = tmp_path / "sbatch"
    command.write_text("#!/bin/sh\necho 'sbatch: error: invalid partition: nowhere' >&2\nexit 1\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(RequestError, match="slurm:2: sbatch: error: invalid partition: nowhere"):
        make_crew("compiled", cluster="slurm:2")
    gc.collect()  # whatever was left open would warn of it, and warnings are errors


def kill_when_told(flag):
    """Kill the process whose number is in the flag, once it is there."""
    while not flag.exists() or not flag.read_text():
        time.sleep(0.02)
    os.kill(int(flag.read_text()), signal.SIGKILL)


def test_a_worker_killed_in_the_middle_costs_no_row(make_tiny, machines):
    """The block goes to the other worker, and every row is as threads give it."""
    experiment = make_tiny("replications=8")
    option, flag = machines.preload(WAITS_TO_BE_KILLED)
    for _ in range(2):
        machines.worker("--no-nanny", *option)
    lines = []
    found = {}
    crew = make_crew("compiled", cluster=machines.address, say=lines.append)
    with crew:
        killer = threading.Thread(target=kill_when_told, args=(flag,))
        killer.start()
        for result in run_blocks(blocks(points(experiment)), crew):
            found |= {run.point.key: told(run) for run in result.runs}
        killer.join()
    assert lines in ([], [f"the cluster at {machines.address} has no worker yet; {WAITING}"])
    rows = [found[point.key] for point in points(experiment)]
    assert rows == rows_of(experiment, make_crew("compiled", 2))
    assert sum(started.poll() is None for started in machines.started) == 2, "and is left alone"


def test_a_worker_with_another_model_is_refused(make_tiny, machines, tmp_path):
    other = tmp_path / "other"
    unwanted = shutil.ignore_patterns("__pycache__")
    for package in ("sim", "experiments"):
        shutil.copytree(ROOT / package, other / package, ignore=unwanted)
    with (other / "sim" / "__init__.py").open("a") as changed:
        changed.write("\n# Another version.\n")
    machines.worker("--no-nanny", path=other)
    crew = make_crew("compiled", cluster=machines.address, say=lambda line: None)
    with crew, pytest.raises(RequestError, match="the model of the worker is version") as caught:
        list(run_blocks(blocks(points(make_tiny())), crew))
    assert str(other) in str(caught.value)
    assert "What is done is kept" in str(caught.value)


def test_a_worker_without_frontline_ends_in_a_message(make_tiny, machines, tmp_path):
    # It may be installed for this Python: what stands first on the path is as if it were not.
    (tmp_path / "experiments.py").write_text("raise ImportError('no experiments here')\n")
    machines.worker("--no-nanny", path=tmp_path)
    crew = make_crew("compiled", cluster=machines.address, say=lambda line: None)
    with crew, pytest.raises(RequestError, match=r"could not take a block: .*experiments"):
        list(run_blocks(blocks(points(make_tiny())), crew))


@pytest.mark.slow
def test_a_cluster_that_goes_away_ends_in_a_message(make_tiny, machines):
    machines.worker("--no-nanny")
    crew = make_crew("compiled", cluster=machines.address, say=lambda line: None)
    with crew, pytest.raises(RequestError, match=r"was lost\. What is done is kept"):
        for _ in run_blocks(blocks(points(make_tiny("replications=1000"))), crew):
            machines.started[0].kill()


def test_a_cluster_without_workers_is_not_waited_for_for_ever(make_tiny, machines, monkeypatch):
    monkeypatch.setattr("experiments.cluster.executor.ALONE_SECONDS", 1.0)
    lines = []
    crew = make_crew("compiled", cluster=machines.address, say=lines.append)
    with crew, pytest.raises(RequestError, match="has had no worker for 1 seconds"):
        list(run_blocks(blocks(points(make_tiny())), crew))


@pytest.mark.slow
def test_a_block_that_kills_every_worker_fails_alone(make_tiny, machines):
    experiment = make_tiny("replications=6")
    option, flag = machines.preload(DIES_EVERY_TIME)
    for _ in range(2):
        machines.worker(*option)
    rows = rows_of(experiment, make_crew("compiled", cluster=machines.address))
    alone = rows_of(experiment, make_crew("compiled", 2))
    assert [bool(error) for error, _, _ in rows] == [False] * 2 + [True] * 2 + [False] * 8
    assert all("KilledWorker" in error and "replication 2" in error for error, _, _ in rows[2:4])
    assert rows[:2] + rows[4:] == alone[:2] + alone[4:]
    assert len(flag.read_text()) == 8, "four times as Dask would have it, and four times alone"


@pytest.mark.slow
def test_stopping_drops_what_runs_on_a_cluster(make_tiny, machines):
    option, flag = machines.preload(NEVER_ENDS)
    machines.worker("--no-nanny", *option)
    with make_crew("compiled", cluster=machines.address) as crew:

        def interrupt():
            wait_for(flag.exists)
            crew.hooks.ask_to_stop()

        interrupting = threading.Thread(target=interrupt)
        interrupting.start()
        assert list(run_blocks(blocks(points(make_tiny())), crew)) == []
        interrupting.join()
    wait_for(Path(f"{flag}.stopped").exists)  # the worker is free for others


@pytest.mark.slow
def test_workers_that_join_late_are_given_work(make_tiny, machines):
    experiment = make_tiny("replications=30")
    lines = []
    crew = make_crew("compiled", cluster=machines.address, say=lines.append)
    found = {}
    with crew:
        source = blocks(points(experiment))

        def growing():
            for number, block in enumerate(source):
                if number == 0:
                    machines.worker("--no-nanny")
                if number == 10:
                    machines.worker("--no-nanny", "--nthreads", "3")
                    wait_for(lambda: crew.executor._count_threads() == 4)
                yield block

        for result in run_blocks(growing(), crew):
            found |= {run.point.key: told(run) for run in result.runs}
        assert crew.capacity() == 4
    rows = [found[point.key] for point in points(experiment)]
    assert rows == rows_of(experiment, make_crew("compiled", 2))


@pytest.mark.slow
def test_any_executor_may_be_dasks_own(make_tiny, machines):
    from distributed import Client

    machines.worker("--no-nanny")
    with Client(machines.address, set_as_default=False) as client:
        theirs = Crew(client.get_executor(pure=False), lambda: 1)
        rows = rows_of(make_tiny(), theirs)
    assert rows == rows_of(make_tiny(), make_crew("compiled", 1))


@pytest.mark.slow
def test_workers_of_this_machine(make_tiny):
    experiment = make_tiny("replications=10")
    with nothing_left_behind(), somebody_at(DASHBOARD):
        rows = rows_of(experiment, make_crew("compiled", cluster="local:2"))
    assert rows == rows_of(experiment, make_crew("compiled", 2))


@pytest.mark.slow
def test_a_killed_worker_of_this_machine_is_replaced(make_tiny):
    experiment = make_tiny("replications=40")
    found = {}
    with nothing_left_behind(), make_crew("compiled", cluster="local:2") as crew:
        for number, result in enumerate(run_blocks(blocks(points(experiment)), crew)):
            found |= {run.point.key: told(run) for run in result.runs}
            if number == 2:
                workers = crew.executor._fleet.cluster.workers.values()
                os.kill(next(iter(workers)).pid, signal.SIGKILL)
    rows = [found[point.key] for point in points(experiment)]
    assert rows == rows_of(experiment, make_crew("compiled", 2))
