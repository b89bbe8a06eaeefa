"""The log of contacts: one row each after the branch, where somebody asked for it.

Collection of data, no mechanism: no rule reads a row, and a run is the same with the log
as without. The log is off while it has no room at all; then every rule here is one
comparison.
"""

from sim.behaviours import behaviour
from sim.moves import (
    ABUSIVE,
    CALL_BACK,
    CIVIL,
    ISSUE,
    MENDED,
    NOTED,
    PRESSING,
    RESOLVED,
    UNRESOLVED,
)
from sim.state import TURNS_PER_WORD, WORDS


@behaviour
def is_log_half_full(floor):
    """Return whether the log is to be emptied before another day: a day has the other half."""
    return 2 * floor.world[0].contacts > len(floor.contacts)


@behaviour
def log_contact(floor, customer, rep, stage, matter, attempt, minute, wait, ending):
    """Begin the row of a contact: who, when, about what; a row is never left out.

    ``rep`` is an id, -1 where no rep was spoken to. ``minute`` is that of the arrival.
    """
    if len(floor.contacts) == 0:
        return
    world = floor.world[0]
    if world.contacts >= len(floor.contacts):
        raise RuntimeError("a day has more contacts than the log of contacts has room for")
    row = floor.contacts[world.contacts]
    world.contacts += 1
    row.customer = customer.id
    row.rep = rep
    row.day = world.day
    row.stage = stage
    row.matter = matter
    row.attempt = attempt
    row.minute = minute
    row.wait = wait
    row.ending = ending
    row.kind = -1
    row.claim = 0.0
    row.due = 0.0
    row.felt_due = 0.0
    if matter == ISSUE:
        row.kind = customer.kind
        row.claim = customer.claim
        row.due = customer.due
        row.felt_due = customer.felt_due
    row.claim_left = row.claim
    row.turns = 0
    row.tone = CIVIL
    row.warnings = 0
    row.minutes = 0.0
    row.offered = 0.0
    row.granted = 0.0
    row.anger_start = 0.0
    row.anger_end = 0.0
    row.heard = 0.0
    row.understanding = 0.0
    row.strain = 0.0
    row.satisfaction = 0.0
    row.payoff_customer = 0.0
    row.payoff_rep = 0.0
    row.payoff_employer = 0.0
    row.distributive = 0.0
    row.procedural = 0.0
    row.interactional = 0.0
    row.quality = 0.0
    row.expectation = 0.0
    row.boundary = False
    row.threatened = False
    row.apologised = False
    row.explained = False
    row.concluded = False
    for word in range(WORDS):
        row.said[word] = 0


@behaviour
def log_enquiry(floor, customer, minutes, settled, quality, expected, strain):
    """Add how a routine contact went."""
    if len(floor.contacts) == 0:
        return
    row = floor.contacts[floor.world[0].contacts - 1]
    row.minutes = minutes
    row.ending = RESOLVED if settled else UNRESOLVED
    row.strain = strain
    log_judgement(row, customer, quality, expected)
    row.distributive = 0.0


@behaviour
def log_judgement(row, customer, quality, expected):
    """Add how the customer judged the contact just now, against what was expected before it."""
    row.satisfaction = customer.transaction
    row.distributive = customer.distributive
    row.procedural = customer.procedural
    row.interactional = customer.interactional
    row.quality = quality
    row.expectation = expected


@behaviour
def log_talk(floor, customer):
    """Add how a conversation over an issue went; nothing was paid over the issue before."""
    if len(floor.contacts) == 0:
        return
    talk = floor.talk[0]
    row = floor.contacts[floor.world[0].contacts - 1]
    row.minutes = talk.minutes
    row.turns = talk.moves
    row.ending = talk.ending
    row.tone = worst_tone(talk)
    row.warnings = talk.warnings
    row.claim_left = talk.claim
    row.offered = talk.offered
    row.granted = customer.granted
    row.anger_start = talk.anger_start
    row.anger_end = talk.anger
    row.heard = talk.heard
    row.understanding = talk.understanding
    row.strain = talk.strain
    row.boundary = talk.boundary
    row.threatened = talk.threatened
    row.apologised = talk.apologised
    row.explained = talk.explained
    for word in range(WORDS):
        row.said[word] = talk.said[word]


@behaviour
def worst_tone(talk):
    """Return the worst tone that the customer took in a conversation."""
    if talk.abusive_turns > 0:
        return ABUSIVE
    return PRESSING if talk.pressing_turns > 0 else CIVIL


@behaviour
def log_case(floor, customer, minutes, offer, settled, anger_start, anger_end, heard):
    """Add how a superior decided a case."""
    if len(floor.contacts) == 0:
        return
    row = floor.contacts[floor.world[0].contacts - 1]
    row.minutes = minutes
    row.ending = RESOLVED if settled else UNRESOLVED
    row.offered = offer
    row.granted = customer.granted
    row.anger_start = anger_start
    row.anger_end = anger_end
    row.heard = heard
    row.understanding = customer.understanding
    row.apologised = customer.apologised
    row.explained = customer.explained


@behaviour
def log_conclusion(floor, judge, quality, expected, customer, rep, employer):
    """Add how a conflict that is over was judged, and what it was worth to each of the three."""
    if len(floor.contacts) == 0:
        return
    row = floor.contacts[floor.world[0].contacts - 1]
    row.concluded = True
    log_judgement(row, judge, quality, expected)
    row.payoff_customer = customer
    row.payoff_rep = rep
    row.payoff_employer = employer


@behaviour
def log_call_back(floor, customer, minute, minutes):
    """Begin the row of a call by the company after a conflict."""
    attempt = customer.attempts if customer.matter == ISSUE else 0
    log_contact(floor, customer, -1, CALL_BACK, ISSUE, attempt, minute, 0.0, NOTED)
    if len(floor.contacts) > 0:
        floor.contacts[floor.world[0].contacts - 1].minutes = minutes


@behaviour
def log_redress(floor, customer):
    """Add what was paid over an issue that stood open, by giving it up or by mending it."""
    if len(floor.contacts) == 0:
        return
    floor.contacts[floor.world[0].contacts - 1].granted = customer.granted


@behaviour
def log_mended(floor, customer, quality, expected):
    """Add that a call back mended what stood open, and how that was judged."""
    if len(floor.contacts) == 0:
        return
    log_redress(floor, customer)
    row = floor.contacts[floor.world[0].contacts - 1]
    row.ending = MENDED
    log_judgement(row, customer, quality, expected)


@behaviour
def note_turn(talk, move):
    """Keep the customer's tone and the rep's move of this turn: a digit to the base 64."""
    place = talk.turn % TURNS_PER_WORD
    talk.said[talk.turn // TURNS_PER_WORD] += (4 * move + talk.tone) << (6 * place)
