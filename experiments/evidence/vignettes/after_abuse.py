"""The vignette of S16: ten customers served by one rep after an abusive or a civil contact."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.evidence.fact import Dataset
from experiments.evidence.vignettes.cast import CHUNK, Cast, cast_of, most_units, units
from experiments.evidence.vignettes.scene import Course, Scene
from sim.behaviours.day import FOUNDERS_CONTACTS
from sim.behaviours.rep import learn
from sim.moves import ABUSIVE, CIVIL, ESCALATED, ISSUE

FOLLOWING = 10
"""Customers served after the forced contact."""

OCCUPANCY = 0.8
"""Share of the rep's time that contacts take, were all as after a civil contact."""

TENURES: Mapping[str, int | None] = {"own": None, "months": 61, "years": 1095}
"""Days since the rep was hired: as it is, two months, three years."""

TONES = {"civil": CIVIL, "abusive": ABUSIVE}

_PURPOSE = 16


def after_abuse(centre: dict[str, Any], plan: dict[str, Any], unit: int) -> dict[str, Any]:
    """Return how the ten customers after a forced contact were treated, and how long they waited.

    The customer of the forced contact takes the same tone in all its turns; all else, of that
    contact and of the ten after it, is left to the model's rules. Of the ten, as many come
    over an issue as is usual. The ten come to a queue with one server at times that are
    drawn once; the first is the forced contact's own.

    So the ten wait longer after abuse for two reasons: the forced contact itself takes longer,
    and severe abuse brings the break that the policy grants; and the rep is slower, or takes
    more breaks, with the ten. ``wait_by_pace`` leaves the second reason alone: the forced
    contact and the break after it are as long as the civil twin's.

    Returns
    -------
    dict
        ``justice``, ``wait``, ``wait_by_pace`` and ``handling`` (minutes), means of the ten, and
        ``forced``, minutes of the forced contact and its break, of shape (persons, tenures,
        tones) in the order of :data:`TENURES` and :data:`TONES`; ``rep`` of shape (persons,):
        who served, a number of its own for each rep.
    """
    cast = cast_of(centre, plan, unit)
    scene = cast.scene()
    rng = cast.rng(_PURPOSE)
    over_issue = rng.random((CHUNK, FOLLOWING)) < cast.conflicts
    gaps = rng.exponential(size=(CHUNK, FOLLOWING))
    shape = (CHUNK, len(TENURES), len(TONES))
    justice = np.zeros((*shape, FOLLOWING))
    handling = np.zeros((*shape, FOLLOWING + 1))
    pauses = np.zeros((*shape, FOLLOWING + 1))
    for place in range(CHUNK):
        rep = cast.rep(place)
        served = _customers_of(cast, place)
        for t, tenure in enumerate(TENURES.values()):
            for k, tone in enumerate(TONES.values()):
                scene.enter(served[0], rep)
                if tenure is not None:
                    _employ_since(scene, tenure)
                scene.befall()
                handling[place, t, k, 0] = scene.contact(Course(tone=tone))
                pauses[place, t, k, 0] = scene.take_break_due()
                for n, customer in enumerate(served[1:]):
                    scene.enter(customer)
                    handling[place, t, k, n + 1] = scene.call(bool(over_issue[place, n]))
                    pauses[place, t, k, n + 1] = scene.take_break_due()
                    justice[place, t, k, n] = _treatment(scene)
    usual = handling[:, :, list(TONES).index("civil"), 1:].mean(axis=(0, 2))
    apart = gaps[:, None, None, :] * usual[None, :, None, None] / OCCUPANCY
    service = handling + pauses
    alike = service.copy()
    alike[..., 0] = service[:, :, [list(TONES).index("civil")], 0]
    return {
        "justice": justice.mean(axis=-1),
        "wait": _mean_wait(service, apart),
        "wait_by_pace": _mean_wait(alike, apart),
        "forced": service[..., 0],
        "handling": handling[..., 1:].mean(axis=-1),
        "rep": cast.who_serves(),
    }


def _mean_wait(service: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Return the mean wait of the ten; what the last of them takes nobody waits for."""
    return waits(service[..., :-1], apart).mean(axis=-1)


def waits(service: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Return the waits in a queue with one server, by Lindley's recursion.

    Parameters
    ----------
    service : ndarray, shape (..., n)
        Time that the server gives to each customer but the last; the first does not wait.
    apart : ndarray, shape (..., n)
        Time from each arrival to the next.

    Returns
    -------
    ndarray, shape (..., n)
        The waits of those after the first.
    """
    service, apart = np.broadcast_arrays(service, apart)
    found = np.zeros(service.shape)
    wait = np.zeros(service.shape[:-1])
    for n in range(service.shape[-1]):
        wait = np.maximum(0.0, wait + service[..., n] - apart[..., n])
        found[..., n] = wait
    return found


def _customers_of(cast: Cast, place: int) -> list[dict[str, Any]]:
    """Return the customer of the forced contact, and the ten after it; nobody comes twice."""
    first = place * (FOLLOWING + 1)
    return [cast.customer(first + n) for n in range(FOLLOWING + 1)]


def _employ_since(scene: Scene, tenure: int) -> None:
    """Let the rep have been there for so many days, with the experience of founding staff."""
    rep, p = scene.rep, scene.p
    rep.hired = scene.world.day - tenure
    worked = max(0.0, (tenure - p.initial_training_days) * p.days_per_week / 7.0)
    rep.experience = worked * FOUNDERS_CONTACTS
    learn(rep, p)


def _treatment(scene: Scene) -> float:
    """Return the interactional justice of the contact; of one passed up, as the rep left it."""
    customer = scene.customer
    passed_up = customer.matter == ISSUE and scene.talk.ending == ESCALATED
    return float(customer.case_fair if passed_up else customer.interactional)


AFTER_ABUSE = Dataset("vignette after abuse", f"{__name__}:after_abuse", units, most_units)
