"""What the room shows is what ``frontline run`` gives."""

import dataclasses

import numpy as np
import pytest

from experiments.analysis.interval import t_interval
from experiments.config import load_experiment
from experiments.demo.series import series_of
from experiments.demo.setting import YOURS, Wish
from experiments.demo.trials import (
    LEAST_WEEKS,
    MEASURES,
    QUICK_CENTRES,
    QUICK_REPLICATIONS,
    Trials,
)
from experiments.design import Block, points
from experiments.errors import RequestError
from experiments.runner import run_block
from tests.experiments.demo.rooms import SWITCHING, room

LONG = 300.0
ALL = ("always-right", "balanced", "strict-boundaries")
MOVED = {"handling.generosity": 0.2, "support.breaks": 30.0}


@pytest.fixture(scope="module")
def trials():
    found = Trials(room(), workers=2)
    yield found
    found.close()


def ran(experiment):
    """Return what ``frontline run`` would write: every run's values and series by policy."""
    block = Block(tuple(points(experiment)))
    values, weeks = {}, {}
    for each in run_block(block).runs:
        assert not each.error
        values.setdefault(each.point.name, []).append(each.values)
        after = np.asarray(each.series["week"]) >= 1
        weeks.setdefault(each.point.name, []).append(
            {name: np.asarray(each.series[name])[after] for name in MEASURES}
        )
    return values, weeks


def same_as_run(estimate, experiment):
    # A room gives the short name to what sliders make; a file has one that a room can open.
    short = {f"{estimate.wish.moved}-{YOURS}": YOURS}
    values, weeks = (
        {short.get(name, name): rows for name, rows in found.items()} for found in ran(experiment)
    )
    assert list(estimate.titles) == list(values)
    for measure in MEASURES:
        columns = {name: np.array([row[measure] for row in rows]) for name, rows in values.items()}
        for name, column in columns.items():
            np.testing.assert_equal(estimate.means[measure][name], t_interval(column))
            expected = series_of(np.array([row[measure] for row in weeks[name]]))
            np.testing.assert_equal(estimate.weeks[measure][name], expected)
        for (a, b), apart in estimate.differences[measure].items():
            np.testing.assert_equal(apart, t_interval(columns[a] - columns[b]))


@pytest.mark.parametrize(
    "wish",
    [
        Wish(ALL),
        Wish((*ALL, "firmer")),
        Wish(ALL, "balanced", MOVED),
        Wish(ALL, "balanced", MOVED, beside=True),
        Wish(ALL, "", {"centre.seats": 3.0, "centre.wage": 0.01}),
    ],
    ids=["shipped", "fourth", "moved", "beside", "centre"],
)
def test_a_full_estimate_is_what_a_run_of_its_config_gives(trials, tmp_path, wish):
    estimate = trials.ask("page", wish).result(LONG)
    assert (estimate.n, estimate.days, estimate.full) == (6, 35, True)
    path = tmp_path / "taken-home.toml"
    path.write_text(room().config(wish), encoding="utf-8")
    same_as_run(estimate, load_experiment(path))


def test_the_shipped_policies_are_what_a_run_of_the_file_itself_gives(trials):
    same_as_run(trials.ask("page", Wish(ALL)).result(LONG), room().experiment)


def test_policies_that_switch_do_so_in_the_room():
    here = room(SWITCHING)
    trials = Trials(here, workers=2)
    same_as_run(trials.ask("page", Wish(ALL)).result(LONG), here.experiment)
    trials.close()


def test_a_quick_estimate_is_the_first_replications_of_the_full_one(trials):
    wish = Wish(ALL, "balanced", MOVED, full=False)
    quick = trials.ask("page", wish).result(LONG)
    assert (quick.n, quick.days, quick.full) == (QUICK_REPLICATIONS, 35, False)
    few = room().experiment.model_copy(update={"replications": quick.n})
    values, _ = ran(few)
    for name in ("always-right", "strict-boundaries"):
        column = np.array([row["loyalty"] for row in values[name]])
        assert quick.means["loyalty"][name] == t_interval(column)
    assert quick.means["loyalty"]["balanced"].n == quick.n < room().replications


