"""The second forms: equal to the first where they say so, and of the shape they are named for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import CLASSROOM, Centre, Policy, simulate, warm_up
from sim.behaviours.choice import choose_move, softmax_choice, trembling_choice
from sim.behaviours.customer import chance_of_leaving
from sim.behaviours.rep import LEAST_REWARD, draining
from sim.moves import MOVES
from sim.parameters import describe
from tests.sim.scenes import Scene

FORMS = ("choice_by_tremble", "churn_by_tenure", "drain_by_imbalance")
UNIT = st.floats(0.0, 1.0, exclude_min=True, exclude_max=True)
pulls = st.lists(st.floats(-20.0, 20.0), min_size=MOVES, max_size=MOVES)


def test_the_second_forms_are_off_and_there_are_three() -> None:
    """Protects the reference centre from a form that nobody asked for."""
    switches = {row.name: row.default for row in describe() if row.note.startswith("second form")}
    assert switches == dict.fromkeys(FORMS, False)


@given(utilities=pulls, tremble=st.floats(0.0, 1.0), u=UNIT)
def test_a_trembling_hand_is_the_inverse_of_its_distribution(
    utilities: list[float], tremble: float, u: float
) -> None:
    """The best move has 1 - e + e/16, each other e/16, and one draw reads them off in order."""
    weights = np.full(MOVES, tremble / MOVES)
    weights[int(np.argmax(utilities))] += 1.0 - tremble
    edges = np.cumsum(weights)
    made = trembling_choice(list(utilities), tremble, u)
    if np.abs(edges - u).min() > 1e-9:
        assert made == int(np.searchsorted(edges, u, side="right"))


@given(utilities=pulls, u=UNIT)
def test_without_error_both_choices_take_the_best(utilities: list[float], u: float) -> None:
    best = int(np.argmax(utilities))
    assert trembling_choice(list(utilities), 0.0, u) == best
    if np.sort(utilities)[-1] - np.sort(utilities)[-2] > 2.0:
        assert softmax_choice(list(utilities), 0.05, u) == best


def test_an_error_beyond_certainty_is_certainty() -> None:
    """Protects the chances of a depleted rep: 0.6 x (1 + 3) is no chance."""
    worn = {"rep.fatigue": 1.0, "rep.exhaustion": 1.0}
    scene = Scene(choice_by_tremble=True, tremble=0.6, depletion_noise=3.0, **worn)
    choose_move(scene.rep, scene.talk, scene.policy, scene.p, 0.5, scene.floor.utilities)
    assert np.diff(scene.floor.utilities, prepend=0.0) == pytest.approx(1 / MOVES)


@given(loyalty=st.floats(0.0, 1.0), memory=st.floats(1.0, 120.0), usual=st.integers(1, 240))
def test_leaving_is_equal_at_the_usual_tenure(loyalty: float, memory: float, usual: int) -> None:
    """Both forms are one at ``churn_usual``; the second falls hyperbolically about it."""
    given_ = {"customer.loyalty": loyalty, "churn_memory": memory, "churn_usual": float(usual)}
    plain, second = Scene(**given_), Scene(churn_by_tenure=True, **given_)
    exponential = chance_of_leaving(plain.customer, plain.p, 30 * usual)
    customer, p = second.customer, second.p
    assert chance_of_leaving(customer, p, 30 * usual) == pytest.approx(exponential, rel=1e-12)
    # 1 / hazard rises by the same amount in each month: beta-geometric.
    rates = [1.0 / chance_of_leaving(customer, p, 30 * months) for months in range(5)]
    assert np.diff(rates) == pytest.approx(np.diff(rates)[0], rel=1e-6)
    assert rates[1] > rates[0]


def test_a_cohort_stays_as_the_shifted_beta_geometric_says() -> None:
    """The hazard a / (a + b + t) is that of geometric leavers whose chances are beta(a, b).

    With loyalty one half and memory = a + b, a = churn_base (memory + usual): the share that
    stays, from the beta distribution's own moments, against the product of the model's.
    """
    scene = Scene(churn_by_tenure=True, **{"customer.loyalty": 0.5})
    p = scene.p
    a = p.churn_base * (p.churn_memory + p.churn_usual)
    b = p.churn_memory - a
    stays = 1.0
    leave = np.random.default_rng(1).beta(a, b, 200_000)
    for month in range(24):
        stays *= 1.0 - chance_of_leaving(scene.customer, p, 30 * month)
        sample = (1.0 - leave) ** (month + 1)
        # Six standard errors: a false alarm once in 20 million looks.
        assert abs(sample.mean() - stays) < 6.0 * sample.std() / np.sqrt(len(sample))


@given(strain=st.floats(-1.0, 5.0), reward=st.floats(0.0, 1.0), usual=st.floats(0.1, 0.9))
def test_the_drain_is_equal_at_the_usual_reward(strain: float, reward: float, usual: float) -> None:
    state = {"rep.strain_today": strain, "usual_reward": usual}
    plain = Scene(**state, **{"rep.accomplishment": reward})
    same = Scene(drain_by_imbalance=True, **state, **{"rep.accomplishment": usual})
    second = Scene(drain_by_imbalance=True, **state, **{"rep.accomplishment": reward})
    effort = draining(plain.rep, plain.p)
    assert effort == max(0.0, strain)
    assert draining(same.rep, same.p) == pytest.approx(effort, rel=1e-12)
    expected = effort * usual / max(LEAST_REWARD, reward)
    assert draining(second.rep, second.p) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_changes_a_run_and_keeps_its_money(form: str) -> None:
    """Protects from a switch that is read nowhere in the compiled day."""
    runs = []
    for on in (False, True):
        centre = Centre(**{**CLASSROOM, form: on})
        start = warm_up(centre, Policy(), days=120, seed=1)
        runs.append(simulate(centre, Policy(), days=120, seed=1, start=start).measures())
    assert runs[0]["retention"] != runs[1]["retention"]
    assert runs[0]["retention"] == pytest.approx(runs[1]["retention"], abs=0.1)


def test_the_first_customers_have_been_there_for_the_usual_time() -> None:
    """Exponential of mean ``churn_usual``: five standard errors, once in two million."""
    start = warm_up(Centre(**CLASSROOM), Policy(), days=1, seed=1)
    people = start.floor.customers
    months = -people["joined"][people["generation"] == 0][: CLASSROOM["customers"]] / 30.0
    mean = Centre().churn_usual
    assert abs(months.mean() - mean) < 5.0 * mean / np.sqrt(len(months)) + 1.0 / 30.0
