"""The customer: who it is, what befalls it, exit, voice or loyalty, and its months."""

import math

from sim import chance, purposes
from sim.arithmetic import bounded_exp, clamp, logistic, push_up
from sim.behaviours import behaviour
from sim.behaviours.calendar import MONTH, NEVER, file, take_out
from sim.behaviours.contact_log import log_contact
from sim.behaviours.ledger import pay_acquisition, pay_compensation, sell
from sim.moves import (
    ABANDONED,
    CALL,
    DELAY,
    ENQUIRY,
    ISSUE,
    MISUNDERSTANDING,
    NOTHING,
    PRODUCT,
)

YEAR = 365.0
OPENS = 480.0
"""Minute of the day at which a centre opens, if its hours leave time: 8:00."""
LEAST_RATE = 1e-6
"""A rate per year below this is none: its dates would lie beyond any run."""

GENERATION = 4_194_304
"""The id of a person is the seat plus the generation times this."""


@behaviour
def customer_born(customer, world, p, generation, joined):
    """Seat a new customer: an id, traits and states of its own."""
    customer.generation = generation
    customer.id = customer.seat + generation * GENERATION
    customer.joined = joined
    customer.present = True
    person = customer.id
    u0, u1, u2, u3 = chance.uniforms(world, person, 0, purposes.CUSTOMER_TRAITS, 0)
    customer.spending = chance.lognormal(u0, p.spending, p.spending_cv)
    customer.patience = chance.lognormal(u1, p.patience_minutes, p.patience_cv)
    customer.temper = chance.unit_trait(u2, p.temper, p.trait_spread)
    customer.honesty = chance.unit_trait(u3, p.honesty, p.trait_spread)
    u0, u1, u2, u3 = chance.uniforms(world, person, 0, purposes.CUSTOMER_TRAITS, 1)
    customer.voice = chance.unit_trait(u0, p.voice, p.trait_spread)
    customer.fairness_bias = p.fairness_bias + p.fairness_spread * chance.normal(u1)
    customer.expectation = clamp(p.satisfaction_anchor + p.feeling_spread * (u2 - 0.5))
    u4, _, _, _ = chance.uniforms(world, person, 0, purposes.CUSTOMER_TRAITS, 2)
    customer.contentment = clamp(p.product_satisfaction + p.product_spread * chance.normal(u4))
    customer.satisfaction = clamp(customer.contentment + p.feeling_spread * (u3 - 0.5))
    customer.loyalty = customer.satisfaction
    customer.anger = 0.0
    customer.anger_day = joined * 1.0
    customer.claim_habit = 0.0
    customer.tone_habit = 0.0
    customer.enquiries = 0
    customer.issues = 0
    customer.contacts = 0
    customer.conflicts = 0
    customer.distributive = 1.0 - p.overpaid_gain
    customer.procedural = p.procedure_base
    customer.interactional = customer.expectation
    customer.transaction = customer.satisfaction
    customer.contact_day = -1
    customer.contact_number = 0
    customer.enquiry_at = joined + enquiry_gap(customer, world, p)
    customer.issue_at = joined + issue_gap(customer, world, p)
    customer.follow_up_at = NEVER
    drop_matter(customer)


@behaviour
def drop_matter(customer):
    """Leave the customer with nothing open."""
    customer.matter = NOTHING
    customer.attempts = 0
    customer.call_at = NEVER
    customer.arrived_at = -1.0
    customer.understanding = 0.0
    customer.standing = 0.0
    customer.unsettled = False
    customer.apologised = False
    customer.explained = False
    customer.promised = False
    customer.pressed = False
    customer.threatened = False


@behaviour
def enquiry_gap(customer, world, p):
    """Return the days until the next routine contact, exponential."""
    if p.enquiries_per_year <= LEAST_RATE:
        return NEVER
    u, _, _, _ = chance.uniforms(world, customer.id, customer.enquiries, purposes.ENQUIRY, 0)
    return chance.exponential(u, YEAR / p.enquiries_per_year)


@behaviour
def issue_gap(customer, world, p):
    """Return the days until the next candidate issue, exponential."""
    if p.issues_per_year <= LEAST_RATE:
        return NEVER
    u, _, _, _ = chance.uniforms(world, customer.id, customer.issues, purposes.ISSUE, 0)
    return chance.exponential(u, YEAR / p.issues_per_year)


