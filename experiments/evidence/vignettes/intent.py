"""Intent to return by outcome and loss, as a share: what S5 and S6 are taken from."""

import numpy as np
from scipy import stats

from experiments.evidence.fact import Data
from experiments.evidence.moments import error_spread
from experiments.evidence.vignettes.customers import LOSSES, OUTCOMES, OUTCOMES_OF
from experiments.evidence.vignettes.people import column

MEANS_TO_RETURN = 0.5
"""Answer on the scale of intent from which a customer counts as meaning to return."""

_LEAST_ERROR = 1e-12

QUICK, SATISFIED, UNSATISFIED, SILENT = range(len(OUTCOMES_OF))
TRIVIAL, LARGE = range(len(LOSSES))


def chances(data: Data) -> np.ndarray:
    """Return each person's chance to answer that they mean to return.

    The scale has the plan's reliability in the pooled sample of all arms; the chance is
    taken over its error, which is normal, so no draw adds its own noise. Whoever has left
    does not return, and is not asked.

    Returns
    -------
    ndarray, shape (persons, losses, outcomes)
    """
    results = data[OUTCOMES.name]
    loyalty = column(results, "loyalty")
    error = error_spread(float(results[0]["reliability"])) * float(np.nanstd(loyalty))
    chance = stats.norm.cdf((loyalty - MEANS_TO_RETURN) / max(error, _LEAST_ERROR))
    return np.where(np.isnan(loyalty), 0.0, chance)
