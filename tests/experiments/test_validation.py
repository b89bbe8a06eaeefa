"""`frontline validate`: made facts whose truth is known, judged as the sampling plan says."""

import csv
import io
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from experiments import cli, validation
from experiments.command.progress import Silence
from experiments.errors import RequestError
from experiments.evidence.fact import Dataset, Estimate, Fact, Part
from experiments.evidence.facts import FACTS as PROJECT
from experiments.evidence.judging import NOTHING, Judged, counts, entries, judge, judged_parts
from experiments.evidence.plan import sampling_plan
from experiments.evidence.printing import print_facts
from experiments.evidence.progress import JobMeter, Progress
from experiments.evidence.run import Judging, Request
from experiments.evidence.wording import band_text, chance, lead, value_text
from experiments.figures.facts import REACH, overview, scale_of
from experiments.jobs import Interrupted, job_crew
from experiments.report import validation_page
from experiments.report.validation_page import checks
from experiments.store.lock import locked

KEYS = {"id", "use", "statement", "value", "low", "high", "band", "verdict", "source"}
PATIENCE = 120

WORK = '''
"""Made data: answers about a known mean; each unit leaves a mark."""

import os
import time
from pathlib import Path

import numpy as np


def draws(centre, plan, unit):
    """Give ten answers of one made centre, about .5 unless that is changed."""
    if "TOY_MARKS" in os.environ:
        with (Path(os.environ["TOY_MARKS"]) / f"{unit}-{len(centre)}").open("a") as calls:
            calls.write("x")
    time.sleep(float(os.environ.get("TOY_SECONDS", "0")))
    generator = np.random.default_rng([plan["seed"], unit])
    return {"answers": centre.get("mean", 0.5) + generator.normal(0.0, 0.1, 10)}


def failing(centre, plan, unit):
    """Fail in its third unit."""
    if unit == 2 and "TOY_MENDED" not in os.environ:
        raise ValueError("no third\\nunit")
    return draws(centre, plan, unit)
'''

MADE = Dataset("made", "toy_work:draws", lambda plan: 8, lambda plan: 64)
BROKEN = Dataset("broken", "toy_work:failing", lambda plan: 4, lambda plan: 8)


def mean_of(name):
    """Return the estimate of a mean over centres, with a normal interval."""

    def estimate(data, resamples):
        means = np.array([unit["answers"].mean() for unit in data[name]])
        half = 1.96 * means.std(ddof=1) / math.sqrt(len(means)) if resamples else math.nan
        middle = float(means.mean())
        found = Estimate(middle, middle - half, middle + half, len(means), "centres")
        return {"mean": found, "seen": replace(found, low=math.nan, high=math.nan)}

    return estimate


def fact(number, low, high, data=MADE, use="C", strict=False, **more):
    parts = (
        Part("mean", "mean answer, 0 to 1", low, high, strict=strict),
        Part("seen", "the same, only seen", judged=False),
    )
    more.setdefault("estimate", mean_of(data.name))
    return Fact(
        f"S{number}", use, f"fact {number} <of> & course", "made up", parts, (data,), **more
    )


