"""What an experiment file comes to, and that it survives being written and read."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import experiments
from experiments.catalogue import shipped_configs
from experiments.command.tables import HEADINGS, parameters_markdown, print_parameters, sections
from experiments.config import OTHER_KINDS, Experiment, load_experiment, to_toml
from experiments.errors import RequestError
from experiments.registry import kind_of, request_of
from experiments.schema import schema
from sim.parameters import Centre, describe
from sim.policy import Handling, Policy, Support, blend

SMALL = 'name = "small"\npolicies = ["balanced"]\n'


def load(folder, text, *overrides):
    path = folder / "experiment.toml"
    path.write_text(text, "utf-8")
    return load_experiment(path, overrides)


def test_the_smallest_file_takes_every_default(tmp_path):
    experiment = load(tmp_path, SMALL)
    assert experiment.centre == Centre()
    assert experiment.neutral == "neutral"
    assert (experiment.warmup_days, experiment.days, experiment.replications) == (730, 1095, 30)
    assert experiment.support is None
    assert experiment.timeline == ()


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load_experiment(path).name == "small"


@pytest.mark.parametrize("source", ["classroom", "classroom.toml", "configs/classroom.toml"])
def test_shipped_experiments_are_found_from_anywhere(tmp_path, monkeypatch, source):
    monkeypatch.chdir(tmp_path)
    assert load_experiment(source).name == "classroom"


def test_an_installed_package_finds_what_it_carries(tmp_path):
    # As the wheel has it: configs/ inside the package, and someone else's configs/ beside.
    root = Path(experiments.__file__).parents[1]
    for package in ("sim", "experiments"):
        shutil.copytree(
            root / package, tmp_path / package, ignore=shutil.ignore_patterns("*cache*")
        )
    shutil.copytree(root / "configs", tmp_path / "experiments" / "shipped", dirs_exist_ok=True)
    (tmp_path / "configs").mkdir()
    code = (
        "from experiments.catalogue import shipped_folder\n"
        "from experiments.config import load_experiment\n"
        "print(shipped_folder(), len(load_experiment('switching').used_policies()))\n"
    )
    place = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=place, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.strip() == f"{tmp_path / 'experiments' / 'shipped'} 6", done.stderr


def test_a_file_goes_before_a_shipped_experiment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "classroom.toml").write_text(SMALL, "utf-8")
    assert load_experiment("classroom.toml").name == "small"
    # A folder of results of that name is not taken for it.
    (tmp_path / "classroom").mkdir()
    assert load_experiment("classroom").name == "classroom"


def test_an_inline_policy_goes_before_a_shipped_one(tmp_path):
    text = SMALL + '[policy.balanced]\nbase = "always-right"\nchoice = 0.1\n'
    policy = load(tmp_path, text).resolved()["balanced"]
    assert policy.handling.choice == 0.1
    assert policy.handling.authority == 2.0


def test_numbers_stand_flat_or_in_their_part(tmp_path):
    text = 'name = "x"\npolicies = ["one", "two"]\n'
    one = (
        '[policy.one]\nbase = "balanced"\ngenerosity = 0.2\nbreaks = 5\ntolerated_abuse = "never"\n'
    )
    two = '[policy.two]\nbase = "balanced"\n[policy.two.handling]\ngenerosity = 0.2\n'
    two += 'tolerated_abuse = "never"\n[policy.two.support]\nbreaks = 5.0\n'
    resolved = load(tmp_path, text + one + two).resolved()
    assert resolved["one"] == resolved["two"]
    assert resolved["one"].handling.generosity == 0.2
    assert resolved["one"].support.breaks == 5.0


def test_a_blend_lies_between_and_may_be_changed_further(tmp_path):
    text = 'name = "x"\npolicies = ["balanced", "always-right", "near"]\n[policy.near]\n'
    text += 'blend = ["balanced", "always-right"]\nshare = 0.3\napology = 0.0\n'
    ends = load(tmp_path, text).resolved()
    between = blend(ends["balanced"], ends["always-right"], 0.3)
    handling = between.handling.model_copy(update={"apology": 0.0})
    assert ends["near"] == Policy(handling=handling, support=between.support)


def test_the_order_of_policies_is_kept():
    names = ["strict-boundaries", "always-right", "balanced"]
    experiment = Experiment(name="x", policies=names)
    assert list(experiment.resolved()) == names


def test_a_shared_package_reaches_everyone(tmp_path):
    text = SMALL + "[support]\nbreaks = 7.0\n[[timeline]]\nday = 5\npolicy = 'avoidant'\n"
    experiment = load(tmp_path, text)
    (_, later), *_ = experiment.switches("balanced")
    for policy in (experiment.neutral_policy(), experiment.resolved()["balanced"], later):
        assert policy.support == Support(breaks=7.0)


def test_switches_come_by_day_and_by_branch(tmp_path):
    text = 'name = "x"\npolicies = ["balanced", "avoidant"]\n'
    text += (
        "timeline = [{day=9, policy='neutral'}, {day=4, policy='always-right', of='avoidant'}]\n"
    )
    experiment = load(tmp_path, text)
    assert [day for day, _ in experiment.switches("balanced")] == [9]
    assert [day for day, _ in experiment.switches("avoidant")] == [4, 9]


def test_overrides_go_before_the_file():
    overrides = [
        "centre.seats=7",
        "replications = 4",
        "centre.anger_of_moves.apologise=-0.1",
        'policies=["balanced", "mild"]',
        "policy.mild.base=balanced",
        "policy.mild.tolerated_abuse=never",
        "centre.learned_tone=false",
        "centre.customers=1e4",
        "neutral=balanced",
        "question=What if?",
    ]
    experiment = load_experiment("classroom", overrides)
    assert experiment.centre.seats == 7
    assert experiment.centre.team_size == 10
    assert experiment.centre.customers == 10_000
    assert experiment.centre.anger_of_moves.apologise == -0.1
    assert experiment.centre.learned_tone is False
    assert experiment.replications == 4
    assert experiment.resolved()["mild"].handling.tolerated_abuse == float("inf")
    assert experiment.neutral == "balanced"
    assert experiment.question == "What if?"


def test_an_experiment_made_in_python_names_what_is_missing():
    with pytest.raises(RequestError, match=r'balanced, neutral.*nearest is "balanced"'):
        Experiment(name="x", policies=["balancd"]).resolved()


# --- written and read again --------------------------------------------------------------


def between(low, high):
    return st.floats(low, high, allow_nan=False)


def numbers(rows, never=()):
    """Some of the numbers that ``rows`` describe, drawn within their ranges."""
    fields = {}
    for row in rows:
        if isinstance(row.default, bool):
            fields[row.name] = st.booleans()
        elif isinstance(row.default, int):
            fields[row.name] = st.integers(int(row.low), int(row.high))
        elif row.name in never:
            fields[row.name] = between(0.1, 9) | st.just(never[row.name])
        else:
            fields[row.name] = between(row.low, row.high)
    return st.fixed_dictionaries({}, optional=fields)


CENTRE = [
    row
    for row in describe(Centre)
    # These must fit one another; the rules that say so have tests of their own.
    if row.name not in ("lunch_minutes", "shift_minutes", "holiday_days", "holiday_interval")
    and row.name not in ("promoter", "detractor", "product_share")
    and "." not in row.name
]
HANDLING = numbers(describe(Handling), {"tolerated_abuse": "never", "target_aht": "none"})
SUPPORT = numbers(describe(Support))
BASES = ["always-right", "balanced", "strict-boundaries", "avoidant", "neutral"]
POLICY = st.one_of(
    st.fixed_dictionaries(
        {"base": st.sampled_from(BASES), "handling": HANDLING, "support": SUPPORT}
    ),
    st.fixed_dictionaries(
        {
            "blend": st.tuples(st.sampled_from(BASES), st.sampled_from(BASES)).map(list),
            "share": between(0, 1),
        }
    ),
)


@st.composite
def drawn_experiments(draw):
    """Valid experiments of every shape."""
    own = draw(
        st.dictionaries(st.sampled_from(["a", "b-1", "C_2", "balanced"]), POLICY, max_size=3)
    )
    for name in own:
        # A policy on the shipped one of its own name would be a circle.
        own[name] = {
            key: "neutral"
            if item == name
            else ["neutral" if x == name else x for x in item]
            if key == "blend"
            else item
            for key, item in own[name].items()
        }
    names = sorted({*BASES, *own})
    days = draw(st.integers(3, 4000))
    table = {
        "name": draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}", fullmatch=True)),
        "policies": draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True)),
        "neutral": draw(st.sampled_from(names)),
        "days": days,
        "seed": draw(st.integers(0, 2**32 - 1)),
        "centre": draw(numbers(draw(st.lists(st.sampled_from(CENTRE), max_size=6)))),
        "policy": own,
    }
    if draw(st.booleans()):
        table["question"] = draw(st.text(st.characters(codec="utf-8"), max_size=30))
    if draw(st.booleans()):
        table["support"] = draw(SUPPORT)
    if draw(st.booleans()):
        table["support_budget"] = draw(between(0, 6))
    at = draw(st.lists(st.integers(1, days - 1), max_size=3, unique=True))
    table["timeline"] = [
        {"day": day, "policy": draw(st.sampled_from(names))}
        | ({"of": draw(st.sampled_from(table["policies"]))} if draw(st.booleans()) else {})
        for day in at
    ]
    return Experiment.model_validate(table)


@settings(max_examples=150, deadline=None)
@given(experiment=drawn_experiments())
def test_an_experiment_written_out_and_read_again_is_the_same(tmp_path_factory, experiment):
    try:
        used = experiment.used_policies()
    except RequestError as error:  # a drawn budget may be out of a drawn package's reach
        assert "support_budget" in str(error)
        return
    path = tmp_path_factory.mktemp("again") / "config.toml"
    text = to_toml(experiment)
    path.write_text(text, "utf-8")
    again = load_experiment(path)
    assert again.used_policies() == used
    assert list(again.resolved()) == list(experiment.resolved())
    assert again.neutral_policy() == experiment.neutral_policy()
    for name in experiment.policies:
        assert again.switches(name) == experiment.switches(name)
    for field in set(Experiment.model_fields) - {"policy"}:
        assert getattr(again, field) == getattr(experiment, field)
    assert to_toml(again) == text


@pytest.mark.parametrize("name", [n for n in shipped_configs() if kind_of(n) == "compare"])
def test_a_shipped_experiment_written_out_names_every_key(name):
    experiment = load_experiment(name)
    table = tomllib.loads(to_toml(experiment))
    assert set(table["centre"]) == set(Centre.model_fields)
    assert set(table["policy"]) == set(experiment.used_policies())
    for policy in table["policy"].values():
        assert set(policy["handling"]) == set(Handling.model_fields)
        assert set(policy["support"]) == set(Support.model_fields)


# --- the schema, the tables, the weight --------------------------------------------------


def test_the_schema_knows_every_key_and_no_null():
    made = schema()
    text = json.dumps(made, allow_nan=False)
    assert "null" not in text
    assert set(made["properties"]) == set(Experiment.model_fields)
    assert set(made["required"]) == {"name", "policies"}
    assert set(made["$defs"]["Centre"]["properties"]) == set(Centre.model_fields)
    seats = made["$defs"]["Centre"]["properties"]["seats"]
    assert (seats["minimum"], seats["maximum"], seats["unit"]) == (1, 5000, "seats")
    policy = made["$defs"]["PolicySpec"]["properties"]
    assert {"const": "never"} in policy["tolerated_abuse"]["anyOf"]
    assert {"title", "about", "base", "blend", "share", "handling", "support"} <= set(policy)


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_every_kind_has_a_schema_of_its_own(kind):
    made = schema(kind)
    assert "null" not in json.dumps(made, allow_nan=False)
    assert set(made["properties"]) == set(request_of(kind).model_fields)
    assert {"name", "kind"} <= set(made["properties"])
    with pytest.raises(RequestError, match='nearest is "curve"'):
        schema("curves")


def test_the_table_holds_every_parameter_once():
    rows = [row for section in sections() for row in section.rows]
    expected = [row.name for model in (Centre, Handling, Support) for row in describe(model)]
    assert sorted(row[0] for row in rows) == sorted(expected)
    assert all(len(row) == len(HEADINGS) for row in rows)
    assert all(section.rows and section.note for section in sections())
    assert parameters_markdown().count("\n| `") == len(expected)


def test_the_table_is_printed(capsys):
    print_parameters("reps")
    shown = capsys.readouterr().out
    assert "empathy" in shown and "strain_hostility" in shown and "seats" not in shown
    print_parameters("handling", markdown=True)
    assert "| `tolerated_abuse` | 2 | turns | 0 up |" in capsys.readouterr().out
    with pytest.raises(RequestError, match='nearest is "Reps"'):
        print_parameters("rep")


def test_reading_a_config_loads_nothing_heavy():
    code = (
        "import sys, experiments; assert 'pydantic' not in sys.modules\n"
        "import experiments.errors; assert 'pydantic' not in sys.modules\n"
        "from experiments.config import load_experiment, to_toml\n"
        "import experiments.schema, experiments.command.tables\n"
        "to_toml(load_experiment('three-policies'))\n"
        "heavy = {'numba', 'numpy', 'mesa', 'matplotlib', 'pandas', 'duckdb', 'rich'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
