"""The centre as a place: day by day from the Mesa engine, agent by agent."""

import weakref
from typing import Any, SupportsIndex

import numpy as np

import sim
from experiments.demo.setting import Setting
from experiments.demo.trace import morning
from sim.behaviours.customer import opening
from sim.model import MesaRun
from sim.moves import CALL

DAY = 1440
"""Minutes."""

LETTERS = 63
"""A customer's loyalty is a letter, from "0" for 0 to "o" for 1: that many steps."""

EVERY = 15
"""Minutes between two moments of a day."""

MOST_EDGES = 400
"""Tellings of a day that are shown; how many there were is told beside them."""

Frame = dict[str, Any]


class Overheard(list[int]):
    """The network's far ends, which note who is told something.

    A tie is looked up only where something is told along it; then it is noted, with how
    many good tellings there had been that day. Whoever looks it up finds what is there.
    """

    def __init__(self, ties: list[int]) -> None:
        super().__init__(ties)
        self.told: list[tuple[int, int]] = []
        self._model: sim.ServiceModel | None = None

    def listen(self, model: sim.ServiceModel) -> None:
        """Note from now on what is told in a model."""
        self._model = model
        self.told = []

    def __getitem__(self, place: SupportsIndex | slice) -> Any:
        """Return who is at a tie's far end."""
        if self._model is not None and not isinstance(place, slice):
            model = self._model
            good = int(model.floor.tallies[model.day].tellings_good)
            self.told.append((int(place), good))
        return super().__getitem__(place)


class Place:
    """A centre under a policy, to be looked at. Call its methods in a thread, one at a time.

    Parameters
    ----------
    setting : Setting
        The room.
    policy : str
        The policy from the branch on.
    replication : int
        Which one; the days are those of that run in the estimates.
    """

    def __init__(self, setting: Setting, policy: str, replication: int = 1) -> None:
        rules, self._switches = setting.policy(policy), setting.switches(policy)
        start = setting.starts.get(setting.situation(replication))
        self._branch_day = start.day
        self._rows: list[np.ndarray] = []
        floor = morning(start, rules, self._switches, 0)
        self._ties_from = floor.ties_from
        self._run = MesaRun(floor, contacts=self._rows.append)
        self.model: sim.ServiceModel = self._run.model
        self._ties = Overheard(self.model.floor.ties_to)
        self.model.floor = self.model.floor._replace(ties_to=self._ties)
        weakref.finalize(self, self._run.close)

    @property
    def day(self) -> int:
        """Days after the branch that have been run."""
        return self.model.day - self._branch_day

    def next_day(self) -> Frame:
        """Run a day, and return what was to be seen.

        Returns
        -------
        dict
            ``day``, from 1; ``reps``, one a place; ``crowd``, one letter a seat of the
            market; ``edges``, who told whom and whether it was good: [from, to, 1 or 0];
            ``told``, how many tellings there were; ``moments`` of the day; ``minute``,
            ``queue`` and ``talking`` at the moment when most were waiting; ``loyalty``,
            ``exhaustion``, ``contacts`` and ``customers``.
        """
        for due, policy in self._switches:
            if 0 < due == self.day:
                self.model.set_policy(policy)
        day = self.model.day
        self._rows.clear()
        self._ties.listen(self.model)
        self._run.advance(1)
        calls = _Calls(np.concatenate(self._rows), self.model, day)
        minute = calls.worst()
        talking = calls.talking(minute)
        reps = [_rep(rep, rep.seat in talking, self.model, day) for rep in self.model.floor.reps]
        there = [one.loyalty for one in self.model.floor.customers if one.present]
        employed = [rep.exhaustion for rep in self.model.floor.reps if rep.present]
        return {
            "day": self.day,
            "reps": reps,
            "crowd": "".join(_letter(one) for one in self.model.floor.customers),
            "edges": self._edges(),
            "told": len(self._ties.told),
            "moments": calls.moments(),
            "minute": round(minute - day * DAY),
            "queue": calls.queue(minute),
            "talking": len(talking),
            "loyalty": _mean(there),
            "exhaustion": _mean(employed),
            "contacts": int(self.model.today.handled),
            "customers": len(there),
        }

    def _edges(self) -> list[list[int]]:
        """Return who told whom, and whether it was good: that a good one was counted then."""
        told = self._ties.told
        after = [good for _, good in told[1:]] + [int(self.model.today.tellings_good)]
        places = [place for place, _ in told]
        tellers = np.searchsorted(self._ties_from, places, side="right") - 1
        return [
            [int(teller), list.__getitem__(self._ties, place), int(later > good)]
            for teller, (place, good), later in zip(tellers, told, after, strict=True)
        ][:MOST_EDGES]


