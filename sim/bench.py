"""The floor of the compiled engine: what the draws and choices of a run cost by themselves."""

from time import perf_counter

import numba
import numpy as np

from sim.behaviours import behaviour
from sim.behaviours.choice import softmax_choice
from sim.chance import exponential, uniforms
from sim.floor import copy_floor
from sim.moves import MOVES
from sim.parameters import Centre
from sim.policy import Policy
from sim.simulation import warm_up
from sim.state import WORLD


@behaviour
def draw_only(world, blocks, exponentials, choices, utilities):
    """Draw so many blocks, exponentials and softmax choices, and return their sum.

    Each block's address waits for the block before, as a model's does: a loop of
    addresses known beforehand is computed eight at a time, which no event by event
    simulation can do.
    """
    total = 0.0
    person = 0
    for turn in range(blocks):
        u0, u1, u2, u3 = uniforms(world, person, turn, 1, 0)
        person = int(u3 * 1024.0)
        total += u0 + u1 + u2 + u3
    for turn in range(exponentials):
        total += exponential((turn + 0.5) / exponentials, 1.0)
    for turn in range(choices):
        for move in range(MOVES):
            utilities[move] = ((turn + 7 * move) % 16) * 0.125
        total += softmax_choice(utilities, 0.25, (turn + 0.5) / choices)
    return total


def exponentials(tallies: np.ndarray, people: int) -> int:
    """Return how many exponentials and logarithms the draws and rules of these days took.

    Counted from the tallies, only those that every event takes, so a little below the true
    number: for a call its patience; for a contact its handling time (two) and its
    satisfaction; for a routine question the gap to the next; for an issue the gap, its loss
    (two) and the chance of voice; for a conversation the anger left, two looks at an offer
    and the distributive justice; for a person's month the chance of leaving or of joining.

    Parameters
    ----------
    tallies : record array of ``state.TALLY``
        The days.
    people : int
        Seats in the market.
    """
    of_each = {"offered": 1, "handled": 3, "enquiries": 1, "issues": 4, "conflicts": 4}
    counted = sum(each * int(tallies[name].sum()) for name, each in of_each.items())
    return counted + people * len(tallies) // 30


def floor(blocks: int, exponentials: int, choices: int, repeats: int = 5) -> float:
    """Return the seconds that so much chance takes alone, in a tight compiled loop.

    Parameters
    ----------
    blocks, exponentials, choices : int
        Philox blocks, exponentials and softmax choices of a move.
    repeats : int
        The median of so many is returned.
    """
    tight = numba.njit(draw_only)
    world = np.zeros(1, WORLD)[0]
    scratch = np.zeros(MOVES)
    tight(world, 1, 1, 1, scratch)
    times = []
    for _ in range(repeats):
        began = perf_counter()
        tight(world, blocks, exponentials, choices, scratch)
        times.append(perf_counter() - began)
    return float(np.median(times))


def floor_ratio(days: int = 365, repeats: int = 5) -> tuple[float, float, float]:
    """Time a year of the reference centre against its floor, on one thread.

    Returns
    -------
    tuple of float
        The ratio, the run's seconds and the floor's, medians of ``repeats``.
    """
    from sim.compiled import CompiledRun

    centre, policy = Centre(), Policy()
    start = warm_up(centre, policy, days=days, seed=1)
    times = []
    for _ in range(repeats):
        run = CompiledRun(copy_floor(start.floor))
        began = perf_counter()
        run.advance(days)
        times.append(perf_counter() - began)
    before, after = start.floor.world[0], run.floor.world[0]
    alone = floor(
        int(after["blocks"] - before["blocks"]),
        exponentials(run.floor.tallies[days : 2 * days], len(run.floor.customers)),
        int(after["choices"] - before["choices"]),
        repeats,
    )
    seconds = float(np.median(times))
    return seconds / alone, seconds, alone
