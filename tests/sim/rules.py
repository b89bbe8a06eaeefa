"""What is done in a scene: a rule called directly, or a small centre run for some days."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from sim.behaviours import (
    aftermath,
    choice,
    confrontation,
    contact,
    customer,
    employer,
    justice,
    superior,
    survey,
    word_of_mouth,
)
from sim.behaviours import rep as reps
from sim.floor import small_world
from sim.moves import ISSUE
from sim.outcome import Outcome
from sim.simulation import simulate, warm_up
from tests.sim.scenes import MOVE, Scene, centre_of, policy_of

GRID = [(step + 0.5) / 200 for step in range(200)]
SMALL = {"customers": 800, "seats": 2, "team_size": 2}

Act = Callable[[Scene], None]

# A whole run.


def run(s: Scene) -> None:
    s.outcome = _run(s, SMALL, 60)


def year(s: Scene) -> None:
    s.outcome = _run(s, SMALL, 365)


def busy(s: Scene) -> None:
    s.outcome = _run(s, {"customers": 4000, "seats": 2, "team_size": 2}, 30)


def ten_seats(s: Scene) -> None:
    s.outcome = _run(s, {"customers": 20_000, "seats": 10, "team_size": 5}, 60)


def warm_up_only(s: Scene) -> None:
    """The mean talk time that targets refer to, after a month of warm-up."""
    start = warm_up(centre_of(s.values, SMALL), policy_of(s.values), days=30, seed=1)
    s.result = start.floor.world["mean_talk"][0]


def _run(s: Scene, size: Mapping[str, int], days: int) -> Outcome:
    return simulate(centre_of(s.values, size), policy_of(s.values), days=days, seed=1)


# Who knows whom.


def ring_distance(s: Scene) -> None:
    """How far the ties reach round the ring."""
    people = 200
    starts, ends = small_world(s.centre, people, seed=1, replication=1)
    gap = np.abs(np.repeat(np.arange(people), np.diff(starts)) - ends)
    s.result = np.minimum(gap, people - gap).mean()


# Issues, claims, months.


def issue(s: Scene) -> None:
    s.customer.matter = 0
    customer.issue_arises(s.customer, s.world, s.policy, s.p, s.tally)


def kinds(kind: int) -> Act:
    def act(s: Scene) -> None:
        s.result = sum(customer.kind_of_issue(u, s.p) == kind for u in GRID)

    return act


def voice(s: Scene) -> None:
    s.result = customer.chance_of_voice(s.customer, s.customer.severity, s.p)


def claim(s: Scene) -> None:
    customer.bring_claim(s.customer, s.policy, s.p, 2, 1.0, 0.6, True, 0.9)


def bear(s: Scene) -> None:
    customer.be_disappointed(s.customer, 0.6, s.p)


def learn_what_pays(s: Scene) -> None:
    aftermath.learn_what_pays(s.customer, s.p, True)


def month(s: Scene) -> None:
    customer.live_a_month(s.customer, s.p, s.tally, 0, 0.999)


def leaving(s: Scene) -> None:
    s.result = customer.chance_of_leaving(s.customer, s.p, 365)


def fade(s: Scene) -> None:
    s.result = customer.anger_now(s.customer, s.p, 5.0)


def issues_left(s: Scene) -> None:
    s.result = customer.share_of_issues_left(2, s.world, s.policy, s.p)


def midday(s: Scene) -> None:
    s.result = customer.minute_of(0.5, 0, s.p)


def hear(s: Scene) -> None:
    word_of_mouth.hear(s.customer, s.p, True)


def reputation(s: Scene) -> None:
    word_of_mouth.update_reputation(s.world, s.p, s.tally)


def leave_open(u_again: float = 0.5) -> Act:
    def act(s: Scene) -> None:
        aftermath.leave_open(s.customer, s.world, s.p, s.tally, 0.0, u_again, 0.5)

    return act


def redial(s: Scene) -> None:
    """The minutes until one who abandoned at noon calls again."""
    contact.abandon(s.floor, s.customer, s.tally, 715.0, 5.0)
    again = s.floor.agenda[0].minute if s.world.agenda else s.customer.call_at * 1440.0
    s.result = again - 720.0


# The conversation.


def open_(wait: float = 0.0) -> Act:
    def act(s: Scene) -> None:
        confrontation.open_conversation(s.floor, s.rep, s.customer, wait, 1.0)

    return act


def speak(s: Scene) -> None:
    for u in GRID:
        confrontation.customer_speaks(s.customer, s.talk, s.p, u)


def feel(s: Scene) -> None:
    confrontation.rep_feels(s.talk, s.policy, s.p)


def move(name: str, u: float = 0.5) -> Act:
    def act(s: Scene) -> None:
        s.talk.spare = u
        confrontation.make_move(s.customer, s.talk, s.policy, s.p, MOVE[name])

    return act


def answers(column: str, value: int) -> Act:
    """How often an answer to a listening rep leaves ``column`` at ``value``."""

    def act(s: Scene) -> None:
        s.result = 0
        for u in GRID:
            s.talk.ending, s.talk.asked_superior, s.talk.threatened = 0, False, False
            confrontation.customer_answers(s.customer, s.talk, s.policy, s.p, 0, 0.5, u)
            s.result += getattr(s.talk, column) == value

    return act


def threatened(s: Scene) -> None:
    """Be told that the customer will leave."""
    for u in GRID:
        if not s.talk.threatened:
            confrontation.customer_answers(s.customer, s.talk, s.policy, s.p, 0, 0.5, u)


def accept(s: Scene) -> None:
    s.result = confrontation.chance_of_accepting(0.8, 1.6, s.talk.heard, s.talk.anger, s.p)


def labour(s: Scene) -> None:
    confrontation.rep_feels(s.talk, s.policy, s.p)
    confrontation.bear_acting(s.talk, s.p)


def conscience(s: Scene) -> None:
    confrontation.weigh_conscience(s.rep, s.customer, s.talk, s.p)


def choose(s: Scene) -> None:
    """The chance of each move."""
    utilities = s.floor.utilities
    choice.choose_move(s.rep, s.talk, s.policy, s.p, 0.5, utilities)
    s.result = np.diff(utilities, prepend=0.0) / utilities[-1]


def disorder(s: Scene) -> None:
    """The entropy of the choice."""
    choose(s)
    s.result = -sum(share * math.log(share) for share in s.result if share > 0.0)


# What follows from it.


def distributive_gain(s: Scene) -> None:
    """What twice the felt due adds to the felt due."""
    s.result = justice.distributive_justice(2.0, 1.0, s.p)
    s.result -= justice.distributive_justice(1.0, 1.0, s.p)


def colour(s: Scene) -> None:
    """How fair half the due feels after a good treatment."""
    s.result = justice.coloured(0.5, 0.9, s.p)


def procedure(wait: float = 0.0, explained: bool = False) -> Act:
    def act(s: Scene) -> None:
        s.result = justice.procedural_justice(s.customer, s.p, wait, explained)

    return act


def respect_enquiry(s: Scene) -> None:
    s.result = justice.enquiry_respect(s.rep, 0.5, s.policy, s.p)


def respect_conflict(s: Scene) -> None:
    s.result = justice.conflict_respect(s.rep, s.talk, s.policy, s.p, False)


def respect_ended(s: Scene) -> None:
    s.result = justice.conflict_respect(s.rep, s.talk, s.policy, s.p, True)


def quality(distributive: float, procedural: float, interactional: float) -> Act:
    def act(s: Scene) -> None:
        s.result = justice.conflict_quality(distributive, procedural, interactional, s.p)

    return act


def satisfaction(felt: float) -> Act:
    def act(s: Scene) -> None:
        s.result = justice.satisfaction_with(felt, 0.5, s.p)

    return act


def take_in(s: Scene) -> None:
    justice.take_in(s.customer, s.p, 0.9, 0.9, 0.9, 0.9, 0.1)


def conclude(settled: bool = True, minutes: float = 60.0) -> Act:
    """End a conflict well, or leave it open after a fine conversation."""

    def act(s: Scene) -> None:
        aftermath.conclude(
            s.floor, s.customer, s.rep, s.tally, 2.0, minutes, 0.0, 0.95, 0.95, 0.0, settled,
            False, 0.0,
        )  # fmt: skip

    return act


def takes(s: Scene) -> None:
    s.result = aftermath.rep_takes(s.rep, s.customer, s.talk, s.policy, s.p)


def pass_up(s: Scene) -> None:
    aftermath.pass_up(s.floor, s.rep, s.customer, s.tally)


def superior_hears(s: Scene) -> None:
    superior.superiors_on_duty(s.floor, 0.0)
    superior.superior_decides(s.floor, s.customer, s.rep, s.tally, 0.0, 0.0)


def superior_offers(s: Scene) -> None:
    s.result = superior.superior_offer(s.customer, s.policy, s.p, 0.5)


def promise(wait: float) -> Act:
    def act(s: Scene) -> None:
        s.result = superior.promise_kept(s.customer, s.p, s.tally, wait)

    return act


def follow_up(s: Scene) -> None:
    aftermath.maybe_follow_up(s.customer, s.policy, s.p, 0.0, 0.0, 0.5)


def call_back(s: Scene) -> None:
    employer.call_back(s.floor, s.customer, s.tally, 0.0)


def mends(s: Scene) -> None:
    """How many of fifty call-backs mend what was left open."""
    for day in range(50):
        s.world.day = day
        s.customer.matter, s.customer.unsettled = ISSUE, True
        call_back(s)


def enquiry(s: Scene) -> None:
    """Answer an enquiry, and return its minutes."""
    s.result = contact.answer_enquiry(s.floor, s.rep, s.customer, s.tally, 0.0, 1.0, 0.01, 0.5)


def review(s: Scene) -> None:
    s.world.reasons = [1.0, 1.0, 1.0]
    employer.mend_processes(s.world, s.policy, s.p, 1.0)
    s.result = sum(s.world.issue_factor)


# The rep's body and mind.


def learn(s: Scene) -> None:
    reps.learn(s.rep, s.p)


def pace(s: Scene) -> None:
    s.result = reps.pace_of(s.rep, s.p)


def listening(s: Scene) -> None:
    s.result = reps.listening_of(s.rep, s.p)


def seasoned(s: Scene) -> None:
    reps.learn(s.rep, s.p)
    calm(s)


def calm(s: Scene) -> None:
    s.result = reps.calm_of(s.rep, s.p)


def buffered(s: Scene) -> None:
    s.result = reps.strain_left(s.rep, s.policy, s.p, 1.0)


def wear(s: Scene) -> None:
    reps.wear(s.rep, s.p, 20.0, 0.5, True)


def pause(s: Scene) -> None:
    reps.take_break(s.rep, s.p, 5.0)


def rest(s: Scene) -> None:
    reps.rest_overnight(s.rep, s.p, 0.9)


def burnt_out(s: Scene) -> None:
    s.result = reps.is_burnt_out(s.rep, s.p)


def hazard(s: Scene) -> None:
    s.result = reps.quit_hazard(s.rep, s.p, 0)


def illness(s: Scene) -> None:
    """How many of 200 mornings bring an absence."""
    s.result = 0
    for day in range(200):
        s.world.day = day
        s.result += reps.falls_ill(s.rep, s.world, s.p) > 0


def answer_error(s: Scene) -> None:
    s.result = abs(survey.scale_answer(s.p, 0.5, 0.7) - 0.5)
