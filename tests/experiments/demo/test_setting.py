"""What a slider moves, and no more; and a config to take home says the same."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.config import load_experiment
from experiments.demo.setting import YOURS, Setting, Wish
from experiments.demo.sliders import PARTS
from experiments.errors import RequestError
from tests.experiments.demo.rooms import SWITCHING, room

KNOBS = room().knobs


def test_every_handling_and_support_parameter_has_a_slider():
    keys = {knob.key for knob in KNOBS}
    for group, part in PARTS.items():
        assert {f"{group}.{name}" for name in part.model_fields} <= keys
    assert {"centre.seats", "centre.customers", "centre.issues_per_year"} <= keys


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.key)
def test_a_slider_stands_where_its_policy_does(knob):
    for policy in room().all_titles:
        place = room().position(policy, knob.key)
        assert knob.low <= place <= knob.high
        of = room().centre if knob.group == "centre" else room().policy(policy)
        value = getattr(of if knob.group == "centre" else getattr(of, knob.group), knob.name)
        assert knob.value(place) == value
    assert knob.hint and knob.unit and knob.low < knob.high
    assert 15 <= (knob.high - knob.low) / knob.step <= 110 or knob.never or knob.whole


@settings(max_examples=60)
@given(knob=st.sampled_from(KNOBS), share=st.floats(0.0, 1.0), data=st.data())
def test_a_slider_moves_its_number_and_nothing_else(knob, share, data):
    place = knob.low + share * (knob.high - knob.low)
    place = min(max(place, knob.low), knob.high)
    moved = data.draw(st.sampled_from(list(room().titles)))
    wish = Wish(tuple(room().titles), moved, {knob.key: place})
    policies, centre = room().changed(wish)
    for name, policy in policies.items():
        if name != moved or knob.group == "centre":
            assert policy == room().policy(name)
            continue
        before = room().policy(name)
        part = getattr(before, knob.group).model_copy(update={knob.name: knob.value(place)})
        assert policy == before.model_copy(update={knob.group: part})
    if knob.group == "centre":
        assert centre == room().centre.model_copy(update={knob.name: knob.value(place)})
    else:
        assert centre == room().centre


def test_the_last_place_of_an_endless_number_is_never():
    policies, _ = room().changed(Wish(("balanced",), "balanced", {"handling.tolerated_abuse": 6.0}))
    assert policies["balanced"].handling.tolerated_abuse == math.inf
    knob = room().knob("handling.tolerated_abuse")
    assert knob.shown(6.0) == "never" and knob.shown(2.0) == "2 turns"
    assert room().position("always-right", knob.key) == 6.0


def test_the_moved_policy_may_stand_beside_the_one_it_was_made_of():
    wish = Wish(tuple(room().titles), "balanced", {"handling.boundary": 1.0}, beside=True)
    policies, _ = room().changed(wish)
    assert list(policies) == [*room().titles, YOURS]
    assert policies["balanced"] == room().policy("balanced")
    assert policies[YOURS].handling.boundary == 1.0


def test_all_mistakes_are_answered_at_once():
    given = {"handling.generosit": 0.2, "handling.boundary": 7.0, "support.breaks": "many"}
    with pytest.raises(RequestError) as refused:
        room().changes(given | {"handling.apology": math.nan})
    texts = refused.value.messages
    assert len(texts) == 4
    assert '"handling.generosity"' in texts[0]
    assert "0 to 1" in texts[1] and "no number" in texts[2] and "nan" in texts[3]


@pytest.mark.parametrize("name", ["fairly-right", ""])
def test_an_unknown_policy_is_refused(name):
    with pytest.raises(RequestError, match="no policy"):
        room().changed(Wish(("balanced", name)))


def test_a_link_tells_another_config_from_this_one(tmp_path):
    path = tmp_path / "busy.toml"
    path.write_text(Path(room().source).read_text(encoding="utf-8"), encoding="utf-8")
    assert Setting(path).fingerprint == room().fingerprint
    assert Setting(path, ["centre.wage=0.005"]).fingerprint != room().fingerprint
    assert Setting(path, ["seed=8"]).fingerprint != room().fingerprint


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("moved", ["strict-boundaries", "neutral", "firmer"])
@pytest.mark.parametrize("more", ["", SWITCHING], ids=["plain", "switching"])
def test_a_config_to_take_home_says_what_the_room_shows(tmp_path, more, moved, beside):
    here = room(more)
    changes = {"handling.tolerated_abuse": 6.0, "support.breaks": 30.0, "centre.wage": 0.01}
    wish = Wish(("strict-boundaries", moved, "balanced"), moved, changes, beside=beside)
    path = tmp_path / "mine.toml"
    path.write_text(here.config(wish), encoding="utf-8")
    mine = load_experiment(path)
    policies, centre = here.changed(wish)
    names = {YOURS: f"{moved}-{YOURS}"}
    assert mine.resolved() == {names.get(name, name): rules for name, rules in policies.items()}
    assert Setting(path).titles, "the room opens on what was taken home"
    other = Wish(wish.policies, moved, {"support.breaks": 10.0}, beside=beside)
    assert mine.name not in here.config(other), "two of them never share a folder of results"
    assert mine.centre == centre
    assert mine.neutral_policy() == here.neutral
    for name in policies:
        assert tuple(mine.switches(names.get(name, name))) == here.branch_of(name, wish)


def test_a_mistake_in_a_policy_that_nobody_compares_is_told_at_once(tmp_path):
    path = tmp_path / "busy.toml"
    text = Path(room().source).read_text(encoding="utf-8")
    path.write_text(text + '\n[policy.circle]\nbase = "circle"\n', encoding="utf-8")
    with pytest.raises(RequestError, match="circle"):
        Setting(path)
