"""The coverage of the sequential procedure, measured: ``python -m experiments.studies.coverage``.

Two studies. Over known distributions, all with mean 0 and standard deviation 1, the truth is
known and sequences are drawn afresh. Over the model, a pool of several thousand replications of a
small centre under two policies is run first; sequences are then drawn *with replacement* from the
pool's paired differences, so that the truth is the mean of the pool, exactly. That measures
the procedure on the distribution that the model gives, as far as so many replications show it.

Each figure has its Monte Carlo standard error beside it.
"""

import argparse
import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

import sim
from experiments.config import Experiment
from experiments.store.parquet import write_text
from experiments.studies.sequences import Draw, coverage, run_sequences

FIRST_STAGES = (10, 30)
WIDTHS = (0.5, 0.25, 0.1)
"""Half widths, in standard deviations of the differences."""

SEQUENCES = 20_000
POOL = 4_000
SEED = 1945

_SIGMA = 1.0  # of the logarithm
_RARE = 0.05


def _normal(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return rng.standard_normal(shape)


def _t5(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return rng.standard_t(5, shape) / math.sqrt(5.0 / 3.0)


def _exponential(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return rng.standard_exponential(shape) - 1.0


def _lognormal(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    mean = math.exp(_SIGMA**2 / 2.0)
    return (rng.lognormal(0.0, _SIGMA, shape) - mean) / (mean * math.sqrt(math.expm1(_SIGMA**2)))


def _coin(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return 2.0 * rng.integers(0, 2, shape) - 1.0


def _rare(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return ((rng.random(shape) < _RARE) - _RARE) / math.sqrt(_RARE * (1.0 - _RARE))


KNOWN: dict[str, Draw] = {
    "normal": _normal,
    "t with 5 degrees of freedom": _t5,
    "two values, even odds": _coin,
    "exponential": _exponential,
    "lognormal, sigma 1": _lognormal,
    "rare event, 1 in 20": _rare,
}
"""Distributions with mean 0 and standard deviation 1, the well-behaved first."""

MEASURES = ("retention", "exhaustion", "cost_per_contact")
"""Measured over the model: the headline and two of other kinds."""


def small_centre(replications: int = POOL) -> Experiment:
    """Return the small centre of which a pool is run."""
    return Experiment(
        name="coverage-study",
        warmup_days=60,
        days=180,
        replications=replications,
        policies=("balanced", "always-right"),
        centre=sim.Centre(customers=1_500, seats=3, team_size=3),
    )


def known_coverage(
    sequences: int = SEQUENCES,
    names: Sequence[str] = tuple(KNOWN),
    first_stages: Sequence[int] = FIRST_STAGES,
    widths: Sequence[float] = WIDTHS,
) -> pd.DataFrame:
    """Measure the coverage on known distributions.

    Parameters
    ----------
    sequences : int
        For each case.
    names : sequence of str
        Distributions, of :data:`KNOWN`.
    first_stages, widths : sequence
        Pairs of the first stage; half widths in standard deviations.

    Returns
    -------
    DataFrame
        A row a case.
    """
    return pd.DataFrame(
        [
            _case("known", name, KNOWN[name], 0.0, 1.0, width, first, sequences)
            for name in names
            for first in first_stages
            for width in widths
        ]
    )


def model_coverage(
    pool: Mapping[str, np.ndarray],
    sequences: int = SEQUENCES,
    first_stages: Sequence[int] = FIRST_STAGES,
    widths: Sequence[float] = WIDTHS,
) -> pd.DataFrame:
    """Measure the coverage on sequences drawn with replacement from the model's differences.

    Parameters
    ----------
    pool : mapping of str to ndarray
        Measure: paired differences, see :func:`run_pool`.
    sequences, first_stages, widths
        As in :func:`known_coverage`.
    """
    rows = []
    for measure, values in pool.items():

        def draw(
            rng: np.random.Generator, shape: tuple[int, int], values: np.ndarray = values
        ) -> np.ndarray:
            return np.asarray(values[rng.integers(0, len(values), shape)])

        truth, spread = float(values.mean()), float(values.std())
        rows += [
            _case("model", measure, draw, truth, spread, width, first, sequences)
            | {"skewness": float(stats.skew(values)), "pool": len(values)}
            for first in first_stages
            for width in widths
        ]
    return pd.DataFrame(rows)


def _case(
    study: str,
    name: str,
    draw: Draw,
    truth: float,
    spread: float,
    width: float,
    first_stage: int,
    sequences: int,
) -> dict[str, Any]:
    wanted = width * spread
    # Its own stream for each case, so that a case does not depend on which others are run.
    rng = np.random.default_rng([SEED, *name.encode(), round(1000 * width), first_stage])
    ends = run_sequences(draw, wanted, first_stage, sequences, rng)
    return {
        "study": study,
        "differences": name,
        "first_stage": first_stage,
        "half_width_in_sd": width,
        **coverage(ends, truth, wanted)._asdict(),
    }


def run_pool(
    experiment: Experiment, workers: int | None = None, measures: Sequence[str] = MEASURES
) -> dict[str, np.ndarray]:
    """Run the replications and return the paired differences of each measure.

    Parameters
    ----------
    experiment : Experiment
        Of two policies: the first less the second.
    workers : int or None
        Threads; one for each processor where None.
    measures : sequence of str
        What to compare, over the whole branch.
    """
    sim.compile_engine()
    policies, neutral = tuple(experiment.resolved().values()), experiment.neutral_policy()

    def differences(replication: int) -> list[float]:
        start = sim.warm_up(
            experiment.centre,
            neutral,
            days=experiment.warmup_days,
            seed=experiment.seed,
            replication=replication,
        )
        first, second = (
            sim.simulate(
                experiment.centre,
                policy,
                days=experiment.days,
                seed=experiment.seed,
                replication=replication,
                start=start,
            ).measures()
            for policy in policies
        )
        return [first[name] - second[name] for name in measures]

    with ThreadPoolExecutor(workers or os.cpu_count()) as threads:
        rows = list(threads.map(differences, range(1, experiment.replications + 1)))
    table = np.array(rows).T
    return {name: values[~np.isnan(values)] for name, values in zip(measures, table, strict=True)}


def as_markdown(found: pd.DataFrame) -> str:
    """Return the coverages as a short table, a row for each kind of difference."""
    cases = found[["first_stage", "half_width_in_sd"]].drop_duplicates().itertuples(index=False)
    cases = [tuple(case) for case in cases]
    head = ["differences", *(f"n₀ = {first}, h = {width:g} σ" for first, width in cases)]
    lines = [head, ["---"] + ["---:"] * len(cases)]
    for name, rows in found.groupby("differences", sort=False):
        by_case = rows.set_index(["first_stage", "half_width_in_sd"])
        cells = [by_case.loc[case] for case in cases]
        lines.append([str(name), *(f"{each.coverage:.1%} (N {each.mean_n:.0f})" for each in cells)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _positive(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def main(arguments: Sequence[str] | None = None) -> None:
    """Run both studies and write coverage.csv and coverage.md."""
    parser = argparse.ArgumentParser(prog="python -m experiments.studies.coverage")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write to")
    parser.add_argument("--sequences", type=_positive, default=SEQUENCES, help="sequences a case")
    parser.add_argument("--pool", type=_positive, default=POOL, help="replications of the model")
    parser.add_argument("--workers", type=_positive, default=None, help="threads")
    given = parser.parse_args(arguments)
    known = known_coverage(given.sequences)
    model = model_coverage(run_pool(small_centre(given.pool), given.workers), given.sequences)
    found = pd.concat([known, model], ignore_index=True)
    given.out.mkdir(parents=True, exist_ok=True)
    write_text(given.out / "coverage.csv", found.to_csv(index=False, float_format="%.6g"))
    worst = max(found["standard_error"])
    text = (
        f"Coverage of mean ± h, with the mean number of pairs N that it took; {given.sequences:,} "
        f"sequences a case; standard errors of the coverages at most {worst:.2%}.\n\n"
        f"{as_markdown(known)}\n\nOver the model ({given.pool:,} replications):\n\n"
        f"{as_markdown(model)}\n"
    )
    write_text(given.out / "coverage.md", text)
    print(text)


if __name__ == "__main__":
    main()
