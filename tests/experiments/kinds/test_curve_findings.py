"""Curves found where they are known: crossings, peaks, steps, added points, sentences, a page."""

import json
import re

import numpy as np
import pytest

from experiments.figures.curve import curve as curve_figure
from experiments.figures.curve_words import sentences
from experiments.kinds.curve.adding import more_points
from experiments.kinds.curve.drawing_surfaces import field_of, slices_of, together
from experiments.kinds.curve.drawings import changes_of, gains_of, levels_of
from experiments.kinds.curve.exploring import Explored, Round
from experiments.kinds.curve.findings import find_curves
from experiments.kinds.curve.parts import Refine
from experiments.kinds.curve.plan import Plan
from experiments.kinds.curve.request import Request
from experiments.kinds.curve.surfaces import find_surfaces
from experiments.kinds.curve.telling import rounds_said, tell_curves
from experiments.kinds.curve.writing import write_curves
from experiments.kinds.curve.writing_surfaces import tell_surfaces, write_surfaces
from experiments.kinds.folder import Place, record_of
from experiments.kinds.table import Table
from experiments.kinds.work import GAINS, NAMES

MEASURES = ("loyalty", "exhaustion", "cost_per_contact")
ONE = {"parameter": "handling.boundary"}
TWO = {"parameter": "handling.listening"}
REPLICATIONS = 20


def request_for(*sweeps, curves=("a",)):
    return Request.model_validate(
        {
            "name": "known",
            "kind": "curve",
            "base": "balanced",
            "measures": MEASURES,
            "replications": REPLICATIONS,
            "days": 30,
            "sweep": sweeps,
            "curve": {name: {"title": name.upper()} for name in curves},
        }
    )


def explored_of(request, truths, noise=0.003, seed=5):
    """Return runs of known means: ``truths[curve][measure](x, ...)``, levels that differ by run.

    Replications differ by far more in level than the curves bend: only pairing tells.
    """
    plan = Plan(request)
    axes = plan.begin()
    mesh = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    rng = np.random.default_rng(seed)
    level = rng.normal(0.0, 0.5, (REPLICATIONS, 1))
    tables = {}
    for curve in plan.curves:
        values = np.full((REPLICATIONS, len(mesh), 1, len(NAMES)), 0.5)
        for measure in NAMES:
            mean = truths[curve].get(measure, lambda *at: 0.0 * at[0])(*mesh.T)
            shaken = level + rng.normal(0.0, noise, (REPLICATIONS, len(mesh)))
            values[:, :, 0, NAMES.index(measure)] = mean + shaken
        points = tuple(f"{at}" for at in mesh.tolist())
        tables[curve] = Table(points, tuple(range(1, REPLICATIONS + 1)), 30, values)
    return Explored(plan, axes, tables, (Round(axes),), "fine enough")


def curve(low, high):
    """A parabola that is highest at 0.6."""
    return lambda x: low + (high - low) * (1.0 - (x - 0.6) ** 2)


KNOWN = {
    "a": {
        "loyalty": curve(0.0, 1.0),
        "exhaustion": lambda x: 0.2 * x,
        "gain_rep": lambda x: 10.0 * (0.4 - x),
        "gain_customer": lambda x: 10.0 * (x - 0.3),
        "gain_employer": lambda x: 0.0 * x - 5.0,
    },
    "b": {"loyalty": lambda x: 0.7 + 0.0 * x, "exhaustion": lambda x: 0.1 + 0.0 * x},
}


@pytest.fixture(scope="module")
def found():
    explored = explored_of(request_for(ONE, curves=("a", "b")), KNOWN)
    return find_curves(explored, (*MEASURES, *GAINS))


def test_crossings_and_peaks_are_where_they_are_known_to_be(found):
    met = {(each.measure): each.found for each in found.met}
    (crossing,) = met["exhaustion"].crossings
    assert crossing.sure and crossing.low <= 0.5 <= crossing.high
    assert crossing.high - crossing.low < 0.1
    # 1 - (x - 0.6)^2 = 0.7 at 0.6 - 0.548 and beyond the range.
    (lower,) = met["loyalty"].crossings
    assert lower.low - 0.02 <= 0.6 - np.sqrt(0.3) <= lower.high + 0.02
    peak = found.peaks["a", "loyalty"]
    assert peak.verdict == "inside" and peak.low <= 0.6 <= peak.high
    assert found.peaks["a", "exhaustion"].kind == "bottom"
    assert found.peaks["a", "exhaustion"].verdict.startswith("at the lower end")


