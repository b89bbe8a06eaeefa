"""Going into a centre: stopping it on the days on which people are asked."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import numpy as np

from sim import Policy, Start
from sim.behaviours.choice import choose_move
from sim.floor import branch, copy_floor, unsound, with_log
from sim.moves import ABANDONED, CALL
from sim.simulation import TakeContacts, run_on
from sim.state import Floor


def walk(
    start: Start, policy: Policy, days: Sequence[int], contacts: TakeContacts | None = None
) -> Iterator[tuple[int, Floor]]:
    """Run a centre after the branch, and stop on some days to look; nothing is changed by it.

    The same run as :func:`sim.simulate` makes, which gives the last day only.

    Parameters
    ----------
    start : Start
        The warmed-up centre.
    policy : Policy
        In force after the branch.
    days : sequence of int
        Days after the branch on which to stop, rising.
    contacts : callable, optional
        Given the log of contacts, see :func:`sim.simulate`.

    Yields
    ------
    tuple of int and Floor
        The day, and the centre that evening: to be read before the next is asked for.

    Raises
    ------
    FloatingPointError
        If a state stops being finite.
    """
    floor = copy_floor(start.floor)
    branch(floor, policy)
    if contacts is not None:
        floor = with_log(floor)
    done = 0
    with closing(run_on("compiled", floor, choose_move, contacts)) as run:
        for day in days:
            run.advance(day - done)
            done = day
            yield day, run.floor
        broken = unsound(run.floor)
    if broken:
        raise FloatingPointError(f"not finite any more: {', '.join(broken[:5])}")


def leavers(floor: Floor, branch_day: int) -> dict[int, float]:
    """Return who has left since the branch, by id, and when, in days after it."""
    gone = floor.careers[: int(floor.world["careers"][0])]
    days = gone["left_day"] + 1.0 - branch_day
    return dict(zip(gone["id"].tolist(), days.tolist(), strict=True))


def talk_minutes(rows: np.ndarray) -> np.ndarray:
    """Return the talk times of the contacts that reps handled."""
    handled = (rows["stage"] == CALL) & (rows["ending"] != ABANDONED) & (rows["rep"] >= 0)
    return np.asarray(rows["minutes"][handled])
