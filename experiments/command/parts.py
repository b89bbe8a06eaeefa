"""What the commands share: exit status, options, and good manners with streams and signals."""

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

DONE, FAILED, NOT_UNDERSTOOD = 0, 1, 2
"""Exit status: done; some runs failed or were not reached; the request is wrong."""

RESULTS = Path("results")
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of all results.")]

_SHOW_CURSOR = "\x1b[?25h"


def open_streams() -> None:
    """Give a process that was started without standard streams (``2>&-``) closed ones."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


@contextmanager
def piped() -> Iterator[None]:
    """Print to a pipe whose reader may leave early (``| head``), and end quietly then."""
    try:
        yield
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # rich makes the second of the first
        # What is still to be flushed at the end must not complain either.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def go_on() -> str:
    """Return the command that goes on where this one was cut short."""
    called = Path(sys.argv[0])
    if called.stem == "frontline":
        found = shutil.which("frontline")
        same = found is not None and Path(found).resolve() == called.resolve()
        program = ["frontline"] if same else [sys.argv[0]]
    else:
        program = [sys.orig_argv[0], "-m", "experiments.cli"]
    # --replace again would move aside what has just been kept.
    return shlex.join([*program, *(word for word in sys.argv[1:] if word != "--replace")])


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Let a Ctrl-C that nobody else takes end the process at once, and those it started.

    While it runs, an experiment takes the first one itself, to stop in good order; the
    second one comes here. Files are written aside and renamed: nothing is left half done.
    """
    try:
        before: Any = signal.signal(signal.SIGINT, _end)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end(number: int, frame: FrameType | None) -> None:
    from multiprocessing import active_children

    for child in active_children():
        child.kill()
    with suppress(OSError, ValueError):
        cursor = _SHOW_CURSOR if sys.stderr.isatty() else ""
        text = f"{cursor}\nEnded at once. What was kept before is there. To go on:\n  {go_on()}\n"
        os.write(2, text.encode())
    os._exit(FAILED)
