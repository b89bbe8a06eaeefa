"""An experiment from its file to its report, interrupted and gone on with."""

import json
import signal

import numpy as np
import pytest

import sim
from experiments import conclusion, session
from experiments.design import points
from experiments.errors import RequestError
from experiments.figures.catalogue import figures
from experiments.periods import WHOLE
from experiments.store import parquet
from experiments.store.folder import missing


def tables(folder):
    return [folder.table(kind) for kind in ("runs", "series", "careers")]


@pytest.fixture
def say():
    """Hear what a run says, and forget it."""
    return lambda line: None


@pytest.fixture
def quiet(say, monkeypatch):
    """Leave the figures out besides: they take two seconds."""
    monkeypatch.setattr(conclusion, "write_report", lambda *given: None)
    return say


def test_a_run_leaves_what_the_design_lists(make_tiny, tmp_path, say):
    experiment = make_tiny()
    finished = session.run(experiment, root=tmp_path, say=say)
    assert not finished.interrupted and not finished.failures
    root = finished.folder.path
    there = {path.relative_to(root).as_posix() for path in root.rglob("*")}
    drawn = {drawing.name for drawing in figures(finished.summary)}
    assert {"trade-off", "paired-differences", "fans", "event-curves", "ledger"} < drawn
    assert there == {f"figures/{n}.{k}" for n in drawn for k in ("svg", "png", "csv")} | {
        "figures",
        "config.toml",
        "provenance.json",
        "runs.parquet",
        "series.parquet",
        "careers.parquet",
        "summary.json",
        "report.html",
    }


def test_summary_is_laid_out_as_designed(make_tiny, tmp_path, quiet):
    finished = session.run(make_tiny(), root=tmp_path, say=quiet)
    summary = json.loads((finished.folder.path / "summary.json").read_text())
    assert summary["measures"]["cost_per_contact"] == "price"
    for policy in ("always-right", "balanced"):
        assert set(summary["policies"][policy]["loyalty"]) == {"mean", "low", "high", "n"}
    runs = finished.folder.runs()
    of_balanced = runs["loyalty"][runs["policy"] == "balanced"]
    assert summary["policies"]["balanced"]["loyalty"]["mean"] == pytest.approx(of_balanced.mean())
    found = {(c["a"], c["b"], c["measure"]): c for c in summary["contrasts"]}
    contrast = found["balanced", "always-right", "loyalty"]
    assert {"a", "b", "measure", "mean", "low", "high", "n", "p_holm", "effect"} <= set(contrast)
    of_right = runs["loyalty"][runs["policy"] == "always-right"]
    assert contrast["mean"] == pytest.approx((of_balanced - of_right).mean())


def test_provenance_says_where_results_come_from(make_tiny, tmp_path, quiet):
    finished = session.run(make_tiny(), root=tmp_path, say=quiet, workers=2)
    found = finished.folder.provenance()
    assert {"libraries", "os", "libm", "cpu", "git", "model", "config_hash", "seed"} <= set(found)
    assert found["counts"] == {"asked": 6, "done": 6, "failed": 0}
    (only,) = found["sessions"]
    assert (only["workers"], only["runs"], only["engine"]) == (2, 6, "compiled")


def test_running_again_runs_nothing_and_changes_no_row(
    make_tiny, tmp_path, quiet, assert_same_rows, monkeypatch
):
    before = tables(session.run(make_tiny(), root=tmp_path, say=quiet).folder)
    monkeypatch.setattr(sim, "simulate", None)
    again = session.run(make_tiny(), root=tmp_path, say=quiet)
    for one, other in zip(before, tables(again.folder), strict=True):
        assert_same_rows(one, other)
    assert len(again.folder.provenance()["sessions"]) == 1


def test_going_on_after_an_interruption_gives_the_same_rows(
    make_tiny, tmp_path, quiet, assert_same_rows
):
    experiment = make_tiny("replications=8")
    whole = session.run(experiment, root=tmp_path / "whole", say=quiet)
    simulate, calls = sim.simulate, []

    def interrupted_once(*args, **rest):
        calls.append(rest["replication"])
        if len(calls) == 5:
            signal.raise_signal(signal.SIGINT)
        return simulate(*args, **rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim, "simulate", interrupted_once)
        cut = session.run(experiment, root=tmp_path / "cut", workers=1, say=quiet)
    assert cut.interrupted
    assert not (cut.folder.path / "runs.parquet").exists()
    left = list(missing(points(experiment), cut.folder))
    assert 0 < len(left) < 16
    for shard in sorted(cut.folder.shards.glob("runs-*"))[:1]:
        shard.unlink()  # and one is lost besides
    done = session.run(experiment, root=tmp_path / "cut", say=quiet)
    assert not done.interrupted
    for one, other in zip(tables(whole.folder), tables(done.folder), strict=True):
        assert_same_rows(one, other)
    assert [each["interrupted"] for each in done.folder.provenance()["sessions"]] == [True, False]


