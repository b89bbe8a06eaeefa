"""The queue against another simulator: Ciw (MIT licence), written by others in another way.

Ciw moves individuals from event to event with Python's own random numbers; the model knows each
wait on arrival from a heap of servers and draws by address. For several servers with lognormal
service and abandonment no closed form is known, so this is where a second opinion counts.

Waits within one run hang together. So the sample is of independent runs, each giving one number,
and both sides begin empty and look at the same stretch of time: no warm-up has to be agreed on.
Two tests each: Kolmogorov and Smirnov's of the law of that number (exact), and Welch's of its mean,
which sees small shifts better; at 1e-4 each.
"""

import math
from collections.abc import Callable

import ciw
import numpy as np
import pytest

from sim import service_core
from tests.verification.bare import bare_centre, logged
from tests.verification.theory import assert_same_law, assert_same_mean

Sample = dict[str, list[float]]
BEFORE_THE_END = 240.0
"""Minutes before the end of a run from which arrivals are left out, for they may still wait."""


def summary(waits: np.ndarray, given_up: np.ndarray, serving: float) -> dict[str, float]:
    """Return what one run shows: waits of those served, of those who gave up, and the minutes."""
    calls = len(waits) + len(given_up)
    return {
        "mean wait": float(waits.mean()),
        "waits of more than two minutes": float(np.mean(waits > 2.0)),
        "served at once": np.count_nonzero(waits == 0.0) / calls,
        "abandoned": len(given_up) / calls,
        "wait of who gave up": float(given_up.mean()),
        "minutes of service": serving / len(waits),
    }


def collect(run: Callable[[int], dict[str, float]], runs: int) -> Sample:
    """Return the summaries of independent runs by what they tell."""
    found = [run(seed) for seed in range(runs)]
    return {name: [one[name] for one in found] for name in found[0]}


def by_ciw(
    rate: float, service: float, cv: float, patience: float, servers: int, minutes: float
) -> Callable[[int], dict[str, float]]:
    """Return a run of Ciw: lognormal service, exponential patience, first come, first served."""
    v = math.log1p(cv * cv)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)],
        service_distributions=[ciw.dists.Lognormal(math.log(service) - 0.5 * v, math.sqrt(v))],
        reneging_time_distributions=[ciw.dists.Exponential(1.0 / patience)],
        number_of_servers=[servers],
    )

    def run(seed: int) -> dict[str, float]:
        ciw.seed(seed)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(minutes)
        last = minutes - BEFORE_THE_END
        records = [r for r in simulation.get_all_records() if r.arrival_date < last]
        served = [r for r in records if r.record_type == "service"]
        gave_up = [r for r in records if r.record_type == "renege"]
        return summary(
            np.array([r.waiting_time for r in served]),
            np.array([r.waiting_time for r in gave_up]),
            sum(r.service_time for r in served),
        )

    return run


def compare(one: Sample, other: Sample) -> None:
    """Hold two samples of runs together, number by number; two comparisons each."""
    shared = [name for name in one if name in other]
    assert len(shared) >= 3
    for name in shared:
        assert_same_law(one[name], other[name])
        assert_same_mean(one[name], other[name])


def by_core(
    rate: float, service: float, cv: float, patience: float, servers: int, minutes: float
) -> Callable[[int], dict[str, float]]:
    """Return a run of the service core, of what it tells."""

    def run(seed: int) -> dict[str, float]:
        out = service_core(
            rate,
            service,
            patience,
            servers,
            minutes - BEFORE_THE_END,
            seed,
            service="lognormal",
            service_cv=cv,
        )
        return {
            "mean wait": float(out.waits.mean()),
            "waits of more than two minutes": float(np.mean(out.waits > 2.0)),
            "served at once": np.count_nonzero(out.waits == 0.0) / out.arrivals,
            "abandoned": out.abandoned,
        }

    return run


def test_the_core_is_ciws_queue() -> None:
    """Protects the heap that knows waits beforehand; 8 comparisons, on 60 runs on either side."""
    setting = (0.6, 6.0, 1.1, 6.0, 3)
    compare(collect(by_core(*setting, 1_600.0), 60), collect(by_ciw(*setting, 1_600.0), 60))


@pytest.mark.parametrize(
    "other",
    [(0.45, 6.6, 0.8, 8.0, 3), (0.45, 6.0, 0.8, 10.0, 3), (0.45, 6.0, 1.2, 8.0, 3)],
    ids=["service a tenth longer", "a quarter more patience", "service half as uneven again"],
)
def test_the_comparison_sees_a_small_difference(
    other: tuple[float, float, float, float, int],
) -> None:
    """Protects the comparison from passing whatever it is shown, at four times the length."""
    here = collect(by_core(0.45, 6.0, 0.8, 8.0, 3, 6_000.0), 60)
    with pytest.raises(AssertionError):
        compare(here, collect(by_core(*other, 6_000.0), 60))


def test_the_whole_model_is_ciws_queue() -> None:
    """Protects calendar, midnight and roster around the queue; 12 comparisons, 24 runs each.

    The model's emotions are off; three seats, two days and nights. That questions of one person on
    one day are told in one makes a day's calls 0.4 % less uneven than Ciw's, far below what 24 runs
    can show.
    """
    people, a_year, days = 82_000, 3.0, 2
    centre = bare_centre(
        customers=people,
        seats=3,
        patience_minutes=8.0,
        enquiries_per_year=a_year,
        enquiry_minutes=6.0,
        handling_cv=0.8,
    )

    def run(seed: int) -> dict[str, float]:
        _, log = logged(centre, days=days, seed=seed)
        log = log[log["minute"] < days * 1440.0 - BEFORE_THE_END]
        gave_up = log["rep"] < 0
        return summary(
            log["wait"][~gave_up], log["wait"][gave_up], float(log["minutes"][~gave_up].sum())
        )

    rate = people * -math.expm1(-a_year / 365.0) / 1440.0
    theirs = by_ciw(rate, 6.0, 0.8, 8.0, 3, days * 1440.0)
    compare(collect(run, 24), collect(theirs, 24))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "minutes"),
    [
        # calls a minute, mean service, its variation, mean patience, servers
        pytest.param((0.20, 4.0, 0.5, 9.0, 1), 3_000.0, id="1 server"),
        pytest.param((2.4, 6.6, 0.7, 9.0, 15), 1_200.0, id="15 servers"),
        pytest.param((6.0, 5.0, 0.9, 1.5, 25), 480.0, id="25 servers, overloaded"),
    ],
)
def test_more_cores_are_ciws_queue(
    setting: tuple[float, float, float, float, int], minutes: float
) -> None:
    """The same at other sizes and loads: 8 comparisons each."""
    compare(collect(by_core(*setting, minutes), 60), collect(by_ciw(*setting, minutes), 60))
