"""The employer: calls back, reviews, mends processes, and adapts when it is told to."""

from sim import chance, purposes
from sim.arithmetic import clamp, push_up
from sim.behaviours import behaviour
from sim.behaviours.aftermath import give_up, settle_later
from sim.behaviours.calendar import MONTH, NEVER, file
from sim.behaviours.contact_log import log_call_back, log_mended, log_redress
from sim.behaviours.customer import drop_matter
from sim.behaviours.ledger import pay_follow_up, pay_programme
from sim.behaviours.superior import superior_offer
from sim.moves import DELAY, ISSUE, ISSUE_KINDS, PRODUCT

SETTLING_REVIEWS = 1200
"""Reviews after which processes have settled, whatever the parameters: a century of months."""

REFERENCE_SEATS = 20.0
"""The size for which the fee of a feedback review is stated."""


@behaviour
def call_back(floor, customer, tally, minute):
    """Call a customer back after a conflict: some warmth, perhaps a settlement, a reason noted."""
    p = floor.parameters[0]
    world = floor.world[0]
    customer.follow_up_at = NEVER
    if not customer.present:
        return
    tally.follow_ups += 1
    pay_follow_up(tally, p.follow_up_minutes * p.wage)
    log_call_back(floor, customer, minute, p.follow_up_minutes)
    world.reasons[customer.kind] += 1.0
    customer.satisfaction = push_up(customer.satisfaction, p.follow_up_warmth)
    u_mend, u_fair, _, _ = chance.uniforms(
        world, customer.id, world.day, purposes.FOLLOW_UP, customer.issues
    )
    waiting = customer.arrived_at >= 0.0
    if customer.matter == ISSUE and customer.unsettled and not waiting:
        if u_mend < p.follow_up_mend:
            expected = customer.expectation
            quality = mend(customer, floor.policy[0], p, tally, u_fair)
            log_mended(floor, customer, quality, expected)
        elif customer.call_at >= NEVER:
            give_up(customer, p, tally)
            log_redress(floor, customer)
    file(floor, customer, world.day)


@behaviour
def mend(customer, policy, p, tally, u):
    """Settle by telephone what the contact left open, as a superior would or as was offered.

    Return the quality of the redress.
    """
    tally.mended += 1
    owed = superior_offer(customer, policy, p, u)
    if owed < customer.standing:
        owed = customer.standing
    quality = settle_later(customer, p, tally, owed)
    drop_matter(customer)
    return quality


@behaviour
def run_programmes(floor, p, tally):
    """Pay each day for transparency and education, by the customers they reach."""
    policy = floor.policy[0]
    fee = policy.transparency * p.transparency_fee + policy.education * p.education_fee
    pay_programme(tally, fee * floor.world[0].market / MONTH)


@behaviour
def pay_for_review(floor, p, tally):
    """Pay for a review, by the months since the last one and the size of the centre."""
    months = p.review_days / MONTH
    fee = floor.policy[0].feedback * p.feedback_fee * floor.world[0].seats / REFERENCE_SEATS
    pay_programme(tally, months * fee)


@behaviour
def review(floor, p):
    """Review reasons and results: mend processes, and adapt staffing and policy if switched on."""
    world = floor.world[0]
    policy = floor.policy[0]
    mend_processes(world, policy, p, p.review_days / MONTH)
    if p.adaptive:
        adapt_staffing(floor, world, p)
        adapt_policy(world, policy, p)
    world.review_goal = 0.0
    world.review_offered = 0.0
    world.review_within = 0.0


@behaviour
def mend_processes(world, policy, p, months):
    """Remove issues in proportion to how often their kind was named; some come back by decay.

    Products and delays are processes; misunderstandings are a matter of transparency.
    """
    total = world.reasons[PRODUCT] + world.reasons[DELAY]
    for kind in (PRODUCT, DELAY):
        share = world.reasons[kind] / total if total > 0.0 else 0.0
        removable = world.issue_factor[kind] - p.feedback_floor
        if removable > 0.0:
            effect = months * p.feedback_effect * policy.feedback * share * 2.0
            world.issue_factor[kind] -= clamp(effect) * removable
        world.issue_factor[kind] += clamp(months * p.process_decay) * (
            1.0 - world.issue_factor[kind]
        )
    for kind in range(len(ISSUE_KINDS)):
        world.reasons[kind] = 0.0


@behaviour
def settle_processes(world, policy, p):
    """Start the processes where years of this policy's feedback would have brought them.

    The loop takes years, longer than a warm-up; so it is run alone, with reasons named as
    often as their kinds arise.
    """
    for kind in range(len(ISSUE_KINDS)):
        world.issue_factor[kind] = 1.0
    for _ in range(SETTLING_REVIEWS):
        world.reasons[PRODUCT] = p.product_share * world.issue_factor[PRODUCT]
        world.reasons[DELAY] = p.delay_share * world.issue_factor[DELAY]
        mend_processes(world, policy, p, p.review_days / MONTH)


@behaviour
def adapt_staffing(floor, world, p):
    """Add a seat when the service level is below its aim, take one away when it is far above."""
    if world.review_offered <= 0.0:
        return
    level = world.review_within / world.review_offered
    heads_per_seat = len(floor.reps) / world.most_seats
    if level < p.adaptive_service and world.seats < world.most_seats:
        world.seats += 1
    elif level > 0.5 * (1.0 + p.adaptive_service) and world.seats > 1:
        world.seats -= 1
    heads = int(world.seats * heads_per_seat + 0.5)
    world.headcount = heads if heads < len(floor.reps) else len(floor.reps)


@behaviour
def adapt_policy(world, policy, p):
    """Move generosity and boundary on while the observed result improves, else turn round.

    The result is what an employer sees: cash since the last review, and the margin that
    the loyalty that customers reported in the last survey stands for.
    """
    if world.adapt_direction == 0:
        world.adapt_direction = 1
    elif world.review_goal < world.last_goal:
        world.adapt_direction = -world.adapt_direction
    world.last_goal = world.review_goal
    step = p.adaptive_step * world.adapt_direction
    policy.generosity = clamp(policy.generosity + step)
    policy.boundary = clamp(policy.boundary - step)


@behaviour
def observe(world, p, tally):
    """Keep what the next review will look at."""
    world.review_offered += tally.offered
    world.review_within += tally.within_threshold
    world.review_goal += tally.cash
    worth = world.surveyed_loyalty * world.market * p.spending * p.margin
    world.review_goal += worth * p.loyalty_months / p.review_days
