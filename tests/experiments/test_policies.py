"""The shipped policies and experiments say what the specification says."""

import math

import pytest

from experiments.budget import prices, scale_to, size, support_cost
from experiments.catalogue import shipped_configs, shipped_policies
from experiments.config import load_experiment
from experiments.errors import RequestError
from experiments.recipes import Kitchen, read_policy
from experiments.registry import kind_of, load_of
from sim.parameters import CLASSROOM, Centre
from sim.policy import RECIPROCAL, Handling, Policy, Support, blend

NEVER = math.inf
THREE = ("always-right", "balanced", "strict-boundaries")
NAMES = (*THREE, "avoidant")
TABLE = {
    "authority": (2.0, 1.25, 1.0, 0.25),
    "generosity": (1, 0.4, 0, 0.2),
    "boundary": (0.05, 0.5, 0.9, 0.2),
    "tolerated_abuse": (NEVER, 2, 1, NEVER),
    "listening": (0.8, 0.8, 0.8, 0.2),
    "apology": (0.9, 0.8, 0.7, 0.1),
    "choice": (0.8, 0.7, 0.4, 0),
    "explaining": (0.5, 0.7, 0.9, 0.1),
    "escalation_threshold": (0.5, 0.7, 0.8, 0.2),
    "timeframe": (1, 1, 1, 0),
    "display_rule": (1, 0.6, 0.4, 0.6),
    "target_aht": (NEVER, NEVER, NEVER, 0.7),
}
SUPPORT = {
    "training": (0.5, 0.7, 0.5, 0.1),
    "breaks": (15, 15, 15, 10),
    "break_after_abuse": (0, 10, 15, 0),
    "emotional_support": (0.25, 0.7, 0.5, 0),
    "follow_up": (0.5, 0.5, 0.1, 0),
    "feedback": (0.5, 0.7, 0.3, 0.1),
    "transparency": (0.25, 0.7, 0.8, 0.1),
    "education": (0, 0.3, 0.3, 0),
}
SHARED = {
    "training": 0.5,
    "breaks": 15,
    "break_after_abuse": 10,
    "emotional_support": 0.5,
    "follow_up": 0.25,
    "feedback": 0.5,
    "transparency": 0.5,
    "education": 0,
}


def shipped(name: str) -> Policy:
    return Kitchen({}, lambda _: "").policy(name, ("policies", 0))


@pytest.mark.parametrize("name", NAMES)
def test_named_policies_are_the_specified_ones(name):
    column = NAMES.index(name)
    policy = shipped(name)
    assert policy.handling.model_dump() == {key: row[column] for key, row in TABLE.items()}
    assert policy.support.model_dump() == {key: row[column] for key, row in SUPPORT.items()}


@pytest.mark.parametrize("name", [*NAMES, "neutral"])
def test_a_policy_file_gives_every_number_and_a_case_for_it(name):
    path = shipped_policies()[name]
    spec = read_policy(path)
    assert set(spec.changes("handling")) == set(Handling.model_fields)
    assert set(spec.changes("support")) == set(Support.model_fields)
    assert spec.title and spec.about
    assert path.read_text("utf-8").startswith("# ")


def test_the_neutral_policy_is_the_mean_of_the_three():
    neutral = shipped("neutral")
    for field, row in TABLE.items():
        three, value = row[:3], getattr(neutral.handling, field)
        if field in RECIPROCAL:
            shift = 1 if field == "tolerated_abuse" else 0
            three = [1 / (x + shift) for x in three]
            value = 1 / (value + shift)
        assert value == pytest.approx(sum(three) / 3, rel=1e-12), field
    one, two, three = map(shipped, THREE)
    blended = blend(blend(one, two, 1 / 2), three, 1 / 3).handling.model_dump()
    assert neutral.handling.model_dump() == pytest.approx(blended, rel=1e-12)
    assert neutral.support.model_dump() == SHARED


def test_every_shipped_experiment_loads():
    assert len(shipped_configs()) >= 8
    for name in shipped_configs():
        kind = kind_of(name)
        experiment = load_experiment(name) if kind == "compare" else load_of(kind, name)
        assert experiment.name == name
        assert experiment.question


def test_three_policies_differ_in_handling_alone():
    experiment = load_experiment("three-policies")
    assert experiment.policies == THREE
    assert (experiment.warmup_days, experiment.days) == (730, 1095)
    assert (experiment.replications, experiment.seed) == (30, 2026)
    assert experiment.centre == Centre()
    for name, policy in experiment.resolved().items():
        assert policy.handling == shipped(name).handling
        assert policy.support.model_dump() == SHARED
    assert experiment.neutral_policy() == shipped("neutral")


