"""The file of regimes: what is wrong is told at the door; what is plausible is found or told of."""

import json

import numpy as np
import pytest

from experiments.calibration.ensemble import Ensemble, save
from experiments.catalogue import shipped_configs
from experiments.errors import RequestError
from experiments.kinds.regimes.plan import plan_of, plausible
from experiments.kinds.regimes.session import Regimes, load_request, run

SMALL = """
name = "small"
kind = "regimes"
policies = ["always-right", "strict-boundaries"]
scenarios = 64
ensemble = ""
[kinds.honesty]
low = 0.3
high = 0.9
unit = "share"
[kinds.labour_market]
low = 0.3
high = 3.0
scale = "log"
label = "ease of finding other work"
[kinds.workload]
low = 0.5
high = 1.5
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def make_ensemble(folder, sets):
    made = Ensemble(sets, [{"S1": 0.5} for _ in sets], [() for _ in sets], 0, {"ranges": {}})
    save(made, folder, "ensemble")
    return folder


def test_every_mistake_is_told_at_once(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text(
        """
name = "wrong"
kind = "regimes"
policies = ["always-right", "always-right"]
scenarios = 3
rules_over = "everything"
[kinds.honestly]
low = 0.2
high = 0.9
[kinds.margin]
low = 0.9
high = 0.2
[kinds.workload]
low = 0.5
high = 50.0
[parties]
"the staff" = "exhaustoin"
"the boss" = "occupancy"
[[targets]]
measure = "loyality"
least = 0.5
[[targets]]
measure = "loyalty"
""",
        encoding="utf-8",
    )
    with pytest.raises(RequestError) as told:
        load_request(path)
    text = "\n".join(told.value.messages)
    for part in (
        "each policy once",
        "scenarios: given 3; allowed: a whole number from 30",
        'rules_over: given "everything"',
        "kinds.margin: low (0.9) must lie below high (0.2)",
        'the nearest is "exhaustion"',
        '"occupancy"; it has no better side',
        'measure: given "loyality"',
        "targets[1]: least or most is needed",
    ):
        assert part in text, f"{part}\n---\n{text}"


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("map=['honesty','temper']", "no parameter of kinds"),
        ("map=['honesty','honesty']", "two different ones"),
        ("rules_over=all", "nothing varies but kinds"),
        ("kinds.workload.high=50.0", "allowed: within 0.2 to 5"),
        ("kinds.honestly.low=0.1", "kinds.honestly.high: missing"),
        ("kinds.honesty.high=1.5", "plausible range"),
        ("targets=[{measure='loyalty',least=0.5},{measure='loyalty',most=0.9}]", "twice"),
        ("targets=[{measure='loyalty',least=0.9,most=0.5}]", "must not lie above"),
    ],
)
def test_keys_that_do_not_go_together_are_told(file, change, part):
    with pytest.raises(RequestError) as told:
        load_request(file, [change])
    assert part in str(told.value)


def test_what_is_written_asks_for_the_same(file, tmp_path):
    sets = ["targets=[{measure='loyalty',least=0.5}]", "map=['workload','honesty']"]
    request = load_request(file, sets)
    again = tmp_path / "again.toml"
    again.write_text(request.text(), encoding="utf-8")
    read = load_request(again)
    assert (read.hash, read.text()) == (request.hash, request.text())
    assert (read.parties, read.measures) == (request.parties, request.measures)
    assert request.measures == ("loyalty", "exhaustion", "profit_per_customer")


def test_a_missing_ensemble_is_told_with_both_ways_out(file, tmp_path):
    request = load_request(file, ["ensemble=nobody"])
    with pytest.raises(RequestError) as told:
        run(request, root=tmp_path, workers=1)
    for part in ('"nobody"', "frontline calibrate --keep", "[vary]"):
        assert part in str(told.value)
    assert not (tmp_path / "small").exists()
    with pytest.raises(RequestError, match="one of the two"):
        load_request(file, ["ensemble=nobody", "vary.reach=0.2"])


def test_kinds_of_centre_lie_around_plausible_sets_each_as_often(file, tmp_path):
    sets = [{"drain": 0.01 + 0.001 * n, "honesty": 0.5} for n in range(8)]
    folder = make_ensemble(tmp_path / "own", sets)
    request = load_request(file, [f"ensemble={folder}"])
    found = plausible(request)
    plan = plan_of(request, found)
    drains = [point["drain"] for point in plan.points]
    assert all(drains.count(each["drain"]) == 8 for each in sets)
    # What kinds differ in goes before what a set says of it.
    assert len({point["honesty"] for point in plan.points}) == 64
    assert [factor.name for factor in plan.kinds.factors] == list(request.kinds)
    assert "drain" in [factor.name for factor in plan.everything.factors]
    for factor, column in zip(plan.kinds.factors, plan.kinds.points.T, strict=True):
        assert factor.low <= column.min() < column.max() <= factor.high
        # A Sobol' design: every eighth of a range, on its scale, has its share (three digits kept).
        counts = np.histogram(factor.scaled(column), 8, (0.0, 1.0))[0]
        assert counts.min() >= 6
    assert plan_of(request, found).points == plan.points


def test_other_sets_are_other_results(file, tmp_path):
    one = make_ensemble(tmp_path / "own", [{"drain": 0.01}])
    request = load_request(file, [f"ensemble={one}"])
    before = Regimes(request, print).hash
    make_ensemble(tmp_path / "own", [{"drain": 0.02}])
    assert Regimes(request, print).hash != before
    assert json.dumps(before)


def test_ranges_of_ones_own_vary_beside_the_kinds(file):
    request = load_request(file, ["vary.parameters=['drain','temper','honesty']"])
    plan = plan_of(request, plausible(request))
    names = [factor.name for factor in plan.everything.factors]
    assert names == ["honesty", "labour_market", "workload", "temper", "drain"] or set(names) == {
        "honesty",
        "labour_market",
        "workload",
        "drain",
        "temper",
    }
    assert len(plan.kinds.factors) == 3


@pytest.mark.parametrize("name", [n for n in shipped_configs() if n.startswith("regimes")])
def test_what_is_shipped_can_be_asked_for(name):
    request = load_request(name)
    assert request.name == name
    assert request.question
    if not request.ensemble:
        assert len(plan_of(request, None).points) == request.scenarios
