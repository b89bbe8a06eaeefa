"""Regimes from their file to their page: what is run, kept and told."""

import csv
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from experiments.command.progress import display_for
from experiments.crew import Crew
from experiments.errors import RequestError
from experiments.jobs import Interrupted
from experiments.kinds.folder import Place
from experiments.kinds.regimes import session
from experiments.kinds.regimes.session import Regimes, load_request
from experiments.kinds.regimes.writing import summary
from experiments.kinds.running import RunMeter
from experiments.kinds.table import Tally
from experiments.kinds.varied.session import summary_text
from experiments.kinds.varied.simulating import Simulator

TINY = """
name = "tiny"
question = "Does <it> work?"
kind = "regimes"
warmup_days = 7
days = 14
policies = ["always-right", "strict-boundaries"]
scenarios = 36
ensemble = ""
[centre]
customers = 300
seats = 2
team_size = 2
enquiries_per_year = 40.0
issues_per_year = 20.0
voice_base = -1.0
[kinds.workload]
low = 0.5
high = 2.0
label = "work per seat"
[kinds.loss]
low = 0.1
high = 3.0
scale = "log"
[[targets]]
measure = "abandonment"
most = 0.2
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


def found_by(request, folder, tally=None, stop_at=None):
    tally = tally or Tally()
    with Crew(ThreadPoolExecutor(1), lambda: 1) as hands:
        meter = RunMeter(display_for("x", quiet=True))
        follow = meter.follow

        def watch(counted):
            follow(counted)
            if counted.done == stop_at:
                hands.hooks.ask_to_stop()

        meter.follow = watch
        running = Simulator(request, folder, hands, meter, tally)
        return Regimes(request, lambda line: None).find(running)


@pytest.fixture(scope="module")
def found(asked, jobs):
    return found_by(asked, jobs)


def test_regimes_that_were_stopped_go_on_to_the_same_bytes(asked, found, tmp_path):
    with pytest.raises(Interrupted):
        found_by(asked, tmp_path, stop_at=30)
    kept = len(list(tmp_path.glob("*.npz")))
    assert 30 <= kept < 34  # what was under way ends
    tally = Tally()
    again = found_by(asked, tmp_path, tally)
    assert (tally.kept, tally.done) == (kept, 72 - kept)
    assert summary_text(summary(again)) == summary_text(summary(found))


@pytest.fixture(scope="module")
def finished(asked, jobs, found, tmp_path_factory):
    """Return the root of results of a whole session; its jobs are kept ones, in one process."""
    root = tmp_path_factory.mktemp("results")
    (root / "tiny").mkdir()
    identity = Place(root / "tiny", "regimes", asked.hash, "").identity
    (root / "tiny" / "provenance.json").write_text(json.dumps(identity))
    (root / "tiny" / "jobs").symlink_to(jobs)
    assert session.run(asked, root=root, workers=1, quiet=True) == 0
    return root


def test_a_session_leaves_tables_figures_and_page(asked, finished, found):
    folder = finished / "tiny"
    assert (folder / "summary.json").read_text() == summary_text(summary(found))
    rows = list(csv.DictReader((folder / "scenarios.csv").read_text().splitlines()))
    assert len(rows) == 36 * 2
    assert {"workload", "loss", "abandonment", "best for the staff"} <= set(rows[0])
    for name in ("regime_map", "regret"):
        for ending in ("svg", "png", "csv"):
            assert (folder / "figures" / f"{name}.{ending}").stat().st_size > 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Does &lt;it&gt; work?" in page
    assert not re.search(r'(src|href)="https?:', page), "fetches something"
    assert "{{" not in page
    assert not re.search(r"\bnan\b", re.sub(r"<svg.*?</svg>", "", page, flags=re.S))
    for sentence in json.loads((folder / "summary.json").read_text())["lead"]:
        assert sentence in page
    for party in asked.parties:
        assert f"Best for {party}" in page
    assert "How robust a choice is" in page and "What to measure next" in page
    note = json.loads((folder / "provenance.json").read_text())
    assert (note["state"], note["kind"]) == ("complete", "regimes")
    assert load_request(folder / "config.toml").hash == note["config_hash"]


def test_a_folder_of_something_else_is_refused_and_left(finished, file):
    before = (finished / "tiny" / "config.toml").read_bytes()
    with pytest.raises(RequestError, match="another config of that name"):
        session.run(load_request(file, ["seed=5"]), root=finished, workers=1, quiet=True)
    assert (finished / "tiny" / "config.toml").read_bytes() == before


def test_a_dry_run_tells_and_writes_nothing(asked, tmp_path, capsys):
    assert session.run(asked, root=tmp_path, dry_run=True) == 0
    told = capsys.readouterr().out
    assert "kinds of centre: 36 points; 2 replications of 2 policies" in told
    assert "72 jobs" in told
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_processes_find_the_same(asked, found, tmp_path):
    assert session.run(asked, root=tmp_path, workers=2, quiet=True) == 0
    assert (tmp_path / "tiny" / "summary.json").read_text() == summary_text(summary(found))