HOLDS = fact(1, 0.4, 0.6)
FAILS = fact(2, 0.7, math.inf, strict=True)
OPEN = fact(3, 0.503, 0.6)
"""Its true value, .5, lies close by the edge: no number of units up to the cap can tell."""
STORY = "a mechanism was added after it had failed"
ABLATED = fact(4, -math.inf, 0.6, use="E", sign=True, ablation={"mean": 0.9}, mended=STORY)
FACTS = (HOLDS, FAILS, OPEN, ABLATED)


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Put the made work where worker processes find it, and return the folder of its marks."""
    (tmp_path / "toy_work.py").write_text(WORK, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.delitem(sys.modules, "toy_work", raising=False)
    marks = tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setenv("TOY_MARKS", str(marks))
    return marks


@pytest.fixture
def validate(toy, tmp_path):
    """Return a function that validates made facts in one worker, and returns the status.

    It leaves figures and page out, unless it is told to ``draw``.
    """

    def run(facts=FACTS, *, draw=False, **more):
        given = {"root": tmp_path / "out", "workers": 1, "facts": facts, "quiet": True}
        with pytest.MonkeyPatch.context() as patch:
            if not draw:  # figures take a second, and are looked at elsewhere
                patch.setattr(validation_page, "write_validation", lambda *given: None)
            return validation.run(**given | more)

    return run


def table(folder):
    return json.loads((folder / "table.json").read_text(encoding="utf-8"))


# What a verdict is


@given(
    low=st.floats(-2, 2),
    width=st.floats(0, 2),
    band=st.tuples(st.floats(-2, 2), st.floats(0, 2)),
    open_ends=st.tuples(st.booleans(), st.booleans()),
    strict=st.booleans(),
)
def test_a_part_is_told_only_by_where_its_whole_interval_lies(low, width, band, open_ends, strict):
    """Holds and fails are opposites of the interval, never of the value inside it."""
    edge_low = -math.inf if open_ends[0] else band[0]
    edge_high = math.inf if open_ends[1] else band[0] + band[1]
    part = Part("p", "p", edge_low, edge_high, strict=strict)
    points = (low, low + width)

    def inside(at):
        return edge_low < at < edge_high if strict else edge_low <= at <= edge_high

    # Beyond the same edge: the band may lie between the ends, and with no width on one of them.
    below = all(at <= edge_low if strict else at < edge_low for at in points)
    above = all(at >= edge_high if strict else at > edge_high for at in points)
    found = part.verdict(Estimate(low, *points))
    if all(map(inside, points)):
        assert found == "holds"
    else:
        assert found == ("fails" if below or above else "cannot be told")


@pytest.mark.parametrize(
    ("low", "high", "strict", "lax"),
    [
        (0.0, 0.0, "fails", "holds"),
        (0.0, 0.1, "cannot be told", "holds"),
        (0.01, 0.1, "holds", "holds"),
        (-0.1, 0.1, "cannot be told", "cannot be told"),
        (-0.1, 0.0, "fails", "cannot be told"),
        (-0.2, -0.1, "fails", "fails"),
    ],
)
def test_an_effect_of_exactly_nothing_is_not_above_nothing(low, high, strict, lax):
    """ "> 0" leaves its edge out, "≥ 0" does not; the same the other way up."""
    for part, verdict in (
        (Part("p", "p", low=0.0, strict=True), strict),
        (Part("p", "p", low=0.0), lax),
    ):
        turned = replace(part, low=-math.inf, high=0.0)
        assert part.verdict(Estimate((low + high) / 2.0, low, high)) == verdict
        assert turned.verdict(Estimate(-(low + high) / 2.0, -high, -low)) == verdict


def test_a_statistic_without_an_interval_cannot_be_told():
    assert Part("p", "p", 0.0, 1.0).verdict(Estimate(0.5)) == "cannot be told"
    assert Part("p", "p", 0.0, 1.0).verdict(NOTHING) == "cannot be told"


@given(st.lists(st.sampled_from([0.5, 2.0, math.nan]), min_size=1, max_size=4))
def test_a_fact_holds_if_all_parts_hold_and_fails_if_one_fails(values):
    parts = tuple(Part(f"p{n}", "p", 0.0, 1.0) for n in range(len(values)))
    given_fact = replace(HOLDS, parts=(*parts, Part("seen", "p", judged=False)))
    found = {f"p{n}": Estimate(v, v - 0.1, v + 0.1) for n, v in enumerate(values)}
    judged = Judged(given_fact, {**found, "seen": Estimate(9.0)}, {})
    if 2.0 in values:
        assert judged.verdict == "fails"
    elif all(value == 0.5 for value in values):
        assert judged.verdict == "holds"
    else:
        assert judged.verdict == "cannot be told"
    assert judged_parts([judged]) == len(values)


def test_an_estimate_that_fails_or_lacks_a_part_is_told_and_not_judged():
    def broken(data, resamples):
        raise ZeroDivisionError("nobody\nanswered")

    found = judge(replace(HOLDS, estimate=broken), {"made": []})
    assert found.verdict == "cannot be told"
    assert found.trouble == "ZeroDivisionError: nobody answered"
    lacking = replace(HOLDS, estimate=lambda data, resamples: {"mean": Estimate(0.5, 0.5, 0.5)})
    found = judge(lacking, {"made": []})
    assert found.verdict == "cannot be told" and found.trouble == "no estimate of seen"


# Running and doubling


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the folder of a validation of all made facts, and the marks of its work."""
    folder = tmp_path_factory.mktemp("validated")
    (folder / "toy_work.py").write_text(WORK, encoding="utf-8")
    marks = folder / "marks"
    marks.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.delitem(sys.modules, "toy_work", raising=False)
        patch.setenv("TOY_MARKS", str(marks))
        status = validation.run(root=folder, workers=1, facts=FACTS, quiet=True)
        assert status == 0  # a fact that fails is a result
    return folder / "validation", marks


