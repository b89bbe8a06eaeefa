"""The vignettes: twins are alike where a mechanism is off; and theory, where there is one."""

import json
import math
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from experiments.evidence.fact import Estimate
from experiments.evidence.facts import (
    s03_recovery_paradox,
    s04_second_failure,
    s05_intent_by_outcome,
    s06_intent_by_loss,
    s08_voice,
    s10_apology,
    s11_compensation,
    s16_after_abuse,
)
from experiments.evidence.moments import error_spread
from experiments.evidence.plan import sampling_plan
from experiments.evidence.vignettes import customers, holidays, people
from experiments.evidence.vignettes.after_abuse import AFTER_ABUSE, after_abuse, waits
from experiments.evidence.vignettes.cast import CHUNK, cast_of
from experiments.evidence.vignettes.customers import PERCENT
from experiments.evidence.vignettes.holidays import HOLIDAYS
from experiments.evidence.vignettes.people import MOST, of_persons, ratio
from experiments.jobs import do_job, versions
from sim.agents import Row

PLAN = sampling_plan()
WRITTEN = PLAN.model_dump()
MODULES = (
    s03_recovery_paradox,
    s04_second_failure,
    s05_intent_by_outcome,
    s06_intent_by_loss,
    s08_voice,
    s10_apology,
    s11_compensation,
    s16_after_abuse,
)
DATASETS = {d.name: d for module in MODULES for d in module.FACT.data} | {HOLIDAYS.name: HOLIDAYS}


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_a_unit_is_a_job_and_comes_out_the_same_again(name):
    dataset = DATASETS[name]
    job = dataset.jobs(PLAN, {"churn_base": 0.02})[1]
    arguments = json.loads(json.dumps(job.arguments))
    runs = [do_job(job.work, arguments, versions(job.work)) for _ in range(2)]
    for result, error in runs:
        assert error == ""
        assert sum(array.nbytes for array in result.values()) < 100_000
    for key, array in runs[0][0].items():
        np.testing.assert_array_equal(array, runs[1][0][key])


def test_as_many_persons_as_the_plan_asks_for():
    for dataset in DATASETS.values():
        assert dataset.units(PLAN) * CHUNK == PLAN.vignettes.persons
        assert dataset.most(PLAN) * CHUNK == PLAN.vignettes.most_persons
        assert dataset.units(PLAN.smaller()) * CHUNK == PLAN.calibration.persons


@pytest.mark.parametrize("module", MODULES, ids=[module.FACT.id for module in MODULES])
def test_a_fact_estimates_all_its_parts(module):
    fact = module.FACT
    (dataset,) = fact.data
    home, _, work = dataset.work.partition(":")
    make = getattr(import_module(home), work)
    data = {dataset.name: [make({}, WRITTEN, unit) for unit in (0, 1)]}
    values, intervals = fact.estimate(data, 0), fact.estimate(data, 200)
    assert set(values) == {part.name for part in fact.parts}
    for name, estimate in values.items():
        assert math.isfinite(estimate.value)
        assert math.isnan(estimate.low)
        again = intervals[name]
        assert again.value == estimate.value
        assert again.low <= again.value <= again.high


# --- with the mechanism off the effect is exactly nothing -------------------------------------


def test_where_conflicts_move_nothing_outcomes_and_payments_do_not_matter():
    still = {"loyalty_conflict": 0.0, "threat_meant": 0.0, "silent_exit": 0.0}
    loyalty = customers.outcomes(still, WRITTEN, 0)["loyalty"]
    assert np.ptp(loyalty, axis=(1, 2)).max() == 0.0
    loyalty = customers.compensation(still, WRITTEN, 0)["loyalty"]
    assert np.ptp(loyalty, axis=1).max() == 0.0


STILL = {"loyalty_conflict": 0.0, "conflict_weight": 0.0}
"""Neither a conflict nor what comes of it moves anybody; that it came up at all still may."""


def test_where_failures_and_conflicts_move_nothing_there_is_no_paradox_and_no_order():
    still = STILL | {"failure_disappointment": 0.0}
    results = customers.recovery(still, WRITTEN, 0)
    np.testing.assert_array_equal(results["satisfaction"][:, 0], results["satisfaction"][:, 1])
    np.testing.assert_array_equal(results["stays"][:, 0], results["stays"][:, 1])
    satisfaction = customers.two_failures(still, WRITTEN, 0)["satisfaction"]
    assert np.ptp(satisfaction, axis=1).max() == 0.0
    fact = s03_recovery_paradox.FACT
    found = fact.estimate({fact.data[0].name: [results]}, 100)
    assert (found["satisfaction"].value, found["retention"].value) == (0.0, 0.0)
    assert fact.verdict(found) == "fails"


