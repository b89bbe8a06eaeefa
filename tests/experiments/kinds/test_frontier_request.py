"""The file of a frontier: what is wrong is told at the door, all of it at once."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.errors import RequestError
from experiments.kinds.frontier.dimensions import DIMENSIONS, Space, value_of
from experiments.kinds.frontier.objectives import COST, column
from experiments.kinds.frontier.request import load_request
from sim.policy import Handling, Policy, Support, blend

SHIPPED = ("frontier-classroom", "frontier-handling", "frontier-handling-and-support")

GOOD = """
name = "small"
kind = "frontier"
policies = ["always-right", "mine"]
base = "mine"
days = 30
warmup_days = 10
replications = 3

[search]
runs = 60
most = 5

[dimension]
boundary = { low = 0, high = 1 }
tolerated_abuse = { low = 0.0, high = "never" }
emotional_support = { low = 0.2, high = 0.8 }

[policy.mine]
base = "balanced"
listening = 0.5
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def messages(tmp_path: Path, text: str, *sets: str) -> list[str]:
    with pytest.raises(RequestError) as refused:
        load_request(written(tmp_path, text), sets)
    return refused.value.messages


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_can_be_read(name):
    request = load_request(name)
    assert request.name == name
    assert len(request.named) == 3


def test_what_is_written_out_asks_for_the_same(tmp_path):
    request = load_request(written(tmp_path, GOOD))
    again = load_request(written(tmp_path, request.text()))
    assert again.hash == request.hash
    assert again.text() == request.text()
    assert again.named == request.named
    assert again.space == request.space


def test_words_do_not_change_what_is_asked_but_numbers_do(tmp_path):
    request = load_request(written(tmp_path, GOOD))
    asked = load_request(written(tmp_path, GOOD), ["question=Why?", "name=other"])
    assert asked.hash == request.hash
    for change in ("seed=3", "search.runs=80", "dimension.boundary.high=0.9", "centre.seats=4"):
        assert load_request(written(tmp_path, GOOD), [change]).hash != request.hash, change
    other = GOOD.replace("listening = 0.5", "listening = 0.6")
    assert load_request(written(tmp_path, other)).hash != request.hash


def test_every_mistake_is_told_at_once_with_its_key(tmp_path):
    text = (
        GOOD.replace('"always-right", "mine"', '"alway-right", "mine"')
        .replace('base = "mine"', 'base = "mime"')
        .replace("boundary =", "boundery =")
        .replace("high = 0.8", "high = 1.8")
        .replace("runs = 60", 'runs = "many"')
        .replace("days = 30", 'days = 30\nperiod = "year_3"\nobjectives = ["loyalty", "csatt"]')
    )
    found = "\n".join(messages(tmp_path, text + "\n[slack]\nloyalty = -1\n"))
    for part in (
        'policies[0]: given "alway-right"',
        'the nearest is "always-right"',
        'base: given "mime"',
        'dimension["boundery"]: given "boundery"',
        'the nearest is "boundary"',
        "dimension[emotional_support].high: given 1.8; allowed: a number from 0 to 1",
        "search.runs",
        'period: given "year_3"; allowed: "whole"',
        "objectives[1]: allowed: cost, csat",
        'the nearest is "csat"',
    ):
        assert part in found, part
    assert all("small.toml: " in line for line in found.splitlines())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("dimension.boundary.low=1.0", "low (1) must lie below high (1)"),
        ("dimension.boundary.high=never", 'given "never"; allowed: a number from 0 to 1'),
        ("dimension.boundary.high=true", "given true"),
        ("dimension.boundary={low=0}", "missing"),
        ("search.runs=20", "search.runs: given 20; allowed: enough for 7 policies"),
        ("search.most=2", "search.most: given 2; allowed: no less than the 3 replications"),
        ("search.method=nsga", '"design", "nsga2" or "nsga3"'),
        ('objectives=["loyalty"]', "given 1; allowed: two to four"),
        ('objectives=["loyalty", "loyalty"]', "each once"),
        ('objectives=["loyalty", "occupancy"]', "has no better side"),
        ("slack.loyalty=-0.1", "allowed: from 0 up"),
        ("slack.loyality=0.1", 'the nearest is "loyalty"'),
        ("reference.loyalty=0.1", "missing; allowed: a number for every objective"),
        ("kind=frontiers", '"frontier"'),
        ("centre.seats=none", "centre.seats"),
    ],
)
def test_a_mistake_is_told_with_what_is_allowed(tmp_path, change, said):
    found = messages(tmp_path, GOOD, change)
    assert len(found) == 1, found
    assert said in found[0]


def test_a_point_of_the_cube_is_a_policy_and_back(tmp_path):
    space = load_request(written(tmp_path, GOOD)).space
    low, high = space.policy(np.zeros(3)), space.policy(np.ones(3))
    assert (low.handling.boundary, high.handling.boundary) == (0.0, 1.0)
    assert (low.handling.tolerated_abuse, high.handling.tolerated_abuse) == (0.0, math.inf)
    assert (low.support.emotional_support, high.support.emotional_support) == (0.2, 0.8)
    # All else is the base's, and turns are spaced as policies are blended.
    assert low.handling.listening == high.handling.listening == 0.5
    middle = space.policy(np.full(3, 0.5)).handling.tolerated_abuse
    assert middle == pytest.approx(blend(low, high, 0.5).handling.tolerated_abuse)


@given(st.lists(st.floats(0.0, 1.0), min_size=20, max_size=20))
def test_every_point_of_the_cube_is_a_policy_that_is_found_again(shares):
    ends = {name: (0.0, 1.0) for name in DIMENSIONS}
    ends |= {"tolerated_abuse": (0.0, math.inf), "target_aht": (0.5, math.inf)}
    space = Space(Policy(handling=Handling(), support=Support()), ends)
    point = np.array(shares)
    policy = space.policy(point)
    for name, (low, high) in ends.items():
        assert low <= value_of(policy, name) <= high
    np.testing.assert_allclose(space.nearest(policy), point, atol=1e-6)


def test_what_lies_beyond_the_ends_is_nearest_at_an_end(tmp_path):
    request = load_request(written(tmp_path, GOOD), ["dimension.boundary.low=0.4"])
    kind = request.named["always-right"]
    assert kind.handling.boundary < 0.4
    np.testing.assert_allclose(request.space.nearest(kind)[:2], [0.0, 1.0])


def test_cost_is_all_that_is_paid_by_a_customer():
    values = {"account_compensation": np.array([-2.0]), "account_wages": np.array([-3.0])}
    nothing = np.zeros(1)
    assert column(COST, lambda name: values.get(name, nothing)) == pytest.approx([5.0])
    # What is earned and what goods cost is no cost of handling.
    for name in ("account_sales", "account_goods"):
        values[name] = np.array([100.0])
    assert column(COST, lambda name: values.get(name, nothing)) == pytest.approx([5.0])
