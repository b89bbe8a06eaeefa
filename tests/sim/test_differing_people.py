"""Recovery, poise, doubts about too much, threats that are meant: what they add."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import CLASSROOM, Centre, Policy, simulate
from sim.behaviours.aftermath import pass_up
from sim.behaviours.justice import distributive_justice
from sim.behaviours.rep import rep_born, rest_overnight, wear
from sim.behaviours.superior import superior_decides, superiors_on_duty
from sim.state import REP
from tests.sim import rules as do
from tests.sim.scenes import Scene


def newcomers(spread: float, count: int) -> dict[str, np.ndarray]:
    scene = Scene(recovery_spread=spread)
    found: dict[str, list[float]] = {name: [] for name in REP.names or ()}
    for generation in range(count):
        rep_born(scene.rep, scene.world, scene.p, generation, 0)
        for name, values in found.items():
            values.append(getattr(scene.rep, name))
    return {name: np.array(values) for name, values in found.items()}


def test_recovery_takes_a_draw_that_nobody_else_uses() -> None:
    """Protects pairing: with another spread the same people come, but for their recovery."""
    one, other = newcomers(0.0, 200), newcomers(1.0, 200)
    assert [name for name in one if not np.array_equal(one[name], other[name])] == ["recovery"]
    assert set(one["recovery"]) == {1.0}
    for name in other:
        if name not in ("id", "generation", "recovery") and len(set(other[name])) > 100:
            # 200 pairs: |r| > .37 happens once in ten million by chance.
            assert abs(np.corrcoef(other["recovery"], other[name])[0, 1]) < 0.37, name


@pytest.mark.parametrize("spread", [0.2, 0.5, 1.0])
def test_recovery_has_mean_one_and_the_stated_spread(spread: float) -> None:
    """Lognormal, on the log scale: five standard errors each, once in two million."""
    logs = np.log(newcomers(spread, 4000)["recovery"])
    variance = np.log1p(spread * spread)
    assert abs(logs.mean() + variance / 2) < 5.0 * np.sqrt(variance / len(logs))
    assert abs(logs.var() - variance) < 5.0 * variance * np.sqrt(2.0 / len(logs))


@given(
    recovery=st.floats(0.0, 50.0),
    rate=st.floats(0.0, 0.3),
    chronic=st.floats(0.0, 1.0),
    off=st.booleans(),
)
def test_nobody_recovers_more_than_all(
    recovery: float, rate: float, chronic: float, off: bool
) -> None:
    """At rest exhaustion falls by rate x recovery, and never below none."""
    scene = Scene(
        crossover=0.0,
        recovery_off=rate,
        recovery_night=min(rate, 0.2),
        **{"rep.recovery": recovery, "rep.chronic": chronic, "rep.on_floor": not off},
    )
    rest_overnight(scene.rep, scene.p, 0.0)
    share = (rate if off else min(rate, 0.2)) * recovery
    assert scene.rep.chronic == pytest.approx(chronic * max(0.0, 1.0 - share), abs=1e-12)


def test_who_recovers_well_is_less_exhausted_in_the_same_centre() -> None:
    """Protects the trait from being read nowhere: ranks agree after a year of the same work."""
    centre = Centre(**CLASSROOM | {"seats": 8, "customers": 23_200}, crossover=0.0, quit_base=0.0)
    reps = simulate(centre, Policy(), days=365, seed=1).floor.reps
    recovery, exhaustion = reps["recovery"], reps["exhaustion"]
    rank = [np.argsort(np.argsort(column)) for column in (recovery, exhaustion)]
    # 16 people of no correlation: below -.5 about once in forty; the effect is far stronger.
    assert np.corrcoef(*rank)[0, 1] < -0.5


@given(
    due=st.floats(0.01, 10.0),
    turn=st.floats(1.0, 4.0),
    doubt=st.floats(0.0, 0.6),
    share=st.floats(0.0, 6.0),
)
def test_doubt_acts_beyond_the_turn_only(
    due: float, turn: float, doubt: float, share: float
) -> None:
    """Up to the turn nothing changes; beyond it justice is less by doubt x what is beyond."""
    plain = Scene(overpaid_doubt=0.0).p
    doubtful = Scene(overpaid_doubt=doubt, overpaid_turn=turn).p
    beyond = max(0.0, share * due / due - turn)
    expected = max(0.0, distributive_justice(share * due, due, plain) - doubt * beyond)
    assert distributive_justice(share * due, due, doubtful) == pytest.approx(expected, abs=1e-9)


def after_a_threat(settled: bool, threatened: bool, meant: float) -> float:
    scene = Scene(threat_meant=meant, **{"customer.threatened": threatened})
    do.conclude(settled=settled)(scene)
    return float(scene.customer.loyalty)


def test_a_threat_is_meant_by_who_is_not_settled() -> None:
    """Loyalty falls by the stated share, of those who threatened and got no settlement only."""
    left_open = after_a_threat(False, False, 0.3)
    assert after_a_threat(False, True, 0.3) == pytest.approx(0.7 * left_open)
    assert after_a_threat(False, True, 0.0) == left_open
    assert after_a_threat(True, True, 0.3) == after_a_threat(True, False, 0.3)


def test_a_threat_on_the_floor_is_remembered_at_the_superiors() -> None:
    """Protects the threat from being lost where the case is passed up and refused there."""
    loyalty = []
    for threatened in (False, True):
        refusing = {"accept_base": -10.0, "accept_offer": 0.0, "accept_heard": 0.0}
        scene = Scene(threat_meant=0.3, **refusing, **{"talk.threatened": threatened})
        pass_up(scene.floor, scene.rep, scene.customer, scene.tally)
        superiors_on_duty(scene.floor, 0.0)
        superior_decides(scene.floor, scene.customer, scene.rep, scene.tally, 0.0, 0.0)
        assert scene.tally.conflicts_concluded == 1 and scene.customer.matter != 0
        loyalty.append(scene.customer.loyalty)
    assert loyalty[1] == pytest.approx(0.7 * loyalty[0])


def test_poise_buffers_what_hostility_does_to_mood() -> None:
    """S16's buffer: the same abuse costs who has been there for long less mood and less strain."""
    moods = []
    for experience in (0.0, 30_000.0):
        scene = Scene(calm_experience=0.4, **{"rep.experience": experience, "talk.strain": 1.0})
        do.seasoned(scene)
        do.takes(scene)
        scene.rep.mood = 0.5
        wear(scene.rep, scene.p, 10.0, scene.talk.strain, False)
        moods.append(scene.rep.mood)
    assert moods[0] < moods[1] < 0.5
