"""The survey: a sample of customers and the reps are asked, and answer with error."""

import math

from sim import chance, purposes
from sim.arithmetic import bounded_exp, clamp
from sim.behaviours import behaviour
from sim.behaviours.customer import willingness
from sim.behaviours.rep import quit_hazard


@behaviour
def scale_answer(p, truth, u):
    """Return a scale's answer: the true score and the error that its reliability implies.

    With reliability r and a true spread s, the error's spread is s * sqrt((1 - r) / r)
    (classical test theory).
    """
    r = p.survey_reliability
    error = p.survey_spread * math.sqrt((1.0 - r) / r)
    return clamp(truth + error * chance.normal(u))


@behaviour
def ask_reps(floor, p):
    """Ask every rep: perceived mistreatment, acting, the three dimensions, intent to quit."""
    world = floor.world[0]
    for seat in range(len(floor.reps)):
        rep = floor.reps[seat]
        if rep.present and world.rep_answers < len(floor.rep_answers):
            u, _, _, _ = chance.uniforms(world, rep.id, world.day, purposes.SURVEY_ANSWER, 0)
            if u < p.survey_response_reps:
                answer_as_rep(world, rep, floor.rep_answers[world.rep_answers], p)
                world.rep_answers += 1


@behaviour
def answer_as_rep(world, rep, answer, p):
    """Fill in a rep's questionnaire."""
    a0, a1, a2, a3 = chance.uniforms(world, rep.id, world.day, purposes.SURVEY_NOISE, 0)
    b0, b1, b2, b3 = chance.uniforms(world, rep.id, world.day, purposes.SURVEY_NOISE, 1)
    c0, c1, _, _ = chance.uniforms(world, rep.id, world.day, purposes.SURVEY_NOISE, 2)
    answer.day = world.day
    answer.id = rep.id
    answer.team = rep.team
    answer.tenure = world.day - rep.hired
    answer.unfair = scale_answer(p, rep.unfair, a0)
    answer.aggression = scale_answer(p, rep.aggression, a1)
    answer.dislike = scale_answer(p, rep.dislike, a2)
    answer.ambiguity = scale_answer(p, rep.ambiguity, a3)
    answer.surface = scale_answer(p, rep.surface, b0)
    answer.deep = scale_answer(p, rep.deep, b1)
    answer.exhaustion = scale_answer(p, rep.exhaustion, b2)
    answer.depersonalisation = scale_answer(p, rep.depersonalisation, b3)
    answer.accomplishment = scale_answer(p, rep.accomplishment, c0)
    answer.intent_to_quit = scale_answer(p, intent_to_quit(rep, p, world.day), c1)
    answer.performance = rep.performance


@behaviour
def intent_to_quit(rep, p, day):
    """Return the chance of quitting within a year that the present hazard means."""
    return 1.0 - bounded_exp(-quit_hazard(rep, p, day))


@behaviour
def ask_customers(floor, p):
    """Ask a sample of customers, every so-manieth seat from a drawn start.

    The indifferent answer least. What the answers say of loyalty and of the last conflict's
    reason is what the employer knows of them.
    """
    world = floor.world[0]
    seats = len(floor.customers)
    if p.survey_customers <= 0:
        return
    stride = seats // p.survey_customers
    if stride < 1:
        stride = 1
    u, _, _, _ = chance.uniforms(world, 0, world.day, purposes.SURVEY_SAMPLE, 0)
    seat = int(u * stride)
    answered = 0
    loyalty = 0.0
    while seat < seats:
        customer = floor.customers[seat]
        seat += stride
        if customer.present and world.customer_answers < len(floor.customer_answers):
            a0, a1, a2, a3 = chance.uniforms(
                world, customer.id, world.day, purposes.SURVEY_ANSWER, 1
            )
            feeling = customer.satisfaction - p.satisfaction_anchor
            if feeling < 0.0:
                feeling = -feeling
            if a0 < clamp(p.survey_response + p.survey_extremity * feeling):
                row = floor.customer_answers[world.customer_answers]
                answer_as_customer(world, customer, row, p, a1, a2, a3)
                world.customer_answers += 1
                answered += 1
                loyalty += row.intent_to_return
                if customer.conflicts > 0:
                    world.reasons[customer.kind] += 1.0
    if answered > 0:
        world.surveyed_loyalty = loyalty / answered


@behaviour
def answer_as_customer(world, customer, answer, p, a1, a2, a3):
    """Fill in a customer's questionnaire."""
    b0, b1, b2, _ = chance.uniforms(world, customer.id, world.day, purposes.SURVEY_NOISE, 3)
    answer.day = world.day
    answer.id = customer.id
    answer.contacts = customer.contacts
    answer.conflicts = customer.conflicts
    answer.satisfaction = scale_answer(p, customer.satisfaction, a1)
    answer.distributive = scale_answer(p, customer.distributive, a2)
    answer.procedural = scale_answer(p, customer.procedural, a3)
    answer.interactional = scale_answer(p, customer.interactional, b0)
    answer.intent_to_return = scale_answer(p, customer.loyalty, b1)
    answer.willingness = scale_answer(p, willingness(customer), b2)
