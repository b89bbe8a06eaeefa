"""Parameters are declared whole: unit, range and source for each, and they travel."""

import pickle

import pytest
from pydantic import ValidationError

from sim.parameters import CLASSROOM, Centre, describe
from sim.policy import Handling, Policy, Support, blend


@pytest.mark.parametrize("model", [Centre, Handling, Support])
def test_every_parameter_has_unit_range_and_source(model):
    """Protects the table of parameters: nothing in it is left blank."""
    for row in describe(model):
        assert row.unit and row.source and row.note, row.name
        if not isinstance(row.default, bool):
            assert row.low is not None, row.name
            assert row.low <= row.default, row.name
            assert row.high is None or row.default <= row.high, row.name


def test_a_centre_travels_to_another_process():
    """Protects runs on process pools: a centre is the same after pickling."""
    centre = Centre(**CLASSROOM, anger_of_moves={"apologise": -0.2})
    assert pickle.loads(pickle.dumps(centre)) == centre


def test_what_does_not_fit_together_is_refused():
    """Protects against a centre that no rule could run."""
    for wrong in ({"lunch_minutes": 40.0, "shift_minutes": 30.0}, {"detractor": 0.9}):
        with pytest.raises(ValidationError):
            Centre(**wrong)


def test_blending_reaches_both_ends_and_stays_between():
    """Protects the curve from one policy to another: its ends are the two policies."""
    one = Policy(handling=Handling(tolerated_abuse="never", target_aht="none", generosity=1.0))
    other = Policy(handling=Handling(tolerated_abuse=1.0, target_aht=0.7, generosity=0.0))
    assert blend(one, other, 0.0) == one
    assert blend(one, other, 1.0) == other
    middle = blend(one, other, 0.5).handling
    assert middle.tolerated_abuse == pytest.approx(3.0)
    assert middle.target_aht == pytest.approx(1.4)
    assert middle.generosity == pytest.approx(0.5)
