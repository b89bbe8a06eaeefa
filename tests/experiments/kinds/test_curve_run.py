"""A curve from its file to its page, for real: kept, resumed, refused, always the same."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sim
from experiments import registry
from experiments.branching import GAINS, NAMES, branches
from experiments.branching_plain import AGAINST_NEUTRAL, plain_branches
from experiments.command.progress import Silence
from experiments.errors import RequestError
from experiments.kinds.curve import session
from experiments.kinds.curve.request import load_request
from experiments.kinds.folder import Place
from experiments.store import parquet
from sim.policy import Handling, Policy

TINY = """
name = "tiny-curve"
question = "Does <it> work?"
kind = "curve"
warmup_days = 14
days = 21
replications = 6
measures = ["loyalty", "exhaustion", "cost_per_contact"]
base = "balanced"

[[sweep]]
parameter = "handling.generosity"
points = 3

[refine]
points = 6
at_once = 2

[centre]
customers = 600
seats = 2
team_size = 2
"""

SAME = ("curves.csv", "peaks.csv", "crossings.csv", "steps.csv", "summary.json", "config.toml")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path


def run(file, root, *overrides, **options):
    """Run it on one process of this machine, silently."""
    said = []
    given = {"root": root, "workers": 1, "say": said.append, "quiet": True, **options}
    return session.run(load_request(file, overrides), **given), said


@pytest.fixture(scope="module")
def done(file, tmp_path_factory):
    """Return the folder of a curve that came to its end undisturbed."""
    root = tmp_path_factory.mktemp("done")
    status, _ = run(file, root)
    assert status == 0
    return root / "tiny-curve"


def files_of(folder):
    found = {name: (folder / name).read_bytes() for name in SAME}
    figures = sorted((folder / "figures").iterdir())
    return found | {f"figures/{path.name}": path.read_bytes() for path in figures}


def test_a_curve_leaves_its_values_tables_figures_and_page(done):
    columns = parquet.read([done / "values.parquet"])
    summary = json.loads((done / "summary.json").read_text())
    (x,) = summary["points"]
    assert 3 < len(x) <= 6  # points were added, and no more than there may be
    assert {0.0, 0.5, 1.0} <= set(x)
    assert len(columns["x"]) == len(x) * 6  # one period: no year is whole
    assert set(NAMES) <= set(columns)
    page = (done / "report.html").read_text("utf-8")
    assert "Does &lt;it&gt; work?" in page and "<svg" in page
    assert not re.search(r"(src|href|url\()=?\"?http", page)  # nothing is fetched
    provenance = json.loads((done / "provenance.json").read_text())
    assert (provenance["kind"], provenance["state"]) == ("curve", "complete")
    assert provenance["counts"]["failed"] == 0
    again = load_request(done / "config.toml")
    assert again.hash == provenance["config_hash"]


def test_a_value_is_what_the_model_gives_for_that_policy(done, file):
    """Nothing but the model stands between a point and its value."""
    request = load_request(file)
    start = sim.warm_up(request.centre, request.policies["neutral"], days=14, seed=2026)
    start = sim.with_neutral_run(start, request.policies["neutral"], days=21)
    base = request.policies["balanced"]
    handling = base.handling.model_copy(update={"generosity": 1.0})
    policy = Policy(handling=handling, support=base.support)
    outcome = sim.simulate(request.centre, policy, days=21, seed=2026, start=start)
    columns = parquet.read([done / "values.parquet"])
    (row,) = np.flatnonzero((columns["x"] == 1.0) & (columns["replication"] == 1))
    wanted = outcome.measures()
    for name in NAMES:
        if name not in GAINS:
            np.testing.assert_equal(columns[name][row], wanted[name], err_msg=name)


def test_the_neutral_policy_gains_nothing(tiny):
    neutral = Policy(handling=Handling(boundary=0.7))
    given = {"neutral": neutral.model_dump(), "warmup_days": 10, "days": 20, "seed": 3}
    found = branches(tiny.model_dump(), {"same": neutral.model_dump()}, **given, replication=1)
    gains = found["same"][0, [NAMES.index(name) for name in GAINS]]
    assert np.all((gains == 0.0) | np.isnan(gains))


def test_without_the_neutral_run_all_but_what_needs_it_is_the_same(tiny):
    """Leaving out what nobody asked for changes nothing else, to the last bit."""
    policies = {"same": Policy().model_dump(), "firm": Policy(handling=Handling(boundary=1.0))}
    policies["firm"] = policies["firm"].model_dump()
    given = {"neutral": Policy().model_dump(), "warmup_days": 10, "days": 20, "seed": 3}
    full = branches(tiny.model_dump(), policies, **given, replication=2)
    plain = plain_branches(tiny.model_dump(), policies, **given, replication=2)
    against = [NAMES.index(name) for name in AGAINST_NEUTRAL]
    for name, values in full.items():
        assert np.isnan(plain[name][:, against]).all()
        expected = values.copy()
        expected[:, against] = np.nan
        np.testing.assert_array_equal(plain[name], expected)


def test_going_on_simulates_nothing_again_and_changes_nothing(done, file, capsys):
    """The command finds the kind by itself, and what has been simulated in its folder."""
    assert registry.kind_of(file) == "curve" and registry.kind_in(done) == "curve"
    before, jobs = files_of(done), set((done / "jobs").iterdir())
    options = {"root": done.parent, "workers": 1}
    assert registry.run_file("curve", file, [], "compiled", options) == 0
    assert files_of(done) == before
    assert set((done / "jobs").iterdir()) == jobs
    assert json.loads((done / "provenance.json").read_text())["counts"]["done"] == 0
    out = capsys.readouterr().out
    assert "Report: " in out and "points, of which 3 to begin with" in out
    with pytest.raises(RequestError, match="--engine"):
        registry.run_file("curve", file, [], "mesa", options)


class _Interrupting(Silence):
    """Gives the process a Ctrl-C when so many jobs have ended."""

    def __init__(self, after):
        self.left = after

    def show(self, meter):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("after", [8, pytest.param(2, marks=pytest.mark.slow)])
def test_interrupted_and_resumed_it_leaves_the_same_bytes(done, file, tmp_path, after, capsys):
    status, _ = run(file, tmp_path, display=_Interrupting(after))
    folder = tmp_path / "tiny-curve"
    assert status == 1 and "To go on" in capsys.readouterr().err
    assert json.loads((folder / "provenance.json").read_text())["state"] == "interrupted"
    assert not (folder / "report.html").exists()
    kept = len(list((folder / "jobs").glob("*.npz")))
    assert kept >= 1
    status, _ = run(file, tmp_path)
    assert status == 0 and files_of(folder) == files_of(done)
    sessions = json.loads((folder / "provenance.json").read_text())["sessions"]
    assert len(sessions) == 2


def test_a_folder_that_holds_something_else_is_refused(done, file, tmp_path):
    before = files_of(done)
    with pytest.raises(RequestError, match=r"another config.*--replace"):
        run(file, done.parent, "seed=7")
    assert files_of(done) == before
    stray = tmp_path / "tiny-curve"
    stray.mkdir()
    (stray / "thesis.txt").write_text("mine")
    with pytest.raises(RequestError, match="not empty"):
        run(file, tmp_path)
    assert [path.name for path in stray.iterdir()] == ["thesis.txt"]


@pytest.mark.slow
def test_what_is_replaced_is_moved_aside(file, tmp_path):
    few = ("replications=2", "refine.points=3")
    run(file, tmp_path, *few)
    before = files_of(tmp_path / "tiny-curve")
    status, said = run(file, tmp_path, "seed=7", *few, replace=True)
    assert status == 0 and any("is kept as tiny-curve.old-" in line for line in said)
    (old,) = tmp_path.glob("tiny-curve.old-*")
    assert files_of(old) == before


def test_a_dry_run_writes_nothing(file, tmp_path, capsys):
    status, _ = run(file, tmp_path / "out", dry_run=True)
    assert status == 0 and not (tmp_path / "out").exists()
    told = capsys.readouterr().out
    assert "3 to 6 points" in told and "Nothing was run or written" in told


def test_help_and_other_kinds_wait_for_nothing_heavy():
    code = (
        "import sys\n"
        "from experiments import registry\n"
        "registry.kind_of('curve-blend'), registry.kind_of('three-policies')\n"
        "heavy = {'scipy', 'numpy', 'numba', 'matplotlib', 'duckdb'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_a_place_is_known_again(tmp_path):
    place = Place(tmp_path / "x", "curve", "abc", "a = 1\n")
    place.open()
    assert place.obstacle() == ""
    assert "another kind" in Place(tmp_path / "x", "frontier", "abc", "").obstacle()
    assert "another config" in Place(tmp_path / "x", "curve", "abd", "").obstacle()
    assert Path(tmp_path / "x" / "config.toml").read_text() == "a = 1\n"
