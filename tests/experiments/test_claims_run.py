"""A run of claims from end to end: pages, tables, resuming, stopping; and pages of all claims."""

import json
import re
from threading import Event

import numpy as np
import pytest

from experiments import claiming
from experiments.claims.advocate import candidates, confirmed, confirming
from experiments.claims.campaign import (
    ENSEMBLE,
    SEARCH,
    Campaign,
    Progress,
    Ran,
    run_blocks,
)
from experiments.claims.claim_file import load_claims, load_shared
from experiments.claims.findings import found
from experiments.claims.measures import NAMES, PERIODS
from experiments.claims.printing import rendered
from experiments.claims.wording import sets_text
from experiments.crew import Crew, Hooks, make_crew
from experiments.errors import RequestError
from experiments.jobs import Interrupted
from experiments.report import claims_page

KEYS = [
    "id",
    "use",
    "statement",
    "value",
    "low",
    "high",
    "band",
    "verdict",
    "source",
    "sets",
    "refuted",
    "meeting_all_bands",
    "sign",
    "deciders",
    "wording",
    "coding",
    "size",
]


def small(sets: int = 3):
    """Return what a run in a blink shares: one seat, hardly any warm-up."""
    shared = load_shared()
    return shared.model_copy(
        update={
            "warmup_days": 10,
            "sets": sets,
            "seats": 1,
            "form_sets": 2,
            "large_sets": 2,
            "large_seats": 2,
            "null_sets": 2,
            "form": {"churn": shared.form["churn"]},
        }
    )


def made_sets(count: int) -> claiming.Sets:
    rng = np.random.default_rng(1)
    sets = [
        {"customers": 6_000, "drain": float(f"{0.02 + 0.01 * rng.random():.3g}")}
        for _ in range(count)
    ]
    return claiming.Sets(sets, sets[0])


@pytest.fixture(scope="module")
def finished(tmp_path_factory, request):
    root = tmp_path_factory.mktemp("results")
    status = claiming.run(
        ["N9"], root=root, workers=1, quiet=True, sets=made_sets(3), shared=small()
    )
    assert status == 0
    return root


