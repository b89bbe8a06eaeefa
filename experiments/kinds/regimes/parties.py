"""By what a party judges policies: measures with a better side, and what it gains."""

from experiments.branching import GAINS, NAMES
from experiments.errors import hint
from sim.measures import BY_NAME


def better(measure: str) -> int:
    """Return 1 where more is better, -1 where less is, 0 where neither."""
    return 1 if measure in GAINS else BY_NAME[measure].better


def refused(measure: str) -> str:
    """Return why nobody can judge by a measure; empty where somebody can."""
    known = [name for name in NAMES if better(name)]
    if measure in known:
        return ""
    if measure in NAMES:
        return "it has no better side; allowed: a measure of which more or less is better"
    return f"allowed: {', '.join(known)}{hint(measure, known)}"
