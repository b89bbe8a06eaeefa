"""The queue in continuous time: first come, first served; the longest-idle server first.

Servers stand in a heap by the minute at which they are free. Customers are taken in order of
arrival, so the server who is free first, and among those free the one idle longest, is
always at the top; a customer whose wait would pass their patience abandons and leaves
the heap as it was. This is exact for the first-come-first-served queue with
abandonment, because whoever abandons never holds up whoever came later.
"""

from sim.behaviours import behaviour
from sim.behaviours.heap import push, replace_top
from sim.chance import exponential, lognormal, uniforms
from sim.purposes import CORE_ARRIVAL, CORE_SERVICE


@behaviour
def wait_for_server(servers, arrival):
    """Return how many minutes someone who arrives now would wait."""
    wait = servers[0].minute - arrival
    return wait if wait > 0.0 else 0.0


@behaviour
def occupy(servers, on_duty, free_at):
    """Hand the top server a piece of work that ends at ``free_at``."""
    top = servers[0]
    replace_top(servers, on_duty, free_at, top.order, top.kind)


@behaviour
def serve_arrivals(world, arrival_rate, mean_service, mean_patience, servers, minutes, cv, waits):
    """Run the queue alone: Poisson arrivals, patience and service drawn by address.

    Parameters
    ----------
    world : record
        Holds the key of the draws.
    arrival_rate : float
        Arrivals per minute.
    mean_service, mean_patience : float
        Means in minutes; patience is exponential, infinite if ``mean_patience`` <= 0.
    servers : rows of ``state.ENTRY``
        One for each server; all are free at minute 0.
    minutes : float
        Length of the run.
    cv : float
        Coefficient of variation of a lognormal service time; below 0 the service time is
        exponential.
    waits : array of float, shape (capacity,)
        Filled with the wait of each served arrival; -1 for one who abandoned. Filling
        stops at its capacity.

    Returns
    -------
    tuple
        Arrivals, those who abandoned, and the minutes of service that fall into the run.
    """
    on_duty = 0
    for index in range(len(servers)):
        on_duty = push(servers, on_duty, 0.0, index, index)
    arrivals = 0
    abandoned = 0
    busy = 0.0
    now = 0.0
    while arrivals < len(waits):
        gap, patience_draw, _, _ = uniforms(world, arrivals, 0, CORE_ARRIVAL, 0)
        now += exponential(gap, 1.0 / arrival_rate)
        if now >= minutes:
            break
        wait = wait_for_server(servers, now)
        if mean_patience > 0.0 and wait > exponential(patience_draw, mean_patience):
            waits[arrivals] = -1.0
            abandoned += 1
        else:
            draw, _, _, _ = uniforms(world, arrivals, 0, CORE_SERVICE, 0)
            service = exponential(draw, mean_service)
            if cv >= 0.0:
                service = lognormal(draw, mean_service, cv)
            start = now + wait
            end = start + service
            occupy(servers, on_duty, end)
            waits[arrivals] = wait
            if start < minutes:
                busy += (end if end < minutes else minutes) - start
        arrivals += 1
    return arrivals, abandoned, busy
