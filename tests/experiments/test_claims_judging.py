"""How claims are judged: noise, verdicts, what decides, and what the null gives."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from experiments.claims.claim_file import load_claims
from experiments.claims.deciders import deciders
from experiments.claims.founding import winners
from experiments.claims.judging import (
    CLIPPED,
    FAILED,
    HOLDS,
    OPEN,
    REFUTED,
    Judged,
    flips,
    judge,
)
from experiments.claims.measures import NAMES, PERIODS, PLACE, per_size, worst_off
from experiments.claims.noise import moderated, prior_of, trigamma_inverse, wilson
from experiments.claims.null import Null, count_alarms
from experiments.claims.sets import ParameterSet
from experiments.claims.turning import turning_prices
from experiments.claims.variants import variant

RNG = np.random.default_rng(1)


def runs(sets: int, replications: int, shift: float = 0.0, noise: float = 0.0, seed: int = 0):
    """Return values of an arm: one half, shifted, with noise."""
    rng = np.random.default_rng(seed)
    shape = (sets, replications, len(PERIODS), len(NAMES))
    return 0.5 + shift + noise * rng.standard_normal(shape)


@cache
def claim_of(claim_id: str):
    return load_claims((claim_id,))[0]


@given(st.floats(1e-3, 1e3))
def test_the_inverse_of_the_trigamma_function(value):
    assert math.isclose(float(special.polygamma(1, trigamma_inverse(value))), value, rel_tol=1e-6)


@given(st.integers(0, 60), st.integers(1, 60))
def test_the_interval_of_a_share_is_wilsons(count, of):
    count = min(count, of)
    expected = stats.binomtest(count, of).proportion_ci(0.95, method="wilson")
    assert wilson(count, of) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_prior_of_variances_is_found():
    """Variances drawn from a known prior: 8 degrees of freedom, level 2; 20,000 of them."""
    true_freedom, level = 8.0, 2.0
    rng = np.random.default_rng(5)
    variances = level * true_freedom / rng.chisquare(true_freedom, 20_000)
    samples = variances * rng.chisquare(1.0, 20_000)
    freedom, value = prior_of(samples, 1.0)
    # With one degree of freedom a log variance has variance 4.9: d0 is known to a tenth or so.
    assert freedom == pytest.approx(true_freedom, rel=0.35)
    assert value == pytest.approx(level, rel=0.1)


@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_intervals_err_as_often_as_they_say(spread):
    """Two replications of 50 sets whose spreads differ by a lognormal factor, 400 times over.

    20,000 intervals, not independent within one moderation: the share of misses is held within
    0.02 of 0.05, some ten standard errors of independent ones.
    """
    rng = np.random.default_rng(11)
    misses = 0
    for _ in range(400):
        scale = np.exp(spread * rng.standard_normal((50, 1)))
        low, high = moderated(scale * rng.standard_normal((50, 2))).interval()
        misses += int(np.sum((low > 0.0) | (high < 0.0)))
    assert misses / 20_000 == pytest.approx(0.05, abs=0.02)


def test_moderation_is_worth_more_than_two_replications_alone():
    rng = np.random.default_rng(3)
    low, high = moderated(rng.standard_normal((50, 2))).interval()
    alone = float(stats.t.ppf(0.975, 1)) * math.sqrt(0.5)
    assert np.median(high - low) < 0.4 * 2.0 * alone


@settings(max_examples=25)
@given(st.floats(-1.0, 1.0), st.integers(2, 12))
def test_equal_arms_have_no_difference_and_no_verdict(level, sets):
    """Whatever the values and whatever the arms are called."""
    values = runs(sets, 2, level, 0.1)
    for claim_id in ("N1", "N9", "N22"):
        claim = claim_of(claim_id)
        judged = judge(claim, dict.fromkeys(claim.needed, values))
        assert (judged.verdicts == OPEN).all()


@pytest.mark.parametrize(("shift", "verdict"), [(-0.1, HOLDS), (0.1, REFUTED), (0.0, OPEN)])
def test_a_claim_of_less_hostility_can_go_either_way(shift, verdict):
    """Common noise is common to both arms; what is left is a twentieth of the shift.

    With no difference fewer than 80 of 100 sets stay open in less than one of 1,000 samples.
    """
    claim = claim_of("N9")
    base = runs(100, 2, 0.0, 0.02, seed=1)
    own = base + shift + 0.005 * np.random.default_rng(2).standard_normal(base.shape)
    judged = judge(claim, {"unapologetic": base, "balanced": own})
    assert np.mean(judged.verdicts == verdict) >= (0.8 if verdict == OPEN else 1.0)


def test_a_claim_of_several_conditions_needs_all_and_is_refuted_by_one():
    claim = claim_of("N10")
    base = runs(10, 2)
    noisy = 1e-4 * RNG.standard_normal(base.shape)
    good = base + 0.1 + noisy
    assert judge(claim, {"called-back": good, "not-called-back": base}).count(HOLDS) == 10
    dear = good.copy()
    dear[..., PLACE["profit"]] -= 0.2
    assert judge(claim, {"called-back": dear, "not-called-back": base}).count(REFUTED) == 10


def test_a_margin_allows_a_small_loss():
    """N15 allows retention to fall by half a point a year, and no more."""
    claim = claim_of("N15")
    lax = runs(10, 2)
    firm = lax - 0.1 + 1e-5 * RNG.standard_normal(lax.shape)
    for loss, verdict in ((0.003, HOLDS), (0.02, REFUTED)):
        firm[..., PLACE["retention"]] = 0.5 - loss
        assert judge(claim, {"firm": firm, "lax": lax}).count(verdict) == 10


def test_a_difference_of_differences_is_taken():
    claim = claim_of("N22")
    base = {name: runs(10, 2) for name in claim.needed}
    values = {name: each + 1e-5 * RNG.standard_normal(each.shape) for name, each in base.items()}
    place = PLACE["treatment"]
    values["empathic"][..., place] += 0.15
    values["empathic-calm"][..., place] += 0.2
    tested = judge(claim, values).tested[2]
    assert tested.contrasts.mean == pytest.approx(-0.05, abs=1e-3)
    assert tested.count(HOLDS) == 10


def test_the_worst_off_party_is_the_one_that_gains_least():
    outside = runs(3, 2)
    arm = outside.copy()
    for party, gain in (("customer", 0.2), ("rep", -0.1), ("employer", 0.3)):
        outside[..., PLACE[f"spread_{party}"]] = 0.5
        arm[..., PLACE[f"welfare_{party}"]] += gain
    assert worst_off(arm, outside) == pytest.approx(-0.2)
    assert worst_off(outside, outside) == pytest.approx(0.0)


def test_a_set_with_a_failed_run_is_left_out_and_counted():
    claim = claim_of("N9")
    base = runs(8, 2)
    own = base - 0.1 + 1e-4 * RNG.standard_normal(base.shape)
    own[3, 1] = np.nan
    judged = judge(claim, {"unapologetic": base, "balanced": own})
    assert judged.verdicts[3] == FAILED
    assert (judged.sets, judged.count(HOLDS), judged.share(HOLDS)[0]) == (7, 7, 1.0)
    assert np.isnan(judged.score[3])


def test_a_set_in_which_the_experiment_is_clipped_is_left_out_and_counted():
    claim = claim_of("N9")
    base = runs(8, 2)
    own = base - 0.1 + 1e-4 * RNG.standard_normal(base.shape)
    clipped = np.arange(8) == 5
    judged = judge(claim, {"unapologetic": base, "balanced": own}, clipped=clipped)
    assert (judged.sets, judged.count(CLIPPED), judged.count(HOLDS)) == (7, 1, 7)


def test_few_sets_borrow_the_variance_of_all():
    """Three sets say little of their variance: how wide their intervals are is luck.

    With 50 more of the same variance it is not, and they miss no more often than they say: of 1,200
    intervals 5 %. Three share a variance, so that four times twice the binomial error is allowed.
    """
    rng = np.random.default_rng(13)
    alone, together, misses = [], [], 0
    for _ in range(400):
        few, more = rng.standard_normal((3, 2)), rng.standard_normal((50, 2))
        alone.append(moderated(few).error[0])
        contrasts = moderated(few, more)
        together.append(contrasts.error[0])
        low, high = contrasts.interval()
        misses += int(np.sum((low > 0.0) | (high < 0.0)))
    assert np.std(together) < 0.5 * np.std(alone)
    assert misses / 1_200 == pytest.approx(0.05, abs=0.05)


def two_arms(shift: float, sets: int = 8, noise: float = 0.01, seed: int = 3):
    rng = np.random.default_rng(seed)
    base = runs(sets, 2)
    own = base + shift + noise * rng.standard_normal(base.shape)
    return {"unapologetic": base, "balanced": own}


@pytest.mark.parametrize(("shift", "clear"), [(-0.1, 0), (0.1, 8), (-0.3, 0)])
def test_a_variant_matters_where_differences_differ_and_verdicts_with_them(shift, clear):
    """A verdict that stays is no change, however much larger the difference is.

    Where nothing differs, each of eight sets errs in 5 %: 3 or more do once in 170 times.
    """
    claim = claim_of("N9")
    usual = two_arms(-0.1)
    rows, none = list(range(8)), np.zeros(8, dtype=bool)
    found = variant(
        claim, ("x", "x"), (usual, judge(claim, usual)), two_arms(shift, seed=4), rows, none
    )
    assert (found.clear, found.turned, found.matters) == (clear, clear, clear > 0)
    assert found.different <= 2 if shift == -0.1 else found.different == 8


def test_a_change_of_verdict_by_noise_is_counted_but_not_called_clear():
    claim = claim_of("N9")
    usual, other = two_arms(-0.02, sets=40), two_arms(-0.02, sets=40, seed=5)
    rows, none = list(range(40)), np.zeros(40, dtype=bool)
    found = variant(claim, ("x", "x"), (usual, judge(claim, usual)), other, rows, none)
    assert found.changed > 5
    assert found.different <= 8  # of 40 at two conditions: some 2 by chance
    assert not found.matters


def test_the_price_at_which_an_answer_turns_round():
    """Theory: profit is gain less fee times what is bought; it breaks even at gain / bought."""
    claim = claim_of("N16")
    fee, bought, gain = 0.5, 4.0, np.array([1.0, 3.0, -1.0])
    idle = runs(3, 2)
    busy = idle.copy()
    busy[..., PLACE["paid_training_fees"]] += fee * bought
    busy[..., PLACE["profit"]] += gain[:, None, None] - fee * bought
    sets = [ParameterSet(f"s{place}", {"training_fee": fee}) for place in range(3)]
    (turning,) = turning_prices(claim, {"trained": busy, "untrained": idle}, sets)
    assert turning.prices == pytest.approx(gain / bought)
    assert (turning.never, turning.dropped) == (1, 0)
    (nothing,) = turning_prices(claim, {"trained": idle, "untrained": idle}, sets)
    assert (len(nothing.prices), nothing.dropped) == (0, 3)


def test_the_cost_of_winning_a_customer_at_which_keeping_one_is_worth_it():
    claim = claim_of("N18")
    cost, kept, dearer = 0.5, 0.02, 0.03
    stingy = runs(2, 2)
    generous = stingy.copy()
    generous[..., PLACE["replacement_cost"]] -= cost * kept
    generous[..., PLACE["upkeep"]] += dearer - cost * kept
    sets = [ParameterSet(f"s{place}", {"acquisition_cost": cost}) for place in range(2)]
    (turning,) = turning_prices(claim, {"generous": generous, "stingy": stingy}, sets)
    assert turning.prices == pytest.approx(dearer / kept)


def test_money_of_a_larger_centre_is_counted_as_of_a_smaller_one():
    values = {"a": np.ones((2, 2, len(PERIODS), len(NAMES)))}
    smaller = per_size(values, 0.4)["a"]
    assert smaller[..., PLACE["profit"]] == pytest.approx(0.4)
    assert smaller[..., PLACE["profit_per_customer"]] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("holds", "refuted", "untold", "verdict"),
    [
        (40, 2, 8, "holds"),
        (2, 40, 8, "refuted"),
        (25, 20, 5, "depends"),
        (3, 3, 44, "cannot be told"),
        (30, 0, 20, "cannot be told"),
        (28, 5, 17, "cannot be told"),  # 5 of 50 may be chance: the interval reaches to 4 %
        (28, 7, 15, "depends"),
    ],
)
def test_the_verdict_over_all_sets(holds, refuted, untold, verdict):
    verdicts = np.array([HOLDS] * holds + [REFUTED] * refuted + [OPEN] * untold)
    assert Judged(claim_of("N9"), (), verdicts).overall(0.5) == verdict


def test_what_turns_round_is_counted():
    assert flips([HOLDS, REFUTED, OPEN, HOLDS], [REFUTED, HOLDS, HOLDS, HOLDS]) == 2


def made_sets(count: int, parameters: int, seed: int):
    rng = np.random.default_rng(seed)
    return [
        {f"p{place}": float(value) for place, value in enumerate(row)}
        for row in rng.random((count, parameters))
    ]


def test_the_parameter_that_decides_is_named():
    sets = made_sets(50, 20, 4)
    noise = np.random.default_rng(6).standard_normal(50)
    score = np.array([8.0 * one["p3"] - 8.0 * one["p7"] for one in sets]) + 0.5 * noise
    named = deciders(score, sets, seed=1)
    assert all(each.clear for each in named)
    assert {each.name for each in named} == {"p3", "p7"}
    assert all(each.stable > 0.9 for each in named)
    assert {each.name: each.rho > 0 for each in named} == {"p3": True, "p7": False}


@pytest.mark.parametrize("coded", [(), ("p1", "p4")])
def test_two_are_always_given_and_seldom_called_clear_where_nothing_decides(coded):
    """Meant to err once in twenty over both families; of 60 tries 9 or more come once in 300."""
    tries = 60
    assert stats.binom.sf(8, tries, 0.05) < 1 / 300
    rng = np.random.default_rng(8)
    wrong = 0
    for seed in range(tries):
        named = deciders(rng.standard_normal(40), made_sets(40, 12, seed), seed, coded)
        assert len(named) == 2
        wrong += any(each.clear for each in named)
    assert wrong <= 8


def test_what_codes_the_sign_has_a_lower_limit_of_its_own():
    """A correlation that is lost among 130 parameters can be told among two."""
    sets = made_sets(50, 130, 9)
    noise = np.random.default_rng(2).standard_normal(50)
    score = np.array([one["p5"] for one in sets]) / math.sqrt(1 / 12) + 2.2 * noise
    assert not any(each.clear for each in deciders(score, sets, seed=1))
    first = deciders(score, sets, seed=1, coded=("p5", "p6"))[0]
    assert (first.name, first.clear, first.coded) == ("p5", True, True)
    assert 0.35 < first.rho < 0.6  # so that the test is of what it says


def test_too_few_sets_name_nothing():
    sets = made_sets(6, 2, 1)
    assert deciders(np.array([one["p0"] for one in sets]), sets, seed=1) == []


def test_false_alarms_are_as_rare_as_the_level_says():
    """One arm of 200 sets under all names, each with replications of its own.

    A condition errs in 5 % at most: in 2.5 % towards the claim, and in less towards its refutation
    where there are several. Conditions share runs, so only a rough bound is held: over 30 seeds
    the share was 3.3 % with a standard deviation of 0.6 %, and four of these are allowed.
    """
    claims = [each for each in load_claims() if each.id in ("N2", "N5", "N9", "N12", "N16", "N26")]
    null = count_alarms(claims, runs(200, 8, 0.0, 0.1, seed=21), 2)
    assert null.same_chance == 0
    assert 0.01 <= null.condition_rate <= 0.057
    assert null.rate[0] <= 0.08


def test_the_interval_of_the_null_takes_whole_sets():
    """All alarms in one of ten sets: far less is known than of as many independent ones."""
    crowded = np.where(np.arange(10) == 0, 20, 0)
    null = Null(0, crowded, np.zeros(10, dtype=int), 26, 0, 0)
    rate, low, high = null.rate
    assert rate == pytest.approx(20 / 260)
    independent = wilson(20, 260)
    assert low == 0.0 and high - low > 2.0 * (independent[1] - independent[0])


def test_the_best_policy_is_clear_of_all_others():
    base = runs(6, 2)
    noise = 1e-4 * RNG.standard_normal(base.shape)
    values = {"a": base, "b": base + 0.1 + noise, "c": base + 0.2 - noise}
    assert set(winners(values, "profit", "year2")) == {"c"}
    assert set(winners(values, "exhaustion", "year1")) == {"a"}
    values["c"] = values["b"]
    assert set(winners(values, "profit", "year2")) == {""}