def test_where_conflicts_move_nothing_all_that_is_left_is_that_the_company_failed():
    """Bad and good recoveries come to the same, and both lie below no failure at all."""
    before, recovered = customers.recovery(STILL, WRITTEN, 0)["satisfaction"].T
    most = cast_of(STILL, WRITTEN, 0).start.centre.failure_disappointment
    # The loss is drawn: its severity lies between nothing and all.
    assert (recovered < before).all() and (recovered > before * (1.0 - most)).all()
    none, *failed = customers.two_failures(STILL, WRITTEN, 0)["satisfaction"].T
    assert np.ptp(failed, axis=0).max() == 0.0
    assert (failed[0] < none).all()


def test_a_failure_disappoints_by_its_loss_whether_it_is_voiced_or_not():
    cast = cast_of({}, WRITTEN, 0)
    scene, p = cast.scene(), cast.start.centre
    lost = p.failure_disappointment * 1.0 / (1.0 + p.serious_loss)
    for place in range(10):
        customer = cast.customer(place)
        for voiced in (True, False):
            scene.enter(customer)
            scene.befall(1.0, at_fault=True, voiced=voiced)
            left = scene.customer.satisfaction / customer["satisfaction"]
            assert left == pytest.approx(1.0 - lost)
            left = scene.customer.loyalty / customer["loyalty"]
            assert left == pytest.approx(1.0 - lost * p.loyalty_conflict)


def test_an_apology_that_is_worth_nothing_satisfies_as_many():
    off = {
        "apology_worth": 0.0,
        "heard_by_moves.apologise": 0.0,
        "anger_of_moves.apologise": 0.0,
        "leak": 0.0,
    }
    satisfied = customers.apology(off, WRITTEN, 0)["satisfied"]
    np.testing.assert_array_equal(satisfied[:, 0], satisfied[:, 1])
    assert 0.0 < satisfied.mean() < 1.0


def test_without_mood_fatigue_and_cynicism_abuse_leaves_the_next_customers_alone():
    ablation = s16_after_abuse.FACT.ablation
    off, on = after_abuse(dict(ablation), WRITTEN, 0), after_abuse({}, WRITTEN, 0)
    for name in ("justice", "handling"):
        assert np.ptp(off[name], axis=2).max() == 0.0
        assert np.ptp(on[name], axis=2).min() > 0.0


def test_without_them_the_ten_still_wait_for_the_forced_contact_and_that_is_told_apart():
    """All the wait that is left is carried by that contact's length and the break after it."""
    fact = s16_after_abuse.FACT
    for centre, alike in ((dict(fact.ablation), True), ({}, False)):
        results = after_abuse(centre, WRITTEN, 0)
        for name in ("wait", "wait_by_pace", "forced"):
            assert results[name].shape == results["handling"].shape
        civil, abusive = np.moveaxis(results["wait"], -1, 0)
        by_pace = results["wait_by_pace"]
        np.testing.assert_array_equal(by_pace[..., 0], civil)
        assert (np.ptp(by_pace, axis=-1).max() == 0.0) == alike
        longer = np.diff(results["forced"], axis=-1)[..., 0] > 0.0
        assert longer.any() and (abusive >= by_pace[..., 1])[longer].all()
        assert (abusive > civil).any()
        found = fact.estimate({AFTER_ABUSE.name: [results]}, 0)
        assert found["wait"].value > found["wait_by_pace"].value >= 0.0


def test_an_effect_of_exactly_nothing_does_not_hold_a_sign():
    fact = s16_after_abuse.FACT
    results = after_abuse(dict(fact.ablation), WRITTEN, 0)
    found = fact.estimate({AFTER_ABUSE.name: [results]}, 100)
    by_name = {part.name: part for part in fact.parts}
    assert found["justice"] == Estimate(0.0, 0.0, 0.0, found["justice"].n, "reps")
    assert by_name["justice"].verdict(found["justice"]) == "fails"


@pytest.mark.parametrize(
    ("fact", "part", "still"),
    [
        (s04_second_failure.FACT, "order", "fails"),
        (s04_second_failure.FACT, "second", "holds"),
        (s06_intent_by_loss.FACT, "least", "fails"),
    ],
)
def test_above_and_fewest_leave_out_what_is_alike(fact, part, still):
    """ "Ends above" and "by the fewest" are strict; "no paradox" is not."""
    by_name = {each.name: each for each in fact.parts}
    assert by_name[part].verdict(Estimate(0.0, 0.0, 0.0)) == still


