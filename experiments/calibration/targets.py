"""What a calibration aims at: the bands of facts of class C."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.errors import RequestError, no_such
from experiments.evidence.fact import Fact


@dataclass(frozen=True)
class Target:
    """One statistic and the band in which it is to lie.

    Attributes
    ----------
    name : str
        For example ``"S1.distributive"``.
    what : str
        The statistic in words.
    low, high : float
        The band; infinite where it is open.
    published : bool
        Whether the band is a published one.
    strict : bool
        Whether the band's ends do not belong to it. That is said of it and no more: a simulated
        mean may lie out of its band by its own noise, against which an edge has no width.
    judged : bool
        Whether it steers and judges; else it is reported only.
    """

    name: str
    what: str = ""
    low: float = -math.inf
    high: float = math.inf
    published: bool = False
    strict: bool = False
    judged: bool = True

    @property
    def width(self) -> float:
        """The width of the band, infinite where it is open."""
        return self.high - self.low

    def distance(self, values: np.ndarray) -> np.ndarray:
        """Return by how much values lie out of the band: 0 in it, NaN where there is none."""
        below, above = self.low - values, values - self.high
        return np.maximum(np.maximum(below, above), 0.0)

    def band(self) -> str:
        """Return the band in words."""
        if math.isinf(self.low) and math.isinf(self.high):
            return "any"
        if math.isinf(self.low):
            return f"{'below' if self.strict else 'at most'} {self.high:.4g}"
        if math.isinf(self.high):
            return f"{'above' if self.strict else 'at least'} {self.low:.4g}"
        return f"{self.low:.4g} to {self.high:.4g}"


def targets_of(
    names: Sequence[str], facts: Iterable[Fact], where: str = "", reported: Sequence[str] = ()
) -> list[Target]:
    """Return the judged parts of facts as targets.

    Parameters
    ----------
    names : sequence of str
        The facts asked for.
    facts : iterable of Fact
        Those that there are.
    where : str
        What a message begins with: the file.
    reported : sequence of str
        Facts that are only to be reported.

    Raises
    ------
    RequestError
        Where there is no such fact, or it is not of class C: those are the test, and must never
        be calibrated to.
    """
    known = {fact.id: fact for fact in facts}
    usable = [name for name, fact in known.items() if fact.use == "C"]
    messages = []
    asked = [("facts", at, name) for at, name in enumerate(names)]
    asked += [("reported", at, name) for at, name in enumerate(reported)]
    for index, (table, at, name) in enumerate(asked):
        key = f"{where}{table}[{at}]"
        if name not in known:
            messages.append(f"{key}: {no_such('fact', name, usable)}")
        elif known[name].use != "C":
            messages.append(
                f"{key}: given {name}, which is of class {known[name].use}: it is "
                f"a test, and never calibrated to; allowed: {', '.join(usable)}"
            )
        elif name in [other for _, _, other in asked[:index]]:
            messages.append(f"{key}: given {name} twice; allowed: once")
    if messages:
        raise RequestError(messages)
    return [
        Target(
            f"{name}.{part.name}",
            part.what,
            part.low,
            part.high,
            part.published,
            part.strict,
            table == "facts",
        )
        for table, _, name in asked
        for part in known[name].parts
        if part.judged and (math.isfinite(part.low) or math.isfinite(part.high))
    ]
