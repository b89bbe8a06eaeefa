"""What is told of claims beside their shares: coding, sizes, levels, and for whom balance leads."""

import re
from functools import cache

import numpy as np
import pytest
from rich.console import Console

from experiments.claims.answers import answers, asked_about
from experiments.claims.campaign import ENSEMBLE, FORM, SEARCH, Campaign, Ran
from experiments.claims.claim_file import load_claims, load_shared
from experiments.claims.coding import coded_sign, coding
from experiments.claims.findings import found, told_as
from experiments.claims.founding import leads
from experiments.claims.judging import HOLDS, judge
from experiments.claims.levels import SHOWN, USUAL
from experiments.claims.magnitude import magnitude
from experiments.claims.measures import NAMES, PERIODS, PLACE, WHEN
from experiments.claims.printing import WIDTH, rendered
from experiments.claims.sets import ParameterSet
from experiments.claims.tables import csv_text
from experiments.claims.telling import coding_text, leading_text, median_text, party_text
from experiments.claims.wording import lead
from experiments.report import claims_page

SHAPE = (2, len(PERIODS), len(NAMES))


@cache
def claim_of(claim_id: str):
    return load_claims((claim_id,))[0]


def arms_apart(claim, by):
    """Return runs in which the first judged condition differs by so much in each set."""
    condition = claim.judged[0]
    base = np.full((len(by), *SHAPE), 0.5)
    own = base + 1e-5 * np.random.default_rng(1).standard_normal(base.shape)
    own[..., PLACE[condition.measure]] += np.asarray(by)[:, None, None]
    return dict.fromkeys(claim.needed, base) | {condition.arm: own}


def test_a_coded_claim_is_looked_at_where_its_sign_is_another_one():
    """Half of the sets have a move that calms, as coded; in the others it angers."""
    claim = claim_of("N9")
    (name,) = claim.coded
    assert coded_sign(name) < 0.0
    sets = [ParameterSet(f"s{at}", {name: -0.1 if at < 6 else 0.02 * (at % 2)}) for at in range(10)]
    judged = judge(claim, arms_apart(claim, [-0.1] * 6 + [-0.1, 0.1, 0.1, 0.1]))
    found_ = coding(claim, judged, sets)
    assert (found_.count, found_.others.sets, found_.others.count(HOLDS)) == (6, 4, 1)
    assert found_.count_of(name) == 6  # neither the opposite sign nor 0 counts
    text = coding_text(found_)
    assert "6 of 10 sets" in text and "Of the 4 others it holds in 1" in text
    assert coding(claim_of("N1"), judged, sets) is None


def test_a_claim_whose_sign_is_coded_everywhere_says_that_no_set_tells():
    claim = claim_of("N2")
    sets = [ParameterSet(f"s{at}", {}) for at in range(4)]
    judged = judge(claim, dict.fromkeys(claim.needed, np.full((4, *SHAPE), 0.5)))
    assert coding_text(coding(claim, judged, sets)).endswith(
        "No set says what would be without it."
    )


def test_only_a_coded_claim_holds_as_coded():
    assert told_as(claim_of("N9"), "holds") == "holds, as coded"
    assert told_as(claim_of("N9"), "refuted") == "refuted"
    assert told_as(claim_of("N1"), "holds") == "holds"


def test_a_difference_counts_as_relevant_only_on_the_claimed_side_and_beyond_the_margin():
    claim = claim_of("N9")
    judged = judge(claim, arms_apart(claim, [-0.03, -0.02, -0.005, 0.04]))
    first = judged.tested[0]
    size = magnitude(first, {first.condition.measure: 0.01})
    assert first.count(HOLDS) == 3
    assert (size.relevant, size.sets, size.share) == (2, 4, 0.5)
    assert size.median == pytest.approx(-0.0125, abs=1e-4)
    assert np.isnan(magnitude(first, {}).share)


def three_policies(sets: int):
    """Return runs in which balance keeps more customers the more there is of p0."""
    rng = np.random.default_rng(4)
    chosen = [
        ParameterSet(f"s{at}", {f"p{each}": float(value) for each, value in enumerate(row)})
        for at, row in enumerate(rng.random((sets, 5)))
    ]
    values = {
        name: 0.5 + 0.002 * rng.standard_normal((sets, *SHAPE))
        for name in ("always-right", "balanced", "strict-boundaries")
    }
    gain = np.array([one.values["p0"] - 0.5 for one in chosen])
    values["balanced"][..., PLACE["retention"]] += 0.1 * gain[:, None, None]
    return values, chosen


def test_for_whom_and_when_balance_leads_is_told():
    values, sets = three_policies(30)
    (retention, *rest) = answers(values, sets, range(0, 30, 2), "balanced", seed=1)
    assert (retention.party, retention.measure) == ("customers", "retention")
    assert retention.deciders[0].name == "p0" and retention.deciders[0].clear
    assert retention.best.sets == 30 and retention.met.sets == 15
    counts = retention.best.counts
    text = party_text(retention)
    assert re.search(
        rf"always-right leads in {counts['always-right']} of 30 sets, balanced in "
        rf"{counts['balanced']}, strict-boundaries in {counts['strict-boundaries']}, "
        rf"not told in {retention.best.untold}\.$",
        text,
    )
    assert [each.party for each in rest] == ["customers", "reps", "reps", "employer", "employer"]
    assert leading_text(retention.met).count("15 sets") == 1


