"""Valid experiments, damaged at random, are read or refused: never a traceback."""

import copy
import random
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.catalogue import shipped_configs
from experiments.config import Experiment, load_experiment
from experiments.errors import RequestError
from experiments.toml_text import write_toml

SMALL = 'name = "small"\npolicies = ["balanced"]\n'


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("mutations") / "experiment.toml"


WHOLE = [tomllib.loads(path.read_text("utf-8")) for path in shipped_configs().values()]
JUNK = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["5 min", "3 days", "20%", "never", "none", "", "balanced", "own", "nan"]),
    st.integers(),
    st.integers(2**63, 2**200),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.lists(st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers() | st.floats(), max_size=3),
    st.just({"base": "own"}),
    st.just({"own": {"base": "own"}, "a": {"base": "b"}, "b": {"blend": ["a", "a"], "share": 0.1}}),
    st.just([{"day": 3, "policy": "own"}]),
)


def places(node, path=()):
    """Every place in a tree of tables and lists."""
    for key, item in node.items() if isinstance(node, dict) else enumerate(node):
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from places(item, (*path, key))


@st.composite
def mutated(draw):
    table = copy.deepcopy(draw(st.sampled_from(WHOLE)))
    if draw(st.booleans()):
        table["policy"] = {**table.get("policy", {}), "own": {"base": "balanced", "choice": 0.5}}
    for _ in range(draw(st.integers(1, 4))):
        found = list(places(table))
        if not found:
            break
        *above, key = draw(st.sampled_from(found))
        node = table
        for step in above:
            node = node[step]
        act = draw(st.sampled_from(["change", "change", "drop", "rename", "add", "scale"]))
        if act == "change":
            node[key] = copy.deepcopy(draw(JUNK))
        elif act == "drop":
            del node[key]
        elif act == "rename" and isinstance(node, dict):
            text = str(key)
            cut = draw(st.integers(0, len(text)))
            node[text[:cut] + draw(st.sampled_from(["", "x", "_", " ", "é"])) + text[cut + 1 :]] = (
                node.pop(key)
            )
        elif act == "add" and isinstance(node, dict):
            name = draw(
                st.sampled_from([*Experiment.model_fields, "seats", "base", "off"])
                | st.text(max_size=6)
            )
            node[name] = copy.deepcopy(draw(JUNK))
        elif isinstance(node[key], int | float):
            node[key] = node[key] * draw(st.sampled_from([-1, 0, 1e3, 1e300, 0.5]))
    return table


def write_any(table):
    """As TOML, with dates and the mixtures that our own writer never has to write."""

    def value(item):
        if isinstance(item, dict):
            return "{" + ", ".join(f"{key_of(k)} = {value(v)}" for k, v in item.items()) + "}"
        if isinstance(item, list):
            return "[" + ", ".join(map(value, item)) + "]"
        if hasattr(item, "isoformat"):
            return item.isoformat()
        return write_toml({"x": item})[4:].strip()

    def key_of(name):
        return write_toml({"x": str(name)})[4:].strip()

    return "".join(f"{key_of(key)} = {value(item)}\n" for key, item in table.items())


def answered(path, overrides=()):
    """The experiment, or None where it was refused in words."""
    try:
        experiment = load_experiment(path, overrides)
    except RequestError as error:
        assert error.messages and all(error.messages)
        str(error).encode()
        assert all(message.startswith((f"{path}: ", "--set ")) for message in error.messages)
        return None
    # What was accepted must hold to the end.
    experiment.used_policies()
    for name in experiment.policies:
        experiment.switches(name)
    return experiment


RELAXED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@settings(max_examples=500, deadline=None, suppress_health_check=RELAXED)
@given(table=mutated())
def test_mutated_configs_are_read_or_refused(scratch, table):
    text = write_any(table)
    tomllib.loads(text)  # the mutation is in what it says, not in how it is written
    scratch.write_text(text, "utf-8")
    answered(scratch)


@settings(max_examples=300, deadline=None, suppress_health_check=RELAXED)
@given(which=st.sampled_from(sorted(shipped_configs())), seed=st.integers(0, 2**32))
def test_damaged_bytes_are_read_or_refused(scratch, which, seed):
    rng = random.Random(seed)
    data = bytearray(shipped_configs()[which].read_bytes())
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        act = rng.randrange(4)
        if act == 0:
            data[at] = rng.randrange(256)
        elif act == 1:
            del data[at : at + rng.randint(1, 30)]
        elif act == 2:
            data[at:at] = bytes(rng.choice(b"[]{}=\"'.,\n#0_-ea") for _ in range(3))
        else:
            other = rng.randrange(len(data))
            data[at:at] = data[other : other + 40]
    scratch.write_bytes(bytes(data))
    answered(scratch)


@settings(max_examples=200, deadline=None, suppress_health_check=RELAXED)
@given(
    key=st.sampled_from(
        ["days", "centre.seats", "policy.own.base", "policies", "centre", "timeline"]
    )
    | st.text(max_size=10),
    value=JUNK.map(str) | st.text(max_size=20),
)
def test_any_override_is_taken_or_refused(scratch, key, value):
    scratch.write_text(SMALL, "utf-8")
    answered(scratch, [f"{key}={value}"])
