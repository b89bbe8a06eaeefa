"""What a long command would run is told before it is run: nothing is run or written by that."""

import re

import pytest
from typer.testing import CliRunner

from experiments import calibrating, claiming, validation
from experiments.claims.campaign import Campaign
from experiments.claims.claim_file import load_claims, load_shared
from experiments.cli import app
from experiments.evidence.plan import sampling_plan
from experiments.evidence.run import Request
from experiments.working import project_facts


def told(capsys):
    text = capsys.readouterr().out
    assert text.rstrip().splitlines()[-1] == "Nothing was run or written."
    return text


def small():
    shared = load_shared()
    few = {"sets": 2, "form_sets": 2, "large_sets": 2, "long_sets": 2, "null_sets": 2}
    return shared.model_copy(update=few)


MADE = claiming.Sets([{"drain": 0.02}, {"drain": 0.021}, {"drain": 0.022}], {"drain": 0.02})


def keep(jobs, folder):
    """Put files where finished jobs would lie."""
    folder.mkdir(parents=True)
    for job in jobs:
        (folder / f"{job.key}.npz").write_bytes(b"")


def test_the_claims_tell_their_jobs_and_how_many_are_kept(tmp_path, capsys):
    shared = small()
    given = {"root": tmp_path, "sets": MADE, "shared": shared, "dry_run": True, "workers": 3}
    assert claiming.run(["N9"], **given) == 0
    text = told(capsys)
    campaign = Campaign(load_claims(("N9",)), shared, MADE.sets, MADE.medoid, whole=False)
    jobs = {job.key: job for block in campaign.blocks() for _, job in block.jobs(shared)}
    assert f"{len(jobs)} jobs" in text and "3 processes" in text and "claims/N9" in text
    assert list(tmp_path.iterdir()) == []
    keep([*jobs.values()][:5], tmp_path / "claims" / "jobs")
    claiming.run(["N9"], **given)
    assert f"{len(jobs) - 5} jobs (5 of {len(jobs)} are kept)" in told(capsys)
    claiming.run(["N9"], **given, replace=True)
    assert f"{len(jobs)} jobs\n" in told(capsys)
    assert [each.name for each in tmp_path.rglob("*") if each.is_dir()] == ["claims", "jobs"]


def test_the_facts_tell_theirs(tmp_path, capsys):
    (fact,) = (each for each in project_facts() if each.id == "S3")
    asked = [Request(fact, sampling_plan())]
    asked += [Request(fact, sampling_plan(), ablated=True)] if fact.ablation else []
    jobs = {job.key: job for each in asked for some in each.jobs.values() for job in some}
    assert validation.run(root=tmp_path, ids=["S3"], dry_run=True) == 0
    text = told(capsys)
    assert f"{len(jobs)} jobs" in text and "validation/S3" in text
    assert list(tmp_path.iterdir()) == []
    keep(jobs.values(), tmp_path / "validation" / "jobs")
    validation.run(root=tmp_path, ids=["S3"], dry_run=True)
    assert "next to none" in told(capsys)


def test_a_calibration_tells_its_own_and_what_stands_in_its_way(tmp_path, capsys):
    assert calibrating.run(root=tmp_path, dry_run=True, workers=2) == 0
    text = told(capsys)
    hours = float(re.search(r"about ([\d.]+) h", text)[1])
    assert 1 <= hours <= 2  # as the claims say
    assert list(tmp_path.iterdir()) == []
    folder = tmp_path / "calibration" / "reference"
    for jobs, count in (("jobs", 3), ("sketches", 4)):
        (folder / jobs).mkdir(parents=True)
        for number in range(count):
            (folder / jobs / f"{number}.npz").write_bytes(b"")
    (folder / "provenance.json").write_text("{}")
    before = sorted(tmp_path.rglob("*"))
    calibrating.run(root=tmp_path, dry_run=True)
    text = capsys.readouterr().out
    assert "(3 of " in text  # looks at candidates are no runs
    assert "was made with another config" in text.splitlines()[-1]
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("command", ["validate", "calibrate", "claims"])
def test_workers_of_these_commands_are_processes(command):
    text = CliRunner().invoke(app, [command, "--help"]).output
    assert "--dry-run" in text
    assert "Processes; default: one a core." in " ".join(text.split())


def test_without_an_ensemble_it_is_said_how_long_one_takes(tmp_path, monkeypatch):
    monkeypatch.setattr(claiming, "shipped_folder", lambda: tmp_path / "shipped")
    out = str(tmp_path / "results")
    result = CliRunner().invoke(app, ["claims", "--dry-run", "--out", out])
    assert "one to two hours" in str(result.exception)
    assert list(tmp_path.iterdir()) == []
