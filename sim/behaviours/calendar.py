"""The wheel of dates: who wants something on which day, found without asking everybody.

A ring of ``HORIZON`` days, each with a doubly linked list of customers. Filing and
taking out cost the same whatever the number of customers; a date further off than the
horizon goes round the ring until its day has come.
"""

import math

from sim.behaviours import behaviour
from sim.state import HORIZON

MONTH = 30
"""Days in a month; a part of the customers lives one each day."""

NEVER = 1e9
"""A date, in days, that no run reaches."""


@behaviour
def take_out(floor, customer):
    """Take a customer out of the wheel, if filed."""
    if customer.filed_day < 0:
        return
    seat = customer.seat
    before = floor.previous_filed[seat]
    after = floor.next_filed[seat]
    if before < 0:
        floor.wheel[customer.filed_day % HORIZON] = after
    else:
        floor.next_filed[before] = after
    if after >= 0:
        floor.previous_filed[after] = before
    customer.filed_day = -1


@behaviour
def next_date(customer):
    """Return the earliest of a customer's dates, in days."""
    date = customer.enquiry_at
    if customer.issue_at < date:
        date = customer.issue_at
    if customer.call_at < date:
        date = customer.call_at
    if customer.follow_up_at < date:
        date = customer.follow_up_at
    return date


@behaviour
def file(floor, customer, today):
    """File a customer under the earliest of its dates, tomorrow at the soonest."""
    day = int(math.floor(next_date(customer)))
    if day <= today:
        day = today + 1
    if customer.filed_day == day:
        return
    take_out(floor, customer)
    seat = customer.seat
    slot = day % HORIZON
    first = floor.wheel[slot]
    floor.next_filed[seat] = first
    floor.previous_filed[seat] = -1
    if first >= 0:
        floor.previous_filed[first] = seat
    floor.wheel[slot] = seat
    customer.filed_day = day
