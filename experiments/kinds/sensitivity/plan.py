"""What a sensitivity analysis simulates: the points of the screening, and of the Sobol' design."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.analysis.sensitivity.morris import Trajectories
from experiments.analysis.sensitivity.ranking import Screened
from experiments.analysis.sensitivity.saltelli import Saltelli, saltelli
from experiments.calibration.space import Space
from experiments.kinds.sensitivity.request import Request


@dataclass(frozen=True)
class Chosen:
    """The parameters of the Sobol' analysis.

    Attributes
    ----------
    names : tuple of str
        Those that were chosen, in the order of the design's columns.
    beyond : tuple of str
        Parameters and groups that the screening kept, and for which there was no room.
    by_name : bool
        Whether the file names them.
    """

    names: tuple[str, ...]
    beyond: tuple[str, ...] = ()
    by_name: bool = False


def screening_points(request: Request, design: Trajectories) -> list[dict[str, Any]]:
    """Return the points of the screening as parameters."""
    return points_of(request, design.names, design.points)


def sobol_design(request: Request, chosen: Chosen) -> Saltelli:
    """Return the design of the Sobol' analysis; its seed is not that of the screening's deals."""
    return saltelli(chosen.names, request.sobol.base_points, request.seed + 1)


def sobol_points(request: Request, design: Saltelli) -> list[dict[str, Any]]:
    """Return the points of the Sobol' analysis as parameters."""
    return points_of(request, design.names, design.points)


def points_of(request: Request, names: Sequence[str], cube: np.ndarray) -> list[dict[str, Any]]:
    """Return points of the unit cube as parameters.

    Parameters
    ----------
    request : Request
        Gives the ranges.
    names : sequence of str
        The cube's columns.
    cube : ndarray, shape (n, columns)
    """
    return Space({name: request.ranges[name] for name in names}).values(cube)


def chosen(request: Request, kept: Screened | None) -> Chosen:
    """Return the parameters of the Sobol' analysis: the largest effects for which there is room.

    Parameters
    ----------
    request : Request
        What is asked: names, or how many of those that were kept.
    kept : Screened or None
        What the screening leaves, the largest effects first; None where there was none.
    """
    if request.sobol.parameters:
        return Chosen(request.sobol.parameters, by_name=True)
    found: list[str] = []
    beyond: list[str] = []
    for name in kept.kept if kept is not None else ():
        own = request.groups.get(name, (name,))
        # Whole groups only: of a part of one nothing was seen.
        if len(found) + len(own) <= request.sobol.most:
            found += own
        else:
            beyond.append(name)
    return Chosen(tuple(found), tuple(beyond))
