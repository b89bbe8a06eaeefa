"""Parameters of the employer: money, authority, support package, surveys and review."""

from sim.parameters.base import Group, parameter, switch


class Employer(Group):
    """Prices and costs, superiors, what the support package buys, surveys and review."""

    margin: float = parameter(0.3, "1", 0.01, 1.0, "margin on sales before the costs of service")
    wage: float = parameter(
        0.0045,
        "price/min",
        0.0001,
        0.1,
        "cost of a rep's paid minute",
        "$8.01 per contact (O3) at $100 a price",
    )
    superior_wage: float = parameter(0.009, "price/min", 0.0001, 0.2, "cost of a superior's minute")
    hiring_cost: float = parameter(
        120.0,
        "price",
        0.0,
        2_000.0,
        "cost of replacing a rep, training apart",
        "O1: $14,113 with training",
    )
    acquisition_cost: float = parameter(
        0.233, "price", 0.0, 20.0, "cost of winning a customer", "E1: scenario only"
    )
    loyalty_months: float = parameter(
        46.7,
        "months",
        0.0,
        120.0,
        "months of margin that a unit of loyalty is worth (employer's payoff)",
    )

    superior_authority: float = parameter(
        1.11, "x loss", 0.0, 5.0, "what a superior may grant at least"
    )
    superior_skill: float = parameter(0.899, "1", 0.0, 1.0, "listening of a superior")
    superior_calm: float = parameter(
        0.000339, "1", -0.5, 0.9, "share of anger that a superior takes away"
    )
    superior_strain: float = parameter(
        0.02, "1", -0.2, 0.5, "strain on the rep of passing a case up"
    )

    training_days_per_month: float = parameter(
        1.5, "days/month", 0.0, 6.0, "training days at full training"
    )
    training_gain: float = parameter(
        0.134, "1/day", 0.0, 1.0, "rise of the trained state per training day"
    )
    training_fade: float = parameter(0.00408, "1/day", 0.0, 0.1, "its fading")
    training_fee: float = parameter(0.364, "price/day", 0.0, 20.0, "fee of a rep's training day")
    training_listening: float = parameter(
        0.122, "1", 0.0, 0.6, "rise of listening when trained", "V3: sign"
    )
    training_composure: float = parameter(0.183, "1", 0.0, 0.6, "rise of composure when trained")
    training_learning: float = parameter(
        0.165, "1", 0.0, 2.0, "faster learning when trained, as a share"
    )
    support_fee: float = parameter(
        0.111, "price/day", 0.0, 5.0, "cost of full emotional support per rep and day"
    )

    follow_up_days: float = parameter(3.0, "days", 0.2, 30.0, "time until the call back")
    follow_up_minutes: float = parameter(3.65, "min", 0.5, 30.0, "time it takes")
    feedback_fee: float = parameter(
        42.0, "price/month", 0.0, 500.0, "cost of the full monthly review, per 20 seats"
    )
    feedback_effect: float = parameter(
        0.104, "1/month", 0.0, 0.5, "share of the removable issues removed by a review"
    )
    feedback_floor: float = parameter(
        0.5, "1", 0.0, 1.0, "share of issues that no review can remove"
    )
    process_decay: float = parameter(
        0.0278, "1/month", 0.0, 0.5, "share of the removed issues that comes back"
    )
    transparency_fee: float = parameter(
        0.00018, "price/month", 0.0, 0.1, "cost of full transparency per customer"
    )
    transparency_effect: float = parameter(
        0.0967, "1", 0.0, 0.9, "share of misunderstandings removed", "N17 is the test"
    )
    transparency_calm: float = parameter(
        0.223, "1", 0.0, 0.7, "share of the anger of an issue removed", "V6: sign"
    )
    education_fee: float = parameter(
        0.000241, "price/month", 0.0, 0.1, "cost of full education per customer"
    )
    education_effect: float = parameter(0.274, "1", 0.0, 0.9, "share of misunderstandings removed")
    education_claims: float = parameter(
        0.215, "1", 0.0, 0.9, "share of the excess of claims removed", "N24 is the test"
    )

    survey_days: int = parameter(91, "days", 7, 730, "from one survey to the next")
    survey_customers: int = parameter(200, "customers", 0, 20_000, "customers asked in a survey")
    survey_reliability: float = parameter(0.8, "1", 0.3, 1.0, "reliability of a scale")
    survey_spread: float = parameter(
        0.2, "1", 0.01, 0.5, "spread of true scores that the reliability assumes"
    )
    survey_response: float = parameter(
        0.3, "1", 0.0, 1.0, "share of customers who answer, indifferent ones"
    )
    survey_extremity: float = parameter(
        0.8, "1", 0.0, 3.0, "rise of answering with the strength of feeling"
    )
    survey_response_reps: float = parameter(0.8, "1", 0.0, 1.0, "share of reps who answer")

    review_days: int = parameter(30, "days", 7, 365, "from one review to the next")
    adaptive: bool = switch(False, "the employer moves staffing and policy at each review")
    adaptive_step: float = parameter(
        0.05, "1", 0.0, 0.5, "step of generosity and boundary at a review"
    )
    adaptive_service: float = parameter(
        0.8, "1", 0.3, 0.99, "service level that staffing aims at", "O3: a target"
    )
