"""The work functions of a calibration to a user's own centre, and the study of its coverage."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from experiments import observing
from experiments.calibration.simulating import Simulator
from experiments.crew import Crew
from experiments.evidence.centres import centre_of, shipped_policy
from experiments.jobs import versions
from experiments.observing import LOGGED as TAKEN
from experiments.observing import confirm, observe
from experiments.own_centre.assembling import LUCK_RUNS, WORKS, assemble
from experiments.own_centre.kpis import KPIS, LOGGED
from experiments.own_centre.request import OwnCentre
from experiments.recipes import PolicySpec
from experiments.studies import own_centre as study
from sim import simulate, warm_up

KNOWN = {"seats": 2, "team_size": 2, "customers": 3000}
PLAN = {
    "known": KNOWN,
    "policy": shipped_policy("neutral").model_dump(),
    "warmup_days": 20,
    "days": 30,
    "replications": 1,
    "kpis": {f"kpi.{name}": list(kpi.measures) for name, kpi in KPIS.items()},
}


def test_a_set_of_parameters_gives_the_measures_of_its_run():
    found = observe({"enquiry_minutes": 4.0}, PLAN, 7)
    centre = centre_of({**KNOWN, "enquiry_minutes": 4.0})
    policy = shipped_policy("neutral")
    start = warm_up(centre, policy, days=20, seed=7)
    seen = simulate(centre, policy, days=30, seed=7, start=start).measures()
    assert list(found) == [f"kpi.{name}" for name in KPIS]
    for name in ("aht", "csat", "abandonment", "attrition", "cost_per_contact"):
        assert found[f"kpi.{name}"] == KPIS[name].of(seen), name
    assert 0.0 < found["kpi.fcr_no_return"] < seen["fcr_no_repeat"]
    assert 0.0 < found["kpi.csat_survey"] < 1.0
    assert observe({"enquiry_minutes": 4.0}, PLAN, 7) == found
    assert observe({}, PLAN, 7)["kpi.aht"] > found["kpi.aht"]


def test_replications_are_averaged_and_the_last_step_has_more():
    plan = {**PLAN, "kpis": {"kpi.aht": ["aht"], "kpi.abandonment": ["abandonment"]}}
    assert confirm({}, plan, 7) == observe({}, {**plan, "replications": 4}, 7)
    assert confirm({}, plan, 7) != observe({}, plan, 7)


def test_a_policy_of_the_centres_own_is_followed():
    own = {"mine": PolicySpec(base="balanced", boundary=0.4)}
    asked = request(handled_by="mine", policy=own)
    assert asked.followed.handling.boundary == 0.4
    assert asked.followed.support == shipped_policy("balanced").support
    # By its numbers, not by its name: a shipped policy that changes is another simulation.
    assert asked.plan([])["policy"] == asked.followed.model_dump()


def test_a_job_is_known_by_what_simulates_and_not_by_what_is_said_of_kpis():
    """Words and bands of KPIs may change, and every finished run is found again."""
    source = hashlib.sha256(Path(observing.__file__).read_bytes()).hexdigest()[:16]
    for work in (WORKS.observe, WORKS.confirm):
        assert versions(work)[1] == source
    # What it takes from contacts is what KPIs are made of beside the model's measures.
    assert list(TAKEN) == list(LOGGED)
    assert request().plan(["cost_per_contact"])["kpis"] == {
        "kpi.cost_per_contact": list(KPIS["cost_per_contact"].measures)
    }


def request(**more):
    return OwnCentre(
        **more,
        name="mine",
        centre=KNOWN,
        kpi={
            "aht": {"value": 8.0, "standard_error": 0.05},
            "abandonment": {"value": 0.2, "sample": 5000},
        },
        simulated={"warmup_days": 20, "days": 30},
    )


def test_bands_are_widened_by_what_centres_alike_differ_by(tmp_path):
    found = assemble(request())
    with Crew(ThreadPoolExecutor(1), lambda: 1) as crew:
        simulator = Simulator(found.targets(), found.luck_plan, tmp_path, crew, WORKS)
        runs = simulator.table(found.luck_sets())
    assert runs.shape == (LUCK_RUNS, 2)
    wider = found.with_luck(runs)
    for before, after, column in zip(found.targets(), wider.targets(), runs.T, strict=True):
        assert after.width > before.width
        name = after.name.removeprefix("kpi.")
        luck = float(np.std(column, ddof=1))
        assert wider.measured[name].above == pytest.approx(
            np.hypot(found.measured[name].above, luck)
        )


TINY = {
    "simulated": {"warmup_days": 20, "days": 30, "replications": 1},
    "waves": {"runs": [24], "pilot": 4},
    "acceptance": {"sets": 6, "at_least": 4, "repeats": 2, "batch": 8, "most_runs": 60},
    "confirm": {"sets": 0},
}


@pytest.mark.slow
def test_the_study_of_the_coverage_goes_through_and_goes_on(tmp_path):
    with Crew(ThreadPoolExecutor(1), lambda: 1) as crew:
        found = study.study(tmp_path, 2, crew, TINY)
        again = study.study(tmp_path, 2, crew, TINY)
    assert found.equals(again)
    assert set(found["centre"]) == {1, 2}
    table = study.summary(found)
    assert ((table["coverage"] >= 0) & (table["coverage"] <= 1)).all()
    free = table[table["kind"] == "parameter"]
    assert free["narrower"].between(0.0, 1.2).all()


def test_finished_centres_are_taken_as_they_are_and_failed_ones_told(tmp_path):
    """A centre that cannot be calibrated must not vanish from what the study says."""
    rows = [
        {"centre": 1, "plausible": 5, "kind": kind, "name": name, "truth": 0.5, "low": 0.1}
        | {"high": 0.9, "held": held, "narrower": 0.8}
        for kind, name, held in (("parameter", "drain", True), ("parameter", "loss", False))
    ]
    (tmp_path / "centre-01").mkdir()
    (tmp_path / "centre-01" / study.JUDGED).write_text(json.dumps(rows))
    lines = []
    impossible = {**TINY, "waves": {"runs": [-1], "pilot": 4}}
    with Crew(ThreadPoolExecutor(1), lambda: 1) as crew:
        working = study.Study(
            tmp_path, 2, crew, impossible, lambda *about: lines.append(study.told(*about))
        )
        found = working.run()
    assert set(found["centre"]) == {1} and set(working.failed) == {2}
    assert "1 of 2 parameters held" in lines[0] and "there already" in lines[0]
    assert lines[1].startswith("centre 2: not calibrated: ") and "waves.runs" in lines[1]
    assert lines[1].endswith("1 of 2 finished")
    assert "hold 50.0% of the true parameters (1 centre)" in study.covered(found)
