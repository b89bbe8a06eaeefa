"""The two engines give the same trajectories to the last bit, whatever the config."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.agents import ColumnAgent, Customer, Employer, Rep, Row
from sim.moves import MOVE_NAMES
from sim.outcome import Outcome
from sim.parameters import Centre, describe
from sim.policy import Handling, Policy, Support
from sim.simulation import simulate, warm_up
from sim.state import ROWS, Floor

SIZES = {"customers", "seats", "team_size", "market"}
SCRATCH = {"utilities", "due", "agenda", "servers"}
"""Working space: what is left in it has no meaning."""

# Drawn apart, or kept from making a run too long to repeat many times.
SETTLED = {
    *SIZES,
    "enquiries_per_year",
    "issues_per_year",
    "survey_days",
    "review_days",
    "survey_customers",
    "lunch_minutes",
    "shift_minutes",
    "detractor",
    "promoter",
    "holiday_days",
    "product_share",
}


def _within(row: Any) -> st.SearchStrategy[Any]:
    """Return a strategy over a parameter's whole range, its ends included."""
    if isinstance(row.default, bool):
        return st.booleans()
    if isinstance(row.default, int):
        return st.integers(int(row.low), int(row.high))
    return st.one_of(st.sampled_from([row.low, row.high]), st.floats(row.low, row.high))


@st.composite
def centres(draw: st.DrawFn) -> Centre:
    """Draw a small centre with any twelve parameters anywhere in their ranges."""
    rows = [row for row in describe() if row.name.split(".")[0] not in SETTLED]
    chosen = draw(st.lists(st.sampled_from(rows), max_size=12, unique_by=lambda row: row.name))
    values: dict[str, Any] = {
        "customers": draw(st.integers(1, 250)),
        "seats": draw(st.integers(1, 4)),
        "team_size": draw(st.integers(1, 5)),
        "market": draw(st.sampled_from([1.0, 1.25, 2.0])),
        "enquiries_per_year": draw(st.sampled_from([0.0, 4.0, 30.0])),
        "issues_per_year": draw(st.sampled_from([0.0, 3.0, 20.0])),
        "survey_days": draw(st.integers(7, 30)),
        "review_days": draw(st.integers(7, 30)),
        "survey_customers": draw(st.sampled_from([0, 10, 500])),
        "shift_minutes": draw(st.sampled_from([480.0, 510.0, 1440.0])),
    }
    for row in chosen:
        value = draw(_within(row))
        if "." in row.name:
            table, move = row.name.split(".")
            assert move in MOVE_NAMES
            values.setdefault(table, {})[move] = value
        else:
            values[row.name] = value
    return Centre(**values)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw a point of the strategy space, never-ending tolerance and no target among them."""
    parts = {}
    for name, model in (("handling", Handling), ("support", Support)):
        values = {}
        for row in describe(model):
            if row.name == "tolerated_abuse":
                values[row.name] = draw(st.sampled_from(["never", 0.0, 1.0, 2.0, 5.0]))
            elif row.name == "target_aht":
                values[row.name] = draw(st.sampled_from(["none", 0.3, 0.7, 1.5]))
            else:
                values[row.name] = draw(_within(row))
        parts[name] = values
    return Policy.model_validate(parts)


def differences(one: Floor, other: Floor) -> list[str]:
    """Return the columns in which two floors differ in any bit that has a meaning."""
    found = []
    for name in Floor._fields:
        if name in SCRATCH:
            continue
        a, b = getattr(one, name), getattr(other, name)
        length = min(len(a), len(b))
        # Room for days and answers to come may differ; it is empty.
        assert not np.any(a[length:] != np.zeros(1, a.dtype)) or name not in ROWS
        for column in a.dtype.names or (None,):
            x, y = (
                (a[:length], b[:length])
                if column is None
                else (a[:length][column], b[:length][column])
            )
            if x.tobytes() != y.tobytes():
                found.append(f"{name}.{column}")
    return found


def run_both(
    centre: Centre,
    first: Policy,
    then: Policy,
    seed: int,
    days: int,
    logs: list[list[np.ndarray]] | None = None,
) -> list[Outcome]:
    """Warm up, branch and switch on each engine; put each one's contacts into a log of its own."""
    outcomes = []
    for place, engine in enumerate(("compiled", "mesa")):
        start = warm_up(centre, first, days=days, seed=seed, engine=engine)
        outcomes.append(
            simulate(
                centre,
                then,
                days=days,
                seed=seed,
                engine=engine,
                start=start,
                timeline=[(days // 2, first)],
                contacts=logs[place].append if logs is not None else None,
            )
        )
    return outcomes


@pytest.fixture(autouse=True)
def strict_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse, on the Mesa side, what a record row would convert silently."""
    kinds = {"i": int, "f": float, "b": bool}
    allowed: dict[str, set[type]] = {}
    for dtype in ROWS.values():
        for name in dtype.names or ():
            kind = list if dtype[name].shape else kinds[dtype[name].kind]
            allowed.setdefault(name, set()).add(kind)

    def checked(self: Any, name: str, value: Any) -> None:
        if (
            name in allowed
            and type(value) not in allowed[name]
            and not isinstance(value, np.ndarray)
        ):
            raise TypeError(f"{name} is set to {value!r}, a {type(value).__name__}")
        object.__setattr__(self, name, value)

    for kind in (Row, ColumnAgent, Customer, Rep, Employer):
        monkeypatch.setattr(kind, "__setattr__", checked)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    centre=centres(),
    first=policies(),
    then=policies(),
    seed=st.integers(0, 2**32 - 1),
    days=st.integers(1, 24),
)
def test_engines_agree_to_the_last_bit(
    centre: Centre, first: Policy, then: Policy, seed: int, days: int
) -> None:
    """Every agent, the ledger, the surveys and every measure, over drawn configs."""
    compiled, mesa = run_both(centre, first, then, seed, days)
    assert differences(compiled.floor, mesa.floor) == []
    assert repr(compiled.measures()) == repr(mesa.measures())
    assert repr(compiled.warmup_measures()) == repr(mesa.warmup_measures())


@pytest.mark.slow
@settings(
    max_examples=1200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    centre=centres(),
    first=policies(),
    then=policies(),
    seed=st.integers(0, 2**32 - 1),
    days=st.integers(1, 60),
)
def test_engines_agree_over_many_more_configs(
    centre: Centre, first: Policy, then: Policy, seed: int, days: int
) -> None:
    """The same over ten times as many configs and longer runs."""
    compiled, mesa = run_both(centre, first, then, seed, days)
    assert differences(compiled.floor, mesa.floor) == []


@pytest.mark.slow
def test_engines_agree_on_the_reference_centre() -> None:
    """At full size: a month on each engine from the same warm start."""
    centre, policy = Centre(), Policy()
    start = warm_up(centre, policy, days=120, seed=2026)
    compiled, mesa = (
        simulate(centre, policy, days=15, seed=2026, start=start, engine=engine)
        for engine in ("compiled", "mesa")
    )
    assert differences(compiled.floor, mesa.floor) == []
