"""A claim under another condition of the model: a second form, another size, a longer run.

Few sets are run twice, and a verdict of a single set changes easily where it is near the edge. So
each change of verdict is counted, and the differences themselves are held against each other: set
by set and replication by replication, on the same chance.
"""

from dataclasses import dataclass

import numpy as np

from experiments.claims.claim_file import Claim
from experiments.claims.judging import Judged, Values, differences, flips, judge, shared_level
from experiments.claims.noise import moderated

MATTERS = 1 / 3
"""Share of the sets in which a verdict must change clearly for it to depend on a variant."""


@dataclass(frozen=True)
class Variant:
    """A claim under another condition, beside the usual one on the same sets.

    Attributes
    ----------
    name, title : str
        What is different.
    first, second : Judged
        As usual, and with it.
    apart : ndarray of bool, shape (sets,)
        Where a judged difference is clearly another one with it than as usual.
    """

    name: str
    title: str
    first: Judged
    second: Judged
    apart: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """In which sets both can be judged."""
        return self.first.known & self.second.known

    @property
    def sets(self) -> int:
        """In how many sets both can be judged."""
        return int(self.known.sum())

    @property
    def _changes(self) -> np.ndarray:
        return (self.first.verdicts != self.second.verdicts) & self.known

    @property
    def changed(self) -> int:
        """In how many sets the verdict is another one, for whatever reason."""
        return int(self._changes.sum())

    @property
    def clear(self) -> int:
        """In how many of these a difference is clearly another one, too."""
        return int((self._changes & self.apart).sum())

    @property
    def turned(self) -> int:
        """In how many sets the verdict turns from holds to refuted or back."""
        return flips(self.first.verdicts[self.known], self.second.verdicts[self.known])

    @property
    def different(self) -> int:
        """In how many sets a difference is clearly another one, whatever the verdicts."""
        return int((self.apart & self.known).sum())

    @property
    def matters(self) -> bool:
        """Whether the verdict depends on it: it changes clearly in a third of the sets."""
        return self.clear >= max(1.0, MATTERS * self.sets)


def variant(
    claim: Claim,
    names: tuple[str, str],
    usual: tuple[Values, Judged],
    other: Values,
    rows: list[int],
    clipped: np.ndarray,
) -> Variant:
    """Judge a claim once more on some of the sets, under another condition.

    Parameters
    ----------
    claim : Claim
        The claim.
    names : tuple of str
        Name and title of what is different.
    usual : tuple
        The runs of all sets as usual, and what was judged on them.
    other : mapping
        The runs of some sets under the other condition.
    rows : list of int
        Which these are of all sets.
    clipped : ndarray of bool
        Where the experiment meets the end of a parameter's range.
    """
    values, judged = usual
    second = judge(claim, other, values, clipped)
    same = {name: each[rows] for name, each in values.items()}
    apart = np.zeros(len(rows), dtype=bool)
    level = shared_level(len(claim.judged))
    for each in claim.judged:
        low, high = moderated(differences(each, other) - differences(each, same)).interval(level)
        apart |= (low > 0.0) | (high < 0.0)
    return Variant(*names, judged.only(rows), second, apart)
