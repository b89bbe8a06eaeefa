"""S18: the team's exhaustion and one's own."""

from collections.abc import Iterator, Sequence

import numpy as np

from experiments.evidence.answers import LAST, Answers, centre_columns, rep_answers
from experiments.evidence.datasets.panel import PANEL, WITHOUT_CROSSOVER
from experiments.evidence.datasets.questionnaires import MISTREATMENT
from experiments.evidence.fact import Data, Estimate, Estimates, Fact, Part
from experiments.evidence.moments import by_cluster, moments, standardised
from experiments.evidence.resampling import estimates
from experiments.jobs import Result

DEMANDS = (*MISTREATMENT, "surface")
"""One's own demands: perceived mistreatment, and hiding what one feels."""


DEALS = 20
"""How often it is tried what comes out where nothing is shared."""

_SEED = 1985


def teams_of(asked: Answers) -> np.ndarray:
    """Return to which team each answer belongs, numbered over all centres."""
    return np.asarray(asked.centre * (asked.facts["team"].max(initial=0) + 1) + asked.facts["team"])


def mates_mean(teams: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the mean of the others in one's team; NaN where no other answered."""
    _, team = np.unique(teams, return_inverse=True)
    size, total = np.bincount(team), np.bincount(team, weights=values)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((total[team] - values) / (size[team] - 1.0))


def without_teams(
    own: np.ndarray, held: np.ndarray, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield scores in which nothing is shared but what is held constant.

    Each is what ``held`` foretells, and what it leaves over of somebody drawn at random.
    """
    design = np.column_stack([np.ones(len(own)), held])
    foretold = design @ np.linalg.lstsq(design, own, rcond=None)[0]
    left_over = own - foretold
    for _ in range(DEALS):
        yield foretold + rng.permutation(left_over)


def coefficients(
    panel: Sequence[Result], name: str, resamples: int, *, true: bool = False
) -> dict[str, Estimate]:
    """Return the coefficient of team-mates' exhaustion, and what it is less its bias.

    Whoever is exhausted is no mate of one's own. So where much is held constant about few
    centres, one's mates lie on the other side of the mean by construction, and the
    coefficient comes out too low: with a dozen centres by more than a tenth. By how much is
    seen where nothing is shared, see :func:`without_teams`; that is taken off, in each resample
    of the centres what comes out in that resample.

    Returns
    -------
    dict of str to Estimate
        ``name``, less the bias, and ``name_as_it_comes``.
    """
    asked = rep_answers(panel, LAST)
    read = asked.scores if true else asked.measured
    own = read(("exhaustion",))[:, 0]
    held = np.column_stack(
        [read(DEMANDS), asked.facts["tenure"], centre_columns(panel, asked.centre)]
    )
    teams = teams_of(asked)

    def table(scores: np.ndarray) -> np.ndarray:
        return np.column_stack([scores, mates_mean(teams, scores), held])

    def coefficient(stacked: np.ndarray) -> np.ndarray:
        predictors = range(2, stacked.shape[-1])
        return np.asarray(standardised(stacked, 1, predictors)[..., 0])

    columns = table(own)
    kept = ~np.isnan(columns[:, 1])
    rng = np.random.default_rng(_SEED)
    dealt = [table(scores)[kept] for scores in without_teams(own, held, rng)]
    bias = float(np.mean(coefficient(np.stack([moments(each) for each in dealt]))))

    def parts(stacked: np.ndarray) -> dict[str, np.ndarray]:
        found = coefficient(stacked[:, 0])
        biases = np.full(len(stacked), bias)  # the sample's own comes first
        if len(stacked) > 1:
            biases[1:] = coefficient(stacked[1:, 1:]).mean(axis=1)
        return {name: found - biases, f"{name}_as_it_comes": found}

    tables = [columns[kept], *(dealt if resamples else [])]
    sums = [by_cluster(each, asked.centre[kept], asked.centres) for each in tables]
    return estimates(np.stack(sums, axis=1), parts, resamples, "centres")


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the coefficients, centres resampled; no placebo where it was not simulated."""
    placebo = data.get(WITHOUT_CROSSOVER.name)
    panel = data[PANEL.name]
    found = coefficients(panel, "team", resamples)
    found |= coefficients(placebo, "placebo", resamples) if placebo else {}
    found |= coefficients(panel, "team_true", resamples, true=True)
    return {part.name: found.get(part.name, Estimate(np.nan)) for part in FACT.parts}


FACT = Fact(
    id="S18",
    use="C",
    statement="Team burnout predicts one's own with own demands controlled, and does not where "
    "nothing crosses over",
    source="B12: Bakker et al. 2006 (read)",
    parts=(
        Part(
            "team",
            "standardised coefficient of team-mates' exhaustion",
            low=0.0,
            published=True,
            strict=True,
        ),
        Part("placebo", "the same with crossover set to 0", -0.05, 0.05),
        Part("team_as_it_comes", "the first, its bias not taken off", judged=False),
        Part("placebo_as_it_comes", "the second, its bias not taken off", judged=False),
        Part("team_true", "the first, true scores", judged=False),
    ),
    data=(PANEL, WITHOUT_CROSSOVER),
    estimate=estimate,
)
