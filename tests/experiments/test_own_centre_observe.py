"""The work functions of a calibration to a user's own centre, and the study of its coverage."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from experiments.calibration.simulating import Simulator
from experiments.crew import Crew
from experiments.evidence.centres import centre_of, shipped_policy
from experiments.own_centre.assembling import LUCK_RUNS, WORKS, assemble
from experiments.own_centre.kpis import KPIS
from experiments.own_centre.observe import confirm, observe, policy_of
from experiments.own_centre.request import OwnCentre
from experiments.studies import own_centre as study
from sim import simulate, warm_up

KNOWN = {"seats": 2, "team_size": 2, "customers": 3000}
PLAN = {
    "known": KNOWN,
    "handled_by": "neutral",
    "policy": {},
    "warmup_days": 20,
    "days": 30,
    "replications": 1,
    "kpis": list(KPIS),
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
    plan = {**PLAN, "kpis": ["aht", "abandonment"]}
    assert confirm({}, plan, 7) == observe({}, {**plan, "replications": 4}, 7)
    assert confirm({}, plan, 7) != observe({}, plan, 7)


def test_a_policy_of_the_centres_own_is_followed():
    own = {"mine": {"base": "balanced", "boundary": 0.4}}
    made = policy_of({**PLAN, "handled_by": "mine", "policy": own})
    assert made.handling.boundary == 0.4
    assert made.support == shipped_policy("balanced").support


def request():
    return OwnCentre(
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