def test_the_verdicts_of_facts_whose_truth_is_known(finished):
    verdicts = {each["id"]: each["verdict"] for each in table(finished[0])}
    assert verdicts["S1"] == verdicts["S1.mean"] == "holds"
    assert verdicts["S2"] == "fails"
    assert verdicts["S3"] == "cannot be told"
    assert verdicts["S4"] == "holds"
    assert verdicts["S1.seen"] is None


def test_only_what_cannot_be_told_is_doubled_up_to_the_cap(finished):
    found = {each["id"]: each for each in table(finished[0]) if "." not in each["id"]}
    assert {name: each["units"]["made"] for name, each in found.items()} == {
        "S1": 8,
        "S2": 8,
        "S3": 64,
        "S4": 8,
    }
    assert [each["doubled"] for each in found.values()] == [False, False, True, False]


def test_a_dataset_is_made_once_for_all_facts_and_once_more_with_the_mechanism_off(finished):
    made = {path.name: len(path.read_text()) for path in finished[1].iterdir()}
    assert set(made.values()) == {1}
    assert sum(name.endswith("-0") for name in made) == 64
    assert sum(name.endswith("-1") for name in made) == 8 // MADE.ablated


def test_an_ablation_stands_beside_and_changes_no_verdict(finished):
    found = {each["id"]: each for each in table(finished[0])}
    ablated = found["S4.mean"]["ablated"]
    assert ablated["low"] < 0.9 < ablated["high"]
    assert "ablated" not in found["S1.mean"]


def test_with_a_mechanism_off_a_dataset_says_how_many_of_its_units_are_enough():
    dear = replace(MADE, name="dear", units=lambda plan: 10, ablated=4)
    request = Request(replace(ABLATED, data=(MADE, dear)), sampling_plan(), ablated=True)
    assert request.units == {"made": 4, "dear": 3}  # rounded up: never none
    assert request.planned == {"made": 8, "dear": 10}


def test_what_is_found_of_a_fact_does_not_depend_on_the_others(toy, tmp_path):
    """S1 is told by 8 units, also where S3 had 64 made of the same dataset."""
    with job_crew(1) as crew:
        alone = Judging(sampling_plan(), tmp_path / "one", crew).judge([HOLDS])
        among = Judging(sampling_plan(), tmp_path / "all", crew).judge(FACTS)
    assert alone[0].estimates == among[0].estimates


def test_doubling_never_asks_for_fewer_than_the_plan_nor_for_more_than_the_cap():
    plan = sampling_plan()
    small = replace(MADE, units=lambda plan: 5, most=lambda plan: 12)
    fixed = replace(MADE, name="fixed", units=lambda plan: 7, most=lambda plan: 3)
    request = Request(replace(HOLDS, data=(small, fixed)), plan)
    seen = []
    while request is not None:
        seen.append(request.units)
        request = request.doubled()
    assert seen == [
        {"made": 5, "fixed": 7},
        {"made": 10, "fixed": 7},
        {"made": 12, "fixed": 7},
    ]


def test_a_failed_unit_ends_its_fact_alone_and_is_tried_again(
    validate, tmp_path, monkeypatch, capsys
):
    """The rest of a sample is not judged: what fails is not missing by chance."""
    facts = (HOLDS, fact(5, 0.0, 1.0, BROKEN))
    assert validate(facts, draw=True) == 1
    found = {each["id"]: each for each in table(tmp_path / "out" / "validation")}
    assert found["S1"]["verdict"] == "holds"
    assert found["S5"]["verdict"] == "cannot be told"
    assert found["S5"]["trouble"] == "1 of 4 units failed: ValueError: no third unit"
    assert found["S5.mean"]["value"] is None
    assert "failed: S5: 1 of 4 units failed" in capsys.readouterr().err
    page = (tmp_path / "out" / "validation" / "report.html").read_text(encoding="utf-8")
    assert "could not be worked out" in page
    monkeypatch.setenv("TOY_MENDED", "1")
    assert validate(facts) == 0
    found = {each["id"]: each for each in table(tmp_path / "out" / "validation")}
    assert found["S5"]["verdict"] == "holds"