def test_a_new_centre_is_quick_too_and_says_how_little_it_rests_on(trials):
    large = {"centre.seats": 4.0}
    shape = trials.shape(Wish(ALL, "", large, full=False))
    assert shape.n == QUICK_CENTRES
    quick = trials.ask("page", Wish(ALL, "", large, full=False)).result(LONG)
    assert (quick.n, quick.days, quick.warmup_days) == dataclasses.astuple(shape)
    assert 7 * LEAST_WEEKS <= quick.days <= 35 and not quick.full
    assert all(len(each.mean) == quick.days // 7 for each in quick.weeks["loyalty"].values())


def test_what_does_not_move_is_not_run_again(trials):
    trials.ask("page", Wish(ALL)).result(LONG)
    before = len(trials._runs)
    for place in (0.1, 0.3, 0.5):
        wish = Wish(ALL, "balanced", {"handling.apology": place}, full=False)
        trials.ask("page", wish).result(LONG)
    assert len(trials._runs) == before + 3 * QUICK_REPLICATIONS


def test_a_change_that_changes_nothing_shows_no_difference(trials):
    stands = room().position("balanced", "handling.generosity")
    wish = Wish(("balanced",), "balanced", {"handling.generosity": stands}, beside=True)
    estimate = trials.ask("page", wish).result(LONG)
    for measure in MEASURES:
        apart = estimate.differences[measure][YOURS, "balanced"]
        assert apart.n == 0 or apart.mean == 0.0 == apart.half_width


def test_only_the_newest_request_of_a_page_is_answered(trials):
    places = np.linspace(0.0, 1.0, 100)
    wishes = [Wish(ALL, "balanced", {"handling.listening": p}, full=False) for p in places]
    futures = [trials.ask("dragging", wish) for wish in wishes]
    other = trials.ask("another page", Wish(ALL))
    answers = [future.result(LONG) for future in futures]
    assert answers[-1].wish == wishes[-1]
    assert sum(answer is not None for answer in answers) < 100
    assert other.result(LONG).full


def test_a_long_estimate_tells_what_there_is_so_far(monkeypatch):
    monkeypatch.setattr("experiments.demo.trials.TELLING", 0.0)
    trials, told = Trials(room(), workers=1), []
    estimate = trials.ask("page", Wish(ALL), told.append).result(LONG)
    trials.close()
    assert [each.n for each in told] == [2, 3, 4, 5]
    assert not any(each.full for each in told) and estimate.full
    assert {each.means["loyalty"]["balanced"].n for each in told} == {2, 3, 4, 5}


def test_what_cannot_be_run_is_answered_before_anything_runs(trials):
    with pytest.raises(RequestError, match="no policy"):
        trials.ask("page", Wish(("nobody",)))
    with pytest.raises(RequestError, match="no slider"):
        trials.ask("page", Wish(ALL, "balanced", {"handling.luck": 1.0}))


def test_weeks_are_means_with_their_t_intervals():
    values = np.random.default_rng(3).normal(size=(5, 8))
    values[0, 1] = values[:4, 2] = values[:, 3] = np.nan
    found = series_of(values)
    for week, column in enumerate(values.T):
        expected = t_interval(column)
        got = (found.mean[week], found.low[week], found.high[week])
        np.testing.assert_allclose(got, expected[:3], rtol=1e-12)


def test_what_is_prepared_is_the_first_question_s_answer(trials):
    trials.prepare().result(LONG)
    before = len(trials._runs)
    answer = trials.ask("a first page", Wish(tuple(room().titles))).result(LONG)
    assert answer.full and len(trials._runs) == before


def test_ten_pages_at_once_are_all_answered(trials):
    wishes = [Wish(ALL, "balanced", {"support.training": k / 10}) for k in range(10)]
    futures = [trials.ask(f"page {k}", wish) for k, wish in enumerate(wishes)]
    for wish, future in zip(wishes, futures, strict=True):
        answer = future.result(LONG)
        assert answer.wish == wish and answer.n == room().replications
