"""Every parameter and every policy field acts on the state it names."""

import math
from collections import Counter
from typing import Any

import pytest

from sim import Centre, Handling, Policy, Support, simulate
from sim.parameters import describe
from tests.sim import rules as do
from tests.sim import rules_of_birth as born
from tests.sim.mechanism import Mechanism
from tests.sim.mechanisms import ANGRY, MECHANISMS
from tests.sim.mechanisms_people import DRAINED
from tests.sim.rules import Act
from tests.sim.scenes import Scene


def all_fields() -> dict[str, tuple[Any, Any]]:
    """Return the ends of the range of every parameter and policy field; switches are off, on."""
    ends: dict[str, tuple[Any, Any]] = {}
    rows = (*describe(), *describe(Handling, "handling."), *describe(Support, "support."))
    for row in rows:
        low, high = (False, True) if row.unit == "on/off" else (row.low, row.high)
        ends[row.name] = (low, high)
    return ends


ENDS = all_fields()


def state_at(row: Mechanism, value: Any) -> float:
    scene = Scene(**{**row.given, row.name: value})
    row.act(scene)
    return scene.read(row.acts_on)


def ends_of(row: Mechanism) -> tuple[Any, Any]:
    return row.within or ENDS[row.name]


def test_every_parameter_and_policy_field_has_one_row() -> None:
    rows = Counter(row.name for row in MECHANISMS)
    assert set(rows) - set(ENDS) == set(), "rows for what does not exist"
    assert set(ENDS) - set(rows) == set(), "no row shows what these act on"
    assert [name for name, count in rows.items() if count > 1] == []


def test_parts_of_ranges_lie_within_them() -> None:
    for row in MECHANISMS:
        if row.within is not None:
            low, high = ENDS[row.name]
            assert low is None or low <= row.within[0] < row.within[1]
            assert high is None or row.within[1] <= high


@pytest.mark.parametrize("row", MECHANISMS, ids=lambda row: row.name)
def test_it_acts(row: Mechanism) -> None:
    low, high = (state_at(row, value) for value in ends_of(row))
    assert low == low and high == high, "not a number"
    if row.way == 0:
        assert low != high, f"{row.acts_on} stays at {low}"
    else:
        assert (high - low) * row.way > 0, f"{row.acts_on} goes from {low} to {high}"


