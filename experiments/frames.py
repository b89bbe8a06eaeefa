"""What the runs say as pandas tables, a row for each thing, its unit beside it."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from experiments.analysis.headlines import HEADLINES
from experiments.analysis.interval import Interval
from experiments.analysis.summary import MEASURES, Summary
from experiments.errors import RequestError, no_such
from experiments.periods import Period
from experiments.store.units import unit_of


def with_units(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the units of its columns in ``attrs["units"]``."""
    units = {str(name): unit_of(str(name)) for name in frame.columns}
    frame.attrs["units"] = {name: unit for name, unit in units.items() if unit}
    return frame


def chosen(measures: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of measures to show: the headlines where None, ``"all"`` for all.

    Raises
    ------
    RequestError
        Where there is no such measure.
    """
    if measures is None:
        return tuple(name for name in HEADLINES if name in MEASURES)
    if measures == "all":
        return tuple(MEASURES)
    names = (measures,) if isinstance(measures, str) else tuple(measures)
    wrong = [no_such("measure", name, MEASURES) for name in names if name not in MEASURES]
    if wrong:
        raise RequestError(wrong)
    return names


def means(summary: Summary, measures: Sequence[str]) -> pd.DataFrame:
    """Return the mean of each measure under each policy, with its t interval."""
    return pd.DataFrame(
        {
            "policy": policy,
            **_what(measure, period),
            **_interval(summary.means[policy][measure + period.suffix]),
        }
        for period in summary.periods
        for measure in measures
        for policy in summary.results.policies
    )


def contrasts(summary: Summary, measures: Sequence[str]) -> pd.DataFrame:
    """Return the paired difference of each pair of policies in each measure."""
    return pd.DataFrame(
        {
            "a": each.a,
            "b": each.b,
            **_what(each.measure, each.period),
            **_interval(each.difference),
            "bca_low": each.bca_low,
            "bca_high": each.bca_high,
            "p": each.p,
            "p_holm": each.p_holm,
            "told_apart": each.told_apart,
            "effect": each.effect,
            "effect_low": each.effect_low,
            "effect_high": each.effect_high,
        }
        for each in summary.contrasts
        if each.measure in measures
    )


def best(summary: Summary) -> pd.DataFrame:
    """Return how surely each policy is the best in each headline measure."""
    return pd.DataFrame(
        {
            **_what(each.measure, each.period),
            "policy": policy,
            "probability": each.probability[policy],
            "share_of_replications": each.share[policy],
            "n": each.n,
        }
        for each in summary.best
        for policy in each.probability
    )


def pairing(summary: Summary) -> pd.DataFrame:
    """Return what common random numbers saved in each contrast of a headline measure."""
    return pd.DataFrame(
        {
            "a": each.a,
            "b": each.b,
            **_what(each.measure, each.period),
            "variance_ratio": each.variance_ratio,
            "low": each.low,
            "high": each.high,
            "correlation": each.correlation,
            "half_width": each.half_width,
            "n": each.n,
            "independent_n": each.independent_n,
        }
        for each in summary.pairing
    )


def precision(summary: Summary) -> pd.DataFrame:
    """Return what came of each request for precision; no rows where there was none."""
    return pd.DataFrame(list(_precision(summary)))


def _precision(summary: Summary) -> Iterator[dict[str, Any]]:
    for each in summary.precision:
        a, b = each.asked.contrast
        yield {
            "a": a,
            "b": b,
            **_what(each.asked.measure, each.period),
            "asked_half_width": each.asked.half_width,
            "half_width": each.half_width,
            "mean": each.interval.mean,
            "replications": each.n,
            "max_replications": each.asked.max_replications,
            "reached": each.reached,
            "verdict": each.verdict,
        }


def _what(measure: str, period: Period) -> dict[str, Any]:
    return {"measure": measure, "period": period.key, "unit": MEASURES[measure].unit}


def _interval(value: Interval) -> dict[str, float]:
    return {"mean": value.mean, "low": value.low, "high": value.high, "n": value.n}
