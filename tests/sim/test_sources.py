"""The version of the model says when two rows come from the same rules."""

import shutil
from pathlib import Path

import sim
from sim.sources import hash_of, source_hash


def test_line_endings_make_no_other_version_and_a_changed_rule_does(tmp_path: Path) -> None:
    """Protects rows from a checkout on another system, and results from a changed rule."""
    root = Path(sim.__file__).parent
    copy = tmp_path / "sim"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("__pycache__"))
    assert hash_of(copy) == source_hash()
    for path in copy.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert hash_of(copy) == source_hash()
    rule = copy / "behaviours" / "rep.py"
    rule.write_bytes(rule.read_bytes().replace(b"0.5", b"0.6", 1))
    assert hash_of(copy) != source_hash()
    shutil.rmtree(copy)
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("__pycache__"))
    rule.rename(rule.with_name("reps.py"))
    assert hash_of(copy) != source_hash()
