"""What happens in one conversation, written down while the Mesa engine holds it.

Nothing is told again or reckoned again: the rule that chooses a move is asked as ever and
its answer kept, and the conversation's own record says when a value is set.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

import sim
from experiments.design import Switches
from sim.agents import Row
from sim.behaviours import choice
from sim.behaviours.rep import strain_left
from sim.floor import set_policy, with_log
from sim.model import MesaRun
from sim.moves import ISSUE, MOVES, RESOLVED
from sim.policy import Policy
from sim.state import Floor

ASKS, THREATENS = "superior", "threat"
ANSWERS = {"asked_superior": ASKS, "threatened": THREATENS}
"""What is set in a conversation's record when a customer gives that answer."""


@dataclass(frozen=True)
class Step:
    """One turn, as the engine held it.

    Attributes
    ----------
    tone, move : int
        What each did, see :mod:`sim.moves`.
    answer : str
        Whether the customer then asked for a superior or threatened to leave; or nothing.
    anger, heard, understanding, minutes, claim, offered : float
        After the turn.
    strain : float
        What the rep would take from the conversation if it ended here, before what acting
        and conscience add at its end.
    cost : float
        So far: the rep's time, and what is granted once it is accepted.
    ending : int
        How the conversation stands after the turn.
    pulls : dict
        What spoke for the move, and against it.
    chance : float
        Of this move, before it was made.
    """

    tone: int
    move: int
    answer: str
    anger: float
    heard: float
    understanding: float
    minutes: float
    claim: float
    offered: float
    strain: float
    cost: float
    ending: int
    pulls: dict[str, float]
    chance: float


@dataclass(frozen=True)
class Talk:
    """One conversation, with what each party brought into it.

    Attributes
    ----------
    steps : tuple of Step
        In order.
    loss, claim, due, felt_due : float
        The issue: what was lost, what is asked, what is due, what is felt to be due.
    fault : bool
        Whether the company was at fault.
    right, offer, most : float
        What the rep thinks right, what policy and rep come to, what the rep may grant.
    exhaustion : float
        The rep's.
    anger : float
        The customer's at the beginning.
    desk : int
        The rep's place.
    opened : int
        The day of the issue, counted as the model counts.
    row : dict
        The contact's row in the log.
    day_rows : record array of ``state.CONTACT``
        Every contact of that day.
    evening : str
        How the matter stands that evening: ``open``, ``over``, or nothing where the
        customer has gone.
    """

    steps: tuple[Step, ...]
    loss: float
    claim: float
    due: float
    felt_due: float
    fault: bool
    right: float
    offer: float
    most: float
    exhaustion: float
    anger: float
    desk: int
    opened: int
    row: dict[str, Any]
    day_rows: np.ndarray
    evening: str


class _WatchedRow(Row):
    """A conversation's record that tells when something is set in it."""

    def __init__(self, row: Row, names: tuple[str, ...], told: Callable[[str, Any], None]) -> None:
        object.__setattr__(self, "_told", lambda name, value: None)
        super().__init__(names, tuple(getattr(row, name) for name in names))
        object.__setattr__(self, "_told", told)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        self._told(name, value)  # type: ignore[attr-defined]


