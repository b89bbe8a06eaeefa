"""The file of a sensitivity analysis: what is wrong is told at the door, all of it at once."""

import pytest

from experiments.catalogue import shipped_configs
from experiments.errors import RequestError
from experiments.kinds.sensitivity.plan import chosen, screening_points
from experiments.kinds.sensitivity.session import load_request

SMALL = """
name = "small"
kind = "sensitivity"
policies = ["always-right", "strict-boundaries"]
measures = ["loyalty"]
[vary]
parameters = ["honesty", "margin", "anger_of_moves"]
[screening.groups]
anger = ["anger_of_moves"]
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_every_mistake_is_told_at_once(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text(
        """
name = "wrong"
kind = "sensitivity"
policies = ["always-right", "balancd"]
measures = ["loyality"]
replications = 0
period = "year_3"
neutral = "calm"
[vary]
parameters = ["honestly"]
reach = 2.0
[vary.range.margin]
low = 0.5
high = 5.0
[screening]
trajectories = 2
[sobol]
base_points = 100
[centre]
seats = "four"
""",
        encoding="utf-8",
    )
    with pytest.raises(RequestError) as told:
        load_request(path)
    text = "\n".join(told.value.messages)
    for part in (
        'policies[1]: given "balancd", which is no policy',
        'measures[0]: given "loyality", which is no measure',
        "replications: given 0; allowed: a whole number from 1",
        'period: given "year_3"; allowed: "whole", "year_1"',
        'neutral: given "calm"',
        'parameters[0]: given "honestly"',
        "vary.reach: given 2.0",
        "plausible range",
        "screening.trajectories: given 2; allowed: 0 for none, or at least 5",
        "base_points: given 100; allowed: a power of two",
        "centre.seats",
    ):
        assert part in text, f"{part}\n---\n{text}"
    assert all(str(path) in line for line in told.value.messages)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("contrasts=[['balanced','always-right']]", "contrasts[0][0]"),
        ("contrasts=[['always-right','always-right']]", "allowed: two policies"),
        ("sobol.parameters=['temper']", "no parameter that varies"),
        ("screening.trajectories=0", "allowed: one of the two"),
        ("screening.groups.more=['honesty','anger_of_moves']", "twice"),
        ("screening.groups.none=['temper']", "screening.groups.none"),
        ("screening.levels=3", "levels: given 3"),
        ("replications=1", "allowed: 2 or more with a screening"),
        ("vary.leave=['honesty','margin','anger_of_moves']", "no parameter is left"),
        ("kind=regimes", 'allowed: "sensitivity"'),
    ],
)
def test_keys_that_do_not_go_together_are_told(file, change, part):
    with pytest.raises(RequestError) as told:
        load_request(file, [change])
    assert part in str(told.value)


def test_what_is_written_asks_for_the_same(file, tmp_path):
    request = load_request(file, ["contrasts=[['strict-boundaries','always-right']]", "days=1e2"])
    again = tmp_path / "again.toml"
    again.write_text(request.text(), encoding="utf-8")
    read = load_request(again)
    assert (read.hash, read.text()) == (request.hash, request.text())
    assert read.resolved == request.resolved
    assert read.days == 100


def test_the_hash_is_of_what_is_run_and_not_of_words(file):
    request = load_request(file)
    assert load_request(file, ["question='Why?'"]).hash == request.hash
    for change in ("days=9", "vary.reach=0.4", "sobol.base_points=512", "centre.margin=0.2"):
        assert load_request(file, [change]).hash != request.hash, change
    assert load_request(file, ["policies=['neutral','balanced']"]).hash != request.hash


def test_a_group_is_moved_as_one_and_goes_on_whole(file):
    request = load_request(file)
    assert (len(request.ranges), request.units) == (18, 3)
    design = request.screened()
    assert len(screening_points(request, design)) == 10 * 4

    class Kept:
        kept = ("anger", "honesty", "margin")

    assert chosen(request, Kept).names == ("honesty", "margin")
    assert chosen(request, Kept).beyond == ("anger",)
    wide = load_request(file, ["sobol.most=17"])
    assert len(chosen(wide, Kept).names) == 17
    assert chosen(wide, Kept).beyond == ("margin",)
    named = load_request(file, ["sobol.parameters=['margin']"])
    assert chosen(named, None).names == ("margin",)


@pytest.mark.parametrize("name", [n for n in shipped_configs() if n.startswith("sensitivity")])
def test_what_is_shipped_can_be_asked_for(name):
    request = load_request(name)
    assert request.name == name
    assert request.question
