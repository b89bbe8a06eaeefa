"""Imports run one way: cli -> report -> figures -> analysis -> store -> config -> sim."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = (
    {"cli", "cli_parts", "cli_tools", "api", "frames", "completion"},
    {"bench", "reference", "session", "watch", "conclusion", "table"},
    {"listing", "estimate", "studies"},
    {"report"},
    {"figures"},
    {"analysis"},
    {"query", "closed_off", "units", "provenance", "progress"},
    {"store", "opening", "columns", "shards", "damage", "lock"},
    {"crew", "cluster"},
    {"runner"},
    {"contacts", "design", "rows", "parquet"},
    {"config", "schema", "tables"},
    {"config_parts", "budget", "recipes", "catalogue", "toml_text", "explain"},
    {"periods"},
    {"errors"},
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "experiments":
            yield from (f"experiments.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def files(package):
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", files("sim"), ids=lambda path: path.stem)
def test_the_model_knows_nothing_of_experiments(path):
    assert not [name for name in imported(path) if name.split(".")[0] == "experiments"]


@pytest.mark.parametrize("path", files("experiments"), ids=lambda path: path.stem)
def test_the_laboratory_imports_downwards(path):
    own = path.relative_to(ROOT / "experiments").with_suffix("").parts[0]
    if own == "__init__":
        return
    for name in imported(path):
        package, _, rest = name.partition(".")
        if package == "experiments":
            assert RANK[rest.split(".")[0]] >= RANK[own], f"{own} imports {name}"


def test_no_file_is_long():
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in files("experiments")
    }
    assert {path.name: count for path, count in lengths.items() if count >= 400} == {}
