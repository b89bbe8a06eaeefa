"""Who is absent, who quits and how long the place stays empty, against closed forms.

Hazards are run at constant states, all else off. False alarms: see ``theory``.
"""

import math
from typing import Any

import numpy as np

from sim import Centre, simulate
from sim.behaviours.rep import REP_GENERATION
from tests.verification.bare import BARE, bare_centre, day_by_day
from tests.verification.theory import assert_mean, assert_normal, assert_share

# Absence.


def test_absence_is_an_alternating_renewal_process() -> None:
    """Protects sick days: the share absent at a given state is a m / (a m + 1 - a); 2 comparisons.

    On each day on which one is well one falls ill with the chance a, for m days in the mean: by
    renewal and reward (Smith 1955) that is the share of days absent. Exhaustion is held still here,
    each rep at a level of its own, and multiplies a by exp(2 exhaustion).
    """
    centre = bare_centre(
        customers=1,
        seats=60,
        absence_base=0.02,
        absence_spell=4.0,
        absence_exhaustion=2.0,
        absence_depersonalisation=0.0,
        recovery_night=0.0,
        recovery_off=0.0,
    )
    days, gaps = 1_500, []
    for seed in range(12):
        outcome = simulate(centre, BARE, days=days, seed=seed)
        chance = 0.02 * np.exp(2.0 * outcome.floor.reps["exhaustion"])
        share = (chance * 4.0 / (chance * 4.0 + 1.0 - chance)).mean()
        gaps.append(outcome.tallies["absent_days"].sum() / (60 * days) / share)
    # All begin well: the first weeks' lack is a share of about 4 / 1500.
    assert_mean(gaps, 1.0, slack=5e-3)
    # Spells are geometric: of those that begin, this share lasts one day only.
    ill = np.array([f.reps["absent"].copy() for f in day_by_day(centre, BARE, days=800, seed=1)])
    # With a chance of falling ill anew the day after, which prolongs what is seen.
    outcome = simulate(centre, BARE, days=800, seed=1)
    a = (0.02 * np.exp(2.0 * outcome.floor.reps["exhaustion"]))[None, :]
    begun = ill[1:-1] & ~ill[:-2]
    ends = begun & ~ill[2:]
    expected = begun * (0.25 * (1.0 - a))
    score = ends.sum() - expected.sum()
    spread = math.sqrt(float((expected * (1.0 - 0.25 * (1.0 - a))).sum()))
    assert_normal(float(score) / spread)


# Quitting, and the place that it leaves.


def leavers_centre(**values: Any) -> Centre:
    """Return a centre in which reps do nothing but stay or quit, by tenure alone."""
    alone = {"quit_exhaustion": 0.0, "quit_depersonalisation": 0.0}
    hazard = {"quit_base": 0.8, "quit_early": 4.0, "quit_tenure": 60.0, "hiring_days": 12.0}
    return bare_centre(**({"customers": 1, "seats": 150} | alone | hazard | values))


def test_staying_by_tenure() -> None:
    """Protects the early leaver: survival after n evenings is the exponential of a closed sum.

    The hazard h (1 + e exp(-t / T)) / 365, summed over the evenings 0 to n - 1, is a geometric
    series. 5 comparisons, binomial: all who were hired at least n days before the end.
    """
    outcome = simulate(leavers_centre(), BARE, days=1_500, seed=9)
    careers = outcome.careers
    new = careers["entered"] > 0.0
    left, entered = careers["left"][new], careers["entered"][new]
    for n in (1, 14, 60, 180, 540):
        followed = entered + n <= 1_500
        stayed = followed & ~(left - entered <= n)
        early = 4.0 * -math.expm1(-n / 60.0) / -math.expm1(-1.0 / 60.0)
        assert_share(stayed.sum(), followed.sum(), math.exp(-0.8 / 365.0 * (n + early)))


def test_the_first_staff_quits_by_its_own_tenure() -> None:
    """Protects tenures from before the first morning; by thirds of tenure, 3 comparisons.

    Quits less the sum of their chances, evening by evening, is a martingale.
    """
    centre, days = leavers_centre(), 200
    tenures = -next(day_by_day(centre, BARE, days=0, seed=3)).reps["hired"]
    gone = simulate(centre, BARE, days=days, seed=3).floor.careers
    left = dict(zip(gone["id"].tolist(), gone["left_day"].tolist(), strict=True))
    evenings = np.array([left.get(seat, days - 1) + 1 for seat in range(len(tenures))])
    tenure = tenures[:, None] + np.arange(days)
    chance = -np.expm1(-0.8 / 365.0 * (1.0 + 4.0 * np.exp(-tenure / 60.0)))
    chance[np.arange(days) >= evenings[:, None]] = 0.0
    quit_ = np.array([seat in left for seat in range(len(tenures))])
    thirds = np.searchsorted(np.quantile(tenures, [1 / 3, 2 / 3]), tenures)
    for third in range(3):
        rows = thirds == third
        spread = float((chance * (1.0 - chance))[rows].sum())
        assert_normal(float(quit_[rows].sum() - chance[rows].sum()) / math.sqrt(spread))


def test_burnout_multiplies_quitting() -> None:
    """Protects S15's mechanism: the hazard is exp(q_e E + q_d D) times as high; 2 comparisons.

    Exhaustion is held still, each rep at its own; the quits of the more and of the less exhausted
    half, against the sum of their chances.
    """
    centre = leavers_centre(
        quit_early=0.0,
        quit_exhaustion=6.0,
        quit_depersonalisation=2.0,
        depersonalisation_exhaustion=0.5,
        recovery_night=0.0,
        recovery_off=0.0,
    )
    score, spread = np.zeros(2), np.zeros(2)
    before = None
    for floor in day_by_day(centre, BARE, days=600, seed=8):
        reps = floor.reps
        if before is not None:
            # There yesterday evening, or hired today: at risk this evening.
            person, there = before
            at_risk = there | (person != reps["id"])
            exhausted = reps["exhaustion"]
            p = -np.expm1(-0.8 / 365.0 * np.exp(6.0 * exhausted + 2.0 * 0.5 * exhausted))
            for half, chosen in enumerate((exhausted < 0.1, exhausted >= 0.1)):
                rows = at_risk & chosen
                score[half] += (rows & ~reps["present"]).sum() - p[rows].sum()
                spread[half] += (p * (1.0 - p))[rows].sum()
        before = reps["id"].copy(), reps["present"].copy()
    assert spread.min() > 50.0
    for half in range(2):
        assert_normal(float(score[half] / math.sqrt(spread[half])))


def test_a_place_stays_empty_for_the_hiring_time() -> None:
    """Protects vacancies: whole days of an exponential time are geometric; 4 comparisons.

    A place is empty for at least k mornings with the chance exp(-k / m). Those that were left too
    late for k mornings to follow are not asked.
    """
    days = 1_500
    floor = simulate(leavers_centre(), BARE, days=days, seed=4).floor
    there = floor.reps[floor.reps["present"]]
    hired = dict(zip(there["id"].tolist(), there["hired"].tolist(), strict=True))
    hired |= dict(zip(floor.careers["id"].tolist(), floor.careers["hired"].tolist(), strict=True))
    left = floor.careers["left_day"]
    filled = np.array([hired.get(int(one) + REP_GENERATION, 10**9) for one in floor.careers["id"]])
    assert len(left) > 400
    for mornings in (1, 5, 12, 30):
        asked = left + mornings < days
        empty = asked & (filled - left - 1 >= mornings)
        assert_share(empty.sum(), asked.sum(), math.exp(-mornings / 12.0))
