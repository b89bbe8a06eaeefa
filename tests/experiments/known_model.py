"""A model whose answer is known, to check the calibration on: what a job does in its tests."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.calibration.targets import Target

NOISE = 0.03
"""Standard deviation of each output by chance."""

RANGES = {
    "loss_aversion": (1.0, 3.0),
    "voice_base": (-4.0, -1.0),
    "crossover": (0.001, 0.05),
    "quit_base": (0.05, 0.5),
    "honesty": (0.6, 0.95),
    "temper": (0.1, 0.6),
}
"""Its parameters: names that a request knows, here numbers in these ranges and nothing more."""

CARRIED = {"anger_of_moves.argue": (-0.05, 0.25)}
"""One that no design knows: all of the first output's band when it goes from end to end."""


def expected(at: Mapping[str, float]) -> dict[str, float]:
    """Return the outputs without noise, of parameters stretched to [0, 1].

    The last parameter has no effect, so that nothing can pin it down.
    """
    a, b, c, d, e, _ = (at[name] for name in RANGES)
    return {
        "K1.level": 0.7 * a + 0.3 * b,
        "K2.product": a * (0.2 + b) - 0.4 * c,
        "K3.wave": math.sin(2.0 * c) + 0.3 * d,
        "K4.rate": math.exp(1.5 * d - 1.0) * (0.5 + 0.5 * e),
        "K5.bend": (e - 0.4) ** 2 + 0.5 * b,
    }


def stretched(centre: Mapping[str, float]) -> dict[str, float]:
    """Return parameters stretched to [0, 1]."""
    return {name: (centre[name] - low) / (high - low) for name, (low, high) in RANGES.items()}


def observe(centre: Mapping[str, float], plan: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Simulate: the outputs with noise, which the seed draws."""
    outputs = expected(stretched(centre))
    for name, (low, high) in CARRIED.items():
        outputs["K1.level"] += 0.12 * ((centre.get(name, low) - low) / (high - low))
    noise = NOISE * np.random.default_rng([seed, 7]).standard_normal(len(outputs))
    return {name: outputs[name] + float(error) for name, error in zip(outputs, noise, strict=True)}


def sketch(centre: Mapping[str, float], plan: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Simulate two of the outputs only."""
    return {name: observe(centre, plan, seed)[name] for name in ("K4.rate", "K5.bend")}


def targets_around(truth: Mapping[str, float], half: float = 0.06) -> list[Target]:
    """Return bands about what the truth gives, the last one open above.

    Parameters
    ----------
    truth : mapping
        Parameters stretched to [0, 1].
    half : float
        Half the width of a band.
    """
    bands = [Target(name, name, at - half, at + half) for name, at in expected(truth).items()]
    last = bands[-1]
    return [*bands[:-1], Target(last.name, last.what, last.low)]