@behaviour
def enquiry_arises(customer, world, p, tally):
    """Bring up a routine question, or fold it into the matter that is open."""
    at = customer.enquiry_at
    customer.enquiries += 1
    customer.enquiry_at = at + enquiry_gap(customer, world, p)
    if customer.matter == NOTHING:
        customer.matter = ENQUIRY
        customer.opened_day = world.day
        customer.attempts = 0
        customer.call_at = at
    else:
        tally.folded += 1


@behaviour
def kind_of_issue(u, p):
    """Return what an issue arose from, by the shares of the three kinds."""
    total = p.product_share + p.delay_share + p.misunderstanding_share
    if u * total < p.product_share:
        return PRODUCT
    if u * total < p.product_share + p.delay_share:
        return DELAY
    return MISUNDERSTANDING


@behaviour
def share_of_issues_left(kind, world, policy, p):
    """Return the chance that a candidate issue arises, given what the employer has mended."""
    share = world.issue_factor[kind]
    if kind == MISUNDERSTANDING:
        share *= 1.0 - p.transparency_effect * policy.transparency
        share *= 1.0 - p.education_effect * policy.education
    return share


@behaviour
def issue_arises(customer, world, policy, p, tally):
    """Let a candidate issue arise, or not; then complain, leave silently or let it pass.

    Candidates come at a fixed rate and are thinned, so that the same customers have the
    same issues on the same days under every policy.
    """
    at = customer.issue_at
    number = customer.issues
    customer.issues += 1
    customer.issue_at = at + issue_gap(customer, world, p)
    u_kind, u_left, u_loss, u_fault = chance.uniforms(world, customer.id, number, purposes.ISSUE, 1)
    kind = kind_of_issue(u_kind, p)
    if u_left >= share_of_issues_left(kind, world, policy, p):
        return
    if customer.matter == ISSUE or customer.arrived_at >= 0.0:
        # One matter at a time: this one is told with the one that is open.
        tally.folded += 1
        return
    if customer.matter == ENQUIRY:
        tally.folded += 1
    tally.issues += 1
    loss = chance.lognormal(u_loss, p.loss, p.loss_cv)
    severity = loss / (loss + p.serious_loss)
    u_felt, u_voice, u_exit, _ = chance.uniforms(world, customer.id, number, purposes.ISSUE, 2)
    voiced = u_voice < chance_of_voice(customer, severity, p)
    be_disappointed(customer, severity, p)
    if voiced:
        tally.voiced += 1
        fault = p.product_fault
        if kind == DELAY:
            fault = p.delay_fault
        elif kind == MISUNDERSTANDING:
            fault = p.misunderstanding_fault
        bring_claim(customer, policy, p, kind, loss, severity, u_fault < fault, u_felt)
        customer.opened_day = world.day
        customer.call_at = at
    else:
        tally.silent += 1
        if u_exit < p.silent_exit * severity * (1.0 - customer.loyalty):
            tally.silent_exits += 1
            customer.present = False


@behaviour
def chance_of_voice(customer, severity, p):
    """Return the chance of complaining: severity, voice and loyalty (Hirschman 1970)."""
    return logistic(
        p.voice_base
        + p.voice_severity * severity
        + p.voice_trait * (customer.voice - 0.5)
        + p.voice_loyalty * (customer.loyalty - 0.5)
    )


@behaviour
def bring_claim(customer, policy, p, kind, loss, severity, at_fault, u_felt):
    """Form what is felt to be due, and what is claimed."""
    customer.matter = ISSUE
    customer.attempts = 0
    customer.kind = kind
    customer.loss = loss
    customer.severity = severity
    customer.at_fault = at_fault
    customer.due = loss if at_fault else 0.0
    bias = customer.fairness_bias + p.fairness_error * chance.normal(u_felt)
    felt = customer.due + bias * loss
    customer.felt_due = felt if felt > 0.0 else 0.0
    excess = p.dishonest_excess * (1.0 - customer.honesty)
    if p.learned_claims:
        excess += p.claim_effect * customer.claim_habit
    excess *= 1.0 - p.education_claims * policy.education
    customer.claim = customer.felt_due + excess * loss
    customer.granted = 0.0
    customer.standing = 0.0
    customer.understanding = 0.0
    customer.apologised = False
    customer.explained = False
    customer.promised = False
    customer.pressed = False
    customer.threatened = False
    customer.unsettled = False


