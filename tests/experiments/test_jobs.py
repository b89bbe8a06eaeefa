"""Jobs are done once, whatever happens: killed workers, damage, failures, stops, clusters."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments import jobs as jobs_module
from experiments.crew import PER_WORKER, Crew
from experiments.jobs import Done, Job, Shelf, do_job, job_crew, run_jobs, versions

PATIENCE = 120
"""Seconds after which a process is taken to hang."""

WORK = '''
"""What workers are given to do; each call leaves a mark in a folder."""

import os
import signal
import time
from pathlib import Path

import numpy as np


def marked(folder, number):
    with (Path(folder) / f"{number}.calls").open("a") as calls:
        calls.write("x")


def square(folder, number):
    marked(folder, number)
    return {"square": number**2, "many": np.arange(number) / 7.0, "none": np.nan}


def odd_ones_fail(folder, number):
    marked(folder, number)
    if number % 2:
        raise ValueError(f"{number} is\\nodd")
    return {"square": number**2}


def killed_once(folder, number):
    """Kill this worker the first time that the number 3 comes."""
    first = not (Path(folder) / "3.calls").exists()
    marked(folder, number)
    if number == 3 and first:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"square": number**2}


def deadly(folder, number):
    marked(folder, number)
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.3)  # still under way when the pool breaks
    return {"square": number**2}


def slow(folder, number):
    marked(folder, number)
    time.sleep(0.1)
    return {"square": number**2}
'''

COMMAND = """
import sys
from pathlib import Path
from experiments.jobs import Job, job_crew, run_jobs

if __name__ == "__main__":
    marks, shelf = sys.argv[1:]
    jobs = [Job("jobs_at_work:slow", {"folder": marks, "number": n}) for n in range(30)]
    with job_crew(2) as crew:
        for done in run_jobs(jobs, Path(shelf), crew):
            print(done.job.arguments["number"], int(done.result["square"]), done.kept, flush=True)
