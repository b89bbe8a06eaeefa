"""The same customer, the same issue, the same chance, under another policy."""

from dataclasses import dataclass

import numpy as np

from experiments.demo.contact import Contact, read_contact
from experiments.demo.story import SEARCHED_DAYS, Stories
from experiments.demo.tale import Story, Turn
from experiments.demo.words import words

LATER = 30
"""Days for which a contact over the same issue is looked for after the other one's."""

TRIED = 6
"""Conversations that are looked into for being over the same issue."""


@dataclass(frozen=True)
class Replay:
    """Two conversations over one issue.

    Attributes
    ----------
    one, other : Story
        The one that was asked about, and that under the other policy; the latter is None
        where the issue never came to a conversation there.
    parts_at : int or None
        The first turn, from 0, at which they part; None where they do not. It may be the
        turn after the last one of the shorter.
    text : str
        That in words.
    """

    one: Story
    other: Story | None
    parts_at: int | None
    text: str


class Replays:
    """Conversations held again. Call in a thread.

    Parameters
    ----------
    stories : Stories
        The room's conversations.
    """

    def __init__(self, stories: Stories) -> None:
        self._stories = stories
        self._setting = stories.setting

    def again(self, contact: str, policy: str) -> Replay:
        """Return a conversation and what became of the same issue under another policy.

        Parameters
        ----------
        contact : str
            The conversation's address.
        policy : str
            The other policy.

        Raises
        ------
        RequestError
            Where there is no such conversation or policy.
        """
        self._setting.policy(policy)
        where = read_contact(self._setting, contact)
        one = self._stories.load(contact)
        if policy == where.policy:
            return Replay(one, one, None, words("replay.itself"))
        title = self._setting.all_titles[policy]
        there = self._same_issue(one, where, policy)
        if there is None:
            return Replay(one, None, None, words("replay.never", policy=title))
        other = self._stories.load(str(there))
        at = parting(one.turns, other.turns)
        parts = [words("replay.same") if at is None else words("replay.part", turn=at + 1)]
        if other.row["attempt"] != one.row["attempt"]:
            attempt = other.row["attempt"]
            parts.insert(0, words("replay.another_time", policy=title, attempt=attempt))
        if there.day != where.day:
            parts.insert(0, words("replay.another_day", policy=title, day=there.day + 1))
        return Replay(one, other, at, " ".join(parts))

    def _same_issue(self, one: Story, where: Contact, policy: str) -> Contact | None:
        """Return the conversation over the same issue under another policy.

        The log knows an issue by its kind and by what is due. Whether it is this one the
        agents know: by the very loss, which is drawn for the person and the issue, and by
        the day on which it befell.
        """
        rows = self._stories.talks(policy, where.replication, _until(where.day))
        mine = np.flatnonzero(
            (rows["customer"] == where.customer)
            & (rows["kind"] == one.row["kind"])
            & (rows["due"] == one.row["due"])
        )
        places = sorted(
            mine.tolist(),
            key=lambda place: (
                abs(int(rows["attempt"][place]) - one.row["attempt"]),
                abs(int(rows["day"][place]) - where.day),
                place,
            ),
        )
        for place in places[:TRIED]:
            there = self._stories.contact_of(policy, where.replication, rows, place)
            talk = self._stories.load(str(there)).talk
            if (talk.loss, talk.opened) == (one.talk.loss, one.talk.opened):
                return there
        return None


def _until(day: int) -> int:
    """Return for how many days after the branch there is to be a log: a few lengths only."""
    return SEARCHED_DAYS * ((day + LATER) // SEARCHED_DAYS + 1)


def parting(one: tuple[Turn, ...], other: tuple[Turn, ...]) -> int | None:
    """Return the first turn, from 0, at which something else is said or only one goes on."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if (a.customer, a.rep) != (b.customer, b.rep):
            return place
    return None if len(one) == len(other) else min(len(one), len(other))
