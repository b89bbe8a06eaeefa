"""From a curve's file to its points: where they lie, and which policy is at each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from experiments.kinds.curve.parts import DIMENSIONS, Sweep
from experiments.kinds.curve.request import Request
from sim.parameters import Centre
from sim.policy import Policy, blend

At = tuple[float, ...]
"""A point: its place along each dimension."""

_SAME = 1e-9
"""Points closer than this share of a sweep are one."""


@dataclass(frozen=True)
class Plan:
    """What is simulated for a request.

    Attributes
    ----------
    request : Request
        What is asked.
    """

    request: Request

    @property
    def dimensions(self) -> int:
        """How many dimensions are swept: one or two."""
        return len(self.request.sweep)

    @property
    def curves(self) -> tuple[str, ...]:
        """The curves by name."""
        return tuple(self.request.lines)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Curve: what people call it."""
        return {name: self._title(name) for name in self.curves}

    def _title(self, name: str) -> str:
        line = self.request.lines[name]
        base = self.request.base_of(name)
        if line.title:
            return line.title
        if name in self.request.curve:
            return name
        return "this centre" if base is None else self.request.title_of(base)

    def called(self, dimension: int) -> str:
        """Return what people call a dimension."""
        sweep = self.request.sweep[dimension]
        if sweep.title:
            return sweep.title
        if sweep.through is not None:
            ends = [self.request.title_of(sweep.through[at]) for at in (0, -1)]
            return f"the way from {ends[0]} to {ends[1]}"
        return DIMENSIONS[str(sweep.parameter)].field.replace("_", " ")

    def nodes(self, dimension: int) -> dict[float, str]:
        """Return where named policies lie along a dimension: place and what they are called."""
        found: dict[float, list[str]] = {}
        for curve in self.curves:
            for place, title in self.nodes_of(curve, dimension).items():
                if title not in found.setdefault(place, []):
                    found[place].append(title)
        return {place: ", ".join(titles) for place, titles in sorted(found.items())}

    def nodes_of(self, curve: str, dimension: int = 0) -> dict[float, str]:
        """Return the same of one curve: the policies of the way, or the one that it holds."""
        sweep = self.request.sweep[dimension]
        if sweep.through is not None:
            steps = np.linspace(0.0, 1.0, len(sweep.through)).tolist()
            names = map(self.request.title_of, sweep.through)
            return dict(zip(steps, names, strict=True))
        base = self.request.base_of(curve)
        if base is None:
            return {}
        own = number_of(self.request.policies[base], str(sweep.parameter))
        return {own: self.request.title_of(base)} if sweep.start <= own <= sweep.end else {}

    def begin(self) -> tuple[np.ndarray, ...]:
        """Return where points begin along each dimension; named policies that are blended count."""
        return tuple(self._begin(place, sweep) for place, sweep in enumerate(self.request.sweep))

    def _begin(self, dimension: int, sweep: Sweep) -> np.ndarray:
        places = np.linspace(sweep.start, sweep.end, sweep.points)
        if sweep.through is None:
            return places
        near = _SAME * (sweep.end - sweep.start)
        nodes = np.array(list(self.nodes(dimension)))
        apart = np.array([node for node in nodes if np.abs(places - node).min() > near])
        return np.sort(np.concatenate([places, apart]))

    def policy(self, curve: str, at: At) -> Policy:
        """Return the policy of a curve at a point.

        Parameters
        ----------
        curve : str
            The curve's name.
        at : tuple of float
            The place along each dimension.
        """
        request = self.request
        base = request.base_of(curve)
        found = request.policies[base] if base is not None else None
        for sweep, place in zip(request.sweep, at, strict=True):
            if sweep.through is not None:
                found = way([request.policies[name] for name in sweep.through], place)
        assert found is not None  # the request refuses what has neither
        for sweep, place in zip(request.sweep, at, strict=True):
            if sweep.parameter is not None:
                found = with_number(found, sweep.parameter, place)
        return found

    def groups(self) -> Iterator[tuple[str, ...]]:
        """Yield the curves that share a centre, and so a warm-up."""
        found: dict[str, list[str]] = {}
        for curve in self.curves:
            found.setdefault(self.centre(curve).model_dump_json(), []).append(curve)
        yield from map(tuple, found.values())

    def centre(self, curve: str) -> Centre:
        """Return the centre of a curve."""
        return self.request.centres[curve]


def places_of(axes: Sequence[np.ndarray]) -> list[At]:
    """Return the points of axes: the last dimension goes fastest."""
    return list(product(*(axis.tolist() for axis in axes)))


def way(policies: Sequence[Policy], place: float) -> Policy:
    """Return the policy at a place of the way through several: 0 the first, 1 the last.

    Parameters
    ----------
    policies : sequence of Policy
        Two or more, with equal steps between them.
    place : float
        From 0 to 1.
    """
    steps = len(policies) - 1
    step = min(int(place * steps), steps - 1)
    return blend(policies[step], policies[step + 1], place * steps - step)


def with_number(policy: Policy, name: str, value: float) -> Policy:
    """Return a policy with one number changed, by its dotted name."""
    of = DIMENSIONS[name]
    part = getattr(policy, of.part).model_copy(update={of.field: float(value)})
    return policy.model_copy(update={of.part: part})


def number_of(policy: Policy, name: str) -> float:
    """Return a number of a policy, by its dotted name."""
    of = DIMENSIONS[name]
    return float(getattr(getattr(policy, of.part), of.field))
