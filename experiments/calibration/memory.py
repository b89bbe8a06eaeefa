"""What a calibration has decided so far, on the disk: the designs of its steps.

Simulations are kept by their own keys. Designs are kept too, because emulators fitted anew on
another machine could differ in their last digits and ask for other runs.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.calibration.plain import plain
from experiments.errors import RequestError
from experiments.store.parquet import write_text

Set = dict[str, float]
"""Parameters that differ from the defaults, by name."""


@dataclass(frozen=True)
class Step:
    """Parameter sets that are simulated together.

    Attributes
    ----------
    kind : str
        ``"pilot"``, ``"wave"`` or ``"round"``.
    number : int
        From 1.
    sets : list of dict
        The parameters.
    notes : dict
        How they came to be chosen: the level reached, the volume left, the emulators.
    """

    kind: str
    number: int
    sets: list[Set]
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What to call it."""
        return "pilot" if self.kind == "pilot" else f"{self.kind} {self.number}"


Made = tuple[list[Set], dict[str, Any]]


class Memory:
    """The steps of a calibration, written down as they are decided.

    Parameters
    ----------
    path : Path or None
        The file; nothing is written where None.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._steps = _read(path) if path is not None and path.exists() else []

    def step(self, kind: str, number: int, make: Callable[[], Made]) -> Step:
        """Return a step that was decided before, or decide it now and write it down."""
        for known in self._steps:
            if (known.kind, known.number) == (kind, number):
                return known
        made = Step(kind, number, *make())
        self._steps.append(made)
        if self._path is not None:
            steps = plain([vars(each) for each in self._steps])
            text = json.dumps(steps, indent=1, allow_nan=False)
            write_text(self._path, text + "\n")
        return made


def _read(path: Path) -> list[Step]:
    try:
        return [Step(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise RequestError(
            [
                f"{path}: damaged ({error}); nothing was changed. Move it away, and give the same "
                "command again: what was simulated is kept, and used where it is asked for again"
            ]
        ) from None
