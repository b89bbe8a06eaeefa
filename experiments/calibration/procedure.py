"""The calibration from its first run to the ensemble: waves, then rounds of acceptance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from experiments.calibration.acceptance import Candidate
from experiments.calibration.course import Course, Ended
from experiments.calibration.implausibility import Judge
from experiments.calibration.memory import Made, Memory, Set, Step
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

MOST_SKETCHES = 8
"""Candidates that are looked over for each that is simulated, at the most."""


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


_CARRIED = {"pilot": 5, "wave": 6, "round": 7}
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
        """Simulate candidates until there are enough plausible sets, or the runs are spent."""
        course, asked = self.course, self.course.request.acceptance
        design = self.candidates_of(replace(course, ended=list(course.ended), candidates=[]))
        spent, number = 0, 1
        while len(course.standard.accepted(course.candidates)) < asked.sets:
            left = asked.most_runs - spent
            kept = asked.repeats * self.wanting()  # for what is to be judged in any case
            batch = min(asked.batch, left // (asked.repeats + 1), left - kept)
            if batch < max(1, asked.batch // 4):  # a handful more would tell little
                break
            step = self.memory.step("round", number, partial(design, number, batch))
            self.take_note(step.notes)
            spent += self.round(step)
            number += 1
        self.judge_the_rest()

    def wanting(self) -> int:
        """Return how many sets are yet to be judged so that the ensemble can be filled."""
        judged = sum(len(each.runs) > 0 for each in self.course.candidates)
        return max(0, self.course.request.acceptance.at_least - judged)

    def judge_the_rest(self) -> None:
        """Simulate the best of the others afresh, where too few were for the ensemble."""
        course, standard = self.course, self.course.standard
        rest = [at for at, each in enumerate(course.candidates) if not len(each.runs)]
        rest.sort(key=lambda at: standard.worst(course.candidates[at].screened[None, :]))
        chosen = rest[: self.wanting()]
        self.simulator.title = "the rest of the ensemble"
        runs = self.fresh([course.candidates[at] for at in chosen])
        for at, each in zip(chosen, runs, strict=True):
            course.candidates[at] = replace(course.candidates[at], runs=each)

    def fresh(self, candidates: Sequence[Candidate]) -> np.ndarray:
        """Simulate candidates as often as it takes to judge them, with seeds not used before."""
        repeats = self.course.request.acceptance.repeats
        asked = [
            (each.parameters, (each.seed + number) % 2**32)
            for each in candidates
            for number in range(1, repeats + 1)
        ]
        table = self.simulator.table(asked)
        return table.reshape(len(candidates), repeats, len(self.course.targets))

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
            points = points[self.rng(4, number).permutation(len(points))]
            chosen, seen = self.looked_over(self.sets(points, "round", number), number, batch)
            return chosen, {**notes, **seen}

        return make

    def looked_over(self, sets: list[Set], number: int, batch: int) -> Made:
        """Choose the candidates of a round by what a sketch tells of them, in their order.

        Those that it leaves within ``screen`` standard deviations of the bands come first; where
        they are too few, the nearest of the others fill up.
        """
        course = self.course
        if not self.simulator.works.sketch:
            return sets[:batch], {}
        self.simulator.title = f"sketches of round {number}"
        seed = (course.request.seed + 2**31 + number * POPULATION) % 2**32
        screen = course.request.acceptance.screen
        worst: list[float] = []
        while sum(each <= screen for each in worst) < batch:
            more = sets[len(worst) : min(len(worst) + batch, MOST_SKETCHES * batch)]
            if not more:
                break
            table = self.sketches(more, seed + len(worst))
            worst += [course.standard.worst(row[None, :], partly=True) for row in table]
        fit = [at for at, each in enumerate(worst) if each <= screen]
        order = [*fit, *(int(at) for at in np.argsort(worst, kind="stable") if at not in fit)]
        return [sets[at] for at in sorted(order[:batch])], {
            "sketched": len(worst),
            "fit": len(fit),
            "looked_over": looked_over_notes(sets[: len(worst)], seed),
        }

    def sketches(self, sets: Sequence[Set], seed: int) -> np.ndarray:
        """Return what sketches tell of sets, each with the seed after the one before."""
        return self.simulator.sketches([(each, seed + at) for at, each in enumerate(sets)])

    def learn_from_sketches(self, step: Step) -> None:
        """Take up what the sketches told by which a round was chosen, rough parts left out."""
        if not (noted := step.notes.get("looked_over")):
            return
        sets = [dict(zip(noted["names"], row, strict=True)) for row in noted["rows"]]
        self.simulator.title = f"sketches of {step.title}"
        table = self.sketches(sets, noted["seed"])
        for at, each in enumerate(self.course.targets):
            if each.name in self.simulator.works.rough:
                table[:, at] = np.nan
        self.course.sketched.append((sets, table))

    def round(self, step: Step) -> int:
        """Simulate the candidates of a round, the promising ones afresh; return the runs."""
        course = self.course
        self.learn_from_sketches(step)
        self.simulator.title = step.title
        seeds = self.seeds(step.sets)
        first = self.simulator.table(list(zip(step.sets, seeds, strict=True)))
        none = np.empty((0, len(course.targets)))
        found = [
            Candidate(each, row, none, step.number, seed)
            for each, row, seed in zip(step.sets, first, seeds, strict=True)
        ]
        again = course.standard.worth_repeating(first)
        for place, runs in zip(again, self.fresh([found[at] for at in again]), strict=True):
            found[place] = replace(found[place], runs=runs)
        course.candidates += found
        course.ended.append(Ended(step, np.array([each.known for each in found])))
        accepted = len(course.standard.accepted(course.candidates))
        self.say(
            f"{step.title}: {len(found)} candidates, {len(again)} of them simulated afresh; "
            f"{accepted} plausible so far"
        )
        return len(first) + len(again) * course.request.acceptance.repeats


def looked_over_notes(sets: Sequence[Set], seed: int) -> dict[str, Any]:
    """Return which sets were looked over, as JSON takes it: emulators learn from them later."""
    return {
        "names": list(sets[0]) if sets else [],
        "rows": [list(each.values()) for each in sets],
        "seed": seed,
    }


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
