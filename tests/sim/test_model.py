"""ServiceModel as a Mesa user meets it, and rules of one's own in both engines."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import mesa
import numpy as np
import pytest

from sim import Handling, Policy, ServiceModel, moves, simulate
from sim.agents import Customer, Employer, Rep
from sim.behaviours.choice import choose_move
from sim.compiled import CompiledRun
from sim.floor import copy_floor, new_floor
from sim.model import MesaRun

OTHER = Policy(handling=Handling(generosity=1.0, authority=3.0, listening=0.1))
SCRATCH = ("talk", "utilities")
ROOM = ("rep_answers", "customer_answers", "careers")
"""Rows for what is to come; each engine makes room in its own time."""


def assert_same_floor(one, other, *, besides=()) -> None:
    """Hold two floors equal, every column of every row; scratch does not count."""
    for name, rows in one._asdict().items():
        if name in SCRATCH or name in besides:
            continue
        others = getattr(other, name)
        assert len(rows) == len(others), name
        for column in rows.dtype.names or [...]:
            assert np.array_equal(rows[column], others[column]), f"{name}.{column}"


def test_is_a_mesa_model_with_agents_in_agent_sets(tiny):
    """Protects a Mesa user's first look: agents by type, selected and iterated as in any model."""
    model = ServiceModel(tiny, Policy())
    assert isinstance(model, mesa.Model)
    assert set(model.agents_by_type) == {Customer, Rep, Employer}
    assert len(model.agents_by_type[Employer]) == 1
    assert len(model.customers) == tiny.customers
    assert len(model.reps) == model.employer.headcount
    loyal = model.agents_by_type[Customer].select(lambda c: c.present and c.loyalty > 0.6)
    assert 0 < len(loyal) < tiny.customers
    assert model.agents.agg("unique_id", len) == len(model.agents)
    assert all(agent.model is model for agent in model.agents)
    assert model.running is True


def test_step_is_a_day_with_a_row_of_data(tiny):
    """Protects the clock and the DataCollector: the first morning's row and one row a day."""
    model = ServiceModel(tiny, Policy())
    for day in range(7):
        assert model.day == day
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == ["customers", "loyalty", "exhaustion", "contacts", "cash"]
    assert len(frame) == 8
    assert frame["customers"].iloc[0] == tiny.customers
    assert frame["contacts"].iloc[0] == 0
    assert frame["contacts"].sum() == model.arrays(("tallies",)).tallies["handled"].sum() > 0
    assert frame.notna().all().all()
    assert len(model.floor.tallies) == 7


def person(agent):
    return getattr(agent, "id", -1)


def test_agent_reporters_on_request(tiny):
    """Protects per-agent collection, which is off unless somebody asks for it."""
    with pytest.raises(UserWarning, match="No agent reporters"):
        ServiceModel(tiny).datacollector.get_agent_vars_dataframe()
    model = ServiceModel(tiny, agent_reporters={"person": person, "unique": "unique_id"})
    model.step()
    frame = model.datacollector.get_agent_vars_dataframe()
    assert len(frame) == 2 * len(model.agents)
    assert set(frame["person"]) >= set(range(tiny.customers)) | {-1}


def test_an_empty_seat_is_nobody(tiny):
    """Protects AgentSets from ghosts: only people who are there are agents of the model."""
    model = ServiceModel(tiny, Policy(), seed=1)
    for _ in range(40):
        model.step()
    assert all(agent.present for agent in model.agents_by_type[Customer])
    assert len(model.agents_by_type[Customer]) == model.employer.market
    assert sum(day.leaves for day in model.floor.tallies) > 0
    assert len(model.floor.customers) > len(model.customers)


def test_properties_of_agents(tiny):
    """Protects the words that an agent offers beyond its columns."""
    model = ServiceModel(tiny)
    for _ in range(20):
        model.step()
    assert all(0.0 <= rep.listening <= 1.0 for rep in model.reps)
    assert not any(rep.burnt_out for rep in model.reps)
    kinds = {(c.has_open_enquiry, c.has_open_issue) for c in model.customers}
    assert kinds <= {(False, False), (True, False), (False, True)}
    assert len(kinds) > 1


