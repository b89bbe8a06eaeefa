"""The rep chooses a move: a softmax, or a trembling hand, over what pulls and pushes.

Five pulls add up to the utility of each move: what the policy asks, the wish to
resolve, self-protection, one's own sense of what is right, and staying within the
rules; cynicism and a passed target time bend it. Depletion makes the choice noisier.
The weights are parameters; what enters here are the situation's own shares in [0, 1].
"""

import math

from sim.arithmetic import clamp
from sim.behaviours import behaviour
from sim.moves import (
    ABUSIVE,
    ACKNOWLEDGE,
    APOLOGISE,
    ARGUE,
    ASK,
    CIVIL,
    DEFLECT,
    END_CONTACT,
    ESCALATE,
    EXPLAIN,
    HOLD_BOUNDARY,
    INTERRUPT,
    LET_VENT,
    LISTEN,
    MOVES,
    OFFER,
    OFFER_CHOICE,
    PASS_THE_BUCK,
    WARN,
)


@behaviour
def share_beyond(claim, due):
    """Return the share of a claim that lies beyond what is due, in [0, 1]."""
    if claim <= due or claim <= 0.0:
        return 0.0
    return (claim - due) / claim


@behaviour
def readiness(talk, policy):
    """Return how ready for solving the conversation is, as far as the policy's listening goes."""
    if policy.listening <= talk.understanding:
        return 1.0
    return talk.understanding / policy.listening


@behaviour
def ask_of_policy(talk, policy, p, utilities):
    """Add what the policy asks of the rep."""
    weight = p.weight_policy
    need = 1.0 - talk.understanding
    ready = readiness(talk, policy)
    ready *= ready
    stuck = 1.0 - 1.0 / (1.0 + talk.offers)
    utilities[LISTEN] += weight * policy.listening * need
    utilities[ACKNOWLEDGE] += weight * policy.listening * talk.anger * (1.0 - talk.heard)
    utilities[LET_VENT] += weight * policy.listening * talk.anger / (1.0 + talk.turn)
    utilities[ASK] += weight * policy.listening * need
    if not talk.apologised:
        utilities[APOLOGISE] += weight * policy.apology * (1.0 - talk.heard)
    if not talk.explained:
        utilities[EXPLAIN] += weight * policy.explaining * ready
    utilities[OFFER] += weight * ready * (1.0 - policy.choice)
    utilities[OFFER_CHOICE] += weight * ready * policy.choice
    beyond = share_beyond(talk.claim, talk.fair)
    utilities[HOLD_BOUNDARY] += weight * policy.boundary * beyond * ready
    if talk.tone == ABUSIVE:
        if talk.abusive_turns > policy.tolerated_abuse:
            utilities[END_CONTACT] += p.last_resort * weight
        elif talk.warnings == 0 and policy.tolerated_abuse < math.inf:
            utilities[WARN] += weight
    need_superior = stuck
    if talk.asked_superior or talk.beyond_authority:
        need_superior = 1.0
    called_for = (1.0 - policy.escalation_threshold) * need_superior
    utilities[ESCALATE] += p.weight_escalation * called_for


@behaviour
def wish_to_resolve(talk, weight, utilities):
    """Add the pull towards understanding first and a solution then."""
    need = 1.0 - talk.understanding
    utilities[LISTEN] += weight * need
    utilities[ASK] += weight * need
    utilities[ACKNOWLEDGE] += weight * talk.anger * (1.0 - talk.heard)
    utilities[OFFER] += weight * talk.understanding
    utilities[OFFER_CHOICE] += weight * talk.understanding
    if not talk.explained:
        utilities[EXPLAIN] += weight * talk.understanding
    if not talk.apologised:
        utilities[APOLOGISE] += weight * talk.anger
    if talk.asked_superior:
        utilities[ESCALATE] += weight * talk.anger


@behaviour
def protect_oneself(talk, depletion, p, utilities):
    """Add the pull away from hostility, stronger when depleted."""
    weight = p.weight_protection
    hostile = 0.0
    if talk.tone != CIVIL:
        hostile = 1.0 if talk.tone == ABUSIVE else p.pressing_hostility
    threat = weight * hostile * (1.0 + depletion)
    utilities[END_CONTACT] += threat
    utilities[WARN] += threat if talk.warnings == 0 else 0.0
    utilities[ESCALATE] += threat * p.flight
    utilities[DEFLECT] += threat * p.flight
    utilities[PASS_THE_BUCK] += threat * p.flight
    utilities[LISTEN] -= weight * depletion
    utilities[LET_VENT] -= weight * depletion


@behaviour
def do_what_is_right(talk, ready, weight, utilities):
    """Add the pull of one's own sense of what is due."""
    wrong = share_beyond(talk.claim, talk.right)
    utilities[HOLD_BOUNDARY] += weight * wrong * ready
    utilities[OFFER] += weight * (1.0 - wrong) * ready
    utilities[OFFER_CHOICE] += weight * (1.0 - wrong) * ready
    if not talk.apologised:
        utilities[APOLOGISE] += weight * (1.0 - wrong)


