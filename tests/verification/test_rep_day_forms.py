"""Reps against closed forms within a day and from day to day: fatigue, mood, strain, training.

Contact by contact each is an affine map, and so are breaks and nights; what a day of them does has
a closed form. They agree with it but for rounding. Where being cut off at 0 or 1 would
break the form, the drawn cases keep clear of it, and the fixed points are tested with it.
"""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim import simulate
from sim.behaviours.rep import rest_overnight, start_day, take_break, wear
from sim.behaviours.roster import train
from tests.sim.scenes import Scene
from tests.verification.bare import BARE, NO_SUPPORT, bare_centre
from tests.verification.theory import assert_mean

SHARE = st.floats(0.0, 1.0)
CONTACTS = st.lists(st.tuples(st.floats(0.0, 60.0), st.floats(-1.0, 4.0)), max_size=30)
"""Minutes and strain of each; below zero is relief."""


def affine(first: float, kept: float, gain: float, steps: int) -> float:
    """Return x after n steps of x <- k x + g: k^n x + g (1 + k + ... + k^(n - 1)).

    Added up term by term, which stays precise where k is as good as 1.
    """
    return kept**steps * first + gain * math.fsum(kept**n for n in range(steps))


# Fatigue.


@given(first=SHARE, minute=st.floats(0.0, 0.02), each=st.floats(0.0, 0.5), contacts=CONTACTS)
def test_fatigue_over_contacts(
    first: float, minute: float, each: float, contacts: list[tuple[float, float]]
) -> None:
    """Protects fatigue: what is left of freshness is the product of what each contact leaves.

    So the order of contacts is of no account, and relief does not refresh. A load beyond 1 leaves
    nothing, which is part of the form.
    """
    s = Scene(fatigue_minute=minute, fatigue_strain=each)
    s.rep.fatigue = first
    for minutes, strain in contacts:
        wear(s.rep, s.p, minutes, strain, True)
    loads = [min(minute * minutes + each * max(strain, 0.0), 1.0) for minutes, strain in contacts]
    fresh = (1.0 - first) * math.prod(1.0 - load for load in loads)
    assert s.rep.fatigue == pytest.approx(1.0 - fresh, rel=1e-9, abs=1e-12)


@given(
    first=SHARE,
    load=st.floats(0.0, 0.1),
    contacts=st.integers(0, 12),
    breaks=st.integers(0, 4),
    minutes=st.floats(0.0, 60.0),
    recovery=st.floats(0.0, 0.2),
    night=st.floats(0.05, 1.0),
    days=st.integers(1, 15),
)
def test_fatigue_over_days_of_contacts_breaks_and_nights(
    first: float,
    load: float,
    contacts: int,
    breaks: int,
    minutes: float,
    recovery: float,
    night: float,
    days: int,
) -> None:
    """Protects breaks and nights: n contacts leave q = (1 - l)^n of freshness, breaks b of fatigue.

    So a stretch of work and a break is F <- b (1 - q) + b q F, and a day is such stretches, one
    without a break, and a night. A break cannot take more fatigue than there is.
    """
    s = Scene(
        fatigue_minute=0.2 * load,
        fatigue_strain=0.0,
        break_recovery=recovery,
        fatigue_overnight=night,
    )
    s.rep.fatigue = first
    for _ in range(days):
        for stretch in range(breaks + 1):
            for _ in range(contacts):
                wear(s.rep, s.p, 5.0, 0.0, True)
            if stretch < breaks:
                take_break(s.rep, s.p, minutes)
        rest_overnight(s.rep, s.p, 0.5)
    fresh, left = (1.0 - load) ** contacts, max(1.0 - recovery * minutes, 0.0)
    # The day's own map from morning to evening, by its values at 0 and at 1.
    start, end = (
        affine(affine(at, left * fresh, left * (1.0 - fresh), breaks), fresh, 1.0 - fresh, 1)
        for at in (0.0, 1.0)
    )
    kept, gain = (1.0 - night) * (end - start), (1.0 - night) * start
    morning = affine(first, kept, gain, days - 1)
    assert s.rep.spent == pytest.approx(start + (end - start) * morning, rel=1e-9, abs=1e-12)
    assert s.rep.fatigue == pytest.approx(affine(first, kept, gain, days), rel=1e-9, abs=1e-12)


# Mood.


@given(
    first=SHARE,
    fade=st.floats(0.02, 1.0),
    step=st.floats(0.0, 1.0),
    strain=st.floats(-0.5, 0.5),
    lift=st.floats(0.0, 0.5),
    settled=st.booleans(),
    night=SHARE,
    contacts=st.integers(1, 20),
    days=st.integers(1, 15),
)
def test_mood_over_days_of_contacts_and_nights(
    first: float,
    fade: float,
    step: float,
    strain: float,
    lift: float,
    settled: bool,
    night: float,
    contacts: int,
    days: int,
) -> None:
    """Protects mood, in the day and over nights: geometric towards a level, and mornings likewise.

    Moods that a contact's strain or relief would press out of [0, 1] are left out, for there they
    are cut off; every mood on the way lies between the first, the last morning's and the level.
    """
    up = lift if settled else 0.0
    kept = (1.0 - fade) * (1.0 - up)
    level = ((0.5 * fade - step * strain) * (1.0 - up) + up) / (1.0 - kept)
    day = kept**contacts
    # From morning to morning: M <- 1/2 + w (level + (M - level) day - 1/2).
    gain = 0.5 * (1.0 - night) + night * level * (1.0 - day)
    mornings = [affine(first, night * day, gain, n) for n in (0, days)]
    for mood in (*mornings, level):
        assume(0.0 <= mood + fade * (0.5 - mood) - step * strain <= 1.0)
    s = Scene(mood_fade=fade, mood_contact=step, mood_resolving=lift, mood_overnight=night)
    s.rep.mood = first
    for n in range(days):
        for _ in range(contacts):
            wear(s.rep, s.p, 5.0, strain, settled)
        evening = level + (affine(first, night * day, gain, n) - level) * day
        assert s.rep.mood == pytest.approx(evening, rel=1e-9, abs=1e-12)
        rest_overnight(s.rep, s.p, 0.5)
    assert s.rep.mood == pytest.approx(mornings[1], rel=1e-9, abs=1e-12)


