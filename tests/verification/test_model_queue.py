"""The whole model with emotions switched off, held against exact results of queueing theory.

What is exact for which setting. The model's day runs as ever: calendar, roster, heap of servers,
midnight, ledger; only what would bend the queue is off (``bare``).

- Service is exponential only where a rep's conversation is: a rule for choosing moves that talks
  for an exponential time and ends the contact. Then **Erlang A**, and **Erlang C** if patience is
  endless, hold for any number of seats (Erlang 1917, Palm 1957).
- Enquiries have lognormal handling times. For several seats no closed form of the wait is known,
  but **Erlang B** holds whatever the service law if nobody waits; for one seat **Pollaczek and
  Khinchine's** formula if everybody does, and the integral equation of **M/G/1+M** and **M/G/1+G**
  in between, the latter for callers of unlike patience.

Arrivals: M people call at r a year each, questions of one person on one day being told in one, so
a day has a binomial number of calls, M (1 - exp(-r / 365)) in the mean; its variance falls short of
Poisson's by r / 365, here at most 0.9 %, which ``ARRIVALS`` grants. The first day is left out: the
queue forgets its empty start in far less. Runs are independent; false alarms: see ``theory``.
"""

import math
from typing import Any

import pytest

from sim import Centre, Policy, simulate
from sim.moves import END_CONTACT
from sim.parameters.confrontation import MinutesOfMoves
from tests.verification.bare import BARE, ENDLESS, bare_centre, totals
from tests.verification.theory import (
    Markov,
    OneServer,
    assert_mean,
    exponential_outlasts,
    lognormal_outlasts,
    loss_of,
    mixed_outlasts,
    wait_with_one_server,
)

CALLS_A_YEAR = 3.0
SEEDS = 12
DAYS = 21
ARRIVALS = 0.01
"""Relative error granted for calls that are told in one."""


def talk_for_an_exponential_time(
    rep: Any, talk: Any, policy: Any, p: Any, u: float, utilities: Any
) -> int:
    """Talk for an exponential time, of the mean that a superior takes, and end the contact."""
    talk.minutes = -p.superior_minutes * math.log(u)
    return END_CONTACT


def calls_a_minute(centre: Centre) -> float:
    """Return the rate of calls, several of one person on one day being one."""
    return centre.customers * -math.expm1(-CALLS_A_YEAR / 365.0) / 1440.0


def observe(centre: Centre, **how: Any) -> dict[str, list[float]]:
    """Return what each of the independent runs shows, the first day left out."""
    found: dict[str, list[float]] = {name: [] for name in ("wait", "gone", "busy", "level", "rate")}
    for seed in range(SEEDS):
        t = totals(simulate(centre, BARE, days=DAYS, seed=seed, **how), 1)
        minutes = 1440.0 * (DAYS - 1)
        found["wait"].append(t["wait"] / t["answered"])
        found["gone"].append(t["abandoned"] / t["offered"])
        found["busy"].append((t["talk"] + t["after_call"]) / (centre.seats * minutes))
        found["level"].append(t["within_threshold"] / t["offered"])
        found["rate"].append(t["offered"] / minutes)
    return found


EXPONENTIAL = [
    # customers, seats, mean service, mean patience
    pytest.param(20_000, 1, 6.0, ENDLESS, id="C: 1 seat, load 0.68"),
    pytest.param(40_000, 2, 6.0, ENDLESS, id="C: 2 seats, load 0.68"),
    pytest.param(66_000, 3, 6.0, 5.0, id="A: 3 seats, load 0.75"),
    pytest.param(66_000, 3, 12.0, 9.0, id="A: 3 seats, load 1.5"),
]


@pytest.mark.parametrize(("customers", "seats", "service", "patience"), EXPONENTIAL)
def test_with_exponential_talks_the_whole_model_is_erlangs(
    customers: int, seats: int, service: float, patience: float
) -> None:
    """Protects wait, abandonment, occupancy and service level; 5 comparisons each.

    Contacts arise from issues that everybody voices and nobody raises again.
    """
    centre = bare_centre(
        customers=customers,
        seats=seats,
        patience_minutes=patience,
        superior_minutes=service,
        answer_within=60.0,
        issues_per_year=CALLS_A_YEAR,
        voice_base=100.0,
        minutes_of_moves=MinutesOfMoves.model_validate({"end_contact": 0.0}),
    )
    theory = Markov(calls_a_minute(centre), service, patience, seats)
    found = observe(centre, choose=talk_for_an_exponential_time)
    assert_mean(found["rate"], theory.rate)
    # A wait answers to a change of the arrivals' variance by up to 1 / (1 - load) as much.
    assert_mean(found["wait"], theory.wait, slack=2.0 * ARRIVALS)
    assert_mean(found["busy"], theory.occupancy, slack=ARRIVALS)
    assert_mean(found["level"], theory.served_within(1.0), slack=ARRIVALS)
    if patience == ENDLESS:
        assert not any(found["gone"])
    else:
        assert_mean(found["gone"], theory.abandoned, slack=2.0 * ARRIVALS)