Absence = tuple[str, Any, Any, Act, str, dict[str, Any], str, Any, Any]
ABSENT: tuple[Absence, ...] = (
    # What is switched off, its values off and on, the rule, the state, the setting, and what
    # then must not matter, at two values that do matter when it is on.
    ("learned_claims", False, True, do.claim, "customer.claim", {}, "customer.claim_habit", 0, 0.9),
    ("claim_effect", 0.0, 2.0, do.claim, "customer.claim", {}, "customer.claim_habit", 0, 0.9),
    ("learned_tone", False, True, do.speak, "talk.pressing_turns", {}, "customer.tone_habit", 0, 1),
    ("tone_effect", 0.0, 3.0, do.speak, "talk.pressing_turns", {}, "customer.tone_habit", 0, 1),
    ("adaptive", False, True, do.year, "end_policy.boundary", {"review_days": 50},
     "adaptive_step", 0.01, 0.03),
    ("adaptive", False, True, do.busy, "end_world.seats", {}, "adaptive_service", 0.3, 0.99),
    ("crossover", 0.0, 0.1, do.run, "reps.chronic", {}, "team_size", 1, 100),
    ("leak", 0.0, 1.0, do.feel, "talk.anger", {}, "talk.felt", 0.0, 0.8),
    ("leak_heat", 0.0, 0.6, do.feel, "talk.anger", {}, "talk.felt", 0.0, 0.8),
    (
        "hearsay_loyalty", 0.0, 0.2, do.run, "customers.loyalty",
        {"hearsay_expectation": 0.0, "entry_rate": 0.0}, "telling_satisfied", 0.0, 1.0,
    ),
    (
        "hearsay_expectation", 0.0, 0.2, do.run, "customers.expectation",
        {"hearsay_loyalty": 0.0, "entry_rate": 0.0}, "telling_satisfied", 0.0, 1.0,
    ),
    ("entry_reputation", 0.0, 8.0, do.run, "tallies.joins", {}, "telling_dissatisfied", 0.0, 1.0),
    ("spending_loyalty", 0.0, 2.0, do.month, "tally.cash", {}, "customer.loyalty", 0.2, 0.9),
    ("support.feedback", 0.0, 1.0, do.review, "result", {}, "feedback_effect", 0.0, 0.5),
    ("support.training", 0.0, 1.0, do.year, "reps.trained", {}, "training_gain", 0.0, 1.0),
    ("support.transparency", 0.0, 1.0, do.open_(), "talk.anger", {}, "transparency_calm", 0.0, 0.7),
    ("support.education", 0.0, 1.0, do.claim, "customer.claim", {}, "education_claims", 0.0, 0.9),
    ("support.emotional_support", 0.0, 1.0, do.buffered, "result", {}, "buffer_support", 0.0, 0.8),
    (
        "support.follow_up", 0.0, 1.0, do.run, "customers.satisfaction", {},
        "follow_up_warmth", 0.0, 0.3,
    ),
    ("support.break_after_abuse", 0.0, 60.0, do.run, "tallies.account_breaks",
     ANGRY | {"support.breaks": 0.0}, "abuse_rate", 0.0, 1.0),
    ("handling.display_rule", 0.0, 1.0, do.labour, "talk.surface", {}, "talk.felt", 0.0, 0.8),
    ("handling.target_aht", math.inf, 0.3, do.enquiry, "result", {}, "cut_short", 0.0, 1.0),
    ("buffer_autonomy", 0.0, 0.8, do.buffered, "result", {}, "handling.authority", 0.0, 5.0),
    ("buffer_composure", 0.0, 0.9, do.buffered, "result", {}, "rep.composure", 0.1, 0.9),
    ("calm_experience", 0.0, 0.6, do.seasoned, "result", {}, "rep.experience", 0.0, 9000.0),
    (
        "threat_meant", 0.0, 0.6, do.conclude(settled=False), "customer.loyalty", {},
        "customer.threatened", False, True,
    ),
    ("recovery_spread", 0.0, 1.0, born.spread_of("recovery", "rep"), "result", {},
     "world.seed", 1, 2),
    ("respite_effect", 0.0, 0.8, do.rest, "rep.exhaustion", DRAINED, "rep.respite", 0.0, 0.8),
    ("weight_cynicism", 0.0, 5.0, do.choose, "chance.argue", {}, "rep.depersonalisation", 0.0, 0.8),
    ("listening_fatigue", 0.0, 1.0, do.listening, "result", {}, "rep.fatigue", 0.0, 0.8),
    ("quit_exhaustion", 0.0, 6.0, do.hazard, "result", {}, "rep.exhaustion", 0.0, 0.8),
)  # fmt: skip


@pytest.mark.parametrize("case", ABSENT, ids=lambda case: f"{case[0]}-{case[6]}")
def test_at_zero_or_switched_off_the_effect_is_absent(case: Absence) -> None:
    name, off, on, act, acts_on, given, cause, one, other = case
    seen = {}
    for value in (off, on):
        for level in (one, other):
            scene = Scene(**{**given, name: value, cause: level})
            act(scene)
            seen[value, level] = scene.read(acts_on)
    assert seen[off, one] == seen[off, other], "it acts although it is off"
    assert seen[on, one] != seen[on, other], "it does not act when it is on"


def test_who_is_alone_in_a_team_catches_nothing() -> None:
    """Crossover passes exhaustion on; with nobody to pass it on, it changes next to nothing."""
    found = []
    for crossover in (0.0, 0.1):
        centre = Centre(customers=8_000, seats=3, team_size=1, crossover=crossover, quit_base=0.0)
        found.append(simulate(centre, Policy(), days=365, seed=1).measures(180)["exhaustion"])
    assert found[1] == pytest.approx(found[0], rel=0.02)
