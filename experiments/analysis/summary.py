"""The means of every measure, and summary.json."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sim.measures
from experiments.analysis.contrasts import Contrast, contrasts
from experiments.analysis.interval import Interval, t_interval
from experiments.analysis.prevails import Prevailing, prevailing
from experiments.analysis.results import Results
from experiments.analysis.stationarity import Stationarity, stationarity
from experiments.periods import WHOLE, Period

MEASURES = {measure.name: measure for measure in sim.measures.MEASURES}


@dataclass(frozen=True)
class Summary:
    """What a set of runs says, worked out once and read by table, figures and report.

    Attributes
    ----------
    results : Results
        The runs.
    """

    results: Results

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The whole branch and the years in it that are reported."""
        return tuple(dict.fromkeys((WHOLE, *self.results.periods)))

    @cached_property
    def means(self) -> dict[str, dict[str, Interval]]:
        """Policy, then column: mean with its t interval."""
        columns = [name + period.suffix for period in self.periods for name in MEASURES]
        return {
            policy: {name: t_interval(self.results.values(policy, name)) for name in columns}
            for policy in self.results.policies
        }

    @cached_property
    def contrasts(self) -> list[Contrast]:
        """Every paired difference."""
        return contrasts(self.results, list(MEASURES))

    @cached_property
    def prevailing(self) -> tuple[Prevailing, ...]:
        """Who prevails, in each reported period."""
        return tuple(prevailing(self.results, period) for period in self.results.periods)

    @cached_property
    def stationarity(self) -> Stationarity:
        """The check of the warm-up."""
        return stationarity(self.results)

    def difference(self, a: str, b: str, measure: str, period: Period) -> Contrast:
        """Return one contrast."""
        return self._by_name[a, b, measure + period.suffix]

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], Contrast]:
        return {(each.a, each.b, each.column): each for each in self.contrasts}

    def as_json(self) -> dict[str, Any]:
        """Return summary.json: null where a number is undefined."""
        return {
            "measures": {
                name + period.suffix: measure.unit
                for period in self.periods
                for name, measure in MEASURES.items()
            },
            "policies": {
                policy: {name: _interval(value) for name, value in means.items()}
                for policy, means in self.means.items()
            },
            "contrasts": [_contrast(each) for each in self.contrasts],
            "precision": {},
            "prevails": [_prevailing(each) for each in self.prevailing],
            "stationarity": {
                "half_days": self.stationarity.half_days,
                "settled": self.stationarity.settled,
                "measures": {
                    drift.measure: {
                        "before": _finite(drift.before),
                        "last": _finite(drift.last),
                        "difference": _interval(drift.difference),
                        "p_holm": _finite(drift.p),
                        "verdict": drift.verdict,
                    }
                    for drift in self.stationarity.drifts
                },
            },
            "failures": list(self.results.failures),
        }


def summarise(results: Results) -> Summary:
    """Return the summary of the runs; what it holds is worked out when it is asked for."""
    return Summary(results)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _interval(value: Interval) -> dict[str, float | int | None]:
    return {
        "mean": _finite(value.mean),
        "low": _finite(value.low),
        "high": _finite(value.high),
        "n": value.n,
    }


def _contrast(each: Contrast) -> dict[str, Any]:
    return {
        "a": each.a,
        "b": each.b,
        "measure": each.column,
        **_interval(each.difference),
        "p": _finite(each.p),
        "p_holm": _finite(each.p_holm),
        "effect": _finite(each.effect),
    }


def _prevailing(each: Prevailing) -> dict[str, Any]:
    return {
        "period": each.period.key,
        "pairs": [
            {
                "a": pair.a,
                "b": pair.b,
                "better_under_a": list(pair.better_a),
                "better_under_b": list(pair.better_b),
                "cannot_be_told_apart": list(pair.same),
                "pareto_dominant": pair.dominant,
            }
            for pair in each.comparisons
        ],
        "best": {measure: each.best(measure) for measure in each.compromises},
    }
