"""Vignettes of customers: losses, outcomes, recoveries, apologies and payments, forced.

One unit is a chunk of persons, each a customer paired with a rep, who go through all arms
of a vignette as twins: the same states, the same chance. A rep serves several persons:
``rep``, of shape (persons,), tells who served, a number of its own for each rep.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from experiments.evidence.fact import Dataset
from experiments.evidence.vignettes.cast import CHUNK, cast_of, most_units, units
from experiments.evidence.vignettes.courses import (
    PRICE,
    SERIOUS,
    TRIVIAL,
    bad_recovery,
    excellent_recovery,
    nothing_granted,
    paid,
    settled_in_full,
    with_or_without_apology,
)
from experiments.evidence.vignettes.scene import Scene
from sim.behaviours.customer import chance_of_voice

OUTCOMES_OF = ("quick", "satisfied", "unsatisfied", "silent")
LOSSES = {"trivial": TRIVIAL, "large": SERIOUS}
CONTACTS = 3
"""Contacts over the issue where it is not settled in the first."""

PERCENT = (0, 40, 80, 100, 120, 150, 200)
"""Payments, in percent of the loss."""

YEAR = 12
"""Months in which a customer stays or leaves."""

Arms = Callable[[Scene, float, Callable[[], None]], list[float]]
"""What is measured in all arms of one person, from a scene, the usual wait, and a function
that lets the same customer and rep come in anew."""


def _persons(
    centre: Mapping[str, Any], plan: Mapping[str, Any], unit: int, arms: Arms
) -> np.ndarray:
    """Take the persons of a unit through the arms of a vignette; one row each."""
    cast = cast_of(centre, plan, unit)
    scene = cast.scene()
    rows = []
    for place in range(CHUNK):
        customer, rep = cast.customer(place), cast.rep(place)
        rows.append(arms(scene, cast.wait, partial(scene.enter, customer, rep)))
    return np.array(rows)


def _who_serves(centre: Mapping[str, Any], plan: Mapping[str, Any], unit: int) -> np.ndarray:
    """Return who serves each person of a unit in all arms."""
    return cast_of(centre, plan, unit).who_serves()


def outcomes(centre: dict[str, Any], plan: dict[str, Any], unit: int) -> dict[str, Any]:
    """Return loyalty after each outcome of each loss.

    Returns
    -------
    dict
        ``loyalty`` of shape (persons, losses, outcomes), in the order of :data:`LOSSES` and
        :data:`OUTCOMES_OF`, NaN of those who left in silence; ``reliability`` of the scale of
        intent.
    """

    def arms(scene: Scene, wait: float, enter: Callable[[], None]) -> list[float]:
        found = []
        for loss in LOSSES.values():
            for outcome in OUTCOMES_OF:
                enter()
                scene.befall(loss, at_fault=True, voiced=outcome != "silent")
                _lead_to(outcome, scene, wait)
                found.append(scene.customer.loyalty if scene.customer.present else math.nan)
        return found

    loyalty = _persons(centre, plan, unit, arms)
    return {
        "loyalty": loyalty.reshape(len(loyalty), len(LOSSES), len(OUTCOMES_OF)),
        "reliability": plan["panel"]["reliability"],
        "rep": _who_serves(centre, plan, unit),
    }


def _lead_to(outcome: str, scene: Scene, wait: float) -> None:
    if outcome == "quick":
        scene.contact(settled_in_full(scene))
    elif outcome != "silent":
        for _ in range(CONTACTS - 1):
            scene.contact(nothing_granted(again=True), wait)
            scene.wait_for_call()
        last = settled_in_full(scene) if outcome == "satisfied" else nothing_granted(again=False)
        scene.contact(last, wait)


def recovery(centre: dict[str, Any], plan: dict[str, Any], unit: int) -> dict[str, Any]:
    """Return satisfaction, and the chance to stay a year, without a failure and recovered.

    Returns
    -------
    dict
        ``satisfaction`` and ``stays`` of shape (persons, 2): without a failure; with one and
        an excellent recovery.
    """

    def arms(scene: Scene, wait: float, enter: Callable[[], None]) -> list[float]:
        found = []
        for failed in (False, True):
            enter()
            if failed:
                excellent_recovery(scene)
            found += [scene.customer.satisfaction, scene.live_months(YEAR)]
        return found

    rows = _persons(centre, plan, unit, arms)
    return {
        "satisfaction": rows[:, 0::2],
        "stays": rows[:, 1::2],
        "rep": _who_serves(centre, plan, unit),
    }


def two_failures(centre: dict[str, Any], plan: dict[str, Any], unit: int) -> dict[str, Any]:
    """Return satisfaction after no failure, and after two, a month apart.

    Returns
    -------
    dict
        ``satisfaction`` of shape (persons, 4): none; both recovered excellently; bad then
        good; good then bad.
    """

    def arms(scene: Scene, wait: float, enter: Callable[[], None]) -> list[float]:
        found = []
        for course in ("", "gg", "bg", "gb"):
            enter()
            for number, each in enumerate(course):
                if number:
                    scene.live_months(1)
                if each == "g":
                    excellent_recovery(scene)
                else:
                    bad_recovery(scene, wait)
            if not course:
                scene.live_months(1)
            found.append(scene.customer.satisfaction)
        return found

    satisfaction = _persons(centre, plan, unit, arms)
    return {"satisfaction": satisfaction, "rep": _who_serves(centre, plan, unit)}


def voice(centre: dict[str, Any], plan: dict[str, Any], unit: int) -> dict[str, Any]:
    """Return each customer's chance of complaining of a trivial and of a serious loss; no rep acts.

    Returns
    -------
    dict
        ``chance`` of shape (persons, 2).
    """

    def arms(scene: Scene, wait: float, enter: Callable[[], None]) -> list[float]:
        found = []
        for loss in LOSSES.values():
            enter()
            scene.befall(loss)
            severity = scene.customer.severity
            # Whether to complain is asked before the failure itself disappoints.
            enter()
            found.append(chance_of_voice(scene.customer, severity, scene.p))
        return found

    return {"chance": _persons(centre, plan, unit, arms)}


def apology(centre: dict[str, Any], plan: dict[str, Any], unit: int) -> dict[str, Any]:
    """Return whether the contact satisfied, paid in full without and with an apology.

    Returns
    -------
    dict
        ``satisfied`` (0 or 1) of shape (persons, 2): money alone; money with an apology.
    """

    def arms(scene: Scene, wait: float, enter: Callable[[], None]) -> list[float]:
        found = []
        for apologised in (False, True):
            enter()
            scene.befall(at_fault=True)
            scene.contact(with_or_without_apology(scene, apologised), wait)
            found.append(float(scene.customer.transaction >= scene.p.csat_top_box))
        return found

    satisfied = _persons(centre, plan, unit, arms)
    return {"satisfied": satisfied, "rep": _who_serves(centre, plan, unit)}


def compensation(centre: dict[str, Any], plan: dict[str, Any], unit: int) -> dict[str, Any]:
    """Return loyalty after each payment for a loss of one price.

    Returns
    -------
    dict
        ``loyalty`` of shape (persons, payments), in the order of :data:`PERCENT`.
    """

    def arms(scene: Scene, wait: float, enter: Callable[[], None]) -> list[float]:
        found = []
        for percent in PERCENT:
            enter()
            scene.befall(PRICE, at_fault=True)
            scene.contact(paid(percent / 100.0 * PRICE), wait)
            found.append(scene.customer.loyalty)
        return found

    loyalty = _persons(centre, plan, unit, arms)
    return {"loyalty": loyalty, "rep": _who_serves(centre, plan, unit)}


def _dataset(name: str, function: str) -> Dataset:
    return Dataset(name, f"{__name__}:{function}", units, most_units)


OUTCOMES = _dataset("vignette outcomes", "outcomes")
RECOVERY = _dataset("vignette recovery", "recovery")
TWO_FAILURES = _dataset("vignette two failures", "two_failures")
VOICE = _dataset("vignette voice", "voice")
APOLOGY = _dataset("vignette apology", "apology")
COMPENSATION = _dataset("vignette compensation", "compensation")
