"""Switches of policy: told by their numbers, against the same branch unchanged, in the report."""

import json

import numpy as np
import pytest

from experiments import session
from experiments.analysis.results import Results
from experiments.analysis.switching import switched, switches_of, unchanged_of

WEEKS = 60
DAY = 140  # the end of week 20


def results_of(policies, responses, replications=12, seed=4):
    """Return runs whose weekly loyalty differs by ``responses[policy](weeks since the switch)``.

    ``policies`` gives each name its number and its switches.
    """
    rng = np.random.default_rng(seed)
    weeks = np.arange(-3, WEEKS + 1)
    common = rng.normal(0.6, 0.1, (replications, len(weeks)))
    runs = {name: [] for name in ("policy", "policy_order", "replication", "switches")}
    runs |= {"handling_boundary": [], "support_training": [], "days": [], "error": []}
    series = {name: [] for name in ("policy", "replication", "week", "loyalty")}
    for order, (policy, (number, switches)) in enumerate(policies.items()):
        for row in range(replications):
            runs["policy"].append(policy)
            runs["policy_order"].append(order)
            runs["replication"].append(row + 1)
            runs["switches"].append(json.dumps(switches) if switches else "")
            runs["handling_boundary"].append(number)
            runs["support_training"].append(0.5)
            runs["days"].append(7 * WEEKS)
            runs["error"].append("")
            since = weeks - 0.5 - DAY / 7
            effect = np.where(since > 0.0, responses.get(policy, lambda t: 0.0 * t)(since), 0.0)
            noise = np.where(since > 0.0, rng.normal(0.0, 0.002, len(weeks)), 0.0)
            series["policy"] += [policy] * len(weeks)
            series["replication"] += [row + 1] * len(weeks)
            series["week"] += weeks.tolist()
            series["loyalty"] += (common[row] + effect + (noise if switches else 0.0)).tolist()
    return Results(
        {name: np.array(column) for name, column in runs.items()},
        series={name: np.array(column) for name, column in series.items()},
    )


def to(number):
    return [{"day": DAY, "handling": {"boundary": number}, "support": {}}]


def test_a_switch_is_held_against_the_same_policy_unchanged_whatever_its_name():
    policies = {"b": (0.5, []), "zz": (0.1, []), "moves": (0.1, to(0.5)), "a": (0.1, to(0.9))}
    results = results_of(policies, {"moves": lambda t: 0.05 * (1.0 - np.exp(-t / 8.0))})
    assert list(switches_of(results)) == ["moves", "a"]
    assert unchanged_of(results, "moves") == "zz"
    found = {each.policy: each for each in switched(results)}
    moves = found["moves"].responses["loyalty"]
    assert found["moves"].day == DAY
    # Before the switch both are one centre under one chance.
    assert moves.before == 0.0
    assert moves.final.low <= 0.05 <= moves.final.high + 0.002
    # Half of the effect is there after 8 ln 2 = 5.5 weeks; noise reaches it a little earlier.
    assert moves.half.first == pytest.approx(8.0 * np.log(2.0), abs=0.5)
    assert not found["a"].responses["loyalty"].lasts


def test_a_dip_before_the_gain_is_found():
    def dips(t):
        return 0.05 * (1.0 - np.exp(-t / 8.0)) - 0.1 * (t / 3.0) * np.exp(-t / 3.0)

    results = results_of({"x": (0.1, []), "y": (0.1, to(0.5))}, {"y": dips})
    (only,) = switched(results)
    dip = only.responses["loyalty"].dip
    t = np.linspace(0.0, 10.0, 1000)
    assert dip.verdict == "dips" and dip.low <= -dips(t).min() <= dip.high
    assert abs(dip.when - t[np.argmin(dips(t))]) < 1.5


def test_without_the_same_branch_unchanged_nothing_is_said():
    results = results_of({"x": (0.2, []), "y": (0.1, to(0.5))}, {})
    assert unchanged_of(results, "y") is None
    assert switched(results) == ()


TIMELINE = """
[policy.stay]
base = "always-right"
[policy.go]
base = "always-right"
[[timeline]]
of = "go"
day = 21
policy = "balanced"
"""


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ('["stay", "go"]', ["Switching from Always right to Balanced", "half of it first after"]),
        pytest.param(
            '["balanced", "go"]',
            ["there is nothing to hold the switch against"],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_report_tells_what_a_switch_does(tiny_text, tmp_path, policies, words):
    from experiments.config import load_experiment

    path = tmp_path / "tiny.toml"
    text = tiny_text.replace('["always-right", "balanced"]', policies).replace(
        "days = 21", "days = 84"
    )
    path.write_text(text + TIMELINE, encoding="utf-8")
    finished = session.run(load_experiment(path), root=tmp_path, workers=1, say=lambda line: None)
    page = (finished.folder.path / "report.html").read_text("utf-8")
    assert "What a switch does" in page
    assert all(word in page for word in words)
    drawn = {path.name for path in finished.folder.figures.glob("response-*")}
    expected = {f"response-go.{kind}" for kind in ("svg", "png", "csv")}
    assert drawn == (expected if "Switching" in words[0] else set())
