"""A confrontation, turn by turn: the customer speaks, the rep moves, the customer answers."""

from sim import chance, purposes
from sim.arithmetic import clamp, logistic, push_up
from sim.behaviours import behaviour
from sim.behaviours.choice import share_beyond
from sim.behaviours.contact_log import note_turn
from sim.behaviours.customer import anger_now
from sim.behaviours.rep import calm_of, listening_of, pace_of
from sim.moves import (
    ABUSIVE,
    APOLOGISE,
    ARGUE,
    CIVIL,
    DEFLECT,
    END_CONTACT,
    ENDED_BY_REP,
    ESCALATE,
    ESCALATED,
    EXPLAIN,
    HOLD_BOUNDARY,
    HUNG_UP,
    INTERRUPT,
    MOVES,
    OFFER,
    OFFER_CHOICE,
    OPEN,
    PASS_THE_BUCK,
    PRESSING,
    RESOLVED,
    UNRESOLVED,
    WARN,
)
from sim.state import WORDS

USUAL_LISTENING = 0.5
"""Listening at which the tables of moves hold as they stand."""

NEXT_TO_NOTHING = 0.01
"""Share of the loss below which nothing is claimed any more."""

TURN_BLOCK = 64
"""Addresses of one contact's turns; the longest conversation is shorter than this."""


@behaviour
def open_conversation(floor, rep, customer, wait, noise):
    """Bring the customer's state and the rep's into the conversation."""
    p = floor.parameters[0]
    policy = floor.policy[0]
    world = floor.world[0]
    talk = floor.talk[0]
    talk.rep = rep.id
    talk.customer = customer.id
    talk.turn = 0
    talk.tone = CIVIL
    talk.ending = OPEN
    talk.abusive_turns = 0
    talk.pressing_turns = 0
    talk.warnings = 0
    talk.offers = 0
    talk.last_move = -1
    talk.moves = 0
    talk.wait = wait
    talk.anger_start = anger_at_start(customer, policy, p, world.day * 1.0, wait)
    talk.anger = talk.anger_start
    talk.heard = 0.0
    talk.understanding = push_up(
        p.understanding_start, p.understanding_carried * customer.understanding
    )
    talk.felt = 0.0
    talk.strain = 0.0
    talk.surface = 0.0
    talk.deep = 0.0
    talk.minutes = 0.0
    talk.pace = pace_of(rep, p)
    talk.noise = noise
    talk.listening = listening_of(rep, p)
    talk.calm = calm_of(rep, p)
    talk.deep_share = p.deep_share * 0.5 * (rep.empathy + talk.calm) * (1.0 - rep.exhaustion)
    talk.spare = 0.0
    talk.target = policy.target_aht * world.mean_talk
    talk.leak = 0.0
    talk.dissonance = 0.0
    talk.pride = 0.0
    talk.offered = 0.0
    talk.worth = 0.0
    talk.held = 0.0
    talk.apologised = customer.apologised
    talk.explained = customer.explained
    talk.choice = False
    talk.boundary = False
    talk.promised = False
    talk.asked_superior = False
    talk.threatened = False
    talk.missed = False
    talk.severe = False
    talk.disrespected = False
    talk.over_time = False
    for word in range(WORDS):
        talk.said[word] = 0
    judge_claim(rep, customer, world, policy, p, talk)


@behaviour
def anger_at_start(customer, policy, p, now, wait):
    """Return the anger that the customer brings: what is left, the issue, the wait, the repeat."""
    anger = anger_now(customer, p, now)
    if customer.attempts <= 1:
        heat = p.anger_issue * customer.severity * (0.5 + customer.temper)
        anger = push_up(anger, clamp(heat * (1.0 - p.transparency_calm * policy.transparency)))
    else:
        anger = push_up(anger, p.anger_repeat)
    return push_up(anger, clamp(p.anger_wait * wait / 10.0))


@behaviour
def judge_claim(rep, customer, world, policy, p, talk):
    """Perceive what would be fair, with error and with a bias of one's own, and settle the offer.

    The policy grants the fair part and a share of what is claimed beyond it; the rep's
    own sense shifts that by the discretion taken; the authority caps it.
    """
    u, _, _, _ = chance.uniforms(
        world, customer.id, customer.issues, purposes.PERCEPTION, customer.attempts
    )
    fair = customer.due + p.rep_fairness_error * chance.normal(u) * customer.loss
    talk.fair = fair if fair > 0.0 else 0.0
    right = talk.fair + rep.fairness_bias * customer.loss
    talk.right = right if right > 0.0 else 0.0
    talk.claim = customer.claim
    talk.excess = share_beyond(talk.claim, talk.fair)
    beyond = talk.claim - talk.fair
    asked = talk.fair + policy.generosity * (beyond if beyond > 0.0 else 0.0)
    own = talk.right if talk.right < talk.claim else talk.claim
    wanted = push_between(asked, own, p.discretion)
    if wanted > talk.claim:
        wanted = talk.claim
    cap = policy.authority * customer.loss
    talk.beyond_authority = wanted > cap
    talk.offer = cap if wanted > cap else wanted


