"""The bench's figures of strategy curves: that they time what they say, not how long it takes."""

import re

import numpy as np
import pytest

from experiments import registry
from experiments.bench import FIGURES, measure
from experiments.bench.analysing import KINDS, RUNS
from experiments.bench.strategy import (
    CURVE,
    FEW_BASE_POINTS,
    FEW_REPLICATIONS,
    SOBOL,
    followed,
    seconds,
)
from experiments.errors import RequestError
from sim.parameters import Centre

TINY = ("warmup_days=2", "days=5", "centre.seats=1", "centre.customers=300")


def request_of(kind, text, tmp_path, *sets):
    file = tmp_path / "bench.toml"
    file.write_text(text, encoding="utf-8")
    return registry.load_of(kind, file, sets)


def test_every_target_is_a_limit_and_every_figure_says_what_it_is():
    for name, figure in FIGURES.items():
        assert re.fullmatch(r"([<>]= \d+(\.\d+)?)?", figure.target), name
        assert figure.note, name


def test_a_figure_that_is_none_is_told_before_anything_is_measured():
    with pytest.raises(RequestError, match="curve_minutes"):
        measure(["analysis_memory", "curve_minute"])


def test_the_curve_is_that_of_the_target(tmp_path):
    """41 points, 30 replications of a year of the reference centre."""
    from experiments.kinds.curve.plan import Plan

    request = request_of("curve", CURVE, tmp_path)
    assert len(Plan(request).begin()[0]) == request.refine.points == 41
    assert len(request.lines) == 1
    assert request.replications == 30
    assert request.days == 365
    assert request.centre == Centre()


def test_the_sobol_analysis_is_that_of_the_target(tmp_path):
    """12 parameters, 1,024 base points, a year of a quarter of the reference centre."""
    request = request_of("sensitivity", SOBOL, tmp_path)
    reference = Centre()
    assert (request.centre.seats, request.centre.customers) == (
        reference.seats / 4,
        reference.customers / 4,
    )
    assert request.days == 365
    assert len(request.sobol.parameters) == 12
    assert request.sobol.base_points == 1_024
    assert len(request.pairs) == 1


def test_what_does_not_grow_with_the_runs_counts_once():
    assert followed((2, 6), (10.0 + 3.0 * 2, 10.0 + 3.0 * 6), 30) == 10.0 + 3.0 * 30


@pytest.mark.slow
def test_a_small_one_of_each_runs_to_its_end():
    few = FEW_REPLICATIONS[0]
    points = ("sweep=[{parameter='handling.boundary', points=4}]", "base='balanced'")
    assert seconds("curve", CURVE, *TINY, *points, "refine.points=4", f"replications={few}") > 0.0
    assert seconds("sensitivity", SOBOL, *TINY, f"sobol.base_points={FEW_BASE_POINTS[0]}") > 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_the_analysis_is_of_a_hundred_thousand_runs(kind):
    assert KINDS[kind]().runs >= RUNS


def test_made_up_values_give_findings():
    """What is timed comes to its end, with something found: it is no empty pass."""
    explained = KINDS["sensitivity"]().work()
    assert explained.indices.values.shape[1:] == (9, 12)
    assert np.isfinite(explained.indices.values).any(axis=0).all()


def test_a_mistake_is_no_time():
    with pytest.raises(RequestError, match="replications"):
        seconds("curve", CURVE, "replications=1")