def test_a_failed_ablation_is_told_and_leaves_the_verdict(validate, tmp_path, capsys):
    broken = fact(6, 0.4, 0.6, use="E", sign=True, ablation={"mean": "no number"})
    assert validate((broken,)) == 1
    assert "S6 with its mechanism off" in capsys.readouterr().err
    assert table(tmp_path / "out" / "validation")[0]["verdict"] == "holds"


@pytest.mark.slow
def test_two_processes_of_a_cluster_give_the_same_table(validate, finished, tmp_path):
    assert validate(cluster="local:2") == 0
    assert table(tmp_path / "out" / "validation") == table(finished[0])


# Interruptions, locks, what is there already

COMMAND = """
import sys
from pathlib import Path

if __name__ == "__main__":  # the worker loads this file, too
    sys.path.insert(0, sys.argv[1])
    from test_validation import FACTS
    from experiments import validation

    sys.exit(validation.run(root=Path(sys.argv[2]), workers=2, facts=FACTS, go_on="GO ON"))
"""


def test_ctrl_c_says_how_to_go_on_and_nothing_is_done_twice(
    validate, toy, tmp_path, monkeypatch, finished, capsys
):
    follow = JobMeter.follow

    def interrupted(meter, progress, done):
        follow(meter, progress, done)
        if progress.done == 3:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(JobMeter, "follow", interrupted)
        assert validate(go_on="GO ON") == 1
    said, base = capsys.readouterr(), tmp_path / "out" / "validation"
    assert "To go on:\n  GO ON" in said.err and not said.out
    assert not (base / "table.json").exists()
    assert 3 <= len(list((base / "jobs").iterdir())) < 64
    assert validate() == 0
    assert {len(path.read_text()) for path in toy.iterdir()} == {1}
    assert table(base) == table(finished[0])