@behaviour
def push_between(a, b, share):
    """Return the point ``share`` of the way from ``a`` to ``b``."""
    return a + share * (b - a)


@behaviour
def converse(floor, rep, customer, choose):
    """Talk until the conversation ends, and return nothing: the talk's record holds it all."""
    p = floor.parameters[0]
    policy = floor.policy[0]
    world = floor.world[0]
    talk = floor.talk[0]
    base = customer.contact_number * TURN_BLOCK
    while talk.ending == OPEN:
        u_move, u_accept, u_tone, u_answer = chance.uniforms(
            world, customer.id, customer.contact_day, purposes.TURN, base + talk.turn
        )
        customer_speaks(customer, talk, p, u_tone)
        rep_feels(talk, policy, p)
        move = choose(rep, talk, policy, p, u_move, floor.utilities)
        if move < 0 or move >= MOVES:
            raise ValueError("the rule that chooses moves returned a number that is no move")
        world.choices += 1
        note_turn(talk, move)
        make_move(customer, talk, policy, p, move)
        if talk.ending == OPEN:
            customer_answers(customer, talk, policy, p, move, u_accept, u_answer)
        talk.turn += 1
        if talk.ending == OPEN and talk.turn >= p.turns:
            talk.ending = UNRESOLVED


@behaviour
def customer_speaks(customer, talk, p, u):
    """Take a tone: civil, pressing or abusive, by anger, temper and what has worked before.

    Where the draw lies within its tone's share is uniform again, and left for the move.
    """
    learned = 1.0 + (p.tone_effect * customer.tone_habit if p.learned_tone else 0.0)
    abuse = 0.0
    if talk.anger > p.abuse_threshold:
        over = (talk.anger - p.abuse_threshold) / (1.0 - p.abuse_threshold)
        abuse = p.abuse_rate * over * customer.temper * learned
        if talk.warnings > 0:
            abuse *= p.abuse_quiet
    pressing = p.pressing_rate * talk.anger * learned
    if u < abuse:
        talk.tone = ABUSIVE
        talk.abusive_turns += 1
        talk.severe = True
        talk.spare = u / abuse
    elif u < abuse + pressing:
        talk.tone = PRESSING
        talk.pressing_turns += 1
        talk.spare = (u - abuse) / pressing
    else:
        talk.tone = CIVIL
        talk.spare = (u - abuse - pressing) / (1.0 - abuse - pressing)


@behaviour
def rep_feels(talk, policy, p):
    """Let the tone reach the rep, and what is felt and not hidden the customer.

    Emotional labour: the display rule sets how much of the feeling must not show. Deep
    acting changes what is felt, surface acting only hides it; the sums over the turns are
    kept.
    """
    if talk.tone == ABUSIVE:
        talk.felt = push_up(talk.felt, p.felt_hostility * (1.0 - talk.calm))
        talk.strain += p.strain_hostility
    elif talk.tone == PRESSING:
        talk.felt = push_up(talk.felt, p.felt_pressing * (1.0 - talk.calm))
        talk.strain += p.strain_pressing
    else:
        talk.felt *= 1.0 - p.felt_fade
    demanded = policy.display_rule * talk.felt
    talk.deep += demanded * talk.deep_share
    talk.surface += demanded * (1.0 - talk.deep_share)
    talk.felt -= p.acting_relief * demanded * talk.deep_share
    shown = p.leak * talk.felt * (1.0 - policy.display_rule)
    if shown > talk.leak:
        talk.leak = shown
    talk.anger = push_up(talk.anger, p.leak_heat * shown)


@behaviour
def make_move(customer, talk, policy, p, move):
    """Make a move: its effects on anger, being heard, understanding, time and strain."""
    talk.moves += 1
    repeated = (move == APOLOGISE and talk.apologised) or (move == WARN and talk.warnings > 0)
    effect = p.double_effort if repeated else 1.0
    skill = talk.listening / USUAL_LISTENING
    heard = effect * p.heard_by_moves[move]
    found = p.understanding_by_moves[move]
    talk.heard = clamp(push_up(talk.heard, clamp(heard * skill) if heard > 0.0 else heard))
    talk.understanding = clamp(
        push_up(talk.understanding, clamp(found * skill) if found > 0.0 else found)
    )
    talk.anger = clamp(push_up(talk.anger, effect * p.anger_of_moves[move]))
    talk.minutes += p.minutes_of_moves[move] * talk.pace * talk.noise
    talk.strain += p.strain_of_moves[move]
    talk.last_move = move
    if move == OFFER or move == OFFER_CHOICE:
        make_offer(talk, p, move)
    elif move == HOLD_BOUNDARY:
        hold_boundary(talk, p)
    elif move == EXPLAIN:
        explain(customer, talk, p)
    elif move == APOLOGISE:
        talk.apologised = True
    elif move == WARN:
        talk.warnings += 1
    elif move == END_CONTACT:
        talk.ending = ENDED_BY_REP
    elif move == ESCALATE:
        talk.ending = ESCALATED
        talk.promised = talk.spare < policy.timeframe
    elif move == PASS_THE_BUCK:
        talk.ending = UNRESOLVED
        talk.disrespected = True
    elif move == ARGUE or move == INTERRUPT or move == DEFLECT:
        talk.disrespected = True


