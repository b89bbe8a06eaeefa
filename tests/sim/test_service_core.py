"""The queue against queueing theory, alone and inside the whole model.

Each comparison pools independent runs with seeds of their own and holds Student's t of the
difference within a bound that a sound queue passes by chance in about one of a million draws
of the seeds (two-sided, 1e-6 a comparison). Seeds are fixed: what passes once stays passed.
"""

import heapq
import math

import numpy as np
import pytest
from scipy import stats

from sim import Centre, Policy, Support, purposes, service_core, simulate
from sim.chance import TO_UNIT, philox

SEEDS = 24
FALSE_ALARM = 1e-6


def assert_mean(values, expected: float, *, floor: float = 0.0) -> None:
    """Hold the mean of independent ``values`` against what theory says.

    ``floor`` is the relative error that a run of finite length from an empty start may have.
    """
    values = np.asarray(values, float)
    error = values.std(ddof=1) / math.sqrt(len(values))
    bound = stats.t.isf(FALSE_ALARM / 2.0, len(values) - 1) * error + floor * abs(expected)
    assert abs(values.mean() - expected) <= bound, (values.mean(), expected, error)


def queue_in_theory(rate: float, service: float, patience: float, reps: int) -> dict[str, float]:
    """Return Erlang A (Erlang C for infinite patience) from the birth-death balance.

    The wait is that of those who are served: someone who finds k in the queue ahead of them is
    served with probability cm / (cm + (k + 1) t), after k + 1 stages of rate cm + (i + 1) t,
    with m and t the rates of service and of giving up.
    """
    m, t = 1.0 / service, 1.0 / patience
    log_weights = [0.0]
    while len(log_weights) < reps + 20 or log_weights[-1] > max(log_weights) - 60.0:
        n = len(log_weights)
        leaving = min(n, reps) * m + max(n - reps, 0) * t
        log_weights.append(log_weights[-1] + math.log(rate / leaving))
    weights = np.exp(np.array(log_weights) - max(log_weights))
    share = weights / weights.sum()
    queue = np.arange(len(share) - reps)
    busy = share[reps:]
    served = reps * m / (reps * m + (queue + 1.0) * t)
    stages = np.cumsum(1.0 / (reps * m + (queue + 1.0) * t))
    delayed = float(busy.sum())
    abandoned = float(busy @ (1.0 - served))
    return {
        "delayed": delayed,
        "abandoned": abandoned,
        "wait": float(busy @ (served * stages)) / (1.0 - abandoned),
        "occupancy": float(share @ np.minimum(np.arange(len(share)), reps)) / reps,
    }


def observed(minutes: float, seed: int, *queue: float, **service) -> dict[str, float]:
    """Return what one run of the queue shows."""
    outcome = service_core(*queue, minutes, seed, **service)
    gave_up = outcome.arrivals - len(outcome.waits)
    return {
        "delayed": (np.count_nonzero(outcome.waits > 0.0) + gave_up) / outcome.arrivals,
        "abandoned": outcome.abandoned,
        "wait": outcome.waits.mean(),
        "occupancy": outcome.occupancy,
    }


def test_the_yardstick_is_erlang_c():
    """Protects the theory itself: with infinite patience it is Erlang's published formula."""
    reps, load = 14, 12.0
    top = load**reps / math.factorial(reps) * reps / (reps - load)
    chance_of_waiting = top / (sum(load**n / math.factorial(n) for n in range(reps)) + top)
    found = queue_in_theory(load / 5.0, 5.0, math.inf, reps)
    assert found["delayed"] == pytest.approx(chance_of_waiting, rel=1e-9)
    assert found["wait"] == pytest.approx(chance_of_waiting * 5.0 / (reps - load), rel=1e-9)
    assert found["occupancy"] == pytest.approx(load / reps, rel=1e-9)
    assert found["abandoned"] == 0.0


