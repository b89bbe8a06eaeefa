from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from threading import Event

import sim
from experiments.design import blocks, points
from experiments.runner import Hooks, make_crew, run_block, run_blocks
from experiments.store import run_columns, series_columns

ORDERS = {"always-right": 0, "balanced": 1}


def rows_of(experiment, *, workers, engine="compiled"):
    """Run an experiment and return its tables, ordered."""
    crew = make_crew(engine, workers)
    found = [
        run
        for result in run_blocks(blocks(points(experiment), engine), crew)
        for run in result.runs
    ]
    found.sort(key=lambda run: (run.point.replication, ORDERS[run.point.name]))
    return run_columns(found, ORDERS), series_columns(found, ORDERS)


def test_same_rows_whatever_the_number_of_workers(make_tiny, assert_same_rows):
    experiment = make_tiny("replications=5")
    alone = rows_of(experiment, workers=1)
    assert not any(alone[0]["error"])
    for workers in (2, 5):
        for one, other in zip(alone, rows_of(experiment, workers=workers), strict=True):
            assert_same_rows(one, other)


def test_same_rows_from_mesa_in_processes(make_tiny, assert_same_rows):
    experiment = make_tiny("replications=2")
    compiled = rows_of(experiment, workers=2)
    mesa = rows_of(experiment, workers=2, engine="mesa")
    for one, other in zip(compiled, mesa, strict=True):
        assert_same_rows(one, other)


def test_a_failed_run_is_a_row_and_the_others_go_on(make_tiny, monkeypatch):
    simulate = sim.simulate

    def failing(centre, policy, *, replication, **rest):
        if replication == 2 and policy == bad:
            raise ZeroDivisionError("nobody\nto divide by")
        return simulate(centre, policy, replication=replication, **rest)

    experiment = make_tiny()
    bad = experiment.resolved()["balanced"]
    monkeypatch.setattr(sim, "simulate", failing)
    columns, series = rows_of(experiment, workers=2)
    assert [bool(error) for error in columns["error"]] == [False, False, False, True, False, False]
    error = columns["error"][3]
    assert error.startswith("ZeroDivisionError: nobody to divide by")
    assert "policy balanced, replication 2" in error
    assert (columns["loyalty"][3] != columns["loyalty"][3]) and columns["loyalty"][2] > 0.0
    assert len(series["week"]) == 5 * 3


def test_a_failed_warm_up_fails_its_branches_only(make_tiny, monkeypatch):
    warm_up = sim.warm_up

    def failing(centre, neutral, *, replication, **rest):
        if replication == 1:
            raise MemoryError("no room")
        return warm_up(centre, neutral, replication=replication, **rest)

    monkeypatch.setattr(sim, "warm_up", failing)
    columns, _ = rows_of(make_tiny(), workers=2)
    assert [bool(error) for error in columns["error"]] == [True, True, False, False, False, False]


def test_progress_counts_every_day_once(make_tiny, monkeypatch):
    told = []
    crew = make_crew("compiled", 2, told.append)
    work = list(blocks(points(make_tiny())))
    list(run_blocks(work, crew))
    assert sum(told) == sum(block.simulated_days for block in work)


def test_days_of_failed_runs_count_as_done(make_tiny, monkeypatch):
    def failing(*args, **rest):
        raise RuntimeError("no")

    monkeypatch.setattr(sim, "simulate", failing)
    told = []
    (block, *_) = blocks(points(make_tiny()))
    run_block(block, Hooks(told.append))
    assert sum(told) == block.simulated_days


def test_stopping_keeps_what_is_finished_and_drops_the_rest(make_tiny):
    crew = make_crew("compiled", 1)
    results = []
    for result in run_blocks(blocks(points(make_tiny("replications=50"))), crew):
        results.append(result)
        crew.hooks.ask_to_stop()
    done = sum(len(result.runs) for result in results)
    assert 2 <= done < 20
    assert not any(run.error for result in results for run in result.runs)


def test_a_stopped_block_holds_its_finished_runs(make_tiny, monkeypatch):
    stop = Event()
    simulate = sim.simulate

    def stop_after(*args, **rest):
        outcome = simulate(*args, **rest)
        stop.set()
        return outcome

    monkeypatch.setattr(sim, "simulate", stop_after)
    (block, *_) = blocks(points(make_tiny()))
    assert [run.point.name for run in run_block(block, Hooks(stop=stop)).runs] == ["always-right"]


def test_blocks_are_taken_only_as_they_are_needed(make_tiny):
    taken = []

    def counted():
        for block in blocks(points(make_tiny("replications=40"))):
            taken.append(block)
            yield block

    results = run_blocks(counted(), make_crew("compiled", 2))
    next(results)
    assert len(taken) <= 2 * 2 + 2
    results.close()


def test_a_broken_executor_fails_the_blocks_that_it_had(make_tiny):
    class Broken(ProcessPoolExecutor):
        def submit(self, *args, **rest):
            raise RuntimeError("a worker was killed")

    crew = make_crew("mesa", 1)
    crew.executor.shutdown()
    crew = replace(crew, executor=Broken(1))
    results = list(run_blocks(blocks(points(make_tiny()), "mesa"), crew))
    assert len(results) == 3
    assert all("a worker was killed" in run.error for result in results for run in result.runs)


def test_an_engine_that_is_none_fails_the_runs(make_tiny):
    (block, *_) = blocks(points(make_tiny()), "fortran")
    assert all("'fortran'" in run.error for run in run_block(block).runs)
