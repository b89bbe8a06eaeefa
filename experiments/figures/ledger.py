"""The ledger by account: what comes in and goes out, and what a policy changes in it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.analysis.interval import Interval, t_interval
from experiments.analysis.results import Results
from experiments.analysis.summary import MEASURES, Summary
from experiments.analysis.wording import number
from experiments.figures.parts import (
    dodge,
    dot,
    letter,
    new_figure,
    note,
    place_legend,
    policy_handles,
    row_axis,
    zero_line,
)
from experiments.figures.style import INK, Drawing, colour, facts
from experiments.periods import Period, period_name

LEFT = "profit_per_customer"
"""What is left of it all."""

_FIRST = (
    "account_sales",
    "account_goods",
    "account_compensation",
    "account_wages",
)
ACCOUNTS = (
    *_FIRST,
    *(name for name in MEASURES if name.startswith("account_") and name not in _FIRST),
)
"""The accounts in the order shown: the large ones first."""

_LEAST = 0.001
"""Prices a customer-year up to which the axis of levels is linear."""
_DECADES = tuple(10.0**power for power in range(-3, 5))
_A_CUSTOMER = "prices a customer and year"
_A_CENTRE = "thousand prices a year"


def ledger(summary: Summary) -> Drawing:
    """Return the ledger by account.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    """
    results = summary.results
    last = results.periods[-1]
    base = results.title(results.policies[0])
    differences = (
        f" Middle and right: mean paired differences from {base}, a customer and the whole "
        "centre; bars: 95 % t interval of that mean (often narrower than the point), which is "
        "not the spread of runs. Right of 0 the employer is better off; a centre with fewer "
        "customers takes and spends less of everything. The last row is the sum of those above."
        if len(results.policies) > 1
        else " The last row is the sum of those above."
    )
    caption = (
        f"Left: means over replications in {period_name(last)}, income positive and outlays "
        f"negative, in prices (of the average purchase); axis linear to ±{_LEAST:g}, logarithmic "
        f"beyond; in figures: {base}.{differences} {facts(results)}"
    )
    return Drawing(
        name="ledger",
        draw=lambda: _draw(results),
        title="The ledger: where the money comes from, and where it goes",
        caption=caption,
        data=[row for period in results.periods for row in _data(results, period)],
    )


def a_customer(results: Results, policy: str, account: str, period: Period) -> np.ndarray:
    """Return an account per customer-year, by replication."""
    return results.values(policy, account + period.suffix)


def a_centre(results: Results, policy: str, account: str, period: Period) -> np.ndarray:
    """Return an account of the whole centre, in thousand prices a year, by replication."""
    customers = results.values(policy, "customers" + period.suffix)
    return a_customer(results, policy, account, period) * customers / 1000.0


def _difference(
    results: Results,
    policy: str,
    account: str,
    period: Period,
    of: Callable[[Results, str, str, Period], np.ndarray],
) -> Interval:
    one, other = (of(results, each, account, period) for each in (policy, results.policies[0]))
    return t_interval(one - other)


def _draw(results: Results) -> Figure:
    rows = (*ACCOUNTS, LEFT)
    count = len(results.policies)
    figure = new_figure(0.95 + len(rows) * max(0.26, 0.04 + 0.085 * count))
    panels = 3 if count > 1 else 1
    axes = figure.subplots(
        1, panels, sharey=True, squeeze=False, width_ratios=[1.25, 1.0, 1.0][:panels]
    )[0]
    _levels(axes[0], results, rows)
    for axis, of, words, unit in zip(
        axes[1:],
        (a_customer, a_centre),
        ("a customer", "the whole centre"),
        (_A_CUSTOMER, _A_CENTRE),
        strict=False,
    ):
        _differences(axis, results, rows, of)
        letter(axis, f"difference, {words}")
        axis.set_xlabel(unit)
    place_legend(figure, policy_handles(results))
    return figure


def _rows(axis: Axes, rows: tuple[str, ...]) -> None:
    row_axis(axis, [_label(name) for name in rows])
    axis.axhline(len(rows) - 1.5, color=INK, linewidth=0.9, zorder=1)
    zero_line(axis)


def _label(name: str) -> str:
    return "what is left" if name == LEFT else name.removeprefix("account_").replace("_", " ")


def _levels(axis: Axes, results: Results, rows: tuple[str, ...]) -> None:
    period = results.periods[-1]
    letter(axis, "mean, a customer")
    _rows(axis, rows)
    found = {
        (policy, name): t_interval(a_customer(results, policy, name, period))
        for policy in results.policies
        for name in rows
    }
    for place, policy in enumerate(results.policies):
        for row, name in enumerate(rows):
            value = found[policy, name]
            at = row + dodge(len(results.policies), place)
            dot(axis, results, policy, (value.mean, value.low, value.high), at, size=4.4)
    means = [abs(value.mean) for value in found.values() if value.n]
    if not means:
        note(axis, "no run was finished")
        return
    axis.set_xscale("symlog", linthresh=_LEAST, linscale=0.35)
    top = next((power for power in _DECADES if power >= max(means)), _DECADES[-1])
    axis.set_xlim(-1.6 * top, 1.6 * top)
    ticks = [power for power in _DECADES[1:] if power <= top]
    ticks = ticks[len(ticks) % 2 :: 2] if len(ticks) > 3 else ticks
    labels = [f"{tick:g}" for tick in ticks]
    axis.set_xticks(
        [*(-tick for tick in reversed(ticks)), 0.0, *ticks],
        [*(f"−{label}" for label in reversed(labels)), "0", *labels],
    )
    axis.minorticks_off()
    axis.set_xlabel(_A_CUSTOMER)
    first = results.policies[0]
    for row, name in enumerate(rows):
        axis.annotate(
            number(found[first, name].mean, 3),
            (1.0, row),
            (46.0, 0.0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=7.6,
            color=colour(results, first),
        )


def _differences(
    axis: Axes,
    results: Results,
    rows: tuple[str, ...],
    of: Callable[[Results, str, str, Period], np.ndarray],
) -> None:
    _rows(axis, rows)
    period = results.periods[-1]
    pairs = 0
    for place, policy in enumerate(results.policies[1:]):
        for row, name in enumerate(rows):
            value = _difference(results, policy, name, period, of)
            pairs = max(pairs, value.n)
            at = row + dodge(len(results.policies) - 1, place, 0.6)
            dot(axis, results, policy, (value.mean, value.low, value.high), at, size=5.0)
    axis.locator_params(axis="x", nbins=5)
    if not pairs:
        note(axis, "no pair of runs")
        axis.set_xticks([])


def _data(results: Results, period: Period) -> list[dict[str, Any]]:
    scales = ((a_customer, _A_CUSTOMER), (a_centre, _A_CENTRE))
    rows = []
    for of, unit in scales:
        for policy in results.policies:
            for name in (*ACCOUNTS, LEFT):
                mean = t_interval(of(results, policy, name, period))
                change = _difference(results, policy, name, period, of)
                rows.append(
                    {
                        "period": period.key,
                        "account": name,
                        "unit": unit,
                        "policy": policy,
                        "mean": mean.mean,
                        "low": mean.low,
                        "high": mean.high,
                        "n": mean.n,
                        "minus": results.policies[0],
                        "difference": change.mean,
                        "difference_low": change.low,
                        "difference_high": change.high,
                        "pairs": change.n,
                    }
                )
    return rows
