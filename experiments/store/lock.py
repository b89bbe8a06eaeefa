"""One process at a time in a results folder.

The lock lies beside the folder, so that it holds while the folder is moved aside. The
operating system lets go of it when its process ends, however it ends; the file itself stays,
empty. A second small file says who holds it.
"""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from experiments.errors import RequestError

PATIENCE = 0.5
"""Seconds for which a lock is waited for: one who only looks whether it is held, holds it."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep every other process, and every other thread, out of a results folder.

    Parameters
    ----------
    path : Path
        The folder; it need not be there yet.

    Raises
    ------
    RequestError
        Where somebody else is in it, or the lock cannot be written.
    """
    lock = _lock(path)
    try:
        Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise RequestError(
            [
                f"{path}: is being run by {_who(path)}; nothing was changed. Wait until that has "
                "ended, or stop it by Ctrl-C; or give another results folder by --out DIR"
            ]
        ) from None
    except OSError as error:
        is_file = isinstance(error, FileExistsError | NotADirectoryError)
        reason = "there is a file in its way" if is_file else error.strerror or error
        raise RequestError(
            [
                f"{path}: cannot be locked: {reason}; nothing was changed. Make the folder that "
                "holds it writable, or give another one by --out DIR"
            ]
        ) from None
    try:
        _sign(path)
        yield
    finally:
        with suppress(OSError):
            _note(path).unlink(missing_ok=True)
        lock.release()


def holder(path: Path) -> str | None:
    """Return who is in a results folder, in words, or None where nobody is.

    Parameters
    ----------
    path : Path
        The folder.
    """
    lock = _lock(path)
    if not os.path.exists(lock.lock_file):
        return None
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return _who(path)
    except OSError:  # a folder of somebody else's: it cannot be told
        return None
    lock.release()
    return None


def _lock(path: Path) -> FileLock:
    # A thread that ends without letting go must not leave a lock that nobody can release.
    return FileLock(_beside(path, "lock"), thread_local=False)


def _note(path: Path) -> Path:
    return _beside(path, "holder")


def _beside(path: Path, ending: str) -> Path:
    whole = path.resolve()
    return whole.with_name(f".{whole.name}.{ending}")


def _sign(path: Path) -> None:
    """Say who holds the lock; on a full disk it is held all the same."""
    signed = {
        "pid": os.getpid(),
        "host": platform.node(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    note = _note(path)
    with suppress(OSError):
        note.unlink(missing_ok=True)  # what a killed process left
        note.write_text(json.dumps(signed) + "\n", encoding="utf-8")


def _who(path: Path) -> str:
    try:
        signed = json.loads(_note(path).read_text(encoding="utf-8"))
        return f"process {signed['pid']} on {signed['host']} since {signed['since']}"
    except (OSError, ValueError, TypeError, LookupError):
        return "another process"
