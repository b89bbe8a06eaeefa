"""The statistics, against scipy and against examples worked by hand."""

import json
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.analysis.bootstrap import bca_intervals
from experiments.analysis.contrasts import contrast, contrasts, holm, paired_p
from experiments.analysis.headlines import HEADLINES, PARTIES
from experiments.analysis.interval import Interval, t_interval
from experiments.analysis.prevails import prevailing
from experiments.analysis.results import Results
from experiments.analysis.stationarity import stationarity
from experiments.analysis.summary import MEASURES, Summary, summarise
from experiments.analysis.wording import better_of, bracketed, compare, decimals, number, plus_minus
from experiments.config_parts import Precision
from experiments.periods import WHOLE, period_name
from experiments.rows import measure_columns

RNG = np.random.default_rng(1)


def results_of(values, days=30, warmup_days=0, **rest):
    """Return results in which ``values[policy][column]`` is an array over replications."""
    policies = list(values)
    count = len(next(iter(next(iter(values.values())).values())))
    rows = [(policy, r) for r in range(count) for policy in policies]
    columns = {
        "policy": np.array([policy for policy, _ in rows], dtype=object),
        "policy_order": np.array([policies.index(policy) for policy, _ in rows]),
        "replication": np.array([r + 1 for _, r in rows]),
        "error": np.array([""] * len(rows), dtype=object),
        "days": np.full(len(rows), days),
        "warmup_days": np.full(len(rows), warmup_days),
    }
    for name in measure_columns(days, warmup_days):
        columns[name] = np.array(
            [values[policy][name][r] if name in values[policy] else 0.0 for policy, r in rows]
        )
    return Results(columns, **rest)


# Intervals


def test_t_interval_against_scipy():
    values = RNG.normal(3.0, 2.0, 17)
    ours = t_interval(values)
    theirs = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert ours.n == 17
    assert ours.mean == pytest.approx(values.mean())
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs))


def test_undefined_values_do_not_count():
    with_gaps = np.array([1.0, np.nan, 2.0, 4.0, np.nan])
    assert t_interval(with_gaps) == t_interval(np.array([1.0, 2.0, 4.0]))


def test_too_few_values_have_no_interval():
    assert t_interval(np.array([2.0]))[0] == 2.0
    assert math.isnan(t_interval(np.array([2.0])).low)
    assert t_interval(np.array([np.nan])).n == 0
    assert math.isnan(t_interval(np.array([])).mean)


@given(st.floats(-1e6, 1e6), st.integers(2, 40))
def test_equal_values_have_an_interval_of_no_width(value, n):
    assert t_interval(np.full(n, value)) == Interval(value, value, value, n)


def test_intervals_cover_as_often_as_they_say():
    """False alarms: 3 in 10,000 (two-sided, normal approximation of the count)."""
    trials = 4000
    draws = RNG.normal(1.0, 5.0, (trials, 8))
    covered = sum(low <= 1.0 <= high for _, low, high, _ in map(t_interval, draws))
    assert abs(covered - 0.95 * trials) < 3.62 * math.sqrt(trials * 0.95 * 0.05)


# Holm


def test_holm_by_hand():
    # Sorted: 0.005 x 4 = 0.020; 0.011 x 3 = 0.033; 0.02 x 2 = 0.04; 0.04 x 1 -> 0.04.
    assert holm([0.02, 0.005, 0.04, 0.011]) == pytest.approx([0.04, 0.02, 0.04, 0.033])


def test_holm_never_exceeds_one_nor_breaks_the_order():
    # 0.3 x 3 = 0.9; 0.35 x 2 = 0.7 is lifted to 0.9; 0.95 x 1 stays.
    assert holm([0.95, 0.3, 0.35]) == pytest.approx([0.95, 0.9, 0.9])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def test_holm_leaves_out_what_was_not_tested():
    corrected = holm([math.nan, 0.01, 0.03])
    assert math.isnan(corrected[0])
    assert corrected[1:] == pytest.approx([0.02, 0.03])
    assert holm([]) == []


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_holm_properties(p):
    corrected = np.array(holm(p))
    assert (corrected >= np.array(p)).all() and (corrected <= 1.0).all()
    assert (np.diff(corrected[np.argsort(p, kind="stable")]) >= 0.0).all()
    assert min(corrected) == min(1.0, len(p) * min(p))


# Contrasts


def test_paired_p_against_scipy():
    x, y = RNG.normal(0.3, 1.0, (2, 20))
    assert paired_p(x - y) == pytest.approx(stats.ttest_rel(x, y).pvalue)


def test_a_contrast_against_scipy():
    common = RNG.normal(0.0, 1.0, 25)
    x, y = common + RNG.normal(0.5, 0.1, 25), common
    found = contrast(results_of({"x": {"loyalty": x}, "y": {"loyalty": y}}), "x", "y", "loyalty")
    theirs = stats.ttest_rel(x, y)
    low, high = theirs.confidence_interval(0.95)
    assert tuple(found.difference) == pytest.approx(((x - y).mean(), low, high, 25))
    assert found.p == pytest.approx(theirs.pvalue)
    spread = math.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2.0)
    assert found.effect == pytest.approx((x - y).mean() / spread)
    assert found.effect_low == pytest.approx(low / spread)


