"""Addressed chance: who, when and what for decide a draw, and nothing else does."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import stats

from sim import Centre, Handling, Policy, Support, chance, purposes, simulate
from sim.behaviours import confrontation
from sim.compiled import CompiledRun
from sim.floor import new_floor
from sim.model import MesaRun
from sim.moves import ABUSIVE, CIVIL, PRESSING
from sim.state import REP, TEAM

CUSTOMER_TRAITS = ["spending", "patience", "temper", "honesty", "voice", "fairness_bias"]
REP_TRAITS = ["empathy", "composure", "sovereignty", "fairness_bias"]
IN_A_RUN = {
    name: purpose
    for name, purpose in vars(purposes).items()
    if name.isupper() and not name.startswith(("CORE_", "TIES", "REWIRING"))
}
"""The purposes of the draws that a run makes day by day."""

SOFT = Policy(handling=Handling(generosity=1.0, authority=3.0, boundary=0.0))
HARD = Policy(handling=Handling(generosity=0.0, authority=0.2, boundary=1.0))


def opened(centre: Centre, *, replication: int = 1, more_reps: int = 0) -> CompiledRun:
    """Return a run on its first morning, with some reps more than the centre would have."""
    floor = new_floor(centre, Policy(), seed=11, replication=replication)
    heads = len(floor.reps) + more_reps
    floor.world["headcount"] += more_reps
    floor = floor._replace(
        reps=np.zeros(heads, REP), teams=np.zeros((heads - 1) // centre.team_size + 1, TEAM)
    )
    run = CompiledRun(floor)
    run.open_centre(centre.customers)
    return run


def first_people(run: CompiledRun, count: int) -> np.ndarray:
    """Return those of the first ``count`` seats who have been there from the beginning."""
    return run.floor.customers[:count][run.floor.customers["generation"][:count] == 0]


def both_there(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the people who are still customers in both runs."""
    one, other = one[one["present"]], other[other["present"]]
    _, here, there = np.intersect1d(one["id"], other["id"], return_indices=True)
    assert len(here) > 100
    return one[here], other[there]


class Recorder:
    """Stands in for ``chance.uniforms`` in the interpreted engine and notes every address."""

    def __init__(self) -> None:
        self.draw = chance.uniforms
        self.days: dict[tuple[int, ...], list[int]] = defaultdict(list)
        self.values: dict[tuple[int, ...], tuple[float, ...]] = {}

    def __call__(self, world, *address):
        self.days[address].append(world.day)
        self.values[address] = self.draw(world, *address)
        return self.values[address]


def recorded(monkeypatch, centre: Centre, policy: Policy, days: int) -> Recorder:
    """Run the interpreted engine for some days and return what it drew."""
    recorder = Recorder()
    with monkeypatch.context() as patch:
        patch.setattr(chance, "uniforms", recorder)
        run = MesaRun(new_floor(centre, policy, seed=11, replication=1))
        run.open_centre(centre.customers)
        run.advance(days)
        run.close()
    return recorder


def test_every_purpose_has_a_number_of_its_own():
    """Protects against two kinds of draw that share an address for ever."""
    numbers = {name: value for name, value in vars(purposes).items() if name.isupper()}
    assert len(numbers) >= 20
    assert len(set(numbers.values())) == len(numbers)
    assert all(isinstance(number, int) and 0 < number < 2**32 for number in numbers.values())


@pytest.mark.parametrize("hours", ["day", "round the clock"])
def test_no_address_is_drawn_twice(monkeypatch, busy, hours):
    """Protects independence: one address, one draw, but for a call carried over midnight."""
    around = {"open_minutes": 1440.0, "shift_minutes": 720.0} if hours != "day" else {}
    centre = busy.model_copy(
        update={"adaptive": True, "survey_days": 7, "seats": 1, "quit_base": 2.0} | around
    )
    policy = Policy(
        handling=Handling(authority=0.2, escalation_threshold=0.1), support=Support(follow_up=1.0)
    )
    drawn = recorded(monkeypatch, centre, policy, 70).days
    made = {address[2] for address in drawn}
    assert not {name for name, purpose in IN_A_RUN.items() if purpose not in made}
    twice = {address: days for address, days in drawn.items() if len(days) > 1}
    carried = {
        address
        for address, days in twice.items()
        if address[2] == purposes.CALL and hours != "day" and len(set(days)) == len(days)
    }
    assert set(twice) - carried == set()


