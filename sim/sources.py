"""The version of the model: a hash of its sources, cheap to ask for."""

import hashlib
from functools import cache
from pathlib import Path


@cache
def source_hash() -> str:
    """Return the version of the model: what a row of results comes from.

    It also names the folder of compiled code.
    """
    return hash_of(Path(__file__).parent)


def hash_of(root: Path) -> str:
    """Return a hash of the names and contents of Python files, whatever their line endings.

    Parameters
    ----------
    root : Path
        The folder that holds them.
    """
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]
