"""A sensitivity analysis from its file to its page: what is run, kept, found and told."""

import csv
import json
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from experiments.command.progress import display_for
from experiments.crew import Crew
from experiments.errors import RequestError
from experiments.jobs import Interrupted
from experiments.kinds.folder import Place
from experiments.kinds.running import RunMeter
from experiments.kinds.sensitivity import session
from experiments.kinds.sensitivity.findings import outputs_of, sobol_found, table_of
from experiments.kinds.sensitivity.plan import Chosen, sobol_design, sobol_points
from experiments.kinds.sensitivity.session import Sensitivity, load_request
from experiments.kinds.sensitivity.writing import effects_rows, index_rows, sensitivities, summary
from experiments.kinds.table import Tally
from experiments.kinds.varied.session import summary_text
from experiments.kinds.varied.simulating import Simulator
from sim import simulate, warm_up, with_neutral_run

TINY = """
name = "tiny"
question = "Does <it> work?"
kind = "sensitivity"
warmup_days = 14
days = 21
policies = ["always-right", "strict-boundaries"]
measures = ["loyalty", "exhaustion"]
[centre]
customers = 300
seats = 2
team_size = 2
enquiries_per_year = 40.0
issues_per_year = 20.0
voice_base = -1.0
[vary]
parameters = ["loss", "drain", "margin"]
[screening]
trajectories = 5
[sobol]
base_points = 8
most = 2
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def asked(file):
    return load_request(file)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    return tmp_path_factory.mktemp("jobs")


def crew():
    return Crew(ThreadPoolExecutor(1), lambda: 1)


def simulator(request, folder, hands, tally=None):
    return Simulator(
        request, folder, hands, RunMeter(display_for("x", quiet=True)), tally or Tally()
    )


def found_by(request, folder, hands, tally=None):
    kind = Sensitivity(request, lambda line: None)
    return kind.find(simulator(request, folder, hands, tally))


@pytest.fixture(scope="module")
def found(asked, jobs):
    with crew() as hands:
        return found_by(asked, jobs, hands)


def test_points_are_simulated_with_chance_in_common(asked, jobs):
    points = [{"loss": 0.3}, {"loss": 1.0, "workload": 1.5}]
    with crew() as hands:
        values = simulator(asked, jobs, hands).values(points, ("exhaustion", "loyalty"), "x")
        apart = simulator(asked, jobs, hands).values(points, ("loyalty",), "x", apart=True)
    assert values.shape == (2, 2, 2, 2)
    neutral = asked.experiment.neutral_policy()
    centre = asked.centre.model_copy(update={"loss": 1.0, "customers": 450})
    for stream, seen in ((2, values[1, 1, 1, 1]), (1_002, apart[1, 1, 1, 0])):
        start = with_neutral_run(
            warm_up(centre, neutral, days=14, seed=2026, replication=stream), neutral, days=21
        )
        policy = asked.resolved["strict-boundaries"]
        run = simulate(centre, policy, days=21, seed=2026, replication=stream, start=start)
        assert seen == run.measures()["loyalty"]
    # The first point has the streams from 0 on, in either way.
    assert apart[0, 0, 0, 0] == values[0, 0, 0, 1]


def test_what_decides_is_told_from_what_moves(asked):
    # A function of which it is known: loss moves both policies alike, drain one of them.
    request = asked.model_copy(update={"measures": ("loyalty",)})
    for name in ("pairs", "ranges", "groups"):
        request.__dict__.pop(name, None)
    request = load_like(request, base_points=128)
    design = sobol_design(request, Chosen(("loss", "drain", "margin")))
    loss, drain, _ = design.points.T
    noise = np.random.default_rng(1).normal(0.0, 0.02, (2, len(design), 2, 1))
    values = np.stack([3.0 * loss, 3.0 * loss + drain], axis=-1)[np.newaxis, ..., np.newaxis]
    found = sobol_found(request, design, values + noise)
    contrast = "loyalty: always-right − strict-boundaries"
    total = {
        (output, name): found.indices.of(output, name, "net_total").mean
        for output in found.indices.outputs
        for name in design.names
    }
    # By theory: V = 9/12 of loss and 1/12 of drain; of the contrast drain is all there is.
    assert total["loyalty: always-right", "loss"] == pytest.approx(1.0, abs=0.1)
    assert total["loyalty: strict-boundaries", "loss"] == pytest.approx(0.9, abs=0.1)
    assert total["loyalty: strict-boundaries", "drain"] == pytest.approx(0.1, abs=0.05)
    assert total[contrast, "drain"] == pytest.approx(1.0, abs=0.1)
    assert total[contrast, "loss"] == pytest.approx(0.0, abs=0.02)
    assert found.sides[contrast].below > 0.9
    # 2 * 0.02^2 of noise in a single contrast, half of it in the mean of two.
    share = 0.0004 / (1.0 / 12.0 + 0.0004)
    assert found.noise[contrast].of_means.mean == pytest.approx(share, rel=0.5)


def load_like(request, base_points):
    sobol = request.sobol.model_copy(update={"base_points": base_points})
    return request.model_copy(update={"sobol": sobol})


def test_outputs_are_every_measure_under_every_policy_and_its_contrasts(asked):
    outputs = outputs_of(asked)
    values = np.random.default_rng(2).normal(size=(2, 5, 2, 2))
    table = dict(
        zip([each.name for each in outputs], table_of(asked, outputs, values), strict=True)
    )
    assert len(table) == 2 * (2 + 1)
    np.testing.assert_array_equal(
        table["exhaustion: always-right − strict-boundaries"],
        values[:, :, 0, 1] - values[:, :, 1, 1],
    )
    np.testing.assert_array_equal(table["loyalty: strict-boundaries"], values[:, :, 1, 0])


def test_a_parameter_that_cannot_matter_is_dropped(found):
    # The margin stands in the ledger alone: it changes neither loyalty nor exhaustion.
    assert "margin" in found.screening.left.dropped
    assert set(found.chosen.names) == {"loss", "drain"}
    assert found.explained.indices.replications == 2
    assert len(sensitivities(found)) == 2


def test_an_analysis_that_was_stopped_goes_on_to_the_same_bytes(asked, found, tmp_path):
    tally = Tally()
    with crew() as hands:
        running = simulator(asked, tmp_path, hands, tally)
        follow = running.meter.follow

        def stop(counted):
            follow(counted)
            if counted.done == 50:
                hands.hooks.ask_to_stop()

        running.meter.follow = stop
        with pytest.raises(Interrupted):
            Sensitivity(asked, lambda line: None).find(running)
    kept = len(list(tmp_path.glob("*.npz")))
    assert 50 <= kept < 54  # what was under way ends: in the second stage, after 40 of the first
    tally = Tally()
    with crew() as hands:
        again = found_by(asked, tmp_path, hands, tally)
    assert tally.kept == kept
    assert summary_text(summary(again)) == summary_text(summary(found))
    assert str(list(index_rows(again.explained))) == str(list(index_rows(found.explained)))


def test_a_point_that_fails_is_left_out_and_all_failing_is_told(asked, tmp_path):
    request = asked.model_copy(update={"warmup_days": -1})
    with crew() as hands:
        running = simulator(request, tmp_path, hands)
        with pytest.raises(RequestError, match="all 4 simulations failed"):
            running.values([{"loss": 0.2}, {"loss": 0.4}], ("loyalty",), "x")
    assert running.tally.failed == 4


@pytest.fixture(scope="module")
def finished(asked, jobs, found, tmp_path_factory):
    """Return the root of results of a whole session; its jobs are kept ones, in one process."""
    root = tmp_path_factory.mktemp("results")
    (root / "tiny").mkdir()
    identity = Place(root / "tiny", "sensitivity", asked.hash, "").identity
    (root / "tiny" / "provenance.json").write_text(json.dumps(identity))
    (root / "tiny" / "jobs").symlink_to(jobs)
    assert session.run(asked, root=root, workers=1, quiet=True) == 0
    return root


def test_a_session_leaves_tables_figures_and_page(finished, found):
    folder = finished / "tiny"
    assert (folder / "summary.json").read_text() == summary_text(summary(found))
    rows = list(csv.DictReader((folder / "screening.csv").read_text().splitlines()))
    assert len(rows) == len(list(effects_rows(found.screening))) == 6 * 3
    for measure in ("loyalty", "exhaustion"):
        for ending in ("svg", "png", "csv"):
            assert (folder / "figures" / f"tornado_{measure}.{ending}").stat().st_size > 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Does &lt;it&gt; work?" in page
    assert not re.search(r'(src|href)="https?:', page), "fetches something"
    assert "{{" not in page
    assert not re.search(r"\bnan\b", re.sub(r"<svg.*?</svg>", "", page, flags=re.S))
    for sentence in json.loads((folder / "summary.json").read_text())["lead"]:
        assert sentence in page
    note = json.loads((folder / "provenance.json").read_text())
    assert (note["state"], note["kind"]) == ("complete", "sensitivity")
    assert load_request(folder / "config.toml").hash == note["config_hash"]


def test_the_verdict_says_first_whether_the_answer_turns_round(finished):
    """What a difference hangs on is no answer to whether its sign does."""
    told = json.loads((finished / "tiny" / "summary.json").read_text())
    assert told["sides"]
    for sentence, sides in zip(told["lead"], told["sides"].values(), strict=True):
        settled = max(sides["above"], sides["below"]) == 1.0
        assert ("nothing that was varied was seen to turn that round" in sentence) == settled
        assert f"{sides['points']} points tried" in sentence and " hangs " in sentence


def test_a_folder_of_something_else_is_refused_and_left(finished, file):
    before = (finished / "tiny" / "config.toml").read_bytes()
    with pytest.raises(RequestError, match="another config of that name"):
        session.run(load_request(file, ["seed=5"]), root=finished, workers=1, quiet=True)
    assert (finished / "tiny" / "config.toml").read_bytes() == before


def test_a_dry_run_tells_and_writes_nothing(asked, tmp_path, capsys):
    assert session.run(asked, root=tmp_path, dry_run=True) == 0
    told = capsys.readouterr().out
    assert "screening of 3 parameters: 20 points" in told
    assert "Sobol' indices of 2 parameters: at most 32 points" in told
    assert "104 jobs" in told
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_processes_find_the_same(asked, found, tmp_path):
    assert session.run(asked, root=tmp_path, workers=2, quiet=True) == 0
    assert (tmp_path / "tiny" / "summary.json").read_text() == summary_text(summary(found))


def test_points_are_within_their_ranges_and_what_is_printed_is_what_is_run(asked):
    design = sobol_design(asked, Chosen(("loss", "drain")))
    for point in sobol_points(asked, design):
        for name, value in point.items():
            assert asked.ranges[name].low <= value <= asked.ranges[name].high
            assert value in (float(f"{value:.3g}"), asked.ranges[name].low, asked.ranges[name].high)
