"""A place in the roster is a label, and a centre twice as large is the same per head.

The other relations between runs are in test_metamorphic.py. False alarms: see ``theory``.
"""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim import Centre, Policy, simulate
from sim.behaviours.rep import REP_GENERATION
from sim.moves import CALL
from tests.verification.bare import BARE, ENDLESS, day_by_day, logged
from tests.verification.theory import FALSE_ALARM, assert_same_mean

RELABELLED = Centre(
    customers=8_000,
    seats=10,
    team_size=7,
    enquiries_per_year=12.0,
    issues_per_year=6.0,
    initial_training_days=3,
    holiday_days=0,
    planned_absence=0.0,
    quit_base=0.5,
    hiring_days=5.0,
    crossover=0.05,
)
"""Fourteen places in two teams, two to each weekly pattern of days off; nobody is left over."""


def assert_alike(table: np.ndarray) -> None:
    """Hold columns to be exchangeable, rows being independent runs: F of the columns' means.

    Each run's own mean is taken out; what is left hangs together equally between any two columns,
    if they are exchangeable, so that the F test of repeated measures applies.
    """
    runs, columns = table.shape
    within = table - table.mean(axis=1, keepdims=True)
    between = within.mean(axis=0)
    error = ((within - between) ** 2).sum() / ((columns - 1) * (runs - 1))
    f = runs * (between**2).sum() / (columns - 1) / error
    assert stats.f.sf(f, columns - 1, (columns - 1) * (runs - 1)) > FALSE_ALARM, between


def test_a_place_is_a_label() -> None:
    """Protects fairness between places: no place, day off or team is better off; 6 comparisons.

    A rep's place sets team, days off and the order in the roster, and addresses its draws. Over
    whole rounds of the roster and whole weeks, contacts handled and exhaustion are exchangeable.
    """
    place, days = np.arange(14), 70
    handled, exhausted = [], []
    for seed in range(16):
        outcome, log = logged(RELABELLED, Policy(), days=days, seed=seed)
        assert len(outcome.floor.reps) == 14
        served = log["rep"][(log["stage"] == CALL) & (log["rep"] >= 0)] % REP_GENERATION
        handled.append(np.bincount(served, minlength=14))
        exhausted.append(outcome.floor.reps["exhaustion"])
    for rows in (np.array(handled, float), np.array(exhausted)):
        for label in (place, place % 7, place // 7):
            groups = [rows[:, label == one].mean(axis=1) for one in range(label.max() + 1)]
            assert_alike(np.stack(groups, axis=1))


@pytest.mark.parametrize(
    ("seats", "heads"),
    [
        pytest.param(4, 7, id="4 seats, 7 heads: the class room"),
        pytest.param(8, 14, id="8 seats, 14 heads"),
        pytest.param(20, 35, id="20 seats, 35 heads: the reference centre"),
    ],
)
def test_everyone_is_left_over_as_often(seats: int, heads: int) -> None:
    """Protects the roster's round, exactly: over whole rounds each place sits down as often.

    Nobody is ill or away, so a day's surplus is a matter of the order alone, which is to begin
    "with another rep each day, so that nobody is the surplus for ever". Days off move on by a place
    a day, too. With 7 heads some places are never left over and some on two days in seven.
    """
    centre = Centre(
        customers=50,
        seats=seats,
        holiday_days=0,
        absence_base=0.0,
        planned_absence=0.19,
        quit_base=0.0,
        initial_training_days=0,
        enquiries_per_year=0.0,
        issues_per_year=0.0,
    )
    floors = day_by_day(centre, BARE, days=7 * heads, seed=1)
    assert len(next(floors).reps) == heads
    sat = sum(floor.reps["on_floor"].astype(int) for floor in floors)
    assert 0 < sat.sum() < 5 * heads * heads
    assert sat.min() == sat.max(), sat


# Size.

UNTROUBLED: dict[str, Any] = {"anger_wait": 0.0, "wait_procedure": 0.0, "promise_procedure": 0.0}
ONE = Centre(
    customers=11_600,
    seats=4,
    team_size=7,
    superiors_per_seat=0.25,
    patience_minutes=60.0,
    promise_broken=0.0,
    initial_training_days=5,
    **UNTROUBLED,
).model_copy(update={"patience_minutes": ENDLESS})
"""A centre in which waiting has no consequence, for waits are what size does change."""
STEADY = """contacts_per_customer aht conflicts_resolved loyalty satisfaction fcr_no_repeat
    repeat_share compensation_per_conflict occupancy"""
UNSTEADY = """turns cost_per_contact escalation_rate csat churn exhaustion depersonalisation strain
    severe_abuse"""


def assert_scale_does_not_matter(names: str, runs: int, days: int) -> None:
    """Hold a centre and one of twice its size to be equal per head, but for their waits.

    Equal by Welch's test, and the 99 % interval of the difference lies within a tenth of the value,
    so that equality is shown and not only not refuted. Waits fall and service levels rise, each
    surely: a pooled queue is never slower (Smith and Whitt 1981).
    """
    two = ONE.model_copy(update={"customers": 2 * ONE.customers, "seats": 2 * ONE.seats})
    found: list[list[dict[str, float]]] = []
    for place, centre in enumerate((ONE, two)):
        outcomes = [
            simulate(centre, Policy(), days=days, seed=1_000 * place + run) for run in range(runs)
        ]
        assert {len(outcome.floor.reps) for outcome in outcomes} == {7 * (1 + place)}
        found.append([outcome.measures(30, days) for outcome in outcomes])
    samples = {name: [np.array([r[name] for r in side]) for side in found] for name in found[0][0]}
    for name in names.split():
        small, large = samples[name]
        assert_same_mean(small, large)
        interval = stats.ttest_ind(large, small, equal_var=False).confidence_interval(0.99)
        assert max(-interval.low, interval.high) < 0.1 * abs(small.mean()), name
    for name, way in (("wait", "less"), ("service_level", "greater")):
        # By their logarithms: waits are skewed, and it is a ratio that is asked for.
        small, large = (np.log(side) for side in samples[name])
        shown = stats.ttest_ind(large, small, equal_var=False, alternative=way).pvalue
        assert shown < FALSE_ALARM, (name, small.mean(), large.mean())


def test_twice_the_centre_has_the_same_shares_and_shorter_waits() -> None:
    """Protects scale: doubled customers, seats, teams and superiors; 11 comparisons.

    Not per rep-day on the floor: a large roster fills its desks more evenly, so the same work is
    spread over 2 % more desk-days. That is a gain of size like that in waits.
    """
    assert_scale_does_not_matter(STEADY, 12, 120)


@pytest.mark.slow
def test_twice_the_centre_has_the_same_burnout() -> None:
    """Protects the same for what varies more between runs; 11 comparisons."""
    assert_scale_does_not_matter(UNSTEADY, 80, 180)