def test_parties_turn_from_gaining_to_losing_where_they_do(found):
    parties = found.parties[0]
    (customer,) = parties.over_neutral["gain_customer"].crossings
    # Levels differ by 0.5 between replications, which is 0.05 of the sweep for slopes of 10.
    assert customer.rising and abs(customer.place - 0.3) < 0.05
    assert parties.over_neutral["gain_employer"].verdict == "no crossing"
    each = {(one.a, one.b): one.found for one in parties.between}
    (alike,) = each["gain_customer", "gain_rep"].crossings
    assert alike.low <= 0.35 <= alike.high and alike.high - alike.low < 0.01


def test_a_change_is_known_far_better_than_a_level(found):
    """Pairing takes the level of a replication away, which is most of what a band is wide by."""
    levels = np.nanmean(found.bands["a", "loyalty"].half_width)
    changes = np.nanmean(found.changes["a", "loyalty"].half_width)
    assert changes < levels / 20.0
    # Balanced has a boundary of 0.5: there the change is nothing, exactly.
    at = int(np.argmin(np.abs(found.x - 0.5)))
    held = found.changes["a", "loyalty"]
    assert (held.mean[at], held.low[at], held.high[at]) == (0.0, 0.0, 0.0)


def test_a_step_does_what_the_curve_says(found):
    up = next(each for each in found.steps if each.curve == "a" and each.end > each.start)
    assert (up.start, up.end, up.title) == (0.5, 0.6, "Balanced")
    assert up.changes["exhaustion"].low <= 0.02 <= up.changes["exhaustion"].high
    (whole,) = [each for each in found.whole if each.curve == "a"]
    assert whole.changes["exhaustion"].mean == pytest.approx(0.2, abs=0.005)


def test_what_is_said_holds(found):
    text = " ".join(tell_curves(found))
    # Who asks for a number is told first what a little more of it does: a tenth of 0.2.
    assert text.startswith("A: from boundary 0.5 (Balanced) to 0.6, ")
    assert "worse: exhaustion of reps rises by 0.0" in text
    assert "reps are best off at 0" in text and "customers are best off at 1" in text.lower()
    assert re.search(r"customers gain from 0\.(29|3)", text), text
    assert re.search(r"reps lose from 0\.(39|4)", text), text
    assert "the employer loses all along; at none of the points tried is it sure" in text
    assert "A and B surely cross in customer loyalty at" in text
    sweeps = [changes_of(found), levels_of(found), gains_of(found, found.parties[0])]
    assert [each.name for each in sweeps] == ["change", "curve", "parties-a"]
    assert "none were added" in rounds_said(found.explored)


def test_parties_are_told_apart_in_words_and_lanes(found):
    """Three lanes of crossings and three of peaks say nothing where they have no names."""
    gained = gains_of(found, found.parties[0])
    first, second = sentences(gained)
    assert re.search(r"ustomers come off better than reps from 0\.3(49|5)", first), first
    assert "customers come off better than the employer at every point" in first
    assert "eps are best off at 0, the lower end" in second
    axis = curve_figure(gained).draw().axes[0]
    names = {text.get_text() for text in axis.texts}
    assert "customers = reps" in names or "reps = customers" in names
    assert {"best for customers", "best for reps"} <= names