SETTINGS = [
    # arrivals a minute, mean service, mean patience, reps
    pytest.param(0.10, 4.0, math.inf, 1, id="C: 1 rep, load 0.4"),
    pytest.param(0.20, 4.0, math.inf, 1, id="C: 1 rep, load 0.8"),
    pytest.param(0.85, 4.0, math.inf, 4, id="C: 4 reps, load 0.85"),
    pytest.param(2.70, 6.6, math.inf, 20, id="C: 20 reps, load 0.89"),
    pytest.param(38.0, 5.0, math.inf, 200, id="C: 200 reps, load 0.95"),
    pytest.param(0.10, 4.0, 9.0, 1, id="A: 1 rep, load 0.4"),
    pytest.param(0.75, 4.0, 2.0, 3, id="A: 3 reps, load 1"),
    pytest.param(2.70, 8.0, 9.0, 20, id="A: 20 reps, load 1.08"),
    pytest.param(30.0, 5.0, 1.0, 100, id="A: 100 reps, load 1.5"),
    pytest.param(38.0, 5.0, 5.0, 200, id="A: 200 reps, load 0.95"),
]


@pytest.mark.parametrize(
    "queue", [param.values for param in SETTINGS], ids=[p.id for p in SETTINGS]
)
def test_queue_against_erlang(queue):
    """Protects waits, delays, abandonment and occupancy; 40 comparisons at 1e-6 each."""
    rate, service, _, reps = queue
    # Long against the time in which the queue forgets its empty start.
    idle = max(1.0 - rate * service / reps, 0.05)
    minutes = max(300_000.0 / rate, 400.0 * service / idle**2 / reps)
    runs = [observed(minutes, seed, *queue) for seed in range(SEEDS)]
    for name, expected in queue_in_theory(*queue).items():
        assert_mean([run[name] for run in runs], expected, floor=5e-4)


@pytest.mark.parametrize("cv", [0.0, 0.5, 1.0, 1.5])
def test_lognormal_service_against_pollaczek_and_khinchine(cv):
    """Protects the service law: with one rep the mean wait knows its variance; 1e-6 each."""
    rate, service = 0.15, 4.0
    load = rate * service
    expected = load / (1.0 - load) * (1.0 + cv * cv) / 2.0 * service
    runs = [
        observed(400_000.0, seed, rate, service, math.inf, 1, service="lognormal", service_cv=cv)
        for seed in range(SEEDS)
    ]
    assert_mean([run["wait"] for run in runs], expected, floor=5e-4)
    assert_mean([run["delayed"] for run in runs], load, floor=5e-4)
    assert_mean([run["occupancy"] for run in runs], load, floor=5e-4)


@pytest.mark.parametrize(("patience", "reps"), [(math.inf, 3), (6.0, 2), (0.5, 1)])
def test_littles_law_for_those_in_service(patience, reps):
    """Protects the occupancy: reps busy = rate of those served times their service; 1e-6 each."""
    rate, service, minutes = 0.55, 5.0, 100_000.0
    differences = []
    for seed in range(SEEDS):
        outcome = service_core(rate, service, patience, reps, minutes, seed)
        through = len(outcome.waits) / minutes
        differences.append(outcome.occupancy * reps - through * service)
    assert_mean(differences, 0.0)


def test_every_wait_by_hand():
    """Protects the discipline: each wait is that of first come, first served, told by hand."""
    rate, service, patience, reps, minutes, seed = 1.2, 3.0, 5.0, 3, 2_000.0, 5
    outcome = service_core(rate, service, patience, reps, minutes, seed)
    person = np.arange(outcome.arrivals + 1)
    zero = np.zeros_like(person)
    gaps, tempers = (
        -mean * np.log((word + 0.5) * TO_UNIT)
        for word, mean in zip(
            philox(person, zero, zero + purposes.CORE_ARRIVAL, zero, seed, 0)[:2],
            (1.0 / rate, patience),
            strict=True,
        )
    )
    lengths = philox(person, zero, zero + purposes.CORE_SERVICE, zero, seed, 0)[0]
    lengths = -service * np.log((lengths + 0.5) * TO_UNIT)
    arrivals = np.cumsum(gaps)
    assert arrivals[-2] < minutes <= arrivals[-1]
    free = [0.0] * reps
    waits = []
    for arrival, temper, length in zip(arrivals[:-1], tempers, lengths, strict=False):
        start = max(arrival, free[0])
        if start - arrival <= temper:
            waits.append(start - arrival)
            heapq.heapreplace(free, start + length)
    assert 0.05 < outcome.abandoned < 0.5
    assert outcome.waits == pytest.approx(waits, rel=1e-9, abs=1e-9)


