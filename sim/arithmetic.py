"""Small arithmetic that behaviours share, the same bits in both engines."""

import math

from sim.behaviours import behaviour


@behaviour
def clamp(x):
    """Return ``x`` held within [0, 1]."""
    if x < 0.0:
        return 0.0
    if x > 1.0:
        return 1.0
    return x


@behaviour
def logistic(x):
    """Return 1 / (1 + exp(-x)), safe for any finite ``x``."""
    if x < -40.0:
        return 0.0
    if x > 40.0:
        return 1.0
    return 1.0 / (1.0 + math.exp(-x))


@behaviour
def push_up(x, share):
    """Return ``x`` moved by ``share`` of what is left: up to 1 if positive, down to 0 if not."""
    if share >= 0.0:
        return x + share * (1.0 - x)
    return x + share * x


@behaviour
def bounded_exp(x):
    """Return exp(x) with the exponent held within [-40, 40]."""
    if x < -40.0:
        x = -40.0
    if x > 40.0:
        x = 40.0
    return math.exp(x)
