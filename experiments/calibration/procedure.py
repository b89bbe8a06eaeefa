"""The calibration from its first run to the ensemble: waves, then rounds of acceptance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from experiments.calibration.acceptance import Candidate, Standard
from experiments.calibration.implausibility import Judge
from experiments.calibration.memory import Made, Memory, Set, Step
from experiments.calibration.outputs import (
    Emulated,
    Output,
    emulate,
    outputs_of,
    pooled_noise,
)
from experiments.calibration.request import Calibration
from experiments.calibration.sampling import down_the_levels, spread_out, towards_plausibility
from experiments.calibration.simulating import Simulator
from experiments.calibration.space import Space
from experiments.calibration.targets import Target

FIRST_LOOK = 8192
"""Points of the whole ranges at which emulators are asked what is left."""

POPULATION = 1024
"""Points that are moved about in what is left."""

MOST_REPEATS = 100
"""Seeds that a set has for itself."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Ended:
    """A step that has been simulated.

    Attributes
    ----------
    step : Step
        The sets.
    table : array (n, m)
        What each gave, a column a target; the mean where a set was run more than once.
    """

    step: Step
    table: np.ndarray


@dataclass
class Course:
    """All that a calibration has seen and decided.

    Attributes
    ----------
    request : Calibration
        What was asked.
    targets : sequence of Target
        The bands.
    space : Space
        The ranges.
    outputs : list of Output
        The targets on their scales.
    ended : list of Ended
        The steps, in their order.
    candidates : list of Candidate
        The sets of the rounds.
    pilot : array (r, m)
        Runs of the middle of the ranges.
    aside : list of str
        Targets that no parameters within the ranges come near: they do not steer.
    unseen : list of str
        Targets of which no run of the first wave gave a value: nothing can be said of them.
    volumes : list of (str, float, float)
        After each wave: its title, the level reached, log10 of the share of the ranges left.
    emulated : list of Emulated
        The newest emulators.
    """

    request: Calibration
    targets: Sequence[Target]
    space: Space
    outputs: list[Output] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    pilot: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    aside: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    volumes: list[tuple[str, float, float]] = field(default_factory=list)
    emulated: list[Emulated] = field(default_factory=list)

    @property
    def standard(self) -> Standard:
        """By what a set is judged, with all that is known of the noise."""
        groups = [self.pilot, *(each.runs for each in self.candidates if len(each.runs) > 1)]
        return Standard(
            self.outputs,
            pooled_noise(self.outputs, groups),
            self.request.acceptance,
            frozenset(self.aside),
            frozenset(self.unseen),
        )

    def judge(self, *, steering: bool) -> Judge:
        """Return who judges by the newest emulators: by all outputs, or by those that steer."""
        places = [
            place
            for place, each in enumerate(self.outputs)
            if not steering or each.name not in self.aside
        ]
        return Judge(
            [self.emulated[place] for place in places],
            np.nan_to_num(self.standard.errors)[places],
            self.request.waves.discrepancy,
            self.request.acceptance.sigmas,
        )

    def seen(self) -> tuple[np.ndarray, np.ndarray]:
        """Return all that was simulated: points of the unit cube, and the table."""
        sets = [each for ended in self.ended for each in ended.step.sets]
        return self.space.points(sets), np.concatenate([ended.table for ended in self.ended])


def calibrate(
    request: Calibration,
    targets: Sequence[Target],
    simulator: Simulator,
    memory: Memory | None = None,
    say: Say = lambda line: None,
) -> Course:
    """Find parameter sets that agree with the targets.

    Parameters
    ----------
    request : Calibration
        Ranges, waves, and what acceptance is.
    targets : sequence of Target
        The bands.
    simulator : Simulator
        Simulates sets.
    memory : Memory or None
        What was decided before.
    say : callable
        Told how things go, a line at a time.

    Returns
    -------
    Course
        All that was seen; :func:`experiments.calibration.ensemble.ensemble_of` takes the ensemble
        from it.
    """
    course = Course(request, targets, Space(request.ranges))
    work = _Work(course, simulator, memory or Memory(), say)
    work.pilot()
    work.wave(1, work.first_design)
    for number in range(2, len(request.waves.runs) + 1):
        work.wave(number, work.next_design(number))
    work.rounds()
    work.judge()  # what is known in the end, for the page
    return course


