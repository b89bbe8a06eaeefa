"""The rep: who it is, how a contact wears on it, and its nights."""

from sim import chance, purposes
from sim.arithmetic import bounded_exp, clamp, push_up
from sim.behaviours import behaviour

REP_GENERATION = 1_048_576
"""The id of a rep is the seat plus the generation times this."""


LEAST_REWARD = 0.05
"""Accomplishment below this counts as this much: no reward is no division by zero (assumed)."""


@behaviour
def rep_born(rep, world, p, generation, hired):
    """Seat a new rep: an id, traits and states of its own, a novice."""
    rep.generation = generation
    rep.id = rep.seat + generation * REP_GENERATION
    rep.team = rep.seat // p.team_size
    rep.hired = hired
    rep.present = True
    u0, u1, u2, u3 = chance.uniforms(world, rep.id, 0, purposes.REP_TRAITS, 0)
    rep.empathy = chance.unit_trait(u0, p.empathy, p.rep_trait_spread)
    rep.composure = chance.unit_trait(u1, p.composure, p.rep_trait_spread)
    rep.sovereignty = chance.unit_trait(u2, p.sovereignty, p.rep_trait_spread)
    rep.fairness_bias = p.rep_fairness_bias + p.rep_fairness_spread * chance.normal(u3)
    u0, u1, u2, u3 = chance.uniforms(world, rep.id, 0, purposes.REP_STATES, 0)
    rep.recovery = chance.lognormal(u3, 1.0, p.recovery_spread)
    rep.off_day = rep.seat % 7
    rep.holiday_from = hired + 1 + int(u0 * p.holiday_interval)
    rep.absent_until = 0
    rep.experience = 0.0
    rep.trained = 0.0
    rep.fatigue = 0.0
    rep.spent = 0.0
    rep.chronic = 0.2 * u1
    rep.respite = 0.0
    rep.exhaustion = rep.chronic
    rep.depersonalisation = p.depersonalisation_exhaustion * rep.exhaustion
    rep.accomplishment = 0.5 + 0.2 * u2
    rep.mood = 0.5
    rep.unfair = 0.0
    rep.aggression = 0.0
    rep.dislike = 0.0
    rep.ambiguity = 0.0
    rep.surface = 0.0
    rep.deep = 0.0
    rep.performance = 0.5
    rep.on_floor = False
    rep.on_holiday = False
    rep.absent = False
    rep.in_training = False
    rep.free_at = 0.0
    rep.burnt_out_day = -1
    learn(rep, p)


@behaviour
def learn(rep, p):
    """Set skill and poise by exponential learning curves over contacts handled since the first day.

    The craft is learned in weeks, to keep calm in years.
    """
    rep.skill = 1.0 - (1.0 - p.novice_skill) * bounded_exp(-rep.experience / p.learning_contacts)
    rep.poise = p.calm_experience * (1.0 - bounded_exp(-rep.experience / p.calm_contacts))


@behaviour
def pace_of(rep, p):
    """Return the factor on handling time of this rep now.

    Novices, the tired and those in a low mood are slower.
    """
    low = 1.0 - 2.0 * rep.mood
    return (
        (1.0 + p.novice_slowdown * (1.0 - rep.skill))
        * (1.0 + p.fatigue_slowdown * rep.fatigue)
        * (1.0 + p.exhaustion_slowdown * rep.exhaustion)
        * (1.0 + p.mood_slowdown * (low if low > 0.0 else 0.0))
    )


@behaviour
def listening_of(rep, p):
    """Return how well this rep listens now, in [0, 1]."""
    listening = push_up(rep.empathy, p.training_listening * rep.trained)
    listening *= 1.0 - p.listening_fatigue * rep.fatigue
    listening *= 1.0 - p.listening_exhaustion * rep.exhaustion
    listening *= 1.0 - p.listening_cynicism * rep.depersonalisation
    return clamp(listening)


@behaviour
def calm_of(rep, p):
    """Return the rep's composure with what training and experience add to it, in [0, 1]."""
    return push_up(push_up(rep.composure, p.training_composure * rep.trained), rep.poise)


@behaviour
def strain_left(rep, policy, p, strain):
    """Return the strain that gets past autonomy, support and composure.

    Relief (strain below zero) is not buffered.
    """
    if strain <= 0.0:
        return strain
    autonomy = policy.authority / (1.0 + policy.authority)
    strain *= 1.0 - p.buffer_autonomy * autonomy
    strain *= 1.0 - p.buffer_support * policy.emotional_support
    return strain * (1.0 - p.buffer_composure * calm_of(rep, p))


@behaviour
def wear(rep, p, minutes, strain, resolved):
    """Let a contact wear on the rep: fatigue, the day's strain, mood, experience."""
    rep.contacts_today += 1
    rep.handled_today += minutes
    rep.strain_today += strain
    load = p.fatigue_minute * minutes + p.fatigue_strain * (strain if strain > 0.0 else 0.0)
    rep.fatigue = push_up(rep.fatigue, clamp(load))
    rep.mood += p.mood_fade * (0.5 - rep.mood)
    rep.mood = clamp(rep.mood - p.mood_contact * strain)
    if resolved:
        rep.resolved_today += 1
        rep.mood = push_up(rep.mood, p.mood_resolving)
    rep.experience += 1.0 + p.training_learning * rep.trained


