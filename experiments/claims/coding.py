"""In which sets the mechanisms are at work that code a claim's sign.

Where a mechanism codes the sign, the share of sets in which the claim holds says little but how
the ranges were chosen: most of a range lies on the coded side. So it is counted in how many sets
all of these parameters have the coded sign, and what the others say, in which one has not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from experiments.claims.claim_file import Claim
from experiments.claims.judging import Judged
from experiments.claims.sets import ParameterSet, every_parameter


@dataclass(frozen=True)
class Coding:
    """A claim's sets, by whether its mechanisms have the coded sign.

    Attributes
    ----------
    judged : Judged
        On all sets.
    signs : mapping of str to float
        The coded sign of each parameter: that of its default.
    each : mapping of str to ndarray of bool, shape (sets,)
        Where it has that sign.
    """

    judged: Judged
    signs: Mapping[str, float]
    each: Mapping[str, np.ndarray]

    @property
    def everywhere(self) -> np.ndarray:
        """In which sets all of them have it."""
        return np.logical_and.reduce([*self.each.values()])

    @property
    def count(self) -> int:
        """In how many of the judged sets all of them have it."""
        return int((self.everywhere & self.judged.known).sum())

    @property
    def others(self) -> Judged:
        """What the sets say in which at least one has another sign, or is 0."""
        return self.judged.only(np.flatnonzero(~self.everywhere))

    def count_of(self, name: str) -> int:
        """Return in how many of the judged sets a parameter has the coded sign."""
        return int((self.each[name] & self.judged.known).sum())


def coding(claim: Claim, judged: Judged, sets: Sequence[ParameterSet]) -> Coding | None:
    """Return where a claim's mechanisms have the coded sign; None where none codes it.

    Parameters
    ----------
    claim : Claim
        The claim.
    judged : Judged
        On these sets.
    sets : sequence of ParameterSet
        The sets.
    """
    if claim.sign == "open":
        return None
    signs = {name: sign for name in claim.coded if (sign := coded_sign(name))}
    if not signs:
        return None
    values = [every_parameter(one.values) for one in sets]
    each = {
        name: np.array([np.sign(float(one[name])) == sign for one in values], dtype=bool)
        for name, sign in signs.items()
    }
    return Coding(judged, signs, each)


@cache
def coded_sign(name: str) -> float:
    """Return the sign with which a parameter is shipped; 0 where none is coded by it."""
    return float(np.sign(float(every_parameter({})[name])))
