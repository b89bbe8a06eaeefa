"""Parameters that are read only when people are made: a change at the branch would miss them.

Those who are there at the branch keep what they were born with, so that only whoever comes later
would differ. What a centre is built of the model itself refuses to change. A test reads the
model's sources and holds this list against them.
"""

from sim.simulation import BUILT

_TRAIT = "is drawn when a {} is born, so that a change would reach only those who come later"
_FOUNDERS = "is read on the first morning alone, for those who are there then"

CUSTOMERS = (
    "fairness_bias",
    "fairness_spread",
    "feeling_spread",
    "honesty",
    "patience_cv",
    "patience_minutes",
    "product_satisfaction",
    "product_spread",
    "spending",
    "spending_cv",
    "temper",
    "trait_spread",
    "voice",
)
REPS = (
    "composure",
    "empathy",
    "recovery_spread",
    "rep_fairness_bias",
    "rep_fairness_spread",
    "rep_trait_spread",
    "sovereignty",
)
FOUNDERS = ("first_exhaustion_higher", "first_expectation_lower", "first_satisfaction_lower")

MADE_ONCE: dict[str, str] = {
    **dict.fromkeys(CUSTOMERS, _TRAIT.format("customer")),
    **dict.fromkeys(REPS, _TRAIT.format("rep")),
    **dict.fromkeys(FOUNDERS, _FOUNDERS),
    **dict.fromkeys(BUILT, "is what a centre is built of before its first morning"),
}
"""Why a parameter cannot be changed at the branch, by its name."""
