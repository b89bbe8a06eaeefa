"""The service core against theory that says more than means.

Means under Erlang C, Erlang A and Pollaczek and Khinchine's formula are held in
tests/sim/test_service_core.py. Here: the law of the wait, the loss formula with its indifference
to the service law, and one server with lognormal service and abandonment. Each comparison pools
independent runs with seeds of their own; false alarms are stated in ``theory``.
"""

import math

import numpy as np
import pytest

from sim import service_core
from tests.verification.theory import (
    Markov,
    OneServer,
    assert_mean,
    assert_normal,
    assert_share,
    exponential_outlasts,
    lognormal_outlasts,
    loss_of,
    wait_with_one_server,
)

SEEDS = 16
FROM_EMPTY = 1e-3
"""Relative error granted for the empty start of a run of finite length."""


def test_the_yardsticks_agree_where_they_meet() -> None:
    """Protects the theory itself: two derivations of one number. Exact, no chance involved."""
    erlang = Markov(0.75, 4.0, 2.0, 3)
    assert erlang.served_within(1e4) == pytest.approx(1.0 - erlang.abandoned, rel=1e-9)
    assert erlang.rate * erlang.service * (1.0 - erlang.abandoned) == pytest.approx(
        3 * erlang.occupancy, rel=1e-9
    )
    # Endless patience: Erlang's C formula, and his exponential law of the wait.
    load, servers = 2.4, 3
    top = load**servers / math.factorial(servers) * servers / (servers - load)
    delayed = top / (sum(load**n / math.factorial(n) for n in range(servers)) + top)
    endless = Markov(load / 5.0, 5.0, 1e12, servers)
    assert endless.delayed == pytest.approx(delayed, rel=1e-6)
    for minutes in (0.0, 1.0, 10.0):
        longer = delayed * math.exp(-(servers - load) / 5.0 * minutes)
        assert endless.served_within(minutes) == pytest.approx(1.0 - longer, rel=1e-6)
    # C from B: the two formulas of 1917.
    lost = loss_of(load, servers)
    assert delayed == pytest.approx(servers * lost / (servers - load * (1.0 - lost)), rel=1e-12)
    # No patience at all is the loss formula.
    assert Markov(0.8, 4.0, 1e-7, 3).abandoned == pytest.approx(loss_of(3.2, 3), rel=1e-5)
    # One server: the integral equation against the birth-death chain and against P-K.
    one = OneServer(0.2, exponential_outlasts(4.0), exponential_outlasts(9.0), 200.0)
    chain = Markov(0.2, 4.0, 9.0, 1)
    assert (one.delayed, one.served, one.wait) == pytest.approx(
        (chain.delayed, 1.0 - chain.abandoned, chain.wait), rel=1e-3
    )
    patient = OneServer(0.2, lognormal_outlasts(4.0, 1.0), exponential_outlasts(1e12), 400.0)
    assert patient.wait == pytest.approx(wait_with_one_server(0.2, 4.0, 1.0), rel=1e-3)


@pytest.mark.parametrize(
    ("rate", "service", "patience", "reps"),
    [
        pytest.param(0.65, 4.0, math.inf, 3, id="Erlang C"),
        pytest.param(0.90, 4.0, 5.0, 3, id="Erlang A, load 1.2"),
        pytest.param(2.70, 6.6, 9.0, 20, id="Erlang A, 20 reps"),
    ],
)
def test_the_law_of_the_wait(rate: float, service: float, patience: float, reps: int) -> None:
    """Protects service levels: the share served within t, at five t; 15 comparisons.

    Erlang 1917 and Palm 1957: 1 - C exp(-(c m - l) t) for C, an absorbing chain for A.
    """
    expected = Markov(rate, service, min(patience, 1e12), reps)
    runs = [service_core(rate, service, patience, reps, 60_000.0, seed) for seed in range(SEEDS)]
    for minutes in (0.0, 0.5, 2.0, 5.0, 15.0):
        within = [np.count_nonzero(run.waits <= minutes) / run.arrivals for run in runs]
        assert_mean(within, expected.served_within(minutes), slack=FROM_EMPTY)


@pytest.mark.parametrize("cv", [0.0, 2.0])
@pytest.mark.parametrize(("load", "reps"), [(3.2, 3), (9.0, 12)])
def test_who_does_not_wait_is_lost_by_erlangs_formula_whatever_the_service(
    load: float, reps: int, cv: float
) -> None:
    """Protects the loss limit: with no patience the share lost knows only the mean service.

    Erlang B, 1917; insensitive to the law of the service (Sevastyanov 1957). 8 comparisons.
    """
    runs = [
        service_core(
            load / 4.0, 4.0, 1e-9, reps, 40_000.0, seed, service="lognormal", service_cv=cv
        )
        for seed in range(SEEDS)
    ]
    lost = loss_of(load, reps)
    assert_mean([run.abandoned for run in runs], lost, slack=FROM_EMPTY)
    assert_mean([run.occupancy for run in runs], load * (1.0 - lost) / reps, slack=FROM_EMPTY)


@pytest.mark.parametrize(
    ("rate", "patience", "cv"), [(0.15, 20.0, 0.5), (0.15, 20.0, 1.5), (0.35, 6.0, 0.8)]
)
def test_one_server_with_lognormal_service_and_abandonment(
    rate: float, patience: float, cv: float
) -> None:
    """Protects service law and abandonment together: M/G/1+M has an exact solution.

    Baccelli and Hebuterne 1981, solved by level crossings. 9 comparisons.
    """
    outlasts = lognormal_outlasts(4.0, cv)
    theory = OneServer(rate, outlasts, exponential_outlasts(patience), 200.0)
    runs = [
        service_core(rate, 4.0, patience, 1, 100_000.0, seed, service="lognormal", service_cv=cv)
        for seed in range(SEEDS)
    ]
    assert_mean([run.abandoned for run in runs], 1.0 - theory.served, slack=FROM_EMPTY)
    assert_mean([run.waits.mean() for run in runs], theory.wait, slack=FROM_EMPTY)
    assert_mean([run.occupancy for run in runs], theory.delayed, slack=FROM_EMPTY)


def test_arrivals_are_a_poisson_process() -> None:
    """Protects the assumption behind all of this: counts of disjoint runs are Poisson.

    The sum over runs of (count - mean)^2 / mean is chi-squared; one comparison, by its normal
    approximation at 400 degrees of freedom. And the first arrivals' chance of finding nobody.
    """
    mean, runs = 60.0, 400
    counts = np.array(
        [service_core(0.6, 0.01, math.inf, 9, 100.0, seed).arrivals for seed in range(runs)]
    )
    score = float(((counts - mean) ** 2).sum() / mean - runs) / math.sqrt(2.0 * runs)
    assert_normal(score)
    empty = sum(service_core(0.6, 0.01, math.inf, 9, 1.0, s).arrivals == 0 for s in range(2000))
    assert_share(empty, 2000, math.exp(-0.6))
