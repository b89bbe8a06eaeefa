"""Experiments that run in a blink, and ways to compare what they leave."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from experiments.config import Experiment, load_experiment
from experiments.store.parquet import Columns

TINY = """
name = "tiny"
question = "Does <it> work?"
policies = ["always-right", "balanced"]
warmup_days = 20
days = 21
replications = 3

[centre]
customers = 300
seats = 2
team_size = 2
"""

MakeTiny = Callable[..., Experiment]
Same = Callable[[Mapping[str, np.ndarray], Mapping[str, np.ndarray]], None]


@pytest.fixture(scope="session")
def tiny_text() -> str:
    """Return the text of a tiny experiment's file."""
    return TINY


@pytest.fixture
def tiny_file(tmp_path: Path, tiny_text: str) -> Path:
    """Return the file of a tiny experiment."""
    path = tmp_path / "tiny.toml"
    path.write_text(tiny_text, encoding="utf-8")
    return path


@pytest.fixture
def make_tiny(tiny_file: Path) -> MakeTiny:
    """Return a function that makes a tiny experiment with some keys set."""
    return lambda *sets: load_experiment(tiny_file, sets)


@pytest.fixture
def assert_same_rows() -> Same:
    """Return a check that two tables hold the same rows, bit for bit."""

    def check(one: Columns, other: Columns) -> None:
        assert list(one) == list(other)
        for name in one:
            if one[name].dtype == object:
                assert one[name].tolist() == other[name].tolist(), name
            else:
                np.testing.assert_array_equal(one[name], other[name], err_msg=name)

    return check