def test_ctrl_c_is_as_ever_afterwards(make_tiny, tmp_path, quiet):
    before = signal.getsignal(signal.SIGINT)
    session.run(make_tiny("replications=1"), root=tmp_path, say=quiet)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.slow
def test_failed_runs_are_told_and_tried_again(make_tiny, tmp_path, say, monkeypatch):
    simulate = sim.simulate

    def failing(*args, replication, **rest):
        if replication == 2:
            raise MemoryError("no room")
        return simulate(*args, replication=replication, **rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim, "simulate", failing)
        first = session.run(make_tiny(), root=tmp_path, say=say)
    assert len(first.failures) == 2
    assert first.folder.provenance()["counts"] == {"asked": 6, "done": 4, "failed": 2}
    assert "2 runs failed" in (first.folder.path / "report.html").read_text()
    second = session.run(make_tiny(), root=tmp_path, say=say)
    assert not second.failures
    assert second.folder.provenance()["counts"]["failed"] == 0


def test_when_every_run_fails_there_is_still_a_report(make_tiny, tmp_path, say, monkeypatch):
    def failing(*args, **rest):
        raise MemoryError("no room")

    monkeypatch.setattr(sim, "warm_up", failing)
    finished = session.run(make_tiny(), root=tmp_path, say=say)
    assert len(finished.failures) == 6
    assert (finished.folder.path / "report.html").is_file()


def test_equal_policies_differ_by_exactly_zero(make_tiny, tmp_path, quiet):
    experiment = make_tiny('policies=["balanced", "twin"]', 'policy.twin.base="balanced"')
    runs = session.run(experiment, root=tmp_path, say=quiet).folder.runs()
    one, other = (runs["policy"] == name for name in ("balanced", "twin"))
    for name in sim.measures.BY_NAME:
        np.testing.assert_array_equal(runs[name][one], runs[name][other])


def test_the_report_is_made_again_from_what_is_there(make_tiny, tmp_path, say):
    finished = session.run(make_tiny(), root=tmp_path, say=say)
    page = finished.folder.path / "report.html"
    before = page.read_text()
    page.unlink()
    assert session.report_again("tiny", tmp_path) == page
    assert page.read_text() == before
    with pytest.raises(RequestError, match="tiny"):
        session.reopen("other", tmp_path)


def test_the_config_that_is_kept_gives_the_same_rows(make_tiny, tmp_path, quiet, assert_same_rows):
    from experiments.config import load_experiment

    first = session.run(make_tiny(), root=tmp_path / "a", say=quiet)
    again = session.run(load_experiment(first.folder.config), root=tmp_path / "b", say=quiet)
    for one, other in zip(tables(first.folder), tables(again.folder), strict=True):
        assert_same_rows(one, other)


WANTED = """precision={measure="loyalty", contrast=["balanced", "always-right"], half_width=1e-4, \
max_replications=60}"""


FIRST_STAGE = 10
"""Replications that it begins with."""


@pytest.fixture
def wanted(make_tiny):
    """Return an experiment that begins with ten replications and needs more."""
    return make_tiny(f"replications={FIRST_STAGE}", WANTED, "days=42")


def test_replications_are_added_until_the_precision_is_reached(wanted, tmp_path, quiet):
    finished = session.run(wanted, root=tmp_path, say=quiet)
    (found,) = finished.summary.precision
    runs = finished.folder.runs()
    assert found.reached and found.half_width <= 1e-4
    assert FIRST_STAGE < found.n == runs["replication"].max() < 60
    assert len(runs["replication"]) == 2 * found.n
    (told,) = json.loads((finished.folder.path / "summary.json").read_text())["precision"]
    assert told["replications"] == found.n and told["reached"]
    assert finished.folder.provenance()["counts"]["done"] == 2 * found.n


