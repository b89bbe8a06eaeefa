"""The claims' files: all of the trade's claims are there, and mistakes are told all at once."""

import ast
import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from experiments.claims.arm_file import Changes
from experiments.claims.arms import arms_of, pooled
from experiments.claims.born import MADE_ONCE
from experiments.claims.claim_file import claims_folder, load_claims, load_shared
from experiments.claims.measures import LOGGED
from experiments.claims.sets import every_parameter
from experiments.errors import RequestError
from sim import Centre
from sim.simulation import BUILT

SOURCES = Path(__file__).resolve().parents[2]
MAKERS = {
    "customer_born",
    "find_midway",
    "first_morning",
    "heads_for",
    "new_floor",
    "observe",  # what an adaptive employer expects: no rule of conduct
    "rep_born",
    "settle_in",
    "shifts",
    "small_world",
}
"""The functions that make customers, reps and the market, or what they are made in."""

NET = {"N10", "N16", "N17", "N21", "N24"}


@pytest.fixture(scope="module")
def claims():
    return load_claims()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the shared file and one claim, to be spoilt."""
    for name in ("shared", "N09"):
        shutil.copy(claims_folder() / f"{name}.toml", tmp_path)
    return tmp_path


def spoil(folder: Path, old: str, new: str) -> list[str]:
    path = folder / "N09.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        load_claims(folder=folder)
    return caught.value.messages


def test_every_claim_has_its_experiment(claims):
    assert [claim.id for claim in claims] == [f"N{number}" for number in range(1, 27)]


def test_claims_that_are_judged_net_of_costs_ask_what_they_cost(claims):
    net = {claim.id for claim in claims if any(each.net for each in claim.judged)}
    assert net == NET
    for claim in claims:
        for each in claim.judged:
            # A year alone would leave out what was spent before it, or what comes of it after.
            assert not each.net or (each.period == "both" and each.fee), claim.id


def test_a_coded_sign_names_what_codes_it(claims):
    """Else nobody could say that the claim is no test, nor search with another sign."""
    assert [claim.id for claim in claims if claim.sign != "open" and not claim.coded] == []


def test_every_experiment_says_what_would_refute_it(claims):
    for claim in claims:
        assert claim.experiment and claim.support and claim.refutation, claim.id


def test_arms_of_a_condition_differ(claims):
    """A contrast of an arm with itself could not go either way."""
    for claim in claims:
        arms = arms_of([claim], load_shared())[claim.id]
        for condition in claim.condition:
            assert arms[condition.arm].key != arms[condition.versus].key, claim.id


def test_arms_that_come_to_the_same_are_run_once(claims):
    shared = load_shared()
    arms = arms_of(claims, shared)
    distinct = pooled(arms)
    assert len({arm.key for each in arms.values() for arm in each.values()}) == len(distinct)
    assert len(distinct) < sum(len(each) for each in arms.values())


def test_names_and_words_determine_nothing(claims):
    """A metamorphic relation: an arm under another name and title is the same run."""
    shared = load_shared()
    claim = next(each for each in claims if each.id == "N9")
    spec = claim.arm["unapologetic"]
    other = claim.model_copy(
        update={
            "arm": {"x": spec.model_copy(update={"about": "other words"})},
            "condition": tuple(each.model_copy(update={"versus": "x"}) for each in claim.condition),
        }
    )
    mine = arms_of([claim], shared)["N9"]["unapologetic"]
    theirs = arms_of([other.model_validate(other.model_dump())], shared)["N9"]["x"]
    assert mine.key == theirs.key
    assert mine.given(every_parameter({})) == theirs.given(every_parameter({}))


def test_arms_share_the_support_package_unless_they_say_otherwise(claims):
    arms = arms_of(claims, load_shared())
    common = arms["N1"]["balanced"].policy.support
    assert arms["N1"]["always-right"].policy.support == common
    assert arms["N16"]["trained"].policy.support == common.model_copy(update={"training": 1.0})


def test_changes_stay_within_the_ranges_and_say_so():
    changes = Changes(add={"accept_base": 100.0}, times={"anger_issue": 5.0})
    found = changes.applied(every_parameter({}))
    assert found["accept_base"] == 4.0 and found["anger_issue"] == 1.0
    assert changes.clipped(every_parameter({}))
    assert not Changes(times={"anger_issue": 0.75}).clipped(every_parameter({}))


def test_no_experiment_meets_the_end_of_a_range_in_the_reference_centre(claims):
    for claim in claims:
        for name, arm in arms_of([claim], load_shared())[claim.id].items():
            assert not arm.spec.clipped(every_parameter({})), f"{claim.id}: {name}"


def readers() -> dict[str, set[str]]:
    """Return which functions of the model read a parameter of the centre."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in [*(SOURCES / "sim" / "behaviours").glob("*.py"), SOURCES / "sim" / "floor.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if (
                        isinstance(node, ast.Attribute)
                        and isinstance(node.value, ast.Name)
                        and node.value.id in ("p", "centre")
                        and node.attr in Centre.model_fields
                    ):
                        found[node.attr].add(function.name)
    return found


