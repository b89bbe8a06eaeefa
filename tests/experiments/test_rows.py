import numpy as np
import pytest

from experiments.periods import Period, periods, tails, warmup_halves
from experiments.rows import WARMUP_MEASURES, measure_columns, weekly_series
from sim.measures import MEASURES


@pytest.mark.parametrize(
    ("days", "years"),
    [(90, []), (365, [1]), (729, [1]), (730, [1, 2]), (1095, [1, 3]), (2000, [1, 3])],
)
def test_reported_years(days, years):
    assert periods(days) == tuple(
        Period(f"_year_{year}", (year - 1) * 365, year * 365) for year in years
    )


@pytest.mark.parametrize(("warmup", "first"), [(730, 366), (364, 0), (100, 0), (101, 1)])
def test_halves_end_the_warm_up_and_do_not_overlap(warmup, first):
    before, last = warmup_halves(warmup)
    assert (before.first, last.last) == (first, warmup)
    assert before.last == last.first
    assert before.last - before.first == last.last - last.first <= 182


def test_no_halves_without_a_warm_up():
    assert warmup_halves(0) is None
    assert warmup_halves(1) is None


def test_columns_are_every_measure_over_every_period():
    columns = measure_columns(1095, 730)
    names = [measure.name for measure in MEASURES]
    assert len(columns) == len(set(columns)) == (3 + len(tails(1095))) * len(names) + 6
    for name in names:
        assert {name, f"{name}_year_1", f"{name}_year_3"} <= set(columns)


@pytest.mark.parametrize(("earlier", "weeks"), [(3, 2), (0, 2), (3, 0), (0, 0)])
def test_weeks_count_from_the_branch(earlier, weeks):
    names = [*WARMUP_MEASURES, "profit"]
    after = {name: np.arange(weeks) + 0.5 for name in names}
    warmup = {name: np.arange(earlier) - 100.0 for name in names}
    series = weekly_series(after, warmup)
    assert list(series) == ["week", *names]
    assert series["week"].tolist() == list(range(1 - earlier, weeks + 1))
    assert series["week"].dtype == np.int64
    for name in WARMUP_MEASURES:
        assert series[name].tolist() == [*warmup[name], *after[name]]
    assert np.isnan(series["profit"][:earlier]).all()
    assert series["profit"][earlier:].tolist() == list(after["profit"])
