"""Stories are what the engine held: traced on Mesa, equal to the compiled run's log."""

import math

import numpy as np
import pytest

import sim
from experiments.contacts import conversations
from experiments.demo import tale, trace
from experiments.demo.contact import KINDS
from experiments.demo.replay import Replays, parting
from experiments.demo.story import Stories, worth_telling
from experiments.errors import RequestError
from sim.moves import ABUSIVE, ESCALATED, HUNG_UP, RESOLVED
from tests.experiments.demo.rooms import SWITCHING, room

TWIN = """
[policy.twin]
base = "balanced"
title = "Balanced by another name"
"""
ENDS = {"escalation": ESCALATED, "happy_end": RESOLVED, "hang_up": HUNG_UP}


@pytest.fixture(scope="module")
def stories():
    return Stories(room(TWIN))


@pytest.fixture(scope="module", params=KINDS)
def story(request, stories):
    found = stories.find(request.param, "balanced")
    assert found is not None, "the busy room has every kind of story"
    return request.param, found


def test_a_story_is_of_the_kind_that_was_asked_for(story):
    kind, found = story
    if kind == "abuse":
        assert found.row["tone"] == ABUSIVE
        assert any(turn.tone == "abusive" for turn in found.turns)
    else:
        assert found.row["ending"] == ENDS[kind]
    if kind == "happy_end":
        assert found.turns[-1].anger < found.talk.anger


def test_every_move_and_tone_is_that_of_the_compiled_runs_log(story, stories):
    _, found = story
    rows = stories.talks("balanced", 1, 35)
    day, customer = found.row["day"] - room().warmup_days, found.row["customer"]
    mine = rows[(rows["day"] == day) & (rows["customer"] == customer)]
    number = int(found.contact.rsplit(".", 1)[1])
    moves, tones = conversations(mine["said"], mine["turns"])
    assert " ".join(turn.move for turn in found.turns) == moves[number]
    assert " ".join(turn.tone for turn in found.turns) == tones[number]


def test_the_whole_day_is_the_compiled_runs_bit_for_bit(story):
    _, found = story
    here = room(TWIN)
    start = here.starts.get(here.situation(1))
    logged = []
    sim.simulate(
        start.centre,
        here.policy("balanced"),
        days=here.days,
        seed=here.seed,
        start=start,
        contacts=logged.append,
    )
    rows = np.concatenate(logged)
    same_day = rows[rows["day"] == found.row["day"]]
    # Compared field by field: rows have gaps between them.
    for name in rows.dtype.names:
        np.testing.assert_array_equal(same_day[name], found.talk.day_rows[name], err_msg=name)


def test_a_story_ends_as_its_row_in_the_log_says(story):
    _, found = story
    last, row = found.turns[-1], found.row
    assert last.anger == row["anger_end"]
    assert last.heard == row["heard"]
    assert last.minutes == row["minutes"]
    assert last.strain == row["strain"]
    assert found.talk.anger == row["anger_start"]
    assert found.talk.claim == row["claim"]
    assert len(found.turns) == row["turns"]
    paid = row["granted"] if row["ending"] == RESOLVED else 0.0
    assert last.cost == pytest.approx(row["minutes"] * room().centre.wage + paid)


def test_time_and_cost_only_grow_and_everything_has_words(story):
    _, found = story
    minutes = [turn.minutes for turn in found.turns]
    assert minutes == sorted(minutes) and minutes[0] > 0.0
    costs = [turn.cost for turn in found.turns]
    assert costs == sorted(costs)
    for turn in found.turns:
        assert turn.customer and turn.rep and turn.why
        assert 0.0 < turn.chance <= 1.0 + 1e-12
        assert 0.0 <= turn.anger <= 1.0 and 0.0 <= turn.heard <= 1.0
    assert found.opening and found.ending and set(found.wants) == {"customer", "rep", "employer"}


def test_a_link_brings_the_same_story_back(story, stories):
    _, found = story
    assert Stories(room(TWIN)).load(found.contact) == found


def test_the_next_story_is_another_one(stories):
    first, second = (stories.find("hang_up", "balanced", skip) for skip in (0, 1))
    assert first.contact != second.contact
    assert stories.find("hang_up", "balanced", 100_000) is None


def test_the_pulls_that_are_told_are_all_that_the_choice_weighed(monkeypatch, stories):
    """Their sum, less the weight on what was just said, gives the chance of the move."""
    seen = []
    of_the_model = trace.pulls_of

    def watched(rep, talk, policy, p):
        pulls = of_the_model(rep, talk, policy, p)
        total = [sum(each) for each in zip(*pulls.values(), strict=True)]
        if talk.last_move >= 0:
            total[talk.last_move] -= p.weight_repeat
        depletion = 0.5 * (rep.fatigue + rep.exhaustion)
        seen.append((total, p.choice_temperature * (1.0 + p.depletion_noise * depletion)))
        return pulls

    monkeypatch.setattr(trace, "pulls_of", watched)
    contact = stories.find("escalation", "balanced").contact
    talk = stories.trace(tale.Contact(*_parts(contact)))
    # The customer may have talked more than once that day; the last is looked at.
    for step, (total, temperature) in zip(talk.steps, seen, strict=False):
        weights = [math.exp((each - max(total)) / temperature) for each in total]
        assert step.chance == pytest.approx(weights[step.move] / sum(weights), rel=1e-6)


