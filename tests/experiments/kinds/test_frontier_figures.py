"""The figure of a frontier and its sentences: what is said is what the numbers bear."""

import math

import numpy as np
import pytest

from experiments.analysis.frontier.choices import choices
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.shortfall import shortfall
from experiments.analysis.frontier.uncertainty import frontier as judged
from experiments.figures.frontier import Aim, Outlook, frontier
from experiments.figures.frontier_words import sentences, standing, verdict
from experiments.figures.setting import Setting

AIMS = (
    Aim("loyalty", "customer loyalty", "0-1", "loyalty", 1),
    Aim("exhaustion", "exhaustion of reps", "0-1", "burnout", -1),
    Aim("cost", "cost of a customer", "price/year", "cost", -1),
)
SETTING = Setting({"kind": "Kind", "firm": "Firm"}, 1, 10, 20, (600, 600), (2, 2), "abc")


def outlook(noise: float = 0.001, rows: int = 8, slack: float = 0.0, aims=AIMS, lost=0) -> Outlook:
    """Two named policies (0 and 1) among twelve on a bulging frontier; "firm" is off it."""
    share = np.linspace(0.0, 1.0, 12)
    means = np.stack([0.6 + 0.1 * np.sqrt(share), 0.3 - 0.05 * share, 1.0 + 2.0 * share**2], axis=1)
    firm = means[6] + [-0.02, 0.02, 0.5]
    points = np.vstack([means[-1], firm, means[:-1]])[:, : len(aims)]
    rng = np.random.default_rng(3)
    common = rng.normal(size=(rows, 1, len(aims)))
    values = points + 0.05 * common + noise * rng.normal(size=(rows, *points.shape))
    values[rows - lost :, :2] = np.nan  # runs of the named policies that failed
    wanted = Objectives(tuple(a.name for a in aims), tuple(a.better for a in aims))
    spare = np.full(len(aims), slack)
    return Outlook(
        aims=aims,
        found=judged(values, wanted, resamples=100),
        choices=choices(values, wanted, outside=points[1], resamples=100),
        named={"kind": 0, "firm": 1},
        shortfalls={
            name: shortfall(values, wanted, place, slack=spare, resamples=100)
            for place, name in enumerate(("kind", "firm"))
        },
        setting=SETTING,
        runs=rows * len(points),
        slack=tuple(spare),
    )


def test_a_saving_is_told_only_where_it_is_shown():
    sure = outlook()
    savings = sure.shortfalls["firm"].savings
    assert all(each.low > 0.0 for each in savings)
    told = sentences(sure)[1]
    assert told.startswith("Firm could lose nothing and raise customer loyalty by ")
    assert "lower exhaustion of reps by " in told and " in cost of a customer" in told
    assert "for Kind it cannot be shown that another policy tried is better" in told
    # The same means under noise in which nothing can be told.
    drowned = outlook(noise=0.5)
    assert not any(s.low > 0.0 for f in drowned.shortfalls.values() for s in f.savings)
    assert any(s.amount > 0.0 for s in drowned.shortfalls["firm"].savings)
    told = sentences(drowned)[1]
    assert "could lose" not in told
    assert "or Kind and Firm it cannot be shown that another policy tried is better" in told


def test_the_verdict_begins_with_the_named_policies_and_gives_a_place_to_begin():
    found = outlook()
    numbers = [{"generosity": f"{place}"} for place in range(len(found.found.n))]
    first, other, second, third = verdict(found, numbers)
    assert first.startswith("Firm could lose nothing and") and other.startswith("For Kind it can")
    assert second.startswith(f"{int(found.found.kept.sum())} of 13 policies tried cannot be ruled")
    assert f"generosity {found.choices.knee.index}" in third and " % of resamples" in third
    shares = [100.0 * found.found.probability[place] for place in found.named.values()]
    assert "Kind in {:.0f} % and Firm in {:.0f} %".format(*shares) in standing(found)


def test_the_amount_told_is_the_one_that_was_found():
    found = outlook()
    cost = found.shortfalls["firm"].savings[2]
    told = sentences(found)[1]
    part = told.split("save ")[-1]
    assert float(part.split(" prices")[0]) == pytest.approx(cost.amount, rel=0.05)
    assert " prices a year [" in part


def test_a_slack_is_told_as_what_may_be_lost():
    told = sentences(outlook(slack=0.001))[1]
    assert (
        "could lose no more than 0.001 of customer loyalty, 0.001 of exhaustion of reps and "
        in told
    )
    assert "lose nothing" not in told


def test_the_first_sentence_counts_what_is_on_the_frontier():
    found = outlook()
    told = sentences(found)[0]
    on, kept = int(found.found.on.sum()), int(found.found.kept.sum())
    assert told.startswith(
        f"Of 13 policies tried, {on} lie on the frontier by their means, and {kept}"
    )
    knee = found.choices.knee
    assert knee.index is not None
    assert found.told(knee.index, 0) in told


def test_a_frontier_without_bulge_has_no_knee_and_says_so():
    share = np.linspace(0.0, 0.1, 6)
    values = np.tile(np.stack([0.5 + share, 0.2 + share], axis=1), (6, 1, 1))
    wanted = Objectives(("loyalty", "exhaustion"), (1, -1))
    found = Outlook(
        AIMS[:2], judged(values, wanted, resamples=20), choices(values, wanted), {}, {}, SETTING
    )
    assert found.choices.knee.index is None
    first, second = sentences(found)
    assert "no knee" in first
    assert second == "No policy was named to be held against the frontier."


def test_few_replications_give_no_bounds_and_no_claim():
    found = outlook(rows=2, lost=1)
    assert all(math.isnan(s.low) for f in found.shortfalls.values() for s in f.savings)
    assert sentences(found)[1].startswith("Of Kind and Firm nothing can be told from so few")
    assert "nan" not in " ".join(sentences(found))


@pytest.mark.parametrize(("aims", "views"), [(AIMS, 3), (AIMS[:2], 1)])
def test_the_figure_has_a_view_for_each_two_objectives(aims, views, tmp_path):
    found = outlook(aims=aims)
    drawing = frontier(found)
    figure = drawing.draw()
    titles = [axis.get_title() for axis in figure.axes]
    assert len([title for title in titles if "–" in title]) == views
    assert "loyalty – burnout" in titles
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[:2] == ["Kind", "Firm"]
    drawing.save(tmp_path)
    for ending in ("svg", "png", "csv"):
        assert (tmp_path / f"frontier.{ending}").stat().st_size > 0


def test_the_data_of_the_figure_are_all_points_with_their_standing():
    found = outlook()
    rows = frontier(found).data
    assert len(rows) == len(found.found.n)
    assert [row["policy"] for row in rows[:3]] == ["kind", "firm", ""]
    assert sum(row["on_frontier"] for row in rows) == int(found.found.on.sum())
    chosen = {word for row in rows for word in row["chosen"].split()}
    assert chosen == {name for name, each in found.picks.items() if each.index is not None}
    np.testing.assert_allclose([row["cost"] for row in rows], found.found.means[:, 2])


def test_views_put_the_better_corner_where_the_arrows_point():
    axes = frontier(outlook()).draw().axes
    assert axes[0].get_xlabel() == "exhaustion of reps, ← better"
    assert axes[0].get_ylabel() == "customer loyalty, ↑ better"
    assert axes[2].get_xlabel() == "cost of a customer (price/year), ← better"
