"""A scene: one customer and one rep of a warmed-up centre, led through a prescribed course.

The rules are the model's own (:mod:`sim.behaviours`), interpreted, on rows of their own: a
floor with a single customer, who has no ties, and a single rep. A rule is never written
again. What a course forces is forced from outside: by the parameters on which a chance
depends, or by leaving out the draw that would have decided.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim import chance, purposes
from sim.agents import Row
from sim.behaviours.aftermath import count_attempt, count_talk, pass_up, settle_conversation
from sim.behaviours.calendar import MONTH, NEVER
from sim.behaviours.choice import choose_move
from sim.behaviours.confrontation import (
    TURN_BLOCK,
    bear_acting,
    customer_answers,
    customer_speaks,
    make_move,
    open_conversation,
    rep_feels,
    weigh_conscience,
)
from sim.behaviours.contact import serve
from sim.behaviours.contact_log import note_turn
from sim.behaviours.customer import chance_of_leaving, issue_arises, live_a_month
from sim.behaviours.rep import pace_of, start_day, wear
from sim.behaviours.roster import pause
from sim.moves import (
    ABUSIVE,
    ENQUIRY,
    ESCALATED,
    OFFER,
    OFFER_CHOICE,
    OPEN,
    PRESSING,
    RESOLVED,
    UNRESOLVED,
)
from sim.state import ENTRY, HORIZON, PAYOFF, TALK, TALLY, Floor

CERTAIN = 1e6
"""A logit, or a number of contacts, that leaves nothing to chance."""

ASKED = 0.0
"""The draw of a customer who is asked after the contact: counted, and read by no rule."""

State = Mapping[str, Any]
"""A row's columns by name."""


def state_of(row: np.void) -> dict[str, Any]:
    """Return the columns of a row of a record array as plain numbers and flags."""
    return dict(zip(row.dtype.names or (), row.item(), strict=True))


@dataclass(frozen=True)
class Course:
    """What is forced of one contact over an issue; what is None is left to the model's rules.

    Attributes
    ----------
    moves : tuple of (int or None), optional
        The rep's moves, turn by turn; a None among them is a turn that does not take place,
        so that the turns after it have the draws that they have with it. The customer does
        not hang up, ask for a superior or threaten meanwhile.
    tone : int, optional
        The customer's tone in every turn.
    offer : float, optional
        What an offer comes to, in prices, whatever is claimed and whatever the authority.
    settled : bool
        With ``moves``: whether the contact ends with the matter settled.
    again : bool
        With ``moves``: whether a matter left open is raised again, or dropped.
    """

    moves: tuple[int | None, ...] | None = None
    tone: int | None = None
    offer: float | None = None
    settled: bool = True
    again: bool = False


