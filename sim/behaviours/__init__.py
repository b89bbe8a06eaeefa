"""The rules of the model, written once and run by both engines.

A behaviour is a plain function on duck-typed agents. Interpreted, an agent is a
:class:`mesa.Agent`; compiled, the same name is a row of a NumPy record array. A
behaviour uses numbers, records and arrays only, and only arithmetic that is the
same, to the last bit, in both engines (``tests/sim/test_behaviour_rules.py``
holds this on the syntax tree).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from numba.extending import register_jitable

Rule = TypeVar("Rule", bound=Callable[..., Any])

BEHAVIOURS: list[Callable[..., Any]] = []
"""Every behaviour, in the order in which the modules were imported."""


def behaviour(rule: Rule) -> Rule:
    """Mark a rule as one that both engines run.

    Parameters
    ----------
    rule : callable
        A function on agents, records, arrays and numbers.

    Returns
    -------
    callable
        The same function: interpreted as it is, compiled when a compiled
        behaviour calls it.
    """
    BEHAVIOURS.append(rule)
    return register_jitable(rule)
