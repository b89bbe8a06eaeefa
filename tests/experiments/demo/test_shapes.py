"""A guess at a strategy curve: only its shape counts, and only what can be told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.interval import Interval
from experiments.demo.shapes import Tried, heights_at, shape_verdict, stretched
from experiments.errors import RequestError

PLACES = [0.0, 0.25, 0.5, 0.75, 1.0]
STANDS = 0.5


def tried(means, half=0.01, n=8):
    """What came of each place; the policy stands at 0.5, and differences are ± half."""
    there = means[PLACES.index(STANDS)]
    return [
        Tried(
            place,
            f"{place:g}",
            Interval(mean, mean - 0.1, mean + 0.1, n),
            None
            if place == STANDS
            else Interval(mean - there, mean - there - half, mean - there + half, n),
        )
        for place, mean in zip(PLACES, means, strict=True)
    ]


HILL = tried([0.2, 0.4, 0.6, 0.4, 0.2])


def test_the_right_shape_is_right_everywhere_and_its_mirror_nowhere():
    drawn = [(place, each.mean.mean) for place, each in zip(PLACES, HILL, strict=True)]
    verdict = shape_verdict("loyalty", HILL, drawn)
    assert (verdict.right, verdict.wrong, verdict.alike) == (4, 0, 0)
    assert verdict.best == verdict.guessed == "0.5"
    turned = shape_verdict("loyalty", HILL, [(x, -y) for x, y in drawn])
    assert (turned.right, turned.wrong) == (0, 4)


def test_where_less_is_better_the_best_is_the_least():
    verdict = shape_verdict("exhaustion", HILL, [(0.0, 1.0), (1.0, 0.0)])
    assert verdict.best in ("0", "1")
    assert verdict.guessed == "1"


def test_what_cannot_be_told_apart_counts_neither_way():
    flat = tried([0.5, 0.505, 0.5, 0.6, 0.495])
    verdict = shape_verdict("loyalty", flat, [(0.0, 0.0), (1.0, 1.0)])
    assert (verdict.right, verdict.wrong, verdict.alike) == (1, 0, 3)
    nothing = shape_verdict("loyalty", tried([0.5] * 5), [(0.0, 0.0), (1.0, 1.0)])
    assert (nothing.right, nothing.wrong, nothing.alike) == (0, 0, 4)
    assert "No place can be told apart" in nothing.text


def test_it_makes_no_difference_is_a_guess_too():
    verdict = shape_verdict("loyalty", HILL, [(0.0, 0.3), (1.0, 0.3)])
    assert (verdict.right, verdict.wrong) == (0, 4)
    assert [y for _, y in stretched([(0.0, 0.3), (1.0, 0.3)], HILL)] == pytest.approx([0.4] * 5)


heights = st.lists(st.floats(-1.0, 1.0), min_size=5, max_size=5)


@given(heights, st.floats(0.1, 10.0), st.floats(-5.0, 5.0))
def test_height_and_scale_of_a_guess_do_not_count(ys, scale, shift):
    drawn = list(zip(PLACES, [round(y, 3) for y in ys], strict=True))
    other = [(x, scale * y + shift) for x, y in drawn]
    one, two = shape_verdict("loyalty", HILL, drawn), shape_verdict("loyalty", HILL, other)
    assert one.right + one.wrong + one.alike == len(PLACES) - 1
    assert (one.right, one.wrong) == (two.right, two.wrong)


@given(heights)
def test_a_stretched_guess_lies_within_the_result(ys):
    for _, y in stretched(list(zip(PLACES, ys, strict=True)), HILL):
        assert 0.2 - 1e-12 <= y <= 0.6 + 1e-12


@pytest.mark.parametrize("drawn", [[], [(0.0, float("nan"))], [(0.0,)], [("a", 1.0)], [3]])
def test_what_is_no_curve_is_refused(drawn):
    with pytest.raises(RequestError, match="curve"):
        heights_at(drawn, PLACES)
