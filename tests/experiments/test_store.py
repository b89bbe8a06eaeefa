import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.config import load_experiment, to_toml
from experiments.design import blocks, points
from experiments.errors import RequestError
from experiments.runner import Run, failed, run_block
from experiments.store import parquet, shards
from experiments.store.folder import Folder, config_hash, missing, open_folder

ORDERS = {"always-right": 0, "balanced": 1}


@pytest.fixture
def folder(make_tiny, tmp_path):
    return open_folder(make_tiny(), tmp_path / "results")


_MADE = {}


def runs_of(experiment):
    """Return the runs of an experiment, block by block; each is simulated once for all tests."""
    made = []
    for block in blocks(points(experiment)):
        keys = tuple(point.key for point in block.points)
        if keys not in _MADE:
            _MADE[keys] = run_block(block).runs
        made.append(_MADE[keys])
    return made


def test_columns_survive_a_file_with_an_odd_name(tmp_path):
    path = tmp_path / "it's [a] *folder*" / "x.parquet"
    path.parent.mkdir()
    parquet.write(
        path,
        {
            "n": np.arange(3),
            "x": np.array([0.1, np.nan, np.inf]),
            "t": np.array(["a", None, "ü"], dtype=object),
        },
    )
    back = parquet.read([path])
    assert back["n"].tolist() == [0, 1, 2]
    np.testing.assert_array_equal(back["x"], [0.1, np.nan, np.inf])
    assert back["t"].tolist() == ["a", None, "ü"]
    nulls = parquet.read([path], "SELECT count(*) AS n FROM sources WHERE x IS NULL")
    assert nulls["n"].tolist() == [1]


def test_null_among_whole_numbers_and_truth_values_reads_as_nan(tmp_path):
    path = tmp_path / "x.parquet"
    parquet.write(path, {"x": np.array([1.0, np.nan])})
    query = "SELECT x::INT AS n, x > 0 AS t, 1 AS whole, x > 0 IS NULL AS missing FROM sources"
    back = parquet.read([path], query)
    np.testing.assert_array_equal(back["n"], [1.0, np.nan])
    np.testing.assert_array_equal(back["t"], [1.0, np.nan])
    assert back["whole"].tolist() == [1, 1] and back["whole"].dtype.kind == "i"
    assert back["missing"].tolist() == [False, True]


def test_nothing_half_written_is_left(tmp_path):
    path = tmp_path / "x.txt"
    parquet.write_text(path, "old")
    with pytest.raises(RuntimeError), parquet.written_aside(path) as aside:
        aside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_kept_comes_back_bit_for_bit(make_tiny, folder, assert_same_rows):
    made = runs_of(make_tiny())
    for runs in reversed(made):
        folder.save(runs, ORDERS)
    before = folder.runs()
    folder.merge()
    assert_same_rows(before, folder.runs())
    assert not folder.shards.exists()
    flat = [run for runs in made for run in runs]
    assert before["run_id"].tolist() == [run.point.run_id for run in flat]
    np.testing.assert_array_equal(before["loyalty"], [run.values["loyalty"] for run in flat])
    series = parquet.read(folder.sources("series"))
    weeks = series["week"].reshape(6, -1)
    assert (weeks == weeks[0]).all() and weeks[0].tolist() == sorted(weeks[0])
    for place, run in enumerate(flat):
        found = series["csat"].reshape(6, -1)[place]
        np.testing.assert_array_equal(found[weeks[0] >= 1], run.series["csat"][-3:])


def test_merging_again_changes_nothing(make_tiny, folder, assert_same_rows):
    for runs in runs_of(make_tiny()):
        folder.save(runs, ORDERS)
    folder.merge()
    before = folder.runs()
    folder.merge()
    assert_same_rows(before, folder.runs())


def test_missing_is_what_is_not_there_or_failed(make_tiny, folder):
    experiment = make_tiny()
    every = list(points(experiment))
    assert list(missing(every, folder)) == every
    made = runs_of(experiment)
    folder.save(made[0], ORDERS)
    folder.save([made[1][0], failed(every[3], OSError("no"))], ORDERS)
    assert list(missing(every, folder)) == every[3:]


