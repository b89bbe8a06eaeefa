"""Customers against closed forms: leaving, joining, drifting, calling, complaining, telling.

Whole runs with all else off. What has no chance in it must agree but for rounding; for the rest
the false alarms are stated in ``theory``.
"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import gammaln

from sim import Centre, Policy, simulate
from sim.behaviours.calendar import MONTH
from sim.behaviours.customer import GENERATION, anger_now
from tests.sim.scenes import Scene
from tests.verification.bare import BARE, bare_centre, day_by_day, logged, totals
from tests.verification.theory import FALSE_ALARM, assert_normal, assert_share

STILL = {"product_pull": 0.0, "loyalty_pull": 0.0, "seats": 1}
"""Nobody's satisfaction or loyalty moves by itself."""


def at_first(centre: Centre, seed: int) -> np.ndarray:
    """Return the customers on the first morning."""
    return np.asarray(next(day_by_day(centre, BARE, days=0, seed=seed)).customers.copy())


# Leaving and joining.


def test_staying_at_the_same_loyalty() -> None:
    """Protects the churn hazard: after n months (1 - h)^n are left; 7 comparisons, binomial.

    h = b exp(-s (loyalty - 1 / 2)), the same every month. Each month is asked of its own run.
    """
    for seed, (months, loyalty) in enumerate(
        [(1, 0.8), (6, 0.8), (24, 0.8), (1, 0.3), (3, 0.3), (12, 0.3), (12, 0.5)]
    ):
        centre = bare_centre(
            customers=4_000,
            churn_base=0.03,
            churn_loyalty=3.0,
            product_satisfaction=loyalty,
            feeling_spread=0.0,
            **STILL,
        )
        t = simulate(centre, BARE, days=months * MONTH, seed=seed).tallies
        leaving = 0.03 * math.exp(-3.0 * (loyalty - 0.5))
        assert_share(t["customers"][-1], 4_000, (1.0 - leaving) ** months)


def test_months_of_leaving_are_geometric() -> None:
    """Protects the clock of leaving: as many leave in each month as the hazard says; one test.

    Chi-squared over 24 months and those who stay, the chances being known.
    """
    centre = bare_centre(
        customers=6_000, churn_base=0.06, churn_loyalty=0.0, feeling_spread=0.0, **STILL
    )
    t = simulate(centre, BARE, days=24 * MONTH, seed=3).tallies
    left = t["leaves"].reshape(24, MONTH).sum(axis=1)
    chances = 0.06 * 0.94 ** np.arange(24)
    expected = 6_000 * np.append(chances, 0.94**24)
    found = stats.chisquare(np.append(left, t["customers"][-1]), expected)
    assert found.pvalue > FALSE_ALARM


def test_a_mixed_market_loses_the_disloyal_first() -> None:
    """Protects the hazard of unlike customers: sums over people of (1 - h_i)^n; 4 comparisons.

    In the mean a mixed market's churn falls with time though nobody's does (Vaupel and Yashin
    1985), and the loyalty of those left rises as the same sum says.
    """
    centre = bare_centre(
        customers=6_000,
        churn_base=0.05,
        churn_loyalty=8.0,
        product_satisfaction=0.5,
        feeling_spread=0.5,
        **STILL,
    )
    loyalty = at_first(centre, 5)["loyalty"]
    leaving = np.minimum(1.0, 0.05 * np.exp(-8.0 * (loyalty - 0.5)))
    assert leaving.max() > 5.0 * leaving.min()
    for months in (3, 18):
        floor = simulate(centre, BARE, days=months * MONTH, seed=5).floor
        stay = (1.0 - leaving) ** months
        spread = stay * (1.0 - stay)
        there = floor.customers["present"]
        assert_normal((there.sum() - stay.sum()) / math.sqrt(spread.sum()))
        # The sum of the survivors' loyalty above the expected mean is centred, too.
        apart = loyalty - (stay @ loyalty) / stay.sum()
        assert apart[there].mean() > loyalty.mean() - (stay @ loyalty) / stay.sum()
        assert_normal(float(apart[there].sum()) / math.sqrt(float(spread @ apart**2)))