def test_the_precision_is_reached_at_the_same_replication_whatever_happens(
    wanted, tmp_path, quiet, assert_same_rows
):
    whole = session.run(wanted, root=tmp_path / "whole", workers=2, say=quiet)
    simulate, calls = sim.simulate, []

    def interrupted(*args, **rest):
        calls.append(rest["replication"])
        wanted_more = sum(number > FIRST_STAGE for number in calls)
        # Once in the first stage, and once when more were wanted.
        if len(calls) == 5 or (wanted_more == 3 and rest["replication"] > FIRST_STAGE):
            signal.raise_signal(signal.SIGINT)
        return simulate(*args, **rest)

    stops = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim, "simulate", interrupted)
        while session.run(wanted, root=tmp_path / "cut", workers=1, say=quiet).interrupted:
            stops += 1
    assert stops == 2
    done = session.run(wanted, root=tmp_path / "cut", say=quiet)
    for one, other in zip(tables(whole.folder), tables(done.folder), strict=True):
        assert_same_rows(one, other)


def test_a_cap_is_kept_and_told(make_tiny, tmp_path, quiet):
    capped = make_tiny("replications=10", WANTED.replace("60", "12").replace("1e-4", "1e-6"))
    (found,) = session.run(capped, root=tmp_path, say=quiet).summary.precision
    assert found.capped and found.n == 12
    assert "cap of 12" in found.sentence()


def test_runs_that_fail_do_not_keep_the_precision_waiting(make_tiny, tmp_path, quiet, monkeypatch):
    simulate = sim.simulate

    def failing(*args, replication, **rest):
        if replication == 3:
            raise MemoryError("no room")
        return simulate(*args, replication=replication, **rest)

    monkeypatch.setattr(sim, "simulate", failing)
    experiment = make_tiny("replications=10", WANTED, "days=42")
    finished = session.run(experiment, root=tmp_path, say=quiet)
    (found,) = finished.summary.precision
    assert found.reached and found.plan.pairs == found.n - 1


def test_more_replications_go_on_from_those_that_are_there(
    make_tiny, tmp_path, quiet, assert_same_rows
):
    session.run(make_tiny("replications=2"), root=tmp_path / "grown", say=quiet)
    grown = session.run(make_tiny("replications=5"), root=tmp_path / "grown", say=quiet)
    whole = session.run(make_tiny("replications=5"), root=tmp_path / "whole", say=quiet)
    assert grown.folder.provenance()["sessions"][-1]["runs"] == 6
    for one, other in zip(tables(whole.folder), tables(grown.folder), strict=True):
        assert_same_rows(one, other)


def test_every_contact_is_written_down_where_that_is_asked_for(make_tiny, tmp_path, quiet):
    experiment = make_tiny("log_contacts=true", "replications=2")
    folder = session.run(experiment, root=tmp_path, say=quiet).folder
    runs, files = folder.runs(), folder.sources("contacts")
    assert len(files) == len(runs["run_id"]) == 4
    offered = parquet.read(
        files, "SELECT run_id, count(*) AS calls FROM sources WHERE stage = 'floor' GROUP BY run_id"
    )
    calls = dict(zip(offered["run_id"], offered["calls"], strict=True))
    for run_id, a_day in zip(runs["run_id"], runs["contacts_per_day"], strict=True):
        assert calls[run_id] >= round(a_day * experiment.days) > 0  # handled, and abandoned ones


def test_the_steady_part_is_reported_where_that_is_asked_for(make_tiny, tmp_path, quiet):
    steady = make_tiny('measure_over="steady"', "days=84")
    finished = session.run(steady, root=tmp_path, say=quiet)
    (period,) = finished.summary.results.periods
    assert period.suffix.startswith("_from_day_") and period.last == 84


def test_the_whole_branch_is_reported_where_that_is_asked_for(make_tiny, tmp_path, quiet):
    finished = session.run(make_tiny('measure_over="whole"', "days=370"), root=tmp_path, say=quiet)
    assert finished.summary.results.periods == (WHOLE,)
    assert {each.column for each in finished.summary.best} <= set(sim.measures.BY_NAME)


def test_a_report_of_other_years_is_made_from_the_same_rows(make_tiny, tmp_path, quiet):
    said = []
    session.run(make_tiny("days=84"), root=tmp_path, say=quiet)
    again = make_tiny("days=84", 'measure_over="steady"')
    finished = session.run(again, root=tmp_path, say=said.append)
    assert len(finished.folder.provenance()["sessions"]) == 1
    assert any("config.toml.1" in line for line in said)