@behaviour
def keep_to_the_rules(talk, policy, p, utilities):
    """Add the push away from what the guidelines do not allow."""
    weight = p.weight_rules
    utilities[ARGUE] -= weight
    utilities[INTERRUPT] -= weight
    utilities[DEFLECT] -= weight
    utilities[PASS_THE_BUCK] -= weight
    utilities[HOLD_BOUNDARY] -= weight * (1.0 - policy.boundary)
    if talk.tone != ABUSIVE or talk.abusive_turns <= policy.tolerated_abuse:
        utilities[END_CONTACT] -= p.last_resort * weight
    if talk.tone != ABUSIVE:
        utilities[WARN] -= p.last_resort * weight
    if not (talk.asked_superior or talk.beyond_authority):
        utilities[ESCALATE] -= weight * policy.escalation_threshold


@behaviour
def give_in_to_cynicism(rep, weight, utilities):
    """Add what depersonalisation and a low mood do to manners."""
    cynical = weight * clamp(rep.depersonalisation + (0.5 - rep.mood))
    utilities[ARGUE] += cynical
    utilities[INTERRUPT] += cynical
    utilities[DEFLECT] += cynical
    utilities[PASS_THE_BUCK] += cynical
    utilities[LISTEN] -= cynical
    utilities[ACKNOWLEDGE] -= cynical


@behaviour
def watch_the_clock(talk, weight, utilities):
    """Add the pull of a target handling time that has passed."""
    if talk.minutes <= talk.target:
        return
    over = weight * clamp(talk.minutes / talk.target - 1.0)
    utilities[LISTEN] -= over
    utilities[LET_VENT] -= over
    utilities[ASK] -= over
    utilities[EXPLAIN] -= over
    utilities[OFFER] += over
    utilities[INTERRUPT] += over
    utilities[DEFLECT] += over
    utilities[PASS_THE_BUCK] += over


@behaviour
def softmax_choice(utilities, temperature, u):
    """Return the index at ``u`` of the softmax distribution; ``utilities`` is overwritten."""
    top = utilities[0]
    for move in range(1, MOVES):
        if utilities[move] > top:
            top = utilities[move]
    total = 0.0
    for move in range(MOVES):
        # Below this an alternative has no chance that 32 bits could show.
        scaled = (utilities[move] - top) / temperature
        if scaled > -25.0:
            total += math.exp(scaled)
        utilities[move] = total
    return move_at(utilities, u * total)


@behaviour
def trembling_choice(utilities, tremble, u):
    """Return the best move but for a trembling hand; ``utilities`` is overwritten.

    Constant error: with the chance ``tremble`` any move is made, each as likely. Of equals
    the first is the best.
    """
    best = 0
    for move in range(1, MOVES):
        if utilities[move] > utilities[best]:
            best = move
    total = 0.0
    for move in range(MOVES):
        total += tremble / MOVES
        if move == best:
            total += 1.0 - tremble
        utilities[move] = total
    return move_at(utilities, u * total)


@behaviour
def move_at(cumulated, aim):
    """Return the first move whose cumulated weight lies above ``aim``."""
    move = 0
    while move < MOVES - 1 and cumulated[move] <= aim:
        move += 1
    return move


@behaviour
def choose_move(rep, talk, policy, p, u, utilities):
    """Choose the next move of the conversation.

    This is the hook for a rule of one's own: pass a function of the same arguments as
    ``choose`` to :func:`sim.simulate`, and both engines use it.

    Parameters
    ----------
    rep, talk, policy, p : record
        The rep, the conversation as it stands, the policy and the parameters.
    u : float
        The uniform draw that decides.
    utilities : array of float, shape (16,)
        Scratch.

    Returns
    -------
    int
        A move of :mod:`sim.moves`.
    """
    for move in range(MOVES):
        utilities[move] = 0.0
    depletion = 0.5 * (rep.fatigue + rep.exhaustion)
    ask_of_policy(talk, policy, p, utilities)
    wish_to_resolve(talk, p.weight_resolve, utilities)
    protect_oneself(talk, depletion, p, utilities)
    do_what_is_right(talk, readiness(talk, policy), p.weight_right, utilities)
    keep_to_the_rules(talk, policy, p, utilities)
    give_in_to_cynicism(rep, p.weight_cynicism, utilities)
    watch_the_clock(talk, p.weight_time, utilities)
    if talk.last_move >= 0:
        utilities[talk.last_move] -= p.weight_repeat
    noise = 1.0 + p.depletion_noise * depletion
    if p.choice_by_tremble:
        return trembling_choice(utilities, clamp(p.tremble * noise), u)
    return softmax_choice(utilities, p.choice_temperature * noise, u)