class Tracer:
    """Chooses moves as ever, and writes down a customer's conversations.

    Parameters
    ----------
    customer : int
        The person.
    """

    def __init__(self, customer: int) -> None:
        self.customer = customer
        self.talks: list[list[Step]] = []
        self.brought: list[dict[str, Any]] = []
        self._floor: Any = None
        self._open: dict[str, Any] | None = None
        self._answer = ""

    def watch(self, model: sim.ServiceModel) -> None:
        """Watch the conversations of a model."""
        self._floor = model.floor
        row = model.floor.talk[0]
        model.floor.talk[0] = _WatchedRow(row, tuple(vars(row)), self._set)

    def choose(self, rep: Any, talk: Any, policy: Any, p: Any, u: float, utilities: Any) -> int:
        """Choose a move by the model's own rule."""
        if talk.customer != self.customer:
            return int(choice.choose_move(rep, talk, policy, p, u, utilities))
        if talk.turn == 0:
            self.talks.append([])
            self.brought.append(self._brought(rep, talk, policy))
        pulls = pulls_of(rep, talk, policy, p)
        move = int(choice.choose_move(rep, talk, policy, p, u, utilities))
        below = utilities[move - 1] if move else 0.0
        self._open = {
            "rep": rep,
            "policy": policy,
            "p": p,
            "move": move,
            "pulls": {name: float(each[move]) for name, each in pulls.items()},
            "chance": float((utilities[move] - below) / utilities[MOVES - 1]),
        }
        self._answer = ""
        return move

    def person(self) -> Any:
        """Return the customer, None where there is none by that id any more."""
        people = self._floor.customers
        return next((one for one in people if one.present and one.id == self.customer), None)

    def _brought(self, rep: Any, talk: Any, policy: Any) -> dict[str, Any]:
        person = self.person()
        return {
            "loss": person.loss,
            "claim": talk.claim,
            "due": person.due,
            "felt_due": person.felt_due,
            "fault": bool(person.at_fault),
            "right": talk.right,
            "offer": talk.offer,
            "most": policy.authority * person.loss,
            "exhaustion": rep.exhaustion,
            "anger": talk.anger_start,
            "desk": int(rep.seat),
            "opened": int(person.opened_day),
        }

    def _set(self, name: str, value: Any) -> None:
        """Hear that a value of the conversation was set."""
        if self._open is None:
            return
        if name in ANSWERS and value:
            self._answer = ANSWERS[name]
        elif name == "turn" and value > 0:
            self.talks[-1].append(self._step(self._floor.talk[0], **self._open))
            self._open = None

    def _step(
        self,
        talk: Any,
        rep: Any,
        policy: Any,
        p: Any,
        move: int,
        pulls: dict[str, float],
        chance: float,
    ) -> Step:
        paid = talk.offered if talk.ending == RESOLVED else 0.0
        return Step(
            tone=int(talk.tone),
            move=move,
            answer=self._answer,
            anger=float(talk.anger),
            heard=float(talk.heard),
            understanding=float(talk.understanding),
            minutes=float(talk.minutes),
            claim=float(talk.claim),
            offered=float(talk.offered),
            strain=float(strain_left(rep, policy, p, talk.strain + p.strain_minute * talk.minutes)),
            cost=float(talk.minutes * p.wage + paid),
            ending=int(talk.ending),
            pulls=pulls,
            chance=chance,
        )


def pulls_of(rep: Any, talk: Any, policy: Any, p: Any) -> dict[str, list[float]]:
    """Return what each pull adds to each move's utility: the model's own rules, one by one."""
    found = {name: [0.0] * MOVES for name in ("policy", "resolve", "protection", "right")}
    depletion = 0.5 * (rep.fatigue + rep.exhaustion)
    choice.ask_of_policy(talk, policy, p, found["policy"])
    choice.wish_to_resolve(talk, p.weight_resolve, found["resolve"])
    choice.protect_oneself(talk, depletion, p, found["protection"])
    ready = choice.readiness(talk, policy)
    choice.do_what_is_right(talk, ready, p.weight_right, found["right"])
    for name in ("rules", "cynicism", "clock"):
        found[name] = [0.0] * MOVES
    choice.keep_to_the_rules(talk, policy, p, found["rules"])
    choice.give_in_to_cynicism(rep, p.weight_cynicism, found["cynicism"])
    choice.watch_the_clock(talk, p.weight_time, found["clock"])
    return found


def morning(start: sim.Start, policy: Policy, switches: Switches, day: int) -> Floor:
    """Return the floor on the morning of a day after the branch, with a log of contacts.

    The days before it run compiled, which is bit for bit the same.
    """
    floor = sim.simulate(
        start.centre,
        policy,
        days=day,
        seed=start.seed,
        replication=start.replication,
        start=start,
        timeline=switches,
    ).floor
    for due, following in switches:
        if due == day:
            set_policy(floor, following)
    return with_log(floor)


def trace(
    start: sim.Start, policy: Policy, switches: Switches, day: int, customer: int, number: int
) -> Talk | None:
    """Run a day on the Mesa engine, and return one conversation of it.

    Parameters
    ----------
    start : Start
        The warmed-up centre.
    policy, switches
        The policy from the branch on, and what it changes to.
    day : int
        The day after the branch, from 0.
    customer : int
        The person.
    number : int
        Which of the person's conversations over an issue that day, from 0.

    Returns
    -------
    Talk or None
        None where there is no such conversation.
    """
    tracer = Tracer(customer)
    logged: list[np.ndarray] = []
    floor = morning(start, policy, switches, day)
    with closing(MesaRun(floor, tracer.choose, logged.append)) as run:
        tracer.watch(run.model)
        run.advance(1)
        person = tracer.person()
    if number >= len(tracer.talks):
        return None
    rows = np.concatenate(logged)
    mine = rows[(rows["customer"] == customer) & (rows["turns"] > 0)]
    row = {name: mine[number][name].tolist() for name in mine.dtype.names or ()}
    evening = "" if person is None else "open" if person.matter == ISSUE else "over"
    return Talk(
        tuple(tracer.talks[number]),
        **tracer.brought[number],
        row=row,
        day_rows=rows,
        evening=evening,
    )
