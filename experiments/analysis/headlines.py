"""The headline measures: what is printed first, and tested as one family."""

HEADLINES: dict[str, str] = {
    "loyalty": "customer loyalty",
    "retention": "retention",
    "csat": "CSAT",
    "exhaustion": "exhaustion of reps",
    "attrition": "attrition",
    "fcr_survey": "FCR by survey",
    "escalation_rate": "escalation rate",
    "cost_per_contact": "cost per contact",
    "profit_per_customer": "profit per customer",
    "customers": "number of customers",
    "profit": "profit of the centre",
    "prevail_all": "all three prevail",
}
"""Measure: what to call it in a table."""

PARTIES: dict[str, str] = {
    "welfare_customer": "customers",
    "welfare_rep": "reps",
    "welfare_employer": "the employer",
}
"""The welfare of each party, which takes no weights: what it gained from its conflicts."""
