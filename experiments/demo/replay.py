"""The same customer, the same issue, the same chance, under another policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.contacts import conversations
from experiments.demo.contact import Contact, read_contact
from experiments.demo.story import SEARCHED_DAYS, Stories, worth_telling
from experiments.demo.tale import Story, Turn
from experiments.demo.words import words

LATER = 30
"""Days for which a contact over the same issue is looked for after the other one's."""

TRIED = 6
"""Conversations that are looked into for being over the same issue."""

ALIKE = (1, 5)
"""Turns that go alike before two conversations part, in a pair that is good to show."""


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

    def find(self, kind: str, policy: str, other: str, skip: int = 0) -> Story | None:
        """Look for a conversation that is worth replaying under another policy.

        Parameters
        ----------
        kind : str
            Of which kind of story.
        policy, other : str
            Under which it was held, and under which it is to be replayed.
        skip : int
            How many to leave out.

        Returns
        -------
        Story or None
            First those that go alike for some turns, on the same day, and then part; of
            these those that end otherwise; then as :meth:`Stories.find` has them.
        """
        self._setting.policy(other)
        rows = self._stories.talks(policy, 1, SEARCHED_DAYS)
        there = _by_contact(self._stories.talks(other, 1, SEARCHED_DAYS))
        worth = worth_telling(rows, kind).tolist()
        # Sorting keeps the order of those that are as good.
        worth.sort(key=lambda place: -_promise(rows[place], there.get(_key(rows[place]))))
        if skip >= len(worth):
            return None
        found = self._stories.contact_of(policy, 1, rows, worth[skip])
        return self._stories.load(str(found))

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
        names = [self._setting.all_titles[each] for each in (where.policy, policy)]
        parts = [words("replay.same") if at is None else parted(one, other, at, names)]
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


def parted(one: Story, other: Story, at: int, titles: Sequence[str]) -> str:
    """Say what parts two conversations.

    Parameters
    ----------
    one, other : Story
        The conversations.
    at : int
        The turn at which they part, from 0; the shorter one may be over by then.
    titles : sequence of str
        What their policies are called.
    """
    shorter = min(
        (len(each.turns), title) for each, title in zip((one, other), titles, strict=True)
    )
    if at >= shorter[0]:
        return words("replay.part_end", turn=at, policy=shorter[1])
    first, second = one.turns[at], other.turns[at]
    if first.rep == second.rep:
        return words("replay.part_customer", turn=at + 1)
    return words(
        "replay.part_rep",
        turn=at + 1,
        first=first.rep,
        one=titles[0],
        second=second.rep,
        other=titles[1],
    )


def _key(row: Any) -> tuple[int, int, int, int]:
    """Return what tells a contact over an issue from others."""
    return int(row["day"]), int(row["customer"]), int(row["kind"]), int(row["attempt"])


def _by_contact(rows: np.ndarray) -> dict[tuple[int, int, int, int], np.void]:
    return {_key(row): row for row in rows}


def _promise(one: Any, other: Any | None) -> int:
    """Return how good a pair is to show, by what the log holds of both."""
    if other is None:
        return 0
    (moves, tones), (others, heard) = (
        [
            text.split()
            for (text,) in conversations(row["said"][np.newaxis], row["turns"][np.newaxis])
        ]
        for row in (one, other)
    )
    turns, against = list(zip(moves, tones, strict=True)), list(zip(others, heard, strict=True))
    alike = 0
    while alike < min(len(turns), len(against)) and turns[alike] == against[alike]:
        alike += 1
    apart = turns != against
    lasting = ALIKE[0] <= alike <= ALIKE[1]
    return 4 * apart + 2 * (apart and lasting) + int(one["ending"] != other["ending"])


def _until(day: int) -> int:
    """Return for how many days after the branch there is to be a log: a few lengths only."""
    return SEARCHED_DAYS * ((day + LATER) // SEARCHED_DAYS + 1)


def parting(one: tuple[Turn, ...], other: tuple[Turn, ...]) -> int | None:
    """Return the first turn, from 0, at which something else is said or only one goes on."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if (a.customer, a.rep) != (b.customer, b.rep):
            return place
    return None if len(one) == len(other) else min(len(one), len(other))
