"""Hand-outs of conversations, of the place and of whole lessons: all of it, and small."""

import asyncio
import json
import re

import pytest

pytest.importorskip("nicegui", reason="the extra demo is not installed")

from experiments.demo.handout import LARGEST, HandOut, hand_out_page
from experiments.demo.lessons import Step, load_lesson
from experiments.demo.page.adapter import RoomSource
from experiments.demo.page.app import Room
from experiments.demo.page.handing import step_section, thinned
from experiments.demo.page.handing_people import place_section, replay_section, story_section
from experiments.demo.page.source import Tale, Turn
from experiments.demo.setting import Setting
from experiments.errors import RequestError


def tale(turns, policy="balanced"):
    talk = [
        Turn(f"asks <{k}>", f"answers {k}", "civil", 0.5, 0.1 * k, 0.2, 0.01 * k)
        for k in range(turns)
    ]
    return Tale("balanced.1.1.1.0", policy, "It begins.", "It ends.", talk, {"Rep": "peace"})


def shown(section):
    page = hand_out_page(HandOut("T", "L", "n = 3", [section]))
    (data,) = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])
    return data["frames"], page


def test_a_story_steps_through_every_turn_and_ends_at_the_last():
    frames, page = shown(story_section(tale(4), "A story"))
    assert [frame["name"] for frame in frames] == ["1", "2", "3", "4"]
    assert [frame["markup"].count('class="turn') for frame in frames] == [1, 2, 3, 4]
    assert ["It ends." in frame["markup"] for frame in frames] == [False] * 3 + [True]
    assert "asks &lt;0&gt;" in frames[0]["markup"] and "asks <0>" not in page
    assert "peace" in page


def test_a_replay_has_both_columns_to_the_end_of_the_longer_one():
    section = replay_section([tale(2), tale(5)], ["One", "Other"], "They part.", 1, "T")
    frames, page = shown(section)
    assert len(frames) == 5 and "They part." in page
    last = frames[-1]["markup"]
    assert last.count('class="turn') == 2 + 5 and last.count("It ends.") == 2
    assert last.count("turn parts") + last.count("turn now parts") == 2


def test_the_place_counts_every_customer_and_shows_every_desk():
    day = {
        "day": 1,
        "queue": 2,
        "told": 3,
        "crowd": "0Oo o",
        "reps": [
            {"exhaustion": 0.25, "on": True, "talking": True, "away": ""},
            {"exhaustion": 0.0, "on": False, "talking": False, "away": "vacant"},
        ],
    }
    frames, _ = shown(place_section([day, {**day, "day": 2}], "T"))
    assert [frame["name"] for frame in frames] == ["1", "2"]
    assert "4 in all" in frames[0]["markup"]
    assert frames[0]["markup"].count('class="desk') == 3  # the row of them, and two
    assert "0.00" not in frames[0]["markup"], "an empty desk has no exhaustion"


@pytest.fixture(scope="module")
def room():
    source = RoomSource(Setting("classroom", ["replications=2"]))
    yield Room(source, [load_lesson("sweet-spot")])
    source.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["angry-customer", "who-pays-for-always-right", "sweet-spot"])
def test_a_lesson_is_taken_home_whole_and_small(room, name):
    script = room.lesson(name)

    async def made():
        return [await step_section(room, "p", step) for step in script.step]

    sections = asyncio.run(made())
    page = hand_out_page(HandOut(script.title, script.aim, "n", sections))
    assert len(page.encode()) < LARGEST
    assert all(step.title.split()[0] in page for step in script.step)
    for step, section in zip(script.step, sections, strict=True):
        assert bool(section.frames) == (step.view != "none"), step.title


def test_a_step_that_this_room_cannot_show_says_so():
    source = RoomSource(Setting("classroom", ['policies=["balanced", "strict-boundaries"]']))
    try:
        asked = Step(title="T", text="Look.", view="story", story="abuse", policy="nobody")
        section = asyncio.run(step_section(Room(source), "p", asked))
    finally:
        source.close()
    assert section.title == "T" and any("nobody" in part for part in section.text)


def test_a_lesson_of_ones_own_comes_first_and_a_link_leads_to_no_file(room):
    names = [script.name for script in room.lessons]
    assert names[0] == "sweet-spot" and sorted(names) == sorted(set(names))
    with pytest.raises(RequestError, match="lesson"):
        room.lesson("../classroom.toml")


def test_what_a_lesson_asks_for_and_this_room_lacks_is_told_when_it_opens(room, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'title = "T"\naim = "A"\nminutes = 5\n'
        '[[step]]\ntitle = "1"\ntext = "x"\nview = "story"\n'
        'story = "escalaton"\npolicy = "balancd"\n'
        '[[step]]\ntitle = "2"\ntext = "x"\nview = "predict"\nmeasure = "burnot"\n'
        'sliders = ["handling.bounday"]\n',
        encoding="utf-8",
    )
    with pytest.raises(RequestError) as told:
        Room(room.source, [load_lesson(path)])
    text = str(told.value)
    assert len(told.value.messages) == 4
    for part in ("step 1", "step 2", "escalation", "balanced", "handling.boundary", "loyalty"):
        assert part in text, part


def test_years_of_weeks_are_thinned_to_the_last():
    spec = {
        "x": list(range(1, 157)),
        "lines": [{"name": "a", "place": 0, "mean": list(range(156))}],
    }
    thin = thinned(spec)
    assert len(thin["x"]) <= 40 and thin["x"][-1] == 156
    assert thin["lines"][0]["mean"] == [week - 1 for week in thin["x"]]
    assert thinned({**spec, "x": [1, 2], "lines": []})["x"] == [1, 2]
