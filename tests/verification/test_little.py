"""Little's law, the queue's discipline, and nobody in two places at once, on the whole model.

Little 1961: the mean number in a place is the rate of coming in times the mean stay. The number is
counted by one route and the stay by another: by what arrivals find (who see the time's average if
they are Poisson: Wolff 1982), by looking in at evenly spaced minutes, or by careers against the
daily roster. What must hold exactly is held exactly; false alarms of the rest: see ``theory``.
"""

import math

import numpy as np
import pytest

from sim import Centre, Handling, Policy, Support, simulate
from sim.moves import ABANDONED, AT_SUPERIOR, CALL
from tests.verification.bare import ENDLESS, bare_centre, logged, totals
from tests.verification.theory import assert_mean, assert_normal

SEEDS = 12
SMALL = 1e-6
"""Minutes by which two sums of the same times may differ in rounding, over a run of weeks."""


def waiting_at(moments: np.ndarray, since: np.ndarray, until: np.ndarray) -> np.ndarray:
    """Return how many of the intervals [since, until) hold each moment."""
    begun = np.searchsorted(np.sort(since), moments, side="right")
    ended = np.searchsorted(np.sort(until), moments, side="right")
    return np.asarray(begun - ended)


@pytest.fixture(scope="module")
def bare_logs() -> list[tuple[dict[str, float], np.ndarray, float]]:
    """Return tallies, log and length of independent runs of a bare centre of three seats."""
    centre = bare_centre(
        customers=60_000,
        seats=3,
        patience_minutes=6.0,
        enquiries_per_year=3.0,
        enquiry_minutes=7.0,
        handling_cv=0.8,
    )
    found = []
    for seed in range(SEEDS):
        outcome, log = logged(centre, days=15, seed=seed)
        found.append((totals(outcome), log, 15 * 1440.0))
    return found


def test_arrivals_find_the_mean_queue_that_little_expects(
    bare_logs: list[tuple[dict[str, float], np.ndarray, float]],
) -> None:
    """Protects waits: the queue that callers find is their rate times their wait; 2 comparisons.

    The same for the seats: the busy ones that callers find are the tallies' minutes of talk.
    """
    queue, busy = [], []
    for t, log, minutes in bare_logs:
        start = log["minute"] + log["wait"]
        found = waiting_at(log["minute"], log["minute"], start) - 1.0
        # Oneself is counted from the very minute on which one comes, unless served at once.
        found += log["wait"] == 0.0
        waited = log["wait"].sum() / minutes
        queue.append((found.mean() - waited) / waited)
        served = log[log["ending"] != ABANDONED]
        begun = served["minute"] + served["wait"]
        talking = waiting_at(log["minute"], begun, begun + served["minutes"]).astype(float)
        talking -= (log["ending"] != ABANDONED) & (log["wait"] == 0.0)
        busy.append((talking.mean() - t["talk"] / minutes) / (t["talk"] / minutes))
        assert t["wait"] == pytest.approx(served["wait"].sum(), rel=1e-9)
    # A run of 15 days: its first and last hours are looked at by few, a matter of 1 in 1000.
    assert_mean(1.0 + np.array(queue), 1.0, slack=5e-3)
    assert_mean(1.0 + np.array(busy), 1.0, slack=5e-3)


def test_every_wait_is_that_of_first_come_first_served(
    bare_logs: list[tuple[dict[str, float], np.ndarray, float]],
) -> None:
    """Protects the discipline, exactly: replaying the log's callers gives each wait anew.

    Whoever was served began when the first of the three seats was free; whoever gave up did so
    before that. No seat is idle while somebody waits, over midnight neither.
    """
    for t, log, _ in bare_logs[:3]:
        free = np.zeros(3)
        for row in log[np.argsort(log["minute"], kind="stable")]:
            first = free.argmin()
            offered = max(free[first] - row["minute"], 0.0)
            if row["ending"] == ABANDONED:
                assert row["wait"] <= offered + SMALL
            else:
                assert row["wait"] == pytest.approx(offered, abs=SMALL)
                free[first] = row["minute"] + row["wait"] + row["minutes"]
        assert t["abandoned"] > 100


BUSY = Centre(
    customers=3_000,
    seats=4,
    team_size=5,
    enquiries_per_year=30.0,
    issues_per_year=20.0,
    voice_base=-1.0,
    initial_training_days=2,
    quit_base=2.0,
    hiring_days=10.0,
    anger_issue=1.0,
    after_call_minutes=0.0,
)
ROUND_THE_CLOCK = BUSY.model_copy(
    update={"open_minutes": 1440.0, "shift_minutes": 480.0, "patience_minutes": 30.0}
)
ESCALATING = Policy(
    handling=Handling(escalation_threshold=0.1, authority=0.5),
    support=Support(follow_up=1.0, training=1.0),
)


