"""How far the facts have got: the counts, and what is shown of them."""

import time
from dataclasses import dataclass, field

from experiments.command.progress import Display, Meter
from experiments.jobs import Done


@dataclass
class Progress:
    """How far things are, for whoever is told.

    Attributes
    ----------
    jobs, done, kept, failed : int
        Jobs known of, ended, done before, and failed.
    facts, told : int
        Facts asked for, and those that are judged to the end.
    left : dict
        How many jobs of each kind of work are still to be done.
    """

    jobs: int = 0
    done: int = 0
    kept: int = 0
    failed: int = 0
    facts: int = 0
    told: int = 0
    left: dict[str, int] = field(default_factory=dict)


class JobMeter(Meter):
    """Counts jobs; the time left is told by what jobs of each kind have taken so far.

    Parameters
    ----------
    display : Display
        Where to show it.
    """

    def __init__(self, display: Display) -> None:
        super().__init__(0, 0, display)
        self.progress = Progress()
        self._took: dict[str, tuple[float, int]] = {}
        self._last = time.monotonic()

    def follow(self, progress: Progress, done: Done | None) -> None:
        """Take note of a job that has ended, or of the beginning of some more."""
        self.progress = progress
        at = time.monotonic()
        if done is not None and not done.kept:
            seconds, count = self._took.get(done.job.work, (0.0, 0))
            self._took[done.job.work] = (seconds + at - self._last, count + 1)
        self._last = at
        # The display asks for days and runs: here both are jobs. More may be asked for until the
        # last fact is judged, so that they are not all done before.
        self.days = self.runs = progress.jobs
        self.days_done = progress.done
        self.runs_done = progress.done if self.ended else min(progress.done, progress.jobs - 1)
        self.failures = progress.failed
        self.display.show(self)

    @property
    def ended(self) -> bool:
        """Whether every fact is judged to the end and nothing is still to be done."""
        return (
            self.progress.told >= self.progress.facts and self.progress.done >= self.progress.jobs
        )

    def seconds_left(self) -> float | None:
        """Return the time left, None where nothing is known yet."""
        if not self._took:
            return None
        each = {work: seconds / count for work, (seconds, count) in self._took.items()}
        usual = sum(each.values()) / len(each)
        left = sum(count * each.get(work, usual) for work, count in self.progress.left.items())
        return max(0.0, left - (time.monotonic() - self._last))

    def text(self) -> str:
        """Return jobs, facts, time left and failures in one line."""
        told, facts = self.progress.told, self.progress.facts
        parts = [
            f"{self.progress.done:,}/{self.progress.jobs:,} jobs",
            f"{told}/{facts} facts judged",
        ]
        left = self.seconds_left()
        if self.ended or left is not None:
            parts.append(self.remaining(None if self.ended else left))
        return " · ".join([*parts, *self.failed()])
