"""A scene: one customer, one rep and their conversation as rows, for calling rules directly."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.agents import Row
from sim.behaviours.calendar import NEVER
from sim.floor import new_floor
from sim.moves import ISSUE, MOVE_NAMES
from sim.outcome import Outcome
from sim.parameters import Centre
from sim.policy import Handling, Policy, Support
from sim.state import ROWS, TALLY, Floor

MOVE = {name: number for number, name in enumerate(MOVE_NAMES)}
PARTS = ("customer", "rep", "talk", "world", "tally")
TINY = {"customers": 6, "seats": 1, "team_size": 2}

USUAL: dict[str, Any] = {
    "customer.present": True,
    "customer.spending": 1.0,
    "customer.patience": 9.0,
    "customer.temper": 0.8,
    "customer.honesty": 0.5,
    "customer.voice": 0.5,
    "customer.expectation": 0.6,
    "customer.satisfaction": 0.6,
    "customer.contentment": 0.68,
    "customer.loyalty": 0.6,
    "customer.matter": ISSUE,
    "customer.attempts": 1,
    "customer.issues": 1,
    "customer.kind": 2,
    "customer.loss": 1.0,
    "customer.severity": 0.6,
    "customer.due": 1.0,
    "customer.felt_due": 1.2,
    "customer.claim": 1.6,
    "customer.at_fault": True,
    "customer.enquiry_at": 50.0,
    "customer.issue_at": 60.0,
    "customer.call_at": NEVER,
    "customer.follow_up_at": NEVER,
    "customer.arrived_at": -1.0,
    "customer.filed_day": -1,
    "rep.present": True,
    "rep.on_floor": True,
    "rep.empathy": 0.6,
    "rep.composure": 0.5,
    "rep.sovereignty": 0.5,
    "rep.skill": 0.5,
    "rep.recovery": 1.0,
    "rep.mood": 0.5,
    "rep.contacts_today": 10,
    "rep.resolved_today": 6,
    "talk.anger": 0.5,
    "talk.heard": 0.3,
    "talk.understanding": 0.5,
    "talk.listening": 0.5,
    "talk.calm": 0.3,
    "talk.pace": 1.0,
    "talk.noise": 1.0,
    "talk.deep_share": 0.3,
    "talk.turn": 1,
    "talk.target": math.inf,
    "talk.last_move": -1,
    "talk.claim": 1.6,
    "talk.fair": 1.0,
    "talk.right": 1.0,
    "talk.offer": 1.0,
}


def centre_of(values: Mapping[str, Any], size: Mapping[str, int]) -> Centre:
    """Build a centre from parameters' full names."""
    given: dict[str, Any] = dict(size)
    for name, value in values.items():
        table, _, move = name.partition(".")
        if table in Centre.model_fields:
            if move:
                given.setdefault(table, {})[move] = value
            else:
                given[name] = value
    return Centre.model_validate(given)


def policy_of(values: Mapping[str, Any]) -> Policy:
    """Build a policy from its fields' full names."""
    parts: dict[str, dict[str, Any]] = {"handling": {}, "support": {}}
    for name, value in values.items():
        part, _, field = name.partition(".")
        if part in parts:
            parts[part][field] = value
    return Policy(handling=Handling(**parts["handling"]), support=Support(**parts["support"]))


class Scene:
    """Rows for one customer, one rep, one conversation, on a floor of six customers.

    ``values`` overrides the usual: parameters by name, policy fields as ``handling.apology``,
    states as ``talk.anger``.
    """

    def __init__(self, **values: Any) -> None:
        self.values = values
        known = (*Centre.model_fields, "handling", "support", *PARTS)
        for name in values:
            assert name.partition(".")[0] in known, name
        self.centre = centre_of(values, TINY)
        arrays = new_floor(self.centre, policy_of(values), seed=1, replication=1)
        arrays = arrays._replace(tallies=np.zeros(1, TALLY), payoffs=arrays.payoffs[:1])
        self.floor = Floor(**{name: _rows(name, v) for name, v in arrays._asdict().items()})
        self.p = self.floor.parameters[0]
        self.policy = self.floor.policy[0]
        self.world = self.floor.world[0]
        self.world.issue_factor = [1.0, 1.0, 1.0]
        self.customer = self.floor.customers[0]
        self.rep = self.floor.reps[0]
        self.talk = self.floor.talk[0]
        self.tally = self.floor.tallies[0]
        self.outcome: Outcome | None = None
        self.result: Any = None
        for seat, other in enumerate(self.floor.customers):
            other.seat, other.filed_day = seat, -1
        for name, value in {**USUAL, **values}.items():
            part, _, column = name.partition(".")
            if part in PARTS:
                row = getattr(self, part)
                assert hasattr(row, column), name
                setattr(row, column, value)

    def read(self, path: str) -> float:
        """Return a state: ``result``, ``talk.anger``, ``chance.warn``, ``tallies.a/b``, ..."""
        part, _, column = path.partition(".")
        if part == "result":
            return float(self.result)
        if part == "chance":
            return float(self.result[MOVE[column]])
        if part == "tallies":
            top, _, bottom = column.partition("/")
            days = self.ran.tallies
            return float(days[top].sum() / (days[bottom].sum() if bottom else 1))
        if part in ("customers", "reps"):
            people = getattr(self.ran.floor, part)
            return float(people[people["present"]][column].mean())
        if part == "answers":
            return float(len(getattr(self.ran, column)))
        if part in ("end_world", "end_policy"):
            return float(getattr(self.ran.floor, part[4:])[column][0])
        return float(getattr(getattr(self, part), column))

    @property
    def ran(self) -> Outcome:
        assert self.outcome is not None, "this mechanism has no run"
        return self.outcome


def _rows(name: str, array: np.ndarray) -> list[Any]:
    if name not in ROWS:
        return list(array.tolist())
    return [Row(array.dtype.names or (), values) for values in array.tolist()]