@pytest.mark.slow
def test_ctrl_c_ends_the_command_and_its_workers_in_good_order(
    validate, toy, tmp_path, monkeypatch, finished
):
    """The same from a shell, where all processes of the command get the signal at once."""
    script = tmp_path / "command.py"
    script.write_text(COMMAND, encoding="utf-8")
    monkeypatch.setenv("TOY_SECONDS", "0.15")
    here = os.path.dirname(__file__)
    child = subprocess.Popen(
        [sys.executable, str(script), here, str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE
    while len(list(toy.iterdir())) < 3:
        assert child.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    base = tmp_path / "out" / "validation"
    with pytest.raises(RequestError, match=f"is being run by process {child.pid}"):
        validate()
    os.killpg(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 1, err
    assert "To go on:\n  GO ON" in err and "Traceback" not in err
    assert not out and not (base / "table.json").exists()
    monkeypatch.setenv("TOY_SECONDS", "0")
    assert validate() == 0
    assert {len(path.read_text()) for path in toy.iterdir()} == {1}
    assert table(base) == table(finished[0])


def test_judging_that_is_stopped_says_so(toy, tmp_path):
    with job_crew(1) as crew:
        judging = Judging(
            sampling_plan(),
            tmp_path / "jobs",
            crew,
            follow=lambda progress, done: done and crew.hooks.ask_to_stop(),
        )
        with pytest.raises(Interrupted):
            judging.judge(FACTS)


def test_a_second_process_is_refused(validate, tmp_path):
    with (
        locked(tmp_path / "out" / "validation"),
        pytest.raises(RequestError, match="is being run by"),
    ):
        validate()


def test_some_facts_have_a_folder_of_their_own_and_share_the_jobs(validate, toy, tmp_path):
    assert validate(ids=["S4", "s1"]) == 0
    base = tmp_path / "out" / "validation"
    assert not (base / "table.json").exists()
    found = table(base / "S1+S4")
    assert [each["id"] for each in found if "." not in each["id"]] == ["S1", "S4"]
    provenance = json.loads((base / "S1+S4" / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["sessions"][0]["command"] == ["frontline", "validate", "S1", "S4"]
    done = sum(len(path.read_text()) for path in toy.iterdir())
    assert validate(ids=["S1"]) == 0
    assert sum(len(path.read_text()) for path in toy.iterdir()) == done


def test_unknown_facts_are_all_told_with_the_nearest(validate, tmp_path):
    with pytest.raises(RequestError) as caught:
        validate(ids=["S9", "T4", "S1"])
    assert len(caught.value.messages) == 2
    assert 'given "S9", which is no fact; allowed: S1, S2, S3, S4' in caught.value.messages[0]
    assert not (tmp_path / "out").exists()


def test_a_report_of_another_plan_is_kept(validate, tmp_path):
    base = tmp_path / "out" / "validation"
    assert validate((HOLDS,), draw=True) == 0
    before = (base / "table.json").read_bytes()
    assert validate((HOLDS,)) == 0
    assert not list(base.glob("older-*"))
    assert validate((HOLDS,), plan=sampling_plan().model_copy(update={"seed": 7})) == 0
    (older,) = base.glob("older-*")
    assert (older / "table.json").read_bytes() == before
    assert (older / "figures").is_dir() and (older / "report.html").is_file()
    assert (base / "table.json").read_bytes() != before


@pytest.mark.parametrize(
    "change", [{"high": 0.7}, {"low": 0.3}, {"strict": True}, {"judged": False}]
)
def test_a_report_with_other_bands_is_kept(validate, tmp_path, change):
    base = tmp_path / "out" / "validation"
    assert validate((HOLDS,)) == 0
    before = (base / "table.json").read_bytes()
    mean, seen = HOLDS.parts
    # Where the first is only seen, the other must be judged: a fact has one that counts.
    other = replace(seen, low=0.4, judged=not change.get("judged", True))
    assert validate((replace(HOLDS, parts=(replace(mean, **change), other)),)) == 0
    (older,) = base.glob("older-*")
    assert (older / "table.json").read_bytes() == before


def test_words_of_a_fact_are_no_band(validate, tmp_path):
    assert validate((HOLDS,)) == 0
    assert validate((replace(HOLDS, statement="the same, said otherwise"),)) == 0
    assert not list((tmp_path / "out" / "validation").glob("older-*"))


def test_replace_begins_anew_and_keeps_what_was_there(validate, toy, tmp_path):
    assert validate((HOLDS,)) == 0
    assert validate((HOLDS,), replace=True) == 0
    assert {len(path.read_text()) for path in toy.iterdir()} == {2}
    (old,) = (tmp_path / "out").glob("validation.old-*")
    assert (old / "table.json").exists() and list((old / "jobs").iterdir())


# What is written and printed


def test_the_json_is_a_list_of_objects_that_any_program_reads(validate, finished, capsys):
    before = (finished[0] / "table.json").read_bytes()
    assert validate(root=finished[0].parent, as_json=True) == 0  # all of it is there already
    text = capsys.readouterr().out

    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    found = json.loads(text, parse_constant=refuse)
    assert found == table(finished[0])
    assert (finished[0] / "table.json").read_bytes() == before
    assert all(each.keys() >= KEYS for each in found)
    assert [each["id"] for each in found[:3]] == ["S1", "S1.mean", "S1.seen"]
    part = found[1]
    assert part["low"] < part["value"] < part["high"] and part["band"] == [0.4, 0.6]
    assert found[4]["band"] == [0.7, None]
    assert [each["strict"] for each in found][:6] == [False, False, False, True, True, False]


DECIDED = ("value", "low", "high", "band", "strict", "published", "n", "of")


def test_a_fact_s_row_has_the_numbers_of_the_part_that_decides(finished):
    found = {each["id"]: each for each in table(finished[0])}
    for name in ("S1", "S2", "S3", "S4"):
        assert found[name]["part"] == "mean"
        whole, part = found[name], found[f"{name}.mean"]
        assert all(whole[key] == part[key] for key in DECIDED)
        assert whole["value"] is not None and whole["verdict"] == part["verdict"]
        assert "part" not in part
    assert found["S4"]["ablated"] == found["S4.mean"]["ablated"]


HELD, FAILED, OPEN_PART = Estimate(0.5, 0.4, 0.6), Estimate(2.0, 1.9, 2.1), Estimate(1, 0.9, 1.1)


@given(st.lists(st.sampled_from([HELD, FAILED, OPEN_PART]), min_size=1, max_size=5))
def test_what_decides_is_the_first_that_fails_or_else_that_is_open_or_else_of_all(found):
    parts = [Part(f"p{n}", "p", 0.0, 1.0) for n in range(len(found))]
    given_fact = replace(HOLDS, parts=(Part("seen", "p", judged=False), *parts))
    estimates = {f"p{n}": each for n, each in enumerate(found)} | {"seen": Estimate(9.0)}
    first = next((e for e in (FAILED, OPEN_PART) if e in found), HELD)
    decides = given_fact.deciding(estimates)
    assert decides.name == f"p{found.index(first)}"
    assert decides.verdict(estimates[decides.name]) == given_fact.verdict(estimates)
    (whole, *_) = entries([Judged(given_fact, estimates, {})])
    assert (whole["part"], whole["value"]) == (decides.name, first.value)


def test_the_table_says_which_facts_are_no_unseen_test(finished):
    found = {each["id"]: each for each in table(finished[0])}
    assert found["S4"]["mended"] == STORY and found["S1"]["mended"] is None


def test_the_csv_has_the_same_rows(finished):
    rows = list(csv.DictReader(io.StringIO((finished[0] / "table.csv").read_text())))
    found = table(finished[0])
    assert [row["id"] for row in rows] == [each["id"] for each in found]
    assert {row["id"] for row in rows if row["strict"] == "True"} == {"S2", "S2.mean"}
    assert [(row["part"], row["mended"]) for row in rows if row["id"] == "S4"] == [("mean", STORY)]
    for row, each in zip(rows, found, strict=True):
        assert row["verdict"] == (each["verdict"] or "")
        assert row["value"] == ("" if each["value"] is None else repr(each["value"]))


class Page(HTMLParser):
    """Collects what a browser would fetch, the ids, the places linked to, and the text."""

    def __init__(self):
        super().__init__()
        self.fetched, self.ids, self.used, self.text = [], [], set(), []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and not value.startswith("#"):
                self.fetched.append((tag, value))
            if name == "id":
                self.ids.append(value)
            if name != "style":
                self.used |= set(re.findall(r"(?:^|url\()#([\w.-]+)", value or ""))

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_stands_alone_and_says_what_matters(finished):
    page = Page()
    page.feed((finished[0] / "report.html").read_text(encoding="utf-8"))
    assert not page.fetched
    assert len(page.ids) == len(set(page.ids))
    assert page.used <= set(page.ids)
    text = " ".join(" ".join(page.text).split())
    assert "Why should I believe it?" in text
    assert "Of the 1 fact that must emerge (E), 1 holds" in text
    assert "4 published findings, 8 statistics" in text
    assert "only the E facts are one" in text
    assert f"† {STORY}" in text and "S4†" in text and "S1†" not in text
    assert "The model was mended after S4 had failed in a first run: it is no unseen test" in text
    assert "fact 1 <of> & course" in text  # as text, not as a tag
    assert "Give ten answers of one made centre" in text  # what was simulated
    assert "begun with 8 units of made, which could not tell" in text
    assert "mean = 0.9" in text  # what was switched off
    assert "> 0.7*" in text and "≤ 0.6*" in text  # an open edge, and a closed one
    assert "nothing is corrected for their number" in text
    assert "docs/sampling-plan.md" in text and "frontline validate" in text
    for name, said, tests in checks():
        assert name in text and tests > 0, said


def test_figures_are_complete_and_their_data_are_the_table(finished):
    found = {each["id"]: each for each in table(finished[0])}
    for name in ("facts", "fact-S1", "fact-S4"):
        for kind in ("svg", "png", "csv"):
            assert (finished[0] / "figures" / f"{name}.{kind}").stat().st_size > 200
    with (finished[0] / "figures" / "facts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [name for name in found if "." in name]
    for row in rows:
        assert float(row["value"]) == found[row["id"]]["value"]


def test_provenance_says_where_it_comes_from(finished):
    found = json.loads((finished[0] / "provenance.json").read_text(encoding="utf-8"))
    assert found["kind"] == "evidence"
    assert found["facts"] == ["S1", "S2", "S3", "S4"]
    assert found["plan"] == json.loads(json.dumps(sampling_plan().model_dump()))
    assert found["counts"] == {"jobs": 64 + 8 // MADE.ablated, "failed": 0}
    assert found["sessions"][0]["kept"] == 0
    assert found["sessions"][0]["command"] == ["frontline", "validate"]  # though run from Python
    assert found["state"] == (
        "C: 1 holds, 1 fails, 1 cannot be told; E: 1 holds, 0 fails, 0 cannot be told"
    )


def test_the_table_fits_a_terminal_of_a_hundred_columns():
    long = replace(
        HOLDS,
        id="S20",
        statement="what " * 60,
        parts=(Part("mean", "a long statistic " * 8, -0.30, -0.12), HOLDS.parts[1]),
    )
    long = replace(long, mended="a word " * 40)
    off = Judged(long, {"mean": Estimate(-0.01, -0.03, 0.02)}, {"made": 8})
    judged = Judged(
        long, {"mean": Estimate(-0.201, -0.242, -0.161)}, {"made": 8}, trouble="", ablated=off
    )
    stream = io.StringIO()
    print_facts([judged], Console(file=stream, width=100, highlight=False))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 100
    text = "\n".join(lines)
    assert "−0.20 [−0.24, −0.16]" in text and "[−0.3, −0.12]*" in text
    assert "with the mechanism off" in text and "…" not in text
    assert "S20†" in text and "† a word" in text


def test_numbers_and_bands_are_written_short():
    assert band_text(Part("p", "p", 0.35, 0.8)) == "[0.35, 0.8]*"
    assert band_text(Part("p", "p", 0.35, 0.5, published=True)) == "[0.35, 0.5]"
    assert band_text(Part("p", "p", 0.0)) == "≥ 0"  # a sign is nobody's tolerance
    assert band_text(Part("p", "p", -math.inf, 0.005)) == "≤ 0.005*"
    assert band_text(Part("p", "p", 0.0, strict=True)) == "> 0"
    assert band_text(Part("p", "p", high=0.0, strict=True)) == "< 0"
    assert band_text(Part("p", "p", 0.0, 1.0, strict=True)) == "(0, 1)*"
    assert band_text(Part("p", "p", judged=False)) == "reported only"
    assert value_text(Estimate(0.4211, 0.39, 0.45)) == "0.42 [0.39, 0.45]"
    assert value_text(Estimate(0.0, 0.0, 0.0)) == "0.000 [0.000, 0.000]"
    assert value_text(NOTHING) == "–"


def test_the_lead_counts_and_names_the_test():
    judged = [
        Judged(each, {"mean": Estimate(0.5, 0.45, 0.55), "seen": NOTHING}, {}) for each in FACTS
    ]
    assert lead(judged) == (
        "Of the 1 fact that must emerge (E), 1 holds, 0 fail and 0 cannot be told. "
        "The model was mended after S4 had failed in a first run: it is no unseen test any more. "
        "Of the 3 facts that may be calibrated to (C), 1 holds, 1 fails and 1 cannot be told."
    )
    assert counts(judged, "E") == {"holds": 1, "fails": 0, "cannot be told": 0}
    assert "there are 4" in chance(judged)[0] and "about 0.1 wrong" in chance(judged)[1]


def test_the_lead_counts_those_apart_that_were_never_acted_upon():
    held = {"mean": Estimate(0.5, 0.45, 0.55), "seen": NOTHING}
    lost = {"mean": Estimate(0.9, 0.85, 0.95), "seen": NOTHING}
    never = [replace(ABLATED, id=f"S{n}", mended="") for n in (12, 15)]
    mended = [replace(ABLATED, id=f"S{n}") for n in (2, 3, 16)]
    judged = [Judged(each, held, {}) for each in (*mended, never[0])] + [Judged(never[1], lost, {})]
    assert lead(judged) == (
        "Of the 5 facts that must emerge (E), 4 hold, 1 fails and 0 cannot be told. The model was "
        "mended after S2, S3 and S16 had failed in a first run; of the 2 never acted upon (S12, "
        "S15), 1 holds."
    )
    assert "mended" not in lead([Judged(never[0], held, {})])


@given(
    value=st.floats(-1e3, 1e3),
    half=st.floats(1e-3, 1e3),
    low=st.one_of(st.just(-math.inf), st.floats(-1e3, 1e3)),
    width=st.one_of(st.just(math.inf), st.floats(1e-3, 1e3)),
)
def test_a_standardised_place_is_inside_its_band_as_the_value_is(value, half, low, width):
    """What the overview shows says the same as the numbers, and one-sided ones are in sight."""
    high = math.inf if math.isinf(width) else (0.0 if math.isinf(low) else low) + width
    part, found = Part("p", "p", low, high), Estimate(value, value - half, value + half)
    scale = scale_of(part, found)
    for end in (found.value, found.low, found.high):
        near = min(abs(end - low), abs(end - high)) < 1e-6 * (1.0 + abs(end))
        if not near:
            assert (scale.low <= scale.at(end) <= scale.high) == (low <= end <= high)
        if math.isinf(low) or math.isinf(high):
            assert abs(scale.at(end)) <= REACH


def test_nothing_found_is_nothing_drawn():
    assert overview([Judged(HOLDS, {}, {}, trouble="no data")], 1) is None


def test_entries_of_what_could_not_be_judged_are_complete():
    (whole, part, seen) = entries([Judged(HOLDS, {}, {"made": 8}, trouble="no data")])
    assert whole["verdict"] == "cannot be told" and whole["trouble"] == "no data"
    assert part["value"] is part["low"] is part["high"] is None
    assert whole["part"] is whole["value"] is whole["band"] is None
    assert part["verdict"] == "cannot be told" and seen["verdict"] is None


def test_checks_are_those_that_are_there(tmp_path):
    assert checks(tmp_path / "nowhere") == []
    (tmp_path / "test_this.py").write_text('"""A\nthing.\n\nMore."""\ndef test_it():\n    pass\n')
    assert checks(tmp_path) == [("test_this.py", "A thing.", 1)]


def test_the_time_left_is_told_by_kind_of_work(monkeypatch):
    at = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: at)
    meter = JobMeter(Silence())

    class Ended:
        kept = False

        def __init__(self, work):
            self.job = type("Job", (), {"work": work})

    progress = Progress(jobs=6, facts=1, left={"slow": 2, "quick": 4})
    meter.follow(progress, None)
    assert meter.seconds_left() is None
    for work, seconds in (("slow", 10.0), ("quick", 1.0)):
        at += seconds
        progress.done += 1
        progress.left[work] -= 1
        meter.follow(progress, Ended(work))
    assert meter.seconds_left() == pytest.approx(1 * 10.0 + 3 * 1.0)
    assert meter.text() == "2/6 jobs · 0/1 facts judged · 0:13 left"


def test_the_command_refuses_what_there_is_not_and_writes_nothing(tmp_path, monkeypatch, capsys):
    """The project's own facts are there under their ids; a mistake is no traceback."""
    out = str(tmp_path / "out")
    monkeypatch.setattr(sys, "argv", ["frontline", "validate", "S99", "--out", out])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert 'given "S99", which is no fact; allowed: S1, ' in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["frontline", "validate", "--cluster", "moon:3", "--out", out])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2 and "--cluster" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_every_fact_of_the_project_is_one_that_can_be_judged():
    """Ids and parts are told apart, each judged part has a band, and E facts are not calibrated."""
    assert [each.id for each in PROJECT] == [f"S{n}" for n in range(1, 21)]
    must_emerge = {"S2", "S3", "S4", "S6", "S12", "S15", "S16", "S20"}
    assert {each.id for each in PROJECT if each.use == "E"} == must_emerge
    mended = {"S2", "S3", "S4", "S6", "S16"}
    assert {each.id for each in PROJECT if each.mended} == mended
    assert {each.id for each in PROJECT if each.sign} == mended | {"S15", "S20"}
    assert all(bool(each.ablation) == each.sign for each in PROJECT)
    for each in PROJECT:
        names = [part.name for part in each.parts]
        assert len(set(names)) == len(names) and any(part.judged for part in each.parts)
        assert all(part.low < math.inf and part.low <= part.high for part in each.parts)
        for part in each.parts:
            assert not part.judged or math.isfinite(part.low) or math.isfinite(part.high)
        for dataset in each.data:
            assert dataset.units(sampling_plan()) <= dataset.most(sampling_plan())
            assert Request(each, sampling_plan()).jobs[dataset.name]
