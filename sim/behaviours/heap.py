"""A binary heap of entries ``(minute, order, kind)`` in rows: the agenda, and who is free next.

The rows are a fixed array and the length is kept by the owner: a list of tuples would
be counted and copied at every step of a compiled sift. Entries are unique, so the order
in which they leave does not depend on the order in which they came.
"""

from sim.behaviours import behaviour


@behaviour
def comes_first(minute, order, kind, row):
    """Return whether an entry goes before the one in ``row``."""
    if minute != row.minute:
        return minute < row.minute
    if order != row.order:
        return order < row.order
    return kind < row.kind


@behaviour
def write(row, minute, order, kind):
    """Set an entry."""
    row.minute = minute
    row.order = order
    row.kind = kind


@behaviour
def push(heap, length, minute, order, kind):
    """Add an entry to the ``length`` that there are; return how many there are now."""
    place = length
    while place > 0:
        above = heap[(place - 1) >> 1]
        if not comes_first(minute, order, kind, above):
            break
        write(heap[place], above.minute, above.order, above.kind)
        place = (place - 1) >> 1
    write(heap[place], minute, order, kind)
    return length + 1


@behaviour
def earlier_child(heap, place):
    """Return which of the two entries below ``place`` goes first.

    Which one it is cannot be guessed, so the answer is computed and not branched on; only
    a tie, which is rare, takes a branch.
    """
    left = heap[2 * place + 1]
    right = heap[2 * place + 2]
    if right.minute == left.minute:
        if comes_first(right.minute, right.order, right.kind, left):
            return 2 * place + 2
        return 2 * place + 1
    return 2 * place + 1 + int(right.minute < left.minute)


@behaviour
def sink(heap, length):
    """Move the entries below an empty top up until the gap is at the bottom; return where."""
    place = 0
    while 2 * place + 2 < length:
        below = earlier_child(heap, place)
        row = heap[below]
        write(heap[place], row.minute, row.order, row.kind)
        place = below
    if 2 * place + 1 < length:
        row = heap[2 * place + 1]
        write(heap[place], row.minute, row.order, row.kind)
        place = 2 * place + 1
    return place


@behaviour
def replace_top(heap, length, minute, order, kind):
    """Put an entry in the place of the first one.

    What replaces the first is late as a rule: the gap sinks to the bottom without asking
    for it, and from there it rises if it must.
    """
    push(heap, sink(heap, length), minute, order, kind)


@behaviour
def drop_top(heap, length):
    """Take the first entry away; return how many are left."""
    length -= 1
    if length > 0:
        last = heap[length]
        push(heap, sink(heap, length), last.minute, last.order, last.kind)
    return length
