"""What regimes simulate: kinds of centre, each around a plausible set of parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import qmc

from experiments.analysis.regimes.scenarios import Factor, Scenarios
from experiments.calibration.ensemble import load
from experiments.calibration.request import Range
from experiments.calibration.space import Space
from experiments.catalogue import shipped_folder
from experiments.design import fingerprint
from experiments.errors import RequestError
from experiments.kinds.regimes.request import Request
from experiments.kinds.varied.ranges import numbers

_FOLDER = "ensemble"
"""The name under which a calibration's results hold their ensemble."""


@dataclass(frozen=True)
class Plausible:
    """The plausible sets of parameters.

    Attributes
    ----------
    sets : sequence of mapping
        What each changes of the centre.
    where : str
        Where they come from, in words.
    stale : bool
        Whether a default or a rule has changed since they were found.
    filled : int
        How many miss a band of the calibration.
    """

    sets: Sequence[Mapping[str, Any]]
    where: str
    stale: bool = False
    filled: int = 0

    @property
    def hash(self) -> str:
        """The hash of the sets."""
        return fingerprint([dict(each) for each in self.sets])


def plausible(request: Request) -> Plausible | None:
    """Return the ensemble that is asked for; None where none is.

    Raises
    ------
    RequestError
        Where there is none of that name, with how to make it and what to do without.
    """
    asked = request.ensemble
    if not asked:
        return None
    folder = Path(asked)
    own = folder.is_dir()
    shipped = shipped_folder() / "ensemble"
    if not own and not (shipped / f"{asked}.csv").exists():
        there = ", ".join(sorted(path.stem for path in shipped.glob("*.csv"))) or "none yet"
        raise RequestError(
            [
                f'ensemble: given "{asked}", of which there are no plausible parameter sets '
                f"(shipped: {there}); a calibration finds them and keeps them there, which takes "
                "one to two hours on two cores: frontline calibrate --keep. Allowed, too: the "
                "folder of a calibration's results, or ensemble = \"\" with ranges of this file's "
                "own under [vary]"
            ]
        )
    found = load(_FOLDER, folder) if own else load(asked)
    where = f"the calibration {folder.name}" if own else f"the ensemble {asked}"
    return Plausible(found.sets, where, found.stale, sum(map(bool, found.missed)))


@dataclass(frozen=True)
class Plan:
    """The scenarios: what is run, and how methods know it.

    Attributes
    ----------
    points : list of dict
        What each scenario changes of the centre.
    kinds : Scenarios
        What kinds of centre differ in.
    everything : Scenarios
        All that varies, that first.
    plausible : Plausible or None
        The ensemble.
    """

    points: list[dict[str, Any]]
    kinds: Scenarios
    everything: Scenarios
    plausible: Plausible | None


def plan_of(request: Request, sets: Plausible | None) -> Plan:
    """Return the scenarios.

    Kinds of centre, and what varies over ranges, are a scrambled Sobol' design; ensemble sets are
    dealt out to it in random order, each as often as any other. What kinds differ in goes before
    what a set says of it.

    Parameters
    ----------
    request : Request
        What is asked.
    sets : Plausible or None
        The ensemble, see :func:`plausible`.
    """
    count = request.scenarios
    ranges: dict[str, Range] = dict(request.kinds)
    if request.vary is not None:
        drawn = request.vary.ranges(request.centre)
        ranges |= {name: each for name, each in drawn.items() if name not in request.kinds}
    space = Space(ranges)
    design = qmc.Sobol(len(space), scramble=True, rng=np.random.default_rng(request.seed))
    cube = design.random_base2(max(0, (count - 1).bit_length()))[:count]
    drawn_points = space.values(cube)
    dealt: list[Mapping[str, Any]] = [{}] * count
    if sets is not None:
        order = _dealt(len(sets.sets), count, request.seed)
        dealt = [sets.sets[place] for place in order]
    # A kind of centre goes before a set, and a set before the config's own centre.
    points = [{**one, **two} for one, two in zip(dealt, drawn_points, strict=True)]
    factors = [factor_of(request, name) for name in request.kinds]
    kinds = _scenarios(factors, points)
    others = [name for name in points[0] if name not in request.kinds]
    factors += [each for name in others if (each := _seen(name, points)) is not None]
    return Plan(points, kinds, _scenarios(factors, points), sets)


def _dealt(sets: int, count: int, seed: int) -> list[int]:
    """Return which set each scenario has: round after round, each in an order of its own."""
    rng = np.random.default_rng([seed, 1])
    rounds = -(-count // sets)
    return np.concatenate([rng.permutation(sets) for _ in range(rounds)])[:count].tolist()


def factor_of(request: Request, name: str) -> Factor:
    """Return one of the things that kinds of centre differ in, as methods take it."""
    each, row = request.kinds[name], numbers().get(name)
    unit = "x as usual" if row is None else _told(row.unit)  # none is the workload alone
    return Factor(
        name,
        each.low,
        each.high,
        unit if each.unit is None else each.unit,
        each.scale,
        label=each.label,
        plural=each.plural,
        whole=row is not None and type(row.default) is int,
    )


def _seen(name: str, points: Sequence[Mapping[str, Any]]) -> Factor | None:
    """Return another parameter over the range that is seen of it; None where it does not vary."""
    values = [float(each[name]) for each in points]
    row = numbers().get(name)
    if min(values) == max(values) or row is None:
        return None
    label = name.replace(".", ": ").replace("_", " ")
    whole = type(row.default) is int
    return Factor(name, min(values), max(values), _told(row.unit), label=label, whole=whole)


def _told(unit: str) -> str:
    """Return a parameter's unit as rules tell it; of a share of moves nobody would know of what."""
    return {"price": "prices", "share": "1", "on/off": "1"}.get(unit, unit)


def _scenarios(factors: Sequence[Factor], points: Sequence[Mapping[str, Any]]) -> Scenarios:
    table = [[float(each[factor.name]) for factor in factors] for each in points]
    return Scenarios(tuple(factors), np.array(table))
