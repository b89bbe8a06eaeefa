"""The floor of the compiled engine: what the draws and choices of a run cost by themselves."""

from time import perf_counter

import numba
import numpy as np

from sim.behaviours import behaviour
from sim.behaviours.choice import softmax_choice
from sim.chance import exponential, uniforms
from sim.moves import MOVES
from sim.simulation import Outcome
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


def floor(outcome: Outcome, repeats: int = 5) -> float:
    """Return the seconds that the random part of a run takes in a tight compiled loop.

    Parameters
    ----------
    outcome : Outcome
        A run; its counts of Philox blocks, exponentials and choices of a move are redone.
    repeats : int
        The median of so many is returned.
    """
    counted = outcome.floor.world[0]
    tight = numba.njit(draw_only)
    world = np.zeros(1, WORLD)[0]
    scratch = np.zeros(MOVES)
    tight(world, 1, 1, 1, scratch)
    times = []
    for _ in range(repeats):
        began = perf_counter()
        tight(
            world,
            int(counted["blocks"]),
            int(counted["exponentials"]),
            int(counted["choices"]),
            scratch,
        )
        times.append(perf_counter() - began)
    return float(np.median(times))
