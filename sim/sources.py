"""The version of the model: a hash of its sources, cheap to ask for."""

import hashlib
from functools import cache
from pathlib import Path


@cache
def source_hash() -> str:
    """Return the hash of the model's sources, whatever their line endings.

    It is the version of the model that a row of results comes from, and names the folder
    of compiled code.
    """
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]
