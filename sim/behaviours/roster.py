"""The roster: who works today, in which seat and shift, and what the others do."""

import math

from sim import chance, purposes
from sim.arithmetic import push_up
from sim.behaviours import behaviour
from sim.behaviours.calendar import MONTH
from sim.behaviours.customer import opening
from sim.behaviours.heap import drop_top, push, replace_top
from sim.behaviours.ledger import pay_break, pay_hiring, pay_support, pay_training, pay_wages
from sim.behaviours.rep import falls_ill, quit_hazard, rep_born, start_day, take_break

LUNCH = 1
"""The second of a shift's three breaks is the unpaid lunch."""

LONGEST_BREAK = 0.125
"""Share of a shift that a planned paid break takes at the most, so that it ends within it."""


@behaviour
def shifts_of(p):
    """Return how many shifts, one after the other, cover the opening hours."""
    return int(math.ceil(p.open_minutes / p.shift_minutes))


@behaviour
def paid_minutes(p):
    """Return the paid minutes of a full shift."""
    length = p.shift_minutes if p.shift_minutes < p.open_minutes else p.open_minutes
    return length - lunch_of(length, p)


@behaviour
def lunch_of(length, p):
    """Return the lunch in a shift of this length: none in a very short one."""
    return p.lunch_minutes if length >= 2.0 * p.lunch_minutes else 0.0


@behaviour
def plan_day(floor, rep, tally):
    """Settle what a rep does today; return whether the rep is there for the floor."""
    p = floor.parameters[0]
    world = floor.world[0]
    day = world.day
    rep.on_floor = False
    rep.in_training = False
    rep.absent = False
    if not rep.present:
        fill_vacancy(rep, world, p, tally)
        return False
    start_day(rep)
    tally.rep_days += 1
    if day >= rep.holiday_from + p.holiday_days:
        rep.holiday_from += p.holiday_interval
    rep.on_holiday = p.holiday_days > 0 and day >= rep.holiday_from
    works = (day + rep.off_day) % 7 < p.days_per_week
    if not works:
        tally.off_days += 1
        return False
    if rep.on_holiday:
        tally.holiday_rep_days += 1
        pay_wages(tally, paid_minutes(p) * p.wage)
        return False
    tally.scheduled_minutes += paid_minutes(p)
    if day >= rep.absent_until:
        spell = falls_ill(rep, world, p)
        if spell > 0:
            rep.absent_until = day + spell
    if day < rep.absent_until:
        rep.absent = True
        tally.absent_days += 1
        tally.absent_minutes += paid_minutes(p)
        pay_wages(tally, paid_minutes(p) * p.wage)
        return False
    if day < rep.hired + p.initial_training_days:
        train(rep, p, tally, False)
        return False
    if is_training_day(floor, rep):
        train(rep, p, tally, True)
        return False
    return True


@behaviour
def fill_vacancy(rep, world, p, tally):
    """Bring in a successor when the hiring time is over; heads beyond the plan stay empty."""
    if rep.seat >= world.headcount:
        return
    if world.day < rep.vacant_until:
        tally.vacancies_days += 1
        return
    rep_born(rep, world, p, rep.generation + 1, world.day)
    tally.hires += 1
    tally.rep_days += 1
    pay_hiring(tally, p.hiring_cost)
    start_day(rep)


@behaviour
def is_training_day(floor, rep):
    """Return whether the rep is in training today, by the policy's share of training days."""
    p = floor.parameters[0]
    world = floor.world[0]
    share = floor.policy[0].training * p.training_days_per_month / MONTH
    share *= 7.0 / p.days_per_week
    u, _, _, _ = chance.uniforms(world, rep.id, world.day, purposes.TRAINING_DAY, 0)
    return u < share


@behaviour
def train(rep, p, tally, refresher):
    """Spend a paid day in training: the first weeks', or a refresher that raises the skill."""
    rep.in_training = True
    tally.training_days += 1
    pay_training(tally, paid_minutes(p) * p.wage)
    if refresher:
        pay_training(tally, p.training_fee)
        rep.trained = push_up(rep.trained, p.training_gain)


