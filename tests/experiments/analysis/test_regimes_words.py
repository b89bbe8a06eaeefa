"""Rules are told with their units, and no limit is moved by its rounding."""

import math

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from experiments.analysis.regimes.box import everything
from experiments.analysis.regimes.discovery import discover
from experiments.analysis.regimes.scenarios import Factor, Scenarios, given
from experiments.analysis.regimes.tree import tree
from experiments.analysis.regimes.words import (
    condition,
    in_words,
    limit,
    of_boxes,
    of_tree,
    percent,
)

CLAIMS = Factor("claims", 0.0, 0.4, unit="share", label="unreasonable claims", plural=True)
SEATS = Factor("seats", 5, 500, unit="seats", scale="log", whole=True, label="the size")
MARKET = Factor("market", categories=("tight", "loose", "odd"), label="the market")
WAIT = Factor("patience_min", 0.5, 20.0, unit="min", scale="log")


@pytest.mark.parametrize(
    ("factor", "low", "high", "kept", "text"),
    [
        (CLAIMS, -math.inf, 0.1213, None, "unreasonable claims are below 12 %"),
        (CLAIMS, 0.1213, math.inf, None, "unreasonable claims are above 12 %"),
        (CLAIMS, 0.1213, 0.3029, None, "unreasonable claims are between 12 % and 30 %"),
        (CLAIMS, -1.0, 2.0, None, ""),
        (SEATS, -math.inf, 47.5, None, "the size is at most 47 seats"),
        (SEATS, 47.5, math.inf, None, "the size is at least 48 seats"),
        (SEATS, 47.5, 1000.0, None, "the size is at least 48 seats"),
        (SEATS, 10.2, 11.9, None, "the size is 11 seats"),
        (SEATS, 1000.5, 2000.0, None, "the size is at least 1,001 seats"),
        (MARKET, -math.inf, math.inf, (0, 2), "the market is not loose"),
        (MARKET, -math.inf, math.inf, (1,), "the market is loose"),
        (WAIT, 3.456, math.inf, None, "patience min is above 3.5 min"),
    ],
)
def test_conditions(factor, low, high, kept, text):
    assert condition(factor, low, high, kept) == text


def test_a_box_is_its_conditions():
    box = everything(3).limited(0, high=0.12).limited(2, kept=(0,))
    factors = (CLAIMS, SEATS, MARKET)
    assert in_words(box, factors) == "unreasonable claims are below 12 % and the market is tight"
    assert in_words(everything(3), factors) == ""


@drawn(st.floats(0.5, 20.0))
def test_rounding_moves_a_limit_by_a_hundredth_of_the_range_at_most(value):
    said = float(limit(WAIT, value).removesuffix(" min"))
    assert abs(math.log(said / value)) <= 0.0101 * math.log(20.0 / 0.5)
    share = Factor("x", 0.0, 20.0, unit="share")
    said = float(limit(share, value).removesuffix(" %").replace(",", "")) / 100.0
    assert abs(said - value) <= 0.0101 * 20.0


def test_shares_claim_no_certainty():
    assert [percent(each) for each in (0.0, 0.001, 0.5, 0.999, 1.0)] == [
        "0 %",
        "under 1 %",
        "50 %",
        "over 99 %",
        "100 %",
    ]


def example():
    rng = np.random.default_rng(1)
    n = 600
    points = np.column_stack([0.4 * rng.random(n), np.round(5 * 100 ** rng.random(n))])
    scenarios = Scenarios((CLAIMS, SEATS), points)
    leader = (points[:, 0] > 0.12).astype(int)
    names = ("gentle", "firm")
    return scenarios, given("staff", names, leader, np.full(n, 3.0), np.ones(n, bool)), leader


def test_a_tree_is_told_with_its_exceptions_and_honest_errors():
    scenarios, winners, leader = example()
    found = tree(scenarios, winners, 1)
    text = of_tree(found, scenarios.factors, "the staff", str.title)
    often = percent(leader.mean())
    assert text.startswith(f"Best for the staff is Firm in {often} of 600 kinds of centre: unless ")
    assert "unless unreasonable claims are below 12 %, where it is Gentle (in " in text
    assert "On centres that they were not made from these rules are wrong in " in text
    assert f"naming Firm always in {percent(1 - leader.mean())}." in text


def test_where_there_is_no_rule_none_is_told():
    scenarios, winners, _ = example()
    rng = np.random.default_rng(2)
    mixed = given("staff", winners.policies, rng.permutation(winners.leader), *[np.ones(600)] * 2)
    text = of_tree(tree(scenarios, mixed, 1), scenarios.factors, "the staff")
    assert text.endswith("no rule was found that tells better when it is not.")
    text = of_boxes([], scenarios.factors, "firm", "the staff", 0.7, 600)
    assert text.endswith("nothing beyond chance was found that they have in common.")


def test_boxes_are_told_with_coverage_and_density():
    scenarios, winners, _ = example()
    target = winners.is_best("gentle")
    found = discover(scenarios, target, 1, permutations=19)
    text = of_boxes(found, scenarios.factors, "gentle", "the staff", target.mean(), 600)
    first = found[0].whole
    assert f"in {percent(first.density)} of the {first.count:,} where unreasonable claims" in text
    assert f"which holds {percent(first.coverage)} of such cases" in text
