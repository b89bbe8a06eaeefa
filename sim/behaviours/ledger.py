"""The employer's ledger: every movement of money goes to one account, and to the cash.

Amounts are in prices, positive when money comes in. The sum of the accounts must equal
the cash at all times; the tests hold that.
"""

from sim.behaviours import behaviour


@behaviour
def sell(tally, amount, margin):
    """Book sales, and the goods that they cost."""
    tally.account_sales += amount
    tally.account_goods -= amount * (1.0 - margin)
    tally.cash += amount
    tally.cash -= amount * (1.0 - margin)


@behaviour
def pay_wages(tally, amount):
    """Book wages for time on the floor, on holiday and ill."""
    tally.account_wages -= amount
    tally.cash -= amount


@behaviour
def pay_compensation(tally, amount):
    """Book what customers are granted."""
    tally.account_compensation -= amount
    tally.compensation_paid += amount
    tally.cash -= amount


@behaviour
def pay_escalation(tally, amount):
    """Book a superior's time."""
    tally.account_escalations -= amount
    tally.cash -= amount


@behaviour
def pay_follow_up(tally, amount):
    """Book a call back."""
    tally.account_follow_ups -= amount
    tally.cash -= amount


@behaviour
def pay_training(tally, amount):
    """Book paid time in training, and its fees."""
    tally.account_training -= amount
    tally.cash -= amount


@behaviour
def pay_break(tally, amount):
    """Book paid time on a break."""
    tally.account_breaks -= amount
    tally.cash -= amount


@behaviour
def pay_support(tally, amount):
    """Book emotional support."""
    tally.account_support -= amount
    tally.cash -= amount


@behaviour
def pay_programme(tally, amount):
    """Book feedback reviews, transparency and education."""
    tally.account_programmes -= amount
    tally.cash -= amount


@behaviour
def pay_hiring(tally, amount):
    """Book the replacement of a rep."""
    tally.account_hiring -= amount
    tally.cash -= amount


@behaviour
def pay_acquisition(tally, amount):
    """Book the winning of a customer."""
    tally.account_acquisition -= amount
    tally.cash -= amount
