"""What is wanted of a policy: objectives and the better side of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.errors import RequestError, shown


@dataclass(frozen=True)
class Objectives:
    """Objectives in a fixed order.

    Parameters
    ----------
    names : tuple of str
        Two or more different ones.
    better : tuple of int
        1 where more is better, -1 where less is, as in ``sim.measures``.

    Raises
    ------
    RequestError
        Where there are too few, one is named twice, or one has no better side.
    """

    names: tuple[str, ...]
    better: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what is no objective."""
        wrong = []
        if len(self.names) < 2:
            wrong.append(f"objectives: given {len(self.names)}; allowed: two or more")
        if len(set(self.names)) < len(self.names):
            wrong.append(f"objectives: given {shown(list(self.names))}; allowed: each once")
        if len(self.better) != len(self.names):
            wrong.append(
                f"objectives: {len(self.names)} names and {len(self.better)} directions; "
                "allowed: one direction each"
            )
        wrong += [
            f"objectives: {name} has no better side; allowed: measures of which more is better "
            "(1) or less (-1)"
            for name, better in zip(self.names, self.better, strict=False)
            if better not in (1, -1)
        ]
        if wrong:
            raise RequestError(wrong)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.names)

    @property
    def signs(self) -> np.ndarray:
        """The directions, of shape (objectives,)."""
        return np.array(self.better, dtype=float)

    def oriented(self, values: np.ndarray | Sequence[float]) -> np.ndarray:
        """Return values turned so that more is better; turning them twice turns them back.

        Parameters
        ----------
        values : ndarray, shape (..., objectives)

        Raises
        ------
        RequestError
            Where the last axis is not that of the objectives.
        """
        array = np.asarray(values, dtype=float)
        if array.ndim == 0 or array.shape[-1] != len(self):
            raise RequestError(
                [f"values of shape {array.shape}; allowed: {len(self)} objectives on the last axis"]
            )
        return np.asarray(array * self.signs)
