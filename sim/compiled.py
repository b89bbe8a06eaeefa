"""The compiled engine: the same behaviours, compiled once and kept.

Numba does not see an edit in a file that a compiled function calls, so the cache lives
in a folder named after the hash of the model's sources. The loop releases the GIL:
replications run on threads.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import register_jitable

from sim.behaviours.choice import choose_move
from sim.behaviours.day import first_morning, run_days
from sim.behaviours.queue import serve_arrivals
from sim.floor import take_contacts, with_room
from sim.lent import Lent, lend
from sim.sources import source_hash
from sim.state import ENTRY, PARAMETERS, POLICY, REP, TALK, WORLD, Floor

PERIOD = 91
"""Days in one compiled call: short calls fight for the GIL, long ones hold up Ctrl-C."""

CHOOSER = types.int64(
    numba.from_dtype(REP),
    numba.from_dtype(TALK),
    numba.from_dtype(POLICY),
    numba.from_dtype(PARAMETERS),
    types.float64,
    Lent(types.Array(types.float64, 1, "C")),
)
"""Signature of the hook: the rule by which a rep chooses the next move."""

_LOCK = threading.Lock()


def _run_lent(floor: Floor, choose: Any, days: int) -> int:
    """Run days on lent arrays."""
    return run_days(_lend_floor(floor), choose, days)


def _open_lent(floor: Floor, customers: int) -> None:
    """Seat the first people on lent arrays."""
    first_morning(_lend_floor(floor), customers)


def _serve_lent(
    world: Any,
    rate: float,
    service: float,
    patience: float,
    servers: Any,
    minutes: float,
    cv: float,
    waits: Any,
) -> tuple[int, int, float]:
    """Run the queue alone on lent arrays."""
    return serve_arrivals(world, rate, service, patience, lend(servers), minutes, cv, lend(waits))


@register_jitable
def _lend_floor(floor: Floor) -> Floor:
    return Floor(
        lend(floor.parameters),
        lend(floor.policy),
        lend(floor.world),
        lend(floor.customers),
        lend(floor.reps),
        lend(floor.teams),
        lend(floor.talk),
        lend(floor.tallies),
        lend(floor.payoffs),
        lend(floor.rep_answers),
        lend(floor.customer_answers),
        lend(floor.careers),
        lend(floor.contacts),
        lend(floor.agenda),
        lend(floor.servers),
        lend(floor.superiors),
        lend(floor.due),
        lend(floor.wheel),
        lend(floor.next_filed),
        lend(floor.previous_filed),
        lend(floor.ties_from),
        lend(floor.ties_to),
        lend(floor.utilities),
    )


@cache
def cache_folder() -> Path:
    """Return the folder of compiled code: the user's, or a temporary one if that is closed.

    ``FRONTLINE_CACHE_DIR`` goes before the platform's own place.
    """
    named = os.environ.get("FRONTLINE_CACHE_DIR")
    if named:
        root = Path(named)
    elif sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA", Path.home())) / "frontline"
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Caches" / "frontline"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "frontline"
    folder = root / f"{source_hash()}-numba{numba.__version__}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="frontline-"))


@contextmanager
def _own_cache() -> Iterator[None]:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


def _floor_type() -> types.Type:
    """Return the Numba type of a floor, read off the smallest one."""
    from sim.floor import new_floor
    from sim.parameters import Centre
    from sim.policy import Policy

    tiny = Centre(customers=10, seats=1)
    return numba.typeof(new_floor(tiny, Policy(), seed=0, replication=0))


class Engine:
    """The compiled entry points, each with its signature fixed.

    Attributes
    ----------
    from_cache : bool
        Whether everything was read from the cache.
    """

    def __init__(self) -> None:
        floor = _floor_type()
        world = numba.from_dtype(WORLD)
        entries = types.Array(numba.from_dtype(ENTRY), 1, "C")
        number, real = types.int64, types.float64
        with _own_cache():
            jit = {"nogil": True, "cache": True}
            self.run_days = numba.njit(number(floor, types.FunctionType(CHOOSER), number), **jit)(
                _run_lent
            )
            self.first_morning = numba.njit(types.void(floor, number), **jit)(_open_lent)
            self.serve_arrivals = numba.njit(
                types.Tuple((number, number, real))(
                    world, real, real, real, entries, real, real, types.Array(real, 1, "C")
                ),
                **jit,
            )(_serve_lent)
        parts = (self.run_days, self.first_morning, self.serve_arrivals)
        self.from_cache = all(sum(part.stats.cache_hits.values()) > 0 for part in parts)


_ENGINE: Engine | None = None


def is_cached() -> bool:
    """Return whether the compiled engine of these sources is kept already."""
    return any(cache_folder().rglob("*.nbi"))


def engine(on_first: Callable[[], None] | None = None) -> Engine:
    """Return the compiled engine, compiling it if nobody has.

    Parameters
    ----------
    on_first : callable, optional
        Called once before a compilation that the cache cannot save: it takes most of a
        minute, and a user wants to know.
    """
    global _ENGINE
    with _LOCK:
        if _ENGINE is None:
            if on_first is not None and not is_cached():
                on_first()
            _ENGINE = Engine()
    return _ENGINE


@cache
def compiled_chooser(choose: Callable[..., int]) -> Any:
    """Return a rule for choosing moves as the compiled engine takes it.

    Raises
    ------
    TypeError
        If Numba cannot compile the rule, or it does not return an integer.
    """
    if choose is choose_move:
        with _own_cache():
            return numba.njit(CHOOSER, nogil=True, cache=True)(choose)
    arguments = CHOOSER.args
    try:
        inferred = numba.njit(arguments, nogil=True)(choose)
    except (numba.core.errors.NumbaError, KeyError, TypeError) as error:
        raise TypeError(f"{choose.__name__} cannot be compiled: {_reason(error)}") from error
    returned = inferred.overloads[arguments].signature.return_type
    if not isinstance(returned, types.Integer):
        # Numba would cut a number with a fraction down to the declared integer in silence.
        raise TypeError(f"{choose.__name__} returns {returned}, but a move is an int64")
    return numba.njit(CHOOSER, nogil=True)(choose)


def _reason(error: Exception) -> str:
    """Return what is wrong with a rule in one line of Numba's page."""
    if isinstance(error, KeyError):
        return f"there is no column {error}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return ": ".join(lines[:2])


class CompiledRun:
    """A run on the compiled engine.

    Parameters
    ----------
    floor : Floor
        The arrays; the run takes them over and changes them.
    choose : callable
        The rule by which reps choose their moves.
    contacts : callable, optional
        Given the rows of the floor's log of contacts, where it has one, after each stretch.
    """

    def __init__(
        self,
        floor: Floor,
        choose: Callable[..., int] = choose_move,
        contacts: Callable[[np.ndarray], None] | None = None,
    ) -> None:
        self._engine = engine()
        self._floor = floor
        self._contacts = contacts
        self._choose = compiled_chooser(choose)

    def open_centre(self, customers: int) -> None:
        """Seat the first people."""
        self._engine.first_morning(self._floor, customers)

    def advance(self, days: int) -> None:
        """Run some days."""
        while days > 0:
            part = min(days, PERIOD)
            self._floor = with_room(self._floor, part)
            days -= self._engine.run_days(self._floor, self._choose, part)
            if self._contacts is not None:
                self._contacts(take_contacts(self._floor))

    @property
    def floor(self) -> Floor:
        """The arrays as they are now; not a copy."""
        return self._floor

    def close(self) -> None:
        """Let go of nothing: arrays are freed by themselves."""