@behaviour
def man_the_floor(floor, tally):
    """Fill the seats of each shift with the reps who are there, and queue them up as servers.

    The round starts with another rep each week, so that nobody is the surplus for ever: each
    day would keep step with the days off. Who is left over works off the phones. When free,
    the longest idle is the first to be called.
    """
    p = floor.parameters[0]
    policy = floor.policy[0]
    world = floor.world[0]
    heads = len(floor.reps)
    seats = world.seats
    places = seats * shifts_of(p)
    world.on_duty = 0
    filled = 0
    for turn in range(heads):
        rep = floor.reps[(turn + world.day // 7) % heads]
        if plan_day(floor, rep, tally):
            pay_support(tally, policy.emotional_support * p.support_fee)
            if filled < places:
                sit_down(rep, world, p, policy, tally, filled, seats)
                world.on_duty = push(floor.servers, world.on_duty, rep.free_at, filled, rep.seat)
                filled += 1
            else:
                tally.surplus_days += 1
                pay_wages(tally, paid_minutes(p) * p.wage)


@behaviour
def sit_down(rep, world, p, policy, tally, place, seats):
    """Start a rep's shift: its end, its breaks spread over the desks, its pay."""
    shift = place // seats
    midnight = world.day * 1440.0
    opens = midnight + opening(p)
    closes = opens + p.open_minutes
    rep.on_floor = True
    tally.floor_days += 1
    rep.shift_start = opens + shift * p.shift_minutes
    end = rep.shift_start + p.shift_minutes
    last = end >= closes
    rep.shift_end = closes if last else end
    round_the_clock = p.open_minutes >= 1440.0
    stays = last and not round_the_clock
    rep.leaves_at = rep.shift_end + (1440.0 if stays else 0.0)
    rep.breaks_taken = 0
    # Breaks come at a quarter, a half and three quarters of the shift, one desk after another.
    stagger = (place % seats + 0.5) / seats - 0.5
    length = rep.shift_end - rep.shift_start
    rep.next_break = rep.shift_start + length * (0.25 + 0.2 * stagger)
    rep.break_due = 0.0
    if rep.free_at < rep.shift_start:
        rep.free_at = rep.shift_start
    pay_wages(tally, (length - lunch_of(length, p)) * p.wage)


@behaviour
def roll_forward(floor, tally, minute):
    """Send those at the top of the heap on the breaks that are due, and home at the end.

    Those who serve to the last shift's end stay until everyone who came in time is served.
    """
    p = floor.parameters[0]
    world = floor.world[0]
    while world.on_duty > 0:
        top = floor.servers[0]
        free_at = top.minute
        rep = floor.reps[top.kind]
        now = free_at if free_at > minute else minute
        if free_at < rep.shift_end and break_is_due(rep, now):
            back = pause(floor, rep, tally, free_at)
            replace_top(floor.servers, world.on_duty, back, top.order, top.kind)
        elif minute >= rep.shift_end or free_at >= rep.leaves_at:
            world.on_duty = drop_top(floor.servers, world.on_duty)
            go_home(rep, p, tally, free_at)
        else:
            return


@behaviour
def break_is_due(rep, now):
    """Return whether a rep has a break to take: after abuse, or one of the shift's three."""
    return rep.break_due > 0.0 or (rep.breaks_taken < 3 and rep.next_break <= now)


@behaviour
def pause(floor, rep, tally, free_at):
    """Take the break that is due, and return the minute at which it is over."""
    p = floor.parameters[0]
    policy = floor.policy[0]
    if rep.break_due > 0.0:
        minutes = rep.break_due
        rep.break_due = 0.0
        start = free_at
        move_pay_to_breaks(tally, p, minutes)
    else:
        start = free_at if free_at > rep.next_break else rep.next_break
        tally.available += start - free_at
        lunch = rep.breaks_taken == LUNCH
        length = rep.shift_end - rep.shift_start
        longest = LONGEST_BREAK * length
        minutes = policy.breaks if policy.breaks < longest else longest
        if lunch:
            minutes = lunch_of(length, p)
        rep.breaks_taken += 1
        rep.next_break += 0.25 * length
        if not lunch:
            move_pay_to_breaks(tally, p, minutes)
    take_break(rep, p, minutes)
    rep.free_at = start + minutes
    return rep.free_at


@behaviour
def move_pay_to_breaks(tally, p, minutes):
    """Book paid time as a break instead of as wages."""
    pay_wages(tally, -minutes * p.wage)
    pay_break(tally, minutes * p.wage)


@behaviour
def go_home(rep, p, tally, free_at):
    """End a shift: idle until then, or paid for the time beyond it."""
    rep.free_at = free_at
    if free_at < rep.shift_end:
        tally.available += rep.shift_end - free_at
    else:
        tally.over_time_minutes += free_at - rep.shift_end
        pay_wages(tally, (free_at - rep.shift_end) * p.wage)


@behaviour
def maybe_quit(floor, rep, tally):
    """Quit, or not: the hazard runs every day; the leaver's state is kept in the books."""
    p = floor.parameters[0]
    world = floor.world[0]
    u_quit, u_vacant, _, _ = chance.uniforms(world, rep.id, world.day, purposes.QUITTING, 0)
    chance_tonight = 1.0 - math.exp(-quit_hazard(rep, p, world.day) / 365.0)
    tally.expected_quits += chance_tonight
    if u_quit < chance_tonight:
        tally.quits += 1
        tally.leaver_exhaustion += rep.exhaustion
        rep.present = False
        rep.on_floor = False
        rep.vacant_until = world.day + 1 + int(chance.exponential(u_vacant, p.hiring_days))
        if world.branched:
            keep_career(floor, rep)


@behaviour
def keep_career(floor, rep):
    """Keep when one who quits was hired and first burnt out; a successor takes the place."""
    world = floor.world[0]
    row = floor.careers[world.careers]
    world.careers += 1
    row.id = rep.id
    row.hired = rep.hired
    row.burnt_out_day = rep.burnt_out_day
    row.left_day = world.day
