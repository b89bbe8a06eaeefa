"""A contact from the call to the end of its after-call work."""

from sim import chance, purposes
from sim.arithmetic import clamp, push_up
from sim.behaviours import behaviour
from sim.behaviours.aftermath import (
    ask_about_contact,
    count_attempt,
    count_talk,
    leave_open,
    pass_up,
    settle_conversation,
)
from sim.behaviours.calendar import file
from sim.behaviours.confrontation import bear_acting, converse, open_conversation, weigh_conscience
from sim.behaviours.contact_log import log_contact, log_enquiry, log_redress, log_talk
from sim.behaviours.customer import anger_now, drop_matter, opening
from sim.behaviours.heap import push
from sim.behaviours.justice import enquiry_quality, enquiry_respect, procedural_justice, take_in
from sim.behaviours.queue import occupy, wait_for_server
from sim.behaviours.rep import listening_of, pace_of, strain_left, wear
from sim.behaviours.roster import roll_forward
from sim.moves import (
    ABANDONED,
    AT_SUPERIOR,
    CALL,
    ENQUIRY,
    ESCALATED,
    NOTHING,
    OPEN,
    RESOLVED,
)


@behaviour
def call(floor, customer, tally, minute, choose):
    """Let a customer call: wait for the longest-idle rep, abandon, or be served."""
    p = floor.parameters[0]
    world = floor.world[0]
    if customer.matter == NOTHING or not customer.present:
        return
    carried = customer.arrived_at >= 0.0
    if not carried:
        if customer.contact_day != world.day:
            customer.contact_day = world.day
            customer.contact_number = 0
        else:
            customer.contact_number += 1
        tally.offered += 1
    customer.arrived_at = -1.0
    u_patience, u_noise, u_settled, u_ask = chance.uniforms(
        world, customer.id, customer.contact_day, purposes.CALL, customer.contact_number
    )
    patience = chance.exponential(u_patience, customer.patience)
    roll_forward(floor, tally, minute)
    if world.on_duty == 0:
        find_nobody(floor, customer, tally, minute)
        return
    wait = wait_for_server(floor.servers, minute)
    if wait > patience:
        abandon(floor, customer, tally, minute, patience)
        return
    tally.answered += 1
    tally.wait += wait
    if wait * 60.0 <= p.answer_within:
        tally.within_threshold += 1
    serve(floor, customer, tally, minute, wait, u_noise, u_settled, u_ask, choose)


@behaviour
def find_nobody(floor, customer, tally, minute):
    """Find nobody left in today's shifts: keep one's place over midnight, or try tomorrow."""
    p = floor.parameters[0]
    world = floor.world[0]
    if p.open_minutes >= 1440.0:
        customer.arrived_at = minute
        customer.call_at = world.day + 1.0
        file(floor, customer, world.day)
    else:
        abandon(floor, customer, tally, minute, 0.0)


@behaviour
def abandon(floor, customer, tally, arrived, waited):
    """Give up waiting: call again later today or tomorrow, or not at all."""
    p = floor.parameters[0]
    world = floor.world[0]
    minute = arrived + waited
    matter = customer.matter
    attempt = customer.attempts + 1
    tally.abandoned += 1
    log_contact(floor, customer, -1, CALL, matter, attempt, arrived, waited, ABANDONED)
    heat = clamp(p.anger_wait * waited / 10.0)
    customer.anger = push_up(anger_now(customer, p, world.day * 1.0), heat)
    customer.anger_day = world.day * 1.0
    u_again, u_when, u_share, _ = chance.uniforms(
        world, customer.id, customer.contact_day, purposes.REDIAL, customer.contact_number
    )
    if u_again < p.redial:
        again = minute + chance.exponential(u_when, p.redial_minutes)
        if again < world.day * 1440.0:
            # One whose place was kept over midnight gave up before it.
            again = world.day * 1440.0
        closes = world.day * 1440.0 + opening(p) + p.open_minutes
        if again < closes:
            world.agenda = push(floor.agenda, world.agenda, again, customer.seat, CALL)
            return
        customer.call_at = world.day + 1.0 + u_share
    elif customer.matter == ENQUIRY:
        drop_matter(customer)
    else:
        leave_open(customer, world, p, tally, world.day + 1.0, u_share, u_when)
        log_redress(floor, customer)
    file(floor, customer, world.day)


