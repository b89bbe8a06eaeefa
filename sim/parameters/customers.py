"""Parameters of the customers: who they are, what befalls them, how they feel and leave."""

from sim.parameters.base import Group, parameter, switch


class Customers(Group):
    """Traits, issues, exit-voice-loyalty, claims, tones, satisfaction and word of mouth."""

    spending: float = parameter(0.6, "price/month", 0.01, 10.0, "mean spending of a customer")
    spending_cv: float = parameter(0.8, "1", 0.0, 3.0, "its coefficient of variation (lognormal)")
    patience_cv: float = parameter(0.6, "1", 0.0, 2.0, "spread of patience between customers")
    temper: float = parameter(0.35, "1", 0.05, 0.95, "median temper")
    honesty: float = parameter(0.85, "1", 0.05, 0.95, "median honesty", "P3: directional")
    voice: float = parameter(0.5, "1", 0.05, 0.95, "median inclination to speak up")
    feeling_spread: float = parameter(
        0.2, "1", 0.0, 0.5, "width of the first expectations and satisfactions"
    )
    trait_spread: float = parameter(0.8, "logit", 0.0, 2.0, "spread of traits between customers")
    fairness_bias: float = parameter(
        0.10, "1", -0.5, 0.5, "mean over-estimate of one's own due, as a share of the loss"
    )
    fairness_spread: float = parameter(0.15, "1", 0.0, 0.6, "spread of that bias between customers")
    fairness_error: float = parameter(
        0.15, "1", 0.0, 0.6, "error of one perception, share of the loss"
    )

    first_satisfaction_lower: float = parameter(
        0.06, "1", 0.0, 0.3, "how far the first customers' satisfaction lies below newcomers'"
    )
    first_expectation_lower: float = parameter(
        0.02, "1", 0.0, 0.3, "how far their expectation lies below newcomers'"
    )

    issues_per_year: float = parameter(3.14, "1/year", 0.0, 30.0, "issues that befall a customer")
    product_share: float = parameter(0.40, "1", 0.0, 1.0, "weight of disagreements over a product")
    delay_share: float = parameter(0.35, "1", 0.0, 1.0, "weight of delays")
    misunderstanding_share: float = parameter(0.25, "1", 0.0, 1.0, "weight of misunderstandings")
    loss: float = parameter(0.6, "price", 0.01, 10.0, "mean loss of an issue")
    loss_cv: float = parameter(1.3, "1", 0.0, 4.0, "its coefficient of variation: some are trivial")
    serious_loss: float = parameter(0.5, "price", 0.01, 10.0, "loss of severity one half")
    product_fault: float = parameter(
        0.75, "1", 0.0, 1.0, "chance that a product issue is the company's fault"
    )
    delay_fault: float = parameter(0.85, "1", 0.0, 1.0, "the same for a delay")
    misunderstanding_fault: float = parameter(0.3, "1", 0.0, 1.0, "the same for a misunderstanding")

    voice_base: float = parameter(
        -2.91, "logit", -6.0, 2.0, "inclination to complain of a trivial loss", "S8, T11: read"
    )
    voice_severity: float = parameter(
        4.6, "logit", 0.0, 10.0, "rise with severity", "S8, T11: read"
    )
    voice_trait: float = parameter(1.5, "logit", 0.0, 5.0, "rise with the trait voice")
    voice_loyalty: float = parameter(0.8, "logit", 0.0, 5.0, "rise with loyalty (Hirschman)")
    silent_exit: float = parameter(
        0.10, "1", 0.0, 0.6, "chance that a silent customer of loyalty 0 leaves over a total loss"
    )
    failure_disappointment: float = parameter(
        0.119,
        "1",
        0.0,
        0.5,
        "share of satisfaction lost over a severe issue, before anything is done about it",
        "T4: sign",
    )

    dishonest_excess: float = parameter(
        0.5, "x loss", 0.0, 2.0, "claim beyond the felt due of a wholly dishonest customer", "P3"
    )
    learned_claims: bool = switch(True, "customers learn to claim more where it pays (contested)")
    claim_learning: float = parameter(0.15, "1", 0.0, 1.0, "rate of that learning per conflict")
    claim_effect: float = parameter(0.0235, "x loss", 0.0, 2.0, "extra claim once fully learned")
    learned_tone: bool = switch(True, "customers learn the tone that has worked (contested)")
    tone_learning: float = parameter(0.15, "1", 0.0, 1.0, "rate of that learning per conflict")
    tone_effect: float = parameter(
        0.355, "1", 0.0, 3.0, "rise in pressing and abuse once fully learned"
    )

    anger_issue: float = parameter(
        0.951, "1", 0.0, 1.0, "anger that a total loss brings at temper one half"
    )
    anger_wait: float = parameter(0.10, "1", 0.0, 0.6, "anger of ten minutes' wait")
    anger_repeat: float = parameter(0.20, "1", 0.0, 0.8, "anger at having to come again")
    anger_fade: float = parameter(5.0, "days", 0.2, 60.0, "time for anger to fade to 37 %")
    pressing_rate: float = parameter(
        0.608, "1", 0.0, 1.0, "chance of a pressing turn at anger 1", "S13"
    )
    abuse_threshold: float = parameter(0.575, "1", 0.0, 1.0, "anger below which nobody is abusive")
    abuse_rate: float = parameter(
        0.241, "1", 0.0, 1.0, "chance of an abusive turn at anger and temper 1", "S13"
    )
    abuse_quiet: float = parameter(
        0.551, "1", 0.0, 1.0, "share of abuse that stays after a warning"
    )
    hang_up_rate: float = parameter(0.012, "1/turn", 0.0, 0.2, "chance of hanging up at anger 1")
    ask_superior_rate: float = parameter(
        0.1, "1/turn", 0.0, 0.6, "chance of asking for a superior at anger 1"
    )
    threat_rate: float = parameter(
        0.06, "1/turn", 0.0, 0.6, "chance of threatening to leave at anger 1"
    )

    accept_offer: float = parameter(
        6.0, "logit", 0.0, 15.0, "weight of the share of the claim that is offered"
    )
    accept_base: float = parameter(
        -4.2, "logit", -10.0, 4.0, "acceptance of nothing, unheard and calm"
    )
    accept_heard: float = parameter(
        1.78, "logit", 0.0, 6.0, "weight of being heard", "N7 is the test"
    )
    accept_anger: float = parameter(2.2, "logit", 0.0, 6.0, "weight of anger against acceptance")
    firm_yield: float = parameter(
        0.107, "1", 0.0, 0.8, "share of the excess claim given up at a polite boundary, if heard"
    )
    explain_yield: float = parameter(
        0.0596,
        "1",
        0.0,
        0.8,
        "share of the mistaken claim given up at an explanation, if understood",
    )
    raise_again: float = parameter(
        0.75, "1", 0.0, 1.0, "chance of raising a matter that was left open"
    )
    give_up_after: int = parameter(
        4, "contacts", 1, 10, "contacts after which an open matter is dropped"
    )

    weight_distributive: float = parameter(
        0.50, "1", 0.0, 1.0, "weight of redress in satisfaction", "S1, T1"
    )
    weight_interactional: float = parameter(0.511, "1", 0.0, 1.0, "weight of treatment", "S1, T1")
    weight_procedural: float = parameter(0.257, "1", 0.0, 1.0, "weight of procedure", "S1, T1")
    overpaid_gain: float = parameter(
        0.283,
        "1",
        0.0,
        1.0,
        "part of the scale of distributive justice that only redress beyond the felt due fills",
        "S11, T13",
    )
    overpaid_scale: float = parameter(
        0.4, "x due", 0.05, 2.0, "excess at which 63 % of that is reached"
    )
    overpaid_turn: float = parameter(
        1.5, "x due", 1.0, 4.0, "redress from which more of it raises doubts", "T13: read"
    )
    overpaid_doubt: float = parameter(
        0.283, "1", 0.0, 0.6, "fall of distributive justice per due beyond that", "T13: sign"
    )
    treatment_colours: float = parameter(
        0.289,
        "1",
        0.0,
        0.8,
        "change of felt distributive justice per unit of interactional justice",
        "fair-process effect (Folger; from memory, unverified): sign",
    )
    satisfaction_anchor: float = parameter(
        0.603, "1", 0.3, 0.8, "satisfaction where all is as expected"
    )
    satisfaction_span: float = parameter(
        0.415, "1", 0.05, 0.5, "most that a gain can add", "S7, T12"
    )
    loss_aversion: float = parameter(
        2.49, "1", 1.0, 3.0, "losses against gains", "S7, T12: sign read"
    )
    satisfaction_scale: float = parameter(
        0.496, "1", 0.05, 1.0, "disconfirmation at which 63 % is reached"
    )
    conflict_weight: float = parameter(
        0.20, "1", 0.0, 0.8, "step of cumulative satisfaction per conflict"
    )
    enquiry_weight: float = parameter(
        0.05, "1", 0.0, 0.5, "step of cumulative satisfaction per enquiry"
    )
    expectation_weight: float = parameter(0.10, "1", 0.0, 0.6, "step of expectation per contact")
    product_satisfaction: float = parameter(
        0.703, "1", 0.2, 0.95, "satisfaction with the product alone"
    )
    product_spread: float = parameter(
        0.1, "1", 0.0, 0.3, "spread of that satisfaction between customers"
    )
    product_pull: float = parameter(
        0.06, "1/month", 0.0, 0.5, "monthly pull of satisfaction towards it"
    )
    loyalty_pull: float = parameter(
        0.20, "1/month", 0.0, 0.8, "monthly pull of loyalty towards satisfaction"
    )
    loyalty_conflict: float = parameter(
        0.122, "1", 0.0, 0.8, "step of loyalty towards satisfaction per conflict"
    )

    threat_meant: float = parameter(
        0.263,
        "1",
        0.0,
        0.6,
        "share of loyalty lost by who threatened to leave and got no settlement",
    )

    churn_base: float = parameter(
        0.016, "1/month", 0.0, 0.2, "chance of leaving in a month at loyalty one half"
    )
    churn_loyalty: float = parameter(6.64, "1", 0.0, 12.0, "fall of its log per unit of loyalty")
    churn_by_tenure: bool = switch(
        False, "second form: the chance of leaving also falls with the time as a customer"
    )
    churn_memory: float = parameter(
        12.0, "months", 1.0, 120.0, "time as a customer after which that chance has halved"
    )
    churn_usual: float = parameter(
        36.0,
        "months",
        1.0,
        240.0,
        "time as a customer at which both forms give the same; the first customers' mean",
    )
    spending_loyalty: float = parameter(
        0.0345, "1", 0.0, 2.0, "rise of spending per unit of loyalty"
    )
    entry_rate: float = parameter(
        0.040, "1/month", 0.0, 0.5, "chance that someone in the market joins"
    )
    entry_neutral: float = parameter(0.5, "1", -1.0, 1.0, "reputation at which that chance holds")
    entry_reputation: float = parameter(
        2.05, "1", 0.0, 8.0, "rise of its log per unit of reputation", "S9"
    )

    ties: float = parameter(6.0, "ties", 0.0, 20.0, "mean number of social ties of a person")
    rewiring: float = parameter(
        0.1, "1", 0.0, 1.0, "share of ties that are not to neighbours (small world)"
    )
    telling_satisfied: float = parameter(
        0.094, "1", 0.0, 1.0, "chance per tie that a pleased complainant tells", "S9, T10"
    )
    telling_dissatisfied: float = parameter(
        0.206, "1", 0.0, 1.0, "chance per tie that a displeased complainant tells", "S9, T10"
    )
    telling_monthly: float = parameter(
        0.574,
        "1/month",
        0.0,
        5.0,
        "chance of talking per unit of feeling about the company",
        "S9, T10",
    )
    hearsay_loyalty: float = parameter(0.01, "1", 0.0, 0.2, "step of a listener's loyalty")
    hearsay_expectation: float = parameter(0.01, "1", 0.0, 0.2, "step of a listener's expectation")
    reputation_memory: float = parameter(60.0, "days", 5.0, 720.0, "memory of the reputation")

    contact_survey: float = parameter(
        0.1, "1", 0.0, 1.0, "share of contacts after which the customer is asked"
    )
    csat_top_box: float = parameter(
        0.6, "1", 0.1, 0.95, "satisfaction that is answered with the top boxes"
    )
    promoter: float = parameter(0.72, "1", 0.1, 0.95, "willingness from which one is a promoter")
    detractor: float = parameter(0.52, "1", 0.05, 0.9, "willingness below which one is a detractor")
    payoff_treatment: float = parameter(
        0.5, "x loss", 0.0, 3.0, "worth of fair treatment to the customer"
    )
    payoff_effort: float = parameter(
        0.4, "x loss/h", 0.0, 5.0, "cost of an hour's effort to the customer"
    )
