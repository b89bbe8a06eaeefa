"""The calibration as a whole, on a model whose answer is known."""

import json
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

from experiments import calibrating
from experiments.calibration import findings, procedure
from experiments.calibration.confirming import Confirmed, chosen, confirm
from experiments.calibration.ensemble import (
    Ensemble,
    ensemble_of,
    keep_ensemble,
    load,
    medoid_lines,
    save,
)
from experiments.calibration.memory import Memory
from experiments.calibration.procedure import calibrate
from experiments.calibration.request import (
    Acceptance,
    Calibration,
    Confirmation,
    Range,
    Waves,
)
from experiments.calibration.simulating import Simulator, Works
from experiments.calibration.targets import Target
from experiments.crew import Crew
from experiments.errors import RequestError
from experiments.evidence.fact import Fact, Part
from experiments.jobs import Interrupted
from experiments.report import calibration_page
from sim.parameters import Centre, describe
from tests.experiments import known_model as known

WORK = "tests.experiments.known_model:observe"
WORKS = Works(WORK, WORK)
SKETCHED = Works(WORK, WORK, "tests.experiments.known_model:sketch")
NAMES = tuple(known.RANGES)
TRUTH = dict(zip(NAMES, (0.5, 0.6, 0.4, 0.5, 0.6, 0.5), strict=True))


def request_with(seed=3, carried=False, **acceptance):
    ranges = {name: Range(low=low, high=high) for name, (low, high) in known.RANGES.items()}
    asked = {"sets": 24, "at_least": 16, "repeats": 3, "batch": 24, "most_runs": 900}
    return Calibration(
        name="known",
        seed=seed,
        facts=("K1",),
        waves=Waves(runs=(48, 24), pilot=8),
        acceptance=Acceptance(**{**asked, **acceptance}),
        confirm=Confirmation(sets=5),
        free={name: ranges[name] for name in NAMES[:4]},
        varied={name: ranges[name] for name in NAMES[4:]},
        carried={
            name: Range(low=low, high=high)
            for name, (low, high) in known.CARRIED.items()
            if carried
        },
    )


def crew_of(workers):
    return Crew(ThreadPoolExecutor(workers), lambda: workers)


def calibrated(request, targets, folder, works=WORKS, workers=1, memory=None, follow=None):
    with crew_of(workers) as crew:
        simulator = Simulator(targets, {}, folder / "jobs", crew, works)
        if follow is not None:
            simulator.follow = lambda title, done, asked: follow(simulator, crew)
        return calibrate(request, targets, simulator, memory)


