"""The means of every measure, and summary.json."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sim.measures
from experiments.analysis.best import Best, all_best
from experiments.analysis.contrasts import Contrast, contrasts
from experiments.analysis.headlines import HEADLINES
from experiments.analysis.interval import Interval, t_interval
from experiments.analysis.pairing import Pairing, pairings
from experiments.analysis.precision import COVERAGE, Reached, all_reached
from experiments.analysis.prevails import Prevailing, prevailing
from experiments.analysis.results import Results
from experiments.analysis.settling import Settling, Truncation
from experiments.analysis.stationarity import Stationarity, stationarity
from experiments.config_parts import Precision
from experiments.periods import WHOLE, Period

if TYPE_CHECKING:
    from experiments.config import Experiment

MEASURES = {measure.name: measure for measure in sim.measures.MEASURES}


@dataclass(frozen=True)
class Summary:
    """What a set of runs says, worked out once and read by table, figures and report.

    Attributes
    ----------
    results : Results
        The runs.
    asked : tuple of Precision
        The precision that was asked for.
    first_stage : int
        Replications with which the procedure for it began.
    """

    results: Results
    asked: tuple[Precision, ...] = ()
    first_stage: int = 0

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

    @cached_property
    def settling(self) -> Settling:
        """Where the warm-up and the branches have settled."""
        return self.results.settling

    @cached_property
    def best(self) -> tuple[Best, ...]:
        """How surely each policy is the best, by reported period and headline measure."""
        return all_best(self.results)

    @cached_property
    def precision(self) -> tuple[Reached, ...]:
        """What came of each request for precision."""
        return all_reached(self.results, self.asked, self.first_stage)

    @cached_property
    def pairing(self) -> tuple[Pairing, ...]:
        """What common random numbers saved in each contrast of a headline measure."""
        return pairings(self.results, HEADLINES, self.periods)

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
            "precision": [_precision(each) for each in self.precision],
            "pairing": [_pairing(each) for each in self.pairing],
            "best": [_best(each) for each in self.best],
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
            "settling": {
                "warmup": [_truncation(each) for each in self.settling.warmup],
                "branch": [_truncation(each) for each in self.settling.branch],
                "steady": {
                    "period": self.settling.steady.period.key,
                    "settled": self.settling.steady.settled,
                    "verdict": self.settling.steady.sentence,
                },
            },
            "failures": list(self.results.failures),
        }


def summarise(results: Results, experiment: "Experiment | None" = None) -> Summary:
    """Return the summary of the runs; what it holds is worked out when it is asked for.

    Parameters
    ----------
    results : Results
        The runs.
    experiment : Experiment or None
        What was asked for; without it nothing is said of precision.
    """
    if experiment is None:
        return Summary(results)
    return Summary(results, experiment.precision, experiment.replications)


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
        "bca_low": _finite(each.bca_low),
        "bca_high": _finite(each.bca_high),
        "bca_resamples": each.resamples,
    }


def _precision(each: Reached) -> dict[str, Any]:
    promised = each.promised
    return {
        "measure": each.asked.measure,
        "period": each.asked.period,
        "contrast": list(each.asked.contrast),
        "asked_half_width": each.asked.half_width,
        "replications": each.n,
        "pairs": each.plan.pairs,
        "reached": each.reached,
        "verdict": each.verdict,
        "mean": _finite(each.interval.mean),
        "low": _finite(promised.low),
        "high": _finite(promised.high),
        "t_half_width": _finite(each.half_width),
        "coverage": COVERAGE,
        "cap": each.asked.max_replications,
        "first_stage": each.first_stage,
        "first_stage_sd": _finite(each.first_stage_sd),
        "stein_n": each.stein_n,
        "variance_ratio": _finite(each.pairing.variance_ratio),
        "independent_seeds": each.pairing.independent_n,
    }


def _pairing(each: Pairing) -> dict[str, Any]:
    return {
        "a": each.a,
        "b": each.b,
        "measure": each.column,
        "n": each.n,
        "variance_ratio": _finite(each.variance_ratio),
        "low": _finite(each.low),
        "high": _finite(each.high),
        "correlation": _finite(each.correlation),
        "independent_seeds": each.independent_n,
    }


def _best(each: Best) -> dict[str, Any]:
    return {
        "measure": each.column,
        "n": each.n,
        "resamples": each.resamples,
        "bootstrap_probability": {name: _finite(p) for name, p in each.probability.items()},
        "share_of_replications": {name: _finite(p) for name, p in each.share.items()},
    }


def _truncation(each: Truncation) -> dict[str, Any]:
    return {
        "measure": each.measure,
        **({"policy": each.policy} if each.policy else {}),
        "weeks": each.weeks,
        "cut_weeks": each.cut,
        "settled": each.settled,
        "verdict": each.verdict,
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
