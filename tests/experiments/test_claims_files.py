"""The claims' files: all of the trade's claims are there, and mistakes are told all at once."""

import shutil
from pathlib import Path

import pytest

from experiments.claims.arm_file import Changes
from experiments.claims.arms import arms_of, pooled
from experiments.claims.claim_file import claims_folder, load_claims, load_shared
from experiments.claims.sets import every_parameter
from experiments.errors import RequestError

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
