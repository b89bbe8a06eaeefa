"""What a support package costs, and packages scaled to cost the same."""

import math
from typing import NamedTuple

from pydantic.fields import FieldInfo

from experiments.errors import RequestError
from experiments.explain import limits
from sim.parameters import Centre
from sim.policy import Support

DAYS_PER_MONTH = 365.0 / 12.0
BREAKS_PER_SHIFT = 2
CONTACTS_PER_SHIFT = 40.0
"""Assumed: what the reference centre is staffed for."""

ABUSE_PER_CONTACT = 0.005
"""Assumed: contacts with severe abuse, from the middle of what centres log (0.1 to 1.5 %)."""

VOICED = 0.5
"""Assumed: the share of issues that become conflicts; the rest is borne or left over."""


class Size(NamedTuple):
    """What the prices of a package are multiplied with."""

    heads: float
    shifts_per_month: float
    customers_per_rep: float
    conflicts_per_month: float


def size(centre: Centre) -> Size:
    """Return the expected headcount of a centre, and what falls to one rep in a month.

    Parameters
    ----------
    centre : Centre
        The centre. Its seats are filled on every day of the year; holidays and planned
        absence take their share of the scheduled days.
    """
    holidays = 1.0 - centre.holiday_days / centre.holiday_interval
    present = centre.days_per_week / 7.0 * holidays * (1.0 - centre.planned_absence)
    shifts = math.ceil(centre.open_minutes / centre.shift_minutes)
    heads = math.ceil(centre.seats * shifts / present)
    customers = centre.customers / heads
    return Size(
        heads=heads,
        shifts_per_month=DAYS_PER_MONTH * present,
        customers_per_rep=customers,
        conflicts_per_month=customers * centre.issues_per_year / 12.0 * VOICED,
    )


def prices(centre: Centre) -> dict[str, float]:
    """Return the price per rep and month of one unit of each part of the package.

    Parameters
    ----------
    centre : Centre
        Its wages, fees, minutes and size.

    Returns
    -------
    dict of str to float
        For each field of the package, the price of 1 (of a minute, for the two breaks).
        These are expectations, from the constants above and the centre's parameters; what
        a run pays depends on how much conflict there is.
    """
    here = size(centre)
    paid_minutes = centre.shift_minutes - centre.lunch_minutes
    training_day = paid_minutes * centre.wage + centre.training_fee
    abused = here.shifts_per_month * CONTACTS_PER_SHIFT * ABUSE_PER_CONTACT
    return {
        "training": centre.training_days_per_month * training_day,
        "breaks": BREAKS_PER_SHIFT * here.shifts_per_month * centre.wage,
        "break_after_abuse": abused * centre.wage,
        "emotional_support": centre.support_fee * here.shifts_per_month,
        "follow_up": here.conflicts_per_month * centre.follow_up_minutes * centre.wage,
        "feedback": centre.feedback_fee * centre.seats / 20.0 / here.heads,
        "transparency": centre.transparency_fee * here.customers_per_rep,
        "education": centre.education_fee * here.customers_per_rep,
    }


def support_cost(support: Support, centre: Centre) -> float:
    """Return what a support package is expected to cost, in prices per rep and month.

    Parameters
    ----------
    support : Support
        The package. The cost is linear in each of its numbers.
    centre : Centre
        Where it is bought.

    See Also
    --------
    prices : the price of one unit of each part.
    """
    each = prices(centre)
    return sum(each[name] * amount for name, amount in support.model_dump().items())


def scale_to(support: Support, budget: float, centre: Centre) -> Support:
    """Return the package of the same make-up that costs ``budget``.

    Parameters
    ----------
    support : Support
        The package to scale.
    budget : float
        Prices per rep and month.
    centre : Centre
        Where it is bought.

    Returns
    -------
    Support
        Every number multiplied by one and the same factor, but none above its top: where
        one has reached it, the others carry on.

    Raises
    ------
    RequestError
        Where the package costs less even with every number that is not 0 at its top.
    """
    # What costs the budget already stays as it is, to the last bit: a resolved experiment
    # that is resolved again must not change.
    if math.isclose(support_cost(support, centre), budget, rel_tol=1e-9, abs_tol=1e-12):
        return support
    amounts = support.model_dump()
    each = prices(centre)
    tops = {name: _top(field) for name, field in Support.model_fields.items()}
    left, factor = budget, 0.0
    free = {name for name, amount in amounts.items() if amount > 0.0}
    # The part that is nearest to its top sets how far all can grow together.
    for name in sorted(free, key=lambda part: tops[part] / amounts[part]):
        rate = sum(each[part] * amounts[part] for part in free)
        # A part without a price grows with the others, but says nothing on the factor.
        factor = left / rate if rate > 0.0 else factor
        if rate > 0.0 and factor * amounts[name] <= tops[name]:
            break
        left -= each[name] * tops[name]
        free.remove(name)
    else:
        if left > 1e-9 * max(1.0, budget):
            raise RequestError(
                [
                    f"given {budget:g}; allowed: at most {budget - left:g} (price per rep and "
                    "month), what this package costs with every number that is not 0 at its top"
                ]
            )
    return Support(
        **{
            name: min(amount * factor, tops[name])
            if name in free
            else tops[name]
            if amount
            else 0.0
            for name, amount in amounts.items()
        }
    )


def _top(field: FieldInfo) -> float:
    high = limits(field)[1]
    assert high is not None, "every number of the package has a top"
    return float(high)
