"""The door for prescribed courses: the model's own rules, and nothing but what is forced."""

import numpy as np
import pytest

from experiments.evidence.plan import sampling_plan
from experiments.evidence.vignettes.cast import cast_of
from experiments.evidence.vignettes.scene import Course
from sim.moves import (
    ABUSIVE,
    APOLOGISE,
    ASK,
    CIVIL,
    ISSUE,
    LISTEN,
    NOTHING,
    OFFER,
    RESOLVED,
    UNRESOLVED,
)

PLAN = sampling_plan().model_dump()
PERSONS = range(40)


@pytest.fixture(scope="module")
def cast():
    return cast_of({}, PLAN, 0)


@pytest.fixture
def scene(cast):
    return cast.scene()


def columns(scene):
    """Return all that the rules read again, but for where a queue and a wheel would file it."""
    filed = {"filed_day", "free_at", "case_rep"}
    return {
        f"{part}.{name}": value
        for part in ("customer", "rep", "talk")
        for name, value in vars(getattr(scene, part)).items()
        if name not in filed
    }


USUAL: dict[str, float] = {}
ROUGH = {
    "accept_base": -9.0,
    "abuse_threshold": 0.0,
    "abuse_rate": 1.0,
    "hang_up_rate": 0.2,
    "ask_superior_rate": 0.0,
    "turns": 8,
}


@pytest.mark.parametrize("regime", [USUAL, ROUGH], ids=["usual", "rough"])
def test_a_contact_in_which_nothing_is_forced_is_the_models_own(cast, scene, regime):
    """The steps of ``contact`` are those of the model's ``serve``, to the last bit."""
    endings = set()
    with scene.forced(**regime):
        for place in PERSONS:
            scene.enter(cast.customer(place), cast.rep(place))
            minutes = scene.call(issue=True)
            own = columns(scene)
            endings.add(scene.talk.ending)
            scene.enter(cast.customer(place), cast.rep(place))
            scene.befall()
            assert scene.contact(Course()) == pytest.approx(minutes, abs=1e-6)
            assert columns(scene) == own
    # Worth something only if the contacts differ.
    assert len(endings) >= 2


@pytest.mark.parametrize("place", range(10))
def test_twins_come_in_alike_whatever_happened_before(cast, scene, place):
    customer, rep = cast.customer(place), cast.rep(place)
    scene.enter(customer, rep)
    before = columns(scene) | {"day": scene.world.day}
    scene.befall()
    scene.contact(Course(tone=ABUSIVE))
    scene.live_months(2)
    scene.enter(customer, rep)
    after = columns(scene) | {"day": scene.world.day}
    talked = {name for name in before if name.startswith("talk.")}
    assert {n: v for n, v in after.items() if n not in talked} == {
        n: v for n, v in before.items() if n not in talked
    }


@pytest.mark.parametrize(("loss", "fault"), [(0.05, True), (1.42, False), (1.0, True)])
def test_an_issue_is_what_is_forced(cast, scene, loss, fault):
    for place in PERSONS:
        scene.enter(cast.customer(place))
        scene.befall(loss, at_fault=fault)
        customer = scene.customer
        assert customer.matter == ISSUE
        assert customer.loss == pytest.approx(loss, rel=1e-12)
        assert customer.severity == pytest.approx(loss / (loss + scene.p.serious_loss))
        assert customer.due == pytest.approx(loss if fault else 0.0, rel=1e-12)


def test_what_is_not_forced_of_an_issue_differs_between_people(cast, scene):
    losses, faults = [], []
    for place in PERSONS:
        scene.enter(cast.customer(place))
        scene.befall()
        losses.append(scene.customer.loss)
        faults.append(scene.customer.at_fault)
    assert len(set(losses)) == len(losses)
    assert set(faults) == {True, False}


def test_an_issue_borne_in_silence_leaves_no_claim(cast, scene):
    for place in PERSONS:
        scene.enter(cast.customer(place))
        before = scene.customer.satisfaction
        scene.befall(1.42, voiced=False)
        assert scene.customer.matter == NOTHING
        assert scene.customer.satisfaction < before


@pytest.mark.parametrize("amount", [0.0, 0.4, 2.0])
def test_a_payment_is_what_is_forced_whatever_is_claimed(cast, scene, amount):
    for place in PERSONS:
        scene.enter(cast.customer(place), cast.rep(place))
        scene.befall(1.0, at_fault=True)
        scene.contact(Course(moves=(LISTEN, OFFER), offer=amount))
        assert (scene.talk.ending, scene.talk.moves) == (RESOLVED, 2)
        assert scene.customer.granted == amount
        assert scene.customer.matter == NOTHING


@pytest.mark.parametrize("again", [True, False])
def test_a_matter_left_open_comes_back_or_does_not_as_is_forced(cast, scene, again):
    for place in PERSONS:
        scene.enter(cast.customer(place), cast.rep(place))
        scene.befall(1.0)
        day = scene.world.day
        scene.contact(Course(moves=(LISTEN, ASK), settled=False, again=again))
        assert scene.talk.ending == UNRESOLVED
        assert scene.customer.granted == 0.0
        assert (scene.customer.matter == ISSUE) is again
        if again:
            scene.wait_for_call()
            assert scene.world.day > day


@pytest.mark.parametrize("tone", [CIVIL, ABUSIVE])
def test_a_tone_is_taken_in_every_turn(cast, scene, tone):
    for place in PERSONS:
        scene.enter(cast.customer(place), cast.rep(place))
        scene.befall()
        scene.contact(Course(tone=tone))
        assert scene.talk.abusive_turns == (scene.talk.turn if tone == ABUSIVE else 0)
        due = scene.policy.break_after_abuse if tone == ABUSIVE else 0.0
        assert scene.take_break_due() == due
        assert scene.take_break_due() == 0.0


def test_a_turn_left_out_leaves_the_draws_of_the_turns_after_it(cast, scene):
    """Where an apology does nothing at all, leaving its turn out changes nothing."""
    nothing = np.zeros(len(scene.p.heard_by_moves)).tolist()
    with scene.forced(
        apology_worth=0.0, heard_by_moves=nothing, anger_of_moves=nothing, leak=0.0, leak_heat=0.0
    ):
        for place in PERSONS:
            found = []
            for first in (None, APOLOGISE):
                scene.enter(cast.customer(place), cast.rep(place))
                scene.befall(1.0, at_fault=True)
                scene.contact(Course(moves=(first, LISTEN, ASK, OFFER), offer=1.0))
                found.append((scene.talk.worth, scene.talk.tone, vars(scene.customer).copy()))
            assert found[0] == found[1]


def test_forced_parameters_are_the_centres_again_even_after_an_error(scene):
    before = scene.p.raise_again
    with pytest.raises(ZeroDivisionError), scene.forced(raise_again=0.123):
        assert scene.p.raise_again == 0.123
        _ = 1 / 0
    assert scene.p.raise_again == before


@pytest.mark.parametrize("months", [1, 12])
def test_the_chance_to_stay_is_the_product_of_the_monthly_hazards(cast, scene, months):
    """Without drift the hazard is constant: churn_base exp(-churn_loyalty (loyalty - 1/2))."""
    with scene.forced(product_pull=0.0, loyalty_pull=0.0, churn_by_tenure=False):
        for place in PERSONS:
            scene.enter(cast.customer(place))
            loyalty = scene.customer.loyalty
            leaves = scene.p.churn_base * np.exp(-scene.p.churn_loyalty * (loyalty - 0.5))
            assert scene.live_months(months) == pytest.approx((1.0 - leaves) ** months)
            assert scene.customer.loyalty == loyalty
