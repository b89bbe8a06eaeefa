"""Places of a sweep in words."""

import math

import numpy as np

from experiments.analysis.curves.crossing import Crossing
from experiments.figures.setting import plain, three
from experiments.kinds.curve.exploring import Explored
from experiments.kinds.curve.findings import Curves


def place_said(found: Explored, place: float, dimension: int = 0) -> str:
    """Return a place of the sweep in words: "0.5 (Balanced)"."""
    shown = plain(place, found.plan.request.sweep[dimension].unit)
    span = float(np.ptp(found.axes[dimension]))
    for at, title in found.plan.nodes(dimension).items():
        if abs(at - place) <= 1e-9 * span:
            return f"{shown} ({title})"
    return shown


def crossing_said(found: Curves, one: Crossing) -> str:
    """Return where a crossing is, with its interval."""
    shown = plain(one.place, found.explored.plan.request.sweep[0].unit)
    if math.isnan(one.low):
        return shown
    low = f"{three(one.low)}{' or below' if one.open_low else ''}"
    high = f"{three(one.high)}{' or beyond' if one.open_high else ''}"
    return f"{shown} [{low}, {high}]"
