"""Every parameter and every policy field acts on the state it names."""

from collections import Counter
from typing import Any

import pytest

from sim.parameters import describe
from sim.policy import Handling, Support
from tests.sim.mechanisms import MECHANISMS, Mechanism
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
