"""What the address of a cluster asks for."""

import re
from typing import NamedTuple

from experiments.errors import RequestError, hint, shown

KINDS = ("tcp", "tls", "local", "slurm", "pbs")
ALLOWED = "tcp://HOST:PORT, tls://HOST:PORT, local:N, slurm:N or pbs:N"

_REACHED = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[^\s:/@\[\]]+):([0-9]{1,5})")
_STARTED = re.compile(r"(local|slurm|pbs):([0-9]{1,5})")


class Address(NamedTuple):
    """What an address asks for.

    Attributes
    ----------
    kind : str
        "tcp" or "tls" for a scheduler that is there; "local", "slurm" or "pbs".
    host : str
        The scheduler's host; empty for others.
    number : int
        Its port, or how many workers or jobs to start.
    """

    kind: str
    host: str
    number: int


def parse_address(text: str) -> Address:
    """Return what the address of a cluster asks for.

    Raises
    ------
    RequestError
        Where it asks for nothing that there is.
    """
    there, new = _REACHED.fullmatch(text), _STARTED.fullmatch(text)
    if there and 0 < int(there[3]) < 65_536:
        return Address(there[1], there[2].strip("[]"), int(there[3]))
    if new and int(new[2]) > 0:
        return Address(new[1], "", int(new[2]))
    nearest = hint(text.split(":")[0], KINDS)
    raise RequestError([f"--cluster: given {shown(text)}; allowed: {ALLOWED}{nearest}"])
