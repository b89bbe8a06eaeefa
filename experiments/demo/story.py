"""One confrontation as a story: found in the log of a run, and traced on the Mesa engine."""

from functools import partial
from threading import Lock

import numpy as np

import sim
from experiments.demo.contact import KINDS, Contact, read_contact
from experiments.demo.kept import Kept
from experiments.demo.setting import Setting
from experiments.demo.tale import Story, Turn, tell
from experiments.demo.trace import Talk, trace
from experiments.errors import RequestError, no_such
from sim.moves import ABUSIVE, ESCALATED, HUNG_UP, RESOLVED

SEARCHED_DAYS = 91
"""Days after the branch in which a story is looked for."""

SEARCHED_REPLICATIONS = 3
"""Replications in which one is looked for, where there is none in the first."""

SHORTEST, LONGEST = 4, 10
"""Turns of a story that can be told in class; others come after these."""

ROOM_FOR_LOGS = 100_000_000
"""Bytes of conversations' rows that are kept."""

STORIES_KEPT = 300


class Stories:
    """The conversations of a room.

    Whatever takes long is to be called in a thread. One conversation is traced at a time,
    so that many open pages leave the machine to the page.

    Parameters
    ----------
    setting : Setting
        The room.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._logs: Kept[np.ndarray] = Kept(ROOM_FOR_LOGS, lambda rows: int(rows.nbytes))
        self._stories: Kept[Story] = Kept(STORIES_KEPT)
        self._one_at_a_time = Lock()

    def find(self, kind: str, policy: str, skip: int = 0) -> Story | None:
        """Look for a conversation worth telling.

        Parameters
        ----------
        kind : str
            One of :data:`KINDS`.
        policy : str
            Under which policy.
        skip : int
            How many to leave out: 1 gives another one than 0.

        Returns
        -------
        Story or None
            None where there is none, or no more.
        """
        if kind not in KINDS:
            raise RequestError([f"story: {no_such('kind of story', kind, KINDS)}"])
        self.setting.policy(policy)
        for replication in range(1, min(self.setting.replications, SEARCHED_REPLICATIONS) + 1):
            rows = self.talks(policy, replication, SEARCHED_DAYS)
            worth = worth_telling(rows, kind)
            if skip < len(worth):
                return self.load(str(self.contact_of(policy, replication, rows, worth[skip])))
            skip -= len(worth)
        return None

    def load(self, contact: str) -> Story:
        """Return the story of one conversation.

        Parameters
        ----------
        contact : str
            Its address.

        Raises
        ------
        RequestError
            Where that is no address, or there was no such conversation.
        """
        where = read_contact(self.setting, contact)
        return self._stories.get(where, partial(self._tell, where))

    def _tell(self, where: Contact) -> Story:
        talk = self.trace(where)
        if talk is None:
            raise RequestError([f"contact: there was no such conversation: {where}"])
        return tell(where, talk)

    def trace(self, where: Contact) -> Talk | None:
        """Return a conversation as it was held; None where there was none."""
        start = self.setting.starts.get(self.setting.situation(where.replication))
        policy, switches = self.setting.policy(where.policy), self.setting.switches(where.policy)
        with self._one_at_a_time:
            return trace(start, policy, switches, where.day, where.customer, where.number)

    def talks(self, policy: str, replication: int, days: int) -> np.ndarray:
        """Return the log's rows of every conversation over an issue in the first days.

        Parameters
        ----------
        policy : str
            Under which policy.
        replication : int
            In which replication.
        days : int
            Days after the branch; fewer where the experiment has fewer.

        Returns
        -------
        record array of ``state.CONTACT``
            In the order in which they were held; ``day`` counts from the branch.
        """
        days = min(days, self.setting.days)
        key = (policy, replication, days)
        return self._logs.get(key, partial(self._run, policy, replication, days))

    def _run(self, policy: str, replication: int, days: int) -> np.ndarray:
        setting = self.setting
        start = setting.starts.get(setting.situation(replication))
        found: list[np.ndarray] = []
        sim.simulate(
            start.centre,
            setting.policy(policy),
            days=days,
            seed=start.seed,
            replication=start.replication,
            start=start,
            timeline=setting.switches(policy),
            contacts=lambda rows: found.append(rows[rows["turns"] > 0]),
        )
        rows = np.concatenate(found)
        rows["day"] -= start.day
        return rows

    def contact_of(self, policy: str, replication: int, rows: np.ndarray, place: int) -> Contact:
        """Return the address of a row of :meth:`talks`."""
        day, customer = int(rows["day"][place]), int(rows["customer"][place])
        before = (rows["day"][:place] == day) & (rows["customer"][:place] == customer)
        return Contact(policy, replication, day, customer, int(before.sum()))


def worth_telling(rows: np.ndarray, kind: str) -> np.ndarray:
    """Return the places of the rows that make a story of a kind, the best first.

    Of a length that can be told first; of these the one in which most happens: the
    angriest end, or in a happy one the farthest way from anger.
    """
    calmed = rows["anger_start"] - rows["anger_end"]
    fits = {
        "escalation": rows["ending"] == ESCALATED,
        "abuse": rows["tone"] == ABUSIVE,
        "happy_end": (rows["ending"] == RESOLVED) & (calmed > 0.0),
        "hang_up": rows["ending"] == HUNG_UP,
    }[kind]
    drama = calmed + rows["satisfaction"] if kind == "happy_end" else rows["anger_end"]
    tellable = (rows["turns"] >= SHORTEST) & (rows["turns"] <= LONGEST)
    order = np.lexsort((rows["minute"], -drama, ~tellable))
    return order[fits[order]]


__all__ = ["KINDS", "Stories", "Story", "Turn", "worth_telling"]