# --- monotone, and as theory has it ------------------------------------------------------------


def test_loyalty_rises_with_payment_and_less_and_less_until_it_is_doubted():
    trusted = {"overpaid_doubt": 0.0}
    gains = np.diff(customers.compensation(trusted, WRITTEN, 0)["loyalty"], axis=1)
    assert gains.min() >= 0.0
    assert gains[:, 0].min() > 0.0
    doubted = {"overpaid_doubt": 0.5, "overpaid_turn": 1.5, "fairness_bias": 0.0}
    loyalty = customers.compensation(doubted, WRITTEN, 0)["loyalty"].mean(axis=0)
    assert loyalty[PERCENT.index(200)] < loyalty[PERCENT.index(150)]


def test_the_shares_that_complain_are_the_closed_form():
    results = customers.voice({}, WRITTEN, 0)["chance"]
    cast = cast_of({}, WRITTEN, 0)
    people_there = [cast.customer(place) for place in range(CHUNK)]
    voice, loyalty = (np.array([each[k] for each in people_there]) for k in ("voice", "loyalty"))
    p = cast.start.centre
    for loss, found in zip((0.05, 1.42), results.T, strict=True):
        logit = p.voice_base + p.voice_severity * loss / (loss + p.serious_loss)
        logit = logit + p.voice_trait * (voice - 0.5) + p.voice_loyalty * (loyalty - 0.5)
        np.testing.assert_allclose(found, 1.0 / (1.0 + np.exp(-logit)), rtol=1e-9)


def test_intent_is_the_share_of_answers_on_a_scale_of_the_plans_reliability():
    """Against drawn answers: a false alarm at 5 sigma in 2 of 3 million runs."""
    rng = np.random.default_rng(5)
    level = np.array([0.65, 0.45, 0.55, 0.55])
    loyalty = np.clip(level + 0.1 * rng.standard_normal((500, 2, 4)), 0.0, 1.0)
    fact = s05_intent_by_outcome.FACT
    data = {fact.data[0].name: [{"loyalty": loyalty, "reliability": 0.8, "rep": np.arange(500)}]}
    found = fact.estimate(data, 0)
    error = error_spread(0.8) * loyalty.std()
    assert loyalty.var() / (loyalty.var() + error**2) == pytest.approx(0.8)
    answers = loyalty + error * rng.standard_normal((400, *loyalty.shape)) >= 0.5
    quick, satisfied = answers[..., 0].mean(axis=(0, 2)), answers[..., 1].mean(axis=(0, 2))
    drawn = (quick - satisfied).mean()
    assert found["quick"].value == pytest.approx(
        drawn, abs=5 * math.sqrt(0.5 / answers[..., 0].size)
    )


def test_whoever_left_in_silence_does_not_return():
    loyalty = np.full((10, 2, 4), 0.9)
    loyalty[:5, :, 3] = np.nan
    fact = s05_intent_by_outcome.FACT
    made = {"loyalty": loyalty, "reliability": 0.8, "rep": np.zeros(10, int)}
    found = fact.estimate({fact.data[0].name: [made]}, 0)
    assert found["silent"].value == pytest.approx(-0.5)


def test_the_fall_is_compared_by_its_size():
    """Falls of .1 where quick, .3 and .2 elsewhere: .1 less .2; error next to nothing."""
    loyalty = np.full((100, 2, 4), 0.9)
    for outcome, lost in enumerate((10, 30, 20, 0)):
        loyalty[:lost, 1, outcome] = 0.1
    fact = s06_intent_by_loss.FACT
    made = {"loyalty": loyalty, "reliability": 1.0, "rep": np.arange(100)}
    found = fact.estimate({fact.data[0].name: [made]}, 0)
    assert found["quick"].value == pytest.approx(-0.1)
    assert found["least"].value == pytest.approx(-0.1)


@settings(max_examples=100, deadline=None)
@given(
    hnp.arrays(float, (3, 8), elements=st.floats(0.0, 20.0)),
    hnp.arrays(float, (3, 8), elements=st.floats(0.0, 20.0)),
)
def test_waits_are_those_of_a_queue_with_one_server(service, apart):
    """Against events: each begins when it has come and the one before has gone."""
    found = waits(service, apart)
    for row in range(3):
        came = np.concatenate([[0.0], np.cumsum(apart[row])])
        free = 0.0
        for n in range(8):
            free = max(free, came[n]) + service[row, n]
            expected = max(0.0, free - came[n + 1])
            assert found[row, n] == pytest.approx(expected, abs=1e-9)