def test_a_run_that_is_done_at_last_takes_the_place_of_its_failure(make_tiny, folder):
    made = runs_of(make_tiny("replications=1"))
    folder.save([failed(run.point, OSError("no")) for run in made[0]], ORDERS)
    folder.merge()
    assert all(folder.runs()["error"])
    assert np.isnan(folder.runs()["loyalty"]).all()
    folder.save(made[0], ORDERS)
    folder.merge()
    assert not any(folder.runs()["error"])
    assert len(folder.runs()["run_id"]) == 2


def test_series_without_their_runs_do_not_count_twice(make_tiny, folder):
    """A block that was cut short between its two files is run again."""
    (runs, *_) = runs_of(make_tiny("replications=1"))
    folder.save(runs, ORDERS)
    for shard in folder.shards.glob("runs-*"):
        shard.unlink()
    assert folder.done() == set()
    assert folder.table("series") == {}
    folder.save(runs[:1], ORDERS)
    folder.save(runs[1:], ORDERS)
    folder.merge()
    series = parquet.read(folder.sources("series"))
    keys = list(zip(series["policy"], series["week"], strict=True))
    assert len(set(keys)) == len(keys) and len(keys) == sum(len(run.series["csat"]) for run in runs)


def test_equal_policies_keep_a_row_each(make_tiny, folder):
    (runs, *_) = runs_of(make_tiny("replications=1"))
    twin = Run(replace(runs[0].point, name="balanced"), runs[0].values, runs[0].series)
    folder.save([runs[0], twin], ORDERS)
    folder.merge()
    rows = folder.runs()
    assert rows["policy"].tolist() == ["always-right", "balanced"]
    assert rows["run_id"][0] == rows["run_id"][1]


def test_a_folder_of_the_same_config_is_taken_up_again(make_tiny, folder):
    again = open_folder(make_tiny(), folder.path.parent)
    assert again == folder
    assert again.provenance()["config_hash"] == config_hash(make_tiny())


def test_the_config_that_is_kept_has_the_same_hash(make_tiny, folder):
    from experiments.config import load_experiment

    assert config_hash(load_experiment(folder.config)) == config_hash(make_tiny())


def test_the_hash_is_of_what_determines_the_rows(make_tiny):
    assert config_hash(make_tiny("question=Why?")) == config_hash(make_tiny())
    assert config_hash(make_tiny("seed=1")) != config_hash(make_tiny())
    assert config_hash(make_tiny("replications=4")) == config_hash(make_tiny())
    assert config_hash(make_tiny("log_contacts=true")) != config_hash(make_tiny())


def contents(path):
    files = [file for file in path.rglob("*") if file.is_file()]
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}


def refused(experiment, folder):
    before = contents(folder.path)
    with pytest.raises(RequestError) as caught:
        open_folder(experiment, folder.path.parent)
    assert contents(folder.path) == before
    (message,) = caught.value.messages
    assert "--out" in message and "--replace" in message and "nothing was changed" in message
    return message


def test_another_config_is_refused(make_tiny, folder):
    assert "another config" in refused(make_tiny("seed=3"), folder)


def test_another_version_of_the_model_is_refused(make_tiny, folder):
    folder.write_json("provenance.json", {**folder.provenance(), "model": "older"})
    assert "another version of the model" in refused(make_tiny(), folder)


def test_what_is_no_results_folder_is_refused(make_tiny, folder):
    (folder.path / "provenance.json").unlink()
    assert "no provenance.json" in refused(make_tiny(), folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"model": "x"}', "\x00\xff"])
def test_a_damaged_provenance_is_refused(make_tiny, folder, text):
    (folder.path / "provenance.json").write_bytes(text.encode("latin-1"))
    assert "provenance.json is damaged" in refused(make_tiny(), folder)


def test_an_empty_folder_is_taken(make_tiny, tmp_path):
    (tmp_path / "results" / "tiny").mkdir(parents=True)
    assert open_folder(make_tiny(), tmp_path / "results").config.is_file()


def test_a_folder_that_was_killed_at_its_very_beginning_is_taken(make_tiny, tmp_path):
    path = tmp_path / "results" / "tiny"
    path.mkdir(parents=True)
    (path / ".provenance.json.part").write_text("{")
    assert open_folder(make_tiny(), tmp_path / "results").config.is_file()
    assert not list(path.glob(".*"))


