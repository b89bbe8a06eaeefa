"""Regimes on values of which it is known where which policy is best, and how far it is ahead."""

import re

import numpy as np
import pytest

from experiments.figures.regime_map import Regimes, regime_map, shares_of_map
from experiments.figures.regime_words import sentences as map_words
from experiments.figures.regret import ordered
from experiments.kinds.regimes import telling
from experiments.kinds.regimes.findings import axes_of, found
from experiments.kinds.regimes.plan import plan_of
from experiments.kinds.regimes.session import load_request
from experiments.kinds.regimes.writing import drawings, scenario_rows, setting_of, summary
from experiments.kinds.varied.session import summary_text

FILE = """
name = "known"
kind = "regimes"
policies = ["always-right", "balanced", "strict-boundaries"]
scenarios = 256
replications = 3
ensemble = ""
[vary]
parameters = ["temper"]
[kinds.honesty]
low = 0.2
high = 0.9
unit = "share"
label = "honesty"
[kinds.margin]
low = 0.1
high = 0.9
[kinds.loss]
low = 0.1
high = 1.0
[parties]
"the staff" = "exhaustion"
"the customers" = "loyalty"
[[targets]]
measure = "loyalty"
least = 0.5
"""


@pytest.fixture(scope="module")
def request_(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "known.toml"
    path.write_text(FILE, encoding="utf-8")
    return load_request(path)


@pytest.fixture(scope="module")
def plan(request_):
    return plan_of(request_, None)


def table(plan, noise=0.01):
    """Strict boundaries wear the staff least but for honest customers and high margins."""
    rng = np.random.default_rng(4)
    honesty, margin, _ = plan.kinds.scaled.T
    nowhere = np.zeros(len(plan.points))
    box = (honesty > 0.5) & (margin > 0.5)
    exhaustion = np.stack([0.4 + nowhere, 0.3 + nowhere, np.where(box, 0.4, 0.2)], axis=1)
    loyalty = np.stack([0.68 + nowhere, 0.5 + 0.2 * (honesty - 0.5), 0.3 + nowhere], axis=1)
    values = np.stack([exhaustion, loyalty], axis=-1)[np.newaxis]
    return values + rng.normal(0.0, noise, (3, *values.shape[1:])), box


@pytest.fixture(scope="module")
def findings(request_, plan):
    return found(request_, plan, table(plan)[0])


def test_the_known_box_is_found_by_the_tree_and_by_prim(request_, plan, findings):
    staff = findings.parties[0]
    _, box = table(plan)
    assert staff.tree.most == "strict-boundaries"
    others = [leaf for leaf in staff.tree.leaves if leaf.policy == "balanced"]
    assert sum(leaf.count for leaf in others) == pytest.approx(box.sum(), abs=6)
    assert staff.tree.honest.tree < 0.05
    (balanced,) = [each for each in staff.boxes if each.policy == "balanced"]
    whole = balanced.found[0].whole
    held = whole.box.holds(plan.kinds.points)
    assert (held & box).sum() / (held | box).sum() > 0.85
    assert set(whole.box.restricted) == {0, 1}


def test_the_rules_are_told_with_units_as_unless(findings):
    said = telling.in_short(findings, findings.parties[0])
    assert said.startswith("Strict boundaries is best for the staff in ")
    where = re.search(r"unless honesty is above (\d+) % and margin is above ([\d.]+)", said)
    assert where, said
    assert float(where[1]) == pytest.approx(55.0, abs=3.0)
    assert float(where[2]) == pytest.approx(0.5, abs=0.05)
    assert "(then Balanced)" in said


def test_whether_one_policy_is_best_for_all_is_said_first(findings):
    first = telling.lead(findings)[0]
    assert first.startswith(
        "By their means no policy is most often best for all: it is Strict bound"
    )
    assert "Always right for the customers (in 100 %)" in first


def test_a_map_of_one_colour_is_told_in_one_breath_and_says_so(findings):
    """A panel of one colour without a word looks as if nothing had been drawn."""
    (customers,) = [each.map for each in findings.parties if each.only]
    what = Regimes((customers,), setting_of(findings), 4)
    first, second = map_words(what)
    assert first.startswith("Most often best on all of the map, over ")
    assert first.endswith(": Always right for the customers.")
    assert second == "For the customers that is sure on all of the map, each place by itself."
    (axis,) = regime_map(what).draw().axes
    assert "Always right everywhere" in {text.get_text() for text in axis.texts}


def test_a_policy_that_is_best_throughout_is_said_to_be(findings):
    customers = findings.parties[1]
    assert customers.only == "always-right"
    assert (customers.tree, customers.boxes) == (None, ())
    assert "Always right in all of 256" in telling.rules(findings, customers)
    assert "by the map" not in telling.in_short(findings, customers)
    # Nothing is worth knowing where nothing would change.
    assert not telling.information_rows(findings, customers)


def test_regret_and_targets_are_those_of_the_means(plan, findings):
    values, box = table(plan)
    staff = findings.parties[0]
    means = values.mean(axis=0)[..., 0]
    np.testing.assert_allclose(staff.regrets.table, means - means.min(axis=1, keepdims=True))
    strict = staff.regrets.policies[2]
    assert strict.mean.mean == pytest.approx(0.1 * box.mean(), abs=0.005)
    first = findings.targets[0]
    assert (first.policy, first.share.mean) == ("always-right", 1.0)
    rows = {row["policy"]: row["share"] for row in telling.target_rows(findings)}
    assert rows["Strict boundaries"].startswith("0 %")


def test_what_to_measure_first_is_what_the_box_is_made_of(findings):
    rows = telling.information_rows(findings, findings.parties[0])
    assert {row["name"] for row in rows} <= {"honesty", "margin"}
    said = telling.information_words(findings, findings.parties[0])
    assert "Strict boundaries for the staff" in said
    # Knowing all gains 0.1 in a quarter of the centres.
    perfect = findings.parties[0].information.perfect
    assert perfect.held_out <= 0.025 + 0.002 and perfect.plain >= 0.025 - 0.002


def test_the_map_is_over_what_rules_use_and_knows_the_boundary(request_, plan, findings):
    staff = findings.parties[0]
    assert {staff.map.x.name, staff.map.y.name} == {"honesty", "margin"}
    shares = shares_of_map(staff.map)
    assert shares["balanced"][0] == pytest.approx(0.25, abs=0.06)
    assert shares["strict-boundaries"][1] > 0.5
    # At the boundary it is not sure, far from it it is.
    middle = staff.map.sure[13:18, 22:30]
    assert not middle.all() and staff.map.sure[:8, :8].all()
    asked = request_.model_copy(update={"map": ("loss", "margin")})
    assert axes_of(asked, plan.kinds, plan.kinds, None, ()) == ("loss", "margin")
    assert axes_of(request_, plan.kinds, plan.kinds, None, ()) == ("honesty", "margin")


def test_figures_say_what_their_data_hold(findings, tmp_path):
    (maps, map_said), (regrets, said) = drawings(findings)
    for drawing in (maps, regrets):
        svg = drawing.save(tmp_path)
        assert svg.startswith("<svg")
        for ending in ("svg", "png", "csv"):
            assert (tmp_path / f"{drawing.name}.{ending}").stat().st_size > 0
    assert len(maps.data) == 2 * 31 * 31
    assert len(regrets.data) == 2 * 256 * 3
    staff = [row for row in maps.data if row["party"] == "the staff"]
    share = np.mean([row["best"] == "balanced" for row in staff])
    assert f"Balanced on {100 * share:.0f} %" in map_said[0]
    assert "sure on all of the map" in map_said[1]
    assert "Always right is the best in customer loyalty in every centre" in said[0]
    assert "next to Always right comes Balanced" in said[1]
    what = Regimes((findings.parties[0].map,), setting_of(findings), 3)
    assert map_words(what)[0].startswith("Over ")
    labels = [text.get_text() for text in regime_map(what).draw().legends[0].get_texts()]
    assert labels == ["Balanced", "Strict boundaries", "not sure"]


def test_centres_are_sorted_by_their_best_policy(findings):
    table_ = ordered(findings.parties[0].regrets.table)
    best = table_.argmin(axis=1)
    assert (np.diff(best) >= 0).all()
    assert len(table_) == 256


def test_failed_runs_are_left_out_and_a_lost_party_is_told(request_, plan):
    values, _ = table(plan)
    values[:, :10] = np.nan  # ten centres of which nothing is known
    values[0, 10:20] = np.nan
    values[..., 1] = np.nan
    some = found(request_, plan, values)
    assert some.lost == ("the customers",)
    assert some.parties[0].counted == 246
    text = summary_text(summary(some))
    assert '"lost": [\n  "the customers"' in text
    assert "nothing can be said" in " ".join(telling.lead(some))
    assert some.targets[0].share.n == 0
    assert len(list(scenario_rows(some))) == 256 * 3
    assert drawings(some)[0] is not None


def test_few_centres_give_no_rule_and_no_map(request_, plan):
    values, _ = table(plan)
    values[:, 25:] = np.nan
    few = found(request_, plan, values)
    staff = few.parties[0]
    assert (staff.tree, staff.map, staff.information) == (None, None, None)
    assert "too few" in telling.rules(few, staff) and "too few" in telling.information_words(
        few, staff
    )
    assert "25 plausible centres" in " ".join(telling.safest(few, staff))
