"""A day, from the morning's roster to the night's rest; and the first morning.

The order: roster; the calendar's customers; contacts by their minute, the superiors'
cases among them; a thirtieth of the customers lives a month; the evening; reviews and
surveys on their days.
"""

from sim import chance, purposes
from sim.arithmetic import clamp
from sim.behaviours import behaviour
from sim.behaviours.calendar import MONTH, NEVER, file
from sim.behaviours.contact import call
from sim.behaviours.contact_log import is_log_half_full
from sim.behaviours.customer import (
    YEAR,
    customer_born,
    enquiry_arises,
    issue_arises,
    leave,
    live_a_month,
    maybe_join,
    minute_of,
    opening,
)
from sim.behaviours.employer import (
    call_back,
    observe,
    pay_for_review,
    review,
    run_programmes,
    settle_processes,
)
from sim.behaviours.heap import drop_top, push
from sim.behaviours.rep import is_burnt_out, learn, quit_hazard, rep_born, rest_overnight
from sim.behaviours.roster import man_the_floor, maybe_quit, roll_forward
from sim.behaviours.superior import superior_decides, superiors_on_duty
from sim.behaviours.survey import ask_customers, ask_reps
from sim.behaviours.word_of_mouth import chat, update_reputation
from sim.lent import fetch
from sim.moves import AT_SUPERIOR, CALL, CALL_BACK
from sim.state import HORIZON

FOUNDERS_DAYS = 3650.0
"""Longest tenure of the founding staff, days (assumed)."""

FOUNDERS_CONTACTS = 40.0
"""Contacts a day behind them: the reference centre's own pace."""

AHEAD = 12
"""How many customers further on a row is fetched from memory."""


@behaviour
def first_morning(floor, customers):
    """Seat the first ``customers`` people of the market and the planned heads, at day 0."""
    p = floor.parameters[0]
    world = floor.world[0]
    for slot in range(HORIZON):
        floor.wheel[slot] = -1
    for seat in range(len(floor.customers)):
        customer = floor.customers[seat]
        customer.seat = seat
        customer.filed_day = -1
        customer.enquiry_at = NEVER
        customer.issue_at = NEVER
        customer.call_at = NEVER
        customer.follow_up_at = NEVER
        if seat < customers:
            customer_born(customer, world, p, 0, 0)
            find_midway(customer, world, p)
            file(floor, customer, -1)
    world.market = customers
    for index in range(len(floor.superiors)):
        floor.superiors[index].order = index
    for seat in range(len(floor.reps)):
        rep = floor.reps[seat]
        rep.seat = seat
        rep.burnt_out_day = -1
        if seat < world.headcount:
            rep_born(rep, world, p, 0, 0)
            settle_in(rep, world, p)
    settle_processes(world, floor.policy[0], p)


@behaviour
def find_midway(customer, world, p):
    """Let a first customer have been one for a while, and have had some disappointments."""
    u, _, _, _ = chance.uniforms(world, customer.id, 0, purposes.JOINING, 0)
    customer.joined = -int(chance.exponential(u, p.churn_usual * MONTH))
    customer.satisfaction = clamp(customer.satisfaction - p.first_satisfaction_lower)
    customer.loyalty = customer.satisfaction
    customer.expectation = clamp(customer.expectation - p.first_expectation_lower)
    customer.transaction = customer.satisfaction


@behaviour
def settle_in(rep, world, p):
    """Give the founding staff exhaustion and tenures as years of work and of quitting leave them.

    Tenure is exponential with the mean that the hazard of a settled rep would give.
    """
    rep.chronic = clamp(rep.chronic + p.first_exhaustion_higher)
    rep.exhaustion = rep.chronic
    rep.depersonalisation = p.depersonalisation_exhaustion * rep.exhaustion
    u, _, _, _ = chance.uniforms(world, rep.id, 0, purposes.HIRING, 0)
    hazard = quit_hazard(rep, p, rep.hired + int(FOUNDERS_DAYS))
    days = int(FOUNDERS_DAYS)
    if hazard * FOUNDERS_DAYS > YEAR:
        tenure = chance.exponential(u, YEAR / hazard)
        days = int(tenure if tenure < FOUNDERS_DAYS else FOUNDERS_DAYS)
    rep.hired = -days
    if days > p.initial_training_days:
        worked = (days - p.initial_training_days) * p.days_per_week / 7.0
        rep.experience = worked * FOUNDERS_CONTACTS
    else:
        rep.hired = -p.initial_training_days
    learn(rep, p)


@behaviour
def run_day(floor, choose):
    """Run one day and move the clock on."""
    p = floor.parameters[0]
    world = floor.world[0]
    tally = floor.tallies[world.day]
    man_the_floor(floor, tally)
    todays_agenda(floor, tally)
    superiors_on_duty(floor, world.day * 1440.0 + opening(p))
    now = world.day * 1.0
    while world.agenda > 0:
        top = floor.agenda[0]
        minute = top.minute
        kind = top.kind
        customer = floor.customers[top.order]
        world.agenda = drop_top(floor.agenda, world.agenda)
        if world.agenda > 0:
            fetch(floor.customers, floor.agenda[0].order)
        if kind == CALL:
            call(floor, customer, tally, minute, choose)
        elif kind == AT_SUPERIOR:
            rep = floor.reps[customer.case_rep]
            superior_decides(floor, customer, rep, tally, minute, now)
        else:
            call_back(floor, customer, tally, minute)
    roll_forward(floor, tally, (world.day + 2) * 1440.0)
    months_pass(floor, p, tally)
    evening(floor, p, tally)
    world.day += 1


