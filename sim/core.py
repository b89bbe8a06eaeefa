"""The service core alone: the very queue of the model, to hold against queueing theory."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.state import ENTRY, WORLD


@dataclass(frozen=True)
class CoreOutcome:
    """What a run of the queue alone gives.

    Attributes
    ----------
    waits : array of float, shape (served,)
        Minutes waited by those who were served, in order of arrival.
    abandoned : float
        Share of the arrivals that abandoned.
    occupancy : float
        Share of the reps' time that was spent serving.
    arrivals : int
        How many came.
    """

    waits: np.ndarray
    abandoned: float
    occupancy: float
    arrivals: int


def service_core(
    arrivals_per_minute: float,
    mean_service_minutes: float,
    mean_patience_minutes: float,
    reps: int,
    minutes: float,
    seed: int,
    service: Literal["exponential", "lognormal"] = "exponential",
    service_cv: float = 1.0,
) -> CoreOutcome:
    """Run the queue of the model alone, on the compiled engine.

    Parameters
    ----------
    arrivals_per_minute : float
        Rate of the Poisson arrivals.
    mean_service_minutes : float
        Mean service time.
    mean_patience_minutes : float
        Mean of the exponential patience; ``math.inf`` for customers who never abandon.
    reps : int
        Servers.
    minutes : float
        Length of the run.
    seed : int
        Key of the draws.
    service : {"exponential", "lognormal"}
        Distribution of the service time.
    service_cv : float
        Coefficient of variation of a lognormal service time.

    Returns
    -------
    CoreOutcome
        Waits, share abandoned and occupancy.
    """
    from sim.compiled import engine

    if service not in ("exponential", "lognormal"):
        raise ValueError(f"service is {service!r}; allowed: 'exponential', 'lognormal'")
    for name, value in (
        ("arrivals_per_minute", arrivals_per_minute),
        ("mean_service_minutes", mean_service_minutes),
        ("minutes", minutes),
    ):
        if not 0 < value < math.inf:
            raise ValueError(f"{name} is {value}; it must be above 0 and finite")
    if not mean_patience_minutes > 0:
        raise ValueError(f"mean_patience_minutes is {mean_patience_minutes}; it must be above 0")
    if not 1 <= reps < math.inf or reps != int(reps):
        raise ValueError(f"reps is {reps}; it must be a whole number, at least 1")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed}; it must lie in [0, 4294967296)")
    if not 0 <= service_cv < math.inf:
        raise ValueError(f"service_cv is {service_cv}; it must not be negative, and finite")
    world = np.zeros(1, WORLD)
    world["seed"] = seed
    expected = arrivals_per_minute * minutes
    waits = np.zeros(int(expected + 10.0 * math.sqrt(expected) + 100.0))
    arrivals, abandoned, busy = engine().serve_arrivals(
        world[0],
        float(arrivals_per_minute),
        float(mean_service_minutes),
        0.0 if math.isinf(mean_patience_minutes) else float(mean_patience_minutes),
        np.zeros(int(reps), ENTRY),
        float(minutes),
        float(service_cv) if service == "lognormal" else -1.0,
        waits,
    )
    met = waits[:arrivals]
    return CoreOutcome(
        waits=met[met >= 0.0],
        abandoned=abandoned / arrivals if arrivals else 0.0,
        occupancy=busy / (reps * minutes),
        arrivals=int(arrivals),
    )
