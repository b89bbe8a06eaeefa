"""Whatever a file holds, it is read or refused in words: never a traceback."""

import os
import sys
import time

import pytest

from experiments.config import load_experiment
from experiments.errors import RequestError, nearest, shown
from experiments.recipes import read_policy
from experiments.toml_text import LARGEST_FILE

SMALL = 'name = "small"\npolicies = ["balanced"]\n'
OWN = '[policy.own]\nbase = "balanced"\n'


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("errors") / "experiment.toml"


def refusal(path, content, *overrides):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RequestError) as caught:
        load_experiment(path, overrides)
    messages = caught.value.messages
    assert messages
    assert all(isinstance(message, str) and message for message in messages)
    assert len(set(messages)) == len(messages)
    return messages


CASES = {
    # what the file holds: words that one and the same message must have
    'policies = ["balanced"]': ["name: missing"],
    'name = "x"': ["policies: missing"],
    'name = "no/slash"\npolicies = ["balanced"]': ["name:", '"no/slash"', "letters"],
    SMALL + 'days = "90 days"': ["days:", '"90 days"', "whole number", "without quotes and unit"],
    SMALL + "days = 0": ["days:", "given 0", "from 1 to 36500 (days)"],
    SMALL + "days = 2.5": ["days:", "given 2.5", "whole number"],
    SMALL + "seed = 4294967296": ["seed:", "from 0 to 4294967295"],
    SMALL + "replications = true": ["replications:", "given true"],
    SMALL + 'kind = "curve"': ["kind:", "frontline run", '"compare"'],
    SMALL + 'kind = "compaer"': ["kind:", 'nearest is "compare"'],
    SMALL + "kind = 3": ["kind:", "given 3"],
    SMALL + "replicatoins = 3": ["replicatoins: no such key", 'nearest is "replications"'],
    SMALL + "seats = 3": ["seats: no such key", '"centre.seats"'],
    SMALL + "zzz = 3": ["zzz: no such key", "allowed: centre, days"],
    SMALL + '[centre]\nopen_minutes = "5 min"': [
        "centre.open_minutes:",
        '"5 min"',
        "30 to 1440 (min/day)",
    ],
    SMALL + "[centre]\nwage = nan": ["centre.wage:", "given nan", "price/min"],
    SMALL + "[centre]\nwage = inf": ["centre.wage:", "given inf"],
    SMALL + "[centre]\nlearned_tone = 1": ["centre.learned_tone:", "true or false"],
    SMALL + "[centre]\nseets = 3": ["centre.seets: no such key", 'nearest is "seats"'],
    SMALL + "[centre]\nanger_of_moves = 3": ["centre.anger_of_moves:", "a table"],
    SMALL + "[centre.anger_of_moves]\nargue = 3": ["centre.anger_of_moves.argue:", "-0.6 to 0.6"],
    SMALL + "[centre.anger_of_moves]\nargeu = 0": ["centre.anger_of_moves.argeu:", '"argue"'],
    SMALL + "[centre]\nlunch_minutes = 60\nshift_minutes = 50": [
        "centre:",
        "lunch_minutes",
        "shift_minutes",
    ],
    SMALL + "centre = []": ["centre:", "given []", "a table"],
    SMALL + "[support]\nbreaks = 90": ["support.breaks:", "given 90", "from 0 to 45 (min)"],
    SMALL + "support_budget = -1": ["support_budget:", "price per rep and month"],
    SMALL + "support_budget = 500": ["support_budget", "policy balanced", "at most"],
    'name = "x"\npolicies = ["balancd"]': ["policies[0]:", '"balancd"', 'nearest is "balanced"'],
    'name = "x"\npolicies = []': ["policies:", "a list of names"],
    'name = "x"\npolicies = "balanced"': ["policies:", '"balanced"', "a list of names"],
    'name = "x"\npolicies = [3]': ["policies[0]:", "given 3"],
    'name = "x"\npolicies = ["avoidant", "avoidant"]': ["policies: each policy once", "avoidant"],
    SMALL + 'neutral = "neural"': ["neutral:", 'nearest is "neutral"'],
    SMALL + OWN + "generosity = 2": ["policy.own.generosity:", "given 2", "from 0 to 1"],
    SMALL + OWN + "generousity = 1": ["policy.own.generousity:", 'nearest is "generosity"'],
    SMALL + OWN + 'target_aht = "never mind"': [
        "policy.own.target_aht:",
        'from 0.1 up (x mean talk) or "none"',
    ],
    SMALL + OWN + "authority = inf": ["policy.own.authority:", "given inf", "(x loss)"],
    SMALL + OWN + "[policy.own.handling]\nchoice = -1": ["policy.own.handling.choice:", "given -1"],
    SMALL + OWN + "choice = 0\nhandling = {choice = 1}": ["policy.own: given twice", "choice"],
    SMALL + '[policy.own]\nbase = "balnced"': ["policy.own.base:", 'nearest is "balanced"'],
    SMALL + '[policy.own]\nbase = "balnced"\nboundary = 9': ["policy.own.base:", '"balnced"'],
    SMALL + "[policy.own]\ngenerosity = 1": ["policy.own: without base or blend", "authority"],
    SMALL + OWN + "share = 0.5": ["policy.own: blend and share"],
    SMALL + OWN + 'blend = ["neutral", "balanced"]\nshare = 0': ["policy.own: base and blend"],
    SMALL + '[policy.own]\nblend = ["neutral"]\nshare = 0': ["policy.own: blend has 1"],
    SMALL + '[policy.own]\nblend = ["neutral", "x"]\nshare = 0': ["policy.own.blend[1]:", '"x"'],
    SMALL + '[policy.own]\nblend = "neutral"\nshare = 0': ["policy.own.blend:", "two policies"],
    SMALL + '[policy.own]\nbase = "own"': ["policy.own: goes round in a circle: own -> own"],
    SMALL + '[policy.balanced]\nbase = "balanced"': ["circle: balanced -> balanced", "shipped"],
    SMALL + '[policy."two words"]\nbase = "balanced"': ["policy", '"two words"'],
    SMALL + "policy = 3": ["policy:", "given 3"],
    SMALL + "policy.own = 3": ["policy.own:", "given 3"],
    SMALL + "timeline = 3": ["timeline:", "given 3"],
    SMALL + "[[timeline]]\nday = 5": ["timeline[0].policy: missing"],
    SMALL + "[[timeline]]\nday = 0\npolicy = 'neutral'": ["timeline[0].day:", "given 0", "(days)"],
    SMALL + "days=9\n[[timeline]]\nday = 9\npolicy = 'neutral'": [
        "timeline[0].day:",
        "before the last of 9",
    ],
    SMALL + "[[timeline]]\nday = 5\npolicy = 'nutral'": [
        "timeline[0].policy:",
        'nearest is "neutral"',
    ],
    SMALL + "timeline = [{day=5, policy='neutral', of='balnced'}]": [
        "timeline[0].of:",
        '"balanced"',
    ],
    SMALL + "timeline = [{day=5, policy='neutral'}, {day=5, policy='avoidant'}]": [
        "timeline[1].day:",
        "twice",
    ],
    SMALL + "days = ": ["not valid TOML", "line 3"],
    SMALL + "days = \n\nseed = 3\n": ["not valid TOML", "line 3, column 8"],
    SMALL + "days = 3\ndays = 4": ["not valid TOML", "line 4"],
    SMALL + "question = " + "[" * 5000: ["deep"],
    SMALL + ".".join("a" * 100_000) + " = 1": ["line 3", "deep"],
    SMALL + '"."' + '."."' * 100_000 + " = 1": ["line 3", "deep"],
    SMALL + "seed = " + "9" * 5000: ["not valid TOML"],
    SMALL + "seed = 0x" + "f" * 5000: ["seed:", "20000 bits"],
    SMALL + "support_budget = 0x" + "f" * 5000: ["support_budget:", "20000 bits"],
    SMALL + "seed = 2026-01-01": ["seed:", "whole number"],
}