def test_same_seed_same_run(busy):
    """Protects repeatability, and that seed and replication each make another run."""

    def after_ten_days(**key):
        model = ServiceModel(busy, **key)
        for _ in range(10):
            model.step()
        return model.arrays()

    assert_same_floor(after_ten_days(seed=3), after_ten_days(seed=3))
    first = after_ten_days(seed=3).tallies
    assert not np.array_equal(first, after_ten_days(seed=4).tallies)
    assert not np.array_equal(first, after_ten_days(seed=3, replication=2).tallies)


def test_numpy_integers_as_seeds(tiny):
    """Protects a loop over np.arange: Mesa 3.5 itself refuses NumPy's integers."""
    model = ServiceModel(tiny, seed=np.int64(3), replication=np.int64(2))
    model.step()
    assert model.employer.seed == 3


def test_run_model_stops_when_running_is_false(tiny):
    """Protects Mesa's own loop."""

    class ThreeDays(ServiceModel):
        def step(self):
            super().step()
            self.running = self.day < 3

    model = ThreeDays(tiny)
    model.run_model()
    assert model.day == 3


def test_subclass_may_act_between_days(busy):
    """Protects extension: a step of one's own may change agents and use Mesa's generator."""

    class Cheerful(ServiceModel):
        def step(self):
            for rep in self.reps:
                rep.mood = 1.0
            self.random.choice(list(self.reps)).fatigue = 0.5
            super().step()

    plain, cheerful = ServiceModel(busy), Cheerful(busy)
    for _ in range(5):
        plain.step()
        cheerful.step()
    satisfied = [
        model.arrays(("tallies",)).tallies["satisfaction_contacts"].sum()
        for model in (plain, cheerful)
    ]
    assert satisfied[0] < satisfied[1]


def test_policy_and_branch_change_between_days(busy):
    """Protects a policy switched by hand: the same rows as a timeline in the compiled engine."""
    model = ServiceModel(busy, Policy())
    model.branch(Policy())
    for day in range(20):
        if day == 10:
            model.set_policy(OTHER)
        model.step()
    outcome = simulate(busy, Policy(), days=20, seed=1, timeline=[(10, OTHER)])
    assert_same_floor(outcome.floor, model.arrays(), besides=ROOM)
    unchanged = simulate(busy, Policy(), days=20, seed=1)
    assert not np.array_equal(outcome.tallies, unchanged.tallies)


def test_goes_on_from_a_compiled_run(busy):
    """Protects watching the end of a long run: Mesa continues the arrays to the last bit."""
    outcome = simulate(busy, Policy(), days=45, seed=2)
    kept = outcome.tallies.copy()
    model = ServiceModel(floor=outcome.floor)
    compiled = CompiledRun(copy_floor(outcome.floor))
    for _ in range(15):
        model.step()
    compiled.advance(15)
    assert model.day == 60
    assert_same_floor(compiled.floor, model.arrays(), besides=ROOM)
    answered = int(compiled.floor.world["rep_answers"][0])
    mesa_answers = model.arrays(("rep_answers",)).rep_answers
    assert np.array_equal(compiled.floor.rep_answers[:answered], mesa_answers[:answered])
    assert answered > len(outcome.rep_answers) > 0
    assert np.array_equal(outcome.tallies, kept)


def always_offer(rep, talk, policy, p, u, utilities):
    return moves.OFFER


def listen_then_offer(rep, talk, policy, p, u, utilities):
    if talk.understanding < 0.6 + 0.2 * u:
        return moves.LISTEN
    return choose_move(rep, talk, policy, p, u, utilities)


def two_and_a_half(rep, talk, policy, p, u, utilities):
    return 2.5


def sometimes_nothing(rep, talk, policy, p, u, utilities):
    if u > 0.5:
        return moves.LISTEN