def test_what_is_read_only_when_people_are_made_is_known_as_such():
    """The list is held against the model's sources: a new trait must be on it."""
    read = readers()
    assert set(Centre.model_fields) <= set(read)  # else they are read in a way not looked for
    once = {name for name, functions in read.items() if functions <= MAKERS}
    assert once | set(BUILT) == set(MADE_ONCE)


def test_no_change_at_the_branch_misses_those_who_are_there(claims):
    """N11 once changed contentment there, which is drawn at birth: newcomers alone had it."""
    for claim in claims:
        for name, arm in arms_of([claim], load_shared())[claim.id].items():
            assert not set(arm.spec.at_branch.names) & set(MADE_ONCE), f"{claim.id}: {name}"


@pytest.mark.parametrize("name", ["product_satisfaction", "temper", "composure", "seats"])
def test_such_a_change_is_refused(folder, name):
    text = f"[arm.unapologetic]\nat_branch = {{ times = {{ {name} = 1.1 }} }}"
    messages = spoil(folder, "[arm.unapologetic]", text)
    assert any("from_start instead" in message for message in messages)


def test_hostility_is_judged_by_what_is_left_of_it(claims):
    """One rule for all: a move that calms takes a turn, in which one may press once more."""
    judged = {claim.id for claim in claims for each in claim.judged if each.measure == "hostility"}
    assert judged == set()
    left = {claim.id for claim in claims for each in claim.judged if each.measure == "anger_left"}
    assert left == {"N5", "N7", "N9", "N12", "N16", "N17", "N22", "N23"}
    for claim in claims:
        reported = {each.measure for each in claim.condition}
        assert claim.id not in left or "hostility" in reported, claim.id


def test_a_turn_that_is_filled_is_held_against_another_way_to_fill_it(claims):
    """Arguing and deflecting take turns from what calms, so that some other arm must too, or
    the comparison be with what reps do anyway."""
    pairs = {
        claim.id: {(each.arm, each.versus) for each in claim.judged}
        for claim in claims
        if claim.id in ("N5", "N6")
    }
    assert ("arguing", "idle-talk") in pairs["N5"]
    assert ("deflecting", "balanced") in pairs["N6"]
    arms = arms_of(claims, load_shared())["N5"]
    one, other = (arms[name].given(every_parameter({})) for name in ("arguing", "idle-talk"))
    assert {name for name in one if one[name] != other[name]} == {"centre"}
    assert set(other["centre"]) == {"anger_of_moves.argue", "heard_by_moves.argue"}
    # Where arguing does nothing to the customer the two are one run: the claim cannot hold there.
    idle = every_parameter(other["centre"])
    assert arms["arguing"].given(idle) == arms["idle-talk"].given(idle)


def test_what_is_judged_has_a_margin_that_matters(claims):
    relevant = load_shared().relevant
    assert {each.measure for claim in claims for each in claim.judged} <= set(relevant)
    assert min(relevant.values()) > 0.0