@behaviour
def todays_agenda(floor, tally):
    """Take today's customers out of the wheel and put their calls in order of the minute."""
    p = floor.parameters[0]
    world = floor.world[0]
    # Found first and woken then: waking files anew, and the rows lie far apart in memory.
    # The day's list is emptied as a whole; who is due in another round is filed again.
    found = 0
    slot = world.day % HORIZON
    seat = floor.wheel[slot]
    floor.wheel[slot] = -1
    while seat >= 0:
        floor.due[found] = seat
        found += 1
        seat = floor.next_filed[seat]
    for place in range(found):
        if place + AHEAD < found:
            fetch(floor.customers, floor.due[place + AHEAD])
        customer = floor.customers[floor.due[place]]
        due = customer.filed_day == world.day
        customer.filed_day = -1
        if due:
            wake(floor, customer, p, tally)
        else:
            file(floor, customer, world.day)


@behaviour
def wake(floor, customer, p, tally):
    """Bring up whatever a customer has in the calendar for today."""
    policy = floor.policy[0]
    world = floor.world[0]
    end = world.day + 1.0
    while customer.enquiry_at < end:
        enquiry_arises(customer, world, p, tally)
    while customer.issue_at < end and customer.present:
        issue_arises(customer, world, policy, p, tally)
    if not customer.present:
        leave(floor, customer, tally)
        return
    if customer.call_at < end:
        minute = minute_of(customer.call_at, world.day, p)
        if customer.arrived_at >= 0.0:
            minute = customer.arrived_at
        customer.call_at = NEVER
        world.agenda = push(floor.agenda, world.agenda, minute, customer.seat, CALL)
        # Who is to call today is not called: the call back waits a day.
        customer.follow_up_at += 1.0
    if customer.follow_up_at < end:
        minute = minute_of(customer.follow_up_at, world.day, p)
        world.agenda = push(floor.agenda, world.agenda, minute, customer.seat, CALL_BACK)
        customer.follow_up_at = NEVER
    file(floor, customer, world.day)


@behaviour
def months_pass(floor, p, tally):
    """Let a thirtieth of the market live a month: buy, talk, stay or leave, join."""
    world = floor.world[0]
    seats = len(floor.customers)
    part = world.day % MONTH
    for seat in range(part * seats // MONTH, (part + 1) * seats // MONTH):
        customer = floor.customers[seat]
        if customer.present:
            u_leave, u_tell, u_whom, _ = chance.uniforms(
                world, customer.id, world.day, purposes.MONTH, 0
            )
            live_a_month(customer, p, tally, world.day, u_leave)
            if customer.present:
                chat(floor, customer, p, tally, u_tell, u_whom)
            else:
                leave(floor, customer, tally)
        else:
            maybe_join(floor, customer, p, tally)
    tally.customers += world.market


@behaviour
def evening(floor, p, tally):
    """Close the day: teams, nights, quits, programmes, reputation, surveys, reviews."""
    world = floor.world[0]
    mean_of_teams(floor)
    for seat in range(len(floor.reps)):
        rep = floor.reps[seat]
        if rep.present:
            count_rep(rep, world, p, tally)
            rest_overnight(rep, p, floor.teams[rep.team].chronic)
            maybe_quit(floor, rep, tally)
    run_programmes(floor, p, tally)
    update_reputation(world, p, tally)
    review_due = world.day % p.review_days == p.review_days - 1
    if review_due:
        pay_for_review(floor, p, tally)
    observe(world, p, tally)
    if world.day % p.survey_days == p.survey_days - 1:
        ask_reps(floor, p)
        ask_customers(floor, p)
    if review_due:
        review(floor, p)


@behaviour
def mean_of_teams(floor):
    """Compute each team's mean chronic exhaustion, for tonight's crossover."""
    for index in range(len(floor.teams)):
        floor.teams[index].size = 0
        floor.teams[index].chronic = 0.0
    for seat in range(len(floor.reps)):
        rep = floor.reps[seat]
        if rep.present:
            team = floor.teams[rep.team]
            team.size += 1
            team.chronic += rep.chronic
    for index in range(len(floor.teams)):
        team = floor.teams[index]
        if team.size > 0:
            team.chronic /= team.size


@behaviour
def count_rep(rep, world, p, tally):
    """Count a rep's day: everyone employed counts, on the floor or off it."""
    tally.exhaustion += rep.exhaustion
    tally.depersonalisation += rep.depersonalisation
    tally.accomplishment += rep.accomplishment
    tally.fatigue += rep.fatigue if rep.on_floor else 0.0
    if is_burnt_out(rep, p):
        tally.burnt_out += 1
        if world.branched and rep.burnt_out_day < 0:
            rep.burnt_out_day = world.day


@behaviour
def run_days(floor, choose, days):
    """Run so many days and return how many; this is what one compiled call does.

    Fewer, but at least one, where the log of contacts has to be emptied first.
    """
    done = 0
    while done < days:
        run_day(floor, choose)
        done += 1
        if is_log_half_full(floor):
            break
    return done