def test_shares_are_drawn_in_the_points_in_which_they_are_told(found):
    """A figure in shares beside a sentence in points is read wrongly by a factor of hundred."""
    request = request_for(ONE).model_copy(update={"measures": ("retention", "burnout")})
    explored = explored_of(request, {"a": {"retention": lambda x: 0.5 + 0.02 * x}})
    for table in explored.tables.values():
        table.values[..., NAMES.index("burnout")] = 0.0
    axes = curve_figure(changes_of(find_curves(explored, (*request.measures, *GAINS)))).draw().axes
    assert axes[0].get_ylabel() == "change, points a year"
    ticks = axes[0].get_yticks()
    shown = [axes[0].yaxis.get_major_formatter()(tick, 0) for tick in ticks]
    assert [float(text.replace("−", "-")) for text in shown] == pytest.approx(100.0 * ticks)
    # A line at nothing needs a word, or it looks as if something were missing.
    assert "no change in any run" in {text.get_text() for text in axes[1].texts}


def test_the_page_has_what_was_found(found, tmp_path):
    place = Place(tmp_path / "known", "curve", found.explored.plan.request.hash, "kind = 'curve'\n")
    place.open()
    place.counts = {"jobs": 20, "kept": 0, "done": 20, "runs": 220, "failed": 0}
    write_curves(place, found, record_of("then", "later", 1.0, 1))
    page = (place.folder / "report.html").read_text("utf-8")
    for words in ("What came out", "What a step does", "Where curves cross", "<svg", "config hash"):
        assert words in page
    assert "{{" not in page and not re.search(r"\b(nan|None)\b", page)
    for name in ("curves", "peaks", "crossings", "steps"):
        rows = (place.folder / f"{name}.csv").read_text().splitlines()
        assert len(rows) > 3
    curves = (place.folder / "curves.csv").read_text().splitlines()
    assert len(curves) == 1 + 2 * 6 * 11  # measures, curves, points
    summary = json.loads((place.folder / "summary.json").read_text())
    assert summary["peaks"] and summary["crossings"]
    assert {path.suffix for path in (place.folder / "figures").iterdir()} == {
        ".svg",
        ".png",
        ".csv",
    }


# --- two dimensions ----------------------------------------------------------------------


def two_dimensions(*curves):
    truths = {
        "a": {
            "loyalty": lambda x, y: x * y,  # worth more together
            "exhaustion": lambda x, y: (x - 0.4) ** 2 + (y - 0.5) ** 2,
            "cost_per_contact": lambda x, y: x + y,  # each for itself
        },
        "b": {"loyalty": lambda x, y: 0.25 + 0.0 * x},
    }
    sweeps = ({**ONE, "points": 6}, {**TWO, "points": 5})
    return explored_of(request_for(*sweeps, curves=curves), truths, noise=0.002)


def test_two_dimensions_have_a_best_place_and_an_interaction():
    surfaces = find_surfaces(two_dimensions("a"), MEASURES)
    best = surfaces.best["a", "loyalty"]
    assert best.place == (1.0, 1.0) and best.possible.sum() == 1
    lowest = surfaces.best["a", "exhaustion"]
    places = np.array(surfaces.explored.places)[lowest.possible]
    assert any(np.allclose(place, (0.4, 0.5)) for place in places) and len(places) < 4
    product = surfaces.interactions["a", "loyalty"]
    assert product.sure and product.difference.low <= 1.0 <= product.difference.high
    assert not surfaces.interactions["a", "cost_per_contact"].sure
    text = " ".join(tell_surfaces(surfaces))
    assert "customer loyalty is best at boundary 1 and listening 1" in text.replace("C", "c")
    assert text.startswith("Boundary is worth more with more listening in customer loyalty")
    assert "not told to be worth more or less in exhaustion of reps or cost per contact" in text
    field, cut = field_of(surfaces, "a"), slices_of(surfaces, "a")
    assert len(field.sheets) == 3 and len(together(surfaces, "a")) == 3
    assert list(cut.setting.titles.values()) == ["listening 0", "listening 0.5", "listening 1"]