@behaviour
def be_disappointed(customer, severity, p):
    """Let an issue disappoint as such, whether it is voiced or not and whatever comes of it."""
    loss = p.failure_disappointment * severity
    customer.satisfaction = push_up(customer.satisfaction, -loss)
    customer.loyalty = push_up(customer.loyalty, -loss * p.loyalty_conflict)


@behaviour
def anger_now(customer, p, now):
    """Return what is left of the customer's anger at a date in days."""
    return customer.anger * bounded_exp((customer.anger_day - now) / p.anger_fade)


@behaviour
def minute_of(at, day, p):
    """Return the minute, from the first midnight, of a date within the day's opening hours.

    The arrival rate falls linearly over the opening hours, from ``1 + peak`` to
    ``1 - peak`` times its mean; this inverts its distribution function.
    """
    u = clamp(at - day)
    if p.peak > 0.0:
        top = 1.0 + p.peak
        root = top * top - 4.0 * p.peak * u
        u = (top - math.sqrt(root if root > 0.0 else 0.0)) / (2.0 * p.peak)
    return day * 1440.0 + opening(p) + u * p.open_minutes


@behaviour
def opening(p):
    """Return the minute of the day at which the centre opens: 8:00 if that leaves time."""
    latest = 1440.0 - p.open_minutes
    return OPENS if latest > OPENS else latest


@behaviour
def live_a_month(customer, p, tally, day, u_leave):
    """Buy, drift towards how the product itself satisfies, and stay or leave."""
    tally.visited += 1
    factor = 1.0 + p.spending_loyalty * (customer.loyalty - 0.5)
    sell(tally, customer.spending * (factor if factor > 0.0 else 0.0), p.margin)
    customer.satisfaction += p.product_pull * (customer.contentment - customer.satisfaction)
    customer.loyalty += p.loyalty_pull * (customer.satisfaction - customer.loyalty)
    tally.loyalty += customer.loyalty
    tally.satisfaction += customer.satisfaction
    willing = willingness(customer)
    if willing >= p.promoter:
        tally.promoters += 1
    elif willing < p.detractor:
        tally.detractors += 1
    if u_leave < chance_of_leaving(customer, p, day):
        customer.present = False


@behaviour
def chance_of_leaving(customer, p, day):
    """Return the chance of leaving in a month: loyalty, and in the second form tenure.

    The second form falls over the months as the hazard of the shifted beta-geometric does.
    """
    hazard = p.churn_base * bounded_exp(-p.churn_loyalty * (customer.loyalty - 0.5))
    if p.churn_by_tenure:
        months = (day - customer.joined) / MONTH
        hazard *= (p.churn_memory + p.churn_usual) / (p.churn_memory + months)
    return hazard


@behaviour
def willingness(customer):
    """Return how willing a customer is to recommend: between satisfaction and loyalty."""
    return 0.5 * (customer.satisfaction + customer.loyalty)


@behaviour
def leave(floor, customer, tally):
    """Take a customer who has gone off the books; what stood open is paid out."""
    tally.leaves += 1
    world = floor.world[0]
    world.market -= 1
    arrived = customer.arrived_at
    if arrived >= 0.0:
        # A place kept over midnight is given up with the rest.
        tally.abandoned += 1
        waited = (world.day + 1) * 1440.0 - arrived
        matter, attempt = customer.matter, customer.attempts + 1
        log_contact(floor, customer, -1, CALL, matter, attempt, arrived, waited, ABANDONED)
    if customer.matter == ISSUE and customer.standing > 0.0:
        pay_compensation(tally, customer.standing)
    drop_matter(customer)
    customer.present = False
    customer.follow_up_at = NEVER
    take_out(floor, customer)


@behaviour
def maybe_join(floor, customer, p, tally):
    """Let the next person in an empty seat of the market become a customer, or not."""
    world = floor.world[0]
    u, _, _, _ = chance.uniforms(world, customer.seat, world.day, purposes.ENTRY, 0)
    rate = p.entry_rate * bounded_exp(p.entry_reputation * (world.reputation - p.entry_neutral))
    if u < 1.0 - bounded_exp(-rate):
        customer_born(customer, world, p, customer.generation + 1, world.day + 1)
        tally.joins += 1
        world.market += 1
        pay_acquisition(tally, p.acquisition_cost)
        file(floor, customer, world.day)
