"""After a contact: what each party takes from it, what stays open, and what is counted."""

from sim import chance, purposes
from sim.arithmetic import clamp, push_up
from sim.behaviours import behaviour
from sim.behaviours.calendar import NEVER
from sim.behaviours.contact_log import log_conclusion
from sim.behaviours.customer import drop_matter
from sim.behaviours.justice import (
    coloured,
    conflict_quality,
    conflict_respect,
    distributive_justice,
    procedural_justice,
    take_in,
)
from sim.behaviours.ledger import pay_compensation
from sim.behaviours.rep import strain_left
from sim.behaviours.word_of_mouth import tell_ties
from sim.moves import ENDED_BY_REP, ESCALATED, HUNG_UP, ISSUE, RESOLVED, UNRESOLVED
from sim.state import LEVELS


@behaviour
def count_attempt(customer, world, p, tally, minute):
    """Count a handled contact as a first one or as a repeat of an open matter."""
    customer.contacts += 1
    if customer.attempts == 1:
        tally.first_contacts += 1
    else:
        tally.repeats += 1
        near = minute - customer.last_contact <= p.repeat_window * 1440.0
        if customer.attempts == 2 and near:
            tally.repeats_in_window += 1
    customer.last_contact = minute


@behaviour
def ask_about_contact(customer, p, tally, resolved, satisfied, u):
    """Ask a sample of customers right after the contact.

    The stronger the feeling, the likelier the answer. FCR as the survey says it counts
    first contacts only.
    """
    feeling = satisfied - p.satisfaction_anchor
    if feeling < 0.0:
        feeling = -feeling
    if u < p.contact_survey * clamp(p.survey_response + p.survey_extremity * feeling):
        tally.survey_answers += 1
        if customer.attempts == 1:
            tally.surveyed_contacts += 1
            if resolved:
                tally.survey_resolved += 1


@behaviour
def leave_open(customer, world, p, tally, now, u_again, u_when):
    """Decide to raise an unsettled matter again, or to drop it and take what was offered."""
    if customer.attempts < p.give_up_after and u_again < p.raise_again:
        customer.unsettled = True
        customer.call_at = now + chance.exponential(u_when, p.repeat_days)
        return
    if customer.matter == ISSUE and customer.follow_up_at < NEVER:
        # Given up, but the company will call back.
        customer.unsettled = True
        return
    give_up(customer, p, tally)


@behaviour
def give_up(customer, p, tally):
    """Drop a matter, and take what was offered."""
    if customer.matter == ISSUE and customer.standing > 0.0:
        settle_later(customer, p, tally, customer.standing)
    drop_matter(customer)


@behaviour
def settle_later(customer, p, tally, amount):
    """Grant redress after the conversation: it is judged with the treatment of then.

    Return the quality of it.
    """
    procedural = customer.procedural
    interactional = customer.interactional
    distributive = coloured(distributive_justice(amount, customer.felt_due, p), interactional, p)
    quality = conflict_quality(distributive, procedural, interactional, p)
    satisfied = take_in(
        customer, p, distributive, procedural, interactional, quality, p.conflict_weight
    )
    customer.loyalty += p.loyalty_conflict * (satisfied - customer.loyalty)
    grant(customer, tally, amount)
    learn_what_pays(customer, p, customer.pressed)
    return quality


@behaviour
def stand_by_offer(customer, talk):
    """Let the last offer stand; a talk in which none was made leaves the one before."""
    if talk.offers > 0:
        customer.standing = talk.offered


@behaviour
def grant(customer, tally, amount):
    """Pay a customer redress."""
    customer.granted += amount
    pay_compensation(tally, amount)


@behaviour
def count_talk(talk, customer, rep, tally):
    """Count what happened in a conversation."""
    tally.conflicts += 1
    tally.turns += talk.moves
    if talk.pressing_turns > 0:
        tally.mild += 1
    if talk.severe:
        tally.severe += 1
    if talk.severe or talk.pressing_turns > 0:
        tally.hostile += 1
    if talk.threatened:
        tally.threats += 1
    if talk.boundary:
        tally.boundaries += 1
        if customer.claim <= customer.due:
            tally.wrong_boundaries += 1
    tally.strain += talk.strain
    tally.surface += talk.surface
    tally.deep += talk.deep
    tally.anger_end += talk.anger
    tally.claims += customer.claim
    tally.fair_due += customer.due
    if talk.ending == RESOLVED:
        tally.resolved += 1
    elif talk.ending == ESCALATED:
        tally.escalated += 1
    elif talk.ending == ENDED_BY_REP:
        tally.ended_by_rep += 1
    elif talk.ending == HUNG_UP:
        tally.hung_up += 1
    elif talk.ending == UNRESOLVED:
        tally.unresolved += 1


