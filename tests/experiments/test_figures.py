"""The figures: something honest for whatever was run, and the numbers that they show."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest

from experiments import session
from experiments.analysis.results import Results
from experiments.analysis.summary import Summary, summarise
from experiments.config import load_experiment
from experiments.figures import FIGURES, figures
from experiments.figures.best import best, percent
from experiments.figures.event_curves import event_curves
from experiments.figures.fans import fans
from experiments.figures.ledger import ACCOUNTS, a_centre, a_customer, ledger
from experiments.figures.paired_differences import paired_differences
from experiments.figures.parts import dodge, far_reaching
from experiments.figures.prevails import COUNTS, prevails
from experiments.figures.style import COLOURS, MARKERS, look
from experiments.figures.trade_off import trade_off
from experiments.figures.warmup import warmup
from experiments.rows import WARMUP_MEASURES, measure_columns
from experiments.store import parquet

NAMES = [
    "trade-off",
    "paired-differences",
    "best",
    "prevails",
    "ledger",
    "fans",
    "event-curves",
    "warm-up",
]
TITLES = {"always-right": "Always right", "balanced": "Balanced"}


@pytest.fixture(scope="module")
def runs_of(tmp_path_factory, tiny_text):
    """Return a function that runs a tiny experiment for real, and gives its rows."""

    def run(*sets):
        folder = tmp_path_factory.mktemp("figures")
        (folder / "tiny.toml").write_text(tiny_text, encoding="utf-8")
        experiment = load_experiment(folder / "tiny.toml", sets)
        path = session.run(experiment, root=folder, say=lambda line: None).folder.path
        series = parquet.read([path / "series.parquet"])
        return parquet.read([path / "runs.parquet"]), series

    return run


def with_weeks_before(series, warmup_days):
    """Return a series with weeks of the warm-up before the branch, as files hold them."""
    weeks = warmup_days // 7
    if not weeks or np.any(series["week"] <= 0):
        return series
    draw = np.random.default_rng(5)
    first = series["week"] == 1
    found = {}
    for name, values in series.items():
        early = np.repeat(values[first], weeks)
        if name == "week":
            early = np.tile(np.arange(1 - weeks, 1), np.count_nonzero(first))
        elif name in WARMUP_MEASURES:
            early = early * draw.uniform(0.5, 1.0, len(early))
        elif values.dtype == float:
            early = np.full(len(early), np.nan)
        found[name] = np.concatenate([early, values])
    return found


def drawn_careers(columns, days, burnt=True):
    """Return made-up careers of the runs that did not fail."""
    draw = np.random.default_rng(6)
    rows = []
    for policy, replication, error in zip(
        columns["policy"], columns["replication"], columns["error"], strict=True
    ):
        for rep in range(0 if error else 5):
            entered = -10.0 if rep < 4 else 5.0
            left = max(entered, 0.0) + np.floor(draw.exponential(days))
            burnout = np.floor(draw.exponential(days)) if burnt else np.inf
            ended = min(left, days)
            rows.append(
                (
                    policy,
                    replication,
                    rep,
                    entered,
                    left if left < days else np.nan,
                    burnout if max(entered, 0.0) < burnout < ended else np.nan,
                    float(days),
                )
            )
    names = ("policy", "replication", "rep", "entered", "left", "burnt_out", "days")
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return {
        name: np.array(values, dtype=object if name == "policy" else float)
        for name, values in zip(names, columns, strict=True)
    }


def told(rows, burnt=True) -> Summary:
    """Return the summary of runs with all that figures are drawn from."""
    columns, series = rows
    days, warm = int(columns["days"][0]), int(columns["warmup_days"][0])
    return summarise(
        Results(
            columns,
            "cafe",
            TITLES,
            series=with_weeks_before(series, warm),
            careers=drawn_careers(columns, days, burnt),
        )
    )


@pytest.fixture(scope="module")
def short(runs_of):
    """Two policies, three replications, 21 days: no whole year."""
    return runs_of()


@pytest.fixture(scope="module")
def summary(short):
    return told(short)


EIGHT = ["always-right", "balanced", "strict-boundaries", "avoidant"]


def eightfold(rows):
    """Return runs of eight policies, made of those of two."""
    columns, series = rows
    made = []
    for table in (columns, series):
        copies = []
        for copy in range(4):
            again = {name: values.copy() for name, values in table.items()}
            again["policy"] = np.array([f"{p}-{copy}" for p in table["policy"]], dtype=object)
            again["policy_order"] = table["policy_order"] + 2 * copy
            again["loyalty"] = table["loyalty"] * (1.0 + 0.01 * copy)
            copies.append(again)
        made.append({name: np.concatenate([each[name] for each in copies]) for name in table})
    return made[0], made[1]


def failing(rows, fails):
    """Return runs of which some failed: no measure, no series."""
    columns, series = ({name: v.copy() for name, v in table.items()} for table in rows)
    bad = fails(columns)
    columns["error"][bad] = "boom"
    for name in measure_columns(int(columns["days"][0]), int(columns["warmup_days"][0])):
        columns[name][bad] = np.nan
    keys = set(zip(columns["policy"][bad], columns["replication"][bad], strict=True))
    kept = [key not in keys for key in zip(series["policy"], series["replication"], strict=True)]
    return columns, {name: values[kept] for name, values in series.items()}


def only(rows, keeps):
    columns, series = rows
    return tuple({n: v[keeps(table)] for n, v in table.items()} for table in (columns, series))


CASES = {
    "two policies": lambda rows: told(rows),
    "eight policies": lambda rows: told(eightfold(rows)),
    "one policy": lambda rows: told(only(rows, lambda t: t["policy"] == "balanced")),
    "one replication": lambda rows: told(only(rows, lambda t: t["replication"] == 1)),
    "a policy failed, the first one once": lambda rows: told(
        failing(rows, lambda c: (c["policy"] == "balanced") | (c["replication"] == 2))
    ),
    "all failed": lambda rows: told(failing(rows, lambda c: c["replication"] > 0)),
    "no series, no careers": lambda rows: summarise(Results(rows[0])),
    "no burnout at all, and the steady part": lambda rows: summarise(
        replace(told(rows, burnt=False).results, measure_over="steady")
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_whatever_was_run_something_is_drawn_and_nothing_is_cut_off(short, case):
    """Warnings are errors: an all-NaN slice or a layout that fails would be one."""
    drawings = figures(CASES[case](short))
    names = [drawing.name for drawing in drawings]
    assert names == [name for name in NAMES if name in names]
    assert {"trade-off", "prevails", "ledger"} <= set(names)
    for drawing in drawings:
        with look():
            figure, _ = drawing._lettered()
            figure.draw_without_rendering()
            drawn = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        assert drawn.x0 >= 0.0 and drawn.x1 <= width, drawing.name
        assert drawn.y0 >= 0.0 and drawn.y1 <= height, drawing.name


def test_a_figure_is_none_where_there_is_nothing_to_draw_it_from(short):
    bare = summarise(Results(short[0]))
    assert [draw(bare) for draw in (fans, event_curves, warmup)] == [None] * 3
    alone = CASES["one policy"](short)
    assert [draw(alone) for draw in (paired_differences, best)] == [None] * 2
    assert trade_off(alone) is not None


def test_every_figure_has_its_three_files(summary, tmp_path):
    for drawing in figures(summary):
        drawing.save(tmp_path)
    found = sorted(path.name for path in tmp_path.iterdir())
    assert found == sorted(f"{name}.{kind}" for name in NAMES for kind in ("csv", "png", "svg"))
    for path in tmp_path.glob("*.svg"):
        assert "<image" not in path.read_text(encoding="utf-8"), "a raster in a drawing of lines"


@pytest.mark.parametrize("draw", [event_curves, prevails])
def test_a_figure_is_the_same_bytes_again(summary, tmp_path, draw):
    for number in ("1", "2"):
        draw(summary).save(tmp_path / number)
    for path in (tmp_path / "1").iterdir():
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes(), path.name


def test_captions_say_what_the_bands_are_and_where_it_comes_from(summary):
    for drawing in figures(summary):
        assert drawing.title and drawing.data
        for words in ("n = 3 replications", "seed 2026", "20 days of warm-up", "config cafe"):
            assert words in drawing.caption, drawing.name
        assert re.search(r"interval|bootstrap probability|spread of runs", drawing.caption), (
            drawing.name
        )
    caption = {drawing.name: drawing.caption for drawing in figures(summary)}
    assert "no interval of a mean" in caption["fans"]
    assert "Quitting hides a later burnout" in caption["event-curves"]
    assert "MSER" in caption["warm-up"]


def test_captions_own_up_to_failed_runs_and_to_single_ones(short):
    failed = CASES["a policy failed, the first one once"](short)
    assert all(
        "failed: 1 of Always right, 3 of Balanced" in each.caption for each in figures(failed)
    )
    single = CASES["one replication"](short)
    assert all("no interval and no spread can be given" in each.caption for each in figures(single))


def test_every_axis_that_holds_numbers_says_of_what(summary):
    for drawing in figures(summary):
        if drawing.name == "best":
            continue  # a table
        for axis in drawing.draw().axes:
            if axis.axison:
                shared = axis.get_subplotspec().is_last_row() or not axis.get_shared_x_axes()
                labelled = axis.get_xlabel() or not shared or not axis.get_xticks().size
                assert labelled or not axis.xaxis.get_tick_params().get("labelbottom", True), (
                    drawing.name
                )


def test_a_policy_looks_the_same_in_every_figure(summary):
    """Its colour comes with its marker, and with no other policy's."""
    for drawing in figures(summary):
        if drawing.name == "warm-up":
            continue
        legend = drawing.draw().legends[0]
        looks = {
            handle.get_label().removesuffix(" does better"): (
                handle.get_color(),
                handle.get_marker(),
            )
            for handle in legend.legend_handles
        }
        if drawing.name == "paired-differences":
            looks.pop("cannot be told apart")
        assert looks == {
            "Always right": (COLOURS[0], MARKERS[0]),
            "Balanced": (COLOURS[1], MARKERS[1]),
        }, drawing.name


