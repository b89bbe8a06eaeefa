"""Linear algebra on small matrices: some of it at a time, each on one thread."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

THREADS = 2
"""Things that are done at a time."""

Item = TypeVar("Item")
Found = TypeVar("Found")


def in_threads(work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """Do work on each item, and return what came of each, in their order.

    One thread of linear algebra for each: more would be slower, and would not always add up
    alike.

    Parameters
    ----------
    work : callable
        What to do; most of it without the interpreter's lock.
    items : sequence
        On what.
    """
    with _libraries().limit(limits=1):
        if len(items) == 1:
            return [work(items[0])]
        with ThreadPoolExecutor(THREADS) as threads:
            return list(threads.map(work, items))


@cache
def _libraries() -> Any:
    """Return what limits the libraries' own threads: to look for these takes milliseconds."""
    return ThreadpoolController()