@pytest.mark.parametrize(("text", "words"), CASES.items(), ids=[f"{i}" for i in range(len(CASES))])
def test_a_mistake_is_named(scratch, text, words):
    messages = refusal(scratch, text)
    assert any(all(word in message for word in words) for message in messages), messages
    assert all(message.startswith(f"{scratch}: ") for message in messages)
    assert max(map(len, messages)) < 800


def test_every_mistake_is_shown_at_once(scratch):
    text = (
        'kind = "curve"\ndays = 0\npolicies = ["balancd"]\nseets = 3\n[centre]\nseats = "5"\n'
        '[support]\nbreaks = -1\n[policy.a]\nbase = "b"\n[policy.b]\nbase = "a"\n'
        '[policy.c]\nchoice = 3\nbase = "nowhere"\n[[timeline]]\nday = 2\npolicy = "nobody"\n'
    )
    messages = refusal(scratch, text)
    told = "\n".join(messages)
    keys = ["name", "kind", "days", "policies[0]", "seets", "centre.seats", "support.breaks"]
    for key in [*keys, "policy.a", "policy.c.choice", "policy.c.base", "timeline[0].policy"]:
        assert f": {key}: " in told, key
    assert len(messages) == 11


def test_a_circle_is_one_message_however_long(scratch):
    text = SMALL + "".join(f'[policy.p{i}]\nbase = "p{(i + 1) % 5}"\n' for i in range(5))
    (message,) = refusal(scratch, text)
    assert "p0 -> p1 -> p2 -> p3 -> p4 -> p0" in message