@behaviour
def rep_takes(rep, customer, talk, policy, p):
    """Let the conflict act on the rep, and return the rep's payoff: accomplishment less strain."""
    talk.strain = strain_left(rep, policy, p, talk.strain + p.strain_minute * talk.minutes)
    settled = 1.0 if talk.ending == RESOLVED else 0.0
    rep.hostility_today += 1.0 if talk.severe else 0.0
    rep.pride_today += talk.pride
    rep.unfair_today += talk.excess
    rep.aggression_today += talk.pressing_turns + talk.abusive_turns
    rep.dislike_today += talk.anger
    rep.ambiguity_today += 1.0 - talk.understanding
    rep.surface_today += talk.surface
    rep.deep_today += talk.deep
    return p.payoff_accomplishment * (settled + talk.pride) - talk.strain


@behaviour
def learn_what_pays(customer, p, pressed):
    """Learn from a settled conflict whether claiming more, and pressing, has paid (switches)."""
    gain = clamp((customer.granted - customer.due) / customer.loss)
    customer.claim_habit += p.claim_learning * (gain - customer.claim_habit)
    if pressed:
        customer.tone_habit += p.tone_learning * (gain - customer.tone_habit)


@behaviour
def conclude(
    floor,
    customer,
    rep,
    tally,
    worth,
    minutes,
    wait,
    procedural,
    interactional,
    payoff_rep,
    settled,
    pressed,
    cost,
):
    """Close one conflict for all three: justices, satisfaction, loyalty, tellings, payoffs."""
    p = floor.parameters[0]
    world = floor.world[0]
    fair = distributive_justice(worth, customer.felt_due, p)
    distributive = coloured(fair, interactional, p)
    quality = conflict_quality(distributive, procedural, interactional, p)
    if not settled:
        quality *= 1.0 - p.unsettled_quality
    loyalty = customer.loyalty
    expected = customer.expectation
    satisfied = take_in(
        customer, p, distributive, procedural, interactional, quality, p.conflict_weight
    )
    customer.loyalty += p.loyalty_conflict * (satisfied - customer.loyalty)
    if customer.threatened and not settled:
        customer.loyalty = push_up(customer.loyalty, -p.threat_meant)
    customer.conflicts += 1
    rep.performance += p.performance_step * (satisfied - rep.performance)
    tally.redress += fair
    tally.distributive += distributive
    tally.procedural += procedural
    tally.interactional += interactional
    tally.conflict_satisfaction += satisfied
    tally.satisfaction_contacts += satisfied
    if satisfied >= p.csat_top_box:
        tally.top_box += 1
    world.reasons[customer.kind] += 1.0
    learn_what_pays(customer, p, pressed)
    pleased = satisfied >= p.satisfaction_anchor
    told = tell_ties(floor, customer, p, tally, pleased)
    count_complaint(tally, pleased, told)
    treated = p.payoff_treatment * (interactional + procedural - 1.0)
    effort = p.payoff_effort * (minutes + wait) / 60.0
    payoff_customer = worth / customer.loss + treated - 1.0 - effort
    kept = (customer.loyalty - loyalty) * p.loyalty_months * customer.spending * p.margin
    count_payoffs(floor, tally, payoff_customer, payoff_rep, kept - cost)
    log_conclusion(floor, customer, quality, expected, payoff_customer, payoff_rep, kept - cost)
    return satisfied


@behaviour
def count_complaint(tally, pleased, told):
    """Count a judged conflict, and how many it was told to, by whether it pleased."""
    if pleased:
        tally.conflicts_satisfied += 1
        tally.told_satisfied += told
    else:
        tally.conflicts_dissatisfied += 1
        tally.told_dissatisfied += told