def test_same_seed_same_waits():
    """Protects repeatability, and that another seed is another run."""
    one, again, other = (service_core(1.0, 4.0, 9.0, 5, 500.0, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.waits, again.waits)
    assert not np.array_equal(one.waits, other.waits)


GOOD = {
    "arrivals_per_minute": 1.0,
    "mean_service_minutes": 4.0,
    "mean_patience_minutes": 9.0,
    "reps": 5,
    "minutes": 100.0,
    "seed": 1,
}
BAD = [
    *[(name, value) for name in list(GOOD)[:5] for value in (0, -1, math.nan)],
    *[(name, math.inf) for name in ("arrivals_per_minute", "mean_service_minutes", "minutes")],
    ("reps", 1.5),
    ("seed", -1),
    ("seed", 2**32),
    ("service", "gamma"),
    ("service_cv", -1.0),
    ("service_cv", math.nan),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_bad_arguments_are_refused_by_name(name, value):
    """Protects against an answer to a question that makes no sense."""
    law = {"service": "lognormal"} if name == "service_cv" else {}
    with pytest.raises(ValueError, match=name):
        service_core(**(GOOD | law | {name: value}))


def test_nobody_comes():
    """Protects the empty run from a division by zero."""
    outcome = service_core(**(GOOD | {"arrivals_per_minute": 1e-9}))
    assert (outcome.arrivals, outcome.abandoned, outcome.occupancy) == (0, 0.0, 0.0)


def bare_centre(customers: int, seats: int, patience: float) -> Centre:
    """Return a centre round the clock in which nothing is left but the queue.

    Everybody asks routine questions, none comes back, nobody joins, leaves, tires, learns, falls
    ill or takes a break; handling times are lognormal around the mean.
    """
    off = """holiday_days absence_base planned_absence issues_per_year quit_base lunch_minutes
        initial_training_days novice_slowdown fatigue_slowdown exhaustion_slowdown peak redial
        raise_again patience_cv churn_base entry_rate after_call_minutes survey_customers ties"""
    return Centre(
        customers=customers,
        market=1.0,
        seats=seats,
        patience_minutes=patience,
        # Rare, so that two questions of one person seldom fall on one day and are folded.
        enquiries_per_year=3.0,
        enquiry_minutes=6.0,
        handling_cv=0.8,
        open_minutes=1440.0,
        shift_minutes=1440.0,
        days_per_week=7,
        **dict.fromkeys(off.split(), 0),
    )


@pytest.mark.parametrize(
    ("customers", "seats", "patience"),
    [
        pytest.param(47_000, 2, 60.0, id="2 seats, load 0.8, patient"),
        pytest.param(160_000, 5, 5.0, id="5 seats, load 1.1, impatient"),
    ],
)
def test_whole_model_is_the_same_queue(customers, seats, patience):
    """Protects the day loop around the queue, midnight too; six comparisons at 1e-6 each."""
    centre = bare_centre(customers, seats, patience)
    policy = Policy(support=Support(training=0.0, breaks=0.0, break_after_abuse=0.0))
    days, seeds = 16, 16
    found = {"wait": [], "abandoned": [], "occupancy": [], "in service": []}
    rate = 0.0
    for seed in range(seeds):
        t = simulate(centre, policy, days=days, seed=seed).tallies
        total = {name: float(t[name].sum()) for name in t.dtype.names if t[name].ndim == 1}
        assert total["handled"] == total["enquiries"] == total["answered"] > 1000
        assert total["surplus_days"] == total["absent_days"] == total["training_days"] == 0
        rate += total["offered"] / (seeds * days * 1440.0)
        found["wait"].append(total["wait"] / total["answered"])
        found["abandoned"].append(total["abandoned"] / total["offered"])
        found["occupancy"].append(total["talk"] / (seats * days * 1440.0))
        # Little's law for those in service, measured on both sides in the one run.
        found["in service"].append((total["talk"] - 6.0 * total["answered"]) / total["talk"])
    assert rate == pytest.approx(customers * 3.0 / (365.0 * 1440.0), rel=0.01)
    core = [
        observed(
            days * 1440.0, seed, rate, 6.0, patience, seats, service="lognormal", service_cv=0.8
        )
        for seed in range(100, 100 + seeds)
    ]
    for name in ("wait", "abandoned", "occupancy"):
        gap = np.array(found[name]) - [run[name] for run in core]
        assert_mean(gap, 0.0)
    assert_mean(found["in service"], 0.0)