class _Calls:
    """The calls of a day, as the log of contacts has them."""

    def __init__(self, rows: np.ndarray, model: sim.ServiceModel, day: int) -> None:
        calls = rows[rows["stage"] == CALL]
        seats = {rep.id: rep.seat for rep in model.floor.reps}
        self._came = calls["minute"]
        self._left = calls["minute"] + calls["wait"]
        spoken = calls["rep"] >= 0
        self._begins = self._left[spoken]
        self._ends = self._begins + calls["minutes"][spoken]
        # Who quit that evening still stands in the place; a successor comes in the morning.
        self._desks = [seats[rep] for rep in calls["rep"][spoken].tolist()]
        p = model.floor.parameters[0]
        self._midnight = day * DAY
        self._opens, self._minutes = opening(p), p.open_minutes

    def queue(self, minute: float) -> int:
        """Return how many wait at a minute."""
        return int(((self._came <= minute) & (minute < self._left)).sum())

    def talking(self, minute: float) -> set[int]:
        """Return the places of the reps who talk at a minute."""
        now = (self._begins <= minute) & (minute < self._ends)
        return {desk for desk, talks in zip(self._desks, now.tolist(), strict=True) if talks}

    def worst(self) -> float:
        """Return the minute at which most wait; the first such, midday where nobody calls."""
        if not len(self._came):
            return float(self._midnight + self._opens + self._minutes / 2.0)
        # The queue grows only when somebody comes.
        came, left = np.sort(self._came), np.sort(self._left)
        waiting = np.searchsorted(came, came, side="right")
        waiting = waiting - np.searchsorted(left, came, side="right")
        return float(came[int(np.argmax(waiting))])

    def moments(self) -> list[Frame]:
        """Return the queue and who talks, every so many minutes while the centre is open."""
        found = []
        for minute in np.arange(self._opens, self._opens + self._minutes + EVERY, EVERY).tolist():
            now = self._midnight + minute
            talking = sorted(self.talking(now))
            found.append({"minute": round(minute), "queue": self.queue(now), "talking": talking})
        return found


def _rep(rep: Any, talking: bool, model: sim.ServiceModel, day: int) -> Frame:
    away = _away(rep, model.floor.parameters[0], day)
    return {
        "desk": int(rep.seat),
        "exhaustion": round(float(rep.exhaustion), 4) if rep.present else 0.0,
        "on": not away,
        "talking": talking,
        "away": away,
    }


def _away(rep: Any, p: Any, day: int) -> str:
    """Return why a rep was not on the phones that day; nothing for one who was."""
    if not rep.present:
        return "vacant"
    if rep.on_floor:
        return ""
    if rep.in_training or rep.hired >= day:
        return "training"
    if rep.absent:
        return "ill"
    if (day + rep.off_day) % 7 >= p.days_per_week:
        return "off"
    return "holiday" if rep.on_holiday else "surplus"


def _letter(customer: Any) -> str:
    if not customer.present:
        return " "
    return chr(ord("0") + round(LETTERS * min(1.0, max(0.0, customer.loyalty))))


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