@behaviour
def make_offer(talk, p, move):
    """Put an offer on the table; made blind it may miss, and be worth less than it costs."""
    talk.offers += 1
    talk.offered = talk.offer if talk.offer < talk.claim else talk.claim
    talk.missed = talk.spare < 1.0 - talk.understanding
    talk.worth = talk.offered * (1.0 - (p.blind_miss if talk.missed else 0.0))
    if move == OFFER_CHOICE:
        talk.choice = True
        talk.worth += p.choice_worth * talk.claim
        if talk.worth < 0.0:
            talk.worth = 0.0


@behaviour
def hold_boundary(talk, p):
    """Decline what goes beyond the fair part; a customer who feels heard gives some of it up."""
    talk.boundary = True
    talk.held += 1.0
    beyond = talk.claim - talk.fair
    if beyond > 0.0:
        talk.claim -= p.firm_yield * talk.heard * beyond


@behaviour
def explain(customer, talk, p):
    """Explain in plain words; a customer who is understood gives up some of a mistaken claim."""
    talk.explained = True
    share = p.explain_yield * talk.understanding
    beyond = talk.claim - talk.fair
    if beyond > 0.0:
        talk.claim -= share * beyond
    beyond = customer.felt_due - talk.fair
    if beyond > 0.0:
        customer.felt_due -= share * beyond


@behaviour
def customer_answers(customer, talk, policy, p, move, u_accept, u_answer):
    """Accept, hang up, ask for a superior, threaten to leave, or go on pressing."""
    on_table = talk.offers > 0 or talk.claim <= NEXT_TO_NOTHING * customer.loss
    looks = move == OFFER or move == OFFER_CHOICE or move == HOLD_BOUNDARY or move == EXPLAIN
    chance_now = 0.0
    if on_table and looks:
        chance_now = chance_of_accepting(talk.worth, talk.claim, talk.heard, talk.anger, p)
    if u_accept < chance_now:
        talk.ending = RESOLVED
        return
    edge = p.hang_up_rate * talk.anger
    if u_answer < edge:
        talk.ending = HUNG_UP
        return
    edge += p.ask_superior_rate * talk.anger
    if u_answer < edge:
        talk.asked_superior = True
        return
    if u_answer < edge + p.threat_rate * talk.anger:
        talk.threatened = True
        cap = policy.authority * customer.loss
        most = talk.claim if talk.claim < cap else cap
        if most > talk.offer:
            talk.offer += p.threat_yield * (most - talk.offer)


@behaviour
def chance_of_accepting(worth, claim, heard, anger, p):
    """Return the chance that an offer of this worth is accepted."""
    share = 1.0
    if worth < claim:
        share = worth / claim
    return logistic(
        p.accept_base + p.accept_offer * share + p.accept_heard * heard - p.accept_anger * anger
    )


@behaviour
def bear_acting(talk, p):
    """Turn the acting over the turns into means, and bear the strain of surface acting."""
    turns = talk.turn if talk.turn > 0 else 1
    talk.deep /= turns
    talk.surface /= turns
    talk.strain += p.strain_surface * talk.surface


@behaviour
def weigh_conscience(rep, customer, talk, p):
    """Feel an unfair claim, and acting against one's own judgement; pride in a good end."""
    unfair = share_beyond(customer.claim, talk.right)
    talk.strain += p.strain_unfair * unfair
    against = (talk.offered - talk.right) / customer.loss
    if talk.offers > 0 and against > 0.0:
        talk.dissonance = clamp(against)
        talk.strain += p.strain_conceding * talk.dissonance * (1.0 - rep.sovereignty)
        talk.pride = talk.dissonance * rep.sovereignty
    denied = talk.right if talk.right < customer.claim else customer.claim
    against = (denied - talk.offered) / customer.loss
    if against > 0.0 and talk.ending != ESCALATED:
        talk.dissonance = clamp(against)
        talk.strain += p.strain_refusing * talk.dissonance
