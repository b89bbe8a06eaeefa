"""The calibration from its first run to the ensemble: waves, then rounds of acceptance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.calibration.acceptance import Candidate
from experiments.calibration.course import Course, Ended
from experiments.calibration.implausibility import Judge
from experiments.calibration.memory import Made, Memory, Set
from experiments.calibration.narrowing import FIRST, Narrowing, fresh
from experiments.calibration.outputs import Emulated, emulate, outputs_of
from experiments.calibration.request import MOST_REPEATS, Calibration
from experiments.calibration.sampling import down_the_levels, spread_out, towards_plausibility
from experiments.calibration.simulating import Simulator
from experiments.calibration.space import Space
from experiments.calibration.targets import Target
from experiments.saying import Say

FIRST_LOOK = 8192
"""Points of the whole ranges at which emulators are asked what is left."""

POPULATION = 1024
"""Points that are moved about in what is left."""


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
    course = Course(request, targets, Space(request.steered), Space(request.ranges))
    work = _Work(course, simulator, memory or Memory(), say)
    work.pilot()
    work.wave(1, work.first_design)
    for number in range(2, len(request.waves.runs) + 1):
        work.wave(number, work.next_design(number))
    work.rounds()
    work.judge()  # what is known in the end, for the page
    return course


_CARRIED = {"pilot": 5, "wave": 6}
"""By which purpose of a generator what is carried along is drawn."""


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

    def sets(self, points: np.ndarray, kind: str, number: int) -> list[Set]:
        """Return points as sets, each with a draw of its own of what is carried along."""
        carried = Space(self.course.request.carried)
        rng = self.rng(_CARRIED[kind], number)
        drawn = carried.values(rng.random((len(points), len(carried))))
        steered = self.course.space.values(points)
        return [{**one, **other} for one, other in zip(steered, drawn, strict=True)]

    def seeds(self, sets: Sequence[Set]) -> list[int]:
        """Return the first seed of each set: none is used twice, whatever the step."""
        first = self.course.request.seed + 1 + self.used * MOST_REPEATS
        self.used += len(sets)
        return [(first + place * MOST_REPEATS) % 2**32 for place in range(len(sets))]

    def pilot(self) -> None:
        """Run the middle of the ranges several times, for how much runs differ by chance.

        One draw of what is carried along serves all these runs: it is no chance of a run.
        """
        course = self.course
        middle = np.full((1, len(course.space)), 0.5)
        step = self.memory.step("pilot", 1, lambda: (self.sets(middle, "pilot", 1), {}))
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
        return self.sets(points, "wave", 1), {}

    def next_design(self, number: int) -> Callable[[], Made]:
        """Return what designs a later wave: points far from each other in what is left."""

        def make() -> Made:
            points, notes = self.not_ruled_out(number)
            chosen = spread_out(
                points, self.course.request.waves.runs[number - 1], self.rng(2, number)
            )
            return self.sets(points[chosen], "wave", number), notes

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
            level = np.inf if notes["level"] is None else notes["level"]  # null in the memory
            self.course.volumes.append((notes["after"], level, notes["log10_volume"]))
            left = f"10^{notes['log10_volume']:.1f} of the ranges are left"
            if level > self.course.request.waves.cut + 1e-9:
                left += f" at an implausibility of {level:.2f}: the cut is not reached"
            aside = ", ".join(self.course.aside)
            self.say(left + (f"; out of reach: {aside}" if aside else ""))

    def judge(self) -> Judge:
        """Fit emulators to all that was seen, and return who judges by them."""
        self.course.emulated = emulate(self.course.outputs, *self.course.learned())
        return self.course.judge(steering=True)

    def not_ruled_out(self, number: int) -> tuple[np.ndarray, dict[str, Any]]:
        """Return points that the emulators do not rule out, with how many there are."""
        course = self.course
        course.aside = []
        cut = course.request.waves.cut
        look = course.space.sobol(FIRST_LOOK, course.request.seed + number)
        self.judge()
        course.aside = self._out_of_reach(look, cut)
        judge = course.judge(steering=True).ordered(look[:POPULATION])
        sample = down_the_levels(judge.implausibility, look, POPULATION, cut, self.rng(1, number))
        return sample.points, {
            "after": f"wave {number - 1}",
            "level": sample.level,
            "log10_volume": sample.log10_volume,
            "aside": course.aside,
            "emulators": emulator_notes(course.emulated),
        }

    def _out_of_reach(self, look: np.ndarray, cut: float) -> list[str]:
        """Return the judged targets that neither an emulator nor any run comes near."""
        course, judge = self.course, self.course.judge(steering=False)
        _, table = course.seen()
        noise = course.standard.noise
        found = []
        for place, output in enumerate(course.outputs):
            if not output.target.judged:
                continue
            foretold = float(np.min(judge.of_output(place, look)))
            distances = output.distance(output.scaled(table[:, place]))
            reached = bool(np.nanmin(distances, initial=np.inf) <= cut * noise[place])
            if foretold > cut and not reached:
                found.append(output.name)
        return found

    def rounds(self) -> None:
        """Narrow down by simulation until there are enough plausible sets, or no more to be had.

        That is where the runs are spent, or where a round finds nothing to simulate: the
        emulators or the sketches rule out all that the population could move to.
        """
        course, asked = self.course, self.course.request.acceptance
        left, notes = self.not_ruled_out(len(course.request.waves.runs) + 1)
        self.take_note(notes)
        judge = self.judge()
        likely = towards_plausibility(judge.log_chance, left, self.rng(3, 0))
        first = self.rng(4, 0).permutation(len(likely))[: round(FIRST * asked.batch)]
        narrowing = Narrowing(course, self.simulator, judge, self.seeds, self.rng)
        if len(first) <= asked.most_runs - asked.repeats * asked.at_least:
            carried = self.rng(7, 0).random((len(first), len(course.request.carried)))
            self.say(narrowing.begin(np.hstack([likely[first], carried])))
        while narrowing.number and len(course.standard.accepted(course.candidates)) < asked.sets:
            kept = asked.repeats * self.wanting()  # for what is to be judged in any case
            if asked.most_runs - narrowing.spent - kept < narrowing.most_of_a_round:
                break
            before = narrowing.spent
            self.say(narrowing.round())
            if narrowing.spent == before:  # nowhere to go: another round would stay here too
                break
        self.judge_the_rest()

    def wanting(self) -> int:
        """Return how many sets are yet to be judged so that the ensemble can be filled."""
        judged = sum(len(each.runs) > 0 for each in self.course.candidates)
        return max(0, self.course.request.acceptance.at_least - judged)

    def judge_the_rest(self) -> None:
        """Simulate the best of the others afresh, where too few were for the ensemble."""
        course, standard = self.course, self.course.standard
        if self.wanting() > sum(not len(each.runs) for each in course.candidates):
            course.candidates += self.of_the_waves()
        rest = [at for at, each in enumerate(course.candidates) if not len(each.runs)]
        rest.sort(key=lambda at: standard.worst(course.candidates[at].screened[None, :]))
        chosen = rest[: self.wanting()]
        self.simulator.title = "the rest of the ensemble"
        runs = fresh(self.simulator, [course.candidates[at] for at in chosen], course.request)
        for at, each in zip(chosen, runs, strict=True):
            course.candidates[at] = replace(course.candidates[at], runs=each)

    def of_the_waves(self) -> list[Candidate]:
        """Return the sets of the waves as candidates of no round."""
        none = np.empty((0, len(self.course.targets)))
        return [
            Candidate(each, row, none, 0, seed)
            for ended in self.course.ended
            if ended.step.kind == "wave"
            for each, row, seed in zip(
                ended.step.sets, ended.table, self.seeds(ended.step.sets), strict=True
            )
        ]


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
