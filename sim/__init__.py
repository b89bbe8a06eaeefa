"""Frontline's model: customers, reps and an employer in confrontations.

Knows nothing of experiments, files or screens. Experiments come in by one door,
:func:`simulate`; a Mesa user starts at :class:`ServiceModel`. Names are imported when
first used, so that reading parameters does not wait for a compiler.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.compiled import engine as compile_engine
    from sim.core import service_core
    from sim.model import ServiceModel
    from sim.outcome import Outcome
    from sim.parameters import CLASSROOM, Centre
    from sim.policy import Handling, Policy, Support, blend
    from sim.simulation import Start, simulate, warm_up, with_neutral_run

_HOMES = {
    "CLASSROOM": "sim.parameters",
    "Centre": "sim.parameters",
    "Handling": "sim.policy",
    "Policy": "sim.policy",
    "Support": "sim.policy",
    "blend": "sim.policy",
    "ServiceModel": "sim.model",
    "Outcome": "sim.outcome",
    "Start": "sim.simulation",
    "simulate": "sim.simulation",
    "warm_up": "sim.simulation",
    "with_neutral_run": "sim.simulation",
    "service_core": "sim.core",
    "compile_engine": "sim.compiled",
    "measures": "sim",
}

__all__ = [
    "CLASSROOM",
    "Centre",
    "Handling",
    "Outcome",
    "Policy",
    "ServiceModel",
    "Start",
    "Support",
    "blend",
    "compile_engine",
    "service_core",
    "simulate",
    "warm_up",
    "with_neutral_run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    if name == "measures":
        return import_module("sim.measures")
    found = import_module(_HOMES[name])
    return getattr(found, "engine" if name == "compile_engine" else name)