def test_replacing_moves_the_old_folder_aside(make_tiny, folder):
    before = contents(folder.path)
    other = make_tiny("seed=3")
    for count in (1, 2):
        new = open_folder(other, folder.path.parent, replace=True)
        assert new.provenance()["config_hash"] == config_hash(other)
        old = sorted(folder.path.parent.glob("tiny.old-*"))
        assert len(old) == count
    assert any(contents(path) == before for path in old)


def test_json_has_no_nan(folder):
    with pytest.raises(ValueError, match="not JSON compliant"):
        folder.write_json("x.json", {"x": float("nan")})
    assert json.loads((folder.path / "provenance.json").read_text())


def test_more_replications_are_written_into_the_config(make_tiny, folder):
    told = []
    open_folder(make_tiny("replications=5"), folder.path.parent, say=told.append)
    assert load_experiment(folder.config).replications == 5
    assert len(told) == 1 and "from 3 to 5" in told[0]
    assert not list(folder.path.glob("config.toml.*"))


def test_fewer_replications_leave_the_larger_number(make_tiny, folder, assert_same_rows):
    for runs in runs_of(make_tiny()):
        folder.save(runs, ORDERS)
    before, rows = folder.config.read_text(), folder.runs()
    told = []
    open_folder(make_tiny("replications=1"), folder.path.parent, say=told.append)
    assert folder.config.read_text() == before
    assert_same_rows(rows, folder.runs())
    assert len(told) == 1 and "3 replications" in told[0]


def test_the_same_config_changes_no_file(make_tiny, folder):
    before = contents(folder.path)
    told = []
    open_folder(make_tiny(), folder.path.parent, say=told.append)
    assert contents(folder.path) == before and not told


def test_what_is_made_of_the_rows_may_change_and_the_old_file_is_kept(make_tiny, folder):
    for count, question in enumerate(("Why?", "How?"), start=1):
        before, told = folder.config.read_text(), []
        open_folder(make_tiny(f"question={question}"), folder.path.parent, say=told.append)
        assert load_experiment(folder.config).question == question
        assert (folder.path / f"config.toml.{count}").read_text() == before
        assert len(told) == 1 and f"config.toml.{count}" in told[0]


def test_a_comment_of_ones_own_in_the_config_is_not_lost(make_tiny, folder):
    mine = folder.config.read_text() + "# a thought of mine\n"
    folder.config.write_text(mine)
    open_folder(make_tiny("replications=5"), folder.path.parent)
    assert (folder.path / "config.toml.1").read_text() == mine


def test_with_precision_the_first_stage_cannot_become_smaller(make_tiny, tmp_path):
    """The number at which the precision is reached follows from the first stage."""
    root = tmp_path / "results"
    open_folder(make_tiny("replications=60"), root)
    asked = (
        '{measure="loyalty",contrast=["balanced","always-right"],half_width=1,max_replications=80}'
    )
    with pytest.raises(RequestError, match="begun with replications = 60"):
        open_folder(make_tiny("replications=30", f"precision=[{asked}]"), root)
    folder = open_folder(make_tiny("replications=60", f"precision=[{asked}]"), root)
    kept = load_experiment(folder.config)
    assert kept.replications == 60 and kept.precision[0].max_replications == 80