def test_a_run_leaves_tables_and_pages(finished):
    folder = finished / "claims" / "N9"
    table = json.loads((folder / "table.json").read_text())
    assert [list(entry) for entry in table] == [KEYS]
    assert (table[0]["id"], table[0]["use"]) == ("N9", "N")
    assert 0.0 <= table[0]["low"] <= table[0]["value"] <= table[0]["high"] <= 1.0
    page = (folder / "claims" / "N09.html").read_text(encoding="utf-8")
    assert "A sincere apology reduces hostility" in page
    for path in (folder / "report.html", folder / "claims" / "N09.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'(src|href)="https?:', text), "fetches something"
        assert "{{" not in text
    for kind in ("svg", "png", "csv"):
        assert (folder / "figures" / f"N09-sets.{kind}").stat().st_size > 0


def test_what_was_run_is_not_run_again_and_gives_the_same(finished, capsys):
    folder = finished / "claims" / "N9"
    before = (folder / "table.json").read_text()
    claiming.run(
        ["N9"],
        root=finished,
        workers=1,
        as_json=True,
        quiet=True,
        sets=made_sets(3),
        shared=small(),
    )
    assert json.loads(capsys.readouterr().out) == json.loads(before)
    sessions = json.loads((folder / "provenance.json").read_text())["sessions"]
    assert sessions[0]["command"] == ["frontline", "claims", "N9"]  # though run from Python
    assert sessions[0]["runs"] > 0 and sessions[1]["runs"] == 0
    assert sessions[1]["kept"] == sessions[0]["runs"]


def test_pages_of_other_sets_are_kept(finished, monkeypatch):
    """Data are never lost: what another ensemble gave moves into a folder beside."""
    folder = finished / "claims" / "N9"
    before = (folder / "table.json").read_bytes()
    fewer = claiming.Sets(made_sets(3).sets[::2], {})  # of which all has been run already
    monkeypatch.setattr(claims_page, "write_claims", lambda *given: None)  # it takes two seconds
    given = {"sets": fewer, "shared": small(2), "say": lambda line: None}
    assert claiming.run(["N9"], root=finished, workers=1, quiet=True, **given) == 0
    (older,) = folder.glob("older-*")
    assert (older / "table.json").read_bytes() == before
    assert (older / "claims" / "N09.html").is_file() and (older / "report.html").is_file()
    assert (folder / "table.json").read_bytes() != before


def test_an_unknown_claim_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(RequestError, match="which is no claim"):
        claiming.run(["N99"], root=tmp_path, sets=made_sets(3), shared=small())
    assert list(tmp_path.iterdir()) == []


def test_a_stop_keeps_what_is_done_and_says_so(tmp_path):
    stop = Event()
    crew = make_crew("compiled", 1)
    crew = Crew(crew.executor, crew.capacity, Hooks(stop=stop))
    shared = small()
    campaign = Campaign(load_claims(("N9",)), shared, made_sets(3).sets, {}, whole=False)

    def follow(progress: Progress) -> None:
        if progress.done == 2:
            stop.set()

    progress = Progress()
    with crew, pytest.raises(Interrupted):
        run_blocks(campaign.blocks(), shared, tmp_path, crew, progress, follow)
    assert 2 <= len(list(tmp_path.glob("*.npz"))) < progress.runs


def made_runs(block, rng):
    """Return values as a run might give: an effect of each arm, and a little noise."""
    values = {}
    for place, key in enumerate(block.arms):
        tail = (len(PERIODS), len(NAMES))
        effect = np.random.default_rng([1, place]).normal(0.0, 0.02, (1, 1, *tail))
        shape = (len(block.sets), len(block.replications), *tail)
        values[key] = 0.5 + effect + rng.normal(0.0, 0.01, shape)
    return Ran(block, values)


@pytest.fixture(scope="module")
def findings():
    shared = small(12)
    shared = shared.model_copy(
        update={"wide": shared.wide.model_copy(update={"points": 8, "judged": 4, "confirm": 3})}
    )
    sets = made_sets(12)
    meets = [place % 3 > 0 for place in range(12)]
    campaign = Campaign(load_claims(), shared, sets.sets, sets.medoid, meets)
    rng = np.random.default_rng(3)
    runs = {block.name: made_runs(block, rng) for block in campaign.blocks()}
    policies = {name: campaign.policies[name] for name in shared.policies}
    looked = [(runs[ENSEMBLE], True), (runs[SEARCH], False)]
    leading = candidates(looked, policies, shared.wide.tried)
    fresh = made_runs(confirming(leading, policies, shared), rng)
    return found(campaign, runs, confirmed(leading, fresh, looked, policies))


def test_the_table_has_every_claim(findings):
    assert [entry["id"] for entry in findings.table] == [f"N{number}" for number in range(1, 27)]
    assert all(entry["band"] == [0.5, 1.0] for entry in findings.table)
    assert "Of 26 claims" in str(rendered(findings).renderables[4])


def test_filler_is_never_called_plausible(findings):
    """Where sets miss a band, shares are given twice, and the page says how many do."""
    assert findings.filled and len(findings.meeting) == 8
    assert "8 meet all bands" in sets_text(findings)
    entry = findings.table[8]
    assert entry["sets"] == 12 and entry["meeting_all_bands"]["sets"] == 8
    parts = claims_page.report(findings)
    assert parts["filled"] and parts["met"] == 8
    for text in (parts["lead"], parts["sets"], *parts["horizons"]["titles"]):
        assert "plausible" not in text


def test_the_report_of_all_claims_has_all_its_parts(findings):
    parts = claims_page.report(findings)
    assert len(parts["rows"]) == len(parts["form_rows"]) == 26
    assert [each["id"] for each in parts["first"]] == ["N1", "N19"]
    assert len(parts["advocate"]) == 48  # three policies by eight measures and two years
    assert "Equal arms under different names" in parts["null"]
    assert (
        len(parts["horizons"]["titles"]) == 4
    )  # two years, over all sets and those that meet all bands
    assert {name for name, _ in parts["turning"]} == {"N10", "N16", "N17", "N18", "N21", "N24"}
    assert {each["either"] for each in parts["rows"]} <= {
        "seen both ways",
        "only held",
        "only refuted",
        "told nowhere",
    }


def test_what_could_not_be_found_says_how_it_was_searched(findings):
    for each in claims_page.advocate_rows(findings):
        assert re.search(
            r"led in \d+ of 12 sets of the ensemble and \d+ of 8 beyond", each["search"]
        )
        assert each["found"] or each["where"] == "could not be found"


def test_without_an_ensemble_it_is_said_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.setattr(claiming, "shipped_folder", lambda: tmp_path)
    with pytest.raises(RequestError, match="frontline calibrate --keep"):
        claiming.run(root=tmp_path / "results")
    assert list(tmp_path.iterdir()) == []


def test_how_long_it_takes_is_said_at_the_start(finished):
    said = []
    given = {"sets": made_sets(3), "shared": small(), "say": said.append}
    claiming.run(["N9"], root=finished, workers=1, quiet=True, **given)
    assert any(
        re.search(r"About \d+ runs, which take 1 quiet processors some", line) for line in said
    )


@pytest.mark.slow
def test_every_page_is_written(findings, tmp_path):
    session = claiming.Session(
        findings.campaign,
        made_sets(12),
        tmp_path,
        tmp_path / "jobs",
        1,
        None,
        print,
        {"started": "now", "seconds": 1, "runs": 1, "kept": 0, "failed": 0, "workers": 1},
    )
    session.conclude(findings)
    assert len(list((tmp_path / "claims").glob("N*.html"))) == 26
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for heading in ("The founding question", "devil's advocate", "The null", "large enough"):
        assert heading in page or heading.replace("'", "&#39;") in page
    assert json.loads((tmp_path / "advocate.json").read_text())
