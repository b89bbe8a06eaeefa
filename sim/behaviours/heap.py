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
def replace_top(heap, length, minute, order, kind):
    """Put an entry in the place of the first one."""
    if length < 1:
        return
    place = 0
    while 2 * place + 1 < length:
        below = 2 * place + 1
        if below + 1 < length:
            left = heap[below]
            right = heap[below + 1]
            if comes_first(right.minute, right.order, right.kind, left):
                below += 1
        row = heap[below]
        if comes_first(minute, order, kind, row):
            break
        write(heap[place], row.minute, row.order, row.kind)
        place = below
    write(heap[place], minute, order, kind)


@behaviour
def drop_top(heap, length):
    """Take the first entry away; return how many are left."""
    last = heap[length - 1]
    replace_top(heap, length - 1, last.minute, last.order, last.kind)
    return length - 1