def test_a_damaged_config_is_told_and_can_be_moved_away(make_tiny, folder):
    text = folder.config.read_text()
    for damaged in (text[: len(text) // 2], "", text.replace("seed = 2026", "seed = 1")):
        folder.config.write_text(damaged)
        before = contents(folder.path)
        with pytest.raises(RequestError, match="Move it away"):
            open_folder(make_tiny(), folder.path.parent)
        assert contents(folder.path) == before
    folder.config.rename(folder.path / "damaged.toml")
    open_folder(make_tiny(), folder.path.parent)
    assert folder.config.read_text() == text == to_toml(make_tiny())


def test_many_blocks_are_packed_and_no_row_changes(
    make_tiny, folder, monkeypatch, assert_same_rows
):
    monkeypatch.setattr(shards, "PACK", 3)
    experiment = make_tiny("replications=8")
    made = runs_of(experiment)
    for count, runs in enumerate(made, start=1):
        folder.save(runs, ORDERS)
        assert len(list(folder.shards.glob("runs-*"))) == count // 3 + count % 3
    before = {kind: folder.table(kind) for kind in ("runs", "series")}
    assert before["runs"]["replication"].tolist() == [n for n in range(1, 9) for _ in ORDERS]
    folder.merge()
    for kind, rows in before.items():
        assert_same_rows(rows, folder.table(kind))
        assert_same_rows(rows, parquet.read([folder.path / f"{kind}.parquet"]))
    assert not list(missing(points(experiment), folder))


def with_more(runs):
    """Return runs with careers and weeks of the warm-up, as the model gives them."""
    return [
        replace(
            run,
            careers={"rep": np.arange(3), "left": np.array([1.5, np.nan, 2.0])},
            series={"week": np.array([-1, 0, 1]), "loyalty": np.array([0.1, 0.2, 0.3])},
        )
        for run in runs
    ]


def test_careers_and_weeks_of_the_warmup_come_back(make_tiny, folder):
    made = [with_more(runs) for runs in runs_of(make_tiny())]
    for runs in reversed(made):
        folder.save(runs, ORDERS)
    for _ in ("shards", "merged"):
        careers, series = folder.table("careers"), folder.table("series", ["week", "replication"])
        assert careers["rep"].tolist() == [0, 1, 2] * 6 and careers["rep"].dtype.kind == "i"
        assert careers["replication"].tolist() == [n for n in (1, 2, 3) for _ in range(6)]
        np.testing.assert_array_equal(careers["left"], [1.5, np.nan, 2.0] * 6)
        assert series["week"].tolist() == [-1, 0, 1] * 6 and list(series) == ["week", "replication"]
        folder.merge()


def test_a_run_whose_contacts_are_missing_is_not_done(make_tiny, tmp_path):
    experiment = make_tiny("log_contacts=true", "replications=1")
    folder = open_folder(experiment, tmp_path / "results")
    (runs,) = runs_of(experiment)
    runs = [replace(run, contacts=b"PAR1....PAR1") for run in runs]
    folder.save(runs, ORDERS)
    folder.merge()
    there = sorted(folder.contacts.iterdir())
    assert [path.name for path in there] == [
        f"000001-{run.point.name}-{run.point.run_id}.parquet" for run in runs
    ]
    assert folder.done() == {run.point.key for run in runs}
    there[0].unlink()
    assert folder.done() == {runs[1].point.key}
    folder.save(runs[:1], ORDERS)
    folder.merge()
    assert len(folder.runs()["run_id"]) == len(folder.done()) == 2


@pytest.fixture(scope="module")
def templates():
    """Keep the two folders that are damaged, to be copied."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@pytest.fixture
def saved(make_tiny, templates, folder):
    """Return a function that fills the folder, merged or not, and says where the files are."""

    def fill(merged):
        template = Folder(templates / str(merged) / "tiny")
        if not template.path.exists():
            open_folder(make_tiny(), template.path.parent)
            for runs in runs_of(make_tiny()):
                template.save(with_more(runs), ORDERS)
            if merged:
                template.merge()
        shutil.rmtree(folder.path)
        shutil.copytree(template.path, folder.path)
        return folder.path if merged else folder.shards

    return fill


def told_of_damage(make_tiny, folder):
    before = contents(folder.path)
    with pytest.raises(RequestError) as caught:
        open_folder(make_tiny(), folder.path.parent)
    assert contents(folder.path) == before
    assert "nothing was changed" in caught.value.messages[-1]
    return caught.value.messages


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(bytes(data))


DAMAGES = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-50]),
    "is empty": lambda path: path.write_bytes(b""),
    "another digest": flip,
    "no Parquet file": lambda path: path.write_text("Dear diary, today I met a duck."),
    "is missing": lambda path: path.unlink(),
}


@pytest.mark.parametrize("merged", [False, True], ids=["shards", "merged"])
@pytest.mark.parametrize("kind", shards.KINDS)
@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_told(make_tiny, saved, folder, what, kind, merged):
    where = saved(merged)
    harmed = max(where.glob(f"{kind}*.parquet"))
    DAMAGES[what](harmed)
    if (what, kind) == ("is missing", "runs"):  # then the runs are merely not there
        left = list(missing(points(make_tiny()), open_folder(make_tiny(), folder.path.parent)))
        assert len(left) == (6 if merged else 2)
        return
    first, last = told_of_damage(make_tiny, folder)
    assert what in first
    if what != "is missing":
        assert str(harmed) in first and str(harmed) in last


@pytest.mark.parametrize("merged", [False, True], ids=["shards", "merged"])
@pytest.mark.parametrize("kind", shards.KINDS)
@pytest.mark.parametrize("what", ["another digest", "is missing"])
def test_the_way_out_of_damage_brings_every_row_back(
    make_tiny, saved, folder, what, kind, merged, tmp_path, assert_same_rows
):
    where = saved(merged)
    before = {each: folder.table(each) for each in shards.KINDS}
    DAMAGES[what](max(where.glob(f"{kind}*.parquet")))
    if (what, kind) != ("is missing", "runs"):
        last = told_of_damage(make_tiny, folder)[-1]
        for path in map(Path, last.partition("be run again: ")[2].partition(". ")[0].split(", ")):
            path.rename(tmp_path / path.name)
    again = open_folder(make_tiny(), folder.path.parent)
    done = again.done()
    made = [run for runs in runs_of(make_tiny()) for run in runs]
    again.save(with_more([run for run in made if run.point.key not in done]), ORDERS)
    again.merge()
    for each, rows in before.items():
        assert_same_rows(rows, again.table(each))
    open_folder(make_tiny(), folder.path.parent)


def test_a_shard_with_another_ones_content_is_told(make_tiny, saved, folder):
    saved(merged=False)
    one, other, *_ = sorted(folder.shards.glob("runs-*"))
    one.write_bytes(other.read_bytes())
    assert "another digest" in told_of_damage(make_tiny, folder)[0]


def test_contacts_cut_short_are_told(make_tiny, tmp_path):
    experiment = make_tiny("log_contacts=true", "replications=1")
    folder = open_folder(experiment, tmp_path / "results")
    (runs,) = runs_of(experiment)
    folder.save([replace(run, contacts=b"PAR1....PAR1") for run in runs], ORDERS)
    harmed = min(folder.contacts.iterdir())
    harmed.write_bytes(b"PAR1..")
    with pytest.raises(RequestError, match="cut short"):
        open_folder(experiment, tmp_path / "results")
    harmed.rename(tmp_path / "away")
    assert len(open_folder(experiment, tmp_path / "results").done()) == 1


def test_a_file_that_cannot_be_read_is_told_in_a_line(saved, folder):
    (saved(merged=True) / "runs.parquet").write_bytes(b"PAR1 and so on")
    with pytest.raises(RequestError, match="cannot be read") as caught:
        folder.runs()
    assert "\n" not in str(caught.value)


def test_what_a_killed_process_left_goes_and_what_is_foreign_stays(make_tiny, saved, folder):
    saved(merged=False)
    parts = [
        folder.path / ".runs.parquet.part",
        folder.path / ".config.toml.part",
        folder.shards / ".runs-x.part",
        folder.path / ".spill.part" / "duckdb_temp_0",
    ]
    foreign = [
        folder.path / "notes.md",
        folder.path / "half.part",
        folder.shards / "runs-copy.parquet",
        folder.shards / "runs-000001x1 (copy).parquet",
        folder.path / "contacts" / "mine.parquet",
    ]
    for path in parts + foreign:
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    again = open_folder(make_tiny(), folder.path.parent)
    assert not any(path.exists() for path in parts) and not parts[-1].parent.exists()
    again.merge()
    assert all(path.read_text() == "x" for path in foreign)
    assert len(again.runs()["run_id"]) == 6


def test_digests_survive_what_else_is_written_into_the_provenance(make_tiny, saved, folder):
    saved(merged=True)
    folder.write_json("provenance.json", folder.provenance() | {"seed": 1})
    flip(folder.path / "series.parquet")
    assert "another digest" in told_of_damage(make_tiny, folder)[0]
