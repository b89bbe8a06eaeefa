"""What is said of a switch of policy: also what happened on the way to its final effect."""

import numpy as np
import pytest

from experiments.analysis.curves.response import response
from experiments.figures.response import Switch
from experiments.figures.response_words import sentences
from experiments.figures.setting import Setting

WEEKS = np.arange(60.0)
SETTING = Setting({"kind": "Kind", "firm": "Firm"}, 1, 10, 20, (600, 600), (2, 2), "abc")


def said(effect, measure: str = "csat") -> str:
    """Return the first sentence on a known effect, met by 20 replications."""
    rng = np.random.default_rng(4)
    unchanged = rng.normal(0.5, 0.1, (20, 60))
    noise = rng.normal(0.0, 0.002, (20, 60))
    switched = unchanged + np.where(WEEKS >= 10.0, effect(WEEKS - 10.0), 0.0) + noise
    found = response(WEEKS, switched, unchanged, 10.0)
    return sentences(Switch("kind", "firm", {measure: found}, SETTING))[0]


def test_a_fall_that_is_mostly_made_good_again_is_told():
    """A final effect of half a point is no news where four points were lost on the way."""
    text = said(lambda t: -0.04 * np.exp(-t / 12.0) - 0.005)
    assert "CSAT falls by 0." in text and " in the end, after about 4" in text
    assert "half of it" not in text


@pytest.mark.parametrize("size", [-0.04, 0.04])
def test_an_effect_that_stays_has_nothing_before_it(size):
    text = said(lambda t: size * (1.0 - np.exp(-t / 5.0)))
    assert "after about" not in text and "half of it within" in text
    assert ("rises" if size > 0 else "falls") in text
