"""Reps against closed forms: depersonalisation, accomplishment, what a questionnaire asks about.

All are linear recursions over working days, driven by an exhaustion that is one itself. They agree
with the closed form but for rounding. Targets beyond [0, 1] are cut off, where the
recursions are no longer linear: the paths keep clear of that by the ranges drawn, and the fixed
points are tested with it.
"""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim import warm_up
from sim.behaviours.rep import rest_overnight
from tests.sim.scenes import Scene
from tests.verification.bare import BARE, bare_centre, logged

SHARE = st.floats(0.0, 1.0)
SPEED = st.floats(0.002, 0.2)
DAYS = st.integers(0, 150)
ASKED = ("unfair", "aggression", "dislike", "ambiguity", "surface", "deep")
"""What the running means are of; the day's sums are called the same, with ``_today``."""

STRAIN, DRAIN, NIGHT = 1.5, 0.02, 0.03
"""A day's strain, what it drains and what a night restores: they make exhaustion move."""


class Tiring:
    """The exhaustion of a rep with the same strain every day, c* + (c0 - c*) k^n."""

    def __init__(self, first: float) -> None:
        drained = DRAIN * STRAIN
        self.kept = (1.0 - drained) * (1.0 - NIGHT)
        self.end = drained * (1.0 - NIGHT) / (1.0 - self.kept)
        self.first = first

    def followed(self, state: float, rate: float, level: float, pull: float, days: int) -> float:
        """Return x after n days of x <- x + r (level + pull c_i - x), c_i that day's exhaustion.

        What is left of the start and of the constant part of the target is q^n, q = 1 - r. What
        is still to come of exhaustion adds r pull (c0 - c*) times the sum of q^(n - i) k^i over
        the days 1 to n, which is k (k^n - q^n) / (k - q).
        """
        left, kept = 1.0 - rate, self.kept
        coming = kept * (kept**days - left**days) / (kept - left)
        path = left**days * state + (1.0 - left**days) * (level + pull * self.end)
        return path + rate * pull * (self.first - self.end) * coming


def tired(first: float, **values: float) -> Scene:
    """Return a scene whose rep tires by :class:`Tiring` and by nothing else."""
    fixed = {"drain": DRAIN, "recovery_night": NIGHT, "crossover": 0.0, "respite_effect": 0.0}
    s = Scene(**fixed, **values)
    s.rep.chronic = first
    return s


def work(s: Scene, days: int) -> None:
    """Let the rep's nights follow days with the same strain, and what the scene says besides."""
    for _ in range(days):
        s.rep.strain_today = STRAIN
        rest_overnight(s.rep, s.p, 0.5)


def assume_apart(rate: float) -> None:
    """Leave out speeds as good as equal, where the closed form divides nothing by nothing."""
    assume(abs(Tiring(0.0).kept - (1.0 - rate)) > 1e-3)


# Depersonalisation and accomplishment.


@given(
    first=SHARE,
    cold=SHARE,
    rate=SPEED,
    pull=st.floats(0.0, 0.8),
    hostile=st.integers(0, 4),
    each=st.floats(0.0, 0.05),
    days=DAYS,
)
def test_depersonalisation_follows_exhaustion_and_hostility(
    first: float, cold: float, rate: float, pull: float, hostile: int, each: float, days: int
) -> None:
    """Protects depersonalisation: it runs after exhaustion at a speed of its own.

    Its target is at most 0.8 + 4 x 0.05 = 1 here, so it is never cut off.
    """
    assume_apart(rate)
    s = tired(
        first,
        depersonalisation_rate=rate,
        depersonalisation_exhaustion=pull,
        depersonalisation_strain=each,
    )
    s.rep.depersonalisation, s.rep.hostility_today = cold, float(hostile)
    work(s, days)
    expected = Tiring(first).followed(cold, rate, each * hostile, pull, days)
    assert s.rep.depersonalisation == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(
    first=SHARE,
    proud=SHARE,
    rate=SPEED,
    contacts=st.integers(1, 60),
    share=SHARE,
    pride=SHARE,
    resolving=st.floats(0.3, 0.7),
    sovereignty=st.floats(0.0, 0.3),
    fall=st.floats(0.0, 0.5),
    days=DAYS,
)
def test_accomplishment_follows_what_is_settled_and_granted_less_exhaustion(
    first: float,
    proud: float,
    rate: float,
    contacts: int,
    share: float,
    pride: float,
    resolving: float,
    sovereignty: float,
    fall: float,
    days: int,
) -> None:
    """Protects accomplishment: per contact, not per day, and the more exhausted the less.

    The target is at most 0.7 + 0.3 = 1; days on which exhaustion would press it below 0 are left
    out by assumption, for there it is cut off. Exhaustion lies between its first and last value.
    """
    assume_apart(rate)
    resolved = round(share * contacts)
    level = resolving * resolved / contacts + sovereignty * pride
    tiring = Tiring(first)
    assume(level - fall * max(first, tiring.end) >= 0.0)
    s = tired(
        first,
        accomplishment_rate=rate,
        accomplishment_resolving=resolving,
        accomplishment_sovereignty=sovereignty,
        accomplishment_exhaustion=fall,
    )
    s.rep.accomplishment = proud
    s.rep.contacts_today, s.rep.resolved_today = contacts, resolved
    s.rep.pride_today = pride * contacts
    work(s, days)
    expected = tiring.followed(proud, rate, level, -fall, days)
    assert s.rep.accomplishment == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(
    first=SHARE,
    rate=SPEED,
    pull=st.floats(0.0, 1.5),
    hostile=st.integers(0, 20),
    resolving=st.floats(0.0, 1.5),
    fall=st.floats(0.0, 1.5),
)
def test_attitudes_settle_at_their_targets_or_at_the_ends_of_their_scales(
    first: float, rate: float, pull: float, hostile: int, resolving: float, fall: float
) -> None:
    """Protects the level of burnout, cut off or not: the fixed points under settled exhaustion."""
    s = tired(
        first,
        depersonalisation_rate=rate,
        depersonalisation_exhaustion=pull,
        depersonalisation_strain=0.05,
        accomplishment_rate=rate,
        accomplishment_resolving=resolving,
        accomplishment_exhaustion=fall,
    )
    s.rep.hostility_today = float(hostile)
    s.rep.contacts_today, s.rep.resolved_today = 10, 6
    # Until less than e^-30 is left of either start.
    work(s, math.ceil(30.0 / min(rate, 1.0 - Tiring(0.0).kept)))
    end = Tiring(0.0).end
    cold = min(pull * end + 0.05 * hostile, 1.0)
    proud = min(max(0.6 * resolving - fall * end, 0.0), 1.0)
    assert s.rep.depersonalisation == pytest.approx(cold, rel=1e-6, abs=1e-8)
    assert s.rep.accomplishment == pytest.approx(proud, rel=1e-6, abs=1e-8)


