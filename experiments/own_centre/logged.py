"""What is taken from simulated contacts, where no measure of the model is what a centre counts."""

import numpy as np

from experiments.own_centre.kpis import LOGGED
from sim.moves import ABANDONED, CALL, ENQUIRY
from sim.parameters import Centre

MINUTES = 1440.0
"""Minutes in a day."""


class LoggedSums:
    """Takes contacts as they come: what :func:`sim.simulate` is given as ``contacts``.

    Parameters
    ----------
    centre : Centre
        The parameters.
    """

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._customers: list[np.ndarray] = []
        self._begun: list[np.ndarray] = []
        self._top = self._weight = 0.0

    def __call__(self, rows: np.ndarray) -> None:
        """Take some contacts."""
        handled = rows[(rows["stage"] == CALL) & (rows["ending"] != ABANDONED)]
        self._customers.append(handled["customer"].copy())
        self._begun.append(handled["minute"] + handled["wait"])
        satisfied = rows["satisfaction"][judged(rows)]
        weights = chance_to_answer(self._centre, satisfied)
        self._weight += float(weights.sum())
        self._top += float(weights[satisfied >= self._centre.csat_top_box].sum())

    def found(self, first_day: int, days: int) -> dict[str, float]:
        """Return each of :data:`experiments.own_centre.kpis.LOGGED`; NaN where not defined.

        Parameters
        ----------
        first_day, days : int
            The first day that was logged, as the model counts days, and how many were.
        """
        whole = np.zeros(0)
        begun = np.concatenate([whole, *self._begun]) - MINUTES * first_day
        customers = np.concatenate([np.zeros(0, int), *self._customers])
        window = self._centre.repeat_window * MINUTES
        values = (
            no_return(customers, begun, window, MINUTES * days),
            self._top / self._weight if self._weight else float("nan"),
        )
        return dict(zip(LOGGED, values, strict=True))


def judged(rows: np.ndarray) -> np.ndarray:
    """Return which contacts were judged by their customers right away: (contacts,) of bool."""
    routine = (rows["matter"] == ENQUIRY) & (rows["ending"] != ABANDONED)
    return np.asarray(rows["concluded"] | routine)


def chance_to_answer(centre: Centre, satisfied: np.ndarray) -> np.ndarray:
    """Return the chance that a customer answers the survey, as the model has it.

    Parameters
    ----------
    centre : Centre
        The parameters.
    satisfied : array (n,)
        Satisfaction with the contact, 0 to 1.
    """
    feeling = np.abs(satisfied - centre.satisfaction_anchor)
    share = np.clip(centre.survey_response + centre.survey_extremity * feeling, 0.0, 1.0)
    return np.asarray(centre.contact_survey * share)


def no_return(customers: np.ndarray, begun: np.ndarray, window: float, end: float) -> float:
    """Return the share of first contacts after which the customer does not call within the window.

    A contact is a first one if there was none of its customer within the window before it.
    The first and the last window tell only that.

    Parameters
    ----------
    customers, begun : array (n,)
        Who was spoken to, and from when on, counted from the beginning of the record.
    window, end : float
        In the same unit: the window, and the length of the record.
    """
    order = np.lexsort((begun, customers))
    who, when = customers[order], begun[order]
    if not len(who):
        return float("nan")
    gap = np.where(np.diff(who) == 0, np.diff(when), np.inf)
    since, until = np.append(np.inf, gap), np.append(gap, np.inf)
    first = (since > window) & (when >= window) & (when <= end - window)
    count = int(first.sum())
    return float((first & (until > window)).sum() / count) if count else float("nan")
