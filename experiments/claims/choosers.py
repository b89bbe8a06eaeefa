"""Rules for choosing moves that claims about conversations force: "argue in a quarter of turns".

A rep who follows such a rule makes a given move (or two by turns) with a given chance in the turns
that the rule is about, and else chooses as ever. The draw that decides is the model's own: what is
left of it is stretched to [0, 1] again, so that no other draw changes.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from numba.extending import register_jitable

from sim.behaviours.choice import choose_move
from sim.moves import MOVE_NAMES


@cache
def forced(moves: tuple[str, ...], share: float, anger: float, turns: int) -> Callable[..., int]:
    """Return a rule that forces a move in some turns.

    Parameters
    ----------
    moves : tuple of str
        The move, by its name; of two the first in the first turn, the third and so on.
    share : float
        The chance with which it is made, in (0, 1].
    anger : float
        The rule holds from this anger of the customer on.
    turns : int
        It holds in the first so many turns.

    Returns
    -------
    callable
        The same one for the same rule, so that it is compiled once in a process.
    """
    even, odd = (MOVE_NAMES.index(move) for move in (moves[0], moves[-1]))
    rest = 1.0 / (1.0 - share) if share < 1.0 else 0.0

    @register_jitable
    def choose(rep: Any, talk: Any, policy: Any, p: Any, u: float, utilities: Any) -> int:
        if talk.anger < anger or talk.turn >= turns:
            return choose_move(rep, talk, policy, p, u, utilities)
        if u < share:
            return even if talk.turn % 2 == 0 else odd
        return choose_move(rep, talk, policy, p, (u - share) * rest, utilities)

    return choose