def test_what_a_tone_leaves_of_its_draw_is_a_uniform_again(monkeypatch, busy):
    """Protects independence within a turn: the tone says nothing of what the rest decides.

    Kolmogorov and Smirnov's test in each tone; three draws of the seed in a million fail it.
    """
    left = defaultdict(list)
    speak = confrontation.customer_speaks

    def watched(customer, talk, p, u):
        speak(customer, talk, p, u)
        left[talk.tone].append(talk.spare)

    monkeypatch.setattr(confrontation, "customer_speaks", watched)
    heated = busy.model_copy(update={"anger_issue": 1.0, "temper": 0.9})
    simulate(heated, SOFT, days=60, seed=11, engine="mesa")
    assert set(left) == {CIVIL, PRESSING, ABUSIVE}
    for tone, spare in left.items():
        assert len(spare) > 100
        assert stats.kstest(spare, "uniform").pvalue > 1e-6, tone


def test_ids_never_meet_at_the_largest_size_allowed():
    """Protects the address of a person: seats of one generation end before the next begins."""
    from sim.behaviours.customer import GENERATION
    from sim.behaviours.rep import REP_GENERATION
    from sim.floor import heads_for
    from sim.parameters import describe

    most = {row.name: row.high for row in describe() if row.high is not None}
    assert most["customers"] * most["market"] <= GENERATION
    largest = Centre(seats=int(most["seats"]))
    assert heads_for(largest, largest.seats) <= REP_GENERATION


def test_one_more_customer_changes_no_existing_draw(busy):
    """Protects paired comparisons of sizes: who was there keeps traits and the dates of issues."""
    centre = busy.model_copy(update={"ties": 0.0})
    larger = centre.model_copy(update={"customers": centre.customers + 1})
    runs = opened(centre), opened(larger)
    before, after = (first_people(run, centre.customers) for run in runs)
    for column in before.dtype.names:
        if column not in ("filed_day", "seat"):
            assert np.array_equal(before[column], after[column]), column
    for run in runs:
        run.advance(120)
    before, after = both_there(*(first_people(run, centre.customers) for run in runs))
    for column in (*CUSTOMER_TRAITS, "issues", "issue_at", "enquiries", "enquiry_at"):
        assert np.array_equal(before[column], after[column]), column
    assert before["issues"].sum() > 300


def test_one_more_rep_changes_no_existing_draw(busy):
    """Protects paired comparisons of staffing: traits, illness and training days stay put."""
    quiet = {"absence_exhaustion": 0.0, "absence_fatigue": 0.0, "quit_base": 0.0, "adaptive": False}
    centre = busy.model_copy(update=quiet)
    runs = opened(centre), opened(centre, more_reps=1)
    heads = len(runs[0].floor.reps)
    for column in (*REP_TRAITS, "hired", "holiday_from", "experience", "chronic", "accomplishment"):
        before, after = (run.floor.reps[column][:heads] for run in runs)
        assert np.array_equal(before, after), column
    for run in runs:
        run.advance(150)
    assert len(runs[1].floor.reps) == heads + 1
    for column in (*REP_TRAITS, "absent_until", "holiday_from", "trained"):
        before, after = (run.floor.reps[column][:heads] for run in runs)
        assert np.array_equal(before, after), column
    assert (runs[0].floor.reps["absent_until"] > 0).any()
    people = both_there(*(first_people(run, centre.customers) for run in runs))
    for column in ("issues", "issue_at", "enquiries", "enquiry_at"):
        assert np.array_equal(people[0][column], people[1][column]), column