@behaviour
def count_payoffs(floor, tally, customer, rep, employer):
    """Count the three payoffs of a conflict, and who reached each level of aspiration."""
    world = floor.world[0]
    tally.conflicts_concluded += 1
    tally.payoff_customer += customer
    tally.payoff_rep += rep
    tally.payoff_employer += employer
    tally.payoff_customer_2 += customer * customer
    tally.payoff_rep_2 += rep * rep
    tally.payoff_employer_2 += employer * employer
    if not world.branched:
        row = floor.payoffs[world.payoffs % len(floor.payoffs)]
        row.customer = customer
        row.rep = rep
        row.employer = employer
        world.payoffs += 1
        return
    for level in range(LEVELS):
        reached = 0
        if customer >= world.aspire_customer[level]:
            reached += 1
            tally.reached[level] += 1
        if rep >= world.aspire_rep[level]:
            reached += 1
            tally.reached[LEVELS + level] += 1
        if employer >= world.aspire_employer[level]:
            reached += 1
            tally.reached[2 * LEVELS + level] += 1
        tally.prevailing[4 * level + reached] += 1


@behaviour
def settle_conversation(floor, rep, customer, tally, now, u_ask):
    """Close a conversation that ended on the floor (not passed up)."""
    p = floor.parameters[0]
    policy = floor.policy[0]
    world = floor.world[0]
    talk = floor.talk[0]
    payoff_rep = rep_takes(rep, customer, talk, policy, p)
    settled = talk.ending == RESOLVED
    customer.pressed = talk.pressing_turns + talk.abusive_turns > 0
    customer.threatened = talk.threatened
    customer.anger = talk.anger
    customer.anger_day = world.day * 1.0
    customer.understanding = talk.understanding
    customer.apologised = talk.apologised
    customer.explained = talk.explained
    worth = 0.0
    paid = 0.0
    if settled:
        worth = talk.worth
        paid = talk.offered
        grant(customer, tally, paid)
    else:
        stand_by_offer(customer, talk)
        customer.claim = talk.claim
    interactional = conflict_respect(rep, talk, policy, p, talk.ending == ENDED_BY_REP)
    procedural = clamp(procedural_justice(customer, p, talk.wait, talk.explained))
    cost = paid + talk.minutes * p.wage
    satisfied = conclude(
        floor,
        customer,
        rep,
        tally,
        worth,
        talk.minutes,
        talk.wait,
        procedural,
        interactional,
        payoff_rep,
        settled,
        customer.pressed,
        cost,
    )
    ask_about_contact(customer, p, tally, settled, satisfied, u_ask)
    u_again, u_when, u_follow, u_slack = chance.uniforms(
        world, customer.id, customer.contact_day, purposes.AFTERMATH, customer.contact_number
    )
    maybe_follow_up(customer, policy, p, now, u_follow, u_slack)
    if settled:
        drop_matter(customer)
    else:
        leave_open(customer, world, p, tally, now, u_again, u_when)


@behaviour
def maybe_follow_up(customer, policy, p, now, u, u_slack):
    """Put a call back in the calendar for a share of the conflicts."""
    if u < policy.follow_up and customer.follow_up_at >= NEVER:
        customer.follow_up_at = now + p.follow_up_days + u_slack


@behaviour
def pass_up(floor, rep, customer, tally):
    """Hand a case to a superior: the rep is done with it, the customer waits."""
    p = floor.parameters[0]
    policy = floor.policy[0]
    world = floor.world[0]
    talk = floor.talk[0]
    talk.strain += p.superior_strain
    customer.case_payoff_rep = rep_takes(rep, customer, talk, policy, p)
    customer.claim = talk.claim
    customer.case_minutes = talk.minutes
    customer.case_wait = talk.wait
    customer.case_heard = talk.heard
    customer.case_fair = conflict_respect(rep, talk, policy, p, False)
    customer.anger = talk.anger
    customer.anger_day = world.day * 1.0
    customer.understanding = talk.understanding
    customer.apologised = talk.apologised
    customer.explained = talk.explained
    customer.promised = talk.promised
    customer.pressed = talk.pressing_turns + talk.abusive_turns > 0
    customer.threatened = talk.threatened
    stand_by_offer(customer, talk)