@pytest.mark.slow
def test_two_curves_over_two_dimensions_are_told_apart_where_they_differ(tmp_path):
    surfaces = find_surfaces(two_dimensions("a", "b"), MEASURES)
    contour = surfaces.contours["loyalty", "a", "b"]
    # x y is above a quarter over 1 - (1 + ln 4) / 4 = 40 % of the square.
    assert contour.verdict == "crosses"
    assert contour.above < 0.42 < contour.above + contour.unknown + 0.05
    request = surfaces.explored.plan.request
    place = Place(tmp_path / "known", "curve", request.hash, request.text())
    place.open()
    place.counts = {"jobs": 20, "kept": 0, "done": 20, "runs": 220, "failed": 1}
    place.errors = ["known, replication 3: it failed"]
    write_surfaces(place, surfaces, record_of("then", "later", 1.0, 1))
    page = (place.folder / "report.html").read_text("utf-8")
    for words in (
        "1 of 20 jobs failed",
        "in customer loyalty better over",
        "boundary from 0 to 1 does",
    ):
        assert words in page
    assert "{{" not in page and not re.search(r"\b(nan|None)\b", page)
    for name in ("surfaces", "best", "interactions", "contours"):
        assert len((place.folder / f"{name}.csv").read_text().splitlines()) > 3
    names = {path.stem for path in (place.folder / "figures").iterdir()}
    assert names == {"surface-a", "surface-b", "slices-a", "slices-b", "difference-a-b"}


def test_a_replication_that_failed_is_left_out_of_everything():
    explored = explored_of(request_for(ONE, curves=("a", "b")), KNOWN)
    for table in explored.tables.values():
        table.values[3] = np.nan
    found = find_curves(explored, (*MEASURES, *GAINS))
    assert all(np.all(held.n == REPLICATIONS - 1) for held in found.bands.values())
    assert "surely cross in customer loyalty" in " ".join(tell_curves(found))
    assert [sentences(sweep) for sweep in (changes_of(found), levels_of(found))]


# --- where points are added --------------------------------------------------------------


def bent(x):
    """Flat but for a bend at 0.8."""
    return np.where(x > 0.8, 5.0 * (x - 0.8), 0.0)


def rows_of(mean, noise=1e-4):
    return mean + np.random.default_rng(1).normal(0.0, noise, (REPLICATIONS, *np.shape(mean)))


def test_points_go_where_a_curve_bends_and_never_beyond_the_budget():
    x = np.linspace(0.0, 1.0, 6)
    refine = Refine(points=9, at_once=2)
    measure = "escalation_rate"  # no side of it is better, so that no peak is looked for
    added = more_points((x,), {("a", measure): rows_of(bent(x))}, refine)
    assert added.count <= 2 and all(0.6 < place < 1.0 for place in added.places[0])
    assert all("bend" in reason for reason in added.reasons)
    full = np.linspace(0.0, 1.0, 9)
    assert more_points((full,), {("a", measure): rows_of(bent(full))}, refine).why == "budget spent"
    straight = more_points((x,), {("a", measure): rows_of(0.0 * x)}, refine)
    assert (straight.count, straight.why) == (0, "fine enough")


def test_lines_of_a_grid_are_added_across_a_bend_only():
    axes = (np.linspace(0.0, 1.0, 6), np.linspace(0.0, 1.0, 4))
    mean = (bent(axes[0])[:, np.newaxis] + 0.3 * axes[1]).ravel()
    values = {("a", "escalation_rate"): rows_of(mean)}
    added = more_points(axes, values, Refine(points=40, at_once=4))
    assert added.places[0] and not added.places[1]
    assert all(0.6 < place < 1.0 for place in added.places[0])
    # A line of four more would be 28 points.
    assert more_points(axes, values, Refine(points=27, at_once=4)).why == "budget spent"


def test_points_go_where_a_party_begins_to_gain():
    x = np.linspace(0.0, 1.0, 6)
    values = {
        ("a", "gain_customer"): rows_of(x - 0.33),
        ("a", "gain_rep"): rows_of(0.9 - 1.5 * x),  # crosses the former at 0.49, and 0 at 0.6
    }
    added = more_points((x,), values, Refine(points=12, at_once=3))
    gaps = {(0.2, 0.4), (0.4, 0.6), (0.6, 0.8)}
    assert {each.partition(":")[0] for each in added.reasons} == {"crossing"}
    assert all(any(low < at < high for low, high in gaps) for at in added.places[0])
    assert any(0.2 < at < 0.4 for at in added.places[0])