def test_a_lead_is_over_the_better_of_the_others_and_unknown_where_a_run_failed():
    values, _ = three_policies(6)
    place = (slice(None), slice(None), WHEN["year2"], PLACE["cost_per_contact"])
    for name, cost in zip(values, (0.3, 0.2, 0.4), strict=True):
        values[name][place] = cost + 1e-3 * np.random.default_rng(1).standard_normal((6, 2))
    values["strict-boundaries"][0, 1] = np.nan
    found_ = leads(values, "cost_per_contact", "year2")
    assert np.isnan(found_["balanced"][0]) and (found_["balanced"][1:] > 0.0).all()
    assert (found_["always-right"][1:] < 0.0).all()


@pytest.mark.parametrize(
    ("value", "text"), [(0.012345, "+0.0123"), (-12.345, "−12.3"), (0.0, "0"), (np.nan, "–")]
)
def test_a_median_has_the_digits_it_bears(value, text):
    assert median_text(value) == text


def made_runs(block, rng):
    values = {
        key: 0.5
        + np.random.default_rng([1, place]).normal(0.0, 0.02, (1, *SHAPE[:0], 1, *SHAPE[1:]))
        + rng.normal(0.0, 0.01, (len(block.sets), len(block.replications), *SHAPE[1:]))
        for place, key in enumerate(block.arms)
    }
    return Ran(block, values)


@pytest.fixture(scope="module")
def findings():
    """Return what made runs of all claims say: no run of the model."""
    shared = load_shared()
    few = {"form_sets": 4, "large_sets": 2, "long_sets": 2, "null_sets": 2, "sets": 12}
    wide = shared.wide.model_copy(update={"points": 4, "judged": 2})
    shared = shared.model_copy(update={**few, "wide": wide})
    rng = np.random.default_rng(5)
    coded = "anger_of_moves.apologise"
    sets = [
        {coded: float(each), "drain": float(rng.uniform(0.01, 0.03))}
        for each in rng.uniform(-0.2, 0.05, 12)
    ]
    campaign = Campaign(
        load_claims(), shared, sets, sets[0], [place % 3 > 0 for place in range(12)]
    )
    runs = {block.name: made_runs(block, rng) for block in campaign.blocks()}
    outside = campaign.policies["outside-option"].key
    form = FORM + next(iter(shared.form))
    runs[form].values[outside][..., PLACE["conflicts_resolved"]] = 0.25
    assert SEARCH in runs and ENSEMBLE in runs
    return found(campaign, runs)


def test_the_headline_counts_coded_claims_apart(findings):
    text = lead(findings)
    signs = [each.claim.sign for each in findings.claims]
    for sign, words in (
        ("open", "whose sign is open"),
        ("partly coded", "of which part is coded"),
        ("coded", "whose sign is coded"),
    ):
        assert f"{signs.count(sign)} {words}" in text
    coded = [each for each in findings.claims if each.claim.sign == "coded"]
    held = sum(each.verdict == "holds" for each in coded)
    assert (f"{held} hold as coded" in text) == (held > 0)


def test_the_levels_of_each_form_are_told_beside_the_usual_ones(findings):
    first, second, *_ = findings.levels
    assert first.title == USUAL and set(first.values) == set(SHOWN)
    assert len(findings.levels) == 1 + len(findings.campaign.shared.form)
    assert second.values["conflicts_resolved"] == pytest.approx(0.25)
    assert first.values["conflicts_resolved"] == pytest.approx(0.5, abs=0.1)
    rows = claims_page.level_rows(findings)["rows"]
    assert "25.0 %" in [cells[1] for _, cells in rows]


def test_the_founding_page_has_conditions_and_a_sentence_for_each_party(findings):
    parts = claims_page.report(findings)
    (first, second) = parts["first"]
    assert len(first["conditions"]) == len(findings.of("N1").claim.condition)
    for each in (*first["conditions"], *second["conditions"]):
        assert each["holds"] + each["refuted"] + each["untold"] == 12
        assert len(each["deciders"]) == 2
    assert len(parts["parties"]) == 6
    assert all("balanced in" in each["sentence"] for each in parts["parties"])
    assert asked_about(findings.campaign.claims, findings.campaign.shared) == "balanced"
    assert all("8 sets" in each["among"] for each in parts["parties"])


def test_sizes_and_coding_are_in_every_table(findings):
    entry = findings.of("N9").entry
    assert entry["size"]["measure"] == findings.of("N9").claim.judged[0].measure
    assert entry["size"]["margin"] == findings.campaign.shared.relevant[entry["size"]["measure"]]
    assert entry["coding"]["with_the_coded_sign"] + entry["coding"]["others"] == entry["sets"]
    assert all(isinstance(each["clear"], bool) for each in entry["deciders"])
    heading = csv_text(findings).splitlines()[0].split(",")
    for name in ("wording", "sets_with_the_coded_sign", "size_median", "deciders_clear_of_chance"):
        assert name in heading


def test_the_printed_table_fits_a_terminal(findings):
    console = Console(width=WIDTH, highlight=False, record=True, file=None, quiet=False)
    with console.capture() as caught:
        console.print(rendered(findings))
    lines = caught.get().splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert any("partly coded" in line or "partly" in line for line in lines)
