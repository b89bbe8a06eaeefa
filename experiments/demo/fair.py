"""A pool of threads that open pages share fairly: the newest request of each, turn by turn."""

import os
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from threading import Condition, Thread
from typing import Any

Check = Callable[[], None]
"""Raises :class:`Dropped` where the request is not wanted any more."""

Task = Callable[[Check], Any]

MOST_WORKERS = 8
"""Threads at the most: a page needs the rest of the machine."""


class Dropped(Exception):
    """A newer request of the same page came, or the page went away."""


class _Job:
    """One request: its tasks, and what becomes of their results."""

    def __init__(
        self,
        tasks: Sequence[Task],
        finish: Callable[[list[Any]], Any],
        each: Callable[[list[Any]], None] | None,
    ) -> None:
        self.waiting = deque(enumerate(tasks))
        self.results: list[Any] = [None] * len(tasks)
        self.left = len(tasks)
        self.finish = finish
        self.each = each
        self.dropped = False
        self.future: Future[Any] = Future()

    def check(self) -> None:
        if self.dropped or self.future.cancelled():
            raise Dropped

    def drop(self) -> None:
        self.dropped = True
        self.waiting.clear()
        self.end(self.future.set_result, None)

    def fail(self, error: BaseException) -> None:
        self.dropped = True
        self.waiting.clear()
        self.end(self.future.set_exception, error)

    def end(self, how: Callable[[Any], None], what: Any) -> None:
        # It may have been cancelled, dropped or answered in this very moment.
        with suppress(InvalidStateError):
            how(what)


class FairPool:
    """Threads for the requests of many pages.

    A page has one request at a time: a newer one drops the older, whose answer is then
    None. Pages take turns, task by task, so that nobody waits for somebody else's long
    request.

    Parameters
    ----------
    workers : int, optional
        Threads; one for each processor, but not more than :data:`MOST_WORKERS`.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._changed = Condition()
        self._closed = False
        count = workers or min(os.cpu_count() or 1, MOST_WORKERS)
        for number in range(count):
            Thread(target=self._work, name=f"room-{number}", daemon=True).start()

    def submit(
        self,
        page: str,
        tasks: Sequence[Task],
        finish: Callable[[list[Any]], Any],
        each: Callable[[list[Any]], None] | None = None,
    ) -> Future[Any]:
        """Ask for some work.

        Parameters
        ----------
        page : str
            Who asks.
        tasks : sequence of callable
            The parts, in their order; each is given the request's ``check``, which it is
            to call now and then.
        finish : callable
            Makes the answer of the parts' results.
        each : callable, optional
            Called after each part with the results so far, None where there is none yet.

        Returns
        -------
        Future
            The answer; None where the request was dropped.
        """
        job = _Job(tasks, finish, each)
        with self._changed:
            if self._closed:
                raise RuntimeError("the room is closed")
            older = self._jobs.pop(page, None)
            if tasks:
                self._jobs[page] = job
            self._changed.notify_all()
        if older is not None:
            older.drop()
        if not tasks:
            job.end(job.future.set_result, finish([]))
        return job.future

    def forget(self, page: str) -> None:
        """Drop what a page asked for."""
        with self._changed:
            job = self._jobs.pop(page, None)
        if job is not None:
            job.drop()

    def close(self) -> None:
        """Drop everything, and let the threads end."""
        with self._changed:
            self._closed = True
            jobs = list(self._jobs.values())
            self._jobs.clear()
            self._changed.notify_all()
        for job in jobs:
            job.drop()

    def _work(self) -> None:
        while True:
            taken = self._take()
            if taken is None:
                return
            page, job, place, task = taken
            try:
                result = task(job.check)
                job.check()
            except Dropped:
                if not job.dropped:  # its future was cancelled
                    self._remove(page, job)
            except BaseException as error:
                self._remove(page, job)
                job.fail(error)
            else:
                self._done(page, job, place, result)

    def _take(self) -> tuple[str, _Job, int, Task] | None:
        """Wait for a task, and take it from the page whose turn it is."""
        with self._changed:
            while not self._closed:
                for page, job in self._jobs.items():
                    if job.waiting:
                        self._jobs.move_to_end(page)
                        return page, job, *job.waiting.popleft()
                self._changed.wait()
        return None

    def _done(self, page: str, job: _Job, place: int, result: Any) -> None:
        with self._changed:
            job.results[place] = result
            job.left -= 1
            last = job.left == 0
            so_far = list(job.results)
        try:
            if last:
                answer = job.finish(so_far)
                self._remove(page, job)
                job.end(job.future.set_result, answer)
            elif job.each is not None:
                job.each(so_far)
        except BaseException as error:
            self._remove(page, job)
            job.fail(error)

    def _remove(self, page: str, job: _Job) -> None:
        with self._changed:
            job.waiting.clear()
            if self._jobs.get(page) is job:
                del self._jobs[page]