@pytest.mark.parametrize("cv", [0.0, 1.8])
def test_nobody_waits_and_the_whole_model_is_the_loss_formula(cv: float) -> None:
    """Protects the seats: with no patience, Erlang B holds for lognormal work too (6 comparisons).

    After-call work is part of what keeps a rep busy.
    """
    centre = bare_centre(
        customers=66_000,
        seats=3,
        patience_minutes=1e-9,
        enquiries_per_year=CALLS_A_YEAR,
        enquiry_minutes=6.6,
        after_call_minutes=1.4,
        handling_cv=cv,
    )
    load = calls_a_minute(centre) * 8.0
    lost = loss_of(load, 3)
    found = observe(centre)
    assert_mean(found["gone"], lost, slack=ARRIVALS)
    assert_mean(found["busy"], load * (1.0 - lost) / 3.0, slack=ARRIVALS)
    assert_mean(found["level"], 1.0 - lost, slack=ARRIVALS)


@pytest.mark.parametrize("cv", [0.0, 1.2])
def test_one_patient_seat_is_pollaczeks_and_khinchines(cv: float) -> None:
    """Protects the law of handling times in the whole model: 4 comparisons.

    Talk and after-call work share one lognormal factor, so the service is lognormal of their sum.
    """
    centre = bare_centre(
        customers=15_000,
        seats=1,
        patience_minutes=ENDLESS,
        enquiries_per_year=CALLS_A_YEAR,
        enquiry_minutes=5.6,
        after_call_minutes=1.4,
        handling_cv=cv,
    )
    rate = calls_a_minute(centre)
    found = observe(centre)
    assert_mean(found["wait"], wait_with_one_server(rate, 7.0, cv), slack=2.0 * ARRIVALS)
    assert_mean(found["busy"], rate * 7.0, slack=ARRIVALS)
    assert not any(found["gone"])


@pytest.mark.parametrize(
    ("customers", "patience", "patience_cv"),
    [(35_000, 4.0, 0.0), (20_000, 9.0, 1.2), (35_000, 4.0, 1.2)],
)
def test_one_impatient_seat_is_the_integral_equations(
    customers: int, patience: float, patience_cv: float
) -> None:
    """Protects lognormal work with abandonment, of alike and of unlike callers; 12 comparisons.

    Unlike callers: each has a mean patience of its own, lognormal over people, and waits an
    exponential time around it; over calls the patience is a mixture, M/G/1+G.
    """
    centre = bare_centre(
        customers=customers,
        seats=1,
        patience_minutes=patience,
        patience_cv=patience_cv,
        enquiries_per_year=CALLS_A_YEAR,
        enquiry_minutes=6.6,
        handling_cv=0.8,
        answer_within=60.0,
    )
    stays = mixed_outlasts(patience, patience_cv) if patience_cv else exponential_outlasts(patience)
    rate = calls_a_minute(centre)
    theory = OneServer(rate, lognormal_outlasts(6.6, 0.8), stays, 200.0)
    found = observe(centre)
    assert_mean(found["wait"], theory.wait, slack=2.0 * ARRIVALS)
    assert_mean(found["gone"], 1.0 - theory.served, slack=2.0 * ARRIVALS)
    assert_mean(found["busy"], theory.delayed, slack=ARRIVALS)
    assert_mean(found["rate"], rate)


@pytest.mark.slow
def test_a_large_centre_is_erlang_a() -> None:
    """Protects the heap of servers at size: 20 seats near their limit; 5 comparisons."""
    centre = bare_centre(
        customers=480_000,
        seats=20,
        patience_minutes=9.0,
        superior_minutes=8.0,
        answer_within=60.0,
        issues_per_year=CALLS_A_YEAR,
        voice_base=100.0,
        minutes_of_moves=MinutesOfMoves.model_validate({"end_contact": 0.0}),
    )
    theory = Markov(calls_a_minute(centre), 8.0, 9.0, 20)
    assert theory.rate * 8.0 / 20.0 > 1.0
    found = observe(centre, choose=talk_for_an_exponential_time)
    for name, expected in (
        ("rate", theory.rate),
        ("wait", theory.wait),
        ("gone", theory.abandoned),
        ("busy", theory.occupancy),
        ("level", theory.served_within(1.0)),
    ):
        assert_mean(found[name], expected, slack=2.0 * ARRIVALS)


def test_the_interpreted_engine_is_the_same_queue() -> None:
    """Protects the theory's reach: what holds for the compiled engine's days holds for Mesa's.

    Exact: the same tallies, to the last bit, so that no comparison need be made twice.
    """
    centre = bare_centre(
        customers=3_000,
        seats=1,
        patience_minutes=9.0,
        superior_minutes=30.0,
        issues_per_year=CALLS_A_YEAR,
        enquiries_per_year=CALLS_A_YEAR,
        voice_base=100.0,
        minutes_of_moves=MinutesOfMoves.model_validate({"end_contact": 0.0}),
    )
    runs = [
        simulate(
            centre,
            Policy(),
            days=12,
            seed=5,
            engine=engine,
            choose=talk_for_an_exponential_time,
        ).tallies
        for engine in ("compiled", "mesa")
    ]
    assert runs[0]["wait"].sum() > 0.0 < runs[0]["abandoned"].sum()
    for name in runs[0].dtype.names or ():
        assert runs[0][name].tobytes() == runs[1][name].tobytes(), name