def test_a_circle_through_blends(scratch):
    text = SMALL + '[policy.a]\nblend = ["balanced", "b"]\nshare = 0.5\n[policy.b]\nbase = "a"\n'
    (message,) = refusal(scratch, text)
    assert "a -> b -> a" in message


def test_very_long_chains_and_doubling_blends_end_soon(scratch):
    text = SMALL + "".join(f'[policy.p{i}]\nbase = "p{i + 1}"\n' for i in range(5000))
    start = time.perf_counter()
    assert "chain" in "".join(refusal(scratch, text + '[policy.p5000]\nbase = "balanced"\n'))
    doubling = "".join(
        f'[policy.q{i}]\nblend = ["q{i + 1}", "q{i + 1}"]\nshare = 0.5\n' for i in range(25)
    )
    scratch.write_text(SMALL + doubling + '[policy.q25]\nbase = "balanced"\n', "utf-8")
    load_experiment(scratch)
    assert time.perf_counter() - start < 10


def test_thousands_of_mistakes_are_cut_short(scratch):
    messages = refusal(scratch, SMALL + "".join(f"k{i} = {i}\n" for i in range(20_000)))
    assert len(messages) < 100
    assert "more" in messages[-1]


def test_paths_that_cannot_be_read(tmp_path):
    for source, words in {
        "three-polices": 'nearest is "three-policies"',
        tmp_path / "none.toml": "no such file",
        tmp_path: "is a directory",
        "": "directory",
        "zero\0byte": "no such file",
        "x" * 5000: "cannot be read",
    }.items():
        with pytest.raises(RequestError, match=words):
            load_experiment(source)


@pytest.mark.skipif(sys.platform == "win32", reason="needs special files")
def test_special_files_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    for path in (tmp_path / "pipe.toml", "/dev/zero"):
        with pytest.raises(RequestError, match="no regular file"):
            load_experiment(path)
    unreadable = tmp_path / "loop.toml"
    unreadable.symlink_to(unreadable)
    with pytest.raises(RequestError):
        load_experiment(unreadable)


def test_a_file_that_is_not_utf8_is_told_by_line(scratch):
    (message,) = refusal(scratch, SMALL.encode() + b'question = "caf\xe9"\n')
    assert "line 3" in message and "0xe9" in message and "UTF-8" in message
    refusal(scratch, SMALL.encode("utf-16"))


def test_a_huge_file_is_refused_by_its_size(tmp_path):
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    start = time.perf_counter()
    with pytest.raises(RequestError, match=r"100\.0 MB; allowed: at most 1 MB"):
        load_experiment(path)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("line", ["a.b = 1\n", "[[timeline]]\n", "#....\n", "x = [[[]]]\n", "'\n"])
def test_the_largest_file_allowed_is_answered_soon(scratch, line):
    start = time.perf_counter()
    refusal(scratch, "days = 0\n" + line * ((LARGEST_FILE - 10) // len(line)))
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("nothing", "key=value"),
        ("=3", "key=value"),
        ("a..b=3", "key=value"),
        (".".join("a" * 5000) + "=3", "key=value"),
        ("centre.seats=many", '--set centre.seats: given "many"'),
        ("centre.seets=3", "--set centre.seets: no such key"),
        ("name.x=3", "--set name.x: name is no table"),
        ("policies=[balanced", "--set policies:"),
        ("policies=" + "[" * 5000, "--set policies:"),
        ("days=0", "--set days: given 0"),
        ("question=\udce9", "is not UTF-8"),
        ("days=3\nseed=4", "--set days:"),
    ],
)
def test_an_override_that_cannot_be_understood_names_the_option(scratch, override, words):
    messages = refusal(scratch, SMALL, override)
    assert any(words in message for message in messages), messages


def test_a_policy_file_is_checked_as_an_experiment_is(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        "[handling]\nauthority = 9\ngenerousity = 1\n[support]\nbreaks = '5 min'\n", "utf-8"
    )
    with pytest.raises(RequestError) as caught:
        read_policy(path)
    told = str(caught.value)
    for words in ("handling.authority: given 9", '"generosity"', 'support.breaks: given "5 min"'):
        assert words in told


def test_what_was_given_is_shown_short_and_whatever_it_is():
    for value in (
        "x" * 10**6,
        "\x00\ud800",
        10**5000,
        [[[[1]]]] * 99,
        {"a": {"b": {}}},
        float("nan"),
    ):
        assert len(shown(value)) < 300
        shown(value).encode()
    assert shown(True) == "true"
    assert nearest("Strict_Boundaries", ["strict-boundaries"]) == "strict-boundaries"