@behaviour
def take_break(rep, p, minutes):
    """Rest for some minutes in the shift."""
    left = 1.0 - p.break_recovery * minutes
    rep.fatigue *= left if left > 0.0 else 0.0
    if rep.strain_today > 0.0:
        left = 1.0 - p.break_relief * minutes
        rep.strain_today *= left if left > 0.0 else 0.0


@behaviour
def start_day(rep):
    """Clear the day's counters."""
    rep.contacts_today = 0
    rep.resolved_today = 0
    rep.handled_today = 0.0
    rep.strain_today = 0.0
    rep.hostility_today = 0.0
    rep.pride_today = 0.0
    rep.unfair_today = 0.0
    rep.aggression_today = 0.0
    rep.dislike_today = 0.0
    rep.ambiguity_today = 0.0
    rep.surface_today = 0.0
    rep.deep_today = 0.0


@behaviour
def rest_overnight(rep, p, team_chronic):
    """Go through the evening and the night: strain drains, rest restores, both fade.

    Exhaustion has a chronic part, drained by the day's strain and restored by nights and
    days off, and a respite from holidays that lifts some of it and fades.
    """
    if rep.on_floor:
        rep.chronic = push_up(rep.chronic, clamp(p.drain * draining(rep, p)))
        rep.chronic *= 1.0 - clamp(p.recovery_night * rep.recovery)
    else:
        rep.chronic *= 1.0 - clamp(p.recovery_off * rep.recovery)
    rep.chronic = clamp(rep.chronic + p.crossover * (team_chronic - rep.chronic))
    if rep.on_holiday:
        rep.respite = push_up(rep.respite, p.respite_gain)
    else:
        rep.respite *= 1.0 - p.respite_fade
    rep.exhaustion = rep.chronic * (1.0 - p.respite_effect * rep.respite)
    if rep.on_floor and rep.contacts_today > 0:
        feel_about_work(rep, p)
    rep.spent = rep.fatigue
    rep.fatigue *= 1.0 - p.fatigue_overnight
    rep.mood = 0.5 + p.mood_overnight * (rep.mood - 0.5)
    rep.trained *= 1.0 - p.training_fade
    learn(rep, p)


@behaviour
def draining(rep, p):
    """Return what of the day drains: its strain, or in the second form strain over reward.

    Effort without reward: the same strain drains less whoever feels that it achieves much.
    """
    strain = rep.strain_today if rep.strain_today > 0.0 else 0.0
    if p.drain_by_imbalance:
        reward = rep.accomplishment
        strain *= p.usual_reward / (reward if reward > LEAST_REWARD else LEAST_REWARD)
    return strain


@behaviour
def feel_about_work(rep, p):
    """Move depersonalisation, accomplishment and the questionnaire's means by a day's work."""
    contacts = rep.contacts_today
    cynical = (
        p.depersonalisation_exhaustion * rep.exhaustion
        + p.depersonalisation_strain * rep.hostility_today
    )
    rep.depersonalisation += p.depersonalisation_rate * (clamp(cynical) - rep.depersonalisation)
    proud = (
        p.accomplishment_resolving * rep.resolved_today / contacts
        + p.accomplishment_sovereignty * rep.pride_today / contacts
        - p.accomplishment_exhaustion * rep.exhaustion
    )
    rep.accomplishment += p.accomplishment_rate * (clamp(proud) - rep.accomplishment)
    memory = p.memory_rate
    rep.unfair += memory * (rep.unfair_today / contacts - rep.unfair)
    rep.aggression += memory * (rep.aggression_today / contacts - rep.aggression)
    rep.dislike += memory * (rep.dislike_today / contacts - rep.dislike)
    rep.ambiguity += memory * (rep.ambiguity_today / contacts - rep.ambiguity)
    rep.surface += memory * (rep.surface_today / contacts - rep.surface)
    rep.deep += memory * (rep.deep_today / contacts - rep.deep)


@behaviour
def is_burnt_out(rep, p):
    """Return whether exhaustion and depersonalisation both pass their thresholds."""
    return (
        rep.exhaustion >= p.burnout_exhaustion
        and rep.depersonalisation >= p.burnout_depersonalisation
    )


@behaviour
def quit_hazard(rep, p, day):
    """Return the hazard of quitting, per year: tenure x burnout x labour market."""
    early = 1.0 + p.quit_early * bounded_exp(-(day - rep.hired) / p.quit_tenure)
    burnt = bounded_exp(
        p.quit_exhaustion * rep.exhaustion + p.quit_depersonalisation * rep.depersonalisation
    )
    return p.quit_base * early * burnt * p.labour_market


@behaviour
def falls_ill(rep, world, p):
    """Return the length of an absence that starts today, 0 if none does."""
    u_ill, u_long, _, _ = chance.uniforms(world, rep.id, world.day, purposes.ABSENCE, 0)
    rate = p.absence_base * bounded_exp(
        p.absence_exhaustion * rep.exhaustion
        + p.absence_depersonalisation * rep.depersonalisation
        + p.absence_fatigue * rep.spent
    )
    if u_ill < rate:
        return chance.geometric(u_long, p.absence_spell)
    return 0
