"""The file of a curve: every mistake told at once, written out and read again the same."""

import tomllib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.errors import RequestError
from experiments.kinds.curve.parts import DIMENSIONS
from experiments.kinds.curve.plan import Plan, places_of, way, with_number
from experiments.kinds.curve.request import load_request
from experiments.kinds.work import Ask
from experiments.registry import kind_of
from sim.policy import Policy

SMALL = 'name = "x"\nkind = "curve"\nbase = "balanced"\n'
SWEEP = '[[sweep]]\nparameter = "handling.boundary"\npoints = 3\n'
WAY = '[[sweep]]\nthrough = ["strict-boundaries", "balanced", "always-right"]\npoints = 4\n'
SHIPPED = ("curve-blend", "curve-boundary", "curve-authority-listening")


def load(tmp_path, text, *overrides):
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    return load_request(path, overrides)


def messages(tmp_path, text, *overrides):
    with pytest.raises(RequestError) as caught:
        load(tmp_path, text, *overrides)
    return caught.value.messages


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_curve_written_out_and_read_again_is_the_same(name, tmp_path):
    request = load_request(name)
    assert kind_of(name) == "curve" and request.name == name and request.question
    again = load(tmp_path, request.text())
    assert again.text() == request.text()
    assert again.hash == request.hash
    assert again.policies == request.policies
    assert set(tomllib.loads(request.text())["policy"]) == set(request.policies)


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path):
    text = (
        'name = "x y"\nkind = "curve"\ndays = 10\nperiod = "year_1"\nreplications = 1\n'
        'measures = ["loyalti", "csat", "csat"]\nbase = "balancd"\nnonsense = 1\n'
        '[[sweep]]\nparameter = "boundary"\n[[sweep]]\nparameter = "handling.tolerated_abuse"\n'
        'low = -1\n[curve.a]\nbase = "nope"\n[curve.a.centre]\nseats = "x"\nsets = 3\n'
        '[refine]\npoints = 1\nmeasures = ["x"]\n'
    )
    found = messages(tmp_path, text, "centre.seats=none")
    told = "\n".join(found)
    for words in (
        "name: given",
        "replications: given 1",
        'period: given "year_1"; allowed: "whole"',
        'measures[0]: given "loyalti"',
        'the nearest is "loyalty"',
        'measures[2]: given "csat" twice',
        'sweep[0].parameter: given "boundary"',
        'there is "handling.boundary"',
        "sweep[1]: low: given -1",
        "sweep[1]: high: missing",
        'curve.a.centre: seats: given "x"',
        "curve.a.centre: sets: no such key",
        "refine.points: given 1",
        "refine.measures[0]",
        "nonsense: no such key",
        'base: given "balancd"',
        'curve.a.base: given "nope"',
        "--set centre.seats: given",
    ):
        assert words in told
    assert all(each.startswith((str(tmp_path), "--set")) for each in found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SMALL, ["sweep: missing"]),
        ('name = "x"\nkind = "curve"\n' + SWEEP, ["base: missing"]),
        (SMALL + WAY, ["base: given", "through"]),
        (SMALL + SWEEP + SWEEP, ["both sweep handling.boundary"]),
        (SMALL + SWEEP + WAY.replace("points", "low = 0.1\npoints"), ["low and high"]),
        (SMALL + "[[sweep]]\npoints = 3\n", ["given none of both"]),
        (SMALL + SWEEP.replace("points = 3", "points = 99"), ["refine.points", "99"]),
        (SMALL + SWEEP.replace("points", "low = 0.7\nhigh = 0.2\npoints"), ["low (0.7)"]),
        (SMALL + SWEEP.replace("points", "high = 1.5\npoints"), ["high: given 1.5"]),
        (
            SMALL + 'support_budget = 2.0\n[[sweep]]\nparameter = "support.training"\n',
            ["support_budget", "support.training"],
        ),
        (SMALL.replace("curve", "curv") + SWEEP, ["kind"]),
    ],
)
def test_what_does_not_fit_together_is_told(tmp_path, text, words):
    told = "\n".join(messages(tmp_path, text))
    assert all(word in told for word in words), told


def test_a_folder_goes_on_with_more_replications_but_not_with_another_sweep(tmp_path):
    one = load(tmp_path, SMALL + SWEEP)
    for same in ("replications=50", "refine.points=20", 'measures=["csat"]', "question=Why?"):
        assert load(tmp_path, SMALL + SWEEP, same).hash == one.hash
    for other in ("seed=3", "days=30", "centre.seats=5", "base=avoidant", "neutral=avoidant"):
        assert load(tmp_path, SMALL + SWEEP, other).hash != one.hash
    assert load(tmp_path, SMALL + SWEEP.replace("boundary", "listening")).hash != one.hash


def test_a_name_changes_no_job(tmp_path):
    """The model never looks at a policy by its name, and neither does what is kept."""

    def keys(text):
        plan = Plan(load(tmp_path, text))
        at = places_of(plan.begin())
        policies = {f"{n}": plan.policy(plan.curves[0], each) for n, each in enumerate(at)}
        request = plan.request
        neutral = request.policies[request.neutral]
        return Ask(plan.centre(plan.curves[0]), policies, neutral, 10, 20, 1, 1).job.key

    named = SMALL.replace('"balanced"', '"mine"') + SWEEP + '[policy.mine]\nbase = "balanced"\n'
    assert keys(SMALL + SWEEP) == keys(named)


# --- the points --------------------------------------------------------------------------


def test_the_way_through_policies_goes_through_them(tmp_path):
    plan = Plan(load(tmp_path, 'name = "x"\nkind = "curve"\n' + WAY))
    names = ("strict-boundaries", "balanced", "always-right")
    assert list(plan.nodes(0)) == [0.0, 0.5, 1.0]
    # Four even points miss the middle policy: it is a point all the same.
    assert plan.begin()[0] == pytest.approx([0.0, 1 / 3, 0.5, 2 / 3, 1.0])
    for place, name in zip((0.0, 0.5, 1.0), names, strict=True):
        assert plan.policy("curve", (place,)) == plan.request.policies[name]


@settings(max_examples=50, deadline=None)
@given(place=st.floats(0.0, 1.0), count=st.integers(2, 5))
def test_a_policy_on_the_way_lies_between_its_neighbours(place, count):
    ends = [with_number(Policy(), "handling.boundary", b) for b in np.linspace(0.0, 1.0, count)]
    found = way(ends, place).handling.boundary
    assert found == pytest.approx(place, abs=1e-12)


def test_every_number_of_a_policy_can_be_swept():
    for name, of in DIMENSIONS.items():
        changed = with_number(Policy(), name, 0.25)
        assert getattr(getattr(changed, of.part), of.field) == 0.25
        rest = with_number(changed, name, getattr(getattr(Policy(), of.part), of.field))
        assert rest == Policy()


def test_curves_share_a_warm_up_where_they_share_a_centre(tmp_path):
    text = SMALL + SWEEP + '[curve.a]\n[curve.b]\nbase = "avoidant"\n[curve.c.centre]\nseats = 5\n'
    plan = Plan(load(tmp_path, text))
    assert list(plan.groups()) == [("a", "b"), ("c",)]
    assert plan.centre("c").seats == 5 and plan.centre("a").seats != 5
    # Every curve holds its own policy, and the sweep is the same.
    policies = {name: plan.policy(name, (0.3,)).handling for name in plan.curves}
    assert all(each.boundary == 0.3 for each in policies.values())
    assert policies["a"] == policies["c"] != policies["b"]
