"""The first morning: slow states start near where years of the same policy would leave them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import CLASSROOM, Centre, Policy, Support, simulate, warm_up
from sim.behaviours.employer import mend_processes, settle_processes
from sim.moves import DELAY, ISSUE_KINDS, MISUNDERSTANDING, PRODUCT
from tests.sim.scenes import Scene


@given(
    feedback=st.floats(0.0, 1.0),
    effect=st.floats(0.0, 0.5),
    floor=st.floats(0.0, 1.0),
    decay=st.floats(0.01, 0.2),
    product=st.floats(0.01, 1.0),
    days=st.integers(7, 90),
)
def test_processes_start_where_reviews_leave_them(
    feedback: float, effect: float, floor: float, decay: float, product: float, days: int
) -> None:
    """One review more, with reasons as often as their kinds arise, changes next to nothing."""
    scene = Scene(
        feedback_effect=effect,
        feedback_floor=floor,
        process_decay=decay,
        product_share=product,
        review_days=days,
        **{"support.feedback": feedback},
    )
    world, p = scene.world, scene.p
    settle_processes(world, scene.policy, p)
    settled = list(world.issue_factor)
    assert list(world.reasons) == [0.0] * len(ISSUE_KINDS)
    assert settled[MISUNDERSTANDING] == 1.0 and all(0.0 < factor <= 1.0 for factor in settled)
    world.reasons[PRODUCT] = p.product_share * settled[PRODUCT]
    world.reasons[DELAY] = p.delay_share * settled[DELAY]
    mend_processes(world, scene.policy, p, days / 30)
    assert list(world.issue_factor) == pytest.approx(settled, abs=1e-3)


def test_without_feedback_nothing_is_mended_at_the_start() -> None:
    start = warm_up(Centre(**CLASSROOM), Policy(support=Support(feedback=0.0)), days=0, seed=1)
    assert start.floor.world["issue_factor"][0].tolist() == [1.0] * len(ISSUE_KINDS)


def test_a_warm_up_does_not_drift() -> None:
    """Protects figures of the first and the third year from the warm-up's own course.

    11,600 customers: the mean loyalty of a half-year is known to about .001, so .004 is
    four standard errors; before the start was mended it fell by more than .01.
    """
    outcome = simulate(Centre(**CLASSROOM), Policy(), days=3 * 182, seed=1)
    t = outcome.tallies.reshape(3, 182)
    loyalty = t["loyalty"].sum(axis=1) / t["visited"].sum(axis=1)
    assert np.abs(np.diff(loyalty)).max() < 0.004
    issues = t["issues"].sum(axis=1) / t["customers"].sum(axis=1)
    # Some 11,000 issues a half-year: .05 is nearly four standard errors; before, it was .055.
    assert np.abs(np.diff(issues) / issues[0]).max() < 0.05


def test_the_first_staff_has_the_tenure_of_a_settled_centre() -> None:
    """Exponential with the mean that its own hazard gives, cut at ten years."""
    centre = Centre(customers=100, seats=400, first_exhaustion_higher=0.3)
    reps = warm_up(centre, Policy(), days=0, seed=1).floor.reps
    tenure = -reps["hired"].astype(float)
    hazard = centre.quit_base * np.exp(
        centre.quit_exhaustion * reps["exhaustion"]
        + centre.quit_depersonalisation * reps["depersonalisation"]
    )
    mean = 365.0 / hazard
    expected = mean * -np.expm1(-3650.0 / mean)
    # Five standard errors, and what the extra hazard of the first months still does at ten years.
    assert abs(tenure.mean() - expected.mean()) < 5.0 * mean.mean() / np.sqrt(len(tenure)) + 1.0
    assert tenure.max() <= 3650.0
    assert reps["chronic"].min() >= 0.3 and reps["chronic"].max() <= 0.5
    assert np.array_equal(reps["chronic"], reps["exhaustion"])


def test_nobody_quits_nobody_is_new() -> None:
    """At no hazard of quitting the whole first staff has been there longest."""
    centre = Centre(**CLASSROOM, quit_base=0.0)
    reps = warm_up(centre, Policy(), days=0, seed=1).floor.reps
    assert set(reps["hired"][reps["present"]].tolist()) == {-3650}
