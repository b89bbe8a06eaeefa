"""Customer, Rep and Employer: Mesa agents whose attributes are the columns of a row.

The rules are behaviours (:mod:`sim.behaviours`), written once for both engines; an agent
holds the state that they act on. Attributes are plain Python numbers, flags and lists.
"""

from typing import Any

import mesa
import numpy as np

from sim.behaviours.rep import is_burnt_out, listening_of
from sim.moves import ENQUIRY, ISSUE


def fill(target: Any, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
    """Set attributes from one row's values; NumPy's nested arrays become lists."""
    for name, value in zip(names, values, strict=True):
        setattr(target, name, value.tolist() if isinstance(value, np.ndarray) else value)


class Row:
    """One row of a table that is not an agent: parameters, a tally, a conversation."""

    def __init__(self, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        fill(self, names, values)


class ColumnAgent(mesa.Agent):
    """A Mesa agent whose attributes are the columns of a row.

    Attributes
    ----------
    enrolled : bool
        Whether the agent is in the model's AgentSets: an empty seat is not.
    """

    def __init__(self, model: Any, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        super().__init__(model)
        self.enrolled = True
        fill(self, names, values)


class Customer(ColumnAgent):
    """A seat in the market: a customer while ``present``, with ``id`` the person in it."""

    present: bool
    matter: int

    @property
    def has_open_enquiry(self) -> bool:
        """Whether a routine question is unanswered."""
        return self.matter == ENQUIRY

    @property
    def has_open_issue(self) -> bool:
        """Whether an issue is unsettled."""
        return self.matter == ISSUE


class Rep(ColumnAgent):
    """A place in the headcount: a rep while ``present``, with ``id`` the person in it."""

    present: bool

    @property
    def burnt_out(self) -> bool:
        """Whether the rep meets the criterion of burnout."""
        return bool(is_burnt_out(self, self.model.floor.parameters[0]))

    @property
    def listening(self) -> float:
        """How well the rep listens now, in [0, 1]."""
        return float(listening_of(self, self.model.floor.parameters[0]))


class Employer(ColumnAgent):
    """The employer: seats, headcount, what it has mended, its reputation, the clock."""
