"""``frontline calibrate my-centre.toml`` from end to end: bands, ensemble, its experiments."""

import csv
import hashlib
import json
import re
import signal

import pytest

from experiments import calibrating
from experiments.calibration.ensemble import load
from experiments.catalogue import shipped_folder
from experiments.config import load_experiment
from experiments.errors import RequestError
from experiments.evidence.centres import centre_of
from experiments.own_centre.assembling import WORKS, assemble
from experiments.own_centre.example import Made, make_example
from experiments.own_centre.experiments import CENTRE, centre_table, write_experiments
from experiments.own_centre.request import load_own_centre
from experiments.own_centre.subject import of_own_centre
from experiments.registry import load_of
from experiments.toml_text import read_toml
from sim.parameters import Centre

REQUEST = "my-centre.toml"

TINY = {
    "simulated": {"warmup_days": 15, "days": 20, "replications": 1},
    "waves": {"runs": [10], "pilot": 4},
    "acceptance": {"sets": 4, "at_least": 3, "repeats": 2, "batch": 4, "most_runs": 24},
    "confirm": {"sets": 1},
    "carried": {"loss_aversion": {"low": 1.6, "high": 2.4}},
    "free": {
        "enquiry_minutes": {"low": 4.0, "high": 9.0},
        "patience_minutes": {"low": 3.0, "high": 12.0},
        "wage": {"low": 0.003, "high": 0.006},
    },
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    centre = Made({"seats": 2, "team_size": 2, "customers": 4000}, days=21, warmup_days=15)
    own = {"policy": {"ours": {"base": "balanced", "boundary": 0.4, "tolerated_abuse": "never"}}}
    make_example(folder, centre, **{**TINY, **own, "handled_by": "ours"})
    return folder


@pytest.fixture(scope="module")
def finished(made):
    root = made / "results"
    assert calibrating.run(made / "my-centre.toml", root=root, workers=1, quiet=True) == 0
    return root / "calibration" / "made"


def test_a_run_leaves_the_ensemble_and_a_page_of_fit(finished):
    ensemble = load("ensemble", finished)
    assert len(ensemble.sets) >= 3
    assert set(ensemble.names) == {*TINY["free"], "loss_aversion"}
    page = (finished / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg ") == 4
    assert not re.search(r'(src|href)="https?:', page)
    for words in ("Which centres would have the KPIs of made", "kpi.aht", "frontline run"):
        assert words in page
    for of_facts in ("class E", "sampling plan", "facts narrow", "whole plan"):
        assert of_facts not in page, of_facts


def test_provenance_names_the_kpis_and_the_file_of_contacts(finished, made):
    note = json.loads((finished / "provenance.json").read_text(encoding="utf-8"))
    told = note["own_centre"]
    contacts = (made / "contacts.csv").read_bytes()
    assert told["contacts"]["file"] == "contacts.csv"
    assert told["contacts"]["sha256"] == hashlib.sha256(contacts).hexdigest()
    assert told["contacts"]["rows"] == contacts.count(b"\n") - 1
    rows = list(csv.DictReader((finished / "kpis.csv").read_text().splitlines()))
    assert [row["kpi"] for row in rows] == [each["kpi"] for each in told["kpis"]]
    assert {"aht", "abandonment"} <= {row["kpi"] for row in rows}
    assert all("computed from" in each["origin"] for each in told["kpis"])
    assert str(made) not in json.dumps(told)  # a path of somebody's machine tells nothing
    assert json.loads((finished / "ensemble.json").read_text())["own_centre"] == told


def test_bands_have_the_luck_of_a_single_centre_in_them(finished, made):
    before = {each.name: each for each in of_own_centre(load_own_centre(made / REQUEST)).targets}
    bands = json.loads((finished / "ensemble.json").read_text())["bands"]
    assert list(bands) == list(before)
    low, high = map(float, bands["kpi.aht"].split(" to "))
    assert low < before["kpi.aht"].low and high > before["kpi.aht"].high


def test_every_kind_can_run_an_experiment_of_the_centre(finished):
    ensemble = load("ensemble", finished)
    expected = centre_of({"seats": 2, "team_size": 2, "customers": 4000, **ensemble.medoid})
    found = load_experiment(finished / CENTRE)
    assert found.centre == expected
    assert found.neutral == "ours"
    assert "ours" in found.policies and "always-right" in found.policies
    used = found.used_policies()
    assert used["ours"].handling.boundary == 0.4
    # All have the centre's own support: they differ in handling alone.
    assert len({policy.support.model_dump_json() for policy in used.values()}) == 1
    assert (finished / "centre-frontier.toml").exists()
    for path in finished.glob("centre-*.toml"):
        kind = path.stem.removeprefix("centre-")
        request = load_of(kind, path)
        assert request.kind == kind
        assert request.centre == found.centre, kind
    assert read_toml(finished / "centre-regimes.toml")["ensemble"] == str(finished.resolve())
    # What varies is what the ensemble leaves open; what is known for sure does not.
    vary = read_toml(finished / "centre-sensitivity.toml")["vary"]
    assert "seats" in vary["leave"] and not {"seats", "customers"} & set(vary["range"])
    for name in ("enquiry_minutes", "wage"):
        asked = TINY["free"][name]
        assert asked["low"] <= vary["range"][name]["low"] < vary["range"][name]["high"]
        assert vary["range"][name]["high"] <= asked["high"]


def test_an_experiment_that_somebody_changed_is_kept(finished, made, tmp_path):
    request = load_own_centre(made / REQUEST)
    write_experiments(tmp_path, request, load("ensemble", finished))
    (tmp_path / CENTRE).write_text("mine", encoding="utf-8")
    write_experiments(tmp_path, request, load("ensemble", finished))
    assert (tmp_path / f"{CENTRE}.1").read_text(encoding="utf-8") == "mine"
    assert load_experiment(tmp_path / CENTRE).neutral == "ours"
    assert not list(tmp_path.glob("centre-*.toml.1"))


def test_what_is_not_said_of_the_centre_is_the_default(finished, made):
    request = load_own_centre(made / REQUEST)
    table = centre_table(request, load("ensemble", finished))
    usual = Centre()
    assert {name for name in table if not isinstance(table[name], dict)} <= {
        *request.known,
        *TINY["free"],
        "loss_aversion",
    }
    assert table["seats"] == 2 != usual.seats


def test_again_nothing_is_simulated_and_the_ensemble_is_the_same(finished, made, capsys):
    before = {path.name: path.stat().st_mtime_ns for path in (finished / "jobs").iterdir()}
    ensemble = (finished / "ensemble.csv").read_bytes()
    root = finished.parent.parent
    # The file as resolved is the same calibration, wherever it lies.
    again = made / "elsewhere.toml"
    again.write_bytes((finished / "config.toml").read_bytes())
    assert calibrating.run(again, root=root, workers=1, quiet=True, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert {band["id"] for band in told["bands"]} >= {"kpi.aht", "kpi.abandonment"}
    assert before == {path.name: path.stat().st_mtime_ns for path in (finished / "jobs").iterdir()}
    assert (finished / "ensemble.csv").read_bytes() == ensemble


def test_other_contacts_are_another_calibration(finished, made, tmp_path):
    for name in ("my-centre.toml", "contacts.csv"):
        (tmp_path / name).write_bytes((made / name).read_bytes())
    same = of_own_centre(load_own_centre(tmp_path / REQUEST))
    assert same.identity == of_own_centre(load_own_centre(made / REQUEST)).identity
    log = (tmp_path / "contacts.csv").read_text().splitlines()
    (tmp_path / "contacts.csv").write_text("\n".join(log[:-1]) + "\n")
    before = (finished / "ensemble.csv").read_bytes()
    with pytest.raises(RequestError, match="another config of that name"):
        calibrating.run(tmp_path / REQUEST, root=finished.parent.parent, workers=1, quiet=True)
    assert (finished / "ensemble.csv").read_bytes() == before


@pytest.mark.slow
def test_an_interrupted_first_look_goes_on_to_the_same_end(finished, made, tmp_path, capsys):
    class Stopping:
        """Shows nothing, and asks for a stop in the middle of the first look."""

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def show(self, meter):
            if meter.title == "first look" and meter.runs_done == 5:
                signal.raise_signal(signal.SIGINT)

    given = {"root": tmp_path, "workers": 1, "quiet": True}
    assert calibrating.run(made / REQUEST, display=Stopping(), go_on="frontline c", **given) == 1
    assert "To go on:\n  frontline c" in capsys.readouterr().err
    kept = len(list((tmp_path / "calibration" / "made" / "jobs").glob("*.npz")))
    assert 5 <= kept < 24
    assert calibrating.run(made / REQUEST, **given) == 0
    assert (tmp_path / "calibration" / "made" / "ensemble.csv").read_bytes() == (
        finished / "ensemble.csv"
    ).read_bytes()


def test_keeping_it_as_the_shipped_one_is_refused_with_the_reason(made, tmp_path):
    with pytest.raises(RequestError, match="--keep: given for made, a centre of one's own"):
        calibrating.run(made / REQUEST, root=tmp_path, keep=True)
    assert not list(tmp_path.iterdir())


def test_another_kind_of_file_is_refused_with_the_nearest(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('kind = "own-center"\nname = "mine"\n', encoding="utf-8")
    with pytest.raises(RequestError, match='the nearest is "own-centre"'):
        calibrating.run(path, root=tmp_path)


def test_a_dry_run_tells_what_it_would_take_and_writes_nothing(made, tmp_path, capsys):
    assert calibrating.run(made / REQUEST, root=tmp_path, dry_run=True, workers=1) == 0
    told = capsys.readouterr().out
    assert "4 parameters held against" in told and "KPIs" in told
    assert "63 jobs" in told  # 24 of the first look, 4 + 10 + 24 + 1
    assert not list(tmp_path.iterdir())


def test_its_simulations_are_those_of_the_compiled_model():
    assert WORKS.compiled


def test_the_shipped_example_is_whole_and_its_truth_within_what_is_searched():
    path = shipped_folder() / "calibration" / REQUEST
    found = assemble(load_own_centre(path))
    truth = json.loads((path.parent / "my-centre" / "truth.json").read_text(encoding="utf-8"))
    true = truth["parameters"]
    for name, wanted in found.calibration.free.items():
        assert wanted.low < true[name] < wanted.high, name
    assert centre_of(true).seats == found.plan["known"]["seats"]
    for name, measure in (("aht", "aht"), ("abandonment", "abandonment")):
        assert found.measured[name].value == pytest.approx(truth["measures"][measure], rel=0.02)
    assert {"attrition", "cost_per_contact"} <= set(found.measured)
