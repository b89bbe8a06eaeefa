"""Imports run one way: cli -> report -> figures -> analysis -> store -> config -> sim."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = (
    {"cli", "api", "command.tools", "command.comparing", "command.completion", "command.parts"},
    {
        "bench",
        "reference",
        "session",
        "watch",
        "validation",
        "claiming",
        "calibrating",
        "calibrating_session",
        "conclusion",
        "working",
        "branching",
        "branching_plain",
        "kinds",
        "frames",
        "command.table",
    },
    {"command.listing", "command.estimate", "studies"},
    {"report", "demo"},
    {"figures"},
    {"evidence", "calibration", "claims", "own_centre", "observing"},
    {"analysis"},
    {"store.query", "store.closed_off", "store.units", "provenance", "command.progress"},
    {"store.folder", "store.opening", "store.columns", "store.shards", "store.damage"},
    {"jobs"},
    {"crew", "cluster"},
    {"runner"},
    {"contacts", "design", "rows", "store.parquet", "store.lock"},
    {"schema", "command.tables"},
    {"registry"},
    {"config"},
    {"given"},
    {"config_parts", "budget", "recipes", "catalogue", "toml_text", "explain"},
    {"periods"},
    {"errors", "saying"},
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
SPLIT = {"store", "command"}
"""Packages whose modules have places of their own."""


PACKAGES = {"experiments", *(f"experiments.{name}" for name in SPLIT)}


def place(parts):
    return ".".join(parts[: 2 if parts[0] in SPLIT else 1])


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module in PACKAGES:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def files(package):
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", files("sim"), ids=lambda path: path.stem)
def test_the_model_knows_nothing_of_experiments(path):
    assert not [name for name in imported(path) if name.split(".")[0] == "experiments"]


@pytest.mark.parametrize("path", files("experiments"), ids=lambda path: path.stem)
def test_the_laboratory_imports_downwards(path):
    parts = path.relative_to(ROOT / "experiments").with_suffix("").parts
    if parts[-1] == "__init__" and (len(parts) == 1 or parts[0] in SPLIT):
        return
    own = place(parts)
    for name in imported(path):
        package, _, rest = name.partition(".")
        if package == "experiments":
            assert RANK[place(rest.split("."))] >= RANK[own], f"{own} imports {name}"


def test_no_file_is_long():
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in files("experiments")
    }
    assert {path.name: count for path, count in lengths.items() if count >= 400} == {}
