"""The simulated field data: who is asked, by which centre, and what does not depend on what."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from experiments.errors import RequestError
from experiments.evidence.answers import centre_columns, rep_answers, two_waves
from experiments.evidence.centres import (
    FACTORS,
    centre_of,
    of_size,
    panel_centre,
    shipped_policy,
)
from experiments.evidence.datasets import packages, panel, reference
from experiments.evidence.datasets.fieldwork import leavers, walk
from experiments.evidence.datasets.questionnaires import REP_SCALES
from experiments.evidence.fact import Dataset
from experiments.evidence.facts import FACTS
from experiments.evidence.observe import NOT_SEEN, calibration_facts, make, observe
from experiments.evidence.plan import sampling_plan
from experiments.evidence.sketch import sketch
from experiments.jobs import Job

PLAN = sampling_plan()
LARGEST_UNIT = 100_000
"""Bytes that a unit's result may have: a panel is sent about and kept."""


def tiny_plan(**panel_changes):
    changes = {"centres": 4, "seats": 2, "warmup_days": 30, "days": 60, "waves": (30, 58)}
    small = PLAN.panel.model_copy(update={**changes, "least_tenure": 20, **panel_changes})
    fewer = PLAN.packages.model_copy(update={"warmup_days": 30, "days": 40})
    short = PLAN.reference.model_copy(update={"seats": 2, "warmup_days": 30, "days": 40})
    return PLAN.model_copy(update={"panel": small, "packages": fewer, "reference": short})


@pytest.fixture(scope="module")
def plan():
    return tiny_plan()


@pytest.fixture(scope="module")
def units(plan):
    return make(panel.PANEL, {}, plan)


@given(st.integers(0, PLAN.panel.most_centres - 1), st.floats(0.5, 8.0))
def test_every_set_of_parameters_meets_the_same_departures(unit, issues):
    plain, other = (panel_centre(c, PLAN, unit) for c in ({}, {"issues_per_year": issues}))
    assert (plain.factors == other.factors).all()
    assert (plain.policy, plain.support) == (other.policy, other.support)
    ratio = other.centre.issues_per_year / plain.centre.issues_per_year
    assert ratio == pytest.approx(issues / sim.Centre().issues_per_year)
    assert plain.centre.customers == other.centre.customers


def test_the_panel_is_as_unlike_as_the_plan_says():
    """Moments of 96 centres, within a tenth: a Sobol' sequence leaves little to chance."""
    drawn = [panel_centre({}, PLAN, unit) for unit in range(PLAN.panel.centres)]
    usual, spread = sim.Centre(), PLAN.panel.spread

    def cv(name):
        values = np.array([getattr(each.centre, name) for each in drawn])
        assert values.mean() == pytest.approx(getattr(usual, name), rel=0.02)
        return values.std() / values.mean()

    assert cv("customers") == pytest.approx(spread.workload_cv, rel=0.1)
    assert cv("issues_per_year") == pytest.approx(spread.issues_cv, rel=0.1)
    assert cv("labour_market") == pytest.approx(spread.labour_market_cv, rel=0.1)
    for name in ("empathy", "composure"):
        logit = [math.log(m / (1 - m)) for each in drawn if (m := getattr(each.centre, name))]
        assert np.std(logit) == pytest.approx(spread.recruits_logit, rel=0.1)
    for name in ("emotional_support", "training"):
        values = [getattr(each.support, name) for each in drawn]
        assert spread.support_from <= min(values) < max(values) <= spread.support_to
        assert np.mean(values) == pytest.approx(0.5, abs=0.02)
    factors = np.array([each.factors for each in drawn])
    assert factors.shape == (PLAN.panel.centres, len(FACTORS))
    assert abs(np.corrcoef(factors.T) - np.eye(len(FACTORS))).max() < 0.15