@pytest.fixture(scope="module", autouse=True)
def _small():
    """Ask emulators at fewer points than a calibration of some sixty parameters does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(procedure, "POPULATION", 256)
        patch.setattr(procedure, "FIRST_LOOK", 2048)
        patch.setattr(findings, "FIRST_LOOK", 2048)
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    targets = known.targets_around(TRUTH)
    return calibrated(request_with(), targets, tmp_path_factory.mktemp("known"))


@pytest.fixture(scope="module")
def ensemble(course):
    return ensemble_of(course)


def foretold(sets):
    return [known.expected(known.stretched(each)) for each in sets]


def test_the_sets_agree_with_the_bands_as_the_truth_would_have_it(course, ensemble):
    assert len(ensemble.sets) == 24
    assert not any(ensemble.missed)
    # Without noise, where a set really lies: within the band give or take what acceptance allows.
    slack = 2.0 * known.NOISE / math.sqrt(3)
    near = [
        all(target.distance(np.array(found[target.name])) <= slack for target in course.targets)
        for found in foretold(ensemble.sets)
    ]
    assert np.mean(near) >= 0.8


def test_what_the_data_say_nothing_of_is_not_pinned_down(course, ensemble):
    left = {each.name: each.left for each in findings.marginals(course, ensemble)}
    assert left["temper"] > 0.7  # it has no effect; one in 10,000 samples of 24 is as narrow
    assert left["crossover"] < 0.5
    assert left["loss_aversion"] < 0.6


def test_the_truth_is_neither_ruled_out_nor_beyond_the_ensemble(course, ensemble):
    points = course.space.points(ensemble.sets)
    truth = np.array([TRUTH[name] for name in course.space.names])
    pinned = [course.space.names.index(name) for name in NAMES[:4]]
    assert np.all(points[:, pinned].min(axis=0) <= truth[pinned])
    assert np.all(truth[pinned] <= points[:, pinned].max(axis=0))


def rank_of_truth(seed, folder):
    """Calibrate to another truth; return whether any emulator of the end rules it out."""
    rng = np.random.default_rng(1000 + seed)
    truth = dict(zip(NAMES, rng.uniform(0.15, 0.85, len(NAMES)), strict=True))
    course = calibrated(request_with(seed=seed), known.targets_around(truth), folder)
    point = np.array([[truth[name] for name in course.space.names]])
    errors, cut = course.standard.errors, course.request.waves.cut
    for each, error in zip(course.emulated, errors, strict=True):
        mean, spread = each.emulator.predict(point)
        distance = each.output.distance(mean)
        if distance[0] > cut * math.hypot(spread[0], error):
            return False
    return True


@pytest.mark.slow
def test_the_truth_is_kept_as_often_as_stated(tmp_path):
    # Three sigmas keep each output's truth in 95 % of cases at the least (Pukelsheim), so all five
    # in 75 %: fewer than 10 of 20 kept would then come once in 250 times.
    kept = sum(rank_of_truth(seed, tmp_path / str(seed)) for seed in range(20))
    assert stats.binom.cdf(9, 20, 0.75) < 0.005
    assert kept >= 10


def test_an_interrupted_calibration_goes_on_to_the_same_end(course, ensemble, tmp_path):
    targets = known.targets_around(TRUTH)
    assert course.ended[-1].step.title != "round 1"  # the last is designed after the interruption
    steps = tmp_path / "steps.json"

    def stop_in_a_round(simulator, crew):
        # In a round: the pilot and the waves take 80 simulations.
        if simulator.title == "round 1":
            crew.hooks.ask_to_stop()

    with pytest.raises(Interrupted):
        calibrated(request_with(), targets, tmp_path, memory=Memory(steps), follow=stop_in_a_round)
    there = len(list((tmp_path / "jobs").glob("*.npz")))
    again = calibrated(request_with(), targets, tmp_path, workers=2, memory=Memory(steps))
    assert 80 < there < 120
    assert ensemble_of(again).sets == ensemble.sets
    assert ensemble_of(again).values == ensemble.values
    assert [each.step.title for each in again.ended] == [each.step.title for each in course.ended]


def test_a_score_that_is_no_number_does_not_end_a_calibration(tmp_path):
    path = tmp_path / "steps.json"
    notes = {"emulators": [{"scores": {"Gaussian process": math.nan}}], "level": math.inf}
    Memory(path).step("wave", 1, lambda: ([{"drain": 0.02}], notes))
    again = Memory(path).step("wave", 1, lambda: pytest.fail("it was decided before"))
    assert again.sets == [{"drain": 0.02}]
    assert again.notes["emulators"] == [{"scores": {"Gaussian process": None}}]


def test_a_damaged_memory_is_told_and_left(tmp_path):
    path = tmp_path / "steps.json"
    path.write_text("[{", encoding="utf-8")
    with pytest.raises(RequestError, match="damaged"):
        Memory(path)
    assert path.read_text(encoding="utf-8") == "[{"


@pytest.fixture
def other_models():
    """Variants of the known model, under a name that a job can import."""
    module = ModuleType("other_models")

    def doubled(centre, plan, seed):
        found = known.observe(centre, plan, seed)
        return {**found, "K6.copy": found["K1.level"], "K7.never": math.nan}

    def failing(centre, plan, seed):
        if seed % 3 == 0:
            raise FloatingPointError("not finite any more: exhaustion")
        return known.observe(centre, plan, seed)

    def broken(centre, plan, seed):
        raise ValueError("no such thing")

    module.doubled, module.failing, module.broken = doubled, failing, broken
    sys.modules["other_models"] = module
    yield module.__name__
    del sys.modules["other_models"]


def test_bands_that_cannot_be_met_together_are_said_so(other_models, tmp_path):
    # One output, two bands that have nothing in common; each alone is easily met.
    targets = [
        Target("K1.level", low=0.25, high=0.35),
        Target("K6.copy", low=0.75, high=0.85),
        Target("K3.wave", low=0.5, high=1.0),
    ]
    request = request_with(most_runs=400, at_least=8)
    course = calibrated(request, targets, tmp_path, Works(f"{other_models}:doubled", ""))
    ensemble = ensemble_of(course)
    assert course.aside == []
    assert course.standard.accepted(course.candidates) == []
    assert len(ensemble.sets) == request.acceptance.at_least
    assert all({"K1.level", "K6.copy"} & set(missed) for missed in ensemble.missed)
    assert not any("K3.wave" in missed for missed in ensemble.missed[:8])
    (clash,) = findings.clashes(course)
    assert (clash.first, clash.second) == ("K1.level", "K6.copy")
    assert max(clash.alone) == 0.0
    assert clash.together > 3.0
    assert course.volumes[-1][1] > request.waves.cut  # the level, where the cut was not reached


def test_a_band_out_of_reach_does_not_steer_and_is_reported_as_missed(other_models, tmp_path):
    targets = [
        *known.targets_around(TRUTH),
        Target("K6.copy", low=7.0),
        Target("K7.never", low=0.0),
    ]
    course = calibrated(request_with(), targets, tmp_path, Works(f"{other_models}:doubled", ""))
    ensemble = ensemble_of(course)
    assert course.aside == ["K6.copy"]
    assert course.unseen == ["K7.never"]
    assert len(ensemble.sets) == 24
    assert set(ensemble.missed) == {("K6.copy",)}


@pytest.fixture(scope="module")
def carrying(tmp_path_factory):
    """Calibrate with a parameter that no design knows, and with sketches."""
    folder = tmp_path_factory.mktemp("carrying")
    targets = known.targets_around(TRUTH, 0.1)
    return calibrated(request_with(carried=True, sets=24), targets, folder, SKETCHED)


def test_what_is_carried_is_drawn_for_each_set_and_kept_with_it(carrying):
    (name,) = known.CARRIED
    low, high = known.CARRIED[name]
    waves = [each for each in carrying.ended if each.step.kind == "wave"]
    drawn = [one[name] for each in waves for one in each.step.sets]
    assert stats.kstest(drawn, stats.uniform(low, high - low).cdf).pvalue > 1e-4
    assert name not in carrying.space.names
    ensemble = ensemble_of(carrying)
    assert name in ensemble.names
    assert len({each[name] for each in ensemble.sets}) > len(ensemble.sets) / 2
    assert {each.name: each.kind for each in findings.marginals(carrying, ensemble)}[
        name
    ] == "carried"


def test_acceptance_conditions_on_what_is_carried(carrying):
    # It moves the first output by as much as 1.2 half widths of its band; no emulator knows, but
    # sets are accepted by what their own simulations gave with it.
    accepted = carrying.standard.accepted(carrying.candidates)
    slack = known.NOISE / math.sqrt(3)
    (name,) = known.CARRIED
    low, high = known.CARRIED[name]
    band = carrying.targets[0]
    levels = [
        known.expected(known.stretched(each.parameters))[band.name]
        + 0.12 * (each.parameters[name] - low) / (high - low)
        for each in accepted
    ]
    assert len(accepted) >= 8
    # Of those at an edge one in 40 lies farther out than two errors and what acceptance allows.
    assert np.mean(band.distance(np.array(levels)) <= 3.0 * slack) > 0.85


def test_what_a_sketch_rules_out_is_not_simulated(carrying):
    """Protects the budget: a sketch has the seed of the whole simulation and is a part of it."""
    levels = {
        each.step.number: each.step.notes["within"]
        for each in carrying.ended
        if each.step.kind == "round"
    }
    place = [target.name for target in carrying.targets].index("K4.rate")
    for each in carrying.candidates:
        told = np.full((1, len(carrying.targets)), np.nan)
        told[0, place] = each.screened[place]
        # The noise that is known grows with the rounds, so that a level is met but for a little.
        assert carrying.standard.worst(told, partly=True) <= levels[each.round] * 1.5 + 0.5


def test_levels_fall_and_sets_are_judged_only_near_the_bands(carrying):
    rounds = [each for each in carrying.ended if each.step.kind == "round"]
    levels = [each.step.notes["within"] for each in rounds]
    screen = carrying.request.acceptance.screen
    assert min(levels) == screen
    assert levels[0] == max(levels)
    near = {each.step.number for each in rounds if each.step.notes["within"] <= screen}
    assert near
    judged = [each for each in carrying.candidates if len(each.runs)]
    assert len({each.seed for each in carrying.candidates}) == len(carrying.candidates)
    assert sum(each.round in near for each in judged) >= len(judged) / 2


def test_sets_are_judged_by_runs_that_they_were_not_chosen_by(course, ensemble):
    judged = [each for each in course.candidates if len(each.runs)]
    assert judged
    for each in judged:
        assert len(each.runs) == course.request.acceptance.repeats
        assert not (each.runs == each.screened).all(axis=1).any()
    values = {tuple(each.parameters.values()): each.mean for each in judged}
    for one, found in zip(ensemble.sets, ensemble.values, strict=True):
        assert list(found.values()) == pytest.approx(values[tuple(one.values())])


def test_what_is_only_reported_neither_steers_nor_judges(other_models, tmp_path):
    targets = [*known.targets_around(TRUTH), Target("K6.copy", low=7.0, judged=False)]
    course = calibrated(request_with(), targets, tmp_path, Works(f"{other_models}:doubled", ""))
    ensemble = ensemble_of(course)
    assert course.aside == []
    assert course.reported == ["K6.copy"]
    assert not any(ensemble.missed)
    shown = findings.reached(course, ensemble)[-1]
    assert (shown.name, shown.judged, shown.met) == ("K6.copy", False, 0)
    assert np.isfinite(shown.ensemble).all()


def test_the_medoid_and_others_are_looked_at_once_more_with_fresh_seeds(course, ensemble, tmp_path):
    with crew_of(1) as crew:
        simulator = Simulator(course.targets, {}, tmp_path, crew, WORKS)
        confirmed = confirm(course, ensemble, simulator)
    assert ensemble.medoid_index in confirmed.places
    assert len(set(confirmed.places)) == course.request.confirm.sets
    for place, row in zip(confirmed.places, confirmed.table, strict=True):
        shown = list(ensemble.values[place].values())
        assert not np.any(row == shown)
        assert row == pytest.approx(shown, abs=8.0 * known.NOISE)
    for target in course.targets:
        inside = target.distance(confirmed.table[:, course.targets.index(target)]) == 0.0
        assert confirmed.inside(target) == inside.sum()


def test_a_band_that_all_confirmed_sets_miss_is_named():
    targets = [Target("a", low=0.0, strict=True), Target("b", high=1.0), Target("c", low=0.0)]
    table = np.array([[0.0, 1.0, math.nan], [-1.0, 2.0, math.nan]])
    found = Confirmed(targets, [0, 3], table)
    assert found.missed_by_all == ["a"]
    assert found.notes()["inside"] == {"a": 0, "b": 1}
    assert found.notes()["sets"] == [1, 4]
    assert Confirmed(targets, [], np.empty((0, 3))).missed_by_all == []


def test_the_medoid_is_always_among_those_looked_at():
    for medoid in range(6):
        for count in range(1, 8):
            places = chosen(6, medoid, count)
            assert medoid in places
            assert len(set(places)) == min(count, 6)
    assert chosen(6, 2, 0) == []


def test_simulations_that_fail_are_counted_and_left_out(other_models, tmp_path):
    targets = known.targets_around(TRUTH)
    with crew_of(1) as crew:
        simulator = Simulator(targets, {}, tmp_path, crew, Works(f"{other_models}:failing", ""))
        course = calibrate(request_with(most_runs=60), targets, simulator)
    assert 0.2 < simulator.failed / simulator.runs < 0.5
    assert "not finite" in simulator.errors[0]
    assert all(
        not np.isnan(each.mean).any() for each in course.standard.accepted(course.candidates)
    )


def test_a_model_of_which_all_simulations_fail_is_said_so(other_models, tmp_path):
    with pytest.raises(RequestError, match="all 8 simulations of a step failed: ValueError"):
        works = Works(f"{other_models}:broken", "")
        calibrated(request_with(), known.targets_around(TRUTH), tmp_path, works)


def test_an_ensemble_comes_back_as_it_was_saved(ensemble, tmp_path):
    save(ensemble, tmp_path, "known")
    back = load("known", tmp_path)
    assert back.sets == ensemble.sets
    assert back.names == list(NAMES)
    assert back.medoid == ensemble.medoid
    assert back.missed == ensemble.missed
    assert not back.stale
    assert back.ranges["temper"] == Range(low=0.1, high=0.6)
    for one, other in zip(back.values, ensemble.values, strict=True):
        assert one == pytest.approx(other, rel=1e-5)


def test_the_medoid_is_printed_as_it_was_simulated(ensemble):
    printed = dict(line.split(" = ") for line in medoid_lines(ensemble))
    assert {name: float(value) for name, value in printed.items()} == ensemble.medoid


def test_an_ensemble_found_with_other_defaults_is_stale(ensemble):
    older = {**ensemble.provenance, "others": "0123456789abcdef"}
    assert Ensemble(ensemble.sets, ensemble.values, ensemble.missed, 0, older).stale


def test_an_ensemble_found_with_other_rules_is_stale(ensemble):
    older = {**ensemble.provenance, "rules": "0123456789abcdef"}
    assert Ensemble(ensemble.sets, ensemble.values, ensemble.missed, 0, older).stale


def test_a_note_of_another_table_is_told(ensemble, tmp_path):
    table = save(ensemble, tmp_path, "known")
    text = table.read_text(encoding="utf-8")
    table.write_text(text, encoding="utf-8", newline="\r\n")
    assert load("known", tmp_path).sets == ensemble.sets  # other line endings are no other table
    table.write_text(text.rsplit("\n", 2)[0] + "\n", encoding="utf-8")
    with pytest.raises(RequestError, match="written with another table"):
        load("known", tmp_path)


def test_a_missing_or_damaged_ensemble_is_told(tmp_path):
    with pytest.raises(RequestError, match="no such file"):
        load("known", tmp_path)
    (tmp_path / "known.json").write_text("{}", encoding="utf-8")
    (tmp_path / "known.csv").write_text("set,medoid\n1,1\n", encoding="utf-8")
    with pytest.raises(RequestError, match="damaged"):
        load("known", tmp_path)


def test_chance_alone_ties_no_parameters_to_each_other(course):
    rng = np.random.default_rng(12)
    sets = course.space.values(rng.random((60, len(course.space))))
    free = Ensemble(sets, [{}] * 60, [()] * 60, 0)
    pairs, limit = findings.dependent_pairs(course.space, free)
    # The limit is passed once in twenty ensembles; this one is not of those.
    assert abs(pairs[0].rho) <= limit
    assert 0.2 < limit < 0.6


CONFIG = """
name = "known"
seed = 3
facts = ["K1", "K2", "K3", "K4", "K5"]
[waves]
runs = [32, 16]
pilot = 6
[acceptance]
sets = 12
at_least = 8
batch = 12
most_runs = 72
[free]
"""


def known_facts():
    bands = known.targets_around(TRUTH)
    parts = [Part(band.name[3:], "a statistic", band.low, band.high) for band in bands]
    facts = [
        Fact(band.name[:2], "C", "", "", (part,), (), lambda data, resamples: {})
        for band, part in zip(bands, parts, strict=True)
    ]
    return [*facts, Fact("K9", "E", "", "", (parts[0],), (), lambda data, resamples: {})]


def write_config(folder, text=CONFIG):
    path = folder / "known.toml"
    lines = [
        f"{name} = {{ low = {low}, high = {high} }}" for name, (low, high) in known.RANGES.items()
    ]
    path.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(folder, config, **more):
    given = {"root": folder, "workers": 1, "quiet": True, "facts": known_facts(), "works": SKETCHED}
    return calibrating.run(config, **{**given, **more})


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("session")
    config = write_config(folder)
    assert run(folder, config) == 0
    return folder


def test_a_run_leaves_the_ensemble_the_page_and_where_they_come_from(finished):
    there = finished / "calibration" / "known"
    assert len(load("ensemble", there).sets) >= 8
    page = (there / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg ") == 4
    assert 'src="http' not in page and 'href="http' not in page
    provenance = json.loads((there / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["kind"] == "calibration"
    assert provenance["sessions"][0]["command"] == ["frontline", "calibrate", "config.toml"]
    assert provenance["counts"]["failed"] == 0
    rows = (there / "runs.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) > 48
    for name in ("pinned-down", "dependent-pairs", "waves", "against-bands"):
        for ending in ("svg", "png", "csv"):
            assert (there / "figures" / f"{name}.{ending}").stat().st_size > 0


def test_again_nothing_is_simulated_and_json_tells_what_was_found(finished, capsys, monkeypatch):
    monkeypatch.setattr(calibration_page, "write_calibration", lambda *given: None)
    there = finished / "calibration" / "known"
    before = {path.name: path.stat().st_mtime_ns for path in (there / "jobs").iterdir()}
    ensemble = (there / "ensemble.csv").read_bytes()
    assert run(finished, finished / "known.toml", quiet=False, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sets"] == len(load("ensemble", there).sets)
    assert [band["id"] for band in told["bands"]] == list(known.expected(TRUTH))
    assert before == {path.name: path.stat().st_mtime_ns for path in (there / "jobs").iterdir()}
    assert (there / "ensemble.csv").read_bytes() == ensemble


def test_another_config_of_that_name_is_refused_and_nothing_changed(finished):
    there = finished / "calibration" / "known"
    before = (there / "ensemble.csv").read_bytes()
    other = write_config(finished, CONFIG.replace("seed = 3", "seed = 4"))
    with pytest.raises(RequestError, match="another config of that name"):
        run(finished, other)
    assert (there / "ensemble.csv").read_bytes() == before
    write_config(finished)


def test_a_fact_of_class_e_is_refused_before_anything_is_written(tmp_path):
    config = write_config(tmp_path, CONFIG.replace('"K5"', '"K9"'))
    with pytest.raises(RequestError, match="of class E"):
        run(tmp_path, config)
    assert not (tmp_path / "calibration").exists()


def test_an_older_shipped_ensemble_is_kept_beside_the_new_one(finished, tmp_path):
    there = finished / "calibration" / "known"
    target = tmp_path / "ensemble"
    target.mkdir()
    (target / "known.csv").write_text("older", encoding="utf-8")
    (target / "known.json").write_text("its note", encoding="utf-8")
    keep_ensemble(there, "known", target)
    assert (target / "known.csv.1").read_text(encoding="utf-8") == "older"
    assert (target / "known.json.1").read_text(encoding="utf-8") == "its note"
    assert load("known", target).sets == load("ensemble", there).sets
    keep_ensemble(there, "known", target)
    assert len(list(Path(target).iterdir())) == 4


def test_the_shipped_ensemble_is_whole():
    from experiments.evidence.centres import centre_of

    shipped = load()
    assert len(shipped.sets) >= 50
    assert shipped.medoid in shipped.sets
    for each in shipped.sets:
        centre_of(each)  # refuses what the model would
        for name, wanted in shipped.ranges.items():
            assert wanted.low <= each[name] <= wanted.high


def test_the_reference_centre_is_the_medoid_of_the_shipped_ensemble():
    """Protects what is said of the defaults: none of them is set by hand any more."""
    shipped = load()
    assert not shipped.stale  # neither another default nor a rule has changed since
    defaults = {row.name: row.default for row in describe(Centre)}
    other = {
        name: defaults[name] for name, value in shipped.medoid.items() if defaults[name] != value
    }
    assert other == {}
