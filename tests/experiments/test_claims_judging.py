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
from experiments.claims.judging import HOLDS, OPEN, REFUTED, Judged, flips, judge
from experiments.claims.measures import NAMES, PLACE, with_gains
from experiments.claims.noise import moderated, prior_of, trigamma_inverse, wilson
from experiments.claims.null import count_alarms

RNG = np.random.default_rng(1)


def runs(sets: int, replications: int, shift: float = 0.0, noise: float = 0.0, seed: int = 0):
    """Return values of an arm: one half, shifted, with noise."""
    rng = np.random.default_rng(seed)
    shape = (sets, replications, 2, len(NAMES))
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
    """Common noise is common to both arms; what is left is a tenth of the shift."""
    claim = claim_of("N9")
    base = runs(12, 2, 0.0, 0.02, seed=1)
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
    values["empathic"][..., place] += 0.2
    values["empathic-hot"][..., place] += 0.15
    tested = judge(claim, values).tested[2]
    assert tested.contrasts.mean == pytest.approx(-0.05, abs=1e-3)
    assert tested.count(HOLDS) == 10


def test_the_worst_off_party_is_the_one_that_gains_least():
    outside = runs(3, 2)
    arm = outside.copy()
    for party, gain in (("customer", 0.2), ("rep", -0.1), ("employer", 0.3)):
        outside[..., PLACE[f"spread_{party}"]] = 0.5
        arm[..., PLACE[f"welfare_{party}"]] += gain
    filled = with_gains({"outside-option": outside, "arm": arm})
    assert filled["arm"][..., PLACE["worst_off"]] == pytest.approx(-0.2)
    assert filled["outside-option"][..., PLACE["worst_off"]] == pytest.approx(0.0)


def test_a_set_with_a_failed_run_cannot_be_told():
    claim = claim_of("N9")
    base = runs(8, 2)
    own = base - 0.1 + 1e-4 * RNG.standard_normal(base.shape)
    own[3, 1] = np.nan
    judged = judge(claim, {"unapologetic": base, "balanced": own})
    assert judged.verdicts[3] == OPEN and judged.count(HOLDS) == 7


@pytest.mark.parametrize(
    ("holds", "refuted", "untold", "verdict"),
    [
        (40, 2, 8, "holds"),
        (2, 40, 8, "refuted"),
        (25, 20, 5, "depends"),
        (3, 3, 44, "cannot be told"),
        (30, 0, 20, "cannot be told"),
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
    assert {each.name for each in named} == {"p3", "p7"}
    assert all(each.stable > 0.9 for each in named)
    assert {each.name: each.rho > 0 for each in named} == {"p3": True, "p7": False}


def test_nothing_is_named_where_nothing_decides():
    """Meant to err once in twenty; of 60 tries 9 or more would come once in 3,000 times."""
    tries = 60
    assert stats.binom.sf(8, tries, 0.05) < 1 / 300
    rng = np.random.default_rng(8)
    wrong = sum(
        bool(deciders(rng.standard_normal(40), made_sets(40, 12, seed), seed=seed))
        for seed in range(tries)
    )
    assert wrong <= 8


def test_too_few_sets_name_nothing():
    sets = made_sets(6, 2, 1)
    assert deciders(np.array([one["p0"] for one in sets]), sets, seed=1) == []


def test_false_alarms_are_as_rare_as_the_level_says():
    """One arm of 200 sets under all names, each with replications of its own.

    Conditions share runs, so only a rough bound is held: each is to err in 5 %, and what is counted
    must lie within 3 and 8 %: some six standard errors of 13 conditions in 200 sets either way.
    """
    claims = [each for each in load_claims() if each.id in ("N2", "N5", "N9", "N12", "N16", "N26")]
    null = count_alarms(claims, runs(200, 8, 0.0, 0.1, seed=21), 2)
    assert null.same_chance == 0
    assert 0.03 <= null.condition_rate <= 0.08
    assert null.rate[0] <= 0.08


def test_the_best_policy_is_clear_of_all_others():
    base = runs(6, 2)
    noise = 1e-4 * RNG.standard_normal(base.shape)
    values = {"a": base, "b": base + 0.1 + noise, "c": base + 0.2 - noise}
    assert set(winners(values, "profit", "year2")) == {"c"}
    assert set(winners(values, "exhaustion", "year1")) == {"a"}
    values["c"] = values["b"]
    assert set(winners(values, "profit", "year2")) == {""}
