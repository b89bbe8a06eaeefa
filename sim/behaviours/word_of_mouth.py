"""Word of mouth along the network, and the reputation that it leaves."""

from sim import chance, purposes
from sim.arithmetic import push_up
from sim.behaviours import behaviour


@behaviour
def tell_ties(floor, customer, p, tally, satisfied):
    """Tell one's ties of a conflict, each with a chance that its outcome sets; return how many."""
    world = floor.world[0]
    rate = p.telling_satisfied if satisfied else p.telling_dissatisfied
    first = floor.ties_from[customer.seat]
    last = floor.ties_from[customer.seat + 1]
    told = 0
    turn = 0
    place = first
    while place < last:
        draws = chance.uniforms(
            world,
            customer.id,
            customer.contact_day,
            purposes.TELLING,
            customer.contact_number * 64 + turn,
        )
        for u in draws:
            if place < last and u < rate:
                hear(floor.customers[floor.ties_to[place]], p, satisfied)
                count_telling(tally, satisfied)
                told += 1
            place += 1
        turn += 1
    return told


@behaviour
def chat(floor, customer, p, tally, u_tell, u_whom):
    """Talk to one tie about the company in the course of a month, more if one feels strongly."""
    feeling = customer.satisfaction - p.satisfaction_anchor
    satisfied = feeling >= 0.0
    rate = p.telling_monthly * (feeling if satisfied else -feeling)
    first = floor.ties_from[customer.seat]
    count = floor.ties_from[customer.seat + 1] - first
    if count == 0 or rate <= 0.0:
        return
    if u_tell < rate:
        hear(floor.customers[floor.ties_to[first + int(u_whom * count)]], p, satisfied)
        count_telling(tally, satisfied)


@behaviour
def hear(listener, p, good):
    """Adjust a listener's loyalty and expectation; people who are not customers only listen."""
    if not listener.present:
        return
    side = 1.0 if good else -1.0
    listener.loyalty = push_up(listener.loyalty, side * p.hearsay_loyalty)
    listener.expectation = push_up(listener.expectation, side * p.hearsay_expectation)


@behaviour
def count_telling(tally, good):
    """Count a telling by its valence."""
    if good:
        tally.tellings_good += 1
    else:
        tally.tellings_bad += 1


@behaviour
def update_reputation(world, p, tally):
    """Move the reputation towards the day's balance of good and bad tellings."""
    told = tally.tellings_good + tally.tellings_bad
    if told > 0:
        balance = (tally.tellings_good - tally.tellings_bad) / told
        world.reputation += (balance - world.reputation) / p.reputation_memory
    tally.reputation = world.reputation
