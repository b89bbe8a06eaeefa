"""The panel's answers as tables over all centres."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.evidence.datasets.questionnaires import CUSTOMER_SCALES, REP_SCALES
from experiments.evidence.moments import measured
from experiments.jobs import Result

LAST = 364
"""The day of cross-sections, after the branch: the plan's."""

MIDDLE = 182
"""The first day of two-wave panels: the plan's."""


@dataclass(frozen=True)
class Answers:
    """Questionnaires of one sample, pooled over centres.

    Attributes
    ----------
    scales : tuple of str
        What was asked.
    centre : ndarray of int, shape (n,)
        From which centre each answer comes, from 0.
    centres : int
        How many there are, those without an answer among them.
    true, error : ndarray, shape (n, scales)
        True scores, and what measuring adds to them in units of their spread.
    facts : dict of str to ndarray, shape (n,)
        What is known of each without asking.
    """

    scales: tuple[str, ...]
    centre: np.ndarray
    centres: int
    true: np.ndarray
    error: np.ndarray
    facts: dict[str, np.ndarray]

    def kept(self, chosen: np.ndarray) -> "Answers":
        """Return the sample with some of the answers only."""
        facts = {name: values[chosen] for name, values in self.facts.items()}
        return Answers(
            self.scales,
            self.centre[chosen],
            self.centres,
            self.true[chosen],
            self.error[chosen],
            facts,
        )

    def score(self, name: str) -> np.ndarray:
        """Return a scale's true scores."""
        return np.asarray(self.true[:, self.scales.index(name)])

    def scores(self, names: Sequence[str]) -> np.ndarray:
        """Return true scores, a column for each scale."""
        return np.asarray(self.true[:, self._places(names)])

    def measured(self, names: Sequence[str]) -> np.ndarray:
        """Return scores as measured in this sample, a column for each scale."""
        places = self._places(names)
        return measured(self.true[:, places], self.error[:, places])

    def _places(self, names: Sequence[str]) -> list[int]:
        return [self.scales.index(name) for name in names]


def rep_answers(panel: Sequence[Result], wave: int, *, settled: bool = True) -> Answers:
    """Return what reps answered on one day.

    Parameters
    ----------
    panel : sequence of dict
        The units of the panel.
    wave : int
        Days after the branch.
    settled : bool
        Whether to leave out who has not been there for long enough to be asked.
    """
    chosen = [(each["rep_wave"] == wave) & (each["rep_settled"] | (not settled)) for each in panel]

    def column(name: str) -> np.ndarray:
        return np.concatenate([each[name][rows] for each, rows in zip(panel, chosen, strict=True)])

    centre = _centre(chosen)
    facts = {name: column(f"rep_{name}") for name in ("id", "team", "tenure", "left")}
    return Answers(REP_SCALES, centre, len(panel), column("rep_true"), column("rep_error"), facts)


def customer_answers(panel: Sequence[Result]) -> Answers:
    """Return what customers with two contacts or more and a complaint answered at the end."""
    chosen = [
        (each["customer_contacts"] >= 2) & (each["customer_conflicts"] >= 1) for each in panel
    ]
    true, error = (
        np.concatenate([each[name][rows] for each, rows in zip(panel, chosen, strict=True)])
        for name in ("customer_true", "customer_error")
    )
    return Answers(CUSTOMER_SCALES, _centre(chosen), len(panel), true, error, {})


def _centre(chosen: Sequence[np.ndarray]) -> np.ndarray:
    return np.repeat(np.arange(len(chosen)), [int(rows.sum()) for rows in chosen])


def two_waves(panel: Sequence[Result]) -> tuple[Answers, Answers]:
    """Return the answers of those who answered on both days of a two-wave panel, in one order."""
    first, second = (rep_answers(panel, wave) for wave in (MIDDLE, LAST))
    keys = [
        list(zip(a.centre.tolist(), a.facts["id"].tolist(), strict=True)) for a in (first, second)
    ]
    place = {key: row for row, key in enumerate(keys[1])}
    both = [(row, place[key]) for row, key in enumerate(keys[0]) if key in place]
    rows = np.array(both, dtype=int).reshape(-1, 2)
    return first.kept(rows[:, 0]), second.kept(rows[:, 1])


def centre_columns(panel: Sequence[Result], centre: np.ndarray) -> np.ndarray:
    """Return what a centre is, for each row: its drawn factors, and a flag for each policy.

    The flag of the first policy is left out: the others imply it.
    """
    factors = np.stack([each["factors"] for each in panel])
    policy = np.array([int(each["policy"]) for each in panel])
    flags = policy[:, None] == np.arange(1, max(2, policy.max() + 1))
    return np.column_stack([factors, flags.astype(float)])[centre]
