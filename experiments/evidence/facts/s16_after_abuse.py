"""S16: after abuse, the same rep's next customers are treated worse, less so with tenure.

The longer wait has two carriers: the forced contact itself, which takes longer and, where abuse was
severe, is followed by the break that the policy grants; and the rep, who is slower with the ten.
The judged part (``wait``) has both, as the customers have; the second alone is ``wait_by_pace``.
"""

from collections.abc import Mapping

import numpy as np

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.after_abuse import AFTER_ABUSE, TENURES, TONES
from experiments.evidence.vignettes.people import by_rep, column

OWN, MONTHS, YEARS = range(len(TENURES))
CIVIL, ABUSIVE = range(len(TONES))


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare twins after an abusive and after a civil contact; reps are resampled."""
    results = data[AFTER_ABUSE.name]
    justice = column(results, "justice")
    lost = justice[..., CIVIL] - justice[..., ABUSIVE]
    values = {"justice": -lost[:, OWN], "tenure": lost[:, YEARS] - lost[:, MONTHS]}
    for name in ("wait", "wait_by_pace", "forced", "handling"):
        minutes = column(results, name)[:, OWN]
        values[name] = minutes[:, ABUSIVE] - minutes[:, CIVIL]
    return by_rep(
        np.column_stack(list(values.values())),
        lambda m: {name: m[..., place] for place, name in enumerate(values)},
        resamples,
        results,
    )


FACT = Fact(
    id="S16",
    use="E",
    sign=True,
    statement="After an abusive contact the same rep's next ten customers are treated worse and "
    "wait longer; less so with tenure. (They wait for the forced contact and the break after it, "
    "too: what the rep's pace adds is told apart.)",
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
            "wait_by_pace",
            "the same, were the forced contact and its break as long as the civil one's",
            judged=False,
        ),
        Part(
            "forced",
            "minutes of the forced contact and its break, abusive less civil",
            judged=False,
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
    mended="mood_slowdown was added after a first run in which this fact failed",
)
