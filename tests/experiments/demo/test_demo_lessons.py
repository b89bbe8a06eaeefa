"""Lessons: the shipped ones can be read, and a mistake in one is told."""

import pytest

from experiments.demo.lessons import lesson_files, load_lesson, load_lessons
from experiments.errors import RequestError

STEP = '[[step]]\ntitle = "One"\ntext = "Look."\n'


def write(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_three_are_there_and_each_shows_something():
    lessons = load_lessons()
    assert {lesson.name for lesson in lessons} == {
        "angry-customer",
        "who-pays-for-always-right",
        "sweet-spot",
    }
    for lesson in lessons:
        assert any(step.view != "none" for step in lesson.step)
        assert lesson.name in lesson_files()


def test_every_policy_and_slider_of_a_lesson_exists():
    from experiments.catalogue import shipped_policies
    from sim.parameters import Centre
    from sim.policy import Handling, Support

    parts = {"handling": Handling, "support": Support, "centre": Centre}
    for lesson in load_lessons():
        for step in lesson.step:
            assert {step.policy, step.other} - {""} <= set(shipped_policies())
            for key in (*step.sliders, *step.settings):
                group, name = key.split(".")
                assert name in parts[group].model_fields


def test_mistakes_are_told_all_at_once(tmp_path):
    path = write(tmp_path, f'title = "T"\naim = "A"\nminutes = 0\n{STEP}veiw = "story"\n')
    with pytest.raises(RequestError) as told:
        load_lesson(path)
    assert len(told.value.messages) == 2
    assert "minutes" in str(told.value) and '"view"' in str(told.value)


def test_no_such_lesson_names_the_nearest():
    with pytest.raises(RequestError, match="sweet-spot"):
        load_lesson("sweetspot")


def test_a_file_of_ones_own_is_read(tmp_path):
    path = write(tmp_path, f'title = "T"\naim = "A"\nminutes = 5\n{STEP}')
    assert load_lesson(path).name == "mine"
