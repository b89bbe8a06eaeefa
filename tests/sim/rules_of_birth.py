"""Who people are: means and spreads of the traits and first states of sixty of them."""

import numpy as np

from sim.behaviours import customer
from sim.behaviours import rep as reps
from tests.sim.rules import Act
from tests.sim.scenes import Scene


def mean_of(column: str, kind: str = "customer") -> Act:
    def act(s: Scene) -> None:
        s.result = np.mean(_born(s, column, kind))

    return act


def spread_of(column: str, kind: str = "customer") -> Act:
    def act(s: Scene) -> None:
        s.result = np.std(_born(s, column, kind))

    return act


def _born(s: Scene, column: str, kind: str) -> list[float]:
    found = []
    for generation in range(60):
        if kind == "customer":
            customer.customer_born(s.customer, s.world, s.p, generation, 0)
        else:
            reps.rep_born(s.rep, s.world, s.p, generation, 0)
        found.append(getattr(getattr(s, kind), column))
    return found
