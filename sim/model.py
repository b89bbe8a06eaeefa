"""ServiceModel: the interpreted engine, a Mesa model to watch, to stop and to change.

One ``step()`` is a day. Customers, reps and the employer are agents in AgentSets; the
rules are the very behaviours that the compiled engine runs, so the two give the same
trajectories to the last bit.
"""

from collections.abc import Callable, Sequence
from typing import Any

import mesa
import numpy as np
from mesa.datacollection import DataCollector

from sim.agents import Customer, Employer, Rep, Row
from sim.behaviours.choice import choose_move
from sim.behaviours.contact_log import is_log_half_full
from sim.behaviours.day import first_morning, run_days
from sim.floor import branch, new_floor, set_policy, with_room
from sim.parameters import Centre
from sim.policy import Policy
from sim.state import ROWS, Floor

AGENTS = {"customers": Customer, "reps": Rep, "world": Employer}


def people(model: "ServiceModel") -> int:
    """Return the number of customers."""
    return int(model.employer.market)


def mean_loyalty(model: "ServiceModel") -> float:
    """Return the mean loyalty of the customers."""
    return _mean([c.loyalty for c in model.floor.customers if c.present])


def mean_exhaustion(model: "ServiceModel") -> float:
    """Return the mean exhaustion of the reps employed."""
    return _mean([r.exhaustion for r in model.floor.reps if r.present])


def contacts_today(model: "ServiceModel") -> int:
    """Return the contacts handled on the last day."""
    return int(model.today.handled) if model.floor.tallies else 0


def cash_today(model: "ServiceModel") -> float:
    """Return the money that came in on the last day less what went out, in prices."""
    return float(model.today.cash) if model.floor.tallies else 0.0


