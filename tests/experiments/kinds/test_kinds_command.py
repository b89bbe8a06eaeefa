"""What every kind has in common at the command: tables asked, states listed, failures told."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from experiments import registry
from experiments.command.estimate.planned import Planned
from experiments.command.listing import results
from experiments.command.progress import Silence
from experiments.config import OTHER_KINDS
from experiments.errors import RequestError
from experiments.jobs import Job, Shelf
from experiments.kinds.again import make_again
from experiments.kinds.asking import results_of
from experiments.kinds.folder import Place
from experiments.kinds.frontier.session import kept_in
from experiments.kinds.running import MOST_FAILURES, Options, RunMeter, run_steps
from experiments.kinds.table import Tally
from experiments.schema import schema


@pytest.fixture
def left(tmp_path):
    """Return the root of a result with two tables, one of them with a name that is no word."""
    folder = tmp_path / "mine"
    folder.mkdir()
    place = Place(folder, "curve", "abc", 'kind = "curve"\n')
    place.counts = {"jobs": 4, "failed": 2}
    place.provenance("complete")
    for name, rows in {
        "curves": [("curve", "loyalty"), ("strict", 0.25), ("mild", 0.75)],
        "two-way": [("x",), (1,)],
        "contours": [],
    }.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    return tmp_path


def test_tables_of_any_kind_are_listed_and_asked(left):
    found = results_of("mine", left)
    # A table without even a heading holds nothing to ask.
    assert [(each.name, each.rows) for each in found.tables()] == [("curves", 2), ("two-way", 1)]
    loyalty = found.tables()[0].columns[1]
    assert (loyalty.name, loyalty.unit) == ("loyalty", "0-1")
    assert list(found.ask("SELECT avg(loyalty) FROM curves").rows()) == [(0.5,)]
    assert list(found.ask('SELECT x FROM "two-way"').rows()) == [(1,)]
    with pytest.raises(RequestError, match='nearest is "curves"'):
        found.ask("SELECT * FROM curve")


def test_asking_reads_these_tables_and_nothing_else(left, tmp_path):
    found = results_of("mine", left)
    before = sorted(path.name for path in (left / "mine").iterdir())
    for sql in ("DROP VIEW curves", f"COPY curves TO '{tmp_path}/x.csv'"):
        with pytest.raises(RequestError, match="allowed: one statement that reads"):
            found.ask(sql)
    with pytest.raises(RequestError):
        list(found.ask(f"SELECT * FROM read_text('{left}/mine/provenance.json')").rows())
    assert sorted(path.name for path in (left / "mine").iterdir()) == before


def test_all_runs_are_those_of_the_table_that_has_them(left):
    with pytest.raises(RequestError, match=r"SELECT \* FROM curves.*There are: curves, two-way"):
        _ = results_of("mine", left).every
    (left / "mine" / "runs.csv").write_text("point,cost\n1,2.5\n")
    found = results_of("mine", left)
    assert list(found.ask(found.every).rows()) == [(1, 2.5)]


def test_no_tables_yet_is_told_with_the_state(tmp_path):
    Place(tmp_path / "mine", "frontier", "abc", "").open()
    with pytest.raises(RequestError, match=r"no tables yet \(begun\)"):
        results_of("mine", tmp_path)


def test_failures_another_model_and_calibrations_are_listed(left):
    folder = left / "calibration" / "my-centre"
    folder.mkdir(parents=True)
    note = {"kind": "calibration", "model": "another"}
    (folder / "provenance.json").write_text(json.dumps(note))
    states = {each.name: each.state for each in results(left)}
    assert states == {
        "mine": "curve: complete, 2 failed",
        "calibration/my-centre": "calibration, of another version of the model",
    }


@pytest.mark.parametrize(
    ("state", "said"), [("interrupted", "but interrupted"), ("complete", "jobs/, are gone")]
)
def test_a_report_is_not_made_by_simulating_anew(tmp_path, state, said):
    """It would take minutes, of which ``frontline report`` tells nothing."""
    place = Place(tmp_path / "mine", "curve", "abc", 'kind = "curve"\n')
    place.open()
    place.provenance(state)
    with pytest.raises(RequestError, match=said) as raised:
        make_again("curve", tmp_path / "mine", "frontline report mine")
    assert f"frontline run {tmp_path / 'mine' / 'config.toml'} --out" in str(raised.value)


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_every_kind_has_a_schema_and_a_home(kind):
    made = schema(kind)
    assert kind in made["description"] and "name" in made["required"]
    assert registry.request_of(kind).__name__ == "Request"


class _Steps:
    """A kind whose jobs fail as told, with nothing simulated."""

    def __init__(self, failed):
        self.failed = failed

    def planned(self, place, options):
        return Planned(place.folder, "nothing", 1, 0, 0.0, 1)

    def simulate(self, place, crew, meter, tally):
        tally.jobs, tally.failed = 20, self.failed
        tally.errors = [f"job {number}: it broke" for number in range(self.failed)]
        return {"found": 1}

    def write(self, place, found, record):
        place.provenance("complete", record)

    def show(self, place, found, *, as_json):
        print(json.dumps(found) if as_json else "in words")


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("as_json", [False, True])
def test_failed_jobs_are_told_and_json_stands_alone(tmp_path, capsys, quiet, as_json):
    options = Options(tmp_path, workers=1, display=Silence(), quiet=quiet, as_json=as_json)

    def place(root):
        return Place(root / "mine", "curve", "abc", 'kind = "curve"\n')

    assert run_steps(_Steps(12), place, options) == 1
    out, err = capsys.readouterr()
    if as_json:
        assert json.loads(out) == {"found": 1}
    else:
        assert out == ("" if quiet else "in words\n")
    assert err.count("it broke") == MOST_FAILURES and "... and 2 more" in err
    assert "12 of 20 jobs failed" in err
    assert run_steps(_Steps(0), place, replace(options, quiet=True)) == 0
    assert "failed" not in capsys.readouterr().err


def test_what_is_kept_of_a_search_is_counted_by_its_runs(tmp_path):
    """Jobs hold few policies or many: by their number a search that was stopped seemed done."""
    shelf = Shelf(tmp_path)
    for number in (1, 2):
        result = {f"policy {each}": np.zeros(2) for each in range(5 * number)}
        shelf.put(Job("here:work", {"number": number}), result)
    (tmp_path / "damaged.npz").write_bytes(b"nothing")
    assert kept_in(tmp_path) == (3, 15)
    assert kept_in(tmp_path / "nowhere") == (0, 0)


def test_progress_says_what_is_counted():
    meter = RunMeter(Silence())
    meter.begin("round 1", 4, Tally())
    assert "0/4 jobs" in meter.text()
    meter.what = "runs"
    assert "0/4 runs" in meter.text()


CURVE = """
name = "mine"
kind = "curve"
base = "balanced"
[[sweep]]
parameter = "handling.generosity"
"""


def test_what_only_an_option_brought_in_is_said_of_the_option(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(CURVE)
    with pytest.raises(RequestError) as raised:
        registry.load_of("curve", path, ["search.runs=1"])
    assert raised.value.messages[0].startswith("--set search: no such key")
    path.write_text(CURVE + "[search]\nruns = 2\n")
    with pytest.raises(RequestError) as raised:
        registry.load_of("curve", path, ["search.runs=1"])
    assert raised.value.messages[0].startswith(f"{path}: search: no such key")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ('"curv"', 'kind: given "curv"; allowed: .*; the nearest is "curve"'),
        ("3", "kind: given 3; allowed: "),
        ('"own-centre"', "frontline calibrate"),
    ],
)
def test_of_a_kind_that_there_is_not_only_that_is_said(tmp_path, kind, said):
    path = tmp_path / "mine.toml"
    path.write_text(f"kind = {kind}\nstray = 1\n")
    with pytest.raises(RequestError, match=said) as raised:
        registry.kind_of(path)
    assert len(raised.value.messages) == 1
    assert raised.value.messages[0].startswith(f"{path}: ")