def _parts(contact):
    policy, *numbers = contact.rsplit(".", 4)
    return policy, *map(int, numbers)


@pytest.mark.parametrize(
    "contact", ["balanced.1.3.4000000000.0", "balanced.1.0.0.63", "nobody.1.1.1.0", "x"]
)
def test_what_was_never_held_is_refused(stories, contact):
    with pytest.raises(RequestError, match="contact"):
        stories.load(contact)


def test_an_unknown_kind_or_policy_is_refused(stories):
    with pytest.raises(RequestError, match="escalation"):
        stories.find("escalaton", "balanced")
    with pytest.raises(RequestError, match="no policy"):
        stories.find("abuse", "balance")


def test_stories_after_a_switch_are_of_the_policy_then_in_force():
    here = Stories(room(SWITCHING))
    rows = here.talks("strict-boundaries", 1, 35)
    place = int(np.flatnonzero(rows["day"] == 9)[0])  # the day of a switch
    contact = here.contact_of("strict-boundaries", 1, rows, place)
    found = here.load(str(contact))
    moves, _ = conversations(rows["said"][[place]], rows["turns"][[place]])
    assert " ".join(turn.move for turn in found.turns) == moves[0]
    assert found.row["anger_end"] == rows["anger_end"][place]


def test_the_same_policy_by_another_name_never_parts(story, stories):
    _, found = story
    replay = Replays(stories).again(found.contact, "twin")
    assert replay.parts_at is None
    assert replay.other.turns == found.turns
    assert replay.other.contact == found.contact.replace("balanced", "twin")


def test_a_replay_is_of_the_same_issue_and_alike_until_they_part(story, stories):
    _, found = story
    for policy in ("always-right", "strict-boundaries"):
        replay = Replays(stories).again(found.contact, policy)
        assert replay.text
        if replay.other is None:
            continue
        one, other = found.talk, replay.other.talk
        assert (one.loss, one.opened, one.due, one.fault) == (
            other.loss,
            other.opened,
            other.due,
            other.fault,
        )
        assert one.row["customer"] == other.row["customer"]
        at = replay.parts_at
        if at is None:
            continue
        said = [
            [(turn.customer, turn.rep) for turn in each.turns] for each in (found, replay.other)
        ]
        assert said[0][:at] == said[1][:at] and said[0][at : at + 1] != said[1][at : at + 1]
        assert f"turn {at + 1}" in replay.text


def test_most_issues_are_found_again_under_another_policy(stories):
    """Issues come to the same people on the same days: few never get to a conversation."""
    rows = stories.talks("balanced", 1, 35)
    first = np.flatnonzero((rows["attempt"] == 1) & (rows["day"] < 5))[:12]
    replays = [
        Replays(stories).again(str(stories.contact_of("balanced", 1, rows, int(k))), "always-right")
        for k in first
    ]
    assert sum(replay.other is not None for replay in replays) >= 0.75 * len(replays)


def test_under_the_same_policy_it_is_the_conversation_itself(story, stories):
    _, found = story
    replay = Replays(stories).again(found.contact, "balanced")
    assert replay.other == found and replay.parts_at is None


def test_one_conversation_that_goes_on_parts_where_the_other_ends(story):
    _, found = story
    assert parting(found.turns, found.turns) is None
    assert parting(found.turns, found.turns[:-1]) == len(found.turns) - 1


def test_what_is_told_of_the_end_is_so(stories):
    """A matter told to stand open is spoken of again, or at least was by no means granted."""
    rows = stories.talks("strict-boundaries", 1, 35)
    open_ones = []
    for place in range(0, len(rows), len(rows) // 20):
        found = stories.load(str(stories.contact_of("strict-boundaries", 1, rows, place)))
        settled = found.row["ending"] == RESOLVED
        assert settled == found.ending.startswith("Settled")
        assert not (settled and "stands open" in found.aftermath)
        if "rest, and takes" in found.aftermath:
            assert found.row["granted"] > 0.0 or found.row["ending"] == ESCALATED
        open_ones.append("stands open" in found.aftermath)
    assert 0 < sum(open_ones) < len(open_ones)


def test_tellable_stories_come_first(stories):
    rows = stories.talks("always-right", 1, 35)
    for kind in KINDS:
        turns = rows["turns"][worth_telling(rows, kind)]
        fits = (turns >= 4) & (turns <= 10)
        assert (np.diff(fits.astype(int)) <= 0).all()


def test_a_pair_to_show_is_equal_until_it_parts_and_says_by_what(stories):
    replays = Replays(stories)
    there = 0
    for skip in range(4):
        one = replays.find("escalation", "strict-boundaries", "always-right", skip)
        if one is None:
            break
        pair = replays.again(one.contact, "always-right")
        if pair.other is None or pair.parts_at is None:
            continue
        there += 1
        until = pair.parts_at
        one_said, other_said = (
            [(turn.customer, turn.rep, turn.tone) for turn in each.turns]
            for each in (pair.one, pair.other)
        )
        assert one_said[:until] == other_said[:until]
        assert one_said[until : until + 1] != other_said[until : until + 1]
        assert f"turn {until + 1}" in pair.text or f"to turn {until} the same" in pair.text
        # The same chance, from a room that knows nothing of this one.
        fresh = Replays(Stories(room(TWIN))).again(one.contact, "always-right")
        assert (fresh.text, fresh.parts_at) == (pair.text, pair.parts_at)
        assert fresh.other.turns == pair.other.turns
    assert there