@pytest.fixture(scope="module", params=[BUSY, ROUND_THE_CLOCK], ids=["day", "round the clock"])
def full(request: pytest.FixtureRequest) -> tuple[Centre, object, np.ndarray]:
    """Return a centre with every mechanism on, its outcome and its log."""
    outcome, log = logged(request.param, ESCALATING, days=120, seed=3)
    return request.param, outcome, log


def overlaps(who: np.ndarray, since: np.ndarray, until: np.ndarray) -> int:
    """Return how many intervals begin before the same person's one before them has ended.

    None if no two overlap, and at least one if any do.
    """
    order = np.lexsort((until, since, who))
    who, since, until = who[order], since[order], until[order]
    return int(np.count_nonzero((who[1:] == who[:-1]) & (since[1:] < until[:-1] - SMALL)))


def test_no_rep_serves_two_and_no_customer_is_in_two_places(
    full: tuple[Centre, object, np.ndarray],
) -> None:
    """Protects the clock within the day, exactly: talks of one person never overlap.

    A rep's talks; a customer's waits, talks and cases; and the superiors' cases are never more
    at a time than there are superiors.
    """
    centre, _, log = full
    start = log["minute"] + log["wait"]
    end = start + log["minutes"]
    talks = (log["stage"] == CALL) & (log["ending"] != ABANDONED)
    assert talks.sum() > 5_000
    assert overlaps(log["rep"][talks], start[talks], end[talks]) == 0
    mine = (log["stage"] == CALL) | (log["stage"] == AT_SUPERIOR)
    assert overlaps(log["customer"][mine], log["minute"][mine], end[mine]) == 0
    cases = log["stage"] == AT_SUPERIOR
    superiors = max(1, round(centre.superiors_per_seat * centre.seats))
    # Just after each case has begun, lest one that ends at that very minute is counted.
    at_once = waiting_at(start[cases] + SMALL, start[cases], end[cases])
    assert cases.sum() > 500
    assert at_once.max() <= superiors


def test_the_busy_and_the_waiting_are_those_that_one_sees_on_looking_in(
    full: tuple[Centre, object, np.ndarray],
) -> None:
    """Protects the tallies of talk and of waits: Little's law by looking in every ten minutes.

    A stay of w is seen floor(w / 10) or one time more, the latter with the chance of its
    fraction f, so the count has a variance of at most sum f (1 - f) over unlike arrivals. Two
    comparisons.
    """
    _, outcome, log = full
    t = totals(outcome)  # type: ignore[arg-type]
    every = 10.0
    moments = np.arange(0.37 * every, 121 * 1440.0, every)
    start = log["minute"] + log["wait"]
    talks = (log["stage"] == CALL) & (log["ending"] != ABANDONED)
    calls = log["stage"] == CALL
    given_up = log["wait"][calls & ~talks].sum()
    for since, until, total in (
        (start[talks], (start + log["minutes"])[talks], t["talk"]),
        (log["minute"][calls], start[calls], t["wait"] + given_up),
    ):
        seen = waiting_at(moments, since, until).sum() * every
        fraction = ((until - since) / every) % 1.0
        error = every * math.sqrt(float((fraction * (1.0 - fraction)).sum()))
        assert_normal((seen - total) / error)


def test_the_roster_and_the_careers_tell_of_the_same_rep_days(
    full: tuple[Centre, object, np.ndarray],
) -> None:
    """Protects headcount, hires and quits, exactly: the reps there, day by day, are the careers.

    Little's law for the staff: the reps employed are the rate of hiring times the tenure.
    """
    _, outcome, _ = full
    careers = outcome.careers  # type: ignore[attr-defined]
    days = int(careers["days"][0])
    entered = np.maximum(careers["entered"], 0.0)
    left = np.where(np.isnan(careers["left"]), days, careers["left"])
    tallies = outcome.tallies  # type: ignore[attr-defined]
    for day in range(days):
        there = np.count_nonzero((entered <= day) & (left > day))
        assert there == tallies["rep_days"][day]
    assert (left - entered).sum() == tallies["rep_days"].sum()
    assert tallies["hires"].sum() > 5 < tallies["quits"].sum()


@pytest.mark.slow
def test_littles_law_for_a_market_in_balance() -> None:
    """Protects joining and leaving: customers = rate of joining x mean stay; one comparison.

    With a constant chance h of leaving in a month the stay is 1 / h months, whoever it is.
    """
    leaving = 0.05
    centre = bare_centre(
        customers=1_500,
        market=2.0,
        seats=1,
        churn_base=leaving,
        churn_loyalty=0.0,
        entry_rate=0.08,
        entry_reputation=0.0,
        patience_minutes=ENDLESS,
    )
    gaps = []
    for seed in range(SEEDS):
        t = simulate(centre, Policy(), days=9_000, seed=seed).tallies[3_000:]
        months = len(t) / 30.0
        stay = t["joins"].sum() / months / leaving
        gaps.append(stay / t["customers"].mean())
    assert_mean(gaps, 1.0)
