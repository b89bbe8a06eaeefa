"""KPIs: what they are compared with, how well they are known, and the bands made of them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.own_centre.given import Given, Money
from experiments.own_centre.kpis import KPIS, LOGGED, describe
from experiments.own_centre.measured import Measured, errors_of
from experiments.own_centre.targets import CONTAINED, band, targets_of_kpis, with_luck
from sim.measures import BY_NAME
from sim.parameters import describe as describe_parameters

EUROS = Money(currency="EUR", price=50.0)
MODEL_UNITS = {"price", "share", "min", "1/day", "share/year", "1/rep-day"}


@pytest.mark.parametrize("kpi", KPIS.values(), ids=KPIS)
def test_a_kpi_is_compared_with_what_the_model_has_in_the_same_unit(kpi):
    parameters = {row.name for row in describe_parameters()}
    assert set(kpi.measures) <= {*BY_NAME, *LOGGED}
    assert set(kpi.moved_by) <= parameters
    assert len(kpi.moved_by) >= 2  # or a calibration to it alone could not be asked for
    assert kpi.units[kpi.unit] == 1.0
    assert kpi.unit in MODEL_UNITS
    own = [BY_NAME[name].unit for name in kpi.measures if name in BY_NAME]
    # A product of a share and something has the unit of that.
    assert not own or kpi.unit in own
    assert set(CONTAINED) <= set(KPIS)


def test_the_table_says_of_each_what_is_not_alike():
    rows = describe()
    assert [row["kpi"] for row in rows] == list(KPIS)
    assert all(row["definition"] and row["apart"] for row in rows)


def test_a_product_is_what_both_shares_together_count():
    seen = {"escalation_rate": 0.2, "conflict_share": 0.1}
    assert KPIS["escalations_per_contact"].of(seen) == pytest.approx(0.02)


@pytest.mark.parametrize("name", ["csat", "attrition"])
@pytest.mark.parametrize("mean", [0.5, 2.0, 10.0, 30.0])
def test_value_and_errors_hold_the_truth_however_few_were_seen(name, mean):
    """Two errors to either side hold the truth in 95 % of all samples, exactly summed up."""
    size = 40.0
    seen = np.arange(41 if name == "csat" else 400)
    law = stats.binom(40, mean / size) if name == "csat" else stats.poisson(mean)
    held = 0.0
    for count, chance in zip(seen, law.pmf(seen), strict=True):
        below, above = errors_of(KPIS[name], count / size, size)
        low, high = (count / size - 2.0 * below, count / size + 2.0 * above)
        held += chance * (low <= mean / size <= high)
    assert held >= 0.95


@given(st.sampled_from(["csat", "attrition"]), st.floats(0.0, 1.0), st.integers(20, 10**7))
def test_the_errors_of_a_sample_are_never_nothing_on_both_sides(name, value, size):
    below, above = errors_of(KPIS[name], value, size)
    assert below >= 0.0
    assert above >= 0.0
    assert below + above > 0.0


def test_the_errors_of_a_large_sample_are_the_usual_ones():
    assert errors_of(KPIS["csat"], 0.3, 1e6) == pytest.approx(
        [math.sqrt(0.3 * 0.7 / 1e6)] * 2, rel=0.01
    )
    assert errors_of(KPIS["contacts_per_day"], 2000.0, 100) == pytest.approx(
        [math.sqrt(2000.0 / 100)] * 2, rel=0.01
    )


def test_a_mean_without_its_spread_has_no_error():
    with pytest.raises(ValueError, match="standard deviation"):
        errors_of(KPIS["aht"], 6.0, 100)
    assert errors_of(KPIS["aht"], 6.0, 100, 5.0) == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize(
    ("name", "table", "value", "error"),
    [
        ("aht", {"value": 480, "unit": "s", "standard_error": 12}, 8.0, 0.2),
        ("attrition", {"value": 3, "unit": "%/month", "standard_error": 0.5}, 0.36, 0.06),
        ("cost_per_contact", {"value": 4, "unit": "EUR", "standard_error": 0.5}, 0.08, 0.01),
        ("cost_per_contact", {"value": 0.08, "standard_error": 0.01}, 0.08, 0.01),
        ("csat", {"value": 75, "unit": "%", "standard_error": 2}, 0.75, 0.02),
        ("aht", {"value": 480, "unit": "s", "sample": 400, "sd": 300}, 8.0, 0.25),
        (
            "aht",
            {"value": 480, "unit": "s", "sample": 400, "sd": 300, "design_effect": 4},
            8.0,
            0.5,
        ),
    ],
)
def test_a_kpi_is_turned_into_the_units_of_its_measure(name, table, value, error):
    found = Given(**table).measured(KPIS[name], EUROS)
    assert found.value == pytest.approx(value)
    assert found.below == found.above == pytest.approx(error)


def test_an_interval_may_lie_lopsided():
    found = Given(value=0.1, interval=(0.08, 0.15), level=0.9).measured(KPIS["abandonment"], None)
    sigma = stats.norm.ppf(0.95)
    assert found.below == pytest.approx(0.02 / sigma)
    assert found.above == pytest.approx(0.05 / sigma)


def test_a_band_is_the_value_give_or_take_chance_and_the_tolerance():
    found = band(Measured("aht", 8.0, 0.1, 0.2, "given"), 2.0)
    assert (found.name, found.low, found.high) == (
        "kpi.aht",
        pytest.approx(7.4),
        pytest.approx(8.8),
    )
    own = band(Measured("aht", 8.0, 0.1, 0.2, "given"), 2.0, 1.0)
    assert (own.low, own.high) == (pytest.approx(6.8), pytest.approx(9.4))


@given(
    st.sampled_from(sorted(KPIS)),
    st.floats(0.0, 1.0),
    st.floats(1e-6, 2.0),
    st.floats(0.0, 6.0),
)
def test_a_band_holds_its_value_and_only_what_can_be(name, value, error, sigmas):
    found = band(Measured(name, value, error, error, "given"), sigmas)
    assert 0.0 <= found.low <= value <= found.high <= KPIS[name].high


def test_what_says_nothing_more_is_only_reported():
    names = ("escalation_rate", "escalations_per_contact", "complaint_share", "fcr_no_return")
    found = targets_of_kpis(Measured(name, 0.1, 0.01, 0.01, "given") for name in names)
    judged = {each.name: each.judged for each in found}
    assert judged == {
        "kpi.escalation_rate": True,
        "kpi.escalations_per_contact": False,
        "kpi.complaint_share": True,
        "kpi.fcr_no_return": True,
    }


def test_a_kpi_without_an_error_is_no_target():
    assert targets_of_kpis([Measured("aht", 8.0, math.nan, math.nan, "given")]) == []


def test_the_luck_of_a_single_centre_is_added():
    one = Measured("aht", 8.0, 0.3, 0.3, "given")
    wider = with_luck(one, np.array([7.6, 8.0, 8.4, np.nan]))
    assert wider.below == wider.above == pytest.approx(0.5)  # 0.3 and 0.4 as independent
    assert with_luck(one, np.array([7.0, np.nan])) is one
