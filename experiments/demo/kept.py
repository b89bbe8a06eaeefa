"""What was worked out once and is kept: each thing made by one thread, the oldest forgotten."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Condition
from typing import Generic, TypeVar

Thing = TypeVar("Thing")

WAIT = 0.05
"""Seconds between two looks at whether to go on waiting for what another thread makes."""


def _one(thing: object) -> int:
    return 1


class Kept(Generic[Thing]):
    """Things by their keys, as many as there is room for.

    Parameters
    ----------
    room : int
        How much is kept.
    size : callable
        How much of the room a thing takes; 1 each by default.
    """

    def __init__(self, room: int, size: Callable[[Thing], int] = _one) -> None:
        self._room = room
        self._size = size
        self._things: OrderedDict[Hashable, Thing] = OrderedDict()
        self._taken = 0
        self._being_made: set[Hashable] = set()
        self._changed = Condition()

    def __len__(self) -> int:
        """Return how many things are kept."""
        return len(self._things)

    def __contains__(self, key: Hashable) -> bool:
        """Return whether there is such a thing now."""
        return key in self._things

    def get(
        self, key: Hashable, make: Callable[[], Thing], check: Callable[[], None] = lambda: None
    ) -> Thing:
        """Return what is kept under a key; made first where nothing is.

        Parameters
        ----------
        key : hashable
            What determines the thing.
        make : callable
            Makes it. Of several threads that ask at the same time one makes it, and the
            others wait; where it fails, the next one tries.
        check : callable
            Called now and then while waiting: raises where nobody wants it any more.
        """
        with self._changed:
            while key not in self._things:
                if key not in self._being_made:
                    self._being_made.add(key)
                    break
                self._changed.wait(WAIT)
                check()
            else:
                self._things.move_to_end(key)
                return self._things[key]
        try:
            thing = make()
        except BaseException:
            with self._changed:
                self._being_made.discard(key)
                self._changed.notify_all()
            raise
        with self._changed:
            self._being_made.discard(key)
            self._keep(key, thing)
            self._changed.notify_all()
        return thing

    def _keep(self, key: Hashable, thing: Thing) -> None:
        size = self._size(thing)
        if size > self._room:
            return
        self._things[key] = thing
        self._taken += size
        while self._taken > self._room:
            _, oldest = self._things.popitem(last=False)
            self._taken -= self._size(oldest)