"""


@pytest.fixture
def marks(tmp_path, monkeypatch):
    """Return the folder of marks; the module of work is where workers find it."""
    (tmp_path / "jobs_at_work.py").write_text(WORK, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.delitem(sys.modules, "jobs_at_work", raising=False)
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


@pytest.fixture
def threads():
    """Return a crew of this process, for what needs no worker of its own."""
    with Crew(ThreadPoolExecutor(2), lambda: 2) as crew:
        yield crew


def work(name, marks, numbers):
    return [Job(f"jobs_at_work:{name}", {"folder": str(marks), "number": n}) for n in numbers]


def calls(marks, number):
    """Return how often a job was begun."""
    path = marks / f"{number}.calls"
    return len(path.read_text()) if path.exists() else 0


def squares(done):
    return {each.job.arguments["number"]: int(each.result["square"]) for each in done}


def test_what_is_kept_is_what_was_given_and_is_not_done_again(marks, threads, tmp_path):
    jobs = work("square", marks, range(6))
    first = {d.job.key: d for d in run_jobs(jobs, tmp_path / "kept", threads)}
    second = {d.job.key: d for d in run_jobs(jobs, tmp_path / "kept", threads)}
    assert [calls(marks, n) for n in range(6)] == [1] * 6
    assert not any(each.kept or each.error for each in first.values())
    assert all(each.kept for each in second.values())
    for key, done in first.items():
        for name, array in done.result.items():
            np.testing.assert_array_equal(second[key].result[name], array)
            assert second[key].result[name].dtype == array.dtype
    assert not list((tmp_path / "kept").glob("*.part"))


def test_a_job_asked_for_twice_is_done_once_and_told_twice(marks, threads, tmp_path):
    jobs = work("square", marks, [5, 5, 4, 5])
    done = list(run_jobs(jobs, tmp_path / "kept", threads))
    assert sorted(each.job.arguments["number"] for each in done) == [4, 5, 5, 5]
    assert calls(marks, 5) == 1


def test_a_key_tells_apart_all_that_determines_a_result(monkeypatch):
    """... and nothing else: the order of the arguments is no part of it."""
    base = Job("a:b", {"x": 1, "y": [1, 2]})
    others = [
        Job("a:c", {"x": 1, "y": [1, 2]}),
        Job("a:b", {"x": 2, "y": [1, 2]}),
        Job("a:b", {"x": 1, "y": [2, 1]}),
    ]
    assert len({base.key, *(each.key for each in others)}) == 4
    assert Job("a:b", {"y": [1, 2], "x": 1}).key == base.key
    monkeypatch.setattr(jobs_module, "model_version", lambda: "another model")
    assert Job("a:b", {"x": 1, "y": [1, 2]}).key != base.key


def test_what_fails_is_told_in_a_line_and_tried_again_next_time(marks, threads, tmp_path):
    jobs = work("odd_ones_fail", marks, range(6))
    done = {d.job.arguments["number"]: d for d in run_jobs(jobs, tmp_path / "kept", threads)}
    assert [bool(done[n].error) for n in range(6)] == [False, True] * 3
    assert done[3].error == "ValueError: 3 is odd" and done[3].result == {}
    list(run_jobs(jobs, tmp_path / "kept", threads))
    assert [calls(marks, n) for n in range(6)] == [1, 2] * 3


def test_a_module_or_a_function_that_is_not_there_is_an_error_of_the_job(threads, tmp_path):
    jobs = [Job("no_such_module:work", {}), Job("math:no_such_function", {})]
    errors = {d.job.work: d.error for d in run_jobs(jobs, tmp_path, threads)}
    assert errors["no_such_module:work"].startswith("ModuleNotFoundError")
    assert errors["math:no_such_function"].startswith("AttributeError")


def test_a_worker_of_another_model_does_nothing():
    with pytest.raises(RuntimeError, match="asked for is version another"):
        do_job("math:sqrt", {}, ("another", ""))


def test_a_change_in_the_package_of_a_function_is_another_job(tmp_path, monkeypatch):
    """Protects kept results from being taken for what the code of now would give."""
    module = tmp_path / "changing.py"
    module.write_text("def answer():\n    return {'n': 1}\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = versions("changing:answer")
    module.write_text("def answer():\n    return {'n': 2}\n")
    jobs_module._version_of.cache_clear()
    after = versions("changing:answer")
    assert before[0] == after[0] and before[1] != after[1]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return a job, what it gave, and the bytes of its file."""
    folder = tmp_path_factory.mktemp("shelf")
    job = Job("builtins:dict", {"answers": list(range(40)), "mean": 0.5})
    result = {name: np.asarray(value) for name, value in job.arguments.items()}
    Shelf(folder).put(job, result)
    (path,) = folder.iterdir()
    return job, result, path


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_put_aside_and_its_job_done_again(sound, tmp_path, data):
    """Whatever was done to the file, a result is the right one or none; nothing is raised."""
    job, result, path = sound
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans(), label="cut"):
        del content[data.draw(st.integers(0, len(content) - 1), label="from") :]
    else:
        for _ in range(data.draw(st.integers(1, 3), label="changes")):
            place = data.draw(st.integers(0, len(content) - 1), label="place")
            content[place] ^= data.draw(st.integers(1, 255), label="by")
    damaged = tmp_path / path.name
    for old in tmp_path.glob("*"):
        old.unlink()
    damaged.write_bytes(content)
    found = Shelf(tmp_path).take(job)
    if found is None:
        assert not damaged.exists()
        assert [each.read_bytes() for each in tmp_path.glob("*.damaged*")] == [bytes(content)]
    else:  # the change was to what no number depends on, for example a date
        assert set(found) == set(result)
        for name, array in result.items():
            np.testing.assert_array_equal(found[name], array)


def test_damage_found_twice_keeps_both_files(marks, threads, tmp_path):
    """Nothing that exists is overwritten silently, not even what is damaged."""
    (job,) = work("square", marks, [4])
    shelf = tmp_path / "kept"
    for content in (b"first damage", b"second damage"):
        list(run_jobs([job], shelf, threads))
        (shelf / f"{job.key}.npz").write_bytes(content)
    (done,) = run_jobs([job], shelf, threads)
    assert not done.kept and int(done.result["square"]) == 16
    aside = sorted(each.read_bytes() for each in shelf.glob("*.damaged*"))
    assert aside == [b"first damage", b"second damage"]


