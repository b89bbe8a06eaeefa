import json
from dataclasses import replace

import numpy as np
import pytest

from experiments import parquet
from experiments.design import blocks, points
from experiments.errors import RequestError
from experiments.runner import Run, failed, run_block
from experiments.store import config_hash, missing, open_folder

ORDERS = {"always-right": 0, "balanced": 1}


@pytest.fixture
def folder(make_tiny, tmp_path):
    return open_folder(make_tiny(), tmp_path / "results")


def runs_of(experiment):
    return [run_block(block).runs for block in blocks(points(experiment))]


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
    assert len(series["week"]) == 6 * 3
    np.testing.assert_array_equal(series["csat"][:3], flat[0].series["csat"])


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
    assert missing(every, folder) == every
    made = runs_of(experiment)
    folder.save(made[0], ORDERS)
    folder.save([made[1][0], failed(every[3], OSError("no"))], ORDERS)
    assert missing(every, folder) == every[3:]


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
    folder.save(runs[:1], ORDERS)
    folder.save(runs[1:], ORDERS)
    folder.merge()
    assert len(parquet.read(folder.sources("series"))["week"]) == 2 * 3


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
    return {file.name: file.read_bytes() for file in path.rglob("*") if file.is_file()}


def refused(experiment, folder):
    before = contents(folder.path)
    with pytest.raises(RequestError) as caught:
        open_folder(experiment, folder.path.parent)
    assert contents(folder.path) == before
    (message,) = caught.value.messages
    assert "--out" in message and "--replace" in message
    return message


def test_another_config_is_refused(make_tiny, folder):
    assert "another config" in refused(make_tiny("seed=3"), folder)


def test_another_version_of_the_model_is_refused(make_tiny, folder):
    folder.write_json("provenance.json", {**folder.provenance(), "model": "older"})
    assert "another version of the model" in refused(make_tiny(), folder)


def test_what_is_no_results_folder_is_refused(make_tiny, folder):
    (folder.path / "provenance.json").unlink()
    assert "no provenance.json" in refused(make_tiny(), folder)


def test_an_empty_folder_is_taken(make_tiny, tmp_path):
    (tmp_path / "results" / "tiny").mkdir(parents=True)
    assert open_folder(make_tiny(), tmp_path / "results").config.is_file()


def test_replacing_moves_the_old_folder_aside(make_tiny, folder):
    before = contents(folder.path)
    other = make_tiny("seed=3")
    for count in (1, 2):
        new = open_folder(other, folder.path.parent, replace=True)
        assert new.provenance()["config_hash"] == config_hash(other)
        old = sorted(folder.path.parent.glob("tiny.old-*"))
        assert len(old) == count
    assert any(contents(path) == before for path in old)


def test_a_damaged_file_is_told_and_kept(make_tiny, folder):
    (runs, *_) = runs_of(make_tiny("replications=1"))
    folder.save(runs, ORDERS)
    (shard,) = folder.shards.glob("runs-*")
    shard.write_bytes(shard.read_bytes()[:100])
    with pytest.raises(RequestError, match="cannot be read"):
        folder.done()
    assert shard.exists()


def test_json_has_no_nan(folder):
    with pytest.raises(ValueError, match="not JSON compliant"):
        folder.write_json("x.json", {"x": float("nan")})
    assert json.loads((folder.path / "provenance.json").read_text())
