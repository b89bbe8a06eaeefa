"""A conversation that was traced, put in words; every number is the engine's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from experiments.demo.contact import Contact
from experiments.demo.trace import Step, Talk
from experiments.demo.words import words
from sim.moves import (
    AT_SUPERIOR,
    CIVIL,
    ENDINGS,
    ESCALATED,
    ISSUE_KINDS,
    MOVE_NAMES,
    OFFER,
    OFFER_CHOICE,
    RESOLVED,
    TONES,
)

DAY = 1440
"""Minutes."""

MEANT = 0.05
"""Chance of a move below which it is told as a slip: others were much more likely."""


@dataclass(frozen=True)
class Turn:
    """One turn of a story.

    Attributes
    ----------
    customer, rep : str
        What each said, in plain words.
    tone, move : str
        By the model's own names.
    why : str
        What spoke most for the rep's move, and how likely it was.
    anger, heard, strain, cost : float
        After the turn: 0 to 1, and the cost so far in prices.
    minutes : float
        Talked so far.
    chance : float
        Of the move, before it was made.
    """

    customer: str
    rep: str
    tone: str
    move: str
    why: str
    anger: float
    heard: float
    strain: float
    cost: float
    minutes: float
    chance: float


@dataclass(frozen=True)
class Story:
    """One conversation, turn by turn.

    Attributes
    ----------
    contact : str
        What brings it back.
    policy : str
        Under which it was held.
    opening, ending, aftermath : str
        How it came about, how it ended, and what became of it; the last may be empty.
    turns : tuple of Turn
        In order.
    wants : mapping
        What the ``customer``, the ``rep`` and the ``employer`` wanted.
    row : mapping
        The contact's row of the log, in numbers.
    talk : Talk
        What it was told from.
    """

    contact: str
    policy: str
    opening: str
    ending: str
    aftermath: str
    turns: tuple[Turn, ...]
    wants: Mapping[str, str]
    row: Mapping[str, Any] = field(repr=False)
    talk: Talk = field(repr=False, compare=False)


def tell(contact: Contact, talk: Talk) -> Story:
    """Return a conversation in words.

    Parameters
    ----------
    contact : Contact
        Which one it is.
    talk : Talk
        As it was traced.
    """
    kind = ISSUE_KINDS[talk.row["kind"]]
    turns = []
    for place, step in enumerate(talk.steps):
        before = talk.steps[place - 1].answer if place else ""
        last = place == len(talk.steps) - 1
        # What is added at its end to what the rep takes from it stands in the log.
        strain = talk.row["strain"] if last else step.strain
        turns.append(_turn(step, kind, place, before, strain))
    return Story(
        contact=str(contact),
        policy=contact.policy,
        opening=_opening(contact, talk, kind),
        ending=_ending(talk),
        aftermath=_aftermath(talk),
        turns=tuple(turns),
        wants=_wants(talk),
        row=talk.row,
        talk=talk,
    )


def _turn(step: Step, kind: str, place: int, before: str, strain: float) -> Turn:
    tone = TONES[step.tone]
    said = words(f"later.{tone}") if place else words(f"first.{kind}.{tone}")
    if before:
        answer = words(f"answer.{before}")
        said = answer if step.tone == CIVIL else f"{answer} {said}"
    return Turn(
        customer=said,
        rep=_move(step),
        tone=tone,
        move=MOVE_NAMES[step.move],
        why=_why(step),
        anger=step.anger,
        heard=step.heard,
        strain=strain,
        cost=step.cost,
        minutes=step.minutes,
        chance=step.chance,
    )


def _move(step: Step) -> str:
    name = MOVE_NAMES[step.move]
    if step.move not in (OFFER, OFFER_CHOICE):
        return words(f"move.{name}")
    share = round(100.0 * step.offered / step.claim) if step.claim > 0.0 else 100
    return words(f"move.{name}", share=share) if share else words("move.offer_nothing")


def _why(step: Step) -> str:
    name = max(step.pulls, key=lambda pull: step.pulls[pull])
    meant = step.pulls[name] > 0.0 and step.chance >= MEANT
    reason = words(f"why.{name}" if meant else "why.slip")
    chance = 100.0 * step.chance
    return words("why.chance", why=reason, chance=f"{chance:.0f}" if chance >= 1.0 else "< 1")


def _opening(contact: Contact, talk: Talk, kind: str) -> str:
    row = talk.row
    hours, minutes = divmod(int(row["minute"] % DAY), 60)
    values = {
        "day": contact.day + 1,
        "time": f"{hours}:{minutes:02}",
        "issue": words(f"issue.{kind}"),
        "wait": f"{row['wait']:.0f}",
        "attempt": row["attempt"],
    }
    how = words("open.first" if row["attempt"] <= 1 else "open.again", **values)
    fault = words("open.fault" if talk.fault else "open.no_fault", loss=amount(talk.loss))
    return f"{how} {fault}"


def _ending(talk: Talk) -> str:
    ending = talk.row["ending"]
    last = talk.steps[-1]
    said = f"{words(f'answer.{last.answer}')} " if last.answer else ""
    if ending == RESOLVED and last.offered <= 0.0:
        return said + words("end.resolved_free")
    return said + words(f"end.{ENDINGS[ending]}", amount=amount(last.offered))


def _aftermath(talk: Talk) -> str:
    """Return what the superior decided, what the customer felt, and how the matter stands."""
    row = talk.row
    if row["ending"] == ESCALATED:
        case = _case(talk)
        if case is None:
            return ""
        settled = int(case["ending"]) == RESOLVED
        key = "after.superior_settled" if settled else "after.superior_open"
        offer, wait = amount(float(case["offered"])), f"{float(case['wait']):.0f}"
        parts = [words(key, offer=offer, wait=wait)]
        satisfied, concluded = float(case["satisfaction"]), bool(case["concluded"])
    else:
        settled = row["ending"] == RESOLVED
        parts, satisfied, concluded = [], row["satisfaction"], row["concluded"]
    if not settled:
        parts += _rest(talk)
    if concluded:
        parts.append(words("after.satisfaction", value=f"{satisfied:.2f}"))
    return " ".join(parts)


def _rest(talk: Talk) -> list[str]:
    """Return how an unsettled matter stood that evening, where nothing came between."""
    rows = talk.day_rows[talk.day_rows["customer"] == talk.row["customer"]]
    later = rows[rows["minute"] > talk.row["minute"]]
    if not talk.evening or (later["stage"] != AT_SUPERIOR).any():
        return []
    if talk.evening == "open":
        return [words("after.open")]
    # The superior's row comes last and knows what was paid in the end.
    paid = float(rows["granted"][-1])
    return [words("after.rests_paid", amount=amount(paid)) if paid > 0.0 else words("after.rests")]


def _case(talk: Talk) -> np.void | None:
    """Return the row of the superior's decision, which comes on the same day."""
    rows = talk.day_rows
    mine = rows["customer"] == talk.row["customer"]
    cases = rows[mine & (rows["stage"] == AT_SUPERIOR) & (rows["minute"] >= talk.row["minute"])]
    return cases[0] if len(cases) else None


def _wants(talk: Talk) -> dict[str, str]:
    asks = "wants.customer_more" if talk.claim > talk.felt_due else "wants.customer"
    return {
        "customer": words(asks, claim=amount(talk.claim), felt=amount(talk.felt_due)),
        "rep": words("wants.rep", right=amount(talk.right), exhaustion=f"{talk.exhaustion:.2f}"),
        "employer": words(
            "wants.employer",
            offer=amount(talk.offer),
            most=amount(talk.most),
            due=amount(talk.due),
        ),
    }


def amount(value: float) -> str:
    """Return an amount in prices as it is told."""
    return f"{value:,.2f}"
