"""Blocks on executors: the same rows from each, nothing held in memory, nothing lost."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import count, islice
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_info

from experiments.crew import (
    LARGEST_BLOCK,
    PER_WORKER,
    THREADS,
    Crew,
    Processes,
    _Portions,
    make_crew,
    run_blocks,
)
from experiments.design import Block, blocks, points
from experiments.errors import RequestError
from experiments.runner import BlockResult, Hooks

POISON = """
import os, signal, sim
from experiments.crew import _start_process
def dying(centre, neutral, *, replication, original=sim.warm_up, **rest):
    if replication == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(centre, neutral, replication=replication, **rest)
sim.warm_up = dying
"""


def told(run):
    """Return all that a run says, in a form in which NaN equals NaN."""
    arrays = {**run.series, **run.careers}
    return (
        run.error,
        {name: value.hex() for name, value in run.values.items()},
        {name: [float(item).hex() for item in values] for name, values in arrays.items()},
    )


def rows_of(experiment, crew, engine="compiled"):
    """Run an experiment and return what every run of it says, in the order of its points."""
    work = blocks(points(experiment), engine)
    with crew:
        found = {
            run.point.key: told(run) for result in run_blocks(work, crew) for run in result.runs
        }
    return [found[point.key] for point in points(experiment)]


def test_same_rows_from_any_executor(make_tiny):
    experiment = make_tiny("replications=5")
    alone = rows_of(experiment, make_crew("compiled", 1))
    assert not any(error for error, _, _ in alone)
    assert rows_of(experiment, make_crew("compiled", 3)) == alone
    assert rows_of(experiment, Crew(ThreadPoolExecutor(2), lambda: 2)) == alone


def test_same_rows_from_processes_and_from_mesa(make_tiny):
    experiment = make_tiny("replications=2")
    alone = rows_of(experiment, make_crew("compiled", 1))
    spawned = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    assert rows_of(experiment, Crew(spawned, lambda: 1)) == alone
    days = []
    assert rows_of(experiment, make_crew("mesa", 2, days.append), "mesa") == alone
    assert sum(days) == sum(block.simulated_days for block in blocks(points(experiment)))


def test_portions_change_no_row(make_tiny, monkeypatch):
    experiment = make_tiny("replications=24")
    grown, held = [], []
    for found, seconds in ((grown, 1000.0), (held, 0.0)):
        monkeypatch.setattr("experiments.crew.BLOCK_SECONDS", seconds)
        with make_crew("compiled", 1) as crew:
            found += run_blocks(blocks(points(experiment)), crew)
    assert max(len(result.block.replications) for result in grown) >= 4
    assert {len(result.block.replications) for result in held} == {1}
    one, other = (
        # Two that have ended by the time of a look are handed out in no order.
        {run.point: told(run) for result in found for run in result.runs}
        for found in (grown, held)
    )
    assert len(one) == len(list(points(experiment)))
    assert one == other


@given(
    replications=st.integers(0, 300),
    capacity=st.integers(1, 8),
    seconds=st.floats(0.0, 3.0, allow_subnormal=False),
)
def test_portions_hold_every_replication_once_and_in_order(replications, capacity, seconds):
    portions = _Portions(Block((_Numbered(number),)) for number in range(replications))
    order = []
    sizes = []
    while (task := portions.next([], capacity)) is not None:
        order += [point.situation for point in task.block.points]
        sizes.append(len(task.block.points))
        portions.learn(BlockResult(task.block, (), seconds * sizes[-1]))
    assert order == list(range(replications))
    assert all(size <= LARGEST_BLOCK for size in sizes)
    assert all(size * seconds <= 2.0 or size == 1 for size in sizes)
    # At the end no worker is handed more than its share of what is left.
    left = replications
    for size in sizes:
        assert size == 1 or size * PER_WORKER * capacity <= left
        left -= size


class _Numbered:
    """A point of which nothing is asked but its replication."""

    def __init__(self, number):
        self.situation = number


def test_portions_grow_to_a_second_and_forget_a_slow_beginning():
    def endless():
        return (Block((_Numbered(number),)) for number in count())

    portions = _Portions(endless())
    portions.learn(BlockResult(Block((_Numbered(0),)), (), 25.0))  # compiled the engine first
    sizes = []
    for _ in range(30):
        task = portions.next([], 2)
        sizes.append(len(task.block.points))
        portions.learn(BlockResult(task.block, (), 0.05 * sizes[-1]))
    assert sizes[0] == 1
    assert sizes[-1] in (19, 20)


def test_a_hundred_thousand_replications_are_never_held(make_tiny):
    experiment = make_tiny("replications=100000")
    made = []

    def counted():
        for point in points(experiment):
            made.append(point.replication)
            yield point

    workers = 2
    with make_crew("compiled", workers) as crew:
        done = 0
        results = run_blocks(blocks(counted()), crew)
        for result in islice(results, 12):
            done += len(result.block.replications)
            # Handed out, and looked ahead for: each at most so many portions a worker.
            assert made[-1] - done <= 2 * PER_WORKER * workers * LARGEST_BLOCK + 1
        results.close()


def test_at_most_two_blocks_a_worker_are_handed_out(make_tiny):
    class Counting(ThreadPoolExecutor):
        under_way = most = 0

        def submit(self, *args, **rest):
            Counting.under_way += 1
            Counting.most = max(Counting.most, Counting.under_way)
            return super().submit(*args, **rest)

    with Crew(Counting(2), lambda: 2) as crew:
        for _ in run_blocks(blocks(points(make_tiny("replications=12"))), crew):
            Counting.under_way -= 1
    assert Counting.most == 4


def test_more_is_handed_out_when_workers_join(make_tiny):
    joined = iter([1, 1, 3])
    with Crew(ThreadPoolExecutor(3), lambda: next(joined, 3)) as crew:
        results = list(run_blocks(blocks(points(make_tiny("replications=9"))), crew))
    assert sum(len(result.runs) for result in results) == 18


def test_a_crew_serves_one_source_after_another(make_tiny):
    experiment = make_tiny("replications=4")
    with make_crew("compiled", 2) as crew:
        first = [*run_blocks(blocks(points(experiment, 1, 2)), crew)]
        second = [*run_blocks(blocks(points(experiment, 3)), crew)]
    assert {run.point.replication for result in first for run in result.runs} == {1, 2}
    assert {run.point.replication for result in second for run in result.runs} == {3, 4}


def test_progress_counts_every_day_once(make_tiny):
    work = list(blocks(points(make_tiny())))
    days = []
    with make_crew("compiled", 2, days.append) as crew:
        list(run_blocks(work, crew))
    assert sum(days) == sum(block.simulated_days for block in work)


def test_stopping_keeps_what_is_finished_and_drops_the_rest(make_tiny):
    with make_crew("compiled", 1) as crew:
        results = []
        for result in run_blocks(blocks(points(make_tiny("replications=50"))), crew):
            results.append(result)
            crew.hooks.ask_to_stop()
    done = sum(len(result.runs) for result in results)
    assert 2 <= done < 20
    assert not any(run.error for result in results for run in result.runs)


def test_left_early_nothing_goes_on(make_tiny):
    with make_crew("compiled", 2) as crew:
        results = run_blocks(blocks(points(make_tiny("replications=50"))), crew)
        next(results)
        results.close()
        assert crew.hooks.stopping()


def test_a_killed_process_costs_no_row(make_tiny):
    experiment = make_tiny("replications=8")
    alone = rows_of(experiment, make_crew("compiled", 1))
    found = {}
    processes = Processes(2)
    with Crew(processes, lambda: 2, Hooks(stop=processes.stop)) as crew:
        results = run_blocks(blocks(points(experiment)), crew)
        for number, result in enumerate(results):
            found |= {run.point.key: told(run) for run in result.runs}
            if number == 0:
                os.kill(next(iter(crew.executor._pool._processes)), signal.SIGKILL)
    assert [found[point.key] for point in points(experiment)] == alone


def test_what_kills_every_process_fails_alone(make_tiny):
    class Poisoned(Processes):
        def _new_pool(self):
            return ProcessPoolExecutor(
                self._workers, get_context("spawn"), initializer=exec, initargs=(POISON, {})
            )

    experiment = make_tiny("replications=4")
    alone = rows_of(experiment, make_crew("compiled", 1))
    poisoned = rows_of(experiment, Crew(Poisoned(2), lambda: 2))
    lost = [error for error, _, _ in poisoned if error]
    assert [bool(error) for error, _, _ in poisoned] == [False, False, True, True] + [False] * 4
    assert all("BrokenProcessPool" in error for error in lost)
    assert all("replication 2" in error for error in lost)
    assert poisoned[:2] + poisoned[4:] == alone[:2] + alone[4:]


def test_a_pool_that_stays_broken_fails_every_block(make_tiny):
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with Crew(pool, lambda: 1) as crew:
        results = list(run_blocks(blocks(points(make_tiny())), crew))
    assert sum(len(result.runs) for result in results) == 6
    assert all("after shutdown" in run.error for result in results for run in result.runs)


def test_a_crew_without_a_cluster_ends_in_a_message(make_tiny):
    def gone():
        raise RequestError(["the cluster is gone"])

    crew = Crew(ThreadPoolExecutor(1), gone, Hooks())
    with crew, pytest.raises(RequestError, match="the cluster is gone"):
        list(run_blocks(blocks(points(make_tiny())), crew))


def test_a_worker_process_does_linear_algebra_on_one_thread(monkeypatch):
    """Two workers on two processors must not wait for each other's threads."""
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    processes = Processes(1)
    try:
        pools = processes.submit(threadpool_info).result(timeout=60)
    finally:
        processes.shutdown()
    assert pools and all(pool["num_threads"] == 1 for pool in pools)
    assert not set(THREADS) & set(os.environ)  # this process is left as it was


def test_how_many_threads_a_worker_takes_is_the_users_to_say(monkeypatch):
    for name in THREADS:
        monkeypatch.setenv(name, "2")
    processes = Processes(1)
    try:
        assert processes.submit(os.getenv, THREADS[0]).result(timeout=60) == "2"
    finally:
        processes.shutdown()
    assert os.environ[THREADS[0]] == "2"
