"""The calibration's parts: what is asked, the space, emulators, implausibility, sampling."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.calibration.acceptance import Candidate, Standard
from experiments.calibration.emulator import KINDS, fit
from experiments.calibration.ensemble import medoid_of
from experiments.calibration.implausibility import Judge, log_between
from experiments.calibration.outputs import Emulated, Output, emulate, outputs_of, pooled_noise
from experiments.calibration.request import Acceptance, Range, load_calibration
from experiments.calibration.sampling import down_the_levels, spread_out, towards_plausibility
from experiments.calibration.screening import active_inputs
from experiments.calibration.space import Space
from experiments.calibration.targets import Target, targets_of
from experiments.catalogue import shipped_folder
from experiments.errors import RequestError
from experiments.evidence.fact import Fact, Part
from experiments.toml_text import read_toml
from sim.parameters import describe

TEXT = """
name = "small"
facts = ["S1"]
[waves]
runs = [16]
[free]
loss_aversion = { low = 1.1, high = 2.8 }
drain = { low = 0.008, high = 0.05, scale = "log" }
[varied]
"anger_of_moves.listen" = { low = -0.2, high = 0.1 }
[carried]
"anger_of_moves.argue" = { low = -0.1, high = 0.3 }
"""


def made(name, use, *parts):
    return Fact(name, use, "statement", "source", parts, (), lambda data, resamples: {})


def request_of(tmp_path, text):
    path = tmp_path / "small.toml"
    path.write_text(text, encoding="utf-8")
    return load_calibration(path)


def mistakes(tmp_path, text):
    with pytest.raises(RequestError) as caught:
        request_of(tmp_path, text)
    return caught.value.messages


def test_a_file_is_read_with_its_defaults(tmp_path):
    asked = request_of(tmp_path, TEXT)
    assert list(asked.steered) == ["loss_aversion", "drain", "anger_of_moves.listen"]
    assert list(asked.ranges) == [*asked.steered, "anger_of_moves.argue"]
    assert asked.acceptance.at_least == 50
    assert asked.free["drain"].scale == "log"


def test_what_is_written_out_is_the_same_request(tmp_path):
    asked = request_of(tmp_path, TEXT)
    assert request_of(tmp_path, asked.text()) == asked


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("loss_aversion", "loss_aversio", 'the nearest is "loss_aversion"'),
        ("high = 2.8", "high = 9.0", "the parameter's plausible range"),
        ("low = 1.1", "low = 2.9", "must lie below high"),
        ("low = 0.008", "low = 0.0", 'above 0 where scale is "log"'),
        ('"anger_of_moves.listen"', "drain", "is under free already"),
        ('"anger_of_moves.argue"', '"anger_of_moves.listen"', "is under varied already"),
        ("runs = [16]", "runs = [16]\npilot = 101", "4 to 100"),
        ("loss_aversion =", "adaptive =", "no parameter with a range"),
        ("[16]", "[4]", "each at least 8"),
        ('name = "small"', 'name = "small"\nwork = "os:system"', "no such key"),
    ],
)
def test_a_mistake_is_answered_by_what_is_allowed(tmp_path, old, new, said):
    assert any(said in message for message in mistakes(tmp_path, TEXT.replace(old, new)))


def test_all_mistakes_are_answered_at_once(tmp_path):
    text = TEXT.replace("high = 2.8", "high = 9.0").replace("[16]", "[4]")
    assert len(mistakes(tmp_path, text)) == 2


def test_a_fact_of_class_e_is_refused_at_the_door():
    facts = [made("S1", "C", Part("a", "a", 0.0, 1.0)), made("S3", "E", Part("b", "b", 0.0))]
    with pytest.raises(RequestError) as caught:
        targets_of(["S1", "S3", "S99", "S1"], facts, "file: ")
    told = caught.value.messages
    assert any("S3" in message and "class E" in message and "never" in message for message in told)
    assert any("S99" in message for message in told)
    assert any("twice" in message for message in told)


def test_a_fact_that_is_only_reported_is_of_class_c_too_and_named_once():
    facts = [made("S1", "C", Part("a", "a", 0.0)), made("S3", "E", Part("b", "b", 0.0))]
    with pytest.raises(RequestError, match=r"reported\[0\]: given S3.*class E"):
        targets_of(["S1"], facts, reported=["S3"])
    with pytest.raises(RequestError, match=r"reported\[0\]: given S1 twice"):
        targets_of(["S1"], facts, reported=["S1"])
    facts.append(made("S18", "C", Part("team", "c", 0.0)))
    found = targets_of(["S1"], facts, reported=["S18"])
    assert [(each.name, each.judged) for each in found] == [("S1.a", True), ("S18.team", False)]


def test_targets_are_the_judged_parts_that_have_a_band():
    fact = made(
        "S5", "C", Part("a", "a", 0.2), Part("b", "b", 0.0, 1.0, judged=False), Part("c", "c")
    )
    assert [target.name for target in targets_of(["S5"], [fact])] == ["S5.a"]


def test_the_shipped_request_stays_inside_of_what_is_plausible_and_sees_no_test():
    asked = load_calibration()
    known = {row.name: row for row in describe()}
    for name, wanted in asked.ranges.items():
        assert known[name].low <= wanted.low < wanted.high <= known[name].high, name
    # Class E, as docs/sampling-plan.md has it, and S2.
    assert not set(asked.facts) & {"S2", "S3", "S4", "S6", "S12", "S15", "S16", "S20"}
    assert asked.acceptance.at_least >= 50
    assert asked.confirm.sets >= 10


def test_all_that_codes_the_sign_of_a_claim_is_drawn():
    """No claim is tried with one value only of what decides it."""
    asked = load_calibration()
    for path in sorted((shipped_folder() / "claims").glob("N*.toml")):
        coded = read_toml(path).get("coded", [])
        assert set(coded) <= set(asked.ranges), path.name


RANGES = {
    "loss_aversion": Range(low=1.1, high=2.8),
    "drain": Range(low=0.008, high=0.05, scale="log"),
    "team_size": Range(low=4.0, high=16.0),
}


@given(st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3))
def test_a_point_is_a_set_inside_of_its_ranges_and_back(place):
    space = Space(RANGES)
    (found,) = space.values(np.array([place]))
    for name, wanted in RANGES.items():
        assert wanted.low <= found[name] <= wanted.high
    assert isinstance(found["team_size"], int)
    back = space.points([found])[0]
    # Three significant digits, and whole numbers, are what is lost.
    assert back == pytest.approx(place, abs=0.045)
    assert space.values(space.points([found])) == [found]


def test_a_design_fills_the_ranges_evenly():
    points = Space(RANGES).sobol(64, 5)
    for column in points.T:  # a Sobol' sequence has one point in each 64th of every axis
        assert sorted(np.floor(column * 64)) == list(range(64))


def wavy(points):
    return np.sin(3.0 * points[:, 0]) + points[:, 1] * points[:, 2] + 0.3 * points[:, 3] ** 2


def test_the_active_inputs_are_found_and_chance_adds_few():
    rng = np.random.default_rng(4)
    points = rng.random((200, 30))
    found = active_inputs(points, wavy(points) + 0.05 * rng.standard_normal(200))
    assert {0, 1, 2, 3} <= set(found)
    assert len(found) <= 7
    assert len(active_inputs(points, rng.standard_normal(200))) <= 3


@pytest.mark.parametrize("kind", KINDS)
def test_an_emulator_foretells_and_knows_how_well(kind):
    rng = np.random.default_rng(5)
    points = rng.random((150, 4))
    surface = KINDS[kind](points, wavy(points) + 0.1 * rng.standard_normal(150))
    fresh = rng.random((1000, 4))
    mean, known = surface.predict(fresh)
    error = mean - wavy(fresh)
    assert np.sqrt(np.mean(error**2)) < 0.06  # a third of what a plain mean would err by, or less
    assert surface.noise == pytest.approx(0.1, rel=0.3)
    # 95 % of what a normal error would leave within two; less is let pass for what is smoothed.
    assert np.mean(np.abs(error) <= 2.0 * known) > 0.75
    left, spread = surface.left_out
    seen = wavy(points)
    assert 0.88 <= np.mean(np.abs(left - seen) <= 2.0 * spread) <= 1.0


def test_leaving_a_run_out_is_what_fitting_without_it_gives():
    rng = np.random.default_rng(6)
    points = rng.random((40, 2))
    values = points[:, 0] ** 2 + 0.1 * rng.standard_normal(40)
    surface = KINDS["Gaussian process"](points, values)
    lengths, signal = surface._lengths, surface._signal

    def covariance(one, other):
        squares = np.sum(((one[:, None, :] - other[None, :, :]) / lengths) ** 2, axis=2)
        return signal * np.exp(-0.5 * squares)

    rest = np.arange(40) != 7
    noisy = covariance(points[rest], points[rest]) + surface.noise**2 * np.eye(39)
    cross = covariance(points[7:8], points[rest])
    mean = float((cross @ np.linalg.solve(noisy, values[rest]))[0])
    variance = signal + surface.noise**2 - float((cross @ np.linalg.solve(noisy, cross.T))[0, 0])
    assert surface.left_out[0][7] == pytest.approx(mean, abs=1e-5)
    assert surface.left_out[1][7] == pytest.approx(math.sqrt(variance), abs=1e-5)


def test_the_kind_that_foretells_better_is_taken():
    rng = np.random.default_rng(7)
    points = rng.random((120, 3))
    found = fit(points, np.sin(9.0 * points[:, 0]) + 0.02 * rng.standard_normal(120))
    assert found.kind == "Gaussian process"
    assert found.scores["Gaussian process"] > found.scores["quadratic regression"]
    assert found.explained > 0.9


def test_runs_without_a_value_and_outputs_without_any_are_borne():
    rng = np.random.default_rng(8)
    points = rng.random((40, 3))
    table = np.stack([wavy_of_three(points), np.full(40, np.nan), np.full(40, 2.0)], axis=1)
    table[3, 0] = np.nan
    targets = [Target(name, low=0.0) for name in ("a", "b", "c")]
    found = emulate(outputs_of(targets, table), points, table)
    assert found[0].emulator is not None
    assert found[1].emulator is None
    assert found[2].emulator is None


def wavy_of_three(points):
    return np.sin(3.0 * points[:, 0]) + points[:, 1] * points[:, 2]


def test_a_skewed_output_is_judged_by_its_logarithm_or_root():
    rng = np.random.default_rng(9)
    table = np.exp(2.0 * rng.standard_normal((200, 1)))
    (output,) = outputs_of([Target("rate", low=0.1, high=10.0)], table)
    assert output.scale == "logarithm"
    assert output.low == pytest.approx(math.log(0.1))
    assert output.distance(output.scaled(np.array([5.0]))) == 0.0
    table[0] = 0.0
    (output,) = outputs_of([Target("rate", low=0.0, high=9.0)], table)
    assert output.scale == "root"
    assert (output.low, output.high) == (0.0, 3.0)
    (output,) = outputs_of([Target("difference", low=0.1, high=10.0)], -table)
    assert output.scale == "itself"


def test_noise_is_what_repeats_differ_by():
    rng = np.random.default_rng(10)
    groups = [rng.normal(place, 0.2, (4, 1)) for place in range(200)]
    (found,) = pooled_noise([Output(Target("a"))], groups)
    # 600 degrees of freedom: within 12 % but once in 30,000.
    assert found == pytest.approx(0.2, rel=0.12)


@given(st.floats(-8.0, 8.0), st.floats(0.01, 16.0))
def test_the_chance_of_a_band_is_that_of_the_normal_distribution(low, width):
    high = low + width
    exact = (
        stats.norm.cdf(high) - stats.norm.cdf(low)
        if low < 0
        else (stats.norm.sf(low) - stats.norm.sf(high))
    )
    found = log_between(np.array([low]), np.array([high]))[0]
    assert found == pytest.approx(math.log(exact), rel=1e-6, abs=1e-9)


def test_the_chance_of_a_band_far_away_is_still_told():
    low = np.array([10.0, 20.0, 30.0, -30.0, -np.inf])
    high = np.array([11.0, 21.0, np.inf, -29.0, 0.0])
    found = log_between(low, high)
    assert np.all(np.isfinite(found))
    assert found[0] > found[1] > found[2]
    assert found[4] == pytest.approx(math.log(0.5))


class Flat:
    """An emulator of the first coordinate, known to ±``known``."""

    def __init__(self, known):
        self.known = known

    def predict(self, points):
        return points[:, 0], np.full(len(points), self.known)


def judge_of(low, high, known, error, discrepancy=0.0, rest=0.0):
    emulated = Emulated(Output(Target("a", low=low, high=high)), Flat(known))
    return Judge([emulated], np.array([error]), discrepancy, 2.0, np.array([rest]))


def test_implausibility_is_the_distance_over_the_root_of_four_variances():
    judge = judge_of(0.2, 0.4, 0.03, 0.04, discrepancy=0.6, rest=0.05)
    points = np.array([[0.3], [0.5], [0.1]])
    spread = math.sqrt(0.03**2 + 0.04**2 + 0.05**2 + (0.6 * 0.2) ** 2)
    assert judge.implausibility(points) == pytest.approx([0.0, 0.1 / spread, 0.1 / spread])
    assert np.isinf(judge.implausibility(points, ceiling=0.5)[1])


def test_the_volume_that_is_left_is_told_though_it_is_tiny():
    # Ten coordinates within 0.15 of the middle: 0.3^10, one in 170,000.
    def score(points, ceiling):
        return np.max(np.abs(points - 0.5), axis=1) / 0.15

    volumes, centres = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        sample = down_the_levels(score, rng.random((4096, 10)), 1024, 1.0, rng)
        assert sample.level == 1.0
        assert np.all(score(sample.points, 0.0) <= 1.0)
        volumes.append(sample.log10_volume)
        centres.append(sample.points)
    # Each of some six levels errs by about 0.1 in the logarithm: the mean of six runs by 0.1.
    assert np.mean(volumes) == pytest.approx(10 * math.log10(0.3), abs=0.35)
    spread = np.concatenate(centres).std(axis=0)
    assert spread == pytest.approx(np.full(10, 0.3 / math.sqrt(12.0)), rel=0.08)


def test_what_cannot_be_reached_ends_at_the_level_that_can():
    def score(points, ceiling):
        return 5.0 + np.max(np.abs(points - 0.5), axis=1)

    rng = np.random.default_rng(1)
    sample = down_the_levels(score, rng.random((512, 3)), 128, 3.0, rng)
    assert len(sample.points) == 128
    assert 5.0 <= sample.level < 5.1


def test_points_come_in_proportion_to_the_chance_of_acceptance():
    def log_chance(points):
        return -0.5 * np.sum(((points - 0.4) / 0.05) ** 2, axis=1)

    rng = np.random.default_rng(2)
    points = towards_plausibility(log_chance, rng.random((3000, 3)), rng)
    assert points.mean(axis=0) == pytest.approx(np.full(3, 0.4), abs=0.01)
    assert points.std(axis=0) == pytest.approx(np.full(3, 0.05), rel=0.12)


def test_points_that_are_spread_out_differ():
    rng = np.random.default_rng(3)
    points = np.repeat(rng.random((30, 2)), 4, axis=0)
    chosen = points[spread_out(points, 20, rng)]
    assert len(np.unique(chosen, axis=0)) == 20
    assert len(spread_out(points, 200, rng)) == 30


def standard(noise=0.1, **asked):
    outputs = [Output(Target("a", low=0.0, high=1.0)), Output(Target("b", low=0.0))]
    return Standard(outputs, np.full(2, noise), Acceptance(**asked))


def candidate(runs):
    return Candidate({}, np.full(2, 0.5), runs, 1, 1)


def test_a_set_at_a_bands_edge_is_refused_as_often_as_stated():
    judged = standard(repeats=4, sigmas=1.0)
    rng = np.random.default_rng(11)
    trials = 4000
    runs = np.stack([rng.normal(1.0, 0.1, (trials, 4)), np.full((trials, 4), 5.0)], axis=2)
    refused = sum(not judged.accepts(candidate(each)) for each in runs)
    expected = stats.norm.sf(1.0)  # 16 %
    # Out of these limits once in 10,000.
    low, high = stats.binom.ppf([5e-5, 1 - 5e-5], trials, expected)
    assert low <= refused <= high


def test_a_set_without_a_value_or_not_repeated_is_not_plausible():
    judged = standard(repeats=3)
    fine = np.full((3, 2), 0.5)
    assert judged.accepts(candidate(fine))
    assert not judged.accepts(candidate(fine[:1]))
    fine[1, 1] = np.nan
    assert not judged.accepts(candidate(fine))
    assert judged.missed(candidate(fine)) == ["b"]
    assert judged.worst(fine, partly=True) == 0.0  # a sketch does not tell all


def test_a_set_is_judged_by_the_mean_that_is_shown():
    # On a logarithmic scale too: the mean of 0.2 and 1.7 lies in a band up to 1, that of the
    # logarithms as well, but that of 0.01 and 2.1 does not, whatever its logarithms' does.
    output = Output(Target("rate", low=0.05, high=1.0), "logarithm")
    judged = Standard([output], np.full(1, 1e-6), Acceptance(repeats=2))
    assert judged.worst(np.array([[0.2], [1.7]])) == 0.0
    assert judged.worst(np.array([[0.01], [2.1]])) > 1.0


def test_the_medoid_is_in_the_middle_of_those_that_miss_least():
    points = np.array([[0.1], [0.2], [0.5], [0.8], [0.9]])
    assert medoid_of(points, [0, 0, 0, 0, 0]) == 2
    assert medoid_of(points, [0, 0, 1, 0, 0]) in (1, 3)