@dataclass
class _Work:
    """What going through a calibration takes."""

    course: Course
    simulator: Simulator
    memory: Memory
    say: Say
    used: int = 0

    def rng(self, purpose: int, number: int) -> np.random.Generator:
        """Return draws of their own for each step."""
        return np.random.default_rng([self.course.request.seed, purpose, number])

    def seeds(self, sets: Sequence[Set]) -> list[int]:
        """Return the first seed of each set: none is used twice, whatever the step."""
        first = self.course.request.seed + 1 + self.used * MOST_REPEATS
        self.used += len(sets)
        return [(first + place * MOST_REPEATS) % 2**32 for place in range(len(sets))]

    def pilot(self) -> None:
        """Run the middle of the ranges several times, for how much runs differ by chance."""
        course = self.course
        middle = course.space.values(np.full((1, len(course.space)), 0.5))
        step = self.memory.step("pilot", 1, lambda: (middle, {}))
        self.simulator.title = step.title
        seed = self.seeds(step.sets)[0]
        runs = range(course.request.waves.pilot)
        course.pilot = self.simulator.table([(step.sets[0], seed + each) for each in runs])
        with np.errstate(invalid="ignore"):
            mean = np.mean(course.pilot, axis=0, keepdims=True)
        course.ended.append(Ended(step, mean))

    def first_design(self) -> Made:
        """Return the first wave: a Sobol' sequence over the ranges."""
        course = self.course
        points = course.space.sobol(course.request.waves.runs[0], course.request.seed)
        return course.space.values(points), {}

    def next_design(self, number: int) -> Callable[[], Made]:
        """Return what designs a later wave: points far from each other in what is left."""

        def make() -> Made:
            points, notes = self.not_ruled_out(number)
            chosen = spread_out(
                points, self.course.request.waves.runs[number - 1], self.rng(2, number)
            )
            return self.course.space.values(points[chosen]), notes

        return make

    def wave(self, number: int, make: Callable[[], Made]) -> None:
        """Design and simulate a wave."""
        course = self.course
        step = self.memory.step("wave", number, make)
        self.take_note(step.notes)
        self.simulator.title = step.title
        seeds = self.seeds(step.sets)
        self.say(f"wave {number}: {len(step.sets)} runs")
        table = self.simulator.table(list(zip(step.sets, seeds, strict=True)))
        if not course.outputs:
            course.outputs = outputs_of(course.targets, table)
            lost = np.all(np.isnan(table), axis=0)
            course.unseen = [
                each.name for each, out in zip(course.targets, lost, strict=True) if out
            ]
            if course.unseen:
                self.say(f"no run gives a value of {', '.join(course.unseen)}: not judged")
        course.ended.append(Ended(step, table))

    def take_note(self, notes: dict[str, Any]) -> None:
        """Take up what was found when a step was designed, now or before an interruption."""
        if "level" in notes:
            self.course.aside = list(notes["aside"])
            self.course.volumes.append((notes["after"], notes["level"], notes["log10_volume"]))
            left = f"10^{notes['log10_volume']:.1f} of the ranges are left"
            if notes["level"] > self.course.request.waves.cut + 1e-9:
                left += f" at an implausibility of {notes['level']:.2f}: the cut is not reached"
            aside = ", ".join(self.course.aside)
            self.say(left + (f"; out of reach: {aside}" if aside else ""))

    def judge(self) -> Judge:
        """Fit emulators to all that was seen, and return who judges by them."""
        self.course.emulated = emulate(self.course.outputs, *self.course.seen())
        return self.course.judge(steering=True)

    def not_ruled_out(self, number: int) -> tuple[np.ndarray, dict[str, Any]]:
        """Return points that the emulators do not rule out, with how many there are."""
        course = self.course
        course.aside = []
        cut = course.request.waves.cut
        look = course.space.sobol(FIRST_LOOK, course.request.seed + number)
        course.aside = self._out_of_reach(self.judge(), look, cut)
        judge = course.judge(steering=True).ordered(look[:POPULATION])
        sample = down_the_levels(judge.implausibility, look, POPULATION, cut, self.rng(1, number))
        return sample.points, {
            "after": f"wave {number - 1}",
            "level": sample.level,
            "log10_volume": sample.log10_volume,
            "aside": course.aside,
            "emulators": emulator_notes(course.emulated),
        }

    def _out_of_reach(self, judge: Judge, look: np.ndarray, cut: float) -> list[str]:
        """Return the targets that neither an emulator nor any run comes near."""
        _, table = self.course.seen()
        noise = self.course.standard.noise
        found = []
        for place, output in enumerate(self.course.outputs):
            foretold = float(np.min(judge.of_output(place, look)))
            distances = output.distance(output.scaled(table[:, place]))
            reached = bool(np.nanmin(distances, initial=np.inf) <= cut * noise[place])
            if foretold > cut and not reached:
                found.append(output.name)
        return found

    def rounds(self) -> None:
        """Simulate candidates until there are enough plausible sets, or the runs are spent."""
        course, asked = self.course, self.course.request.acceptance
        design = self.candidates_of(replace(course, ended=list(course.ended), candidates=[]))
        spent, number = 0, 1
        while len(course.standard.accepted(course.candidates)) < asked.sets:
            batch = min(asked.batch, (asked.most_runs - spent) // asked.repeats)
            if batch < max(1, asked.batch // 4):  # a handful more would tell little
                break
            step = self.memory.step("round", number, partial(design, number, batch))
            self.take_note(step.notes)
            spent += self.round(step)
            number += 1

    def candidates_of(self, waves: Course) -> Callable[[int, int], Made]:
        """Return what designs a round.

        Parameters
        ----------
        waves : Course
            What was seen in the waves: what they left is where every round begins, also one that
            is designed after an interruption.
        """
        left: list[np.ndarray] = []

        def make(number: int, batch: int) -> Made:
            notes: dict[str, Any] = {}
            if not left:
                last = len(waves.request.waves.runs)
                points, found = replace(self, course=waves).not_ruled_out(last + 1)
                left.append(points)
                if number == 1:
                    notes, self.course.aside = found, waves.aside
            points = towards_plausibility(self.judge().log_chance, left[0], self.rng(3, number))
            chosen = self.rng(4, number).permutation(len(points))[:batch]
            return self.course.space.values(points[chosen]), notes

        return make

    def round(self, step: Step) -> int:
        """Simulate the candidates of a round, the promising ones again; return the runs."""
        course, repeats = self.course, self.course.request.acceptance.repeats
        self.simulator.title = step.title
        seeds = self.seeds(step.sets)
        first = self.simulator.table(list(zip(step.sets, seeds, strict=True)))
        again = course.standard.worth_repeating(first)
        asked = [
            (step.sets[place], seeds[place] + each) for place in again for each in range(1, repeats)
        ]
        more = self.simulator.table(asked).reshape(len(again), repeats - 1, len(course.targets))
        runs = [row[None, :] for row in first]
        for place, table in zip(again, more, strict=True):
            runs[place] = np.concatenate([runs[place], table])
        found = [
            Candidate(each, table, step.number) for each, table in zip(step.sets, runs, strict=True)
        ]
        course.candidates += found
        course.ended.append(Ended(step, np.array([each.mean for each in found])))
        accepted = len(course.standard.accepted(course.candidates))
        self.say(
            f"{step.title}: {len(found)} candidates, {len(again)} of them repeated; "
            f"{accepted} plausible so far"
        )
        return len(first) + len(asked)


def emulator_notes(emulated: Sequence[Emulated]) -> list[dict[str, Any]]:
    """Return what is to be known of emulators, as JSON takes it."""
    return [
        {
            "output": each.output.name,
            "scale": each.output.scale,
            "kind": each.emulator.kind if each.emulator else "none",
            "explained": each.emulator.explained if each.emulator else 0.0,
            "within_two": each.emulator.calibrated if each.emulator else 0.0,
            "scores": each.emulator.scores if each.emulator else {},
            "active": list(map(int, each.emulator.active)) if each.emulator else [],
        }
        for each in emulated
    ]