def test_the_ledger_adds_up(summary):
    """The accounts make up what is left, a customer and for the centre as a whole."""
    results = summary.results
    period = results.periods[-1]
    for policy in results.policies:
        a_head = sum(a_customer(results, policy, name, period) for name in ACCOUNTS)
        whole = sum(a_centre(results, policy, name, period) for name in ACCOUNTS)
        np.testing.assert_allclose(a_head, results.values(policy, "profit_per_customer"), atol=1e-9)
        np.testing.assert_allclose(
            whole, results.values(policy, "profit") * 365.0 / 1000.0, atol=1e-9
        )
    rows = ledger(summary).data
    assert {row["account"] for row in rows} == {*ACCOUNTS, "profit_per_customer"}


def test_the_parts_of_who_prevails_make_up_the_whole(summary):
    rows = prevails(summary).data
    for policy in summary.results.policies:
        parts = [r["mean"] for r in rows if r["policy"] == policy and r["measure"] in COUNTS]
        assert sum(parts) == pytest.approx(1.0)


def test_the_data_of_the_fans_are_those_of_the_series(summary, tmp_path):
    drawing = fans(summary)
    assert drawing is not None
    drawing.save(tmp_path)
    with (tmp_path / "fans.csv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if (row["policy"], row["measure"]) == ("balanced", "loyalty")
        ]
    series = summary.results.series
    assert series is not None
    for week, row in enumerate(rows, start=1):
        chosen = (series["policy"] == "balanced") & (series["week"] == week)
        assert float(row["median"]) == pytest.approx(np.median(series["loyalty"][chosen]))
    assert len(rows) == 3


def test_many_policies_are_each_compared_with_the_first(short):
    eight = CASES["eight policies"](short)
    drawing = paired_differences(eight)
    assert drawing is not None
    assert len(drawing.draw().axes) == 1
    assert len({(row["a"], row["b"]) for row in drawing.data}) == 8 * 7 / 2
    assert drawing.draw().get_figheight() < 12.0


def test_small_parts():
    assert [percent(share) for share in (1.0, 0.999, 0.5, 0.001, 0.0, float("nan"))] == [
        "100",
        ">99",
        "50",
        "<1",
        "0",
        "–",
    ]
    assert dodge(1, 0) == 0.0
    assert dodge(3, 0) == -dodge(3, 2)
    assert not far_reaching([0.5, float("nan"), float("inf"), -5.0])
    assert far_reaching([-7.0])
    assert len(FIGURES) == len(NAMES)
