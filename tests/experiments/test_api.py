"""The laboratory from Python: as short as the command, with the same rows."""

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import experiments
from experiments import conclusion, session
from experiments.analysis.headlines import HEADLINES
from experiments.api import _inline, _plain, experiment_of
from experiments.config import load_experiment
from experiments.errors import RequestError
from experiments.store.units import unit_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def found(tmp_path_factory, tiny_text):
    """Return what the tiny experiment found, with more replications."""
    config = tomllib.loads(tiny_text) | {"replications": 6}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conclusion, "write_report", lambda *given: None)
        return experiments.run(config, out=tmp_path_factory.mktemp("out"), quiet=True)


def test_a_file_a_name_a_dict_and_an_experiment_ask_for_the_same(tiny_file, tiny_text):
    by_file = load_experiment(tiny_file)
    assert experiment_of(str(tiny_file)) == experiment_of(tiny_file) == by_file
    assert experiment_of(tomllib.loads(tiny_text)) == by_file
    assert experiment_of(by_file) is by_file
    assert experiment_of("classroom") == load_experiment("classroom")


def test_changes_are_made_by_key_or_as_the_command_takes_them(tiny_file):
    wanted = load_experiment(tiny_file, ["replications=4", "centre.seats=3", "seed=7"])
    for source in (tiny_file, load_experiment(tiny_file)):
        changed = experiment_of(
            source, ["seed=7"], {"replications": np.int64(4), "centre": {"seats": 3}}
        )
        assert changed.resolved() == wanted.resolved()
        assert (changed.centre, changed.replications, changed.seed) == (wanted.centre, 4, 7)


def test_tables_can_be_given_whole(tiny_file):
    precision = {
        "measure": "loyalty",
        "contrast": ("balanced", "always-right"),
        "half_width": 0.01,
    }
    timeline = [{"day": 5, "policy": "balanced", "of": "always-right"}]
    policy = {"firmer": {"base": "balanced", "generosity": 0.2, "title": 'the "firmer" one'}}
    asked = experiment_of(
        tiny_file,
        sets={
            "replications": 10,
            "precision": precision,
            "timeline": timeline,
            "policy": policy,
            "policies": ["always-right", "balanced", "firmer"],
        },
    )
    assert asked.precision[0].half_width == 0.01
    assert asked.timeline[0].day == 5
    assert asked.resolved()["firmer"].handling.generosity == 0.2
    assert asked.title_of("firmer") == 'the "firmer" one'


VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc_-9. ", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_every_value_stands_on_one_line_of_toml(value):
    text = f"value = {_inline(_plain(value))}"
    assert "\n" not in text
    assert tomllib.loads(text)["value"] == value


@pytest.mark.parametrize(
    ("source", "sets", "said"),
    [
        ({"name": "x"}, {}, "policies: missing"),
        ({"name": "x", "policies": ["balanced"], "seats": 1}, {}, "seats: no such key"),
        ("classroom", {"centre": {"seets": 3}}, 'centre.seets: no such key; the nearest is "seats'),
        ("clasroom", {}, 'the nearest is "classroom"'),
    ],
)
def test_mistakes_are_told_without_what_was_never_given(source, sets, said):
    with pytest.raises(RequestError) as caught:
        experiment_of(source, (), sets)
    assert said in str(caught.value)
    assert "--set" not in str(caught.value) and "experiment.toml" not in str(caught.value)


def test_rows_are_those_of_the_command(found, tiny_file, tmp_path, monkeypatch):
    monkeypatch.setattr(conclusion, "write_report", lambda *given: None)
    experiment = load_experiment(tiny_file, ["replications=6"])
    folder = session.run(experiment, root=tmp_path, workers=1, say=lambda line: None).folder
    rows = pd.DataFrame(dict(folder.runs()))
    pd.testing.assert_frame_equal(
        found.runs(), rows, check_dtype=False, check_index_type=False, check_column_type=False
    )