def test_the_second_form_of_leaving_is_the_shifted_beta_geometrics() -> None:
    """Protects churn by tenure: who has stayed long stays; 4 comparisons.

    A monthly hazard of B / (M + m) at m months of custom leaves, after n visits from m on,
    Gamma(M + m - B + n) Gamma(M + m) / (Gamma(M + m - B) Gamma(M + m + n)) of them, as in the
    shifted-beta-geometric (Fader and Hardie 2007); in the mean over who joined when, by halves of
    tenure.
    """
    people, memory, usual = 6_000, 10.0, 20.0
    centre = bare_centre(
        customers=people,
        churn_by_tenure=True,
        churn_memory=memory,
        churn_usual=usual,
        churn_base=0.03,
        churn_loyalty=0.0,
        feeling_spread=0.0,
        **STILL,
    )
    joined = at_first(centre, 6)["joined"]
    seat = np.arange(people)
    # The seats of a thirtieth of the market are visited on each day, in order.
    visit = np.searchsorted(np.arange(1, MONTH + 1) * people // MONTH, seat, side="right")
    tenure = (visit - joined) / MONTH
    top = 0.03 * (memory + usual)
    for months in (2, 24):
        there = simulate(centre, BARE, days=months * MONTH, seed=6).floor.customers["present"]
        a, b = memory + tenure - top, memory + tenure
        stay = np.exp(gammaln(a + months) + gammaln(b) - gammaln(a) - gammaln(b + months))
        for long in (tenure < usual, tenure >= usual):
            spread = math.sqrt(float((stay * (1.0 - stay))[long].sum()))
            assert_normal(float(there[long].sum() - stay[long].sum()) / spread)


def test_a_market_of_leaving_and_joining_finds_its_balance() -> None:
    """Protects the inflow: seats are two-state chains of their own; 4 comparisons, binomial.

    With chances h of leaving and a of joining in a month, a seat that held a customer at first
    holds one after n months with the chance p + (1 - p)(1 - a - h)^n, p = a / (a + h); one that
    did not with p - p (1 - a - h)^n.
    """
    joining, leaving = -math.expm1(-0.09), 0.05
    for seed, months in enumerate((4, 60)):
        centre = bare_centre(
            customers=2_500,
            market=2.0,
            churn_base=leaving,
            churn_loyalty=0.0,
            entry_rate=0.09,
            entry_reputation=0.0,
            **STILL,
        )
        there = simulate(centre, BARE, days=months * MONTH, seed=seed).floor.customers["present"]
        balance = joining / (joining + leaving)
        memory = (1.0 - joining - leaving) ** months
        assert_share(there[:2_500].sum(), 2_500, balance + (1.0 - balance) * memory)
        assert_share(there[2_500:].sum(), 2_500, balance - balance * memory)


@pytest.mark.parametrize(("engine", "months"), [("compiled", 30), ("mesa", 4)])
def test_satisfaction_and_loyalty_drift_to_the_product(engine: str, months: int) -> None:
    """Protects the months, exactly: two linear recursions, one feeding the other.

    s_n = P + (s_0 - P) k^n and l_n = P + (l_0 - P) m^n + (s_0 - P)(1 - m) k (k^n - m^n) / (k - m),
    with k and m the shares kept in a month, of satisfaction and of loyalty.
    """
    centre = bare_centre(
        customers=400,
        seats=1,
        product_satisfaction=0.7,
        feeling_spread=0.5,
        product_pull=0.06,
        loyalty_pull=0.2,
    )
    first = at_first(centre, 1)
    last = simulate(centre, BARE, days=months * MONTH, seed=1, engine=engine).floor.customers  # type: ignore[arg-type]
    k, m = 0.94, 0.8
    s0, l0 = first["satisfaction"] - 0.7, first["loyalty"] - 0.7
    assert last["satisfaction"] == pytest.approx(0.7 + s0 * k**months, rel=1e-9)
    pulled = s0 * (1.0 - m) * k * (k**months - m**months) / (k - m)
    assert last["loyalty"] == pytest.approx(0.7 + l0 * m**months + pulled, rel=1e-9)


# Calls.


def test_calls_are_poisson_processes() -> None:
    """Protects the calendar: each customer's calls over two years are Poisson; 2 comparisons.

    The mean, and Fisher's index of dispersion, which is chi-squared with one degree less.
    """
    people, rate, years = 4_000, 6.0, 2.0
    centre = bare_centre(customers=people, seats=20, enquiries_per_year=rate)
    outcome = simulate(centre, BARE, days=int(365 * years), seed=7)
    calls = outcome.floor.customers["enquiries"]
    mean = rate * years
    assert_normal((calls.mean() - mean) / math.sqrt(mean / people))
    index = float(((calls - calls.mean()) ** 2).sum() / calls.mean())
    assert_normal((index - (people - 1)) / math.sqrt(2.0 * (people - 1)))


@pytest.mark.parametrize("peak", [0.0, 0.35, 0.9])
def test_calls_come_over_the_day_as_the_peak_says(peak: float) -> None:
    """Protects the day's shape: before the share x of the hours comes (1 + p) x - p x^2 of it.

    Kolmogorov and Smirnov's test of one sample on some 10,000 calls. Each was drawn on its own.
    """
    centre = bare_centre(
        customers=30_000,
        seats=60,
        enquiries_per_year=3.0,
        peak=peak,
        open_minutes=600.0,
        shift_minutes=600.0,
    )
    _, log = logged(centre, days=40, seed=2)
    assert len(log) > 8_000
    share = (log["minute"] % 1440.0 - 480.0) / 600.0
    found = stats.kstest(share, lambda x: (1.0 + peak) * x - peak * x * x)
    assert found.pvalue > FALSE_ALARM


# Issues: voiced, borne or left over.


def test_who_complains_and_who_leaves_in_silence() -> None:
    """Protects exit and voice at a constant loss and loyalty; 3 comparisons.

    Issues come at their rate, thinned by transparency where they are misunderstandings; a share
    logistic(...) is voiced (Hirschman 1970), and of the silent a share s severity (1 - loyalty)
    leaves.
    """
    loyalty, loss = 0.3, 0.5
    still = STILL | {"seats": 20, "trait_spread": 0.0, "feeling_spread": 0.0, "loss_cv": 0.0}
    centre = bare_centre(
        customers=8_000,
        issues_per_year=2.0,
        loss=loss,
        serious_loss=0.5,
        product_satisfaction=loyalty,
        failure_disappointment=0.0,
        loyalty_conflict=0.0,
        silent_exit=0.6,
        transparency_effect=0.8,
        **still,
    )
    policy = Policy(support=BARE.support.model_copy(update={"transparency": 1.0}))
    t = totals(simulate(centre, policy, days=180, seed=4))
    severity = loss / (loss + 0.5)
    voiced = 1.0 / (1.0 + math.exp(-(-2.9 + 4.6 * severity + 0.8 * (loyalty - 0.5))))
    assert_share(int(t["voiced"]), int(t["issues"]), voiced)
    assert_share(int(t["silent_exits"]), int(t["silent"]), 0.6 * severity * (1.0 - loyalty))
    # Over the customer-days that were there; who has something open has the next told with it.
    left = 1.0 - 0.25 * 0.8
    expected = t["customers"] * 2.0 / 365.0 * left
    assert_normal((t["issues"] + t["folded"] - expected) / math.sqrt(expected))


# Words of mouth.


def degrees(floor: Any) -> np.ndarray:
    """Return each seat's number of ties."""
    return np.asarray(np.diff(floor.ties_from))


def test_complainants_tell_each_tie_with_the_chance_of_their_outcome() -> None:
    """Protects S9's rates: tellings are binomial over the ties of those who had a conflict.

    Two comparisons, of the satisfied and of the dissatisfied; ties are counted from the network
    and the log.
    """
    centre = bare_centre(
        customers=3_000,
        seats=20,
        ties=8.0,
        issues_per_year=6.0,
        voice_base=2.0,
        telling_satisfied=0.15,
        telling_dissatisfied=0.4,
        telling_monthly=0.0,
    )
    outcome, log = logged(centre, days=90, seed=3)
    t = totals(outcome)
    ties = degrees(outcome.floor)
    assert ties.mean() == pytest.approx(8.0, abs=0.5)
    told = log[log["concluded"]]
    assert len(told) == t["conflicts_concluded"] > 1_000
    pleased = told["satisfaction"] >= centre.satisfaction_anchor
    seats = told["customer"] % GENERATION
    assert 200 < pleased.sum() < len(told) - 200
    assert (t["told_satisfied"], t["told_dissatisfied"]) == (t["tellings_good"], t["tellings_bad"])
    assert t["conflicts_satisfied"] == pleased.sum()
    assert_share(int(t["tellings_good"]), int(ties[seats[pleased]].sum()), 0.15)
    assert_share(int(t["tellings_bad"]), int(ties[seats[~pleased]].sum()), 0.4)


@pytest.mark.parametrize("product", [0.8, 0.35])
def test_contented_customers_chat_in_proportion_to_their_feeling(product: float) -> None:
    """Protects the monthly talk, and the reputation that it leaves; 2 comparisons, 1 exact.

    A month's chance is telling_monthly x |satisfaction - anchor|, for all who have a tie. With
    tellings of one kind only, k days of talk leave a gap of (1 - 1 / memory)^k to +1 or -1.
    """
    centre = bare_centre(
        customers=2_000,
        ties=5.0,
        telling_monthly=1.0,
        satisfaction_anchor=0.6,
        product_satisfaction=product,
        feeling_spread=0.0,
        reputation_memory=90.0,
        entry_neutral=0.5,
        **STILL,
    )
    outcome = simulate(centre, BARE, days=12 * MONTH, seed=2)
    t = outcome.tallies
    good, bad = t["tellings_good"].sum(), t["tellings_bad"].sum()
    assert (bad if product > 0.6 else good) == 0
    tied = int((degrees(outcome.floor) > 0).sum())
    assert 1_000 < tied < 2_000
    assert_share(good + bad, 12 * tied, abs(product - 0.6))
    talked = np.cumsum(t["tellings_good"] + t["tellings_bad"] > 0)
    side = 1.0 if product > 0.6 else -1.0
    path = side + (0.5 - side) * (1.0 - 1.0 / 90.0) ** talked
    assert t["reputation"] == pytest.approx(path, rel=1e-9)


@given(
    anger=st.floats(0.0, 1.0), fade=st.floats(0.2, 60.0), one=st.floats(0, 90), two=st.floats(0, 90)
)
def test_anger_fades_by_the_same_share_in_the_same_time(
    anger: float, fade: float, one: float, two: float
) -> None:
    """Protects the fading of anger: exponential, so that two waits are one of their sum."""
    s = Scene(anger_fade=fade)
    s.customer.anger, s.customer.anger_day = anger, 0.0
    both = anger_now(s.customer, s.p, one + two)
    s.customer.anger, s.customer.anger_day = anger_now(s.customer, s.p, one), one
    assert anger_now(s.customer, s.p, one + two) == pytest.approx(both, rel=1e-9, abs=1e-15)
    s.customer.anger, s.customer.anger_day = anger, 0.0
    half = anger_now(s.customer, s.p, fade * math.log(2.0))
    assert half == pytest.approx(anger / 2.0, rel=1e-9)