def calls_what_is_not_there(rep, talk, policy, p, u, utilities):
    return no_such_rule(rep)  # noqa: F821


def reads_what_is_not_there(rep, talk, policy, p, u, utilities):
    return rep.no_such_state


def too_few_arguments(rep, talk):
    return moves.LISTEN


def a_seventeenth_move(rep, talk, policy, p, u, utilities):
    return moves.MOVES


@pytest.mark.parametrize("hook", [always_offer, listen_then_offer], ids=lambda hook: hook.__name__)
def test_a_rule_of_ones_own_gives_the_same_rows_in_both_engines(busy, hook):
    """Protects the researcher's hook: it acts, and both engines run it alike."""
    compiled, interpreted = (
        simulate(busy, Policy(), days=12, seed=2, engine=engine, choose=hook)
        for engine in ("compiled", "mesa")
    )
    assert_same_floor(compiled.floor, interpreted.floor)
    usual = simulate(busy, Policy(), days=12, seed=2)
    assert usual.tallies["conflicts"].sum() > 5
    assert not np.array_equal(usual.tallies, compiled.tallies)
    if hook is always_offer:
        assert compiled.tallies["boundaries"].sum() == compiled.tallies["escalated"].sum() == 0


def test_a_hook_in_a_model_of_ones_own(busy):
    """Protects the hook at ServiceModel's own door."""
    model = ServiceModel(busy, Policy(), seed=2, choose=always_offer)
    model.branch(Policy())
    for _ in range(12):
        model.step()
    outcome = simulate(busy, Policy(), days=12, seed=2, choose=always_offer)
    assert np.array_equal(outcome.tallies, model.arrays(("tallies",)).tallies)


@pytest.mark.parametrize(
    ("hook", "reason"),
    [
        (two_and_a_half, "float64"),
        (sometimes_nothing, "None|Optional"),
        (calls_what_is_not_there, "no_such_rule"),
        (reads_what_is_not_there, "no_such_state"),
        (too_few_arguments, "argument"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_hook_that_cannot_be_compiled_is_refused_with_its_reason(busy, hook, reason):
    """Protects the researcher from a page of Numba: one line, with the rule and what is wrong."""
    with pytest.raises(TypeError, match=reason) as refused:
        simulate(busy, Policy(), days=2, seed=2, choose=hook)
    message = str(refused.value)
    assert hook.__name__ in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("engine", ["compiled", "mesa"])
def test_a_hook_that_returns_no_move_is_refused(busy, engine):
    """Protects against reading beyond the tables of moves, which compiled code does in silence."""
    with pytest.raises((ValueError, IndexError, TypeError)):
        simulate(busy, Policy(), days=12, seed=2, engine=engine, choose=a_seventeenth_move)


def test_hooks_on_two_threads_do_not_meet(busy):
    """Protects a sweep over rules on threads: each run keeps its own rule."""
    hooks = [always_offer, listen_then_offer, choose_move] * 2

    def run(hook):
        return simulate(busy, Policy(), days=60, seed=2, choose=hook).tallies

    alone = [run(hook) for hook in hooks]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(run, hooks))
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one, other)


def test_a_closed_run_is_forgotten(tiny):
    """Protects memory in a series of runs: Mesa 3.3 keeps every model alive otherwise."""
    run = MesaRun(new_floor(tiny, Policy(), seed=1, replication=1))
    run.open_centre(tiny.customers)
    run.advance(2)
    model = weakref.ref(run.model)
    run.close()
    del run
    gc.collect()
    assert model() is None


def test_simulate_on_mesa_leaves_no_model_behind(tiny):
    """Protects the same where nobody thinks of closing: at the one door for experiments."""

    def alive() -> int:
        gc.collect()
        return sum(type(thing) is ServiceModel for thing in gc.get_objects())

    before = alive()
    simulate(tiny, Policy(), days=2, seed=1, engine="mesa")
    assert alive() <= before
