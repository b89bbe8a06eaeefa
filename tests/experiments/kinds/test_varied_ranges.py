"""Ranges of parameters: the most particular source goes first, nothing leaves what is plausible."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from experiments.calibration.request import load_calibration
from experiments.claims.sets import _between
from experiments.errors import RequestError
from experiments.kinds.varied.ranges import (
    DEMAND,
    SIZE,
    YARDSTICKS,
    Vary,
    flat,
    kinds_mistakes,
    numbers,
    reached,
)
from experiments.kinds.varied.request import LEAST_REPLICATIONS
from experiments.kinds.varied.simulating import changed, check_points
from sim.parameters import Centre

ROWS = [row for row in numbers().values() if row.low < row.high]


@given(st.sampled_from(ROWS), st.floats(0.01, 1.0), st.floats(0.0, 1.0))
def test_a_range_holds_its_middle_and_stays_plausible(row, reach, at):
    middle = row.low + at * (row.high - row.low)
    found = reached(row, middle, reach)
    if found is None:  # a whole number that does not move
        assert type(row.default) is int
        return
    assert row.low <= found.low < found.high <= row.high
    # Six digits are kept.
    assert found.low <= middle * (1 + 1e-5) + 1e-9 or middle < 0
    assert found.high >= middle * (1 - 1e-5) - 1e-9 or middle < 0


@given(st.sampled_from(ROWS), st.floats(0.05, 0.5))
def test_more_reach_is_a_wider_range_up_to_the_whole_one(row, reach):
    whole = reached(row, row.default, 1.0)
    assert (whole.low, whole.high) == pytest.approx((row.low, row.high), rel=1e-5)
    narrow, wide = reached(row, row.default, reach), reached(row, row.default, 2.0 * reach)
    if narrow is not None:
        assert wide.low <= narrow.low and narrow.high <= wide.high


def test_the_most_particular_source_of_a_range_goes_first():
    drawn = load_calibration().ranges
    name, other = "drain", "loss_aversion"
    own = {"low": 0.01, "high": 0.02}
    vary = Vary.model_validate({"parameters": (name, other, "margin"), "range": {name: own}})
    found = vary.ranges(Centre())
    assert (found[name].low, found[name].high) == (0.01, 0.02)
    assert found[other] == drawn[other]
    assert "margin" not in drawn
    assert found["margin"] == reached(numbers()["margin"], Centre().margin, vary.reach)
    loose = Vary(parameters=(other,), calibrated=False).ranges(Centre())
    assert loose[other] != drawn[other]


def test_all_parameters_vary_but_size_yardsticks_and_switches():
    found = Vary().ranges(Centre())
    assert not set(found) & {*SIZE, *YARDSTICKS}
    switches = {name for name, value in flat(Centre()).items() if isinstance(value, bool)}
    assert switches and not switches & set(found)
    still = set(numbers()) - set(found) - {*SIZE, *YARDSTICKS}
    assert not still, "a parameter that nobody left out does not vary"
    assert "seats" in Vary(parameters=("seats",)).ranges(Centre())


def test_demand_varies_in_proportion_and_does_not_swamp_the_seats():
    for name in DEMAND:
        middle = getattr(Centre(), name)
        found = reached(numbers()[name], middle, 0.25)
        assert (found.low, found.high) == pytest.approx((0.75 * middle, 1.25 * middle))


def test_a_table_of_moves_stands_for_all_numbers_in_it():
    found = Vary(parameters=("anger_of_moves",), leave=("anger_of_moves.warn",)).ranges(Centre())
    assert len(found) == 15
    assert all(name.startswith("anger_of_moves.") for name in found)


def test_names_that_are_none_are_told_all_at_once():
    with pytest.raises(ValidationError) as told:
        Vary.model_validate(
            {"parameters": ("honestly", "margin", "margin"), "leave": ("adaptive",)}, strict=True
        )
    text = str(told.value)
    for part in ('the nearest is "honesty"', '"margin" twice', '"adaptive", which is no'):
        assert part in text


def test_the_workload_is_customers_per_seat():
    twice = changed(Centre(), {"workload": 2.0, "margin": 0.5})
    assert twice.customers == 2 * Centre().customers
    assert (twice.seats, twice.margin) == (Centre().seats, 0.5)
    assert changed(Centre(), {}) == Centre()
    assert changed(Centre(), {"anger_of_moves.warn": 0.3}).anger_of_moves.warn == 0.3
    low, high = Vary(parameters=("margin",)).ranges(Centre())["margin"], None
    assert high is None and not kinds_mistakes({"margin": low})


def test_points_that_cannot_be_are_told_with_how_many_there_are():
    good, bad = {"margin": 0.4}, {"promoter": 0.3, "detractor": 0.6}
    check_points(Centre(), [good])
    with pytest.raises(RequestError, match=r"at 2 of 3 points .*detractor"):
        check_points(Centre(), [good, bad, bad])


def test_noise_is_told_from_effects_by_two_replications_at_least():
    assert LEAST_REPLICATIONS == 2 and math.isfinite(LEAST_REPLICATIONS)


@given(
    st.sampled_from([row for row in ROWS if type(row.default) is float and row.name not in DEMAND]),
    st.floats(0.05, 1.0),
    st.floats(0.0, 1.0),
)
def test_a_range_ends_where_the_search_of_the_claims_ends(row, reach, at):
    """Two places say how far a reach goes; the claims' own stays, as its runs are kept by it."""
    middle = row.low + at * (row.high - row.low)
    found = reached(row, middle, reach)
    if found is None:
        return
    ends = [_between((row.low, row.high), middle, reach, end) for end in (0.0, 1.0)]
    # The search keeps four digits.
    assert [found.low, found.high] == pytest.approx(ends, rel=1e-3, abs=1e-12)