@given(
    first=SHARE,
    fade=st.floats(0.1, 1.0),
    step=st.floats(0.0, 1.0),
    strain=st.floats(-3.0, 3.0),
    lift=st.floats(0.0, 0.5),
    settled=st.booleans(),
)
def test_mood_settles_at_its_level_or_where_it_is_cut_off(
    first: float, fade: float, step: float, strain: float, lift: float, settled: bool
) -> None:
    """Protects the level of mood under any strain: one fixed point, cut off or not.

    The step before the lift is cut off to [0, 1] where the level without limits would have it
    beyond; all steps rise with mood and draw together, so there is no second fixed point.
    """
    s = Scene(mood_fade=fade, mood_contact=step, mood_resolving=lift)
    s.rep.mood = first
    for _ in range(math.ceil(30.0 / fade)):
        wear(s.rep, s.p, 5.0, strain, settled)
    up = lift if settled else 0.0
    free = ((0.5 * fade - step * strain) * (1.0 - up) + up) / (1.0 - (1.0 - fade) * (1.0 - up))
    before = min(max(free + fade * (0.5 - free) - step * strain, 0.0), 1.0)
    assert s.rep.mood == pytest.approx(before + up * (1.0 - before), rel=1e-9, abs=1e-9)


# The day's strain.


@given(
    strain=st.floats(-1.0, 4.0),
    contacts=st.integers(0, 12),
    breaks=st.integers(0, 4),
    minutes=st.floats(0.0, 60.0),
    relief=st.floats(0.0, 0.1),
)
def test_strain_over_a_day_with_breaks(
    strain: float, contacts: int, breaks: int, minutes: float, relief: float
) -> None:
    """Protects daily strain: it adds up, and each break leaves the same share of what there is.

    A day of relief on balance has nothing that a break could take away. The day's other counts
    add up alike, and a new day starts from nothing.
    """
    s = Scene(break_relief=relief)
    start_day(s.rep)
    for stretch in range(breaks + 1):
        for _ in range(contacts):
            wear(s.rep, s.p, minutes, strain, stretch > 0)
        if stretch < breaks:
            take_break(s.rep, s.p, minutes)
    left = max(1.0 - relief * minutes, 0.0) if strain > 0.0 else 1.0
    stretch_of = contacts * strain
    expected = affine(0.0, left, left * stretch_of, breaks) + stretch_of
    assert s.rep.strain_today == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert s.rep.contacts_today == contacts * (breaks + 1)
    assert s.rep.resolved_today == contacts * breaks
    assert s.rep.handled_today == pytest.approx(minutes * contacts * (breaks + 1), rel=1e-9)
    start_day(s.rep)
    assert (s.rep.strain_today, s.rep.contacts_today, s.rep.handled_today) == (0.0, 0, 0.0)


# Training.


@given(
    first=SHARE,
    gain=SHARE,
    fade=st.floats(0.0, 0.1),
    every=st.integers(1, 30),
    times=st.integers(0, 20),
)
def test_refreshers_at_even_intervals(
    first: float, gain: float, fade: float, every: int, times: int
) -> None:
    """Protects training: a refresher closes a share of the gap, every night leaves 1 - f of it.

    The night after the training day too, on which the rep is not on the floor.
    """
    s = Scene(training_gain=gain, training_fade=fade)
    s.rep.trained = first
    for _ in range(times):
        train(s.rep, s.p, s.tally, True)
        for night in range(every):
            s.rep.on_floor = night > 0
            rest_overnight(s.rep, s.p, 0.5)
    nights = (1.0 - fade) ** every
    expected = affine(first, (1.0 - gain) * nights, gain * nights, times)
    assert s.rep.trained == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_training_in_a_run_comes_as_often_as_the_policy_says() -> None:
    """Protects the policy's training: its mean after n days, from the chance of a refresher alone.

    Whether a day is one of training does not depend on what came before, so the mean follows
    T <- (1 - f) (T + c g (1 - T)) exactly, with c = training x days per month / 30 at seven days
    a week. Reps are independent: one comparison of some 400.
    """
    chance, gain, fade = 0.5 * 6.0 / 30.0, 0.2, 0.02
    centre = bare_centre(
        customers=1, seats=100, training_days_per_month=6.0, training_gain=gain, training_fade=fade
    )
    policy = BARE.model_copy(update={"support": NO_SUPPORT.model_copy(update={"training": 0.5})})
    for days in (5, 120):
        found = np.concatenate(
            [
                simulate(centre, policy, days=days, seed=seed).floor.reps["trained"]
                for seed in range(4)
            ]
        )
        kept = (1.0 - fade) * (1.0 - chance * gain)
        assert_mean(found, affine(0.0, kept, (1.0 - fade) * chance * gain, days))
