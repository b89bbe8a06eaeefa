"""From tables of values to what moves the numbers, and what decides the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.analysis.sensitivity.morris import Effects, Trajectories, effects
from experiments.analysis.sensitivity.noise import Noise, noise
from experiments.analysis.sensitivity.ranking import Screened, Sides, screened, sides
from experiments.analysis.sensitivity.saltelli import Saltelli
from experiments.analysis.sensitivity.sobol import Indices, indices
from experiments.kinds.sensitivity.plan import Chosen
from experiments.kinds.sensitivity.request import Request


@dataclass(frozen=True)
class Output:
    """What is explained: a measure under a policy, or its difference between two.

    Attributes
    ----------
    measure : str
        The measure.
    policy : str
        Under which.
    less : str
        The policy whose value is taken off; empty for a measure by itself.
    """

    measure: str
    policy: str
    less: str = ""

    @property
    def name(self) -> str:
        """What data files call it."""
        if self.less:
            return f"{self.measure}: {self.policy} − {self.less}"
        return f"{self.measure}: {self.policy}"

    @property
    def is_contrast(self) -> bool:
        """Whether it is an answer rather than a number."""
        return bool(self.less)


@dataclass(frozen=True)
class Screening:
    """What the screening found.

    Attributes
    ----------
    design : Trajectories
        What was run.
    effects : Effects
        Of every output.
    left : Screened
        What is kept, and what is not.
    """

    design: Trajectories
    effects: Effects
    left: Screened


@dataclass(frozen=True)
class Explained:
    """What the Sobol' analysis found.

    Attributes
    ----------
    design : Saltelli
        What was run.
    indices : Indices
        Of every output.
    noise : mapping of str to Noise
        By output: what share of its variance is chance.
    sides : mapping of str to Sides
        By contrast: how often which side is ahead.
    """

    design: Saltelli
    indices: Indices
    noise: Mapping[str, Noise]
    sides: Mapping[str, Sides]


@dataclass(frozen=True)
class Findings:
    """All that a sensitivity analysis found.

    Attributes
    ----------
    request : Request
        What was asked.
    outputs : tuple of Output
        What is explained.
    screening : Screening or None
        None where none was asked for.
    chosen : Chosen
        The parameters of the Sobol' analysis.
    explained : Explained or None
        None where the screening kept nothing.
    """

    request: Request
    outputs: tuple[Output, ...]
    screening: Screening | None
    chosen: Chosen
    explained: Explained | None

    def of(self, measure: str, *, contrasts: bool) -> tuple[str, ...]:
        """Return the names of a measure's outputs: its contrasts, or its values."""
        return tuple(
            each.name
            for each in self.outputs
            if each.measure == measure and each.is_contrast == contrasts
        )


def outputs_of(request: Request) -> tuple[Output, ...]:
    """Return what is explained: each measure under each policy, then its contrasts."""
    found: list[Output] = []
    for measure in request.measures:
        found += [Output(measure, policy) for policy in request.policies]
        found += [Output(measure, a, b) for a, b in request.pairs]
    return tuple(found)


def table_of(request: Request, outputs: Sequence[Output], values: np.ndarray) -> np.ndarray:
    """Return the outputs of values.

    Parameters
    ----------
    request : Request
        Gives policies and measures.
    outputs : sequence of Output
        Which.
    values : ndarray, shape (replications, points, policies, measures)
        As simulated.

    Returns
    -------
    ndarray, shape (outputs, replications, points)
    """
    policies, measures = list(request.policies), list(request.measures)

    def column(measure: str, policy: str) -> np.ndarray:
        return np.asarray(values[:, :, policies.index(policy), measures.index(measure)])

    rows = []
    for each in outputs:
        row = column(each.measure, each.policy)
        rows.append(row - column(each.measure, each.less) if each.is_contrast else row)
    return np.stack(rows)


def screening_found(request: Request, design: Trajectories, values: np.ndarray) -> Screening:
    """Return what the screening found.

    Parameters
    ----------
    request : Request
        What was asked.
    design : Trajectories
        What was run.
    values : ndarray, shape (replications, points, policies, measures)
        As simulated.
    """
    outputs = outputs_of(request)
    names = [each.name for each in outputs]
    found = effects(design, table_of(request, outputs, values), names)
    return Screening(design, found, screened(found))


def sobol_found(request: Request, design: Saltelli, values: np.ndarray) -> Explained:
    """Return what the Sobol' analysis found.

    Parameters
    ----------
    request, design, values
        As for the screening.
    """
    outputs = outputs_of(request)
    table = table_of(request, outputs, values)
    found = indices(design, table, [each.name for each in outputs])
    pairs = list(zip(outputs, table, strict=True))
    return Explained(
        design,
        found,
        {each.name: noise(design.independent(row)) for each, row in pairs},
        {each.name: sides(design, row) for each, row in pairs if each.is_contrast},
    )
