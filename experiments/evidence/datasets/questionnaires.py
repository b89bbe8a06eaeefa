"""The questionnaires of the field studies: true scores, and the errors that measuring adds.

True scores are the model's states. The errors are drawn with the people, in units of the
true scores' spread in the pooled sample, which is known only when all centres are there; see
:func:`experiments.evidence.moments.measured`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.evidence.moments import error_spread
from experiments.evidence.plan import Panel
from experiments.jobs import Result
from sim import Centre
from sim.behaviours.survey import intent_to_quit
from sim.state import Floor

STATES = (
    "unfair",
    "aggression",
    "dislike",
    "ambiguity",
    "surface",
    "deep",
    "exhaustion",
    "depersonalisation",
    "accomplishment",
    "performance",
)
"""What reps are asked about that is a state of theirs."""

REP_SCALES = (*STATES, "intent_to_quit")
"""The scales of the reps' questionnaire."""

MISTREATMENT = STATES[:4]
"""The four scales of perceived mistreatment."""

CUSTOMER_SCALES = ("satisfaction", "loyalty", "distributive", "procedural", "interactional")
"""The scales of the customers' questionnaire at the end of the year."""

_REPS, _CUSTOMERS = 1, 2


def ask_reps(floor: Floor, centre: Centre, plan: Panel, seed: int, unit: int, wave: int) -> Result:
    """Ask all reps of a centre; some answer.

    Who answers, and each scale's error, depend on seed, centre, wave and the rep's place
    alone: they are the same for every set of parameters.

    Parameters
    ----------
    floor : Floor
        The centre this evening.
    centre : Centre
        Its parameters.
    plan : Panel
        The response, the reliability and the least tenure.
    seed, unit : int
        The plan's seed, and which centre.
    wave : int
        Days since the branch.

    Returns
    -------
    dict of str to ndarray
        A row for each answer: ``wave``, ``id``, ``team``, ``tenure`` in days, ``settled``
        (there for long enough to be asked about the work), ``true`` and ``error`` with a
        column for each of :data:`REP_SCALES`.
    """
    reps = floor.reps.view(np.recarray)
    today = int(floor.world["day"][0]) - 1  # the last day's evening
    rng = np.random.default_rng([seed, _REPS, unit, wave])
    answers = rng.random(len(reps)) < plan.response_reps
    errors = error_spread(plan.reliability) * rng.standard_normal((len(reps), len(REP_SCALES)))
    asked = np.flatnonzero(reps["present"] & answers)
    intent = [intent_to_quit(reps[seat], centre, today) for seat in asked]
    true = np.column_stack([*(reps[name][asked] for name in STATES), intent])
    tenure = today - reps["hired"][asked]
    return {
        "wave": np.full(len(asked), wave),
        "id": np.asarray(reps["id"][asked]),
        "team": np.asarray(reps["team"][asked]),
        "tenure": tenure.astype(float),
        "settled": tenure >= plan.least_tenure,
        "true": true.reshape(len(asked), len(REP_SCALES)),
        "error": errors[asked],
    }


def ask_customers(floor: Floor, plan: Panel, seed: int, unit: int) -> Result:
    """Ask a random sample of a centre's customers.

    Returns
    -------
    dict of str to ndarray
        A row for each: ``contacts`` and ``conflicts`` so far, ``true`` and ``error`` with a
        column for each of :data:`CUSTOMER_SCALES`.
    """
    customers = floor.customers
    rng = np.random.default_rng([seed, _CUSTOMERS, unit])
    errors = rng.standard_normal((plan.customers_asked, len(CUSTOMER_SCALES)))
    order = rng.permutation(len(customers))
    asked = order[customers["present"][order]][: plan.customers_asked]
    rows = customers[asked]
    return {
        "contacts": rows["contacts"].copy(),
        "conflicts": rows["conflicts"].copy(),
        "true": np.column_stack([rows[name] for name in CUSTOMER_SCALES]),
        "error": error_spread(plan.reliability) * errors[: len(asked)],
    }


def gathered(answers: Sequence[Mapping[str, Any]], prefix: str) -> Result:
    """Return the answers of several waves one below the other, names with a prefix."""
    return {
        f"{prefix}_{name}": np.concatenate([each[name] for each in answers]) for name in answers[0]
    }
