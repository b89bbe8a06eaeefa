"""The room's threads: a newer request drops the older, and pages take turns."""

import time
from concurrent.futures import wait
from threading import Event, Lock

import pytest

from experiments.demo.fair import FairPool
from experiments.demo.kept import Kept

LONG = 20.0


@pytest.fixture
def one():
    pool = FairPool(workers=1)
    yield pool
    pool.close()


def test_parts_come_together_in_their_order(one):
    tasks = [lambda check, k=k: k * k for k in range(20)]
    assert one.submit("a", tasks, sum).result(LONG) == sum(k * k for k in range(20))
    assert one.submit("a", [], list).result(LONG) == []


def test_an_older_request_of_a_page_is_dropped(one):
    started, stop = Event(), Event()

    def slow(check):
        started.set()
        stop.wait(LONG)
        check()

    older = one.submit("a", [slow, lambda check: pytest.fail("was dropped")], list)
    assert started.wait(LONG)
    newer = one.submit("a", [lambda check: 2], list)
    assert older.result(LONG) is None  # at once, while its part still runs
    stop.set()
    assert newer.result(LONG) == [2]


def test_pages_take_turns(one):
    done, lock, hold = [], Lock(), Event()

    def task(page):
        def work(check):
            hold.wait(LONG)
            with lock:
                done.append(page)

        return work

    futures = [one.submit(page, [task(page)] * 5, list) for page in "abc"]
    hold.set()
    assert not wait(futures, LONG).not_done
    # Whoever asked first: nobody is ever more than a turn behind.
    for k in range(1, 6):
        assert sorted(done[: 3 * k]) == sorted("abc" * k)


def test_a_mistake_is_the_answer_of_its_own_page_only(one):
    def wrong(check):
        raise ValueError("no")

    bad = one.submit("a", [wrong, wrong], list)
    good = one.submit("b", [lambda check: 1], list)
    with pytest.raises(ValueError, match="no"):
        bad.result(LONG)
    assert good.result(LONG) == [1]
    assert one.submit("a", [lambda check: 1], list).result(LONG) == [1]


def test_a_cancelled_answer_and_a_forgotten_page_stop_nothing_else(one):
    hold = Event()
    first = one.submit("a", [lambda check: hold.wait(LONG)], list)
    second = one.submit("b", [lambda check: 1] * 3, list)
    third = one.submit("c", [lambda check: 1] * 3, list)
    assert second.cancel()
    one.forget("c")
    hold.set()
    assert first.result(LONG) == [True]
    assert third.result(LONG) is None
    assert one.submit("b", [lambda check: 5], list).result(LONG) == [5]


def test_a_hundred_rapid_requests_end_with_the_last_answer():
    pool = FairPool(workers=2)
    futures = [pool.submit("a", [lambda check, k=k: k] * 3, max) for k in range(100)]
    answers = [future.result(LONG) for future in futures]
    assert answers[-1] == 99
    assert all(answer in (None, k) for k, answer in enumerate(answers))
    pool.close()
    with pytest.raises(RuntimeError):
        pool.submit("a", [], list)


def test_a_thing_is_made_once_by_however_many_threads():
    made, kept = [], Kept(10)
    pool = FairPool(workers=8)

    def make():
        made.append(1)
        time.sleep(0.01)
        return "thing"

    tasks = [lambda check: kept.get("key", make, check)] * 3
    futures = [pool.submit(f"page {k}", tasks, list) for k in range(10)]
    assert all(future.result(LONG) == ["thing"] * 3 for future in futures)
    assert len(made) == 1
    pool.close()


def test_a_failed_making_is_tried_by_the_next():
    kept, tries = Kept(10), []

    def make():
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("once")
        return 1

    with pytest.raises(ValueError, match="once"):
        kept.get("key", make)
    assert kept.get("key", make) == 1


def test_the_least_recently_used_is_forgotten():
    kept = Kept(10, size=len)
    for key in ("abc", "defg"):
        kept.get(key, lambda key=key: key)
    kept.get("abc", lambda: pytest.fail("it was kept"))
    kept.get("hijklm", lambda: "hijklm")
    assert "defg" not in kept and "abc" in kept and "hijklm" in kept
    assert kept.get("far too long", lambda: "far too long") == "far too long"
    assert "far too long" not in kept and len(kept) == 2
