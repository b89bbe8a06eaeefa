"""What an installed Frontline carries: the wheel as it is built, file by file."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """Return the names of the files in the wheel, built without network or isolation."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    code = f"from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files(folder):
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {
        path.as_posix()
        for path in found
        if not LEFT & set(path.parts) and not path.name.startswith(".")
    }


def test_every_shipped_file_is_in_it(names):
    """Experiments, policies, claims, the ensemble, and the example of a centre of one's own."""
    wanted = {f"experiments/shipped/{name}" for name in files(ROOT / "configs")}
    for one in ("calibration/my-centre/contacts.csv", "ensemble/reference.csv", "switching.toml"):
        assert f"experiments/shipped/{one}" in wanted
    assert wanted - names == set()


@pytest.mark.parametrize("package", ["sim", "experiments"])
def test_every_module_template_and_style_is_in_it(names, package):
    wanted = {f"{package}/{name}" for name in files(ROOT / package)}
    assert f"{package}/__init__.py" in wanted
    assert {name for name in wanted if not name.endswith(".pyc")} - names == set()


def test_nothing_else_is_in_it(names):
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"sim", "experiments"}
    assert not [name for name in names if "results/" in name or name.endswith((".npz", ".lock"))]