@pytest.mark.parametrize("centres", [12, 48, 96, 192])
def test_the_policies_come_in_equal_shares(centres):
    policies = [panel_centre({}, PLAN, unit).policy for unit in range(centres)]
    assert {policies.count(policy) for policy in PLAN.panel.policies} == {centres // 4}


def test_a_centre_keeps_its_own_package_under_every_policy():
    drawn = panel_centre({}, PLAN, 3)
    strict = drawn.under("strict-boundaries")
    assert strict.support == drawn.support == drawn.under("balanced").support
    assert strict.handling == shipped_policy("strict-boundaries").handling
    shared = shipped_policy("neutral").support
    own = drawn.support.model_dump()
    apart = {name for name, value in shared.model_dump().items() if own[name] != value}
    assert apart == {"emotional_support", "training"}


def test_a_smaller_centre_has_as_many_customers_for_each_seat():
    small = of_size(centre_of({"customers": 50_000}), 10)
    assert (small.seats, small.customers) == (10, 25_000)


def test_parameters_may_be_named_with_their_table():
    centre = centre_of({"anger_of_moves.listen": -0.2, "crossover": 0.0})
    assert centre.anger_of_moves.listen == -0.2
    assert centre.anger_of_moves.apologise == sim.Centre().anger_of_moves.apologise
    assert centre_of({"anger_of_moves": {"listen": -0.2}, "crossover": 0.0}) == centre


def test_all_mistakes_in_parameters_are_told_with_the_nearest_name():
    with pytest.raises(RequestError) as told:
        centre_of({"anger_of_moves.lisen": 0.1, "crosover": 0.1, "seats": -3})
    said = str(told.value)
    assert '"listen"' in said
    assert '"crossover"' in said
    assert "seats: given -3; allowed" in said


def test_stopping_to_ask_changes_nothing(tiny):
    """A run with stops, against the same run through the model's own door: equal bits."""
    policy = shipped_policy("balanced")
    start = sim.warm_up(tiny, shipped_policy("neutral"), days=40, seed=1)
    rows, stretch = [], []
    straight = sim.simulate(tiny, policy, days=120, seed=1, start=start, contacts=rows.append)
    stops = []
    for day, floor in walk(start, policy, (13, 91, 120), stretch.append):
        stops.append((day, int(floor.world["day"][0]) - start.day))
    assert stops == [(13, 13), (91, 91), (120, 120)]
    for name in ("world", "customers", "reps"):
        np.testing.assert_array_equal(getattr(floor, name), getattr(straight.floor, name))
    days = int(floor.world["day"][0])
    np.testing.assert_array_equal(floor.tallies[:days], straight.floor.tallies[:days])
    np.testing.assert_array_equal(np.concatenate(stretch), np.concatenate(rows))
    careers = straight.careers
    gone = ~np.isnan(careers["left"])
    expected = dict(zip(careers["rep"][gone].tolist(), careers["left"][gone], strict=True))
    assert leavers(floor, start.day) == expected


def test_a_unit_is_the_same_whoever_makes_it_and_small(plan, units):
    again = panel.unit({}, plan.model_dump(), 2)
    for name, values in units[2].items():
        np.testing.assert_array_equal(values, again[name], err_msg=name)
    full = panel.unit({}, tiny_plan(seats=20, days=30, waves=(5, 10, 15, 20)).model_dump(), 0)
    assert sum(np.asarray(values).nbytes for values in full.values()) < LARGEST_UNIT


def test_the_questionnaires_answers_are_the_model_s_states(plan):
    asked = plan.model_dump()
    drawn = panel_centre({}, plan, 1)
    days = plan.panel.days
    found = panel.unit({}, asked, 1)
    start = sim.warm_up(
        drawn.centre, drawn.under("neutral"), days=30, seed=plan.seed, replication=2
    )
    policy = drawn.under(drawn.policy)
    wave = plan.panel.waves[0]
    key = {"seed": plan.seed, "replication": 2, "start": start}
    then = sim.simulate(drawn.centre, policy, days=wave, **key).floor.reps
    now = found["rep_wave"] == wave
    by_id = {int(rep["id"]): rep for rep in then if rep["present"]}
    for one, true, tenure in zip(
        found["rep_id"][now], found["rep_true"][now], found["rep_tenure"][now], strict=True
    ):
        rep = by_id[int(one)]
        assert true[REP_SCALES.index("exhaustion")] == rep["exhaustion"]
        assert true[REP_SCALES.index("surface")] == rep["surface"]
        assert 0.0 < true[REP_SCALES.index("intent_to_quit")] < 1.0
        assert tenure == start.day + wave - 1 - rep["hired"]
    end = sim.simulate(drawn.centre, policy, days=days, **key)
    assert found["measures"][list(sim.measures.BY_NAME).index("csat")] == end.measures()["csat"]
    people = end.floor.customers
    satisfaction = set(people["satisfaction"][people["present"]].tolist())
    assert set(found["customer_true"][:, 0].tolist()) <= satisfaction


def test_who_answers_does_not_hang_on_the_parameters(plan):
    """Where nobody can quit, the same reps answer under other parameters, with the same errors."""
    stay = {"quit_base": 0.0}
    one, other = (panel.unit({**stay, **c}, plan.model_dump(), 0) for c in ({}, {"drain": 0.05}))
    np.testing.assert_array_equal(one["rep_id"], other["rep_id"])
    np.testing.assert_array_equal(one["rep_error"], other["rep_error"])
    assert (one["rep_true"] != other["rep_true"]).any()


def test_more_units_leave_those_that_there_are(plan, units):
    more = tiny_plan(centres=8)
    assert [job.key for job in panel.PANEL.jobs(more, {}, 0, 2)] != []
    np.testing.assert_array_equal(
        panel.unit({}, more.model_dump(), 1)["rep_true"], units[1]["rep_true"]
    )


def test_reps_have_left_after_they_answered(units):
    for each in units:
        left, wave = each["rep_left"], each["rep_wave"]
        gone = ~np.isnan(left)
        assert (left[gone] > wave[gone] - 1).all()


def test_tables_hold_each_centre_s_rows(plan, units):
    last = plan.panel.waves[-1]
    asked = rep_answers(units, last)
    rows = [int(((u["rep_wave"] == last) & u["rep_settled"]).sum()) for u in units]
    assert np.bincount(asked.centre, minlength=4).tolist() == rows
    columns = centre_columns(units, asked.centre)
    flags = columns[:, len(FACTORS) :].sum(axis=1)
    first = np.array([each["policy"] == 0 for each in units])[asked.centre]
    assert ((flags == 0.0) == first).all()
    np.testing.assert_array_equal(columns[:, : len(FACTORS)][0], units[asked.centre[0]]["factors"])


def test_a_two_wave_panel_is_of_those_who_answered_twice():
    rows = {"rep_tenure": 1.0, "rep_team": 0, "rep_settled": True, "rep_left": np.nan}
    ids, waves = np.array([7, 8, 9, 9, 7]), np.array([182, 182, 182, 364, 364])
    true = np.arange(5.0)[:, None] * np.ones(len(REP_SCALES))
    unit = {name: np.full(5, value) for name, value in rows.items()}
    unit |= {"rep_id": ids, "rep_wave": waves, "rep_true": true, "rep_error": 0 * true}
    first, second = two_waves([unit, unit])
    assert first.facts["id"].tolist() == second.facts["id"].tolist() == [7, 9, 7, 9]
    assert first.score("surface").tolist() == [0.0, 2.0, 0.0, 2.0]
    assert second.score("surface").tolist() == [4.0, 3.0, 4.0, 3.0]


def test_the_placebo_is_the_same_centre_with_no_crossover(plan):
    placebo = panel.without_crossover({}, plan.model_dump(), 0)
    same = panel.unit({"crossover": 0.0}, plan.model_dump(), 0)
    last = same["rep_wave"] == plan.panel.waves[-1]
    np.testing.assert_array_equal(placebo["rep_true"], same["rep_true"][last])


def test_packages_differ_in_what_they_name_only():
    drawn = panel_centre({}, PLAN, 5)
    own, involved, pressed = packages.packages(drawn).values()
    assert own == drawn.under("balanced")
    assert involved.handling == own.handling
    changed = involved.support.model_dump().items() - own.support.model_dump().items()
    assert dict(changed) == packages.INVOLVED
    changed = pressed.support.model_dump().items() - own.support.model_dump().items()
    assert dict(changed) == packages.PRESSED
    changed = pressed.handling.model_dump().items() - own.handling.model_dump().items()
    assert dict(changed) == {"target_aht": packages.TARGET}


def test_packages_count_quits_and_days(plan):
    found = packages.unit({"quit_base": 2.0, "hiring_days": 0.0}, plan.model_dump(), 0)
    assert (found["quits"] > 0).all()
    heads = 4 * plan.packages.days
    assert ((found["rep_days"] > 0) & (found["rep_days"] <= heads)).all()


def test_the_reference_centre_s_replications_differ_and_are_no_panel_s(plan):
    one, other = make(reference.REFERENCE, {}, plan, 2)
    assert (one["measures"] != other["measures"]).any()
    assert PLAN.panel.most_centres < reference._FIRST
    handled = one["measures"][list(sim.measures.BY_NAME).index("contacts_per_day")]
    assert one["log_talk"][0] == pytest.approx(handled * plan.reference.days)


def test_every_fact_stands_once_and_in_order():
    numbers = [fact.number for fact in FACTS]
    assert numbers == sorted(set(numbers))
    for fact in FACTS:
        assert len({part.name for part in fact.parts}) == len(fact.parts)
        assert any(part.judged for part in fact.parts)
        assert fact.sign == bool(fact.ablation)
        if fact.ablation:
            centre_of(fact.ablation)


def test_datasets_of_one_name_are_one_dataset():
    named: dict[str, Dataset] = {}
    for fact in FACTS:
        for dataset in fact.data:
            assert named.setdefault(dataset.name, dataset) is dataset
            assert dataset.units(PLAN) <= dataset.most(PLAN)
            assert isinstance(dataset.jobs(PLAN, {}, 0, 1)[0], Job)


def test_a_calibration_sees_all_parts_of_c_facts_and_no_other():
    """And the whole of it, on samples that are smaller still."""
    sizes = {
        "panel_centres": 4,
        "panel_seats": 2,
        "reference_replications": 1,
        "reference_seats": 2,
        "persons": 50,
    }
    plan = PLAN.model_copy(update={"calibration": PLAN.calibration.model_copy(update=sizes)})
    found = observe({}, plan.model_dump(), 1)
    assert {fact.use for fact in calibration_facts()} == {"C"}
    parts = {f"{fact.id}.{p.name}" for fact in calibration_facts() for p in fact.parts}
    assert set(found) == parts
    unseen = {"S18.placebo", "S18.placebo_as_it_comes"}
    assert {name for name in unseen if name in found and np.isnan(found[name])} == unseen
    assert np.isfinite(found["S1.distributive"])
    assert np.isfinite(found["S19.talk"])
    assert panel.WITHOUT_CROSSOVER.name in NOT_SEEN
    # A sketch is the same without the panel; of the holiday's vignette it has fewer persons.
    told = sketch({}, plan.model_dump(), 1)
    assert set(told) <= parts
    assert {name for name in parts if name.startswith(("S8.", "S9.", "S13.", "S19."))} <= set(told)
    alike = set(told) - {"S17.fading"}
    assert {name: told[name] for name in alike} == {name: found[name] for name in alike}
