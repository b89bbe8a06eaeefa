"""Telling whoever looks on what is going on, a line at a time."""

import sys
from collections.abc import Callable

Say = Callable[[str], None]


def to_stderr(line: str) -> None:
    """Tell it on standard error, which leaves standard output to the results."""
    print(line, file=sys.stderr, flush=True)


def listener(say: Say | None, *, quiet: bool = False) -> Say:
    """Return who is told: whoever is given, else nobody where it is quiet, else standard error."""
    if say is not None:
        return say
    return (lambda line: None) if quiet else to_stderr