def test_a_measure_without_such_a_margin_is_told(folder):
    path = folder / "shared.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("anger_left = 0.01\n", ""), encoding="utf-8")
    with pytest.raises(RequestError, match=r"anger_left is judged, and shared.toml does not say"):
        load_claims(folder=folder)


def test_what_needs_the_log_asks_for_it(claims, folder):
    asked = {claim.id for claim in claims for each in claim.judged if each.measure in LOGGED}
    assert asked == {"N13", "N25", "N26"}
    messages = spoil(folder, 'measure = "abuse"', 'measure = "conversations_per_settled"')
    assert any("log = true; without: unapologetic" in message for message in messages)


def test_no_arm_is_run_once_with_and_once_without_the_log(claims):
    arms = pooled(arms_of(claims, load_shared())).values()
    bare = [
        (
            arm.policy.model_dump_json(),
            arm.spec.model_copy(update={"log": False}).model_dump_json(
                include={"at_branch", "from_start", "force"}
            ),
        )
        for arm in arms
    ]
    assert len(set(bare)) == len(bare)


def test_the_worst_off_is_held_against_each_policy_and_judged_against_none(claims):
    """Over a policy that one of the arms nearly equals, the answer would lie in the question."""
    asked = [each for claim in claims for each in claim.condition if each.measure == "worst_off"]
    assert {each.reference for each in asked} == set(load_shared().policies)
    assert not [each for each in asked if each.judged]


def test_a_claim_is_found_by_its_number(claims):
    assert [claim.id for claim in load_claims(("n9", "N01", "N9"))] == ["N1", "N9"]


def test_an_unknown_claim_is_answered_with_those_there_are():
    with pytest.raises(RequestError, match=r'given "N27", which is no claim'):
        load_claims(("N27", "N1"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('measure = "hostility"', 'measure = "hostilty"', 'the nearest is "hostility"'),
        ('versus = "unapologetic"', 'versus = "unapologetik"', 'the nearest is "unapologetic"'),
        ('direction = "lower"', 'direction = "down"', 'allowed: "higher" or "lower"'),
        ('base = "balanced"', 'base = "balnced"', 'the nearest is "balanced"'),
        ("apology = 0.0", "apology = 2.0", "allowed: a number from 0 to 1"),
        ('["anger_of_moves.apologise"]', '["anger_of_moves.apologize"]', "is no parameter"),
        ('id = "N9"', 'id = "N8"', "the file's own number"),
        ("sign =", "sgin =", 'no such key; the nearest is "sign"'),
        ('measure = "abuse"', 'measure = "worst_off"', "needs a reference"),
        ('measure = "abuse"', 'measure = "abuse"\nfee = "training_fees"', "is no fee"),
    ],
)
def test_mistakes_are_told_with_what_is_allowed(folder, old, new, said):
    assert any(said in message for message in spoil(folder, old, new))


def test_a_forced_move_that_is_none_is_told(folder):
    text = 'force = { moves = ["shout"], share = 1.5 }'
    messages = spoil(folder, "[arm.unapologetic]", f"[arm.unapologetic]\n{text}")
    assert any("is no move" in message for message in messages)
    assert any("share" in message for message in messages)


def test_all_mistakes_of_a_file_are_told_at_once(folder):
    path = folder / "N09.toml"
    path.write_text(path.read_text().replace("apology = 0.0", "apology = 9.0"), encoding="utf-8")
    messages = spoil(folder, 'measure = "abuse"', 'measure = "abusse"')
    assert len(messages) >= 2


def test_no_code_knows_a_policy_by_name():
    """Only the files choose what is compared."""
    names = ("always-right", "strict-boundaries", "balanced", "avoidant")
    root = Path(__file__).resolve().parents[2] / "experiments"
    for path in [*(root / "claims").glob("*.py"), root / "claiming.py"]:
        text = path.read_text(encoding="utf-8")
        assert not [name for name in names if f'"{name}"' in text], path.name
