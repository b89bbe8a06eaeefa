"""The place shows what is simulated: agent by agent the compiled run, day by day."""

import numpy as np
import pytest

import sim
from experiments.demo.place import LETTERS, MOST_EDGES, Place
from experiments.errors import RequestError
from tests.experiments.demo.rooms import SWITCHING, room

DAYS = 12
AWAY = {"", "vacant", "training", "ill", "off", "holiday", "surplus"}


def compiled(here, policy, days):
    """Return the same days on the compiled engine."""
    start = here.starts.get(here.situation(1))
    return sim.simulate(
        start.centre,
        here.policy(policy),
        days=days,
        seed=here.seed,
        start=start,
        timeline=here.switches(policy),
    )


@pytest.fixture(scope="module")
def shown():
    place = Place(room(), "balanced")
    return place, [place.next_day() for _ in range(DAYS)]


@pytest.mark.parametrize("more", ["", SWITCHING], ids=["plain", "switching"])
def test_agents_are_those_of_the_compiled_run_bit_for_bit(more):
    here = room(more)
    place = Place(here, "strict-boundaries")
    for _ in range(DAYS):
        frame = place.next_day()
    expected = compiled(here, "strict-boundaries", DAYS).floor
    arrays = place.model.arrays(("customers", "reps", "tallies"))
    for name in ("customers", "reps", "tallies"):
        one, other = getattr(arrays, name), getattr(expected, name)
        for column in other.dtype.names:
            np.testing.assert_array_equal(one[column], other[column], err_msg=f"{name}.{column}")
    assert frame["day"] == place.day == DAYS


def test_a_day_is_counted_as_the_run_counts_it(shown):
    _, frames = shown
    tallies = compiled(room(), "balanced", DAYS).tallies
    for frame, tally in zip(frames, tallies, strict=True):
        assert frame["contacts"] == tally["handled"]
        assert frame["customers"] == tally["customers"]
        assert frame["told"] == tally["tellings_good"] + tally["tellings_bad"]
        assert len(frame["edges"]) == min(frame["told"], MOST_EDGES)
        if frame["told"] <= MOST_EDGES:
            assert sum(good for _, _, good in frame["edges"]) == tally["tellings_good"]
    assert sum(frame["told"] for frame in frames) > 0, "word of mouth travelled"


def test_word_of_mouth_travels_along_ties(shown):
    place, frames = shown
    floor = place.model.arrays(("ties_from", "ties_to"))
    for frame in frames:
        for teller, listener, good in frame["edges"]:
            ties = floor.ties_to[floor.ties_from[teller] : floor.ties_from[teller + 1]]
            assert listener in ties and good in (0, 1)
            assert 0 <= listener < len(frame["crowd"])


def test_the_crowd_is_everybodys_loyalty(shown):
    place, frames = shown
    customers = place.model.floor.customers
    crowd = frames[-1]["crowd"]
    assert len(crowd) == len(customers)
    for letter, customer in zip(crowd, customers, strict=True):
        if not customer.present:
            assert letter == " "
        else:
            assert (
                abs((ord(letter) - ord("0")) / LETTERS - customer.loyalty) <= 0.5 / LETTERS + 1e-9
            )


def test_desks_say_who_is_there(shown):
    _, frames = shown
    for frame in frames:
        assert [rep["desk"] for rep in frame["reps"]] == list(range(len(frame["reps"])))
        for rep in frame["reps"]:
            assert rep["away"] in AWAY and rep["on"] == (rep["away"] == "")
            assert rep["on"] or rep["away"] == "vacant" or not rep["talking"]
            assert 0.0 <= rep["exhaustion"] <= 1.0
        assert sum(rep["talking"] for rep in frame["reps"]) == frame["talking"]
    assert any(rep["on"] for frame in frames for rep in frame["reps"])


def test_no_moment_has_a_longer_queue_than_the_worst(shown):
    _, frames = shown
    for frame in frames:
        assert max(moment["queue"] for moment in frame["moments"]) <= frame["queue"]
        assert frame["talking"] <= room().centre.seats
        for moment in frame["moments"]:
            assert len(moment["talking"]) <= room().centre.seats
    assert any(frame["queue"] for frame in frames)


def test_a_policy_that_is_not_there_is_refused():
    with pytest.raises(RequestError, match="no policy"):
        Place(room(), "balance")


def test_a_place_that_is_left_is_forgotten():
    import gc
    import weakref

    place = Place(room(), "balanced")
    place.next_day()
    left = weakref.ref(place.model)
    del place
    gc.collect()
    assert left() is None