def test_a_killed_worker_costs_no_result(marks, tmp_path):
    with job_crew(2) as crew:
        done = list(run_jobs(work("killed_once", marks, range(12)), tmp_path / "kept", crew))
    assert [each.error for each in done] == [""] * 12
    assert squares(done) == {n: n**2 for n in range(12)}
    assert calls(marks, 3) == 2


def test_what_kills_its_worker_every_time_is_told_and_the_others_are_done(marks, tmp_path):
    """A job that was lost beside the deadly one is begun again, and not blamed for it."""
    with job_crew(2) as crew:
        done = list(run_jobs(work("deadly", marks, range(12)), tmp_path / "kept", crew))
    errors = {each.job.arguments["number"]: each.error for each in done if each.error}
    assert set(errors) == {3}, errors
    assert "\n" not in errors[3]
    assert len(done) == 12


def test_a_run_killed_at_random_moments_is_gone_on_with(marks, tmp_path):
    """Killed by SIGKILL with its workers; in the end every result is there and is right."""
    script = tmp_path / "command.py"
    script.write_text(COMMAND, encoding="utf-8")
    command = [sys.executable, str(script), str(marks), str(tmp_path / "kept")]
    chance = random.Random(3)
    for _ in range(3):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        already = len(list(marks.iterdir()))
        while len(list(marks.iterdir())) < already + 3 and child.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, 0.3))
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    out = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    rows = [line.split() for line in out.stdout.splitlines()]
    assert {int(n): int(square) for n, square, _ in rows} == {n: n**2 for n in range(30)}
    kept = [int(n) for n, _, kept in rows if kept == "True"]
    assert kept
    again = sum(calls(marks, n) for n in range(30)) - 30
    # Lost with a kill is what was under way: at most two jobs handed to each of two workers.
    assert again <= 3 * 2 * PER_WORKER
    assert not [path for path in (tmp_path / "kept").iterdir() if path.suffix == ".damaged"]


def test_a_stop_keeps_what_has_begun_and_drops_the_rest(marks, tmp_path):
    jobs = work("slow", marks, range(40))
    found = []
    with job_crew(2) as crew:
        for done in run_jobs(jobs, tmp_path / "kept", crew):
            found.append(done)
            crew.hooks.ask_to_stop()
    assert 1 <= len(found) < 20
    assert not any(each.error for each in found)
    with job_crew(2) as crew:
        done = list(run_jobs(jobs, tmp_path / "kept", crew))
    assert squares(done) == {n: n**2 for n in range(40)}
    assert sum(each.kept for each in done) == len(found)


def test_left_early_nothing_goes_on(marks, threads, tmp_path):
    results = run_jobs(work("slow", marks, range(40)), tmp_path / "kept", threads)
    next(results)
    results.close()
    assert threads.hooks.stopping()
    begun = len(list(marks.iterdir()))
    time.sleep(0.5)
    assert len(list(marks.iterdir())) <= begun + 2
    assert begun < 20


def test_a_crew_serves_one_list_of_jobs_after_another(marks, threads, tmp_path):
    for numbers in (range(3), range(6)):
        done = list(run_jobs(work("square", marks, numbers), tmp_path / "kept", threads))
    assert sum(each.kept for each in done) == 3
    assert all(isinstance(each, Done) for each in done)


@pytest.mark.slow
def test_a_cluster_of_two_processes_gives_the_same(marks, threads, tmp_path):
    jobs = work("square", marks, range(8))
    with job_crew(cluster="local:2", say=lambda line: None) as crew:
        there = {d.job.key: d for d in run_jobs(jobs, tmp_path / "cluster", crew)}
    here = {d.job.key: d for d in run_jobs(jobs, tmp_path / "here", threads)}
    assert not any(each.error for each in there.values()), there
    assert set(there) == set(here)
    for key, done in here.items():
        for name, array in done.result.items():
            np.testing.assert_array_equal(there[key].result[name], array)
