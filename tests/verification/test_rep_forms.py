"""Reps against closed forms: learning, burnout, respite, crossover.

Each slow process is run with all others off, in whole runs, and where it is a recursion also as the
rule alone over drawn parameters. What has no chance in it must agree but for rounding; for the
rest the false alarms are stated in ``theory``.
"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import Centre, simulate, warm_up
from sim.behaviours.rep import learn, rest_overnight, wear
from sim.floor import heads_for
from tests.sim.scenes import Scene
from tests.verification.bare import BARE, ENDLESS, bare_centre, day_by_day, logged
from tests.verification.theory import assert_mean, assert_share

ENGINES = pytest.mark.parametrize(("engine", "days"), [("compiled", 400), ("mesa", 60)])
SHARE = st.floats(0.0, 1.0)


# Learning.


@given(first=SHARE, span=st.floats(50.0, 20_000.0), contacts=st.integers(0, 400))
def test_the_learning_curve(first: float, span: float, contacts: int) -> None:
    """Protects skill: after n contacts what is still to be learned is exp(-n / N) of the first gap.

    The exponential learning curve; contact by contact a constant share of the gap closes.
    """
    s = Scene(novice_skill=first, learning_contacts=span, training_learning=0.0)
    s.rep.experience = 0.0
    for _ in range(contacts):
        wear(s.rep, s.p, 5.0, 0.0, True)
    learn(s.rep, s.p)
    gap = (1.0 - first) * math.exp(-1.0 / span) ** contacts
    assert s.rep.skill == pytest.approx(1.0 - gap, rel=1e-9)
    # Poise is learned likewise, from nothing to the most that experience can give, more slowly.
    gap = math.exp(-1.0 / s.p.calm_contacts) ** contacts
    assert s.rep.poise == pytest.approx(s.p.calm_experience * (1.0 - gap), rel=1e-6, abs=1e-12)


def test_talks_grow_shorter_along_the_learning_curve() -> None:
    """Protects learning in a run, exactly: each talk's length follows from the rep's contacts.

    Counted from the log alone: contacts of earlier days, for skill is set overnight.
    """
    centre = bare_centre(
        customers=6_000,
        seats=4,
        enquiries_per_year=10.0,
        enquiry_minutes=5.0,
        handling_cv=0.0,
        novice_slowdown=0.7,
        novice_skill=0.2,
        learning_contacts=900.0,
        training_learning=0.0,
        patience_minutes=ENDLESS,
    )
    first = np.array([0.0, 300.0, 1_000.0, 3_000.0])
    start = warm_up(centre, BARE, days=0, seed=4)
    start.floor.reps["experience"] = first
    start.floor.reps["skill"] = 1.0 - 0.8 * np.exp(-first / 900.0)
    _, log = logged(centre, days=60, seed=4, start=start)
    assert len(log) > 5_000
    experience = first.copy()
    for day in range(60):
        today = log[log["day"] == day]
        skill = 1.0 - 0.8 * np.exp(-experience / 900.0)
        expected = 5.0 * (1.0 + 0.7 * (1.0 - skill))
        assert today["minutes"] == pytest.approx(expected[today["rep"]], rel=1e-9)
        experience += np.bincount(today["rep"], minlength=4)


# Chronic exhaustion: a linear recursion.


def settle(drained: float, night: float) -> float:
    """Return the fixed point of c <- (c + d (1 - c)) (1 - r)."""
    kept = (1.0 - drained) * (1.0 - night)
    return drained * (1.0 - night) / (1.0 - kept)


@given(
    strain=st.floats(0.0, 8.0),
    drain=st.floats(0.0, 0.1),
    night=st.floats(0.001, 0.2),
    first=SHARE,
    days=st.integers(0, 200),
)
def test_exhaustion_under_the_same_strain_every_day(
    strain: float, drain: float, night: float, first: float, days: int
) -> None:
    """Protects drain and recovery: the path is geometric, c* + (c0 - c*) ((1 - d)(1 - r))^n."""
    s = Scene(drain=drain, recovery_night=night, crossover=0.0, respite_effect=0.0)
    s.rep.chronic = first
    for _ in range(days):
        s.rep.strain_today = strain
        rest_overnight(s.rep, s.p, 0.5)
    d = drain * strain
    path = settle(d, night) + (first - settle(d, night)) * ((1.0 - d) * (1.0 - night)) ** days
    assert s.rep.chronic == pytest.approx(path, rel=1e-9, abs=1e-12)


@given(
    strain=st.floats(0.0, 2.0),
    usual=st.floats(0.1, 0.9),
    reward=st.floats(0.1, 0.9),
    night=st.floats(0.001, 0.2),
    speed=st.floats(0.2, 4.0),
)
def test_the_second_form_of_the_drain_is_the_first_of_strain_over_reward(
    strain: float, usual: float, reward: float, night: float, speed: float
) -> None:
    """Protects effort-reward imbalance, and unlike recovery: the same recursion, other numbers.

    At a constant accomplishment, strain counts usual / accomplishment times; a rep who recovers k
    times as fast has a night of k r.
    """
    fixed = {"drain": 0.02, "recovery_night": night, "crossover": 0.0, "usual_reward": usual}
    s = Scene(drain_by_imbalance=True, **fixed)
    s.rep.chronic, s.rep.recovery = 0.4, speed
    for _ in range(30):
        s.rep.strain_today, s.rep.accomplishment = strain, reward
        rest_overnight(s.rep, s.p, 0.5)
    d, r = 0.02 * strain * usual / reward, min(night * speed, 1.0)
    path = settle(d, r) + (0.4 - settle(d, r)) * ((1.0 - d) * (1.0 - r)) ** 30
    assert s.rep.chronic == pytest.approx(path, rel=1e-9, abs=1e-12)


@given(
    strain=st.floats(0.0, 8.0),
    night=st.floats(0.001, 0.2),
    off=st.floats(0.001, 0.3),
    on_days=st.integers(1, 6),
)
def test_exhaustion_over_the_working_week(
    strain: float, night: float, off: float, on_days: int
) -> None:
    """Protects days off: after many weeks the week is a cycle, whose Friday has a closed form.

    With k the share kept in a day on and o in a day off, and a the gain of a day on, k and o apart,
    Friday = a (1 - k^n) / (1 - k) / (1 - k^n o^(7 - n)).
    """
    drain = 0.02
    s = Scene(drain=drain, recovery_night=night, recovery_off=off, crossover=0.0)
    s.rep.chronic, friday = 0.3, 0.0
    weeks = math.ceil(40.0 / (7.0 * min(night, off) + drain * strain)) + 1
    for _ in range(min(weeks, 4_000)):
        for day in range(7):
            s.rep.on_floor = day < on_days
            s.rep.strain_today = strain
            rest_overnight(s.rep, s.p, 0.5)
            if day == on_days - 1:
                friday = s.rep.chronic
    d = drain * strain
    kept, free = (1.0 - d) * (1.0 - night), (1.0 - off) ** (7 - on_days)
    gain = d * (1.0 - night)
    expected = gain * (1.0 - kept**on_days) / (1.0 - kept) / (1.0 - kept**on_days * free)
    assert friday == pytest.approx(expected, rel=1e-6, abs=1e-12)


def strained_centre(**values: Any) -> Centre:
    """Return a centre in which nothing but minutes of talk strain, all alike."""
    even = {"handling_cv": 0.0, "enquiry_minutes": 6.0, "strain_minute": 0.02}
    open_ = {"buffer_autonomy": 0.0, "buffer_support": 0.0, "buffer_composure": 0.0}
    fixed = {"enquiries_per_year": 5.0, "patience_minutes": ENDLESS, "drain": 0.02}
    return bare_centre(**even, **open_, **fixed, **values)


def test_exhaustion_in_a_run_is_what_the_contacts_add_up_to() -> None:
    """Protects the way from contact to exhaustion, exactly: told from the log and the recursion.

    A contact of 6 minutes strains by 0.12; the day's sum drains by the share 0.02 of it, and each
    rep recovers at a speed of its own.
    """
    centre = strained_centre(customers=8_000, seats=4, recovery_night=0.02, recovery_spread=1.5)
    _, log = logged(centre, days=90, seed=6)
    for day, floor in enumerate(day_by_day(centre, BARE, days=90, seed=6)):
        if day == 0:
            chronic = floor.reps["chronic"].copy()
            night = 0.02 * floor.reps["recovery"]
            assert night.max() > 1.5 * night.min()
            continue
        contacts = np.bincount(log["rep"][log["day"] == day - 1], minlength=4)
        drained = 0.02 * 0.12 * contacts
        chronic = (chronic + drained * (1.0 - chronic)) * (1.0 - night)
        assert floor.reps["exhaustion"] == pytest.approx(chronic, rel=1e-9)


def test_two_shifts_of_different_length() -> None:
    """Protects shifts: contacts go with their length, and exhaustion with each rep's own shift.

    A day of 24 hours in shifts of 16 and 8. Calls come evenly, so of all contacts two thirds fall
    into the first (a binomial test; some 9 seats in 10 are free at any time, so next to no call
    waits from one shift into the other). Each rep's exhaustion then follows exactly from the log.
    """
    centre = strained_centre(customers=8_000, seats=4, recovery_night=0.03, shift_minutes=960.0)
    days = 60
    _, log = logged(centre, days=days, seed=9)
    floors = day_by_day(centre, BARE, days=days, seed=9)
    first = next(floors).reps
    chronic, ids = first["chronic"].copy(), first["id"].copy()
    long_shift = 0
    for day, floor in enumerate(floors):
        reps = floor.reps
        contacts = np.array([np.sum((log["day"] == day) & (log["rep"] == one)) for one in ids])
        length = np.round(reps["shift_end"] - reps["shift_start"])
        assert sorted(length) == [480.0] * 4 + [960.0] * 4
        long_shift += int(contacts[length == 960.0].sum())
        drained = 0.02 * 0.12 * contacts
        chronic = (chronic + drained * (1.0 - chronic)) * 0.97
        assert reps["exhaustion"] == pytest.approx(chronic, rel=1e-9)
    assert_share(long_shift, len(log), 2.0 / 3.0)


def test_exhaustion_settles_where_the_load_says() -> None:
    """Protects the level of burnout: load alone gives the mean exhaustion; one comparison.

    The day's contacts do not depend on yesterday's exhaustion here, so in the mean the recursion
    holds with the mean of the day's drain: rate x 1440 / seats contacts of 0.12 each.
    """
    centre = strained_centre(customers=16_000, seats=4, recovery_night=0.05)
    contacts = 16_000 * -math.expm1(-5.0 / 365.0) / 4.0
    found = []
    for seed in range(12):
        days = simulate(centre, BARE, days=400, seed=seed).tallies[250:]
        found.append(days["exhaustion"].sum() / days["rep_days"].sum())
    assert_mean(found, settle(0.02 * 0.12 * contacts, 0.05), slack=1e-3)


# Respite and crossover.


@ENGINES
def test_respite_builds_up_on_holiday_and_fades(engine: str, days: int) -> None:
    """Protects holidays, exactly, for every rep on every day of a run.

    After k days of holiday respite is 1 - (1 - g)^k of the way up, n days later (1 - f)^n of that
    is left; it lifts a share of exhaustion, which itself falls by the same share every night here.
    Who is on holiday is worked out anew from the first holiday and the interval.
    """
    gain, fade, lift, rest = 0.25, 0.1, 0.4, 0.004
    centre = bare_centre(
        customers=1,
        seats=6,
        days_per_week=5,
        holiday_days=10,
        holiday_interval=70,
        respite_gain=gain,
        respite_fade=fade,
        respite_effect=lift,
        recovery_night=rest,
        recovery_off=rest,
    )
    floors = day_by_day(centre, BARE, days=days, seed=2, engine=engine)
    first = next(floors).reps
    start, chronic = first["holiday_from"].copy(), first["chronic"].copy()
    assert len(start) == heads_for(centre, 6) > 6
    for n, floor in enumerate(floors, start=1):
        day = n - 1
        since = (day - start) % 70
        # Full holidays before the newest, each forgotten by (1 - f)^60 before the next.
        before = np.where(day >= start, (day - start) // 70, 0)
        cycle = (1.0 - gain) ** 10 * (1.0 - fade) ** 60
        up = 1.0 - (1.0 - gain) ** 10
        # Respite on the morning of the newest holiday: a geometric series over those before.
        carried = up * (1.0 - fade) ** 60 * (1.0 - cycle**before) / (1.0 - cycle)
        length = np.minimum(since + 1, 10)
        built = 1.0 - (1.0 - carried) * (1.0 - gain) ** length
        respite = np.where(day >= start, built * (1.0 - fade) ** (since + 1 - length), 0.0)
        expected = chronic * (1.0 - rest) ** n * (1.0 - lift * respite)
        assert floor.reps["respite"] == pytest.approx(respite, rel=1e-9, abs=1e-12)
        assert floor.reps["exhaustion"] == pytest.approx(expected, rel=1e-9)


@ENGINES
def test_crossover_draws_a_team_to_its_mean_and_keeps_the_mean(engine: str, days: int) -> None:
    """Protects crossover, exactly: deviations from the team's mean shrink by 1 - k each night.

    So exhaustion is shared out and not made: a team's mean, and each other team, stay as they are.
    """
    pull = 0.03
    centre = bare_centre(
        customers=1, seats=8, team_size=3, crossover=pull, recovery_night=0.0, recovery_off=0.0
    )
    floors = day_by_day(centre, BARE, days=days, seed=2, engine=engine)
    reps = next(floors).reps
    team, first = reps["team"].copy(), reps["chronic"].copy()
    assert team.tolist() == [0, 0, 0, 1, 1, 1, 2, 2]
    mean = np.array([first[team == one].mean() for one in range(3)])[team]
    assert np.abs(first - mean).max() > 0.03
    for n, floor in enumerate(floors, start=1):
        expected = mean + (first - mean) * (1.0 - pull) ** n
        assert floor.reps["exhaustion"] == pytest.approx(expected, rel=1e-9)
