"""A frontier from its file to its page: what is run, kept, found and told."""

import csv
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from experiments.crew import Crew
from experiments.errors import RequestError
from experiments.jobs import Interrupted
from experiments.kinds.frontier import findings, session
from experiments.kinds.frontier.evaluating import TOGETHER, Evaluator
from experiments.kinds.frontier.request import load_request
from experiments.kinds.frontier.writing import outlook_of, points_csv, runs_csv, summary_text
from experiments.kinds.work import NAMES
from sim import simulate, warm_up, with_neutral_run

TINY = """
name = "tiny"
question = "Does <it> work?"
kind = "frontier"
policies = ["always-right", "strict-boundaries"]
base = "balanced"
warmup_days = 14
days = 21
replications = 5

[search]
runs = 90
most = 6

[dimension]
generosity = { low = 0.0, high = 1.0 }
tolerated_abuse = { low = 0.0, high = "never" }
emotional_support = { low = 0.0, high = 1.0 }

[centre]
customers = 600
seats = 2
team_size = 2
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("files") / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def request_(file):
    return load_request(file)


def crew():
    return Crew(ThreadPoolExecutor(1), lambda: 1)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def found(request_, jobs):
    with crew() as hands:
        return findings.find(request_, Evaluator(request_, jobs, hands))


def test_points_are_simulated_with_the_chance_of_their_replication(request_, jobs):
    with crew() as hands:
        evaluator = Evaluator(request_, jobs, hands)
        points = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
        values = evaluator.points(points, np.array([2, 4]))
    assert values.shape == (2, 2, 3)
    start = with_neutral_run(
        warm_up(request_.centre, request_.outside, days=14, seed=2026, replication=4),
        request_.outside,
        days=21,
    )
    policy = request_.space.policy(points[1])
    seen = simulate(
        request_.centre, policy, days=21, seed=2026, replication=4, start=start
    ).measures()
    assert values[1, 1, 0] == seen["loyalty"]
    assert values[1, 1, 1] == seen["exhaustion"]
    paid = [name for name in NAMES if name.startswith("account_")]
    bought = {"account_sales", "account_goods", "account_acquisition"}
    assert values[1, 1, 2] == pytest.approx(-sum(seen[name] for name in set(paid) - bought))


def test_a_job_holds_so_many_policies_at_most_and_is_done_once(request_, tmp_path):
    rng = np.random.default_rng(1)
    points = rng.random((TOGETHER + 1, 3))
    with crew() as hands:
        evaluator = Evaluator(request_, tmp_path, hands)
        evaluator.points(points, np.array([1]))
        assert (evaluator.tally.jobs, evaluator.tally.runs) == (2, TOGETHER + 1)
        evaluator.points(points[:3], np.array([1]))
        assert evaluator.tally.jobs == 2  # known already
        again = Evaluator(request_, tmp_path, hands)
        again.points(points, np.array([1]))
    assert (again.tally.kept, again.tally.done) == (2, 0)


def test_named_policies_have_all_replications_and_stand_as_they_are(request_, found):
    assert list(found.named) == ["always-right", "strict-boundaries"]
    for name, place in found.named.items():
        assert found.frontier.n[place] == request_.search.most
        assert found.policies[place] == request_.named[name]
    assert found.policies[found.outside] == request_.outside
    assert found.searched <= request_.search.runs
    keys = [policy.model_dump_json() for policy in found.policies]
    assert len(set(keys)) == len(keys)
    assert (found.frontier.n >= request_.replications).all()


def test_means_and_standings_are_those_of_the_runs(request_, found):
    place = found.named["always-right"]
    direct = np.nanmean(found.values[:, place], axis=0)
    # Means lean on shared replications only where points have different numbers of them.
    np.testing.assert_allclose(found.frontier.means[place], direct, rtol=0.02)
    on = found.frontier.on
    signs = request_.wanted.signs
    means = found.frontier.means * signs
    for one in np.flatnonzero(on):
        assert not ((means >= means[one]).all(axis=1) & (means > means[one]).any(axis=1)).any()
    for choice in (found.choices.knee, found.choices.egalitarian, found.choices.nash):
        assert choice.index is None or on[choice.index]


def test_tables_hold_every_policy_and_every_run(request_, found):
    rows = list(csv.DictReader(points_csv(found).splitlines()))
    assert len(rows) == len(found.policies)
    assert [row["policy"] for row in rows[:3]] == ["always-right", "strict-boundaries", "neutral"]
    assert rows[0]["tolerated_abuse"] == "never"
    assert {row["stage"] for row in rows} >= {"named", "outside", "design", "round 8"}
    runs = list(csv.DictReader(runs_csv(found).splitlines()))
    assert len(runs) == found.runs
    mine = [float(row["exhaustion"]) for row in runs if row["point"] == "1"]
    place = found.named["always-right"]
    np.testing.assert_allclose(mine, found.values[:, place, 1], rtol=1e-5)
    summary = json.loads(summary_text(found))
    assert summary["policies_tried"] == len(rows)
    assert summary["on_frontier"] == len(summary["frontier"])
    for name in request_.policies:
        for saving in summary["named"][name]["shortfall"]["savings"].values():
            assert saving["shown"] == (saving["low"] > 0.0)


def test_a_policy_that_the_search_may_give_is_held_against_it_once(request_, jobs):
    # "balanced" is the base: the point nearest to it is that very policy.
    asked = request_.model_copy(update={"policies": ("balanced",)})
    for name in ("experiment", "named", "titles", "space"):
        asked.__dict__.pop(name, None)
    with crew() as hands:
        found = findings.find(asked, Evaluator(asked, jobs, hands))
    same = [policy == asked.named["balanced"] for policy in found.policies]
    assert sum(same) == 1
    assert found.frontier.n[found.named["balanced"]] == asked.search.most


@pytest.mark.parametrize("method", ["nsga2", "nsga3"])
def test_genetic_algorithms_are_an_extra_with_the_same_end(file, jobs, method):
    pytest.importorskip("pymoo")
    asked = load_request(file, [f"search.method={method}", "search.runs=80"])
    with crew() as hands:
        found = findings.find(asked, Evaluator(asked, jobs, hands))
    assert found.searched <= 80
    assert found.stage.max() >= 2
    assert outlook_of(found).named == found.named


def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(request_, found, tmp_path):
    with crew() as hands:
        evaluator = Evaluator(request_, tmp_path, hands)

        def stop(tally):
            if tally.done == 12:
                hands.hooks.ask_to_stop()

        evaluator.follow = stop
        with pytest.raises(Interrupted):
            findings.find(request_, evaluator)
    assert 12 <= (kept := len(list(tmp_path.glob("*.npz")))) < 16  # what was under way ends
    with crew() as hands:
        evaluator = Evaluator(request_, tmp_path, hands)
        again = findings.find(request_, evaluator)
    assert evaluator.tally.kept == kept
    for write in (points_csv, runs_csv, summary_text):
        assert write(again) == write(found)


def test_where_every_simulation_fails_that_is_told(request_, tmp_path, monkeypatch):
    asked = request_.model_copy(update={"warmup_days": -1})
    with crew() as hands:
        evaluator = Evaluator(asked, tmp_path, hands)
        with pytest.raises(RequestError, match="all 2 simulations of a step failed"):
            evaluator.points(np.zeros((1, 3)), np.array([1, 2]))
    assert evaluator.tally.failed == 2


@pytest.fixture(scope="module")
def finished(request_, jobs, found, tmp_path_factory):
    """Return the root of results of a whole session; its jobs are kept ones, in one process."""
    root = tmp_path_factory.mktemp("results")
    (root / "tiny").mkdir()
    (root / "tiny" / "provenance.json").write_text(
        json.dumps(session.Place(root / "tiny", "frontier", request_.hash, "").identity)
    )
    (root / "tiny" / "jobs").symlink_to(jobs)
    assert session.run(request_, root=root, workers=1, quiet=True) == 0
    return root


def test_a_session_leaves_tables_figure_and_page(finished, found):
    folder = finished / "tiny"
    assert (folder / "frontier.csv").read_text() == points_csv(found)
    assert (folder / "summary.json").read_text() == summary_text(found)
    for ending in ("svg", "png", "csv"):
        assert (folder / "figures" / f"frontier.{ending}").stat().st_size > 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Does &lt;it&gt; work?" in page
    assert not re.search(r'(src|href)="https?:', page), "fetches something"
    assert "{{" not in page
    assert not re.search(r"\bnan\b", re.sub(r"<svg.*?</svg>", "", page, flags=re.S))
    for sentence in json.loads((folder / "summary.json").read_text())["sentences"]:
        assert sentence in page
    note = json.loads((folder / "provenance.json").read_text())
    assert note["state"] == "complete"
    assert note["kind"] == "frontier"
    assert load_request(folder / "config.toml").hash == note["config_hash"]


def test_a_folder_of_something_else_is_refused_and_left(finished, file):
    before = (finished / "tiny" / "config.toml").read_bytes()
    with pytest.raises(RequestError, match="another config of that name"):
        session.run(load_request(file, ["seed=5"]), root=finished, workers=1, quiet=True)
    assert (finished / "tiny" / "config.toml").read_bytes() == before


def test_a_dry_run_tells_and_writes_nothing(request_, tmp_path, capsys):
    assert session.run(request_, root=tmp_path, dry_run=True) == 0
    told = capsys.readouterr().out
    assert "3 numbers of a policy searched for 3 objectives" in told
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_processes_find_the_same(request_, found, tmp_path):
    assert session.run(request_, root=tmp_path, workers=2, quiet=True) == 0
    assert (tmp_path / "tiny" / "summary.json").read_text() == summary_text(found)
