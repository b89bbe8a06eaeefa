"""The superior: more authority, a queue of its own, a cost of its own."""

from sim import chance, purposes
from sim.arithmetic import clamp, push_up
from sim.behaviours import behaviour
from sim.behaviours.aftermath import ask_about_contact, conclude, grant, leave_open, maybe_follow_up
from sim.behaviours.calendar import file
from sim.behaviours.confrontation import chance_of_accepting
from sim.behaviours.contact_log import log_case, log_contact, log_redress
from sim.behaviours.customer import drop_matter
from sim.behaviours.heap import push
from sim.behaviours.justice import procedural_justice
from sim.behaviours.ledger import pay_escalation
from sim.behaviours.queue import occupy, wait_for_server
from sim.moves import AT_SUPERIOR, ISSUE, OPEN

SUPERIOR_ERROR = 0.5
"""A superior's error of perception, as a share of a rep's (assumed)."""


@behaviour
def superiors_on_duty(floor, minute):
    """Bring the superiors on duty: free from ``minute``, or from when the last case ends."""
    superiors = floor.superiors
    for on_duty in range(len(superiors)):
        row = superiors[on_duty]
        free_at = row.minute if row.minute > minute else minute
        push(superiors, on_duty, free_at, row.order, row.kind)


@behaviour
def superior_decides(floor, customer, rep, tally, minute, now):
    """Hear a case at the superior's: look at it afresh, offer within a wider authority."""
    p = floor.parameters[0]
    policy = floor.policy[0]
    world = floor.world[0]
    if not customer.present or customer.matter != ISSUE:
        return
    wait = wait_for_server(floor.superiors, minute)
    u_time, u_fair, u_accept, u_ask = chance.uniforms(
        world, customer.id, customer.contact_day, purposes.SUPERIOR, customer.contact_number
    )
    minutes = chance.lognormal(u_time, p.superior_minutes, p.superior_cv)
    occupy(floor.superiors, len(floor.superiors), minute + wait + minutes)
    tally.superior_cases += 1
    attempt = customer.attempts
    log_contact(floor, customer, rep.id, AT_SUPERIOR, ISSUE, attempt, minute, wait, OPEN)
    tally.superior_wait += wait
    pay_escalation(tally, minutes * p.superior_wage)
    heard = push_up(customer.case_heard, p.superior_skill)
    annoyed = push_up(customer.anger, clamp(p.anger_wait * wait / 10.0))
    anger = push_up(annoyed, -p.superior_calm)
    offer = superior_offer(customer, policy, p, u_fair)
    settled = u_accept < chance_of_accepting(offer, customer.claim, heard, anger, p)
    customer.anger = anger
    customer.anger_day = now
    customer.standing = offer
    if settled:
        grant(customer, tally, offer)
    procedural = procedural_justice(customer, p, customer.case_wait, customer.explained)
    procedural += promise_kept(customer, p, tally, wait) - p.escalated_procedure
    respect = clamp(customer.case_fair + p.respect_heard * (heard - customer.case_heard))
    cost = (offer if settled else 0.0) + minutes * p.superior_wage + customer.case_minutes * p.wage
    satisfied = conclude(
        floor,
        customer,
        rep,
        tally,
        offer if settled else 0.0,
        customer.case_minutes + minutes,
        customer.case_wait + wait,
        clamp(procedural),
        respect,
        customer.case_payoff_rep,
        settled,
        customer.pressed,
        cost,
    )
    log_case(floor, customer, minutes, offer, settled, annoyed, anger, heard)
    ask_about_contact(customer, p, tally, settled, satisfied, u_ask)
    u_again, u_when, u_follow, u_slack = chance.uniforms(
        world, customer.id, customer.contact_day, purposes.AFTERMATH, customer.contact_number
    )
    maybe_follow_up(customer, policy, p, now + 1.0, u_follow, u_slack)
    if settled:
        drop_matter(customer)
    else:
        leave_open(customer, world, p, tally, now + 1.0, u_again, u_when)
        log_redress(floor, customer)
    file(floor, customer, world.day)


@behaviour
def superior_offer(customer, policy, p, u):
    """Return the superior's offer: half a rep's error, the policy's generosity, more authority."""
    fair = customer.due + SUPERIOR_ERROR * p.rep_fairness_error * chance.normal(u) * customer.loss
    if fair < 0.0:
        fair = 0.0
    beyond = customer.claim - fair
    wanted = fair + policy.generosity * (beyond if beyond > 0.0 else 0.0)
    if wanted > customer.claim:
        wanted = customer.claim
    most = policy.authority
    if p.superior_authority > most:
        most = p.superior_authority
    cap = most * customer.loss
    return cap if wanted > cap else wanted


@behaviour
def promise_kept(customer, p, tally, wait):
    """Return what the wait for the superior does to procedure, with or without a promise."""
    if not customer.promised:
        return -p.wait_procedure * wait / 10.0
    if wait <= p.promised_minutes:
        tally.promises_kept += 1
        return p.promise_procedure
    tally.promises_broken += 1
    return -p.promise_broken