def test_attitudes_in_a_run_are_what_the_contacts_add_up_to() -> None:
    """Protects the way from contact to attitude, exactly: told from the log and the closed form.

    There are enquiries alone, all settled and none hostile: exhaustion stays as it is, so every
    day with a contact brings both nearer to their targets by the same share, and a day on the
    floor without one does not.
    """
    days = 120
    steady = {"recovery_night": 0.0, "recovery_off": 0.0}
    moving = {"depersonalisation_rate": 0.05, "accomplishment_rate": 0.08}
    centre = bare_centre(customers=400, seats=4, enquiries_per_year=3.0, **steady, **moving)
    start = warm_up(centre, BARE, days=0, seed=3)
    reps = start.floor.reps
    reps["depersonalisation"] = 0.9
    tired_by, proud = reps["exhaustion"].copy(), reps["accomplishment"].copy()
    outcome, log = logged(centre, days=days, seed=3, start=start)
    worked = np.array([len(np.unique(log["day"][log["rep"] == one])) for one in reps["id"]])
    assert (worked < days - 10).all() and (worked > 20).all()
    level = centre.depersonalisation_exhaustion * tired_by
    expected = level + (0.9 - level) * 0.95**worked
    assert outcome.floor.reps["depersonalisation"] == pytest.approx(expected, rel=1e-9)
    level = centre.accomplishment_resolving - centre.accomplishment_exhaustion * tired_by
    expected = level + (proud - level) * 0.92**worked
    assert outcome.floor.reps["accomplishment"] == pytest.approx(expected, rel=1e-9)


# What a questionnaire asks about.


@given(
    memory=st.floats(0.0, 0.2),
    first=SHARE,
    days=st.lists(
        st.tuples(st.booleans(), st.integers(0, 40), st.floats(0.0, 60.0)), min_size=1, max_size=40
    ),
)
def test_the_running_means_weigh_each_day_worked_by_its_age(
    memory: float, first: float, days: list[tuple[bool, int, float]]
) -> None:
    """Protects what reps answer: a mean per contact whose weights fall geometrically with age.

    m (1 - m)^(n - i) for the i-th of n days worked, and (1 - m)^n for what was before. Days off the
    floor, or without a contact, have no weight. Nothing is cut off here: the means have no scale.
    """
    s = Scene(memory_rate=memory)
    for name in ASKED:
        setattr(s.rep, name, first)
    for on_floor, contacts, amount in days:
        s.rep.on_floor, s.rep.contacts_today = on_floor, contacts
        for number, name in enumerate(ASKED, start=1):
            setattr(s.rep, f"{name}_today", number * amount)
        rest_overnight(s.rep, s.p, 0.5)
    seen = np.array([amount / contacts for on, contacts, amount in days if on and contacts])
    ages = np.arange(len(seen))[::-1]
    for number, name in enumerate(ASKED, start=1):
        mean = first * (1.0 - memory) ** len(seen)
        mean += number * float(memory * (1.0 - memory) ** ages @ seen)
        assert getattr(s.rep, name) == pytest.approx(mean, rel=1e-9, abs=1e-12)


@given(memory=st.floats(0.02, 0.2), first=SHARE, contacts=st.integers(1, 40), each=SHARE)
def test_the_running_means_settle_at_what_every_contact_brings(
    memory: float, first: float, contacts: int, each: float
) -> None:
    """Protects comparisons between reps: the level does not hang on how many contacts there are."""
    s = Scene(memory_rate=memory)
    s.rep.contacts_today = contacts
    for number, name in enumerate(ASKED, start=1):
        setattr(s.rep, name, first)
        setattr(s.rep, f"{name}_today", number * each * contacts)
    for _ in range(math.ceil(30.0 / memory)):
        rest_overnight(s.rep, s.p, 0.5)
    settled = [getattr(s.rep, name) for name in ASKED]
    assert settled == pytest.approx([number * each for number in range(1, 7)], rel=1e-9, abs=1e-12)