def _mean(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total / len(values) if values else float("nan")


REPORTERS: dict[str, Callable[["ServiceModel"], float]] = {
    "customers": people,
    "loyalty": mean_loyalty,
    "exhaustion": mean_exhaustion,
    "contacts": contacts_today,
    "cash": cash_today,
}


class ServiceModel(mesa.Model):
    """A service centre with its market.

    Parameters
    ----------
    centre : Centre, optional
        The parameters; the class room's size makes a lively model.
    policy : Policy, optional
        The policy in force.
    seed, replication : int
        The key of every draw. Mesa's own generators are seeded with it, for extensions.
    choose : callable, optional
        A rule of one's own for choosing moves: the arguments of
        :func:`sim.behaviours.choice.choose_move`.
    floor : Floor, optional
        Arrays to go on from, such as those of a compiled run, instead of a first morning.
    agent_reporters, agenttype_reporters : dict, optional
        Passed to Mesa's DataCollector; columns differ by type of agent. Per-agent collection
        costs about a microsecond for each agent and attribute.

    Attributes
    ----------
    floor : Floor
        The columns as lists of agents and rows; what behaviours act on.
    employer : Employer
        The employer.
    datacollector : mesa.DataCollector
        Model-level series, one row a day.
    """

    def __init__(
        self,
        centre: Centre | None = None,
        policy: Policy | None = None,
        *,
        seed: int = 1,
        replication: int = 1,
        choose: Callable[..., int] = choose_move,
        floor: Floor | None = None,
        agent_reporters: dict[str, Any] | None = None,
        agenttype_reporters: dict[Any, dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(rng=int(seed))
        centre = centre or Centre()
        opening = floor is None
        if floor is None:
            floor = new_floor(centre, policy or Policy(), seed=seed, replication=replication)
        self.choose = choose
        self._blank = {name: rows.dtype for name, rows in floor._asdict().items()}
        logged = LogRows(floor.contacts, int(floor.world["contacts"][0]))
        rows = floor._replace(contacts=floor.contacts[:0])._asdict()
        lists: dict[str, Any] = {name: self._as_list(name, values) for name, values in rows.items()}
        lists["contacts"] = logged
        self.floor = Floor(**lists)
        self.employer: Employer = self.floor.world[0]
        if opening:
            first_morning(self.floor, centre.customers)
        self._enrol()
        self.datacollector = DataCollector(
            model_reporters=REPORTERS,
            agent_reporters=agent_reporters,
            agenttype_reporters=agenttype_reporters,
        )
        self.datacollector.collect(self)

    def _as_list(self, name: str, rows: np.ndarray) -> list[Any]:
        if name not in ROWS:
            return list(rows.tolist())
        names = rows.dtype.names or ()
        kind = AGENTS.get(name)
        if kind is None:
            return [Row(names, values) for values in rows.tolist()]
        return [kind(self, names, values) for values in rows.tolist()]

    @property
    def day(self) -> int:
        """Days run so far."""
        return int(self.employer.day)

    @property
    def today(self) -> Any:
        """The tally of the last day."""
        return self.floor.tallies[self.day - 1]

    @property
    def customers(self) -> mesa.agent.AgentSet:
        """The customers."""
        return self._those(Customer)

    @property
    def reps(self) -> mesa.agent.AgentSet:
        """The reps employed."""
        return self._those(Rep)

    def _those(self, kind: type[mesa.Agent]) -> mesa.agent.AgentSet:
        """Return the agents of a kind; Mesa has no set of a kind of which there are none."""
        if kind in self.agents_by_type:
            return self.agents_by_type[kind]
        return mesa.agent.AgentSet([], random=self.random)

    def step(self) -> None:
        """Run one day."""
        self._make_room()
        run_days(self.floor, self.choose, 1)
        self._enrol()
        self.datacollector.collect(self)

    def _enrol(self) -> None:
        """Keep in the AgentSets those who are there; an empty seat is nobody.

        The seats themselves stay where they are, in the lists that the behaviours act on.
        """
        for agent in (*self.floor.customers, *self.floor.reps):
            if agent.present != agent.enrolled:
                if agent.present:
                    self.register_agent(agent)
                else:
                    self.deregister_agent(agent)
                agent.enrolled = agent.present

    def _make_room(self) -> None:
        """Add the rows that a day may fill."""
        surveyed = len(self.floor.customers) + len(self.floor.reps)
        room = {
            "tallies": self.day + 1,
            "rep_answers": self.employer.rep_answers + surveyed,
            "customer_answers": self.employer.customer_answers + surveyed,
            "careers": self.employer.careers + len(self.floor.reps),
        }
        due = self.day % self.floor.parameters[0].survey_days
        asks = due == self.floor.parameters[0].survey_days - 1
        wanted = {"tallies": True, "careers": self.employer.branched}
        for name, length in room.items():
            rows = getattr(self.floor, name)
            if wanted.get(name, asks):
                rows.extend(blank_row(self._blank[name]) for _ in range(length - len(rows)))

    def set_policy(self, policy: Policy) -> None:
        """Put another policy in force from the next day on."""
        arrays = self.arrays(("policy",))
        set_policy(arrays, policy)
        names = arrays.policy.dtype.names
        self.floor.policy[0] = Row(names, arrays.policy.tolist()[0])

    def branch(self, policy: Policy) -> None:
        """Put a policy in force and fix the aspirations, as at the end of a warm-up."""
        arrays = self.arrays(("policy", "world", "payoffs", "reps"))
        branch(arrays, policy)
        self.floor.policy[0] = Row(arrays.policy.dtype.names, arrays.policy.tolist()[0])
        for name in ("aspire_customer", "aspire_rep", "aspire_employer"):
            setattr(self.employer, name, arrays.world[name][0].tolist())
        self.employer.branched = True
        self.employer.branched_day = self.employer.day
        self.employer.careers = 0
        for rep in self.floor.reps:
            rep.burnt_out_day = -1

    def take_contacts(self) -> np.ndarray:
        """Empty the log of contacts, and return its rows."""
        rows = as_array(self.floor.contacts.made[: self.employer.contacts], self._blank["contacts"])
        self.employer.contacts = 0
        return rows

    def arrays(self, names: tuple[str, ...] = Floor._fields) -> Floor:
        """Return the columns as arrays, those named; measures are computed on these."""
        return Floor(
            **{name: self._as_array(name) if name in names else None for name in Floor._fields}
        )

    def _as_array(self, name: str) -> np.ndarray:
        rows = getattr(self.floor, name)
        dtype = self._blank[name]
        if name not in ROWS:
            return np.array(rows, dtype)
        if name == "contacts":
            return np.concatenate([as_array(rows.made, dtype), rows.unmade])
        return as_array(rows, dtype)


def as_array(rows: Sequence[Any], dtype: np.dtype[np.void]) -> np.ndarray:
    """Return rows as a record array."""
    array = np.zeros(len(rows), dtype)
    columns = dtype.names or ()
    for place, row in enumerate(rows):
        array[place] = tuple(getattr(row, column) for column in columns)
    return array


def blank_row(dtype: np.dtype[np.void]) -> Row:
    """Return a row of zeros, with lists of its own."""
    values: Any = np.zeros(1, dtype).tolist()[0]
    return Row(dtype.names or (), values)


class LogRows:
    """The rows of the log of contacts, each made when it is first written to.

    Parameters
    ----------
    rows : record array of ``state.CONTACT``
        The room for rows; the log is off if there is none.
    used : int
        How many of them are filled.
    """

    def __init__(self, rows: np.ndarray, used: int) -> None:
        names = rows.dtype.names or ()
        self.made = [Row(names, values) for values in rows[:used].tolist()]
        self._rows = rows

    def __len__(self) -> int:
        """Return how many rows there is room for."""
        return len(self._rows)

    def __getitem__(self, place: int) -> Row:
        """Return a row that was made, or make the next one."""
        if place == len(self.made) < len(self):
            self.made.append(blank_row(self._rows.dtype))
        return self.made[place]

    @property
    def unmade(self) -> np.ndarray:
        """The room that has never been written to."""
        return np.zeros(len(self) - len(self.made), self._rows.dtype)


class MesaRun:
    """A run on the Mesa engine, with the interface of :class:`sim.compiled.CompiledRun`.

    Parameters
    ----------
    floor : Floor
        The arrays to start from.
    choose : callable
        The rule by which reps choose their moves.
    contacts : callable, optional
        Given the rows of the floor's log of contacts, where it has one, after each stretch.
    """

    def __init__(
        self,
        floor: Floor,
        choose: Callable[..., int] = choose_move,
        contacts: Callable[[np.ndarray], None] | None = None,
    ) -> None:
        self.model = ServiceModel(floor=with_room(floor, 0), choose=choose)
        self._contacts = contacts
        # The collector's daily means over all customers would cost more than the day.
        self.model.datacollector = DataCollector()

    def open_centre(self, customers: int) -> None:
        """Seat the first people."""
        first_morning(self.model.floor, customers)

    def advance(self, days: int) -> None:
        """Run some days."""
        for day in range(days):
            self.model.step()
            ends = day == days - 1
            if self._contacts is not None and (ends or is_log_half_full(self.model.floor)):
                self._contacts(self.model.take_contacts())

    @property
    def floor(self) -> Floor:
        """The columns as arrays: a copy."""
        return self.model.arrays()

    def close(self) -> None:
        """Let Mesa 3.3 forget the model, which it would keep alive otherwise."""
        ids = getattr(mesa.Agent, "_ids", None)
        if ids is not None:
            ids.pop(self.model, None)
