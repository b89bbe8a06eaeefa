"""The vignette of the holiday: rep twins, one at work and one on a holiday at a drawn date.

A centre is run on, compiled, with nobody on holiday; that is the life of the twin at work.
The other twin's nights are lived anew by the model's own rule, with the same days of work
but for those of the holiday. One rep's absence does not change the others' days, and a rep
who is rested is taken to have the same working days afterwards.
"""

from typing import Any

import numpy as np

from experiments.evidence.fact import Dataset
from experiments.evidence.vignettes.cast import CHUNK, Cast, cast_of, most_units, units
from experiments.evidence.vignettes.scene import state_of
from sim.agents import Row
from sim.behaviours.rep import rest_overnight
from sim.compiled import CompiledRun
from sim.floor import copy_floor, with_room

BEFORE = 7
"""Days that are shown before the holiday."""

AFTER = 60
"""Days that are shown after it."""

SPREAD = 28
"""Days over which the holidays' dates are drawn."""

FAR = 100_000
"""Days until a holiday that never comes."""

_PURPOSE = 17

DAY = (
    "on_floor",
    "contacts_today",
    "resolved_today",
    "handled_today",
    "strain_today",
    "hostility_today",
    "pride_today",
    "unfair_today",
    "aggression_today",
    "dislike_today",
    "ambiguity_today",
    "surface_today",
    "deep_today",
)
"""What a day has done to a rep by its evening, as the night finds it."""


def holidays(centre: dict[str, Any], plan: dict[str, Any], unit: int) -> dict[str, Any]:
    """Return the twins' exhaustion, evening by evening.

    Returns
    -------
    dict
        ``at_work`` and ``on_holiday`` of shape (persons, BEFORE + length + AFTER): exhaustion
        in the evening; columns 0 to BEFORE - 1 are before the holiday, its last evening is
        the column ``before + length - 1``. ``before`` and ``length`` in days. ``rep`` of
        shape (persons,): whose twins they are, a number of its own for each rep; a rep
        may go more than once, at different dates.
    """
    cast = cast_of(centre, plan, unit)
    length = max(1, int(cast.start.centre.holiday_days))
    days = BEFORE + length + AFTER
    lives, teams = life_without_holidays(cast, days + SPREAD)
    stayed = np.flatnonzero(
        (lives["id"] == lives["id"][0]).all(axis=0) & lives["present"].all(axis=0)
    )
    order = [seat for seat in cast.reps if seat in set(stayed.tolist())]
    dates = cast.rng(_PURPOSE).integers(1, SPREAD + 1, size=CHUNK)
    parameters = cast.start.floor.parameters[0]
    p = Row(parameters.dtype.names or (), parameters.item())
    at_work, on_holiday, who = [], [], []
    for place in range(CHUNK if order else 0):
        seat, first = order[place % len(order)], int(dates[place])
        life = lives[:, seat]
        shown = slice(first, first + days)
        at_work.append(life["exhaustion"][shown])
        leaves = first + BEFORE
        team = teams[:, life["team"][0]]
        twin = nights(life, team, p, leaves, leaves + length, first + days)
        on_holiday.append(np.concatenate([life["exhaustion"][first:leaves], twin]))
        who.append(CHUNK * unit + seat)  # as Cast.who_serves numbers them
    return {
        "at_work": np.reshape(at_work, (-1, days)),
        "on_holiday": np.reshape(on_holiday, (-1, days)),
        "rep": np.array(who, int),
        "before": BEFORE,
        "length": length,
    }


def life_without_holidays(cast: Cast, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Run the centre on with nobody on holiday.

    Returns
    -------
    lives : record array of ``state.REP``, shape (days + 1, reps)
        The reps on the morning of the branch and on each evening after it.
    teams : ndarray, shape (days + 1, teams)
        The teams' mean chronic exhaustion that each night met; the first row is not used.
    """
    floor = copy_floor(cast.start.floor)
    floor.reps["holiday_from"] = FAR
    floor.reps["on_holiday"] = False
    run = CompiledRun(with_room(floor, days))
    lives, teams = [run.floor.reps.copy()], [run.floor.teams["chronic"].copy()]
    for _ in range(days):
        run.advance(1)
        lives.append(run.floor.reps.copy())
        teams.append(run.floor.teams["chronic"].copy())
    return np.stack(lives), np.stack(teams)


def nights(
    life: np.ndarray, team: np.ndarray, p: Any, leaves: int, returns: int, last: int
) -> list[float]:
    """Return a rep's exhaustion on the evenings [leaves, last), on holiday until ``returns``.

    Parameters
    ----------
    life : record array of ``state.REP``, shape (days,)
        The same rep's evenings without the holiday.
    team : ndarray, shape (days,)
        The team's mean chronic exhaustion that each night met.
    p : record
        The parameters.
    leaves, returns, last : int
        Evenings, counted as in ``life``.
    """
    state = state_of(life[leaves - 1])
    rep = Row(tuple(state), tuple(state.values()))
    lived = {name: life[name][leaves:last].tolist() for name in DAY}
    chronic = team[leaves:last].tolist()
    found = []
    for day in range(last - leaves):
        away = leaves + day < returns
        rep.on_holiday = away  # type: ignore[attr-defined]
        for name, values in lived.items():
            setattr(rep, name, values[day])
        if away:
            rep.on_floor = False  # type: ignore[attr-defined]
        rest_overnight(rep, p, chronic[day])
        found.append(rep.exhaustion)  # type: ignore[attr-defined]
    return found


HOLIDAYS = Dataset("vignette holidays", f"{__name__}:holidays", units, most_units)