def test_contrasts_are_paired_differences_with_their_unit(found):
    runs = found.runs().pivot(index="replication", columns="policy", values="loyalty")
    difference = runs["balanced"] - runs["always-right"]
    table = found.contrasts()
    row = table[(table.measure == "loyalty") & (table.period == "whole")].iloc[0]
    assert (row.a, row.b, row.n, row.unit) == ("balanced", "always-right", 6, "0-1")
    assert row["mean"] == pytest.approx(difference.mean())
    assert row.low < row["mean"] < row.high
    assert set(table.measure) == set(HEADLINES)
    assert set(found.contrasts("wait").measure) == {"wait"}
    assert len(set(found.contrasts("all").measure)) > len(HEADLINES)
    with pytest.raises(RequestError, match="loyalty"):
        found.contrasts("lojalty")


def test_means_best_and_pairing_are_tables(found):
    means = found.means("loyalty")
    assert set(means.policy) == {"always-right", "balanced"}
    assert means["mean"].notna().all() and set(means.unit) == {"0-1"}
    best = found.best()
    shares = best.groupby(["measure", "period"]).share_of_replications.sum()
    np.testing.assert_allclose(shares[shares > 0], 1.0)
    assert {"variance_ratio", "independent_n"} <= set(found.pairing())
    assert found.precision().empty


def test_rows_carry_units(found):
    for frame in (found.runs(), found.series(), found.careers()):
        assert len(frame)
        for name, unit in frame.attrs["units"].items():
            assert unit == unit_of(name) and name in frame.columns
    assert found.runs().attrs["units"]["profit"] == "price/day"


def test_sql_gives_a_frame(found):
    frame = found.query("SELECT policy, count(*) AS n FROM runs GROUP BY policy ORDER BY policy")
    assert frame.to_dict("list") == {"policy": ["always-right", "balanced"], "n": [6, 6]}
    with pytest.raises(RequestError):
        found.query("DROP TABLE runs")
    with pytest.raises(RequestError, match="log_contacts"):
        found.contacts()


def test_words_and_figures(found):
    assert "Balanced against Always right" in found.verdict()
    picture = found.figure("trade-off")
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert {"policy", "measure", "mean"} <= set(picture.data)
    assert picture.matplotlib().axes
    assert "n = 6" in picture.caption and picture.title in repr(picture)
    with pytest.raises(RequestError, match="trade-off"):
        found.figure("trade-of")
    assert "6 replications" in repr(found)
    assert "Does &lt;it&gt; work?" in found._repr_html_()


def test_results_are_opened_again(found, tmp_path):
    again = experiments.open("tiny", found.folder.parent)
    pd.testing.assert_frame_equal(again.contrasts(), found.contrasts())
    assert again.report == found.folder / "report.html"
    assert again.failures == ()
    with pytest.raises(RequestError, match="no results of 'nothing'"):
        experiments.open("nothing", tmp_path)


def test_an_interrupt_keeps_what_is_done_and_goes_on_to_the_caller(
    make_tiny, tmp_path, monkeypatch, capsys
):
    import sim

    simulate, calls = sim.simulate, []

    def interrupted_once(*args, **rest):
        calls.append(rest)
        if len(calls) == 5:
            signal.raise_signal(signal.SIGINT)
        return simulate(*args, **rest)

    monkeypatch.setattr(sim, "simulate", interrupted_once)
    monkeypatch.setattr(conclusion, "write_report", lambda *given: None)
    with pytest.raises(KeyboardInterrupt):
        experiments.run(make_tiny("replications=200"), out=tmp_path, workers=1, quiet=True)
    assert "the same call goes on" in capsys.readouterr().err
    assert 0 < len(experiments.open("tiny", tmp_path).runs()) < 400


def test_importing_the_package_imports_nothing():
    code = (
        "import sys, experiments\n"
        "heavy = {'numpy', 'pandas', 'duckdb', 'pydantic', 'rich', 'experiments.api'}\n"
        "assert 'run' in experiments.__all__\n"
        "assert not hasattr(experiments, 'nothing')\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