class Scene:
    """The rows of one customer, one rep and their conversation.

    Parameters
    ----------
    floor : Floor
        The arrays of a warmed-up centre: parameters, policy, world and the types of rows.

    Attributes
    ----------
    customer, rep, world, p, policy, talk, tally
        The rows, as behaviours take them.
    floor : Floor
        The floor on which they stand.
    """

    def __init__(self, floor: Floor) -> None:
        self.p = _row(floor.parameters[0])
        self.policy = _row(floor.policy[0])
        self._morning = state_of(floor.world[0])
        self.world = _row(floor.world[0])
        self.customer = _row(np.zeros(1, floor.customers.dtype)[0])
        self.rep = _row(np.zeros(1, floor.reps.dtype)[0])
        self.talk = _row(np.zeros(1, TALK)[0])
        self.tally = _row(np.zeros(1, TALLY)[0])
        empty: dict[str, Any] = {name: [] for name in Floor._fields}
        rows = {
            "parameters": [self.p],
            "policy": [self.policy],
            "world": [self.world],
            "customers": [self.customer],
            "reps": [self.rep],
            "talk": [self.talk],
            "tallies": [self.tally],
            "payoffs": [_row(np.zeros(1, PAYOFF)[0])],
            "agenda": _entries(2),
            "servers": _entries(1),
            "superiors": _entries(1),
            "wheel": [-1] * HORIZON,
            "next_filed": [-1],
            "previous_filed": [-1],
            "ties_from": [0, 0],
            "utilities": [0.0] * len(floor.utilities),
        }
        self.floor = Floor(**{**empty, **rows})

    def enter(self, customer: State, rep: State | None = None) -> None:
        """Let a customer come in, as it was on the morning, and, if one is given, a rep.

        The same states may come in any number of times: twins.
        """
        self._new_day()
        self.customer.__dict__.update(customer)
        # The only seat, outside of the wheel; draws go by the id, which stays.
        self.customer.seat = 0
        self.customer.filed_day = -1
        if rep is not None:
            self.rep.__dict__.update(rep)
            self.rep.seat = 0
            self.rep.on_floor = True
            start_day(self.rep)

    def _new_day(self) -> None:
        issue_factor, reasons = self.world.issue_factor, self.world.reasons
        self.world.__dict__.update(self._morning)
        self.world.issue_factor, self.world.reasons = issue_factor, reasons
        self.world.agenda = 0
        self.world.on_duty = 1
        # Payoffs are kept as before the branch: nobody's aspirations are looked at here.
        self.world.branched = False

    @contextmanager
    def forced(self, **parameters: Any) -> Iterator[None]:
        """Let parameters have other values for a while."""
        own = self.p.__dict__
        before = {name: own[name] for name in parameters}
        own.update(parameters)
        try:
            yield
        finally:
            own.update(before)

    def befall(
        self, loss: float | None = None, at_fault: bool | None = None, voiced: bool = True
    ) -> None:
        """Let an issue befall the customer, who complains of it or does not.

        Parameters
        ----------
        loss : float, optional
            What it costs, in prices; drawn as the model draws it where None.
        at_fault : bool, optional
            Whether it is the company's fault; drawn where None.
        voiced : bool
            Whether the customer complains.
        """
        force: dict[str, Any] = {
            "voice_base": CERTAIN if voiced else -CERTAIN,
            "transparency_effect": 0.0,
            "education_effect": 0.0,
        }
        if loss is not None:
            force |= {"loss": loss, "loss_cv": 0.0}
        if at_fault is not None:
            fault = 1.0 if at_fault else 0.0
            kinds = ("product_fault", "delay_fault", "misunderstanding_fault")
            force |= dict.fromkeys(kinds, fault)
        mended = self.world.issue_factor
        self.world.issue_factor = [1.0] * len(mended)
        with self.forced(**force):
            issue_arises(self.customer, self.world, self.policy, self.p, self.tally)
        self.world.issue_factor = mended

    def wait_for_call(self) -> None:
        """Let the days pass until the customer calls about the open matter."""
        self.world.day = int(self.customer.call_at)

    def contact(self, course: Course, wait: float = 0.0) -> float:
        """Have the customer and the rep talk about the issue; return the minutes of handling.

        The same steps as in ``sim.behaviours.contact.serve`` and ``confront``, where nothing is
        forced with the same result; there is no queue, and no log.
        """
        floor, world, talk = self.floor, self.world, self.talk
        customer, rep, p = self.customer, self.rep, self.p
        start = world.day * 1440.0
        noise = self._arrive()
        customer.attempts += 1
        customer.unsettled = False
        count_attempt(customer, world, p, self.tally, start)
        open_conversation(floor, rep, customer, wait, noise)
        self._converse(course)
        bear_acting(talk, p)
        weigh_conscience(rep, customer, talk, p)
        if talk.minutes > talk.target:
            talk.over_time = True
            talk.strain += p.strain_time
        count_talk(talk, customer, rep, self.tally)
        if talk.severe:
            rep.break_due += self.policy.break_after_abuse
        if talk.ending == ESCALATED:
            pass_up(floor, rep, customer, self.tally)
        elif course.moves is None:
            settle_conversation(floor, rep, customer, self.tally, world.day + 1.0, ASKED)
        else:
            self._settle_as_forced(course)
        wear(rep, p, talk.minutes, talk.strain, talk.ending == RESOLVED)
        return float(talk.minutes + p.after_call_minutes * noise * pace_of(rep, p))

    def _arrive(self) -> float:
        """Give the contact its address, and return its factor on handling time."""
        customer, world = self.customer, self.world
        if customer.contact_day != world.day:
            customer.contact_day = world.day
            customer.contact_number = 0
        else:
            customer.contact_number += 1
        customer.call_at = NEVER
        _, u_noise, _, _ = chance.uniforms(
            world, customer.id, customer.contact_day, purposes.CALL, customer.contact_number
        )
        return float(chance.lognormal(u_noise, 1.0, self.p.handling_cv))

    def _converse(self, course: Course) -> None:
        """Talk as ``converse`` does, but for what is forced."""
        floor, talk, p, policy = self.floor, self.talk, self.p, self.policy
        customer, world = self.customer, self.world
        script = course.moves
        base = customer.contact_number * TURN_BLOCK
        while talk.ending == OPEN:
            if script is not None and script[talk.turn] is None:
                talk.turn += 1
                continue
            u_move, u_accept, u_tone, u_answer = chance.uniforms(
                world, customer.id, customer.contact_day, purposes.TURN, base + talk.turn
            )
            if course.tone is None:
                customer_speaks(customer, talk, p, u_tone)
            else:
                take_tone(talk, course.tone, u_tone)
            rep_feels(talk, policy, p)
            if script is None:
                move = choose_move(self.rep, talk, policy, p, u_move, floor.utilities)
            else:
                move = script[talk.turn]
            world.choices += 1
            note_turn(talk, move)
            if course.offer is not None and move in (OFFER, OFFER_CHOICE):
                self._offer(move, course.offer)
            else:
                make_move(customer, talk, policy, p, move)
            if script is None and talk.ending == OPEN:
                customer_answers(customer, talk, policy, p, move, u_accept, u_answer)
            talk.turn += 1
            if script is not None:
                if talk.turn == len(script):
                    talk.ending = RESOLVED if course.settled else UNRESOLVED
            elif talk.ending == OPEN and talk.turn >= p.turns:
                talk.ending = UNRESOLVED

    def _offer(self, move: int, amount: float) -> None:
        """Make an offer of a forced amount: nothing caps it, neither the claim nor a rule."""
        talk = self.talk
        claim = talk.claim
        talk.offer = amount
        talk.claim = max(claim, amount)
        make_move(self.customer, talk, self.policy, self.p, move)
        talk.claim = claim

    def _settle_as_forced(self, course: Course) -> None:
        """Close the contact; nobody calls back, and what is open is raised again, or dropped."""
        again = 1.0 if course.again else 0.0
        follow_up = self.policy.follow_up
        self.policy.follow_up = 0.0
        with self.forced(raise_again=again, give_up_after=CERTAIN):
            settle_conversation(
                self.floor, self.rep, self.customer, self.tally, self.world.day + 1.0, ASKED
            )
        self.policy.follow_up = follow_up

    def call(self, issue: bool) -> float:
        """Let the customer call, served at once by the model's own rules; return the minutes.

        Parameters
        ----------
        issue : bool
            Whether over an issue that has come up, or with an enquiry.
        """
        customer = self.customer
        if issue:
            self.befall()
        else:
            customer.matter = ENQUIRY
            customer.attempts = 0
        self._arrive()
        _, u_noise, u_settled, u_ask = chance.uniforms(
            self.world,
            customer.id,
            customer.contact_day,
            purposes.CALL,
            customer.contact_number,
        )
        start = self.world.day * 1440.0
        server = self.floor.servers[0]
        server.minute, server.kind = start, 0
        self.world.agenda = 0
        serve(self.floor, customer, self.tally, start, 0.0, u_noise, u_settled, u_ask, choose_move)
        return float(self.rep.free_at - start)

    def take_break_due(self) -> float:
        """Let the rep take the break that is due after severe abuse; return its minutes."""
        if self.rep.break_due <= 0.0:
            return 0.0
        return float(pause(self.floor, self.rep, self.tally, 0.0))

    def live_months(self, months: int) -> float:
        """Let months pass in which nothing befalls the customer; return the chance to stay."""
        stays = 1.0
        customer, world = self.customer, self.world
        for _ in range(months):
            world.day += MONTH
            live_a_month(customer, self.p, self.tally, world.day, 1.0)
            stays *= 1.0 - chance_of_leaving(customer, self.p, world.day)
        return stays


def take_tone(talk: Any, tone: int, u: float) -> None:
    """Take a forced tone; the draw that would have decided is left for the move."""
    talk.tone = tone
    talk.spare = u
    if tone == ABUSIVE:
        talk.abusive_turns += 1
        talk.severe = True
    elif tone == PRESSING:
        talk.pressing_turns += 1


def _row(record: Any) -> Any:
    return Row(record.dtype.names or (), record.item())


def _entries(count: int) -> list[Any]:
    return [_row(entry) for entry in np.zeros(count, ENTRY)]
