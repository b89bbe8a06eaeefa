"""What the centre does with each form of a mechanism: whether it still works as one.

A second form may change a verdict because the mechanism is another one, or only because the
centre settles far less than before. So beside the verdicts stand some levels under the neutral
policy, in the same sets with the usual forms and with each second one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.claims.campaign import ENSEMBLE, FORM, Ran
from experiments.claims.claim_file import Form
from experiments.claims.measures import PLACE, WHEN

SHOWN = {
    "fcr_survey": "settled at the first contact, by survey",
    "conflicts_resolved": "conversations over issues settled on the floor",
    "escalation_rate": "of them passed up",
    "abandonment": "callers who give up",
}
"""The levels by their measures, all of them shares."""

USUAL = "first forms"
PERIOD = "year2"


@dataclass(frozen=True)
class Levels:
    """Levels of the centre under the neutral policy with one form.

    Attributes
    ----------
    title : str
        The form.
    values : mapping of str to float
        By measure the median over the sets on which forms are tried.
    """

    title: str
    values: Mapping[str, float]


def levels(forms: Mapping[str, Form], runs: Mapping[str, Ran], outside: str) -> list[Levels]:
    """Return the levels with the usual forms, and with each second one.

    Parameters
    ----------
    forms : mapping of str to Form
        The second forms by name.
    runs : mapping of str to Ran
        By the name of the block.
    outside : str
        The key of the arm that runs the neutral policy on.
    """
    if not forms:
        return []
    ensemble = runs[ENSEMBLE]
    places = {one.label: place for place, one in enumerate(ensemble.block.sets)}
    tried = runs[FORM + next(iter(forms))].block.sets
    usual = ensemble.only([places[one.label] for one in tried])
    named = [(USUAL, usual), *((form.title, runs[FORM + name]) for name, form in forms.items())]
    return [Levels(title, _medians(ran.values[outside])) for title, ran in named]


def _medians(values: np.ndarray) -> dict[str, float]:
    """Return the median over sets of each level; NaN where no run gave a value."""
    found = {}
    for name in SHOWN:
        each = values[:, :, WHEN[PERIOD], PLACE[name]].mean(axis=1)
        known = each[np.isfinite(each)]
        found[name] = float(np.median(known)) if len(known) else float("nan")
    return found