@behaviour
def serve(floor, customer, tally, minute, wait, u_noise, u_settled, u_ask, choose):
    """Serve a customer who has got through, and keep the rep busy to the after-call work's end."""
    p = floor.parameters[0]
    world = floor.world[0]
    top = floor.servers[0]
    rep = floor.reps[top.kind]
    start = minute + wait
    tally.available += start - top.minute
    noise = chance.lognormal(u_noise, 1.0, p.handling_cv)
    customer.attempts += 1
    customer.unsettled = False
    tally.handled += 1
    count_attempt(customer, world, p, tally, start)
    matter = customer.matter
    log_contact(floor, customer, rep.id, CALL, matter, customer.attempts, minute, wait, OPEN)
    if matter == ENQUIRY:
        talked = answer_enquiry(floor, rep, customer, tally, wait, noise, u_settled, u_ask)
    else:
        talked = confront(floor, rep, customer, tally, start, wait, noise, u_ask, choose)
    if not world.branched:
        # The mean to which a target refers is the neutral policy's.
        world.mean_talk += p.mean_talk_step * (talked - world.mean_talk)
    wrap_up = p.after_call_minutes * noise * pace_of(rep, p)
    tally.talk += talked
    tally.after_call += wrap_up
    rep.free_at = start + talked + wrap_up
    occupy(floor.servers, world.on_duty, rep.free_at)
    file(floor, customer, world.day)


@behaviour
def answer_enquiry(floor, rep, customer, tally, wait, noise, u_settled, u_ask):
    """Handle a routine contact; treatment counts, there is nothing to redress."""
    p = floor.parameters[0]
    policy = floor.policy[0]
    world = floor.world[0]
    minutes = p.enquiry_minutes * noise * pace_of(rep, p)
    listening = listening_of(rep, p)
    settle = p.enquiry_resolution * (1.0 - p.novice_errors * (1.0 - rep.skill))
    settle *= 1.0 - p.inattention * (1.0 - listening)
    strain = 0.0
    target = policy.target_aht * world.mean_talk
    if minutes > target:
        cut = p.cut_short * (minutes - target)
        settle *= 1.0 - cut / minutes
        minutes -= cut
        strain += p.strain_time
    settled = u_settled < settle
    procedural = clamp(procedural_justice(customer, p, wait, False))
    interactional = enquiry_respect(rep, listening, policy, p)
    quality = enquiry_quality(procedural, interactional, p)
    if not settled:
        quality *= 1.0 - p.unsettled_quality
    expected = customer.expectation
    satisfied = take_in(
        customer, p, customer.distributive, procedural, interactional, quality, p.enquiry_weight
    )
    rep.performance += p.performance_step * (satisfied - rep.performance)
    strain = strain_left(rep, policy, p, strain + p.strain_minute * minutes)
    wear(rep, p, minutes, strain, settled)
    tally.enquiries += 1
    tally.satisfaction_contacts += satisfied
    if satisfied >= p.csat_top_box:
        tally.top_box += 1
    log_enquiry(floor, customer, minutes, settled, quality, expected, strain)
    ask_about_contact(customer, p, tally, settled, satisfied, u_ask)
    if settled:
        tally.enquiries_resolved += 1
        drop_matter(customer)
    else:
        now = world.day * 1.0
        u_again, u_when, u_share, _ = chance.uniforms(
            world, customer.id, customer.contact_day, purposes.AFTERMATH, customer.contact_number
        )
        leave_open(customer, world, p, tally, now + 1.0 + u_share, u_again, u_when)
    return minutes


@behaviour
def confront(floor, rep, customer, tally, start, wait, noise, u_ask, choose):
    """Hold a conversation over an issue; settle it, leave it open or pass it up."""
    p = floor.parameters[0]
    policy = floor.policy[0]
    world = floor.world[0]
    talk = floor.talk[0]
    open_conversation(floor, rep, customer, wait, noise)
    converse(floor, rep, customer, choose)
    bear_acting(talk, p)
    weigh_conscience(rep, customer, talk, p)
    if talk.minutes > talk.target:
        talk.over_time = True
        talk.strain += p.strain_time
    count_talk(talk, customer, rep, tally)
    if talk.severe:
        rep.break_due += policy.break_after_abuse
    if talk.ending == ESCALATED:
        pass_up(floor, rep, customer, tally)
        customer.case_rep = rep.seat
        ends = start + talk.minutes
        world.agenda = push(floor.agenda, world.agenda, ends, customer.seat, AT_SUPERIOR)
    else:
        now = world.day + 1.0
        settle_conversation(floor, rep, customer, tally, now, u_ask)
    log_talk(floor, customer)
    wear(rep, p, talk.minutes, talk.strain, talk.ending == RESOLVED)
    return talk.minutes