def test_only_pairs_count():
    x, y = np.array([1.0, 2.0, np.nan, 4.0]), np.array([0.5, np.nan, 3.0, 3.0])
    found = contrast(results_of({"x": {"csat": x}, "y": {"csat": y}}), "x", "y", "csat")
    assert (found.difference.mean, found.difference.n) == (0.75, 2)


def test_equal_policies_differ_by_exactly_nothing():
    same = RNG.normal(0.1, 3.0, 30)
    summary = summarise(results_of({p: {name: same for name in MEASURES} for p in ("a", "b")}))
    assert summary.contrasts
    for test in summary.contrasts:
        assert tuple(test.difference) == (0.0, 0.0, 0.0, 30)
        assert (test.effect, test.p, test.told_apart) == (0.0, 1.0, False)
    verdict = str(compare(summary, "b", "a", WHOLE))
    assert "Cannot be told apart: " + "; ".join(HEADLINES.values()) in verdict
    assert "Better" not in verdict and "Worse" not in verdict


def test_one_replication_gives_no_verdict():
    summary = summarise(results_of({p: {"loyalty": np.array([0.5])} for p in ("a", "b")}))
    assert not any(test.told_apart for test in summary.contrasts)
    assert "no interval" in str(compare(summary, "b", "a", WHOLE))
    assert summary.as_json()["contrasts"][0]["low"] is None


def test_every_headline_of_the_reported_years_is_in_one_family():
    values = {
        p: {name: RNG.normal(size=6) for name in measure_columns(1095, 0)} for p in ("a", "b", "c")
    }
    found = contrasts(results_of(values, days=1095), list(MEASURES))
    years = [t for t in found if t.measure in HEADLINES and t.period != WHOLE]
    assert len(years) == len(HEADLINES) * 3 * 2
    assert [t.p_holm for t in years] == pytest.approx(holm([t.p for t in years]))
    whole = [t for t in found if t.measure in HEADLINES and t.period == WHOLE]
    assert [t.p_holm for t in whole] == pytest.approx(holm([t.p for t in whole]))
    assert all(math.isnan(t.p_holm) for t in found if t.measure not in HEADLINES)


def test_headlines_carry_their_bootstrap_intervals():
    x, y = RNG.lognormal(size=(2, 20))
    results = results_of({p: {"loyalty": v, "voiced": v} for p, v in (("x", x), ("y", y))})
    summary = summarise(results)
    found = summary.difference("y", "x", "loyalty", WHOLE)
    assert [found.bca_low, found.bca_high] == bca_intervals((y - x)[np.newaxis])[0].tolist()
    assert found.resamples == 9_999
    other = summary.difference("y", "x", "voiced", WHOLE)
    assert math.isnan(other.bca_low)
    assert other.resamples == 0
    said = {each["measure"]: each for each in summary.as_json()["contrasts"]}
    assert said["loyalty"]["bca_low"] == found.bca_low
    assert said["voiced"]["bca_high"] is None


def test_the_order_of_rows_in_the_files_does_not_count():
    values = {p: {"loyalty": RNG.normal(size=12), "csat": RNG.normal(size=12)} for p in "abc"}
    results = results_of(values)
    order = RNG.permutation(len(results.columns["policy"]))
    mixed = Results({name: column[order] for name, column in results.columns.items()})
    assert summarise(mixed).as_json() == summarise(results).as_json()


def test_summary_json_tells_of_precision_pairing_and_the_best():
    shared = RNG.normal(size=40)
    values = {"a": {"loyalty": shared}, "b": {"loyalty": shared + RNG.normal(0.0, 0.1, 40)}}
    asked = Precision(measure="loyalty", contrast=("b", "a"), half_width=0.05, max_replications=100)
    found = json.loads(json.dumps(Summary(results_of(values), (asked,), 10).as_json()))
    (precision,) = found["precision"]
    assert precision["verdict"] == "reached"
    assert precision["high"] - precision["low"] == pytest.approx(0.1)
    assert precision["t_half_width"] <= 0.05
    assert precision["independent_seeds"] > precision["replications"]
    pairing = {each["measure"]: each for each in found["pairing"]}
    assert pairing["loyalty"]["variance_ratio"] > 50
    assert pairing["csat"]["variance_ratio"] is None  # never varied
    best = {each["measure"]: each for each in found["best"]}
    assert sum(best["loyalty"]["bootstrap_probability"].values()) == pytest.approx(1.0)
    assert found["settling"]["steady"]["period"] == "from_day_21"
    assert summarise(results_of(values)).as_json()["precision"] == []


def test_headlines_and_parties_are_measures():
    assert set(HEADLINES) | set(PARTIES) <= set(MEASURES)


# Who prevails


def around(mean, spread=0.01):
    return mean + RNG.normal(0.0, spread, 20)


def welfare(customer, rep, employer):
    names = ("welfare_customer", "welfare_rep", "welfare_employer")
    return {name: around(mean) for name, mean in zip(names, (customer, rep, employer), strict=True)}