# --- the holiday ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def life():
    cast = cast_of({}, WRITTEN, 0)
    lives, teams = holidays.life_without_holidays(cast, 60)
    parameters = cast.start.floor.parameters[0]
    return lives, teams, Row(parameters.dtype.names, parameters.item())


def test_nights_lived_anew_without_a_holiday_are_the_recorded_ones(life):
    lives, teams, p = life
    for seat in np.flatnonzero(lives["present"].all(axis=0)):
        own = lives[:, seat]
        if (own["id"] != own["id"][0]).any():
            continue
        again = holidays.nights(own, teams[:, own["team"][0]], p, 1, 1, 61)
        np.testing.assert_array_equal(again, own["exhaustion"][1:])


def test_a_holiday_that_restores_nothing_changes_nothing():
    off = {"drain": 0.0, "recovery_night": 0.02, "recovery_off": 0.02, "respite_effect": 0.0}
    twins = holidays.holidays(off, WRITTEN, 0)
    np.testing.assert_array_equal(twins["at_work"], twins["on_holiday"])


def test_a_holiday_rests_and_the_days_before_it_are_alike():
    twins = holidays.holidays({}, WRITTEN, 0)
    before, length = int(twins["before"]), int(twins["length"])
    days = before + length + holidays.AFTER
    assert twins["at_work"].shape == twins["on_holiday"].shape == (CHUNK, days)
    gain = twins["at_work"] - twins["on_holiday"]
    assert np.ptp(gain[:, :before]) == 0.0
    assert gain[:, before + length - 1].min() > 0.0
    assert (gain[:, -1] < gain[:, before + length - 1]).all()


# --- estimates --------------------------------------------------------------------------------


def test_rows_of_the_same_person_do_not_narrow_the_interval():
    """Persons of one to three rows each; theory: the linearised variance of a ratio."""
    rng = np.random.default_rng(1)
    rows = rng.integers(1, 4, size=200)
    person = np.repeat(np.arange(200), rows)
    values = rng.standard_normal(200)[person] + 0.3 * rng.standard_normal(len(person))
    found = of_persons(
        values[:, None], lambda m: {"mean": m[..., 0]}, 1_000, cluster=person, of="reps"
    )["mean"]
    assert found.value == pytest.approx(values.mean())
    assert (found.n, found.of) == (200, "reps")
    left = np.bincount(person, values - values.mean()) / rows.mean()
    theory = 1.96 * left.std(ddof=1) / math.sqrt(200)
    assert (found.high - found.low) / 2.0 == pytest.approx(theory, rel=0.12)


@pytest.mark.parametrize("module", MODULES, ids=[module.FACT.id for module in MODULES])
def test_reps_are_resampled_wherever_they_act(module):
    """Each rep serves some of the fifty persons; where none plays a part, persons stand alone."""
    fact = module.FACT
    (dataset,) = fact.data
    home, _, work = dataset.work.partition(":")
    make = getattr(import_module(home), work)
    found = fact.estimate({dataset.name: [make({}, WRITTEN, unit) for unit in (0, 1)]}, 0)
    reps = sum(len(set(cast_of({}, WRITTEN, unit).who_serves())) for unit in (0, 1))
    acts = fact.id != "S8"
    expected = (reps, "reps") if acts else (2 * CHUNK, "persons")
    assert {(each.n, each.of) for each in found.values()} == {expected}
    assert 10 <= reps < CHUNK


def test_resampling_by_rep_leaves_the_value_to_the_last_bit():
    rng = np.random.default_rng(3)
    values, rep = rng.standard_normal((157, 1)), rng.integers(0, 20, 157)
    one, other = (
        of_persons(values, lambda m: {"mean": m[..., 0]}, 0, cluster=each)["mean"]
        for each in (None, rep)
    )
    assert one.value == other.value
    assert (one.n, other.n) == (157, len(set(rep.tolist())))


@given(st.floats(-5.0, 5.0), st.floats(-5.0, 5.0), st.sampled_from([0.0, 0.01]))
def test_a_ratio_is_finite_and_rises_with_its_numerator(above, below, least):
    found, more = (float(ratio(np.array(a), np.array(below), least)) for a in (above, above + 1.0))
    assert math.isfinite(found)
    assert found <= more <= MOST
    if below > 0.01 and abs(above / below) < MOST:
        assert found == pytest.approx(above / below)


def test_people_are_in_different_centres_in_different_units():
    one, other = (people.column([customers.voice({}, WRITTEN, u)], "chance") for u in (0, 1))
    assert not np.isin(one, other).any()
