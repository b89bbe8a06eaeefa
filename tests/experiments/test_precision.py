"""The sequential procedure: that it ends where it must, and keeps what it promises."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.analysis.precision import all_reached, next_target, reached
from experiments.analysis.results import Results
from experiments.analysis.sequential import next_look, plan, stein_total
from experiments.config import Experiment
from experiments.config_parts import Precision
from experiments.studies.sequences import run_sequences

FALSE_ALARM = 1e-4


def asked(half_width=0.5, most=1000, measure="retention", contrast=("b", "a"), **rest):
    return Precision(
        measure=measure, contrast=contrast, half_width=half_width, max_replications=most, **rest
    )


def normal(n, seed=0):
    return np.random.default_rng(seed).normal(0.3, 1.0, n)


def by_hand(values, half_width, most, first):
    """Return the replication at which it stops, counting one by one; None where it is capped."""
    values = values[:most]
    pairs, places = [], []
    for place, value in enumerate(values, start=1):
        if not math.isnan(value):
            pairs.append(value)
            places.append(place)
    if not pairs or places[0] > first:
        return first
    if len(pairs) < first:
        return None
    t = stats.t.ppf(0.975, first - 1)
    look = max(first, math.ceil((t * np.std(pairs[:first], ddof=1) / half_width) ** 2))
    while look <= len(pairs):
        now = pairs[:look]
        half = stats.t.ppf(0.975, look - 1) * np.std(now, ddof=1) / math.sqrt(look)
        if half <= half_width:
            return places[look - 1]
        look += max(2, math.ceil(0.1 * look))
    return None


def with_gaps(n, seed, share):
    rng = np.random.default_rng(seed)
    values = rng.normal(0.3, 1.0, n)
    values[rng.random(n) < share] = math.nan
    return values


# The path


def test_steins_total_by_hand():
    t = stats.t.ppf(0.975, 9)
    assert stein_total(2.0, 0.5, 10) == math.ceil((t * 2.0 / 0.5) ** 2) == 82
    assert stein_total(0.01, 0.5, 10) == 10
    assert stein_total(0.0, 0.5, 10) == 10
    assert stein_total(1e300, 1e-300, 10) >= 10**15 - 10  # no overflow


def test_it_goes_on_by_a_tenth_and_two_at_least():
    assert [next_look(n) for n in (10, 20, 30, 31, 1000)] == [12, 22, 33, 35, 1100]


@given(
    seed=st.integers(0, 10_000),
    share=st.sampled_from([0.0, 0.1, 0.6]),
    half_width=st.sampled_from([0.2, 0.35, 0.5, 1.0]),
    first=st.sampled_from([10, 15]),
)
def test_the_path_is_that_of_a_count_by_hand(seed, share, half_width, first):
    values = with_gaps(400, seed, share)
    found = plan(values, asked(half_width, most=400), first)
    expected = by_hand(values, half_width, 400, first)
    if expected is None:
        assert found.n == 400  # at the cap it looks once more
        assert found.reached or found.capped
    else:
        assert (found.n, found.ended) == (expected, True)


@given(
    seed=st.integers(0, 10_000),
    share=st.sampled_from([0.0, 0.1, 0.6]),
    most=st.sampled_from([12, 60, 500]),
    pauses=st.lists(st.integers(0, 600), max_size=6),
)
def test_it_ends_at_the_same_replication_however_the_rows_came_about(seed, share, most, pauses):
    values = with_gaps(600, seed, share)
    request = asked(0.3, most=most)
    final = plan(values, request, 10)
    assert final.ended
    assert final.target == final.n
    # Straight on, from target to target: never a replication more than it takes.
    rows = 0
    while not (step := plan(values[:rows], request, 10)).ended:
        assert rows < step.target <= final.n
        rows = step.target
    assert (rows, step) == (final.n, final)
    # Interrupted anywhere, and with rows beyond the end.
    for rows in pauses:
        step = plan(values[:rows], request, 10)
        assert step == final if rows >= final.n else not step.ended and step.target <= final.n


@given(st.integers(0, 1000), st.sampled_from([2.0**-20, 0.25, 1024.0]))
def test_the_unit_changes_nothing(seed, scale):
    values = with_gaps(300, seed, 0.1)
    one, other = plan(values, asked(0.3), 10), plan(values * scale, asked(0.3 * scale), 10)
    assert (one.n, one.ended, one.stein_n) == (other.n, other.ended, other.stein_n)
    assert other.half_width == pytest.approx(one.half_width * scale)


def test_differences_that_never_vary_end_with_the_first_stage():
    found = plan(np.full(10, 0.25), asked(0.001), 10)
    assert (found.n, found.reached, found.half_width, found.first_stage_sd) == (10, True, 0.0, 0.0)


def test_a_measure_that_is_never_defined_is_not_waited_for():
    found = plan(np.full(10, np.nan), asked(), 10)
    assert (found.ended, found.undefined, found.reached, found.target) == (True, True, False, 10)
    assert plan(np.full(40, np.nan), asked(), 10) == found


def test_the_first_stage_waits_for_its_pairs():
    gaps = np.array([1.0, np.nan] * 5)
    assert plan(gaps, asked(), 10).target == 15  # five pairs are wanting
    assert plan(np.tile(gaps, 2), asked(10.0), 10).n == 19  # the tenth pair


def test_at_the_cap_it_stops_and_says_whether_it_was_reached():
    far = plan(normal(100), asked(0.01, most=100), 10)
    assert (far.n, far.capped, far.reached) == (100, True, False)
    # The rows from the first stage to the cap are too few for the next look, but enough.
    values = normal(5000)
    uncapped = plan(values, asked(0.1, most=5000), 30)
    near = plan(values, asked(0.1, most=uncapped.n - 1), 30)
    assert near.n == uncapped.n - 1
    assert near.capped != near.reached


def test_below_steins_total_nothing_counts_as_reached():
    values = np.concatenate([np.tile([-3.0, 3.0], 5), np.zeros(190)])
    found = plan(values, asked(0.5, most=150), 10)
    assert found.stein_n > 150
    assert found.half_width <= 0.5
    assert (found.reached, found.capped) == (False, True)


# What it promises


@pytest.mark.parametrize(("first", "half_width"), [(10, 0.5), (10, 0.2), (30, 0.3)])
def test_coverage_of_normal_differences_by_its_formula(first, half_width):
    """The mean is independent of N: P = E[2 Phi(h sqrt(N)) - 1]. False alarms: 2 in 10,000."""
    rng = np.random.default_rng(7)
    ends = run_sequences(lambda r, shape: r.standard_normal(shape), half_width, first, 3000, rng)
    chances = 2.0 * stats.norm.cdf(half_width * np.sqrt(ends.n)) - 1.0
    error = chances.std(ddof=1) / math.sqrt(len(chances))
    assert chances.mean() > 0.95 - stats.norm.isf(FALSE_ALARM) * error
    # And as often as that the truth is held indeed.
    held = int(np.sum(np.abs(ends.mean) <= half_width))
    spread = math.sqrt(len(chances) * chances.mean() * (1.0 - chances.mean()))
    off = held - len(chances) * chances.mean()
    assert abs(off) < stats.norm.isf(FALSE_ALARM / 2.0) * spread + 1.0


# Over results


def results_of(a, b, measure="retention", days=30, missing=()):
    rows = [(p, r) for r in range(len(a)) for p in ("a", "b") if (p, r + 1) not in missing]
    count = len(rows)
    columns = {
        "policy": np.array([p for p, _ in rows], dtype=object),
        "policy_order": np.array([p == "b" for p, _ in rows], dtype=int),
        "replication": np.array([r + 1 for _, r in rows]),
        "error": np.array([""] * count, dtype=object),
        "days": np.full(count, days),
        "warmup_days": np.zeros(count, dtype=int),
        measure: np.array([{"a": a, "b": b}[p][r] for p, r in rows], dtype=float),
    }
    return Results(columns)


def experiment_of(*requests, replications=10):
    """Return an experiment of two policies that asks for the given precision."""
    return Experiment(
        name="asked",
        days=30,
        replications=replications,
        policies=("balanced", "always-right"),
        precision=tuple(
            each.model_copy(update={"contrast": ("balanced", "always-right")}) for each in requests
        ),
    )


def named(results):
    names = {"a": "always-right", "b": "balanced"}
    columns = dict(results.columns)
    columns["policy"] = np.array([names[name] for name in columns["policy"]], dtype=object)
    return Results(columns)


def common(n, spread=1.0, seed=1):
    rng = np.random.default_rng(seed)
    shared = rng.normal(0.0, 10.0, n)
    return shared, shared + rng.normal(2.0, spread, n)


def test_the_largest_target_counts_and_none_is_left_when_all_have_ended():
    a, b = common(3000)
    narrow, wide = asked(0.1, most=3000), asked(0.4, most=3000)
    experiment = experiment_of(wide, narrow)
    ends = [plan(b - a, each, 10).n for each in (wide, narrow)]
    rows, seen = 10, []
    while (target := next_target(named(results_of(a[:rows], b[:rows])), experiment)) is not None:
        assert target > rows
        seen.append(target)
        rows = target
    assert rows == max(ends) > min(ends)
    outcome = all_reached(results_of(a[:rows], b[:rows]), (wide, narrow), 10)
    assert [each.n for each in outcome] == ends
    assert all(each.reached for each in outcome)


def test_no_request_no_target():
    assert next_target(named(results_of(*common(10))), experiment_of()) is None


def test_nothing_there_yet_asks_for_the_first_stage():
    a, b = common(10)
    # Only one policy's runs of the first replications are there.
    gone = named(results_of(a, b, missing={("b", r) for r in range(1, 11)}))
    assert next_target(gone, experiment_of(asked())) == 10


def test_what_lies_beyond_a_missing_run_is_left_for_later():
    a, b = common(40)
    request = asked(5.0)
    whole = reached(results_of(a, b), request, 10)
    assert (whole.n, whole.reached) == (10, True)
    early = reached(results_of(a, b, missing={("a", 4)}), request, 10)
    assert (early.n, early.verdict, early.plan.target) == (3, "not yet reached", 10)


def test_a_failed_run_is_no_pair_but_no_gap_either():
    a, b = common(40)
    a[3] = math.nan
    found = reached(results_of(a, b), asked(5.0), 10)
    assert (found.n, found.plan.pairs, found.reached) == (11, 10, True)
    assert found.interval.n == 10


def test_the_promise_is_the_mean_and_what_was_asked_for():
    a, b = common(200)
    found = reached(results_of(a, b), asked(0.5), 10)
    mean = (b - a)[: found.n].mean()
    assert tuple(found.promised)[:3] == pytest.approx((mean, mean - 0.5, mean + 0.5))
    assert found.half_width == pytest.approx(found.interval.half_width)
    assert found.half_width <= 0.5
    capped = reached(results_of(a, b), asked(0.01, most=20), 10)
    assert math.isnan(capped.promised.low)


def test_it_says_what_came_of_it():
    a, b = common(200)
    done = reached(results_of(a, b), asked(0.5), 10)
    said = done.sentence({"a": "Always right", "b": "Balanced"}.get)
    assert said.startswith("retention, Balanced − Always right, the whole branch: ±0.5 share/year")
    assert f"reached with {done.n} replications" in said
    assert f"independent seeds would have taken about {done.pairing.independent_n:,}" in said
    assert done.pairing.independent_n > 10 * done.n
    capped = reached(results_of(a, b), asked(0.01, most=20), 10).sentence()
    assert "the cap of 20 replications was met first" in capped
    nothing = np.full(12, np.nan)
    assert "in none of the first 10" in reached(results_of(nothing, b[:12]), asked(), 10).sentence()
    equal = reached(results_of(a, a + 0.0), asked(), 10).sentence()
    assert "all of 10 differences are equal" in equal
    waiting = reached(results_of(a[:10], b[:10]), asked(0.01), 10)
    assert f"at least {waiting.plan.target:,} are needed" in waiting.sentence()
