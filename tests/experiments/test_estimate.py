"""What an experiment will take, held against what it took."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.command import estimate as package
from experiments.command.estimate import amounts, estimate, lines
from experiments.command.estimate.pieces import Piece, calibrate, crowding, whole_seconds
from experiments.command.estimate.room import Room
from experiments.design import blocks, points
from experiments.runner import run_block
from experiments.store.folder import open_folder

PRECISION = (
    'precision = {measure="loyalty", contrast=["always-right", "balanced"], half_width=0.01, '
    "max_replications=50}"
)


def run_all(experiment, root):
    """Run an experiment and keep its rows, with no report."""
    folder = open_folder(experiment, root)
    orders = {name: order for order, name in enumerate(experiment.policies)}
    for block in blocks(points(experiment)):
        folder.save(run_block(block).runs, orders)
    folder.merge()
    return folder


def on_disk(folder):
    files = [*folder.path.glob("*.parquet"), *folder.contacts.glob("*.parquet")]
    return sum(path.stat().st_size for path in files)


@pytest.mark.parametrize(
    "sets",
    [
        ("replications=4", "days=200", "warmup_days=100"),
        ("replications=12", "days=400", "warmup_days=30"),
        ("replications=3", "days=60", "warmup_days=60", "log_contacts=true"),
    ],
)
def test_the_room_on_disk_is_right_within_a_factor_of_two(make_tiny, tmp_path, sets):
    experiment = make_tiny(*sets)
    told = estimate(experiment, root=tmp_path / "none", workers=1)
    took = on_disk(run_all(experiment, tmp_path))
    assert took / 2 < sum(told.least.disk.values()) < took * 2
    assert ("contacts" in told.least.disk) == experiment.log_contacts


def test_room_is_judged_by_a_shortened_block_as_by_a_whole_one(make_tiny):
    """Most experiments are longer than what a calibration may take."""
    experiment = make_tiny("replications=30", "days=1095", "warmup_days=364")
    pieces = [package.pieces._run_piece(experiment, "compiled", share) for share in (0.1, 1.0)]
    short, whole = (sum(Room(experiment, piece).bytes(30).values()) for piece in pieces)
    assert 0.5 < short / whole < 2.0


def test_nothing_is_made_on_disk(make_tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    estimate(make_tiny(), root=tmp_path / "results")
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_there_is_not_run_again(make_tiny, tmp_path):
    run_all(make_tiny("replications=2"), tmp_path)
    told = estimate(make_tiny("replications=5"), root=tmp_path, workers=1)
    assert (told.there, told.least.runs, told.least.blocks) == (4, 6, 3)
    assert told.least.seconds == pytest.approx(3 * told.block_seconds)
    text = "\n".join(lines(told))
    assert "4 runs are there already" in text and "6 runs in 3 blocks" in text


def test_what_a_run_would_refuse_is_told_beforehand(make_tiny, tmp_path):
    run_all(make_tiny("replications=2"), tmp_path)
    told = estimate(make_tiny("replications=2", "seed=9"), root=tmp_path)
    assert "another config" in told.obstacle and told.least.runs == 4
    assert "would be refused" in lines(told)[0] and lines(told)[-1] == told.obstacle
    (tmp_path / "tiny" / "runs.parquet").write_bytes(b"")
    assert "damaged" in estimate(make_tiny("replications=2"), root=tmp_path).obstacle


def test_with_precision_it_is_a_range(make_tiny, tmp_path):
    told = estimate(make_tiny("replications=10", PRECISION), root=tmp_path, workers=2)
    assert (told.least.replications, told.most.replications) == (10, 50)
    assert (told.least.runs, told.most.runs) == (20, 100)
    assert told.most.seconds == pytest.approx(5 * told.least.seconds)
    assert "10 to 50 replications = 20 to 100 runs" in "\n".join(lines(told))


@pytest.mark.parametrize(
    ("cluster", "workers"), [("local:3", 3), ("slurm:7", 7), ("tcp://10.0.0.1:8786", 1)]
)
def test_the_workers_of_a_cluster_are_read_off_its_address(make_tiny, tmp_path, cluster, workers):
    told = estimate(make_tiny(), root=tmp_path, cluster=cluster)
    assert told.workers == workers
    assert cluster in "\n".join(lines(told))


def test_what_fails_in_the_calibration_is_told(make_tiny, tmp_path, monkeypatch):
    def broken(*given, **rest):
        raise ArithmeticError("spoilt")

    monkeypatch.setattr("sim.simulate", broken)
    told = estimate(make_tiny(), root=tmp_path, workers=1)
    assert len(told.failures) == 2
    assert "spoilt" in lines(told)[-1]


@given(
    fixed=st.floats(0.0, 10.0),
    slope=st.floats(0.01, 100.0),
    shares=st.lists(st.floats(0.001, 1.0), min_size=2, max_size=6, unique=True),
)
def test_a_time_that_grows_by_a_line_is_carried_on_exactly(fixed, slope, shares):
    pieces = [Piece(share, fixed + slope * share, ()) for share in sorted(shares)]
    assert whole_seconds(pieces) == pytest.approx(fixed + slope, rel=1e-3, abs=1e-6)


@given(first=st.floats(0.01, 10.0), second=st.floats(0.01, 10.0))
def test_noise_never_makes_a_whole_block_shorter_than_its_piece(first, second):
    pieces = (Piece(0.1, first, ()), Piece(0.3, second, ()))
    assert second <= whole_seconds(pieces) <= second / 0.3 * (1 + 1e-9)


def test_a_calibration_ends_with_a_good_piece_or_the_whole(make_tiny):
    pieces = calibrate(make_tiny(), "compiled")
    assert pieces[-1].share == 1.0
    assert [piece.share for piece in pieces] == sorted(piece.share for piece in pieces)
    assert crowding(make_tiny(), "compiled", pieces[-1], 1) == 1.0
    assert crowding(make_tiny(), "compiled", pieces[-1], 2) >= 1.0


def test_memory_grows_with_the_centre_and_by_its_agents(make_tiny):
    small, large = (
        package.room.memory(make_tiny(f"centre.customers={n}"), "compiled") for n in (300, 30_000)
    )
    assert 0 < small < large
    assert package.room.memory(make_tiny(), "mesa") > small
    assert large > 2 * 30_000 * 50  # two copies of the customers, of at least 50 bytes each


def test_it_works_in_a_thread_and_uses_every_core_by_default(make_tiny, tmp_path):
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(estimate, make_tiny(), root=tmp_path).result()
    assert told.workers == (os.cpu_count() or 1)
    assert amounts.Amount is package.Amount
