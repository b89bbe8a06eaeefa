"""What decides the answer, not only what moves the numbers."""

import numpy as np
import pytest

from experiments.analysis.interval import Interval
from experiments.analysis.sensitivity.ranking import (
    _role,
    _verdict,
    deciding,
    ranked,
    sides,
    words,
)
from experiments.analysis.sensitivity.saltelli import saltelli
from experiments.analysis.sensitivity.sobol import contrasts, indices

NAMES = ("both", "gap", "shared", "idle")


@pytest.fixture(scope="module")
def design():
    return saltelli(NAMES, 512, 1)


def policies(design, lead=0.0, replications=3):
    """Two policies: `both` moves them alike, `gap` apart, `shared` does both, `idle` nothing."""
    both, gap, shared, _ = design.points.T
    rng = np.random.default_rng(2)
    own = 0.05 * rng.normal(size=(2, replications, len(design)))
    firm = 4.0 * both + 1.0 * gap + 2.0 * shared + lead + own[0]
    soft = 4.0 * both + 1.0 * shared + 1.0 + own[1]
    return {"firm": firm, "soft": soft}


def analysed(design, **given):
    measures = policies(design, **given)
    contrast = contrasts(measures, [("firm", "soft")])
    values = np.stack([*measures.values(), *contrast.values()])
    return indices(design, values, [*measures, *contrast]), contrast["firm − soft"]


def test_roles(design):
    found, contrast = analysed(design)
    rows = {row.parameter: row for row in deciding(found, "firm − soft", ["firm", "soft"])}
    assert rows["both"].role == "moves only the numbers"
    assert rows["gap"].role == "decides the answer"
    assert rows["shared"].role == "decides the answer"
    assert rows["idle"].role == "neither"
    # In the contrast gap and shared have a half each, and of soft `both` has 16/17.
    assert rows["gap"].answer.total.mean == pytest.approx(0.5, abs=0.06)
    assert rows["both"].numbers.output == "soft"
    assert rows["both"].less.high < -0.8 and rows["gap"].less.low > 0.3
    said = " ".join(words(tuple(rows.values()), sides(design, contrast)))
    assert "What decides firm − soft: " in said and "but not the answer: both (9" in said
    assert "idle" not in said and "above 0 at" in said


def test_an_answer_that_never_changes_is_said_not_to(design):
    found, contrast = analysed(design, lead=5.0)
    ahead = sides(design, contrast)
    assert ahead.settled and ahead.points == 1024
    said = words(deciding(found, "firm − soft", ["firm"]), ahead)
    assert "by how much, not which" in said[-1]


def test_gap_decides_only_the_answer_where_the_numbers_hardly_show_it(design):
    both, gap, *_ = design.points.T
    measures = {"firm": 40.0 * both + gap, "soft": 40.0 * both}
    values = np.stack([*measures.values(), gap])[:, np.newaxis]
    found = indices(design, values, ["firm", "soft", "firm − soft"])
    rows = {row.parameter: row for row in deciding(found, "firm − soft", ["firm", "soft"])}
    assert rows["gap"].role == "decides only the answer"
    said = words(tuple(rows.values()), noise_known=found.noise_known)
    assert "noise counts" in said[-1]


def test_the_ranking_is_by_the_total(design):
    found, _ = analysed(design)
    assert [row.parameter for row in ranked(found, "firm")][:2] == ["both", "shared"]
    totals = [row.total.mean for row in ranked(found, "firm − soft")]
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.02, 0.3, "matters"),
        (0.0, 0.3, "may matter"),
        (-0.1, 0.005, "does not matter"),
        (np.nan, 0.3, "unknown"),
    ],
)
def test_verdicts(low, high, verdict):
    assert _verdict(Interval(0.1, low, high, 64), 0.01) == verdict


def test_what_is_not_known_is_open():
    assert _role("may matter", ["matters"]) == "open"
    assert _role("unknown", ["does not matter"]) == "open"
    assert _role("does not matter", ["may matter"]) == "open"
    assert _role("matters", ["unknown"]) == "decides the answer"


def test_a_constant_contrast_decides_nothing_and_is_open(design):
    measures = policies(design)
    values = np.stack([measures["firm"], 0.0 * measures["firm"]])
    found = indices(design, values, ["firm", "nil"])
    rows = deciding(found, "nil", ["firm"])
    assert {row.role for row in rows} == {"open"}
    assert words(rows)[0] == "No parameter was found to decide nil."
    assert not sides(design, values[1]).settled
    assert sides(design, np.full((1, len(design)), np.nan)).points == 0