def test_more_seats_change_no_traits(busy):
    """Protects the same through the parameters: a larger centre begins with the same people."""
    small, large = opened(busy), opened(busy.model_copy(update={"seats": 3}))
    heads = len(small.floor.reps)
    assert len(large.floor.reps) > heads
    assert np.array_equal(small.floor.customers, large.floor.customers)
    for column in (*REP_TRAITS, "hired", "holiday_from"):
        assert np.array_equal(small.floor.reps[column], large.floor.reps[column][:heads])


def test_one_more_replication_changes_no_other(busy):
    """Protects adding replications later: each is the same alone, in a series and on threads."""

    def run(replication: int) -> np.ndarray:
        return simulate(busy, Policy(), days=40, seed=11, replication=replication).tallies

    alone = run(3)
    series = [run(replication) for replication in (1, 2, 3)]
    with ThreadPoolExecutor(2) as pool:
        threaded = list(pool.map(run, (3, 2, 1)))
    assert np.array_equal(alone, series[2])
    assert all(np.array_equal(a, b) for a, b in zip(series, reversed(threaded), strict=True))
    assert not np.array_equal(series[0], series[1])


def test_same_issues_on_the_same_days_under_two_policies(monkeypatch, busy):
    """Protects the pairing: policies that only handle differently leave what befalls people."""
    soft, hard = (recorded(monkeypatch, busy, policy, 30) for policy in (SOFT, HARD))
    befalls = purposes.ISSUE, purposes.ENQUIRY
    founders = {
        address
        for address in set(soft.days) & set(hard.days)
        if address[2] in befalls and address[0] < busy.customers
    }
    assert len(founders) > 1000
    for address in founders:
        assert soft.values[address] == hard.values[address]
        assert soft.days[address] == hard.days[address]
    # Not because the policies do the same thing.
    assert set(soft.days) != set(hard.days)


def test_policies_part_on_the_day_of_their_first_conflict(busy):
    """Protects against a policy that leaks into what it cannot touch: until then, equal tallies."""
    soft, hard = (simulate(busy, policy, days=60, seed=11).tallies for policy in (SOFT, HARD))
    first = int(np.argmax(soft["conflicts"] > 0))
    assert soft["conflicts"].any()
    assert np.array_equal(soft[:first], hard[:first])
    assert soft["issues"][first] == hard["issues"][first]
    assert not np.array_equal(soft, hard)


@pytest.mark.parametrize("replication", [1, 2, 3])
def test_equal_policies_differ_by_exactly_nothing(busy, replication):
    """Protects the zero of every comparison: name, order and spelling of a policy do not count."""
    written = {"support": {"education": 0.3}, "handling": {"tolerated_abuse": "never"}}
    other = {"handling": {"tolerated_abuse": float("inf")}, "support": {"education": 0.3}}
    policies = [Policy.model_validate(text) for text in (written, other)]
    first, between, last = (
        simulate(busy, policy, days=60, seed=11, replication=replication)
        for policy in (policies[0], SOFT, policies[1])
    )
    assert np.array_equal(first.tallies, last.tallies)
    assert np.array_equal(first.floor.customers, last.floor.customers)
    assert np.array_equal(first.floor.reps, last.floor.reps)
    measured, again = first.measures(), last.measures()
    assert all(again[name] - value == 0.0 for name, value in measured.items() if value == value)
    assert not np.array_equal(first.tallies, between.tallies)


def test_draws_do_not_depend_on_the_engine(busy):
    """Protects the count and the key of the draws: both engines ask for the same blocks."""
    outcomes = [
        simulate(busy, Policy(), days=20, seed=11, engine=engine) for engine in ("compiled", "mesa")
    ]
    compiled, mesa = (outcome.floor for outcome in outcomes)
    for counter in ("blocks", "choices"):
        assert compiled.world[counter] == mesa.world[counter] > 0
    for column in (*CUSTOMER_TRAITS, "issue_at", "enquiry_at", "call_at"):
        assert np.array_equal(compiled.customers[column], mesa.customers[column]), column
