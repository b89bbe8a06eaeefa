"""One block: every point a run, failed ones too, whatever else is in the block."""

from threading import Event

import numpy as np
import pytest

import sim
from experiments.design import Block, blocks, joined, points
from experiments.rows import WARMUP_MEASURES, measure_columns
from experiments.runner import Hooks, run_block


@pytest.fixture
def block(make_tiny):
    """Return all replications of a tiny experiment as one block."""
    return joined(list(blocks(points(make_tiny()))))


def test_a_run_for_every_point_in_their_order(block):
    result = run_block(block)
    assert tuple(run.point for run in result.runs) == block.points
    assert not any(run.error for run in result.runs)
    assert result.seconds > 0.0
    for run in result.runs:
        assert tuple(run.values) == measure_columns(21, 20)


def test_the_series_holds_the_weeks_of_the_warm_up_too(block):
    runs = run_block(block).runs
    for run in runs:
        assert run.series["week"].tolist() == [-1, 0, 1, 2, 3]
        for name, values in run.series.items():
            if name == "week":
                continue
            assert len(values) == 5
            assert np.isnan(values[:2]).all() == (name not in WARMUP_MEASURES), name
        assert np.isfinite(run.series["loyalty"]).all()
    always, balanced = runs[0], runs[1]
    for name in WARMUP_MEASURES:
        assert always.series[name][:2].tolist() == balanced.series[name][:2].tolist()
    assert (
        always.series["cost_per_contact"].tolist() != balanced.series["cost_per_contact"].tolist()
    )


def test_the_weeks_of_a_warm_up_are_worked_out_once(block, monkeypatch):
    asked = []
    original = sim.Outcome.warmup_weekly

    def counted(outcome):
        asked.append(outcome)
        return original(outcome)

    monkeypatch.setattr(sim.Outcome, "warmup_weekly", counted)
    run_block(block)
    assert len(asked) == 3 < len(block.points)


def test_careers_are_those_of_the_outcome(block):
    for run in run_block(block).runs:
        assert set(run.careers) == {"rep", "entered", "left", "burnt_out", "days"}
        assert len({len(values) for values in run.careers.values()}) == 1
        assert len(run.careers["rep"]) >= 2
        assert (run.careers["days"] == 21).all()


def test_contacts_only_where_they_are_asked_for(make_tiny, tmp_path):
    from experiments.store.parquet import read

    (plain, *_) = blocks(points(make_tiny()))
    (asked, *_) = blocks(points(make_tiny("log_contacts=true")))
    without, logged = run_block(plain).runs[0], run_block(asked).runs[0]
    assert without.contacts == b""
    assert without.values["loyalty"] == logged.values["loyalty"]
    path = tmp_path / "contacts.parquet"
    path.write_bytes(logged.contacts)
    rows = read([path], "SELECT policy, run_id, day FROM sources")
    assert set(rows["policy"]) == {"always-right"}
    assert set(rows["run_id"]) == {logged.point.run_id}
    assert rows["day"].min() >= 0 and rows["day"].max() < 21
    assert len(rows["day"]) > 0


def test_a_failed_run_is_a_row_and_the_others_go_on(block, monkeypatch):
    simulate = sim.simulate
    bad = block.points[1].policy

    def failing(centre, policy, *, replication, **rest):
        if replication == 2 and policy == bad:
            raise ZeroDivisionError("nobody\nto divide by")
        return simulate(centre, policy, replication=replication, **rest)

    monkeypatch.setattr(sim, "simulate", failing)
    runs = run_block(block).runs
    assert [bool(run.error) for run in runs] == [False, False, False, True, False, False]
    assert runs[3].error.startswith("ZeroDivisionError: nobody to divide by")
    assert "policy balanced, replication 2" in runs[3].error
    assert not (runs[3].values or runs[3].series or runs[3].careers or runs[3].contacts)


def test_a_failed_warm_up_fails_its_branches_only(block, monkeypatch):
    warm_up = sim.warm_up

    def failing(centre, neutral, *, replication, **rest):
        if replication == 1:
            raise MemoryError("no room")
        return warm_up(centre, neutral, replication=replication, **rest)

    monkeypatch.setattr(sim, "warm_up", failing)
    failures = [bool(run.error) for run in run_block(block).runs]
    assert failures == [True, True, False, False, False, False]


@pytest.mark.parametrize("fails", [False, True])
def test_every_day_is_told_once_whether_it_was_run_or_failed(block, monkeypatch, fails):
    def failing(*args, **rest):
        raise RuntimeError("no")

    if fails:
        monkeypatch.setattr(sim, "simulate", failing)
    days = []
    run_block(block, Hooks(days.append))
    assert sum(days) == block.simulated_days


def test_a_stopped_block_holds_its_finished_runs(block, monkeypatch):
    stop = Event()
    simulate = sim.simulate

    def stop_after(centre, policy, **rest):
        outcome = simulate(centre, policy, **rest)
        stop.set()
        return outcome

    monkeypatch.setattr(sim, "simulate", stop_after)
    runs = run_block(block, Hooks(stop=stop)).runs
    assert [run.point.name for run in runs] == ["always-right"]


def test_an_engine_that_is_none_fails_the_runs(block):
    runs = run_block(Block(block.points, "fortran")).runs
    assert all("'fortran'" in run.error for run in runs)
