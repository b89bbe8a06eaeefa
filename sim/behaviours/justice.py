"""How a contact is judged: the three justices, satisfaction against expectation, loyalty."""

from sim.arithmetic import bounded_exp, clamp
from sim.behaviours import behaviour


@behaviour
def distributive_justice(worth, felt_due, p):
    """Return the fairness of the outcome: up to the felt due in proportion, then less and less.

    What is far beyond it is doubted: the more, the less fair.
    """
    fair = 1.0 - p.overpaid_gain
    if felt_due <= 0.0:
        return fair
    share = worth / felt_due
    if share <= 1.0:
        return fair * share
    fair += p.overpaid_gain * (1.0 - bounded_exp(-(share - 1.0) / p.overpaid_scale))
    if share > p.overpaid_turn:
        fair -= p.overpaid_doubt * (share - p.overpaid_turn)
    return clamp(fair)


@behaviour
def coloured(distributive, interactional, p):
    """Return how fair an outcome feels after such a treatment: the same, when treated so-so."""
    return clamp(distributive + p.treatment_colours * (interactional - 0.5))


@behaviour
def procedural_justice(customer, p, wait, explained):
    """Return the fairness of a contact's procedure: its wait, its repeats, its explanations."""
    fair = p.procedure_base - p.wait_procedure * wait / 10.0
    fair -= p.repeat_procedure * (customer.attempts - 1)
    if explained:
        fair += p.explain_procedure
    return fair


@behaviour
def enquiry_respect(rep, listening, policy, p):
    """Return the interactional justice of a routine contact: listening, mood, cynicism."""
    return clamp(p.respect_base + p.respect_listening * listening + manners(rep, policy, p))


@behaviour
def manners(rep, policy, p):
    """Return what mood and cynicism do to the treatment; the display rule hides a low mood."""
    mood = rep.mood - 0.5
    if mood < 0.0:
        mood *= 1.0 - policy.display_rule
    return p.respect_mood * mood - p.respect_cynicism * rep.depersonalisation


@behaviour
def conflict_respect(rep, talk, policy, p, ended):
    """Return the interactional justice of a conflict: being heard, apology, respect, leaks."""
    fair = p.respect_base + p.respect_heard * talk.heard + manners(rep, policy, p)
    if talk.apologised:
        fair += p.apology_worth
    if talk.disrespected:
        fair -= p.disrespect
    if talk.boundary:
        fair += p.boundary_respect
    if ended:
        fair += p.ended_respect
    return clamp(fair - talk.leak)


@behaviour
def conflict_quality(distributive, procedural, interactional, p):
    """Return the weighted mean of the three justices."""
    total = p.weight_distributive + p.weight_procedural + p.weight_interactional
    if total <= 0.0:
        return p.satisfaction_anchor
    return (
        p.weight_distributive * distributive
        + p.weight_procedural * procedural
        + p.weight_interactional * interactional
    ) / total


@behaviour
def enquiry_quality(procedural, interactional, p):
    """Return the weighted mean of treatment and procedure: there was nothing to redress."""
    total = p.weight_procedural + p.weight_interactional
    if total <= 0.0:
        return p.satisfaction_anchor
    return (p.weight_procedural * procedural + p.weight_interactional * interactional) / total


@behaviour
def satisfaction_with(quality, expectation, p):
    """Return transaction satisfaction: losses weigh more than gains, and both diminish.

    A value function of disconfirmation (T12), each branch a saturating exponential.
    """
    gap = quality - expectation
    if gap >= 0.0:
        felt = p.satisfaction_span * (1.0 - bounded_exp(-gap / p.satisfaction_scale))
    else:
        felt = p.satisfaction_span * (bounded_exp(gap / p.satisfaction_scale) - 1.0)
        felt *= p.loss_aversion
    return clamp(p.satisfaction_anchor + felt)


@behaviour
def take_in(customer, p, distributive, procedural, interactional, quality, step):
    """Let a contact move cumulative satisfaction and expectation; return its satisfaction."""
    satisfied = satisfaction_with(quality, customer.expectation, p)
    customer.distributive = distributive
    customer.procedural = procedural
    customer.interactional = interactional
    customer.transaction = satisfied
    customer.satisfaction += step * (satisfied - customer.satisfaction)
    customer.expectation += p.expectation_weight * (quality - customer.expectation)
    return satisfied
