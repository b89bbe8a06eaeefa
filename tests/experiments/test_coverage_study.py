"""The coverage study: that it runs the procedure itself, and what it finds for normal draws."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.analysis.sequential import plan
from experiments.config_parts import Precision
from experiments.studies.coverage import (
    KNOWN,
    as_markdown,
    known_coverage,
    main,
    model_coverage,
    run_pool,
    small_centre,
)
from experiments.studies.sequences import run_sequences

FALSE_ALARM = 1e-4


@pytest.mark.parametrize("name", list(KNOWN))
@pytest.mark.parametrize(("first", "width"), [(10, 0.3), (20, 0.5)])
def test_the_table_of_sequences_takes_the_path_of_the_plan(name, first, width):
    drawn = []

    def draw(rng, shape):
        drawn.append(KNOWN[name](rng, shape))
        return drawn[-1]

    ends = run_sequences(draw, width, first, 40, np.random.default_rng(2))
    table = np.concatenate(drawn, axis=1)
    request = Precision(
        measure="retention", contrast=("a", "b"), half_width=width, max_replications=10**6
    )
    for row, n, mean, half in zip(table, *ends, strict=True):
        found = plan(row, request, first)
        assert (found.n, found.reached) == (n, True)
        assert found.half_width == pytest.approx(half, abs=1e-9)
        assert row[:n].mean() == pytest.approx(mean, abs=1e-9)


@pytest.mark.parametrize("name", list(KNOWN))
def test_known_distributions_have_mean_0_and_spread_1(name):
    """False alarms: 1 in 10,000 for the mean; the spread within what 400,000 draws leave."""
    values = KNOWN[name](np.random.default_rng(8), (400, 1000))
    z = values.mean() * math.sqrt(values.size) / values.std()
    assert abs(z) < stats.norm.isf(FALSE_ALARM / 2.0)
    assert values.std() == pytest.approx(1.0, abs=0.05)


def below(case, promised=0.95):
    """Return by how many standard errors a case falls short of what is promised."""
    error = math.sqrt(promised * (1.0 - promised) / case.sequences)
    return (promised - case.coverage) / error


def test_normal_differences_are_covered_as_promised():
    """Three cases of 2,000 sequences: false alarms 1 in 10,000 each, if coverage is 95 %."""
    found = known_coverage(2000, names=["normal"], first_stages=[10], widths=[1.0, 0.5, 0.25])
    for case in found.itertuples():
        assert below(case) < stats.norm.isf(FALSE_ALARM)
        assert case.standard_error == pytest.approx(
            math.sqrt(case.coverage * (1 - case.coverage) / 2000)
        )


@pytest.mark.slow
def test_normal_differences_are_covered_as_promised_in_many_sequences():
    """Six cases of 40,000 sequences: false alarms 1 in 10,000 each, if coverage is 95 %."""
    for case in known_coverage(40_000, names=["normal"]).itertuples():
        assert below(case) < stats.norm.isf(FALSE_ALARM)


def test_a_case_does_not_depend_on_which_others_are_run():
    one = known_coverage(50, names=["normal"], first_stages=[10], widths=[0.5])
    more = known_coverage(50, names=["exponential", "normal"], first_stages=[30, 10], widths=[0.5])
    same = more[(more["differences"] == "normal") & (more["first_stage"] == 10)]
    assert one.iloc[0].to_dict() == same.iloc[0].to_dict()


def test_the_model_gives_a_pool_and_the_pool_a_table():
    pool = run_pool(small_centre(12), workers=2)
    again = run_pool(small_centre(12), workers=1)
    for name, values in pool.items():
        np.testing.assert_array_equal(values, again[name])
        assert values.std() > 0.0
    found = model_coverage(pool, 60, first_stages=[10], widths=[0.5])
    assert list(found["differences"]) == list(pool)
    assert found["coverage"].between(0.7, 1.0).all()
    assert "| retention | " in as_markdown(found)


@pytest.mark.slow
def test_the_command_writes_what_it_found(tmp_path, capsys):
    main(["--out", str(tmp_path / "found"), "--sequences", "40", "--pool", "10", "--workers", "2"])
    table = (tmp_path / "found" / "coverage.csv").read_text(encoding="utf-8").splitlines()
    assert len(table) == 1 + (len(KNOWN) + 3) * 6
    assert (tmp_path / "found" / "coverage.md").read_text(
        encoding="utf-8"
    ) in capsys.readouterr().out