def test_a_policy_that_is_better_for_all_dominates():
    found = prevailing(results_of({"a": welfare(1, 1, 1), "b": welfare(2, 2, 2)}), WHOLE)
    (pair,) = found.comparisons
    assert pair.better_b == ("customers", "reps", "the employer")
    assert pair.dominant == "b"
    assert "b Pareto-dominates)" in pair.in_words()


def test_better_for_one_and_worse_for_another_is_a_trade_off():
    found = prevailing(results_of({"a": welfare(1, 3, 1), "b": welfare(2, 2, 1)}), WHOLE)
    (pair,) = found.comparisons
    assert (pair.better_a, pair.better_b) == (("reps",), ("customers",))
    assert pair.dominant is None
    assert "a trade-off" in pair.in_words()


def test_what_cannot_be_told_apart_is_said_to_be_so():
    same = welfare(1, 1, 1)
    (pair,) = prevailing(results_of({"a": same, "b": dict(same)}), WHOLE).comparisons
    assert pair.same == ("customers", "reps", "the employer")
    assert pair.dominant is None
    assert "nothing told apart" in pair.in_words()


def test_nash_does_not_crown_a_policy_under_which_it_is_mostly_undefined():
    mostly = np.where(np.arange(20) < 3, 9.0, np.nan)
    found = prevailing(results_of({"a": {"nash": mostly}, "b": {"nash": np.full(20, 0.1)}}), WHOLE)
    assert found.best("nash") == "b"
    assert found.compromises["nash"]["a"].n == 3
    nowhere = prevailing(results_of({"a": {"nash": mostly}, "b": {"nash": mostly}}), WHOLE)
    assert nowhere.best("nash") is None


# The warm-up


def warm(drift, level=0.5, n=20):
    columns = {}
    for name in ("loyalty", "exhaustion", "contacts_per_day"):
        before = level + RNG.normal(0.0, 0.02, n)
        columns[f"warmup_{name}_before"] = before
        columns[f"warmup_{name}_last"] = before + drift + RNG.normal(0.0, 0.001, n)
    return results_of({"a": columns}, warmup_days=400)


@pytest.mark.parametrize(
    ("drift", "verdict", "settled"),
    [
        (0.0, "stands still, as far as can be told", True),
        (0.003, "drifts, but little", True),
        (0.05, "still drifts", False),
    ],
)
def test_the_warm_up_is_judged_by_its_end(drift, verdict, settled):
    found = stationarity(warm(drift))
    assert {each.verdict for each in found.drifts} == {verdict}
    assert found.settled is settled
    assert ("longer warm-up" in " ".join(found.sentences())) is not settled


def test_no_warm_up_and_one_replication_are_told():
    assert stationarity(results_of({"a": {"loyalty": np.zeros(2)}})).drifts == ()
    assert "cannot be told" in " ".join(stationarity(warm(0.1, n=1)).sentences())


# Words and numbers


@pytest.mark.parametrize(
    ("half", "places"), [(0.0013, 4), (0.0042, 3), (0.41, 1), (0.27, 2), (13.0, 0), (420.0, 0)]
)
def test_no_more_digits_than_the_interval_bears(half, places):
    assert decimals([Interval(1.0, 1.0 - half, 1.0 + half, 9)]) == places


def test_numbers_are_written_for_people():
    assert number(-1234.5678, 2) == "−1,234.57"
    assert number(-0.00001, 3, signed=True) == "0.000"
    assert number(math.nan, 3) == "–"
    value = Interval(0.5, 0.4, 0.6, 9)
    assert plus_minus(value, 2) == "0.50 ±0.10"
    assert bracketed(value, 1, signed=True) == "+0.5 [+0.4, +0.6]"
    assert plus_minus(Interval(0.5, math.nan, math.nan, 1), 2) == "0.50"


def test_less_exhaustion_is_better_and_escalations_are_neither():
    values = {
        "a": {"exhaustion": around(0.5), "escalation_rate": around(0.5), "csat": around(0.5)},
        "b": {"exhaustion": around(0.3), "escalation_rate": around(0.3), "csat": around(0.3)},
    }
    summary = summarise(results_of(values))
    better = {name: better_of(summary.difference("b", "a", name, WHOLE)) for name in values["a"]}
    assert better == {"exhaustion": "b", "escalation_rate": None, "csat": "a"}
    said = dict(compare(summary, "b", "a", WHOLE).findings)
    assert said["Better"].startswith("exhaustion of reps lower by 0.2")
    assert re.match(r"CSAT lower by (19|20|21)\S* points", said["Worse"])


def test_failed_runs_are_gaps():
    columns = results_of({"a": {"csat": np.arange(3.0)}, "b": {"csat": np.arange(3.0)}}).columns
    kept = np.array([True, True, False, True, True, True])
    results = Results({name: values[kept] for name, values in columns.items()})
    assert results.policies == ("a", "b")
    np.testing.assert_array_equal(results.values("a", "csat"), [0.0, np.nan, 2.0])
    assert [period_name(p) for p in results.periods] == ["the whole branch"]