@pytest.mark.parametrize("name", ["three-policies-no-support", "three-policies-full-support"])
def test_the_repetitions_change_the_support_alone(name):
    main, again = load_experiment("three-policies"), load_experiment(name)
    cost = support_cost(again.support, again.centre)
    assert (
        cost == 0
        if name.endswith("no-support")
        else cost > 2 * support_cost(main.support, main.centre)
    )
    for label, policy in again.used_policies().items():
        assert policy.handling == main.used_policies()[label].handling
        assert policy.support == again.support
    differing = {
        key for key in type(main).model_fields if getattr(main, key) != getattr(again, key)
    }
    assert differing == {"name", "question", "support"}


def test_concession_only_differs_in_five_numbers():
    experiment = load_experiment("concession-only")
    concede, balanced, hold = experiment.resolved().values()
    assert balanced.handling == shipped("balanced").handling
    five = {"authority", "generosity", "boundary", "tolerated_abuse", "display_rule"}
    for policy, model in ((concede, "always-right"), (hold, "strict-boundaries")):
        assert policy.support == balanced.support
        for field in Handling.model_fields:
            source = shipped(model) if field in five else balanced
            assert getattr(policy.handling, field) == getattr(source.handling, field)


def test_as_practised_takes_each_policys_own_support():
    assert load_experiment("as-practised").resolved() == {name: shipped(name) for name in THREE}


def test_equal_budget_costs_the_same_and_keeps_the_make_up():
    experiment = load_experiment("as-practised-equal-budget")
    for name, policy in experiment.used_policies().items():
        assert support_cost(policy.support, experiment.centre) == pytest.approx(
            experiment.support_budget
        )
        own = shipped(name)
        assert policy.handling == own.handling
        ratios = [
            getattr(policy.support, field) / amount
            for field, amount in own.support.model_dump().items()
            if amount > 0
        ]
        assert ratios == pytest.approx([ratios[0]] * len(ratios))


def test_the_classroom_is_the_small_centre():
    experiment = load_experiment("classroom")
    assert experiment.centre == Centre(**CLASSROOM)
    assert experiment.days == 90
    assert experiment.warmup_days < 365


def test_switching_changes_the_right_branches():
    experiment = load_experiment("switching")
    used = experiment.used_policies()
    assert experiment.switches("stay") == ()
    assert experiment.switches("at-once") == ((365, used["balanced"]),)
    assert experiment.switches("step-by-step") == ((365, used["halfway"]), (547, used["balanced"]))
    halfway = blend(shipped("always-right"), shipped("balanced"), 0.5)
    assert used["halfway"].handling == halfway.handling


def test_the_cost_is_linear_in_every_part():
    centre = Centre()
    nothing = {name: 0.0 for name in Support.model_fields}
    for name, price in prices(centre).items():
        for amount in (0.25, 1.0):
            assert support_cost(Support(**{**nothing, name: amount}), centre) == pytest.approx(
                price * amount
            )
        assert price > 0


@pytest.mark.parametrize(
    "changes", [{}, CLASSROOM, {"open_minutes": 1440}, {"days_per_week": 7, "seats": 300}]
)
def test_the_headcount_is_the_models(changes):
    # Worked out apart, so that reading a config need not load the model.
    floor = pytest.importorskip("sim.floor")
    centre = Centre(**changes)
    assert size(centre).heads == floor.heads_for(centre, centre.seats)


def test_the_price_of_training_by_hand():
    centre = Centre(
        training_days_per_month=2, shift_minutes=510, lunch_minutes=30, wage=0.01, training_fee=1
    )
    assert prices(centre)["training"] == pytest.approx(2 * (480 * 0.01 + 1))


def test_a_part_at_its_top_lets_the_others_carry_on():
    centre = Centre()
    package = Support(
        **{**SHARED, "training": 1.0, "breaks": 1.0, "break_after_abuse": 0.0, "follow_up": 0.0}
    )
    budget = 1.2 * support_cost(package, centre)
    scaled = scale_to(package, budget, centre)
    assert scaled.training == 1.0
    assert scaled.break_after_abuse == scaled.follow_up == 0.0
    assert support_cost(scaled, centre) == pytest.approx(budget)
    assert scaled.breaks / package.breaks == pytest.approx(scaled.feedback / package.feedback)
    assert scaled.breaks > 1.2


def test_a_budget_out_of_reach_says_how_far_one_can_go():
    with pytest.raises(RequestError, match="at most"):
        scale_to(Support(), 500.0, Centre())
    nothing = Support(**{name: 0.0 for name in Support.model_fields})
    with pytest.raises(RequestError, match="at most 0"):
        scale_to(nothing, 1.0, Centre())
    assert scale_to(Support(), 0.0, Centre()) == nothing
