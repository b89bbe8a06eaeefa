"""S16: after abuse, the same rep's next customers are treated worse, less so with tenure."""

from collections.abc import Mapping

import numpy as np

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.after_abuse import AFTER_ABUSE, TENURES, TONES
from experiments.evidence.vignettes.people import column, of_persons

OWN, MONTHS, YEARS = range(len(TENURES))
CIVIL, ABUSIVE = range(len(TONES))


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare twins after an abusive and after a civil contact; reps are resampled."""
    results = data[AFTER_ABUSE.name]
    justice, wait = column(results, "justice"), column(results, "wait")
    lost = justice[..., CIVIL] - justice[..., ABUSIVE]
    longer = wait[:, OWN, ABUSIVE] - wait[:, OWN, CIVIL]
    handling = column(results, "handling")[:, OWN]
    slower = handling[:, ABUSIVE] - handling[:, CIVIL]
    values = np.column_stack([-lost[:, OWN], longer, lost[:, YEARS] - lost[:, MONTHS], slower])
    names = ("justice", "wait", "tenure", "handling")
    return of_persons(
        values,
        lambda m: {name: m[..., place] for place, name in enumerate(names)},
        resamples,
        cluster=column(results, "rep"),
        of="reps",
    )


FACT = Fact(
    id="S16",
    use="E",
    sign=True,
    statement="After an abusive contact the same rep's next ten customers are treated worse and "
    "wait longer; less so with tenure.",
    source="Wang et al. 2011, Skarlicki et al. 2008 (B8); Zhan 2011, Groth & Grandey 2012 (B9); "
    "Rafaeli et al. 2012 and a later chat study (B10)",
    parts=(
        Part(
            "justice",
            "interactional justice of the next ten, after an abusive contact less after a civil",
            high=0.0,
            published=True,
            strict=True,
        ),
        Part(
            "wait",
            "their wait, minutes, after an abusive contact less after a civil one",
            low=0.0,
            published=True,
            strict=True,
        ),
        Part(
            "tenure",
            "justice lost after three years' tenure less after two months'",
            high=0.0,
            published=True,
            strict=True,
        ),
        Part(
            "handling",
            "minutes that each of them takes, after an abusive contact less after a civil one",
            judged=False,
        ),
    ),
    data=(AFTER_ABUSE,),
    estimate=estimate,
    # Mood, fatigue and cynicism without effect on the next contact. Fatigue also enters self-
    # protection, which cannot be switched off alone: so it does not build up at all.
    ablation={
        "respect_mood": 0.0,
        "mood_slowdown": 0.0,
        "respect_cynicism": 0.0,
        "weight_cynicism": 0.0,
        "listening_fatigue": 0.0,
        "listening_cynicism": 0.0,
        "fatigue_slowdown": 0.0,
        "depletion_noise": 0.0,
        "fatigue_minute": 0.0,
        "fatigue_strain": 0.0,
    },
)
